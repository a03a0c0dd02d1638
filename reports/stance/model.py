"""The stance classifier as it is used: a JSON file of weights, checked before it is believed.

It reads the same characters and words of the same clauses as the tone classifier (`reports.tone.features`), but
people praise what they want changed and oppose politely, so nothing of the tone goes into it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from reports.scoring.simplify import simplify
from reports.tone.features import FEATURES, Clause, Splitter, read, vector
from reports.tone.model import LARGEST_FILE, document_digest

#: Raised when the file's shape changes.
FORMAT = 1
EVIDENCE_WORDS = 6
#: A weight below this says too little of a stance to be shown.
_EVIDENCE_LEAST = 0.02
#: 支持，但第三条要改: what follows the turn is a verdict of its own, and mostly the one that is meant.
_TURN = re.compile(r"[，,、\s]\s*(?=但|不过|不過|只是|然而|可是|唯独|前提是|遗憾|遺憾)")


class Stance(StrEnum):
    """Where a text stands toward a draft or clause: 支持, 反对, 建议修改, 无法判断."""

    SUPPORT = "support"
    OPPOSE = "oppose"
    AMEND = "amend"
    UNCLEAR = "unclear"


CLASSES = (Stance.SUPPORT, Stance.OPPOSE, Stance.AMEND, Stance.UNCLEAR)
#: What the second stage weighs: the mean and the highest verdict of a text's clauses, for each stance.
FIGURES = 2 * len(CLASSES)


class StanceModelDamaged(Exception):
    """A model file is missing, cut short, altered, or made for other features."""


@dataclass(frozen=True, slots=True)
class StanceFinding:
    """A proposed stance.

    `probability` is that of the likeliest stance, which is too small to be believed when the answer is 无法判断 for
    want of certainty; 1 when there is nothing to read. `evidence` are words of the text that speak for the stance,
    with their weights, strongest first.
    """

    stance: Stance
    probability: float
    evidence: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class StanceWeights:
    """What training produced. Rows are stances in the order of `CLASSES`."""

    vocabulary: tuple[str, ...]  #: character n-grams, and words and pairs of words, which hold a blank
    inverse: tuple[float, ...]  #: inverse document frequency of each
    grams: tuple[tuple[float, ...], ...]  #: the first stage: a weight for each stance and feature
    intercepts: tuple[float, ...]
    figures: tuple[tuple[float, ...], ...]  #: the second stage: a weight for each stance and figure
    biases: tuple[float, ...]
    telling: tuple[str, ...]  #: words and pairs that occur in so many topics that they speak of stance
    threshold: float  #: below this probability the stance is unclear


class StanceModel:
    """Proposes a stance. Immutable once made, so threads may share it."""

    def __init__(self, weights: StanceWeights, digest: str = "", summary: Mapping[str, Any] | None = None) -> None:
        self._weights = weights
        self._inverse = dict(zip(weights.vocabulary, weights.inverse, strict=True))
        self._pulls = dict(zip(weights.vocabulary, zip(*weights.grams, strict=True), strict=True))
        self._telling = frozenset(weights.telling)
        self.version = f"stance-{FORMAT}.{FEATURES}+{digest[:8]}"
        #: What the model was trained on and how it did on topics that it had not seen.
        self.summary: Mapping[str, Any] = dict(summary or {})

    def decide(self, text: str, split: Splitter) -> StanceFinding:
        """The stance of one text; `split` gives the words of a text (``Scorer.words``)."""
        vectors = self._vectors(text, split)
        # Without one known feature only the intercepts speak, which is no knowledge of this text.
        if not any(vectors):
            return StanceFinding(Stance.UNCLEAR, 1.0)
        shares = self._shares(vectors)
        best = max(range(len(CLASSES)), key=lambda number: shares[number])
        if CLASSES[best] is Stance.UNCLEAR or shares[best] < self._weights.threshold:
            return StanceFinding(Stance.UNCLEAR, shares[best])
        return StanceFinding(CLASSES[best], shares[best], self._evidence(vectors, best, simplify(text)))

    def _vectors(self, text: str, split: Splitter) -> list[dict[str, float]]:
        return [
            vector(clause.grams, self._inverse) | vector(clause.words, self._inverse)
            for clause in clauses_of(text, split)
        ]

    def _shares(self, vectors: Sequence[Mapping[str, float]]) -> list[float]:
        numbers = figures([self._logits(found) for found in vectors])
        totals = [
            bias + sum(weight * number for weight, number in zip(row, numbers, strict=True))
            for row, bias in zip(self._weights.figures, self._weights.biases, strict=True)
        ]
        highest = max(totals)
        exponents = [math.exp(total - highest) for total in totals]
        return [value / sum(exponents) for value in exponents]

    def _logits(self, found: Mapping[str, float]) -> list[float]:
        totals = list(self._weights.intercepts)
        for name, value in found.items():
            for number, weight in enumerate(self._pulls[name]):
                totals[number] += weight * value
        return totals

    def _evidence(self, vectors: Sequence[Mapping[str, float]], best: int, text: str) -> tuple[tuple[str, float], ...]:
        """Words and pairs of words that speak for the stance more than for the others."""
        totals: dict[str, float] = {}
        for found in vectors:
            for name in self._telling & found.keys():
                shown = name.replace(" ", "")
                others = [pull for number, pull in enumerate(self._pulls[name]) if number != best]
                pull = (self._pulls[name][best] - max(others)) * found[name]
                if len(shown) > 1 and shown.isalpha() and shown in text:
                    totals[shown] = max(totals.get(shown, 0.0), pull)
        ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
        chosen: list[tuple[str, float]] = []
        for shown, total in ranked:
            # Of 赞成 and 不赞成 the stronger is shown, not both.
            if total >= _EVIDENCE_LEAST and not any(shown in other or other in shown for other, _ in chosen):
                chosen.append((shown, round(total, 4)))
        return tuple(chosen[:EVIDENCE_WORDS])


def clauses_of(text: str, split: Splitter) -> list[Clause]:
    """The clauses of a text as the classifier reads it; a turn (但, 不过, …) begins a new one."""
    return read(_TURN.sub("。", text), split)


def figures(clause_logits: Sequence[Sequence[float]]) -> list[float]:
    """Mean and highest of each stance over the clauses, which are at least one.

    One clause that takes a stand counts however many tell what happened, so the mean alone would not do.
    """
    columns = list(zip(*clause_logits, strict=True))
    return [*(sum(column) / len(column) for column in columns), *map(max, columns)]


def load_stance_model(path: Path | None = None) -> StanceModel:
    """The model shipped with this library, or the one at `path`. Raises `StanceModelDamaged`."""
    try:
        if path is None:
            content = (files("reports.stance") / "model.json").read_bytes()
        else:
            if path.stat().st_size > LARGEST_FILE:
                raise StanceModelDamaged("the stance model is larger than any real one")
            content = path.read_bytes()
    except OSError as error:
        raise StanceModelDamaged(f"the stance model cannot be read: {error}") from error
    return read_stance_model(content)


def read_stance_model(content: bytes) -> StanceModel:
    """A model from a file's bytes. Raises `StanceModelDamaged` when it is not whole, down to the last weight."""
    try:
        document = json.loads(content)
        made_for = (document["kind"], document["format"], document["features"])
        if made_for != ("stance", FORMAT, FEATURES):
            raise StanceModelDamaged("the file is no stance model of this version of the library")
        digest = document_digest(document)
        if document["sha256"] != digest:
            raise StanceModelDamaged("the stance model does not match its hash")
        weights = _weights_from(document["weights"])
        _check_sizes(weights, document["sizes"])
        return StanceModel(weights, digest, document["training"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StanceModelDamaged("the stance model is not a model file") from error


def write_stance_model(weights: StanceWeights, training: Mapping[str, Any]) -> bytes:
    """The bytes of a model file: format, sizes, hash, what it was trained on, weights."""
    document: dict[str, Any] = {
        "kind": "stance",
        "format": FORMAT,
        "features": FEATURES,
        "sizes": {"grams": len(weights.vocabulary), "figures": FIGURES, "classes": len(CLASSES)},
        "training": training,
        "weights": {name: getattr(weights, name) for name in StanceWeights.__slots__},
    }
    document = {"sha256": document_digest(document), **document}
    return (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _weights_from(payload: Mapping[str, Any]) -> StanceWeights:
    return StanceWeights(
        vocabulary=tuple(str(gram) for gram in payload["vocabulary"]),
        inverse=_finite(payload["inverse"]),
        grams=tuple(_finite(row) for row in payload["grams"]),
        intercepts=_finite(payload["intercepts"]),
        figures=tuple(_finite(row) for row in payload["figures"]),
        biases=_finite(payload["biases"]),
        telling=tuple(str(word) for word in payload["telling"]),
        threshold=float(payload["threshold"]),
    )


def _finite(values: Sequence[float]) -> tuple[float, ...]:
    numbers = tuple(float(value) for value in values)
    if not all(map(math.isfinite, numbers)):
        raise StanceModelDamaged("the stance model holds weights that are no numbers")
    return numbers


def _check_sizes(weights: StanceWeights, sizes: Mapping[str, int]) -> None:
    grams = len(weights.vocabulary)
    shapes = (
        sizes["grams"] == grams == len(weights.inverse) == len(set(weights.vocabulary)),
        sizes["classes"] == len(CLASSES) == len(weights.grams) == len(weights.figures),
        len(weights.intercepts) == len(weights.biases) == len(CLASSES),
        sizes["figures"] == FIGURES,
        all(len(row) == grams for row in weights.grams),
        all(len(row) == FIGURES for row in weights.figures),
        0 <= weights.threshold <= 1,
    )
    if not all(shapes):
        raise StanceModelDamaged("the stance model's parts do not fit each other")
