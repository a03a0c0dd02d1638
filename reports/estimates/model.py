"""What is said of shares and changes, and the few settings by which it is said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reports.model import Tone

#: Fewer texts than this give counts and no share: at 30 the interval is some 35 points wide already.
LEAST_SAMPLE = 30
#: A tone that the model was tested on fewer times than this has no error rate of its own worth correcting by.
LEAST_TESTED = 40
#: The same for all tones but the negative taken together, when the negative share alone is corrected.
LEAST_TESTED_REST = 10
#: Fewer equal stretches of time than this cannot show a monotone trend at the level used (5! orders, two tails).
LEAST_STRETCHES = 6
CONFIDENCE = 0.95
#: An interval narrower than this is written with a decimal.
_NARROW = 0.02
SIGNIFICANCE = 0.05

#: The tones that are true or not; `Tone.UNCERTAIN` is only ever an answer of the model.
TONES = (Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE)
ANSWERS = (*TONES, Tone.UNCERTAIN)


class Trend(StrEnum):
    """What may be said of a change. The value is what a reader is told."""

    RISING = "显著上升"
    FALLING = "显著下降"
    STEADY = "无显著变化"
    UNKNOWN = "样本太少，不作判断"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with its 95 % interval, all from 0 to 1."""

    share: float
    low: float
    high: float
    n: int  #: texts that the share is one of
    corrected: bool  #: for the measured errors of the model

    @property
    def text(self) -> str:
        """约62%（95%区间55%–69%，已按模型误差校正）."""
        how = "已按模型误差校正" if self.corrected else "未按模型误差校正"
        return f"{self.brief[:-1]}，{how}）"

    @property
    def brief(self) -> str:
        """约62%（95%区间55%–69%）; with one decimal where whole per cent would hide the width."""
        share, low, high = self.percents
        return f"约{share}%（95%区间{low}%–{high}%）"

    @property
    def percents(self) -> tuple[str, str, str]:
        """Share and ends in per cent as they are printed everywhere, half up, without the sign."""
        places = 1 if self.high - self.low < _NARROW else 0
        return _percent(self.share, places), _percent(self.low, places), _percent(self.high, places)


@dataclass(frozen=True, slots=True)
class Change:
    """Two periods compared, the later against the earlier."""

    trend: Trend
    p: float | None  #: of a change as great by chance alone, two-sided; None when nothing was tested
    difference: float | None = None  #: later less earlier; of shares in points from −1 to 1, of volumes relative
    low: float | None = None
    high: float | None = None


NOT_JUDGED = Change(Trend.UNKNOWN, None)

#: Rows: the true tone in the order of `TONES`. Columns: what the model answered, in the order of `ANSWERS`.
Confusion = tuple[tuple[int, ...], ...]


def confusion_of(summary: Mapping[str, Any]) -> Confusion | None:
    """The measured confusion matrix of a tone model's summary; None when there is none that can be used.

    A model that was tested on fewer than `LEAST_TESTED` negative texts, or `LEAST_TESTED_REST` others, is as good as
    untested.
    """
    rows = counted(summary.get("confusion"))
    if rows is None:
        return None
    negative, rest = sum(rows[0]), sum(map(sum, rows[1:]))
    return rows if negative >= LEAST_TESTED and rest >= LEAST_TESTED_REST else None


def counted(rows: Any) -> Confusion | None:
    """A matrix of the right shape that holds counts, however few; None for anything else."""
    if not isinstance(rows, list | tuple) or len(rows) != len(TONES):
        return None
    found: list[tuple[int, ...]] = []
    for row in rows:
        if not isinstance(row, list | tuple) or len(row) != len(ANSWERS):
            return None
        if not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in row):
            return None
        found.append(tuple(row))
    return tuple(found)


def _percent(share: float, places: int) -> str:
    """Per cent, half up."""
    unit = 10**places
    return f"{math.floor(share * 100 * unit + 0.5) / unit:.{places}f}"
