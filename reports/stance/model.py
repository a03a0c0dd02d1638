"""The stance classifier as it is used: a JSON file of weights, checked before it is believed.

It reads the same characters and words of the same clauses as the tone classifier (`reports.linear.clauses`), with
its own reading of phrases (`reports.stance.wording`) and kinds of phrases (`reports.stance.cues`). People praise what
they want changed and oppose politely, so nothing of the tone goes into it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from reports.linear.clauses import FEATURES, Clause, Splitter, clauses, is_known, ngrams, plain, word_grams
from reports.linear.files import ModelDamaged, ModelFile, check_sizes, read_stages, share, texts
from reports.linear.stages import ClauseStage, TwoStages, probabilities
from reports.stance.cues import cues, phrases
from reports.stance.wording import Reworded, reworded

#: Raised when the file's shape changes.
FORMAT = 2
EVIDENCE_WORDS = 6
#: A weight below this says too little of a stance to be shown.
_EVIDENCE_LEAST = 0.02
#: 支持，但第三条要改: what follows the turn is a verdict of its own, and mostly the one that is meant.
_TURN = re.compile(
    r"[，,、\s]\s*(?=但|不过|不過|只是|然而|可是|唯独|唯獨|惟|前提是|条件是|條件是|美中不足|只差|遗憾|遺憾)"
)


class Stance(StrEnum):
    """Where a text stands toward a draft or clause: 支持, 反对, 建议修改, 无法判断."""

    SUPPORT = "support"
    OPPOSE = "oppose"
    AMEND = "amend"
    UNCLEAR = "unclear"


CLASSES = (Stance.SUPPORT, Stance.OPPOSE, Stance.AMEND, Stance.UNCLEAR)
#: What the second stage weighs: for each stance the mean and the highest verdict of the clauses, and their number.
FIGURES = 2 * len(CLASSES) + 1


class StanceModelDamaged(ModelDamaged):
    """A model file is missing, cut short, altered, or made for other features."""


_FILE = ModelFile("stance", {"kind": "stance", "format": FORMAT, "features": FEATURES}, StanceModelDamaged)


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
class StanceWeights(TwoStages):
    """What training produced. Rows are stances in the order of `CLASSES`."""

    telling: tuple[str, ...]  #: words and pairs that occur in so many topics that they speak of stance
    threshold: float  #: below this probability the stance is unclear


class StanceModel:
    """Proposes a stance. Immutable once made, so threads may share it."""

    def __init__(self, weights: StanceWeights, digest: str = "", summary: Mapping[str, Any] | None = None) -> None:
        self._weights = weights
        self._stage = ClauseStage.of(weights)
        self._telling = frozenset(weights.telling)
        self.version = f"stance-{FORMAT}.{FEATURES}+{digest[:8]}"
        #: What the model was trained on and how it did on topics that it had not seen.
        self.summary: Mapping[str, Any] = dict(summary or {})

    def decide(self, text: str, split: Splitter) -> StanceFinding:
        """The stance of one text; `split` gives the words of a text (``Scorer.words``)."""
        vectors = self._stage.vectors(clauses_of(text, split))
        # Without a known feature only the intercepts speak, which is no knowledge of this text.
        if not is_known(vectors):
            return StanceFinding(Stance.UNCLEAR, 1.0)
        shares = self._shares(vectors)
        best = max(range(len(CLASSES)), key=lambda number: shares[number])
        if CLASSES[best] is Stance.UNCLEAR or shares[best] < self._weights.threshold:
            return StanceFinding(Stance.UNCLEAR, shares[best])
        return StanceFinding(CLASSES[best], shares[best], self._evidence(vectors, best, reworded(text)))

    def _shares(self, vectors: Sequence[Mapping[str, float]]) -> list[float]:
        found = figures([self._stage.logits(vector) for vector in vectors])
        return probabilities(self._weights.figures, self._weights.biases, found)

    def _evidence(
        self, vectors: Sequence[Mapping[str, float]], best: int, words: Reworded
    ) -> tuple[tuple[str, float], ...]:
        """Words and phrases, as they were written, that speak for the stance more than for the others."""
        totals: dict[str, float] = {}
        for found in vectors:
            for name, value in found.items():
                said = [name.replace(" ", "")] if name in self._telling else phrases(name, words.text)
                pulls = self._stage.pulls[name]
                pull = (pulls[best] - max(other for number, other in enumerate(pulls) if number != best)) * value
                for shown in map(words.shown, said):
                    if len(shown) > 1 and shown.isalpha():
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
    pieces = clauses(plain(_TURN.sub("。", reworded(text).text)))
    return [Clause(ngrams(piece), word_grams(split(piece)), cues(piece)) for piece in pieces]


def figures(clause_logits: Sequence[Sequence[float]]) -> list[float]:
    """Mean and highest of each stance over the clauses, which are at least one.

    One clause that takes a stand counts however many tell what happened, so the mean alone would not do.
    """
    columns = list(zip(*clause_logits, strict=True))
    means = [sum(column) / len(column) for column in columns]
    return [*means, *map(max, columns), math.tanh(math.log(len(clause_logits) / 3))]


def load_stance_model(path: Path | None = None) -> StanceModel:
    """The model shipped with this library, or the one at `path`. Raises `StanceModelDamaged`."""
    return read_stance_model(_FILE.load(files("reports.stance") / "model.json", path))


def read_stance_model(content: bytes) -> StanceModel:
    """A model from a file's bytes. Raises `StanceModelDamaged` when it is not whole, down to the last weight."""
    return _FILE.read(content, _model_from)


def write_stance_model(weights: StanceWeights, training: Mapping[str, Any]) -> bytes:
    """The bytes of a model file: hash, kind, format, sizes, what it was trained on, weights."""
    return _FILE.write(weights, training)


def _model_from(document: Mapping[str, Any], digest: str) -> StanceModel:
    payload = document["weights"]
    weights = StanceWeights(
        **read_stages(payload), telling=texts(payload["telling"]), threshold=share(payload["threshold"])
    )
    check_sizes(weights, document["sizes"], classes=len(CLASSES), figures=FIGURES)
    return StanceModel(weights, digest, document["training"])
