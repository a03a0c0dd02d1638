"""Figures over every feature, each with what it is counted from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.clock import local_date
from consult.comments.models import Comment
from consult.comments.rules import COUNTED
from consult.drafts.queries import consultations_since
from consult.hotline.models import OrderState, WorkOrder
from consult.hotline.queries import in_stream
from consult.responses.models import Thread, ThreadState

#: Consultations of a year that a site of its kind should have (rule R6).
YEARLY_TARGET = 6


@dataclass(frozen=True, slots=True)
class Statistics:
    """The public figures of the last twelve months."""

    since: datetime
    consultations: int
    comments: int
    comment_people: int
    orders: int
    orders_done: int
    by_channel: tuple[tuple[str, int], ...]
    by_kind: tuple[tuple[str, int], ...]
    threads: int
    answered: int
    answered_in_time: int
    overdue: int
    mean_days: float | None  #: from opening to answer, calendar days; None without answers


def statistics(own: Session, now: datetime) -> Statistics:
    """Counts of the last twelve months; every share is printed with what it is a share of."""
    since = now - timedelta(days=365)
    comments, people = own.execute(
        select(func.count(), func.count(Comment.person_key.distinct())).where(
            Comment.state.in_(COUNTED), Comment.submitted_at >= since
        )
    ).one()
    orders = in_stream().where(func.coalesce(WorkOrder.said_at, WorkOrder.received_at) >= since).subquery()

    def grouped(name: str) -> tuple[tuple[str, int], ...]:
        column = orders.c[name]
        rows = own.execute(select(column, func.count()).group_by(column).order_by(func.count().desc(), column))
        return tuple((key or "", n) for key, n in rows)

    states = dict(grouped("state"))
    threads = list(
        own.scalars(select(Thread).where(Thread.state != ThreadState.WITHDRAWN, Thread.opened_at >= since)).unique()
    )
    answered = [t for t in threads if t.answered_at is not None]
    spans = [(t.answered_at - t.opened_at).total_seconds() / 86400 for t in answered if t.answered_at]
    return Statistics(
        since=since,
        consultations=consultations_since(own, since),
        comments=comments,
        comment_people=people,
        orders=sum(states.values()),
        orders_done=states.get(OrderState.DONE, 0) + states.get(OrderState.CLOSED, 0),
        by_channel=grouped("channel"),
        by_kind=grouped("kind"),
        threads=len(threads),
        answered=len(answered),
        answered_in_time=sum(local_date(t.answered_at) <= t.due_on for t in answered if t.answered_at),
        overdue=sum(t.state == ThreadState.WAITING and t.due_on < local_date(now) for t in threads),
        mean_days=sum(spans) / len(spans) if spans else None,
    )
