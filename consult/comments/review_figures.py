"""How reviewing went, in public figures by month (rule R54), and its log as a table. Neither holds what was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from consult.accounts.models import User
from consult.clock import SHANGHAI, local
from consult.comments.models import Comment, CommentLog, CommentState
from consult.drafts.models import Draft

MONTHS = 12
HEADINGS = ("时间", "意见编号", "草案", "原状态", "新状态", "理由", "审核人")


@dataclass(frozen=True, slots=True)
class Month:
    """One month of reviewing, in Shanghai's time."""

    start: datetime
    received: int
    reviewed: int  #: first decisions made in this month
    refused: Mapping[str, int]  #: refusals, by reason
    median_hours: float | None  #: from receipt to the first decision, of those reviewed in this month

    @property
    def refusals(self) -> int:
        return sum(self.refused.values())


def _starts(now: datetime) -> list[datetime]:
    """The beginnings of the last twelve months and of the next one, oldest first."""
    start = local(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = [(start + timedelta(days=32)).replace(day=1, tzinfo=SHANGHAI)]
    for _month in range(MONTHS):
        found.append(start)
        start = (start - timedelta(days=1)).replace(day=1)
    return found[::-1]


def _month_of(moment: Any, starts: list[datetime]) -> ColumnElement[int]:
    """The number of the month in which a moment lies."""
    whens = [(and_(moment >= a, moment < b), n) for n, (a, b) in enumerate(pairwise(starts))]
    return case(*whens, else_=-1)


def monthly(own: Session, now: datetime) -> list[Month]:
    """The last twelve months, the newest first; three statements however much was said.

    What was refused and published later is among the refusals of its month all the same: these count decisions.
    """
    starts = _starts(now)
    received = _counts(own, Comment.submitted_at, starts)
    refused: dict[int, dict[str, int]] = {}
    # A subquery, since PostgreSQL does not take two expressions with parameters for the same.
    given = (
        select(_month_of(CommentLog.at, starts).label("month"), CommentLog.reason)
        .where(CommentLog.to_state == CommentState.REFUSED, CommentLog.at >= starts[0])
        .subquery()
    )
    by_reason = select(given.c.month, given.c.reason, func.count()).group_by(given.c.month, given.c.reason)
    for number, reason, count in own.execute(by_reason):
        refused.setdefault(number, {})[reason] = count
    waits = _waits(own, starts)
    return [
        Month(start, received.get(n, 0), waits.get(n, (0, None))[0], refused.get(n, {}), waits.get(n, (0, None))[1])
        for n, start in reversed(list(enumerate(starts[:-1])))
    ]


def _counts(own: Session, moment: Any, starts: list[datetime]) -> dict[int, int]:
    came = select(_month_of(moment, starts).label("month")).where(moment >= starts[0]).subquery()
    rows = own.execute(select(came.c.month, func.count()).group_by(came.c.month))
    return {int(number): int(count) for number, count in rows}


def _seconds(own: Session, earlier: Any, later: Any) -> ColumnElement[float]:
    """The span between two moments; each database has its own way to say it."""
    if own.get_bind().dialect.name == "postgresql":
        return cast(func.extract("epoch", later - earlier), Float)
    return (func.julianday(later) - func.julianday(earlier)) * 86_400.0


def _waits(own: Session, starts: list[datetime]) -> dict[int, tuple[int, float | None]]:
    """By month, how many comments were decided for the first time, and the median of their waiting in hours."""
    decided = (
        select(CommentLog.comment_id, func.min(CommentLog.at).label("at"))
        .where(CommentLog.to_state.in_((CommentState.ACCEPTED, CommentState.REFUSED)))
        .group_by(CommentLog.comment_id)
        .subquery()
    )
    spans = (
        select(
            _month_of(decided.c.at, starts).label("month"),
            _seconds(own, Comment.submitted_at, decided.c.at).label("span"),
        )
        .join(Comment, Comment.id == decided.c.comment_id)
        .where(decided.c.at >= starts[0])
        .subquery()
    )
    ranked = select(
        spans.c.month,
        spans.c.span,
        func.row_number().over(partition_by=spans.c.month, order_by=spans.c.span).label("place"),
        func.count().over(partition_by=spans.c.month).label("number"),
    ).subquery()
    middle = ranked.c.place * 2
    rows = own.execute(
        select(ranked.c.month, func.max(ranked.c.number), func.avg(ranked.c.span))
        .where(middle >= ranked.c.number, middle <= ranked.c.number + 2)
        .group_by(ranked.c.month)
    )
    return {int(month): (int(number), float(span) / 3600) for month, number, span in rows}


#: As the file prints them; the words of reasons are those of the published ledger.
_STATES = {"pending": "待审核", "accepted": "审核通过", "refused": "不予公开", "withdrawn": "作者撤回"}


def log_rows(own: Session) -> Iterator[tuple[str, ...]]:
    """Every change of a comment's status that an officer made, oldest first: no text, note or author of a comment."""
    officer = aliased(User)
    rows = own.execute(
        select(
            CommentLog.at,
            CommentLog.comment_id,
            Draft.title,
            CommentLog.from_state,
            CommentLog.to_state,
            CommentLog.reason,
            officer.handle,
        )
        .join(Comment, Comment.id == CommentLog.comment_id)
        .join(Draft, Draft.id == Comment.draft_id)
        .join(officer, officer.id == CommentLog.actor_id)
        .order_by(CommentLog.id)
    )
    for at, number, title, before, after, reason, by in rows:
        yield (
            f"{local(at):%Y-%m-%d %H:%M:%S}",
            str(number),
            title,
            _STATES.get(before, ""),
            _STATES.get(after, after),
            reason,
            by,
        )
