"""What tests say of the bulletin's changes: of the volume, of the negative share, of each issue.

The tests are those of `reports.estimates`; here is decided what is compared with what. Shares are compared by the
model's own answers: people correct more of one period than of another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from reports.bulletin.buckets import Bucket, buckets
from reports.bulletin.model import BaseCounts, IssueLine
from reports.bulletin.scope import Scope, back, days_of
from reports.estimates.model import LEAST_STRETCHES, NOT_JUDGED, Change
from reports.estimates.shares import effective_size
from reports.estimates.trends import all_together, compare_shares, compare_volumes, share_trend, volume_trend
from reports.model import Period, Tone

#: The last stretch of a period is compared with the one before it; the longest of these days that fits twice is taken.
WINDOWS = (30, 7)

#: The names of the tests, as the data files give them.
TWO_SHARES = "两期占比：Fisher精确检验"
TWO_VOLUMES = "两期数量：条件二项检验，按日离散程度校正"
WEEKLY_SHARE = "逐周占比：Cochran–Armitage趋势检验"
WEEKLY_VOLUME = "逐周数量：Mann–Kendall趋势检验，Holm校正"
WINDOW_VOLUME = "两段数量：条件二项检验，按日离散程度校正，Holm校正"


def windows_of(period: Period | None) -> tuple[Period, Period] | None:
    """The last window of a period and the one before it; None when not even the shortest fits twice."""
    window = next((w for w in WINDOWS if period is not None and days_of(period) >= 2 * w), 0)
    if period is None or not window:
        return None
    end = period.end
    return Period(back(end, window - 1), end), Period(back(end, 2 * window - 1), back(end, window))


def worth(scope: Scope) -> float:
    """Independent texts as a share of all: each campaign counts once, by `effective_size`."""
    sizes: dict[str, int] = {}
    alone = 0
    for id_ in scope.ids:
        campaign = scope.campaign_of.get(id_, "")
        if campaign:
            sizes[campaign] = sizes.get(campaign, 0) + 1
        else:
            alone += 1
    return effective_size([*sizes.values(), *[1] * alone]) / len(scope.items)


def daily(scope: Scope, ids: Sequence[str], period: Period) -> list[int]:
    """How many of the ids fall on each day of the period, days of none included."""
    counts = [0] * days_of(period)
    for id_ in ids:
        day = scope.days.get(id_)
        if day is not None and period.start <= day <= period.end:
            counts[(day - period.start).days] += 1
    return counts


def of_volume(scope: Scope, late: Period, early: Period) -> Change:
    """The later stretch against the earlier."""
    return compare_volumes(daily(scope, scope.ids, late), daily(scope, scope.ids, early))


def of_volume_since(scope: Scope, base: BaseCounts) -> Change:
    """This period against an earlier one of which only the total is known."""
    now = daily(scope, scope.ids, scope.period) if scope.period else [len(scope.items)]
    days = (days_of(scope.period) if scope.period else days_of(base.period), days_of(base.period))
    return compare_volumes(now, (base.received,), days=days)


def of_negatives(scope: Scope, late: Period, early: Period) -> Change:
    """The share of negative answers among all texts with words, in the later stretch against the earlier."""
    counts = [_negatives(scope.answers(scope.between(p.start, p.end))) for p in (late, early)]
    return compare_shares(counts[0], counts[1], worth=worth(scope))


def of_negatives_since(scope: Scope, base: BaseCounts) -> Change:
    """The same against an earlier period of which only the counts are known."""
    before = _negatives(base.answers or base.tone)
    return compare_shares(_negatives(scope.answers(scope.ids)), before, worth=worth(scope))


def _negatives(tones: Mapping[str, int]) -> tuple[int, int]:
    read = sum(count for name, count in tones.items() if name != Tone.NO_TEXT.value)
    return tones.get(Tone.NEGATIVE.value, 0), read


def of_negatives_by_week(scope: Scope, cut: Sequence[Bucket]) -> Change:
    """Whether the share of negative answers moves one way over the weeks (or months) of the chart."""
    pairs = [_negatives(scope.answers(scope.between(b.first, b.last))) for b in cut if not b.gathered]
    return share_trend([k for k, _ in pairs], [n for _, n in pairs], worth=worth(scope))


def of_issues(scope: Scope, issues: Sequence[IssueLine]) -> tuple[str, dict[str, Change]]:
    """The name of the test and what it says of every issue's volume, by key.

    By whole weeks when the period has enough of them; else its last window against the one before.
    """
    weeks = _whole_weeks(_without_strays(scope))
    if len(weeks) >= LEAST_STRETCHES:
        found = {issue.key: volume_trend(_weekly(scope, issue, weeks)) for issue in issues}
        return WEEKLY_VOLUME, all_together(found)
    windows = windows_of(scope.period)
    if windows is None:
        return WINDOW_VOLUME, {issue.key: NOT_JUDGED for issue in issues}
    late, early = windows
    found = {
        issue.key: compare_volumes(daily(scope, issue.members, late), daily(scope, issue.members, early))
        for issue in issues
    }
    return WINDOW_VOLUME, all_together(found)


def _without_strays(scope: Scope) -> Period | None:
    """The period without the years of nothing that a few old records put before it; every issue would rise there."""
    _, cut = buckets(scope.days, least="week")
    if scope.period is None or not cut or not cut[0].gathered:
        return scope.period
    return Period(cut[1].first, scope.period.end)


def _whole_weeks(period: Period | None) -> list[date]:
    """The Mondays of the weeks that lie wholly in the period; a part of one would look like a fall."""
    if period is None:
        return []
    monday = period.start + timedelta(days=-period.start.weekday() % 7)
    weeks = ((period.end - monday).days + 1) // 7
    return [monday + timedelta(days=7 * n) for n in range(max(0, weeks))]


def _weekly(scope: Scope, issue: IssueLine, weeks: Sequence[date]) -> list[int]:
    counts = [0] * len(weeks)
    for id_ in issue.members:
        day = scope.days.get(id_)
        if day is not None and day >= weeks[0] and (week := (day - weeks[0]).days // 7) < len(weeks):
            counts[week] += 1
    return counts
