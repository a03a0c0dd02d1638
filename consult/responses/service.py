"""Opening a thread, preparing and publishing what is said in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from blinker import Signal
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consult.accounts.models import AccountState, Role, Unit, User
from consult.audit.service import Actor, record
from consult.clock import local_date
from consult.db import insert_ignoring
from consult.errors import IllegalTransition, InvalidInput, NotAllowed
from consult.responses import rules
from consult.responses.models import (
    Response,
    ResponseKind,
    ResponseState,
    Thread,
    ThreadLog,
    ThreadState,
    ThreadSubject,
)
from consult.responses.queries import draft_of, thread_of
from consult.web.subjects import Subject

#: Sent inside the transaction in which an answer is published: ``answered.send(thread, own=, actor=, now=)``.
#: Features above connect to it, so that a work order ends when its thread is answered.
answered = Signal()


@dataclass(frozen=True, slots=True)
class NewThread:
    """What a thread is opened with."""

    title: str
    summary: str
    leader_id: int
    unit_id: int | None
    working_days: int
    subjects: tuple[Subject, ...]
    origin: str  #: "issue" or "order"
    origin_id: int
    received: int
    distinct_texts: int
    people: int
    is_public: bool = True


def open_thread(own: Session, actor: Actor, new: NewThread, now: datetime) -> Thread:
    """Put a matter to a leader. Opening twice from one origin gives the thread that is there.

    Raises `InvalidInput` naming the field that cannot be accepted.
    """
    existing = thread_of(own, new.origin, new.origin_id)
    if existing is not None:
        return existing
    leader = own.get(User, new.leader_id)
    if leader is None or leader.role != Role.LEADER or leader.state != AccountState.ACTIVE:
        raise InvalidInput("Please choose the leader who is to answer.", field="leader")
    if new.unit_id is not None and own.get(Unit, new.unit_id) is None:
        raise InvalidInput("There is no such unit.", field="unit")
    if not 1 <= new.working_days <= rules.MAX_WORKING_DAYS:
        raise InvalidInput(
            "The deadline lies between 1 and %(most)d working days.",
            field="working_days",
            most=rules.MAX_WORKING_DAYS,
        )
    if not 2 <= len(new.title.strip()) <= 120:
        raise InvalidInput("The title has between 2 and 120 characters.", field="title")
    if not new.subjects:
        raise InvalidInput("A thread answers at least one submission.")
    due = rules.due_day(now, new.working_days)
    thread = Thread(
        title=new.title.strip(),
        summary=new.summary.strip(),
        origin=new.origin,
        origin_id=new.origin_id,
        is_public=new.is_public,
        leader=leader,
        unit_id=new.unit_id,
        due_on=due.day,
        due_is_sure=due.sure,
        received=new.received,
        distinct_texts=new.distinct_texts,
        people=new.people,
        opened_by=actor.id,
        opened_at=now,
    )
    try:
        with own.begin_nested():
            own.add(thread)
    except IntegrityError:  # somebody opened it at the same moment: theirs stands
        opened = thread_of(own, new.origin, new.origin_id)
        if opened is None:
            raise
        return opened
    add_subjects(own, thread, new.subjects)
    _log(own, thread, actor, "", ThreadState.WAITING, now)
    record(
        own,
        now,
        "responses:thread:opened",
        actor=actor,
        subject=f"thread:{thread.id}",
        due_on=due.day.isoformat(),
        submissions=len(new.subjects),
    )
    return thread


def add_subjects(own: Session, thread: Thread, subjects: tuple[Subject, ...]) -> int:
    """Let a thread answer more submissions; those it answers already are left alone. How many were new."""
    return sum(insert_ignoring(own, ThreadSubject, thread_id=thread.id, kind=s.kind, subject_id=s.id) for s in subjects)


def save_draft(own: Session, account: User, thread: Thread, body: str, now: datetime) -> Response:
    """Keep the text being prepared. Raises `NotAllowed`, `InvalidInput`, `IllegalTransition`."""
    if not rules.may_write(account, thread):
        raise NotAllowed()
    _hold(own, thread)
    text = _checked(body)
    draft = draft_of(thread)
    if draft is None:
        draft = Response(thread=thread, author_id=account.id, body=text, created_at=now)
        own.add(draft)
    draft.body, draft.author_id = text, account.id
    own.flush()
    return draft


def publish_answer(own: Session, account: User, thread: Thread, body: str, now: datetime) -> Response:
    """Answer in public, for every submission of the thread at once.

    The thread's row is locked, so of two answers sent at the same moment one is published and the other
    meets `IllegalTransition`. Raises `NotAllowed` for anybody but the leader asked, `InvalidInput`.
    """
    if not rules.may_publish(account, thread):
        raise NotAllowed()
    response = save_draft(own, account, thread, body, now)
    response.state, response.published_at = ResponseState.PUBLISHED, now
    thread.state, thread.answered_at = ThreadState.ANSWERED, now
    _log(own, thread, account, ThreadState.WAITING, ThreadState.ANSWERED, now)
    record(
        own,
        now,
        "responses:response:published",
        actor=account,
        subject=f"thread:{thread.id}",
        response=response.id,
        overdue=local_date(now) > thread.due_on,
    )
    answered.send(thread, own=own, actor=account, now=now)
    own.flush()
    return response


def extend(own: Session, account: User, thread: Thread, working_days: int, note: str, now: datetime) -> None:
    """Move the due day, once, with a public reason, never past the ceiling (rule R24)."""
    if not rules.may_publish(account, thread):
        raise NotAllowed()
    _hold(own, thread)
    if thread.first_due_on is not None:
        raise InvalidInput("This thread has been extended once; a second time is not possible.")
    if len(note.strip()) < rules.MIN_NOTE:
        raise InvalidInput("Please give the reason; it is published in the thread.", field="note")
    due = rules.due_day(thread.opened_at, working_days)
    if due.day <= thread.due_on or due.day > rules.ceiling(thread).day:
        raise InvalidInput(
            "The new due day lies after the present one and at most %(most)d working days after the opening.",
            field="working_days",
            most=rules.MAX_WORKING_DAYS,
        )
    thread.first_due_on, thread.due_on, thread.due_is_sure = thread.due_on, due.day, due.sure
    own.add(
        Response(
            thread=thread,
            kind=ResponseKind.EXTENSION,
            state=ResponseState.PUBLISHED,
            body=note.strip(),
            author_id=account.id,
            created_at=now,
            published_at=now,
        )
    )
    record(
        own,
        now,
        "responses:thread:extended",
        actor=account,
        subject=f"thread:{thread.id}",
        due_on=due.day.isoformat(),
    )


def withdraw(own: Session, account: User, thread: Thread, reason: str, now: datetime) -> None:
    """Take back a thread opened in error, with a reason; for the policy office."""
    if account.role != Role.OFFICER:
        raise NotAllowed()
    _hold(own, thread)
    if len(reason.strip()) < rules.MIN_NOTE:
        raise InvalidInput("Please give the reason.", field="reason")
    thread.state = ThreadState.WITHDRAWN
    _log(own, thread, account, ThreadState.WAITING, ThreadState.WITHDRAWN, now, reason.strip())
    record(own, now, "responses:thread:withdrawn", actor=account, subject=f"thread:{thread.id}")


def _hold(own: Session, thread: Thread) -> None:
    """Lock the thread's row and look again, so that of two changes at the same moment the second sees the first."""
    own.refresh(thread, ["state", "due_on", "first_due_on", "responses"], with_for_update={"of": Thread})
    if thread.state != ThreadState.WAITING:
        raise IllegalTransition("This thread is answered or withdrawn already; nothing was changed.")


def _checked(body: str) -> str:
    text = body.strip()
    if not rules.MIN_ANSWER <= len(text) <= rules.MAX_ANSWER:
        raise InvalidInput(
            "An answer has between %(least)d and %(most)d characters; this one has %(n)d.",
            field="body",
            least=rules.MIN_ANSWER,
            most=rules.MAX_ANSWER,
            n=len(text),
        )
    return text


def _log(own: Session, thread: Thread, actor: Actor, before: str, after: str, now: datetime, note: str = "") -> None:
    own.add(ThreadLog(thread_id=thread.id, at=now, actor_id=actor.id, before=before, after=after, note=note))
    own.flush()
