"""Days, weeks or months: how time is cut so that a chart of it stays legible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Step = Literal["day", "week", "month"]

STEP_NAMES: dict[Step, str] = {"day": "日", "week": "周", "month": "月"}

#: More columns than this run into each other on a page 156 mm wide.
MOST_DAYS = 45
MOST_WEEKS = 60

#: A few old records before the bulk would stretch the axis to years of nothing: the leading stretch that
#: holds at most this share of all is gathered into one column, which says so.
STRAY_SHARE = 0.01
#: Gathering is only worth its oddness when it shortens the axis by at least this share.
STRAY_STRETCH = 0.2
#: A record is astray only when this many days without any other follow it.
STRAY_GAP_DAYS = 14


@dataclass(frozen=True, slots=True)
class Bucket:
    """A closed range of days and its label."""

    first: date
    last: date
    label: str
    gathered: bool = False


def buckets(days: Mapping[str, date], *, least: Step = "day") -> tuple[Step, tuple[Bucket, ...]]:
    """Consecutive buckets over all the days, none left out, and the step they were cut by.

    `least` is the shortest step allowed; the step grows until the columns fit.
    """
    if not days:
        return least, ()
    ordered = sorted(days.values())
    bulk = _bulk_start(ordered)
    start, end = bulk or ordered[0], ordered[-1]
    step = _step(start, end, least)
    cut = _cut(start, end, step)
    if bulk is None:
        return step, tuple(cut)
    first = cut[0].first
    if ordered[0] >= first:
        return step, tuple(cut)
    before = Bucket(
        ordered[0],
        first - timedelta(days=1),
        f"{first.year}年{first.month}月{first.day}日前",
        True,
    )
    return step, (before, *cut)


def _bulk_start(ordered: list[date]) -> date | None:
    """The first day of the bulk when stray older records would stretch the axis."""
    strays = int(len(ordered) * STRAY_SHARE)
    if strays == 0:
        return None
    breaks = [i for i in range(strays) if (ordered[i + 1] - ordered[i]).days > STRAY_GAP_DAYS]
    if not breaks:
        return None
    start = ordered[breaks[-1] + 1]
    span = (ordered[-1] - ordered[0]).days
    return start if (start - ordered[0]).days >= span * STRAY_STRETCH else None


def _step(start: date, end: date, least: Step) -> Step:
    span = (end - start).days + 1
    if least == "day" and span <= MOST_DAYS:
        return "day"
    if least != "month" and span <= MOST_WEEKS * 7:
        return "week"
    return "month"


def _cut(start: date, end: date, step: Step) -> list[Bucket]:
    found: list[Bucket] = []
    at = _floor(start, step)
    while at <= end:
        following = _next(at, step)
        found.append(Bucket(at, following - timedelta(days=1), _label(at, step)))
        at = following
    return found


def _floor(day: date, step: Step) -> date:
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def _next(day: date, step: Step) -> date:
    if step == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 if step == "week" else 1)


def _label(day: date, step: Step) -> str:
    if step == "month":
        return f"{day.year}年{day.month}月"
    return f"{day.year}年{day.month}月{day.day}日"
