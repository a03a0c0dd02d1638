"""Reading threads, each function for the viewer it is given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import Session, selectinload

from consult.accounts.models import Role, User
from consult.errors import NotFound
from consult.responses.models import Response, ResponseState, Thread, ThreadLog, ThreadState, ThreadSubject
from consult.web.subjects import Subject, subject_of


@dataclass(frozen=True, slots=True)
class ThreadCard:
    """A thread as it shows on the pages of the submissions it answers."""

    id: int
    title: str
    state: str
    is_public: bool
    leader: str  #: post and name
    opened_at: datetime
    due_on: date
    answered_at: datetime | None
    answer: str  #: text of the newest published answer, "" while there is none


def leader_title(leader: User) -> str:
    """A leader as the public page names them: post and name."""
    return f"{leader.post} {leader.display_name}".strip()


def _public() -> Select[Any]:
    return select(Thread).where(Thread.is_public, Thread.state != ThreadState.WITHDRAWN)


def public_threads(*, leader_id: int | None = None, state: str = "") -> Select[Any]:
    """Every listed thread, the newest answer or opening first."""
    statement = _public().options(selectinload(Thread.responses))
    if leader_id:
        statement = statement.where(Thread.leader_id == leader_id)
    if state in (ThreadState.WAITING, ThreadState.ANSWERED):
        statement = statement.where(Thread.state == state)
    return statement.order_by(func.coalesce(Thread.answered_at, Thread.opened_at).desc(), Thread.id.desc())


def access_public_thread(own: Session, thread_id: int) -> Thread:
    """A thread that everybody may read. Raises `NotFound`."""
    found: Thread | None = own.scalar(_public().where(Thread.id == thread_id).options(selectinload(Thread.responses)))
    if found is None:
        raise NotFound()
    return found


def desk_threads(viewer: User, *, state: str = "") -> Select[Any]:
    """Threads of the desk that this account may see, the earliest deadline first, the heavier first."""
    statement = select(Thread)
    if viewer.role == Role.LEADER:
        statement = statement.where(Thread.leader_id == viewer.id)
    elif viewer.role == Role.UNIT:
        statement = statement.where(Thread.unit_id == viewer.unit_id)
    elif viewer.role != Role.OFFICER:
        statement = statement.where(false())
    if state:
        statement = statement.where(Thread.state == state)
    return statement.order_by(Thread.state != ThreadState.WAITING, Thread.due_on, Thread.people.desc(), Thread.id)


def access_desk_thread(own: Session, thread_id: int, viewer: User) -> Thread:
    """A thread of the viewer's desk. Raises `NotFound` for one that is not theirs."""
    statement = desk_threads(viewer).where(Thread.id == thread_id).options(selectinload(Thread.responses))
    found: Thread | None = own.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def thread_of(own: Session, origin: str, origin_id: int) -> Thread | None:
    """The thread opened from an issue or a work order, if there is one."""
    return own.scalar(select(Thread).where(Thread.origin == origin, Thread.origin_id == origin_id))


def subjects_of(own: Session, thread_id: int) -> list[Subject]:
    """The submissions that a thread answers."""
    rows = own.execute(
        select(ThreadSubject.kind, ThreadSubject.subject_id)
        .where(ThreadSubject.thread_id == thread_id)
        .order_by(ThreadSubject.kind, ThreadSubject.subject_id)
    )
    return [subject_of(f"{kind}:{number}") for kind, number in rows]


def published(thread: Thread) -> list[Response]:
    """What the public reads in a thread, in order."""
    return [r for r in thread.responses if r.state == ResponseState.PUBLISHED]


def draft_of(thread: Thread) -> Response | None:
    """The text being prepared, if there is one."""
    drafts = [r for r in thread.responses if r.state == ResponseState.DRAFT]
    return drafts[-1] if drafts else None


def history(own: Session, thread_id: int) -> list[ThreadLog]:
    """Every change of status, in order."""
    return list(own.scalars(select(ThreadLog).where(ThreadLog.thread_id == thread_id).order_by(ThreadLog.id)))


def threads_about(own: Session, kind: str, ids: Iterable[int]) -> dict[int, list[ThreadCard]]:
    """The threads that answer these submissions, by submission id; withdrawn ones are left out.

    The caller has made sure that the viewer may see the submission itself; a thread that is not public
    is told here too, because it answers this very submission, and the caller decides whom it tells.
    """
    wanted = list(ids)
    found: dict[int, list[ThreadCard]] = {}
    for start in range(0, len(wanted), 500):
        rows = own.execute(
            select(ThreadSubject.subject_id, Thread)
            .join(Thread, Thread.id == ThreadSubject.thread_id)
            .where(
                ThreadSubject.kind == kind,
                ThreadSubject.subject_id.in_(wanted[start : start + 500]),
                Thread.state != ThreadState.WITHDRAWN,
            )
            .options(selectinload(Thread.responses))
            .order_by(Thread.id)
        )
        for subject_id, thread in rows.unique():
            found.setdefault(subject_id, []).append(card_of(thread))
    return found


def card_of(thread: Thread) -> ThreadCard:
    """A thread in short."""
    answers = [r.body for r in published(thread) if r.kind == "answer"]
    return ThreadCard(
        id=thread.id,
        title=thread.title,
        state=thread.state,
        is_public=thread.is_public,
        leader=leader_title(thread.leader),
        opened_at=thread.opened_at,
        due_on=thread.due_on,
        answered_at=thread.answered_at,
        answer=answers[-1] if answers else "",
    )
