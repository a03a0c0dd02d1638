"""Working days by the official holiday calendar of China, 调休 included (rule R22).

Source: the State Council's yearly holiday notices as kept by the ``chinesecalendar`` package. A year
that the package does not know yet is counted by weekends alone and reported as unsure, because the
next year's make-up days are announced only each November.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar


@dataclass(frozen=True, slots=True)
class DueDay:
    """A counted working day, and whether every day on the way was in a known year."""

    day: date
    sure: bool


def is_working_day(day: date) -> tuple[bool, bool]:
    """Whether offices work on this day, and whether the calendar knows it: (works, sure)."""
    try:
        return bool(chinese_calendar.is_workday(day)), True
    except NotImplementedError:
        return day.weekday() < 5, False


def add_working_days(start: date, days: int) -> DueDay:
    """The day that is ``days`` working days after ``start``; the day of ``start`` does not count.

    Raises ValueError for a negative number of days.
    """
    if days < 0:
        raise ValueError("a deadline lies in the future")
    day, sure = start, True
    while days:
        day += timedelta(days=1)
        works, known = is_working_day(day)
        sure = sure and known
        days -= works
    return DueDay(day, sure)


def working_days_between(start: date, end: date) -> int:
    """Working days after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + timedelta(days=n))[0] for n in range(1, (end - start).days + 1))
