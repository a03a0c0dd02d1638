"""The tone classifier as it is used: a JSON file of weights, checked before it is believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from reports.linear.clauses import FEATURES, Splitter, is_known, read
from reports.linear.files import ModelDamaged, ModelFile, check_sizes, numbers, read_stages, share, texts
from reports.linear.stages import ClauseStage, TwoStages, probabilities
from reports.model import Channel, Score, Submission, Tone, ToneFinding
from reports.scoring.simplify import simplify
from reports.tone.evidence import DISPLEASED, PLEASED, evidence, phrases, says_enough
from reports.tone.features import FIGURES, figures, read_with_signs, submission_text
from reports.tone.signs import PREFIX

#: Raised when the file's shape changes.
FORMAT = 1
CLASSES = (Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE)
#: To which side evidence of a tone pulls.
_SIDES = {Tone.NEGATIVE: DISPLEASED, Tone.POSITIVE: PLEASED}


class ToneModelDamaged(ModelDamaged):
    """A model file is missing, cut short, altered, or made for other features."""


_FILE = ModelFile("tone", {"format": FORMAT, "features": FEATURES}, ToneModelDamaged)


@dataclass(frozen=True, slots=True)
class Weights(TwoStages):
    """What training produced. Rows are classes in the order of `CLASSES`."""

    #: Added to the logits of comments on drafts: people of every view write those, complaints are not most of them.
    comments: tuple[float, ...]
    telling: tuple[str, ...]  #: words that an office's own labels proved to go with one tone
    threshold: float  #: below this probability the tone is uncertain
    positive_threshold: float  #: positive needs more: a complaint called praise is the worst mistake
    whole_below: int  #: texts of fewer characters are judged as one clause


class ToneModel:
    """Decides tone. Immutable once made, so threads may share it; a new model is a new object."""

    def __init__(self, weights: Weights, digest: str, summary: Mapping[str, Any] | None = None) -> None:
        self._weights = weights
        self._stage = ClauseStage.of(weights)
        self._telling = frozenset(weights.telling)
        self._weighs_signs = any(name.startswith(PREFIX) for name in weights.vocabulary)
        #: The second stage's intercepts for comments on drafts.
        self._comment_biases = tuple(bias + shift for bias, shift in zip(weights.biases, weights.comments, strict=True))
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
        vectors = self._vectors(text, split)
        shares = self._shares(vectors, score, channel)
        best = max(range(len(CLASSES)), key=lambda number: shares[number])
        least = self._weights.positive_threshold if CLASSES[best] is Tone.POSITIVE else self._weights.threshold
        # Without a known feature only the intercepts speak, which is no knowledge of this text; of one character or
        # two the model has weights that it learnt from whole sentences.
        known = is_known(vectors) and says_enough(simplify(text))
        tone = CLASSES[best] if known and shares[best] >= least else Tone.UNCERTAIN
        return ToneFinding(tone, shares[best], self._evidence(tone, vectors, split, text))

    def probabilities(
        self, text: str, score: Score, split: Splitter, channel: Channel = Channel.OTHER
    ) -> tuple[float, float, float]:
        """Calibrated probabilities of negative, neutral and positive."""
        negative, neutral, positive = self._shares(self._vectors(text, split), score, channel)
        return negative, neutral, positive

    def _vectors(self, text: str, split: Splitter) -> list[dict[str, float]]:
        """The known features of each clause."""
        reading = read_with_signs if self._weighs_signs else read
        return self._stage.vectors(reading(text, split, self._weights.whole_below))

    def _shares(self, vectors: Sequence[Mapping[str, float]], score: Score, channel: Channel) -> list[float]:
        biases = self._comment_biases if channel is Channel.DRAFT else self._weights.biases
        found = figures([self._stage.logits(vector) for vector in vectors or [{}]], score)
        return probabilities(self._weights.figures, biases, found)

    def _evidence(
        self, tone: Tone, vectors: Sequence[Mapping[str, float]], split: Splitter, text: str
    ) -> tuple[tuple[str, float], ...]:
        """Words of the text with their pull, strongest first; a phrase where no word speaks for the tone decided."""
        found = evidence(self._pulls(vectors), simplify(text), split(text), self._telling)
        side = _SIDES.get(tone, 0)
        if not side or any(pull * side > 0 for _, pull in found):
            return found
        told = [(phrase, self._pull_of(phrase, split)) for phrase in phrases(simplify(text))]
        strongest = max(told, key=lambda item: item[1] * side, default=("", 0.0))
        pull = round(strongest[1] / (len(told) or 1), 4)
        return (*found, (strongest[0], pull)) if pull * side > 0 else found

    def _pulls(self, vectors: Sequence[Mapping[str, float]]) -> dict[str, float]:
        """How far each feature pulls the mean of the clauses; above 0 is to positive."""
        pulls: dict[str, float] = {}
        for found in vectors:
            for name, value in found.items():
                negative, _, positive = self._stage.pulls[name]
                pulls[name] = pulls.get(name, 0.0) + (positive - negative) * value / len(vectors)
        return pulls

    def _pull_of(self, phrase: str, split: Splitter) -> float:
        return sum(self._pulls(self._vectors(phrase, split)).values())


def load_tone_model(path: Path | None = None) -> ToneModel:
    """The model shipped with this library, or the one at `path`. Raises `ToneModelDamaged`."""
    return read_tone_model(_FILE.load(files("reports.tone") / "model.json", path))


def read_tone_model(content: bytes) -> ToneModel:
    """A model from a file's bytes. Raises `ToneModelDamaged` when it is not whole, down to the last weight."""
    return _FILE.read(content, _model_from)


def write_tone_model(weights: Weights, training: Mapping[str, Any]) -> bytes:
    """The bytes of a model file: hash, format, sizes, what it was trained on, weights."""
    return _FILE.write(weights, training)


def _model_from(document: Mapping[str, Any], digest: str) -> ToneModel:
    payload = document["weights"]
    weights = Weights(
        **read_stages(payload),
        comments=numbers(payload["comments"], len(CLASSES)),
        telling=texts(payload["telling"]),
        threshold=share(payload["threshold"]),
        positive_threshold=share(payload["positive_threshold"]),
        whole_below=int(numbers([payload["whole_below"]], 1)[0]),
    )
    check_sizes(weights, document["sizes"], classes=len(CLASSES), figures=len(FIGURES))
    return ToneModel(weights, digest, document["training"])
