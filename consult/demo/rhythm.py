"""When people speak: the rhythm of the day, of the week, and the way a matter grows."""

from __future__ import annotations

import math
import random
from datetime import date, datetime, time, timedelta

from consult.clock import SHANGHAI

#: The days that the demo's hotline looks back on.
WINDOW_DAYS = 120

_HOURS = tuple(range(24))
#: Calls of an hour, relative: a morning peak, a noon dip, an evening shoulder.
_DAY = (2, 1, 1, 1, 1, 2, 6, 14, 26, 34, 32, 24, 13, 15, 24, 28, 25, 20, 16, 17, 18, 15, 9, 4)
#: Matters that wake people up are told at night and in the early morning.
_NIGHT = (20, 14, 9, 6, 5, 7, 12, 16, 14, 11, 9, 7, 5, 5, 6, 7, 7, 8, 10, 13, 17, 22, 28, 28)
#: School hours.
_SCHOOL = (0, 0, 0, 0, 0, 0, 3, 30, 26, 10, 6, 6, 8, 5, 4, 8, 28, 30, 12, 8, 8, 6, 3, 1)

#: When the desk reviews what people wrote.
_REVIEWS = (time(9, 20), time(14, 30), time(17, 10))

_NIGHTLY = frozenset({"mixer-noise", "night-market", "rubber-smell", "street-light"})


def at_time(day: date, rng: random.Random, topic: str = "") -> datetime:
    """A moment of that day which suits the topic."""
    weights = _SCHOOL if topic == "school-jam" else _NIGHT if topic in _NIGHTLY else _DAY
    hour = rng.choices(_HOURS, weights)[0]
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), SHANGHAI)


def review_slot(moment: datetime) -> datetime:
    """When what came in at that moment is reviewed: the desk goes through its queue three times a day."""
    earliest = moment.astimezone(SHANGHAI) + timedelta(minutes=40)
    slots = (datetime.combine(earliest.date(), at, SHANGHAI) for at in _REVIEWS)
    tomorrow = datetime.combine(earliest.date() + timedelta(days=1), _REVIEWS[0], SHANGHAI)
    return next((slot for slot in slots if slot >= earliest), tomorrow)


def office_time(moment: datetime) -> datetime:
    """The moment itself in office hours, else the same minute of the next office day's first hour."""
    local = moment.astimezone(SHANGHAI)
    if local.weekday() < 5 and 9 <= local.hour < 18:
        return local
    day = local.date() if local.hour < 9 else local.date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, time(9, local.minute, local.second), SHANGHAI)


def midnight(day: date) -> datetime:
    """The first moment of a day in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def ordinary_day(today: date, rng: random.Random) -> date:
    """A day of the window; weekends are quieter by half."""
    while True:
        day = today - timedelta(days=rng.randint(1, WINDOW_DAYS))
        if day.weekday() < 5 or rng.random() < 0.5:
            return day


def days_of(shape: str, size: int, today: date, rng: random.Random) -> list[date]:
    """`size` days, oldest first, of a matter that grows in the way its shape names ("burst@24": 24 days ago)."""
    name, _, peak = shape.partition("@")
    found = sorted((_ago(name, int(peak or 0), rng) for _ in range(size)), reverse=True)
    return [_school_day(today - timedelta(days=a)) if name == "weekly" else today - timedelta(days=a) for a in found]


def _ago(shape: str, peak: int, rng: random.Random) -> int:
    """How many days ago, at least 1 and at most the window."""
    u = rng.random()
    if shape == "rising":  # more each week
        value = WINDOW_DAYS * (1 - math.sqrt(u)) * 0.8
    elif shape == "burst":  # one event, talked about for a week
        value = abs(rng.gauss(peak, 3.0))
    elif shape == "step":  # nothing, then a steady stream from one day on
        value = u * 34
    elif shape == "late":  # a new matter
        value = rng.expovariate(1 / 5)
    elif shape == "summer":  # strong at first, then answered and fading
        value = WINDOW_DAYS * math.sqrt(u)
    else:  # steady and weekly
        value = WINDOW_DAYS * u
    return max(1, min(WINDOW_DAYS, round(value)))


def _school_day(day: date) -> date:
    return day - timedelta(days=day.weekday() - 4) if day.weekday() > 4 else day


def comment_day(first: date, last: date, rng: random.Random) -> date:
    """A day of a comment period: many on the first days, some on the last, few in between."""
    length = (last - first).days
    u = rng.random()
    share = u * u * 0.55 if rng.random() < 0.7 else 1 - 0.5 * u * u
    return first + timedelta(days=min(length, int(share * (length + 1))))
