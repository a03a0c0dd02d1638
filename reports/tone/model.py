"""The tone classifier as it is used: a JSON file of weights, checked before it is believed."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from reports.lexicon import words as word_list
from reports.model import Channel, Score, Submission, Tone, ToneFinding
from reports.scoring.simplify import simplify
from reports.tone.features import FEATURES, FIGURES, Clause, Splitter, figures, read, submission_text, vector

#: Raised when the file's shape changes.
FORMAT = 1
#: A model file larger than this is refused unread: the real one is a few megabytes.
LARGEST_FILE = 64 * 1024 * 1024
CLASSES = (Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE)
EVIDENCE_WORDS = 6
#: Less than this share of the pull is not worth showing.
_EVIDENCE_LEAST = 0.015
#: Words whose weight is real but tells a reader nothing.
_NO_EVIDENCE = word_list("no_evidence")
#: Words of feeling and judgement, told also where the training knows them from few matters.
_EMOTIVE = word_list("emotive")
_NEGATIONS = frozenset(
    {"不", "没", "没有", "无", "未", "毫无", "太不", "很不", "不太", "难以", "并不", "都不", "从不", "绝不"}
)
_NEGATIONS_LONGEST_FIRST = tuple(sorted(_NEGATIONS, key=lambda negation: (-len(negation), negation)))


class ToneModelDamaged(Exception):
    """A model file is missing, cut short, altered, or made for other features."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What training produced. Rows are classes in the order of `CLASSES`."""

    vocabulary: tuple[str, ...]  #: character n-grams, and words and pairs of words, which hold a blank
    inverse: tuple[float, ...]  #: inverse document frequency of each
    grams: tuple[tuple[float, ...], ...]  #: a weight for each class and feature
    intercepts: tuple[float, ...]
    figures: tuple[tuple[float, ...], ...]  #: the second stage: a weight for each class and figure
    biases: tuple[float, ...]  #: the second stage's intercepts
    #: Added to the logits of comments on drafts: people of every view write those, complaints are not most of them.
    comments: tuple[float, ...]
    telling: tuple[str, ...]  #: words that occur in so many topics that their weight is about tone, not about a matter
    threshold: float  #: below this probability the tone is uncertain
    positive_threshold: float  #: positive needs more: a complaint called praise is the worst mistake


