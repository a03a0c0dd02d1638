"""Extending a consultation, announcing hearings, and naming related drafts. Services flush, views commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.clock import local_date
from consult.db import insert_ignoring, look_again
from consult.drafts import rules as draft_rules
from consult.drafts.around import rules
from consult.drafts.around.models import DraftExtension, Hearing, RelatedDraft
from consult.drafts.models import Draft, DraftLog, DraftState
from consult.drafts.rules import Phase
from consult.errors import IllegalTransition, InvalidInput

#: A consultation lasts no longer than this; it catches a mistyped year.
MAX_PERIOD_DAYS = 366


@dataclass(frozen=True, slots=True)
class HearingPlan:
    """What is announced of a hearing."""

    day: date
    time: time
    place: str
    quota: int
    agenda: str
    papers_on: date


def extend(own: Session, actor: Actor, draft: Draft, closes_on: date, reason: str, now: datetime) -> DraftExtension:
    """Let a consultation close later, with a reason that stands on its public page.

    Only before it has closed, and never shorter: whoever planned to speak until the day that was announced can.
    Raises `IllegalTransition` once it has closed, `InvalidInput` naming the first possible day.
    """
    look_again(own, draft)
    if draft_rules.phase(draft, now) not in (Phase.OPEN, Phase.UPCOMING):
        raise IllegalTransition("Only a consultation that has not closed yet can be extended.")
    assert draft.opens_at is not None and draft.closes_at is not None
    before, opens_on = draft.closes_at, local_date(draft.opens_at)
    if closes_on <= local_date(before):
        raise InvalidInput(
            "The period can become longer, never shorter. The first possible day is %(earliest)s.",
            field="closes_on",
            earliest=(local_date(before) + timedelta(days=1)).isoformat(),
        )
    if draft_rules.period_days(opens_on, closes_on) > MAX_PERIOD_DAYS:
        raise InvalidInput("A consultation of more than a year is surely a mistyped date.", field="closes_on")
    if not draft_rules.is_reason_of_substance(reason):
        raise InvalidInput(
            "Please say in at least %(least)d characters why it is extended; the reason is public.",
            field="reason",
            least=draft_rules.REASON_LETTERS,
        )
    draft.closes_at = draft_rules.closing_moment(closes_on)
    if not draft_rules.is_shortened(draft.kind, draft.touches_business, opens_on, closes_on):
        draft.shortening_reason = ""  # the period is no longer a short one
    added = DraftExtension(
        draft_id=draft.id,
        at=now,
        actor_id=actor.id,
        closed_at_before=before,
        closes_at=draft.closes_at,
        reason=reason.strip(),
    )
    log = DraftLog(
        draft_id=draft.id, at=now, actor_id=actor.id, from_state=draft.state, to_state=draft.state, note=reason.strip()
    )
    own.add_all([added, log])
    own.flush()
    record(
        own,
        now,
        "drafts:period:extended",
        actor=actor,
        subject=f"draft:{draft.id}",
        before=local_date(before).isoformat(),
        closes_on=closes_on.isoformat(),
    )
    return added


def announce_hearing(own: Session, actor: Actor, draft: Draft, plan: HearingPlan, now: datetime) -> Hearing:
    """Announce a hearing on a public draft (rule R16).

    On a regulation at least 30 days before (《规章制定程序条例》第十六条), with the papers at least 7 days before
    (《重大行政决策程序暂行条例》第十六条). Raises `InvalidInput` naming the first or last possible day.
    """
    look_again(own, draft)
    if draft.state != DraftState.PUBLISHED:
        raise IllegalTransition("A hearing is announced for a draft that is public and has no results yet.")
    today = local_date(now)
    _check_days(draft, plan, today)
    if not 1 <= plan.quota <= rules.MAX_QUOTA:
        raise InvalidInput("Say how many may attend, from 1 to %(most)d.", field="quota", most=rules.MAX_QUOTA)
    for name in ("place", "agenda"):
        if not getattr(plan, name).strip():
            raise InvalidInput("Please write something here.", field=name)
    hearing = Hearing(
        draft_id=draft.id,
        starts_at=rules.hearing_moment(plan.day, plan.time),
        place=plan.place.strip(),
        quota=plan.quota,
        agenda=plan.agenda.strip(),
        papers_on=plan.papers_on,
        announced_at=now,
        announced_by=actor.id,
    )
    own.add(hearing)
    own.flush()
    record(own, now, "drafts:hearing:announced", actor=actor, subject=f"draft:{draft.id}", start=plan.day.isoformat())
    return hearing


def _check_days(draft: Draft, plan: HearingPlan, today: date) -> None:
    earliest = rules.earliest_hearing(draft.kind, today)
    if plan.day < earliest:
        raise InvalidInput(
            "A hearing on this kind of draft is announced at least %(days)d days before. Announced today, it can take "
            "place on %(earliest)s or later.",
            field="day",
            days=rules.hearing_notice_days(draft.kind),
            earliest=earliest.isoformat(),
        )
    if (plan.day - today).days > MAX_PERIOD_DAYS:
        raise InvalidInput("A hearing in more than a year is surely a mistyped date.", field="day")
    latest = rules.latest_papers(plan.day)
    if plan.papers_on > latest:
        raise InvalidInput(
            "Those who attend have the papers at least %(days)d days before: by %(latest)s, or choose a later hearing.",
            field="papers_on",
            days=rules.PAPERS_DAYS,
            latest=latest.isoformat(),
        )
    if plan.papers_on < today:
        raise InvalidInput(
            "This day is in the past. The first possible day is %(earliest)s.",
            field="papers_on",
            earliest=today.isoformat(),
        )


def cancel_hearing(own: Session, actor: Actor, hearing: Hearing, reason: str, now: datetime) -> None:
    """Call a hearing off before it begins, with a public reason. Raises `IllegalTransition`, `InvalidInput`."""
    look_again(own, hearing)
    if hearing.cancelled_at is not None or hearing.starts_at <= now:
        raise IllegalTransition("Only a hearing that has not begun can be cancelled.")
    if not draft_rules.is_reason_of_substance(reason):
        raise InvalidInput(
            "Please say in at least %(least)d characters why it is cancelled; the reason is public.",
            field="reason",
            least=draft_rules.REASON_LETTERS,
        )
    hearing.cancelled_at, hearing.cancellation_reason = now, reason.strip()
    record(own, now, "drafts:hearing:cancelled", actor=actor, subject=f"draft:{hearing.draft_id}")


def report_hearing(own: Session, actor: Actor, hearing: Hearing, report: str, now: datetime) -> None:
    """Publish what was said at a hearing, or correct it. Raises `IllegalTransition` before it has taken place."""
    look_again(own, hearing)
    if hearing.cancelled_at is not None or hearing.starts_at > now:
        raise IllegalTransition("A hearing is reported on once it has taken place.")
    if not draft_rules.is_reason_of_substance(report):
        raise InvalidInput("Please report who attended and what was said.", field="report")
    hearing.report = report.strip()
    hearing.reported_at = hearing.reported_at or now
    record(own, now, "drafts:hearing:reported", actor=actor, subject=f"draft:{hearing.draft_id}")


def name_related(own: Session, actor: Actor, draft: Draft, wanted: Iterable[int], now: datetime) -> None:
    """Name exactly these public drafts beside a draft, and it beside them. Unknown ids are left out."""
    ids = set(
        own.scalars(
            select(Draft.id).where(
                Draft.id.in_(set(wanted) - {draft.id}), Draft.state.in_((DraftState.PUBLISHED, DraftState.REPORTED))
            )
        )
    )
    own.execute(delete(RelatedDraft).where((RelatedDraft.draft_id == draft.id) | (RelatedDraft.related_id == draft.id)))
    for other in sorted(ids):
        insert_ignoring(own, RelatedDraft, draft_id=draft.id, related_id=other)
        insert_ignoring(own, RelatedDraft, draft_id=other, related_id=draft.id)
    record(own, now, "drafts:draft:edited", actor=actor, subject=f"draft:{draft.id}", part="related")
