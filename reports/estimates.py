"""Shares and trends that admit how much they do not know.

Counts of tones come from a classifier that errs, and from the messages that happened to come in. A share is
therefore given as an estimate with an interval, corrected for the classifier's measured errors where these are
known, and a trend is only called one when chance alone would seldom make it. Below `LEAST_SAMPLE` nothing is
estimated at all: the counts stand for themselves.

Everything is deterministic, so that the same submissions always give the same words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from reports.model import Tone

#: Fewer texts than this give counts and no share: at 30 the interval is some 35 points wide already.
LEAST_SAMPLE = 30
#: A tone that the model was tested on fewer times than this has no error rate worth correcting by.
LEAST_TESTED = 40
#: Fewer equal stretches of time than this cannot show a monotone trend at the level used (5! orders, two tails).
LEAST_STRETCHES = 6
CONFIDENCE = 0.95
SIGNIFICANCE = 0.05

#: The tones that are true or not; `Tone.UNCERTAIN` is only ever an answer of the model.
TONES = (Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE)
ANSWERS = (*TONES, Tone.UNCERTAIN)

#: Steps of a share that are tried: ends of an interval are off by 0.1 points at most.
_STEPS = 1000
#: Rounds of fitting the mix of the other tones; after three nothing moves any more.
_ROUNDS = 4
#: Added to every cell of the confusion matrix (Jeffreys): an error not seen in a few dozen tests is not impossible.
#: With a quarter of it, intervals of a model tested on 50 texts covered a rare tone in 61 to 90 % of simulations.
_UNSEEN = 0.5

_Array = NDArray[np.float64]


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
        return f"约{_percent(self.share)}%（95%区间{_percent(self.low)}%–{_percent(self.high)}%，{how}）"


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

    A model that was tested on fewer than `LEAST_TESTED` texts of a tone is as good as untested.
    """
    rows = summary.get("confusion")
    if not isinstance(rows, list | tuple) or len(rows) != len(TONES):
        return None
    counted: list[tuple[int, ...]] = []
    for row in rows:
        if not isinstance(row, list | tuple) or len(row) != len(ANSWERS):
            return None
        if not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in row):
            return None
        counted.append(tuple(row))
    return tuple(counted) if min(map(sum, counted)) >= LEAST_TESTED else None


def effective_size(groups: Iterable[int]) -> float:
    """How many independent texts groups of identical ones are worth (Kish 1965): (Σm)² ÷ Σm².

    Forty copies of one letter tell once what the tone is, not forty times.
    """
    sizes = list(groups)
    squares = sum(size * size for size in sizes)
    return sum(sizes) ** 2 / squares if squares else 0.0


def tone_shares(
    counts: Mapping[str, int],
    confusion: Confusion | None = None,
    *,
    effective: float | None = None,
) -> dict[Tone, Estimate]:
    """The share of each tone, or nothing when there are fewer than `LEAST_SAMPLE` texts to estimate it from.

    `counts` are those of the model's answers, by the names of `Tone`. With a `confusion` the share is that of *all*
    texts with words, the uncertain ones among them, corrected for the model's errors. Without, it is the share of the
    texts that the model decided. `effective` is the number of independent texts they are worth.
    """
    answers = [counts.get(tone.value, 0) for tone in ANSWERS]
    decided = sum(answers[:-1])
    n = decided if confusion is None else sum(answers)
    if n < LEAST_SAMPLE:
        return {}
    worth = min(1.0, (effective or sum(answers)) / sum(answers))
    if confusion is None:
        return {tone: _wilson(k, n, worth) for tone, k in zip(TONES, answers, strict=False)}
    return _corrected(answers, confusion, worth)


def _wilson(k: int, n: int, worth: float) -> Estimate:
    """Wilson's score interval (1927), for the sampling alone."""
    low, high = _wilson_ends(k, n, worth)
    return Estimate(k / n, low, high, n, corrected=False)


def _wilson_ends(k: int, n: int, worth: float) -> tuple[float, float]:
    if worth >= 1:
        ends = stats.binomtest(k, n).proportion_ci(CONFIDENCE, method="wilson")
        return max(0.0, float(ends.low)), min(1.0, float(ends.high))
    # scipy counts whole trials only; with copies among them the number of independent ones is none.
    z2, size, share = float(stats.chi2.ppf(CONFIDENCE, 1)), n * worth, k / n
    middle = (share + z2 / (2 * size)) / (1 + z2 / size)
    half = math.sqrt(z2 * (share * (1 - share) / size + z2 / (4 * size * size))) / (1 + z2 / size)
    return max(0.0, middle - half), min(1.0, middle + half)


