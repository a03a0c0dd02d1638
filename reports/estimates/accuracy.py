"""How often a tone model was right, tone by tone, from its measured confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.estimates.model import ANSWERS, LEAST_SAMPLE, TONES, Estimate, counted
from reports.estimates.shares import wilson
from reports.model import Tone


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What the model answered to the tested texts of one true tone."""

    tone: Tone
    answers: Mapping[Tone, int]  #: by `ANSWERS`, uncertain among them
    right: Estimate | None  #: the share answered rightly with Wilson's interval; None below `LEAST_SAMPLE` texts

    @property
    def tested(self) -> int:
        """Texts of this tone that the model was tested on."""
        return sum(self.answers.values())

    @property
    def uncertain(self) -> int:
        """Those of them that it left uncertain, which is neither right nor wrong and counts as not right."""
        return self.answers[Tone.UNCERTAIN]


def accuracies(confusion: Any) -> tuple[Accuracy, ...]:
    """The accuracy for each of `TONES`, from a matrix as models' summaries hold it; nothing when it is none."""
    rows = counted(confusion)
    return tuple(_of(k, row) for k, row in enumerate(rows)) if rows and any(map(sum, rows)) else ()


def _of(k: int, row: tuple[int, ...]) -> Accuracy:
    tested = sum(row)
    right = None
    if tested >= LEAST_SAMPLE:
        low, high = wilson(row[k], tested)
        right = Estimate(row[k] / tested, low, high, tested, corrected=False)
    return Accuracy(TONES[k], dict(zip(ANSWERS, row, strict=True)), right)
