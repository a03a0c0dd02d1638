"""热度指数: how much an issue occupies people. This platform's own definition; no national formula exists.

    heat = people + endorsements + recency + growth + negativity        (points; each part rounded to 2 decimals)

    people       = 10 · log2(1 + voices), where voices counts each person once, and the n people of one campaign
                   (同文意见) together as 1 + ln n
    endorsements =  4 · ln(1 + max(0, likes − dislikes)) over all members
    recency      = 10 · 0.5 ^ (days from the last member to `as_of` / 30)
    growth       = 10 · max(0, a − b) / (a + b + 5), where a of the members
                   came in the last 30 days and b in the 30 before
    negativity   = 10 · the mean negativity of the members (0..1), only when it is given

The heat is the sum of its parts to the cent. A submission without an author counts as a person of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

from reports.issues import settings
from reports.model import Submission

#: A naive time means Shanghai time (reports.model); China has had no other offset since 1991.
_SHANGHAI = timezone(timedelta(hours=8))


def moment(at: datetime) -> datetime:
    """The time in UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=_SHANGHAI)).astimezone(UTC)


def persons(submissions: Iterable[Submission]) -> set[str]:
    """Keys of the distinct people; the nameless are told apart by their submission."""
    return {s.author or f"\0{s.id}" for s in submissions}


def heat_parts(
    texts: Sequence[Sequence[Submission]], as_of: datetime | None, negativity: Mapping[str, float] | None
) -> dict[str, float]:
    """The parts of the heat, for members grouped by text (each inner sequence is one campaign or one text)."""
    members = [s for group in texts for s in group]
    parts = {
        "people": settings.HEAT_PER_DOUBLING * math.log2(1 + _voices(texts)),
        "endorsements": settings.HEAT_PER_ENDORSEMENT_FOLD
        * math.log1p(max(0, sum(s.likes - s.dislikes for s in members))),
        "recency": 0.0,
        "growth": 0.0,
    }
    days = [] if as_of is None else [(moment(as_of) - moment(s.at)) / timedelta(days=1) for s in members if s.at]
    if days:
        parts["recency"] = settings.HEAT_RECENCY * 0.5 ** (max(0.0, min(days)) / settings.HEAT_HALF_LIFE_DAYS)
        now = sum(day < settings.HEAT_GROWTH_DAYS for day in days)
        before = sum(settings.HEAT_GROWTH_DAYS <= day < 2 * settings.HEAT_GROWTH_DAYS for day in days)
        grown = max(0, now - before) / (now + before + settings.HEAT_GROWTH_PRIOR)
        parts["growth"] = settings.HEAT_GROWTH * grown
    known = [negativity[s.id] for s in members if s.id in negativity] if negativity else []
    if known:
        parts["negativity"] = settings.HEAT_NEGATIVITY * min(1.0, max(0.0, sum(known) / len(known)))
    return {name: round(value, 2) for name, value in parts.items()}


def total(parts: Mapping[str, float]) -> float:
    """The heat: the sum of the parts, exact in hundredths."""
    return sum(round(value * 100) for value in parts.values()) / 100


def _voices(texts: Sequence[Sequence[Submission]]) -> float:
    """People, each counted once; the people who only sent a text that others sent too are damped together."""
    heard: set[str] = set()
    voices = 0.0
    # Own words first: whoever wrote something of their own counts fully, whatever else they sent.
    for group in sorted(texts, key=lambda group: (len(persons(group)), min(s.id for s in group))):
        new = persons(group) - heard
        heard |= new
        if new:
            voices += 1 + math.log(len(new))
    return voices