class ToneModel:
    """Decides tone. Immutable once made, so threads may share it; a new model is a new object."""

    def __init__(self, weights: Weights, digest: str, summary: Mapping[str, Any] | None = None) -> None:
        self._weights = weights
        self._inverse = dict(zip(weights.vocabulary, weights.inverse, strict=True))
        self._telling = _EMOTIVE.union(weights.telling)
        self._pulls = dict(zip(weights.vocabulary, zip(*weights.grams, strict=True), strict=True))
        self.version = f"tone-{FORMAT}.{FEATURES}+{digest[:8]}"
        #: What the model was trained on and how it did there, as the training wrote it.
        self.summary: Mapping[str, Any] = dict(summary or {})

    def decide(self, submission: Submission, score: Score, split: Splitter) -> ToneFinding:
        """The tone of the citizen's own words. `split` gives the words of a text (``Scorer.words``)."""
        return self.decide_text(submission_text(submission), score, split, submission.channel)

    def decide_text(self, text: str, score: Score, split: Splitter, channel: Channel = Channel.OTHER) -> ToneFinding:
        """The tone of one text; `NO_TEXT` when its score says that there is nothing to read."""
        if score.raw is None:
            return ToneFinding(Tone.NO_TEXT, 1.0)
        vectors = self._vectors(read(text, split))
        shares = self._shares(vectors, score, channel)
        best = max(range(len(CLASSES)), key=lambda number: shares[number])
        least = self._weights.positive_threshold if CLASSES[best] is Tone.POSITIVE else self._weights.threshold
        # Without one known feature only the intercepts speak, which is no knowledge of this text.
        known = any(vectors)
        tone = CLASSES[best] if known and shares[best] >= least else Tone.UNCERTAIN
        return ToneFinding(tone, shares[best], self._evidence(vectors, split(text), text))

    def probabilities(
        self, text: str, score: Score, split: Splitter, channel: Channel = Channel.OTHER
    ) -> tuple[float, float, float]:
        """Calibrated probabilities of negative, neutral and positive."""
        negative, neutral, positive = self._shares(self._vectors(read(text, split)), score, channel)
        return negative, neutral, positive

    def _vectors(self, clauses: Sequence[Clause]) -> list[dict[str, float]]:
        """The known features of each clause: its n-grams and its words, each of length 1."""
        inverse = self._inverse
        return [vector(clause.grams, inverse) | vector(clause.words, inverse) for clause in clauses]

    def _logits(self, found: Mapping[str, float]) -> list[float]:
        totals = list(self._weights.intercepts)
        for name, value in found.items():
            for number, weight in enumerate(self._pulls[name]):
                totals[number] += weight * value
        return totals

    def _shares(self, vectors: Sequence[Mapping[str, float]], score: Score, channel: Channel) -> list[float]:
        weights = self._weights
        shifts = weights.comments if channel is Channel.DRAFT else (0.0,) * len(CLASSES)
        numbers = figures([self._logits(found) for found in vectors or [{}]], score)
        totals = [
            bias + shift + sum(weight * number for weight, number in zip(row, numbers, strict=True))
            for row, bias, shift in zip(weights.figures, weights.biases, shifts, strict=True)
        ]
        highest = max(totals)
        exponents = [math.exp(total - highest) for total in totals]
        return [value / sum(exponents) for value in exponents]

    def _tells(self, term: str) -> bool:
        """Whether a word, or what it negates, may be shown: 红绿灯 has a weight, but is a matter and no tone."""
        bare = _without_negation(term)
        is_telling = term in self._telling or bare in self._telling
        return is_telling and term.isalpha() and term not in _NO_EVIDENCE and bare not in _NO_EVIDENCE

    def _evidence(
        self, vectors: Sequence[Mapping[str, float]], words: Sequence[str], text: str
    ) -> tuple[tuple[str, float], ...]:
        """Words of the text with their pull: their own weight and that of the n-grams inside them, strongest first."""
        pull: dict[str, float] = {}
        for found in vectors:
            for name, value in found.items():
                negative, _, positive = self._pulls[name]
                pull[name] = pull.get(name, 0.0) + (positive - negative) * value / len(vectors)
        simple = simplify(text)
        totals: dict[str, float] = {}
        for term in _terms(words):
            if 2 <= len(term) <= 6 and self._tells(term) and term in simple:
                total = pull.get(f"{term} ", 0.0)
                total += sum(pull.get(term[a:b], 0.0) for a in range(len(term)) for b in range(a + 2, len(term) + 1))
                # A negated word that seems to praise would mislead: its weight is that of the word without 不.
                if abs(total) >= _EVIDENCE_LEAST and not (total > 0 and term.startswith(tuple(_NEGATIONS))):
                    totals[term] = total
        ranked = sorted(totals.items(), key=lambda item: (-abs(item[1]), item[0]))
        return tuple((word, round(total, 4)) for word, total in ranked[:EVIDENCE_WORDS])


def _without_negation(term: str) -> str:
    for negation in _NEGATIONS_LONGEST_FIRST:
        if term.startswith(negation) and term != negation:
            return term[len(negation) :]
    return term


def _terms(words: Sequence[str]) -> list[str]:
    """Words to show, each once; a negation is shown with what it negates (不 + 合理)."""
    terms: dict[str, None] = {}
    negation = ""
    for word in words:
        if word in _NEGATIONS:
            negation = word
            continue
        terms[negation + word] = None
        negation = ""
    return list(terms)


