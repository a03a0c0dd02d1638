"""Figures over every feature, each with what it is counted from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.clock import local_date
from consult.comments.models import Comment
from consult.comments.rules import COUNTED
from consult.drafts.queries import consultations_since
from consult.hotline.models import OrderState, WorkOrder
from consult.hotline.queries import in_stream
from consult.issues.models import SubmissionFinding
from consult.issues.queries import latest_run
from consult.responses.models import Thread, ThreadState
from consult.tones.measured import confusion_behind
from reports.estimates.model import Confusion, Estimate
from reports.estimates.shares import tone_shares
from reports.model import Tone

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


@dataclass(frozen=True, slots=True)
class ToneFigures:
    """What the model made of the words of a time, and how sure the shares are."""

    counts: Mapping[str, int]  #: the model's answers by the name of the tone
    shares: Mapping[Tone, Estimate]  #: empty for too few texts

    @property
    def total(self) -> int:
        """Texts that were read."""
        return sum(self.counts.values())


def tone_figures(own: Session, now: datetime) -> ToneFigures | None:
    """The tones of the last twelve months as the newest analysis found them; None before the first one.

    The model's own answers are counted, not people's corrections of them: it is these answers whose errors were
    measured.
    """
    run = latest_run(own)
    if run is None:
        return None
    since = now - timedelta(days=365)
    said = func.coalesce(WorkOrder.said_at, WorkOrder.received_at)
    counts: Counter[str] = Counter()
    for kind, ids in (
        ("order", in_stream().where(said >= since).with_only_columns(WorkOrder.id)),
        ("comment", select(Comment.id).where(Comment.state.in_(COUNTED), Comment.submitted_at >= since)),
    ):
        rows = own.execute(
            select(SubmissionFinding.tone, func.count())
            .where(
                SubmissionFinding.kind == kind,
                SubmissionFinding.model_version == run.model_version,
                SubmissionFinding.subject_id.in_(ids.order_by(None)),
            )
            .group_by(SubmissionFinding.tone)
        )
        for tone, number in rows:
            counts[tone] += number
    return ToneFigures(counts, _shares(tuple(sorted(counts.items())), confusion_behind(own, run.model_version)))


@lru_cache(maxsize=16)
def _shares(counts: tuple[tuple[str, int], ...], confusion: Confusion | None) -> Mapping[Tone, Estimate]:
    # Some hundredths of a second, and the same until the next analysis.
    return tone_shares(dict(counts), confusion)


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
