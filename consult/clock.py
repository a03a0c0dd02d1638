"""The time, as something that is handed in rather than looked up.

Everything in the database is UTC; everything on a page is Asia/Shanghai. Services receive ``now`` from
their caller, and callers take it from the application's `Clock`, so a test can set the time of a whole
journey without patching anything.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock:
    """The real time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock(Clock):
    """A clock that stands still until somebody moves it; for tests and rehearsals."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        """Move to another moment."""
        self._at = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move on by a span of time."""
        self._at += by


def local(moment: datetime) -> datetime:
    """The same moment as a clock in Shanghai shows it."""
    return moment.astimezone(SHANGHAI)


def local_date(moment: datetime) -> date:
    """The calendar day in Shanghai at this moment."""
    return local(moment).date()


def start_of_day(day: date) -> datetime:
    """The first moment of a Shanghai calendar day, in UTC."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The last second of a Shanghai calendar day, in UTC: until when a closing date still counts."""
    return datetime.combine(day, time(23, 59, 59), SHANGHAI).astimezone(UTC)