def _corrected(answers: Sequence[int], confusion: Confusion, worth: float) -> dict[Tone, Estimate]:
    """The shares of the true tones that would make the model answer so, by minimum chi-square.

    If π are the true shares and A the rates at which a tone is answered so, the answers have the shares Aᵀπ (Rogan and
    Gladen 1978 for two classes). The residual's covariance is that of the sample plus that of the measured rates,
    Σ π²Cov(A) (as in Lang and Reiczigel 2014). A share belongs to the interval when the best mix of the other tones
    that goes with it is not worse than the best of all by more than the chi-square bound. For a model that never errs
    this is Wilson's interval.
    """
    rates, tested = _rates(confusion)
    total = sum(answers)
    seen = np.asarray(answers, dtype=np.float64) / total
    bound = float(stats.chi2.ppf(CONFIDENCE, 1))
    found: dict[Tone, Estimate] = {}
    for k, tone in enumerate(TONES):
        misfit = _profile(k, seen, rates, tested, total * worth)
        kept = np.flatnonzero(misfit <= misfit.min() + bound)
        best = int(misfit.argmin())
        # One step of slack on either side: what lies between two steps is not left out.
        low, high = max(0, int(kept[0]) - 1), min(_STEPS, int(kept[-1]) + 1)
        found[tone] = Estimate(best / _STEPS, low / _STEPS, high / _STEPS, total, corrected=True)
    return found


def _rates(confusion: Confusion) -> tuple[_Array, _Array]:
    counted = np.asarray(confusion, dtype=np.float64)
    tested = counted.sum(axis=1)
    padded = counted + _UNSEEN
    return padded / padded.sum(axis=1, keepdims=True), tested


def _profile(k: int, seen: _Array, rates: _Array, tested: _Array, size: float) -> _Array:
    """How badly each share of tone `k`, with the best mix of the other two, explains the answers: a chi-square.

    One answer is left out, because all sum to one. The mix is fitted by generalised least squares, in rounds because
    the covariance depends on it.
    """
    shares = np.linspace(0, 1, _STEPS + 1)
    told = rates[:, :-1]
    first, second = (i for i in range(len(TONES)) if i != k)
    measuring = _spread(told) / tested[:, None, None]
    pull = (1 - shares)[:, None] * (told[first] - told[second])
    mixed = np.empty((len(shares), len(TONES)))
    part = np.full(len(shares), 0.5)
    for round_ in range(_ROUNDS + 1):
        mixed[:, k] = shares
        mixed[:, first], mixed[:, second] = (1 - shares) * part, (1 - shares) * (1 - part)
        expected = mixed @ told
        spread = _spread(expected) / size + np.einsum("si,ijk->sjk", mixed**2, measuring)
        inverse = np.linalg.inv(spread)
        residual = seen[:-1] - expected
        if round_ < _ROUNDS:
            weighted = np.einsum("sjk,sk->sj", inverse, pull)
            strength = (weighted * pull).sum(axis=1)
            moved = np.divide((weighted * residual).sum(axis=1), strength, out=np.zeros_like(part), where=strength > 0)
            part = np.clip(part + moved, 0, 1)
    return np.asarray(np.einsum("sj,sjk,sk->s", residual, inverse, residual))


def _spread(shares: _Array) -> _Array:
    """The covariance of one draw from a multinomial: diag(p) − ppᵀ."""
    return np.eye(shares.shape[-1]) * shares[..., None] - shares[..., :, None] * shares[..., None, :]


def compare_shares(now: tuple[int, int], before: tuple[int, int], *, worth: float = 1.0) -> Change:
    """Two shares as (counted, of how many): Fisher's exact test, and Newcombe's interval (1998) of the difference.

    Both periods were read by the same model, whose errors make differences smaller and none larger: what is called
    significant of the answers is so of the truth as well. `worth` is the share of independent texts among all.
    """
    (k, n), (base_k, base_n) = now, before
    if min(n, base_n) < LEAST_SAMPLE:
        return NOT_JUDGED
    scaled = [round(v * worth) for v in (k, n - k, base_k, base_n - base_k)]
    p = float(stats.fisher_exact([scaled[:2], scaled[2:]]).pvalue)
    difference = k / n - base_k / base_n
    (low, high), (base_low, base_high) = _wilson_ends(k, n, worth), _wilson_ends(base_k, base_n, worth)
    down = math.hypot(k / n - low, base_high - base_k / base_n)
    up = math.hypot(high - k / n, base_k / base_n - base_low)
    return Change(_trend(p, difference), p, difference, max(-1.0, difference - down), min(1.0, difference + up))