def load_tone_model(path: Path | None = None) -> ToneModel:
    """The model shipped with this library, or the one at `path`. Raises `ToneModelDamaged`."""
    try:
        if path is None:
            content = (files("reports.tone") / "model.json").read_bytes()
        else:
            if path.stat().st_size > LARGEST_FILE:
                raise ToneModelDamaged("the tone model is larger than any real one")
            content = path.read_bytes()
    except OSError as error:
        raise ToneModelDamaged(f"the tone model cannot be read: {error}") from error
    return read_tone_model(content)


def read_tone_model(content: bytes) -> ToneModel:
    """A model from a file's bytes. Raises `ToneModelDamaged` when it is not whole, down to the last weight."""
    try:
        document = json.loads(content)
        if document["format"] != FORMAT or document["features"] != FEATURES:
            raise ToneModelDamaged("the tone model was made for another version of this library")
        digest = document_digest(document)
        if document["sha256"] != digest:
            raise ToneModelDamaged("the tone model does not match its hash")
        weights = _weights_from(document["weights"])
        _check_sizes(weights, document["sizes"])
        return ToneModel(weights, digest, document["training"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ToneModelDamaged("the tone model is not a model file") from error


def write_tone_model(weights: Weights, training: Mapping[str, Any]) -> bytes:
    """The bytes of a model file: format, sizes, hash, what it was trained on, weights."""
    payload = {
        "vocabulary": list(weights.vocabulary),
        "inverse": list(weights.inverse),
        "grams": [list(row) for row in weights.grams],
        "intercepts": list(weights.intercepts),
        "figures": [list(row) for row in weights.figures],
        "biases": list(weights.biases),
        "comments": list(weights.comments),
        "telling": list(weights.telling),
        "threshold": weights.threshold,
        "positive_threshold": weights.positive_threshold,
    }
    document: dict[str, Any] = {
        "format": FORMAT,
        "features": FEATURES,
        "sizes": {"grams": len(weights.vocabulary), "figures": len(FIGURES), "classes": len(CLASSES)},
        "training": training,
        "weights": payload,
    }
    document = {"sha256": document_digest(document), **document}
    return (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def document_digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of everything in the file but the hash itself, in one canonical spelling."""
    hashed = {name: value for name, value in document.items() if name != "sha256"}
    canonical = json.dumps(hashed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _weights_from(payload: Mapping[str, Any]) -> Weights:
    return Weights(
        vocabulary=tuple(str(gram) for gram in payload["vocabulary"]),
        inverse=_finite(payload["inverse"]),
        grams=tuple(_finite(row) for row in payload["grams"]),
        intercepts=_finite(payload["intercepts"]),
        figures=tuple(_finite(row) for row in payload["figures"]),
        biases=_finite(payload["biases"]),
        comments=_finite(payload["comments"]),
        telling=tuple(str(word) for word in payload["telling"]),
        threshold=float(payload["threshold"]),
        positive_threshold=float(payload["positive_threshold"]),
    )


def _finite(values: Sequence[float]) -> tuple[float, ...]:
    numbers = tuple(float(value) for value in values)
    if not all(map(math.isfinite, numbers)):
        raise ToneModelDamaged("the tone model holds weights that are no numbers")
    return numbers


def _check_sizes(weights: Weights, sizes: Mapping[str, int]) -> None:
    grams = len(weights.vocabulary)
    shapes = (
        sizes["grams"] == grams == len(weights.inverse) == len(set(weights.vocabulary)),
        sizes["classes"] == len(CLASSES) == len(weights.grams) == len(weights.figures) == len(weights.intercepts),
        len(weights.biases) == len(weights.comments) == len(CLASSES),
        sizes["figures"] == len(FIGURES),
        all(len(row) == grams for row in weights.grams),
        all(len(row) == len(FIGURES) for row in weights.figures),
        0 <= weights.threshold <= 1 and 0 <= weights.positive_threshold <= 1,
    )
    if not all(shapes):
        raise ToneModelDamaged("the tone model's parts do not fit each other")
