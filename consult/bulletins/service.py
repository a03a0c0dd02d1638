"""Asking for a bulletin, signing it off, withdrawing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.bulletins import rules
from consult.bulletins.models import Bulletin, BulletinState
from consult.clock import local_date
from consult.errors import IllegalTransition, InvalidInput
from consult.jobs.models import Job
from consult.jobs.service import enqueue

BUILD = "bulletins.build"
PUBLISH = "bulletins.publish"
_NUMBER_LOCK = 0x4E554D42


@dataclass(frozen=True, slots=True)
class Request:
    """What a bulletin is asked for with."""

    start: date
    end: date
    title: str = ""
    organ: str = ""
    document_number: str = ""


def request_bulletin(own: Session, actor: Actor | None, wanted: Request, now: datetime) -> tuple[Bulletin, Job]:
    """Ask for a bulletin over a period; it is built in the background.

    Raises `InvalidInput` naming the field that cannot be accepted.
    """
    if wanted.end < wanted.start:
        raise InvalidInput("The period ends before it begins.", field="end")
    if rules.days_of(wanted.start, wanted.end) > rules.MAX_DAYS:
        raise InvalidInput("A bulletin covers at most %(most)d days.", field="end", most=rules.MAX_DAYS)
    if wanted.start > local_date(now):
        raise InvalidInput("The period lies in the future; there is nothing to report yet.", field="start")
    if wanted.document_number and not rules.is_document_number(wanted.document_number):
        raise InvalidInput(
            "A document number looks like 某政舆〔2026〕3号, without leading zeros.", field="document_number"
        )
    bulletin = Bulletin(
        title=wanted.title.strip()[:120],
        period_start=wanted.start,
        period_end=wanted.end,
        organ=wanted.organ.strip()[:80],
        document_number=wanted.document_number.strip(),
        requested_by=actor.id if actor else None,
        requested_at=now,
    )
    own.add(bulletin)
    own.flush()
    job = enqueue(own, BUILD, {"bulletin_id": bulletin.id}, now=now, actor=actor)
    bulletin.job_id = job.id
    record(
        own,
        now,
        "bulletins:bulletin:requested",
        actor=actor,
        subject=f"bulletin:{bulletin.id}",
        start=wanted.start,
        end=wanted.end,
    )
    return bulletin, job


def sign_off(own: Session, actor: Actor, bulletin: Bulletin, now: datetime) -> Job:
    """Put one's name to a bulletin: it gets its numbers, and its final files are made and published.

    Numbers are continuous and never reused (rule R62): they are given under a lock, in the transaction
    that signs. Raises `IllegalTransition` unless it is built and unsigned.
    """
    if own.get_bind().dialect.name == "postgresql":
        own.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NUMBER_LOCK})
    own.refresh(bulletin, ["state"], with_for_update=True)
    if not rules.can_move(bulletin.state, BulletinState.SIGNING):
        raise IllegalTransition("This bulletin cannot be signed off in its present status.")
    bulletin.year = local_date(now).year
    bulletin.number_in_year = 1 + (
        own.scalar(select(func.max(Bulletin.number_in_year)).where(Bulletin.year == bulletin.year)) or 0
    )
    bulletin.number_in_all = 1 + (own.scalar(select(func.max(Bulletin.number_in_all))) or 0)
    bulletin.state = BulletinState.SIGNING
    bulletin.signed_by, bulletin.signed_at = actor.id, now
    job = enqueue(
        own, PUBLISH, {"bulletin_id": bulletin.id}, now=now, actor=actor, unique_key=f"{PUBLISH}:{bulletin.id}"
    )
    bulletin.job_id = job.id
    record(
        own,
        now,
        "bulletins:bulletin:signed",
        actor=actor,
        subject=f"bulletin:{bulletin.id}",
        number=bulletin.number_in_all,
        content=bulletin.content_sha256,
    )
    return job


def withdraw(own: Session, actor: Actor, bulletin: Bulletin, reason: str, now: datetime) -> None:
    """Take a published bulletin back, with a reason; its number is not given again."""
    if len(reason.strip()) < rules.MIN_REASON:
        raise InvalidInput("Please give the reason.", field="reason")
    if not rules.can_move(bulletin.state, BulletinState.WITHDRAWN):
        raise IllegalTransition("Only a published bulletin can be withdrawn.")
    bulletin.state = BulletinState.WITHDRAWN
    bulletin.withdrawal_reason = reason.strip()[:500]
    record(own, now, "bulletins:bulletin:withdrawn", actor=actor, subject=f"bulletin:{bulletin.id}")


def note_download(own: Session, actor: Actor, bulletin: Bulletin, format: str, now: datetime) -> None:
    """Write into the log who took which file."""
    record(own, now, "bulletins:file:downloaded", actor=actor, subject=f"bulletin:{bulletin.id}", format=format)
