"""Figures over every feature, each with what it is counted from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from consult.clock import local_date
from consult.comments.models import Comment
from consult.comments.rules import COUNTED
from consult.drafts.queries import consultations_since
from consult.hotline.models import OrderState, WorkOrder
from consult.hotline.queries import in_stream
from consult.issues.models import SubmissionFinding
from consult.issues.queries import Judged, corrected_findings, latest_run
from consult.responses.models import Thread, ThreadState
from consult.tones.measured import confusion_behind
from consult.tones.models import ToneCorrection
from reports.estimates.model import Confusion, Estimate
from reports.estimates.shares import effective_size, estimated_shares
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
    """The tones of the words of a time, and how sure the shares are."""

    counts: Mapping[str, int]  #: by the name of the tone, a person's word where there is one
    corrected: int  #: of them, corrected by people
    shares: Mapping[Tone, Estimate]  #: empty for too few texts

    @property
    def total(self) -> int:
        """Texts that were read."""
        return sum(self.counts.values())


def tone_figures(own: Session, now: datetime) -> ToneFigures | None:
    """The tones of the last twelve months as the newest analysis and people's corrections have them; None before
    the first one. Counts and shares are those that a bulletin over the same texts prints."""
    run = latest_run(own)
    if run is None:
        return None
    since = now - timedelta(days=365)
    said = func.coalesce(WorkOrder.said_at, WorkOrder.received_at)
    within = {
        "order": in_stream()
        .where(said >= since, WorkOrder.state != OrderState.REFUSED)
        .with_only_columns(WorkOrder.id)
        .order_by(None),
        "comment": select(Comment.id).where(Comment.state.in_(COUNTED), Comment.submitted_at >= since),
    }
    answers: Counter[str] = Counter()
    in_force: Counter[str] = Counter()
    copies: Counter[str] = Counter()
    for kind, ids in within.items():
        found = SubmissionFinding.kind == kind, SubmissionFinding.model_version == run.model_version
        of_these = SubmissionFinding.subject_id.in_(ids)
        for column, counted in ((SubmissionFinding.tone, answers), (SubmissionFinding.campaign, copies)):
            rows = own.execute(select(column, func.count()).where(*found, of_these).group_by(column))
            counted.update(dict(rows.all()))
    in_force.update(answers)
    corrected = _corrected(own, run.model_version, within)
    in_force.subtract(j.row.tone for j in corrected)
    in_force.update(j.tone for j in corrected)
    alone = copies.pop("", 0)
    worth = effective_size([*copies.values(), *[1] * alone]) / (answers.total() or 1)
    told = (tuple(sorted(answers.items())), tuple(sorted((+in_force).items())))
    return ToneFigures(+in_force, len(corrected), _shares(*told, confusion_behind(own, run.model_version), worth))


def _corrected(own: Session, model_version: str, within: Mapping[str, Select[int]]) -> list[Judged]:
    """The findings about texts of the time that a person's word stands against."""
    standing = {judged.key: judged for judged in corrected_findings(own, model_version)}
    found: list[Judged] = []
    for kind, ids in within.items():
        touched = select(ToneCorrection.subject_id).where(ToneCorrection.kind == kind)
        keys = (f"{kind}:{number}" for number in own.scalars(ids.where(ids.selected_columns[0].in_(touched))))
        found += [standing[key] for key in keys if key in standing]
    return found


_Counts = tuple[tuple[str, int], ...]


@lru_cache(maxsize=16)
def _shares(answers: _Counts, in_force: _Counts, confusion: Confusion | None, worth: float) -> Mapping[Tone, Estimate]:
    # Some hundredths of a second, and the same until the next analysis or correction.
    return estimated_shares(dict(answers), dict(in_force), confusion, worth=worth)


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
