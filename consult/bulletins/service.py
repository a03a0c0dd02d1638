"""Asking for a bulletin, signing it off, withdrawing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.bulletins import rules
from consult.bulletins.editions import listed_ids
from consult.bulletins.models import Bulletin, BulletinState
from consult.bulletins.queries import content_of, files_are_behind, job_of, published
from consult.clock import local_date
from consult.errors import Conflict, IllegalTransition, InvalidInput
from consult.issues.material import taken_back
from consult.jobs.models import ENDED, Job
from consult.jobs.service import enqueue

BUILD = "bulletins.build"
PUBLISH = "bulletins.publish"
RENEW = "bulletins.renew"
_NUMBER_LOCK = 0x4E554D42


class SubmissionsTakenBack(Conflict):
    """An unsigned bulletin holds words that were taken back or refused since it was built."""

    message = "Submissions in this bulletin were taken back or refused since it was built. Build it again first."


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


def build_again(own: Session, actor: Actor, bulletin: Bulletin, now: datetime) -> Job:
    """Start the work on a bulletin once more: from the present data while it is unsigned, or only the signed files.

    For a bulletin whose work failed or was cancelled, and for a built one that nobody has signed. Raises
    `IllegalTransition` while the work goes on, and once the bulletin is published.
    """
    own.refresh(bulletin, ["state", "job_id"], with_for_update=True)
    job = job_of(own, bulletin)
    working = bulletin.state in (BulletinState.BUILDING, BulletinState.SIGNING)
    if working and job is not None and job.state not in ENDED:
        raise IllegalTransition("The work on this bulletin is going on; cancel it first.")
    if not working and not rules.can_move(bulletin.state, BulletinState.BUILDING):
        raise IllegalTransition("A signed bulletin is not built again; withdraw it and ask for a new one.")
    kind = PUBLISH if bulletin.state == BulletinState.SIGNING else BUILD
    bulletin.state = BulletinState.SIGNING if kind == PUBLISH else BulletinState.BUILDING
    job = enqueue(own, kind, {"bulletin_id": bulletin.id}, now=now, actor=actor, unique_key=f"{kind}:{bulletin.id}")
    bulletin.job_id = job.id
    record(own, now, "bulletins:bulletin:rebuilt", actor=actor, subject=f"bulletin:{bulletin.id}", kind=kind)
    return job


def renew_files(own: Session, bulletin: Bulletin, now: datetime) -> Job:
    """Ask for the public files to be made anew without the words that were taken back; asked twice, it is one job."""
    return enqueue(own, RENEW, {"bulletin_id": bulletin.id}, now=now, unique_key=f"{RENEW}:{bulletin.id}")


def renew_what_is_behind(own: Session, now: datetime) -> int:
    """A chore: have the public files made anew wherever they print words that were taken back; how many."""
    behind = [b for b in own.scalars(published()) if files_are_behind(own, b)]
    for bulletin in behind:
        renew_files(own, bulletin, now)
    return len(behind)


def sign_off(own: Session, actor: Actor, bulletin: Bulletin, now: datetime) -> Job:
    """Put one's name to a bulletin: it gets its numbers, and its final files are made and published.

    Numbers are continuous and never reused (rule R62): they are given under a lock, in the transaction
    that signs. Raises `IllegalTransition` unless it is built and unsigned, `SubmissionsTakenBack` when it counts
    what is no longer there: that must be built again and read again first.
    """
    if own.get_bind().dialect.name == "postgresql":
        own.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NUMBER_LOCK})
    own.refresh(bulletin, ["state"], with_for_update=True)
    if not rules.can_move(bulletin.state, BulletinState.SIGNING):
        raise IllegalTransition("This bulletin cannot be signed off in its present status.")
    if taken_back(own, listed_ids(content_of(bulletin))):
        raise SubmissionsTakenBack()
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