def compare_volumes(now: Sequence[int], before: Sequence[int], *, days: tuple[int, int] | None = None) -> Change:
    """Two volumes, each as its counts by day, or as one total with the `days` (now, before) that it is of.

    A conditional binomial test (Przyborowski and Wilenski 1940). Messages come in bursts, which makes totals vary more
    than independent ones would: where days are given, the counts are divided by their dispersion, never less than 1.
    """
    total, base = sum(now), sum(before)
    if total + base < LEAST_SAMPLE or not now or not before:
        return NOT_JUDGED
    spread = _dispersion(now, before)
    seen, seen_base = round(total / spread), round(base / spread)
    if not seen + seen_base:
        return NOT_JUDGED
    length, base_length = days or (len(now), len(before))
    test = stats.binomtest(seen, seen + seen_base, length / (length + base_length))
    rate, base_rate = total / length, base / base_length
    difference = (rate - base_rate) / base_rate if base else None
    return Change(_trend(float(test.pvalue), rate - base_rate), float(test.pvalue), difference)


def _dispersion(*periods: Sequence[int]) -> float:
    """The variance of daily counts about their period's mean, in units of the mean."""
    freedom = sum(len(days) - 1 for days in periods)
    if not freedom:
        return 1.0
    means = [sum(days) / len(days) for days in periods]
    pearson = sum((day - mean) ** 2 / mean for days, mean in zip(periods, means, strict=True) if mean for day in days)
    return max(1.0, pearson / freedom)


def share_trend(counted: Sequence[int], of: Sequence[int], *, worth: float = 1.0) -> Change:
    """Whether a share moves one way over equal stretches of time: the test of Cochran (1954) and Armitage (1955)."""
    stretches = [(t, k, n) for t, (k, n) in enumerate(zip(counted, of, strict=True)) if n]
    size = sum(n for _, _, n in stretches)
    if len(stretches) < LEAST_STRETCHES or size < LEAST_SAMPLE:
        return NOT_JUDGED
    share = sum(k for _, k, _ in stretches) / size
    middle = sum(t * n for t, _, n in stretches) / size
    spread = sum(n * (t - middle) ** 2 for t, _, n in stretches)
    slope = sum(k * (t - middle) for t, k, _ in stretches)
    if not 0 < share < 1 or not spread:
        return Change(Trend.STEADY, 1.0)
    z = slope / math.sqrt(share * (1 - share) * spread / worth)
    p = float(2 * stats.norm.sf(abs(z)))
    return Change(_trend(p, slope), p)


def all_together(changes: Mapping[str, Change]) -> dict[str, Change]:
    """Many changes tested at once, by Holm's correction: many topics make no trend by their number."""
    tested = {key: change.p for key, change in changes.items() if change.p is not None}
    corrected = dict(zip(tested, holm(list(tested.values())), strict=True))
    found: dict[str, Change] = {}
    for key, change in changes.items():
        if key not in corrected:
            found[key] = change
            continue
        kept = change.trend if corrected[key] < SIGNIFICANCE else Trend.STEADY
        found[key] = replace(change, trend=kept, p=corrected[key])
    return found


def volume_trend(counts: Sequence[int]) -> Change:
    """Whether a volume moves one way over equal stretches of time: Mann (1945) and Kendall, which no burst can sway."""
    if len(counts) < LEAST_STRETCHES or sum(counts) < LEAST_SAMPLE:
        return NOT_JUDGED
    if len(set(counts)) == 1:
        return Change(Trend.STEADY, 1.0)
    result = stats.kendalltau(range(len(counts)), counts)
    return Change(_trend(float(result.pvalue), float(result.statistic)), float(result.pvalue))


def holm(chances: Sequence[float]) -> list[float]:
    """Chances corrected for how many there are (Holm 1979), in the order given."""
    order = sorted(range(len(chances)), key=lambda i: chances[i])
    stepped = [min(1.0, (len(chances) - rank) * chances[i]) for rank, i in enumerate(order)]
    for before, after in pairwise(range(len(stepped))):
        stepped[after] = max(stepped[before], stepped[after])
    return [value for _, value in sorted(zip(order, stepped, strict=True))]


def _trend(p: float, direction: float) -> Trend:
    if p >= SIGNIFICANCE or not direction:
        return Trend.STEADY
    return Trend.RISING if direction > 0 else Trend.FALLING


def _percent(share: float) -> int:
    """Whole per cent, half up: an interval that wide needs no decimals."""
    return math.floor(share * 100 + 0.5)
