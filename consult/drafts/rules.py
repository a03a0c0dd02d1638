"""What the law asks of a consultation's period, and which changes of status there are. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal

from consult.clock import SHANGHAI, local_date
from consult.drafts.models import Draft, DraftKind, DraftState
from consult.workdays import add_working_days, working_days_between


class Phase(StrEnum):
    """Where a draft stands at one moment (rule R7)."""

    EDITING = "editing"
    UPCOMING = "upcoming"  #: public, not yet open
    OPEN = "open"  #: 征集中
    CLOSED = "closed"  #: 已结束
    REPORTED = "reported"  #: 已反馈
    WITHDRAWN = "withdrawn"


#: From which state a person may take a draft to which; everything else is refused.
TRANSITIONS: dict[DraftState, frozenset[DraftState]] = {
    DraftState.EDITING: frozenset({DraftState.PUBLISHED, DraftState.WITHDRAWN}),
    DraftState.PUBLISHED: frozenset({DraftState.REPORTED, DraftState.WITHDRAWN}),
    DraftState.REPORTED: frozenset(),
    DraftState.WITHDRAWN: frozenset(),
}

#: A reason for shortening says something: this many letters, of which this many differ. A setting of
#: ours: the law asks for an explanation, and one that could stand anywhere ("工作需要") explains nothing.
REASON_LETTERS = 10
REASON_DISTINCT_LETTERS = 6
CLOSING_TIME = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Minimum:
    """The shortest usual period for a draft, and where it is written."""

    days: int
    unit: Literal["calendar", "working"]
    source: str  #: the rule's name as the desk shows it


_DECISION = Minimum(30, "calendar", "《重大行政决策程序暂行条例》第十五条")
_REGULATION = Minimum(30, "calendar", "《规章制定程序条例》第十五条")
_NORMATIVE = Minimum(7, "working", "行政规范性文件公开征求意见的通行做法")
_BUSINESS = Minimum(30, "calendar", "《优化营商环境条例》第六十二条")
_BY_KIND = {
    DraftKind.DECISION: _DECISION,
    DraftKind.REGULATION: _REGULATION,
    DraftKind.NORMATIVE: _NORMATIVE,
}


def can_move(state: str, to: DraftState) -> bool:
    """Whether a draft may change from one status to another."""
    return to in TRANSITIONS[DraftState(state)]


def minimums(kind: str, touches_business: bool) -> tuple[Minimum, ...]:
    """Every minimum that holds for a draft; all of them must be kept (rule R3).

    All three sources say 一般不少于 ("as a rule not less than"), so that a shorter period is lawful when
    its reason is made public, for drafts that touch businesses as well.
    """
    own = _BY_KIND[DraftKind(kind)]
    return (own, _BUSINESS) if touches_business else (own,)


def earliest_closing(kind: str, touches_business: bool, opens_on: date) -> date:
    """The first closing day that needs no reason; the day of publication does not count (rule R1)."""

    def end(minimum: Minimum) -> date:
        if minimum.unit == "working":
            return add_working_days(opens_on, minimum.days).day
        return opens_on + timedelta(days=minimum.days)

    return max(end(m) for m in minimums(kind, touches_business))


def period_days(opens_on: date, closes_on: date) -> int:
    """Calendar days for commenting, the opening day not counted."""
    return (closes_on - opens_on).days


def period_working_days(opens_on: date, closes_on: date) -> int:
    """Working days for commenting by the official calendar, the opening day not counted."""
    return working_days_between(opens_on, closes_on)


def is_shortened(kind: str, touches_business: bool, opens_on: date, closes_on: date) -> bool:
    """Whether this period is shorter than the law's usual minimum and so needs a public reason (R2)."""
    return closes_on < earliest_closing(kind, touches_business, opens_on)


def is_reason_of_substance(reason: str) -> bool:
    """Whether a text can be a reason: enough letters, and not the same few over and over."""
    letters = [c for c in reason if c.isalpha()]
    return len(letters) >= REASON_LETTERS and len(set(letters)) >= REASON_DISTINCT_LETTERS


def opening_moment(day: date) -> datetime:
    """The first second of a day in Shanghai."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def closing_moment(day: date) -> datetime:
    """The last second of a day in Shanghai: the last one in which a comment is accepted."""
    return datetime.combine(day, CLOSING_TIME, SHANGHAI).astimezone(UTC)


def phase(draft: Draft, now: datetime) -> Phase:
    """Where a draft stands at this moment, to the second (rule R7)."""
    if draft.state != DraftState.PUBLISHED:
        return Phase(draft.state)
    assert draft.opens_at is not None and draft.closes_at is not None  # held by a CHECK constraint
    if now < draft.opens_at:
        return Phase.UPCOMING
    return Phase.OPEN if now < draft.closes_at + timedelta(seconds=1) else Phase.CLOSED


def is_open(draft: Draft, now: datetime) -> bool:
    """Whether comments are accepted at this moment."""
    return phase(draft, now) is Phase.OPEN


def is_public(draft: Draft) -> bool:
    """Whether everybody may know of this draft, be it as withdrawn."""
    return draft.published_at is not None


def days_left(draft: Draft, now: datetime) -> int:
    """Whole calendar days until the closing day; 0 on the day itself, negative afterwards."""
    assert draft.closes_at is not None
    return (local_date(draft.closes_at) - local_date(now)).days


def total_days(draft: Draft) -> int:
    """Length of the period in calendar days, at least one."""
    assert draft.opens_at is not None and draft.closes_at is not None
    return max(1, period_days(local_date(draft.opens_at), local_date(draft.closes_at)))
