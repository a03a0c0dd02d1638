"""Whether a share or a volume has moved, or chance alone may have made it look so."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from scipy import stats

from reports.estimates.model import (
    LEAST_SAMPLE,
    LEAST_STRETCHES,
    NOT_JUDGED,
    SIGNIFICANCE,
    Change,
    Trend,
)
from reports.estimates.shares import wilson


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
    (low, high), (base_low, base_high) = wilson(k, n, worth), wilson(base_k, base_n, worth)
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
