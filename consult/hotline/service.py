"""Receiving messages, entering calls, reviewing, and every change of a work order's status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.clock import local_date
from consult.db import look_again
from consult.errors import IllegalTransition, InvalidInput, NotFound
from consult.hotline import rules
from consult.hotline.intake import NewMessage, NewOrder, Typed, next_numbers, problems_of
from consult.hotline.models import OrderState, Origin, Turn, WorkOrder, WorkOrderLog
from consult.hotline.rules import DEADLINES, Deadlines
from consult.responses import service as responses
from consult.responses.models import Thread
from consult.responses.queries import subjects_of, thread_of
from consult.vault.service import Person, Vault
from consult.web.forms import clean_text, length_of
from consult.web.subjects import Subject
from reports.masking import mask
from reports.model import Channel
from reports.tables.transcripts import citizen_words, parse_transcript


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer says of a message."""

    accepts: bool
    publishes: bool = False  #: shown to the public; only with the author's consent
    reason: str = ""  #: of `rules.REASONS`; needed for a refusal
    note: str = ""  #: told to the author
    leader_id: int | None = None  #: who is asked to answer at once


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a work order."""

    after: str
    note: str = ""
    reason: str = ""  #: of `rules.REASONS`, when the step is a refusal


def receive_message(own: Session, vault: Vault, new: NewMessage, now: datetime) -> WorkOrder:
    """Take in a web message to a leader, to be reviewed; it has a receipt code from now on (rule R31).

    Name, phone and the text as typed go into the vault, the masked text into the order. Sending twice with
    one idempotency key gives the order that is there. Raises `InvalidInput`, the first of `problems_of`, or
    about ``idempotency_key`` when a form that was used is sent again with other words.
    """
    for problem in problems_of(own, new):
        raise problem
    number = next_numbers(own, local_date(now), 1)[0]
    # The series is locked by now, so of two sendings of one form the later sees the earlier.
    typed = Typed({"title": new.title, "body": new.body, "demand": new.demand, "address": new.place})
    known = _by_key(own, new.idempotency_key)
    if known is not None:
        return _same(known, typed)
    fallback = f"account {new.author_id}" if new.author_id else ""
    order = WorkOrder(
        number=number,
        origin=Origin.MESSAGE,
        receipt_code=rules.new_receipt_code(),
        channel=Channel.WEB,
        kind=new.kind,
        field=new.field,
        addressee_id=new.addressee_id,
        author_id=new.author_id,
        consents_to_publish=new.consents_to_publish,
        said_at=now,
        received_at=now,
        state=OrderState.PENDING,
        idempotency_key=new.idempotency_key,
        **typed.masked,
    )
    typed.seal_into(order, own, vault, Person(new.name.strip(), new.phone.strip()), now, fallback)
    _begin(own, order, None, now)
    return order


def enter_order(
    own: Session, vault: Vault, actor: Actor, new: NewOrder, now: datetime, times: Deadlines = DEADLINES
) -> WorkOrder:
    """Enter a call or letter at the desk; it waits for a reply at once. Raises `InvalidInput`.

    A pasted transcript is split by its speakers, and only what the citizen says becomes the content when no
    summary is typed (rule R45).
    """
    turns = parse_transcript(clean_text(new.transcript))
    body = new.body.strip() or citizen_words(turns)
    if not 0 < length_of(new.title) <= rules.CALL_TITLE:
        raise InvalidInput("Please sum it up in one line.", field="title")
    if not body:
        raise InvalidInput("Please write what it is about, or paste the transcript.", field="body")
    if length_of(body) > rules.CALL_BODY:
        raise InvalidInput("The content has at most %(most)d characters.", field="body", most=rules.CALL_BODY)
    if new.said_at is not None and new.said_at > now:
        raise InvalidInput("This time has not come yet.", field="said_at")
    number = next_numbers(own, local_date(now), 1)[0]
    names = ("title", "district", "street", "community", "address", "unit", "co_unit")
    typed = Typed({"body": body, **{name: getattr(new, name) for name in names}}, turns=[t.text for t in turns])
    known = _by_key(own, new.idempotency_key)
    if known is not None:
        return _same(known, typed)
    due = times.due(new.kind, now)
    order = WorkOrder(
        number=number,
        origin=Origin.DESK,
        receipt_code=rules.new_receipt_code(),
        channel=Channel(new.channel),
        kind=new.kind or None,
        field=new.field,
        category1=new.categories[0].strip()[:80],
        category2=new.categories[1].strip()[:80],
        category3=new.categories[2].strip()[:80],
        said_at=new.said_at or now,
        received_at=now,
        reviewed_at=now,
        due_on=due.day,
        due_sure=due.sure,
        state=OrderState.WAITING,
        is_confidential=new.is_confidential,
        idempotency_key=new.idempotency_key,
        **typed.masked,
    )
    order.turns = [
        Turn(position=n, speaker=turn.speaker, text=text, at_seconds=turn.at_seconds)
        for n, (turn, text) in enumerate(zip(turns, typed.turns, strict=True))
    ]
    typed.seal_into(order, own, vault, Person(new.name.strip(), new.phone.strip()), now)
    _begin(own, order, actor, now)
    record(own, now, "hotline:order:created", actor=actor, subject=f"order:{order.id}", channel=new.channel)
    return order


def review_message(
    own: Session,
    actor: Actor,
    order: WorkOrder,
    decision: Decision,
    now: datetime,
    times: Deadlines = DEADLINES,
) -> None:
    """Accept a message, or refuse it with a reason that its author is told (rules R21, R34, R54).

    Accepting sets the public time and starts the clock (R22). It is shown to the public only when its author
    agreed and the reviewer says so. Raises `IllegalTransition`, `InvalidInput`.
    """
    look_again(own, order)
    if order.state != OrderState.PENDING:
        raise IllegalTransition("This message has been reviewed already; nothing was changed.")
    note = _checked_note(decision.note, needed=False)
    if not decision.accepts:
        _set_reason(order, decision.reason, note)
        _change(own, order, OrderState.REFUSED, actor, now, note)
    else:
        due = times.due(order.kind, now)
        order.reviewed_at, order.due_on, order.due_sure = now, due.day, due.sure
        order.is_public = decision.publishes and order.consents_to_publish and not order.is_confidential
        _follow_publicity(own, order)  # there is one when the message was refused and came back
        _change(own, order, OrderState.WAITING, actor, now, note)
        if decision.leader_id is not None:
            ask_leader(own, actor, order, decision.leader_id, now, times)
    what = "accepted" if decision.accepts else "refused"
    record(
        own,
        now,
        f"hotline:message:{what}",
        actor=actor,
        subject=f"order:{order.id}",
        reason=order.reason,
        public=order.is_public,
    )


def move(own: Session, actor: Actor, order: WorkOrder, step: Move, now: datetime, times: Deadlines = DEADLINES) -> None:
    """Take a work order one step on; every step is one log row (rule R20).

    Raises `IllegalTransition` for a step that its status does not allow, `InvalidInput` for one without the
    words it needs: a reason, or for what is done the result (it becomes part of the order).
    """
    look_again(own, order)
    before = order.state
    if not rules.can_move(before, step.after):
        raise IllegalTransition()
    if before == OrderState.PENDING and step.after != OrderState.CLOSED:
        raise IllegalTransition("A message is accepted or refused in its review.")
    if step.after == OrderState.RETURNED and order.return_decided:
        raise IllegalTransition("Handing this back was decided on once and cannot be asked again.")
    is_result = step.after == OrderState.DONE
    note = _checked_note(step.note, needed=rules.needs_note(before, step.after), most=_most(is_result))
    if step.after == OrderState.REFUSED:
        _set_reason(order, step.reason, note)
    elif before == OrderState.REFUSED:
        order.reason = order.reason_note = ""
    if is_result:
        order.result, order.answered_at = note, now
        note = ""
    if before == OrderState.RETURNED and step.after == OrderState.WAITING:
        order.return_decided = True
    if step.after == OrderState.HANDLING and order.due_on is None:
        due = times.due(order.kind, now)
        order.due_on, order.due_sure = due.day, due.sure
    _change(own, order, step.after, actor, now, note)
    record(
        own,
        now,
        "hotline:order:moved",
        actor=actor,
        subject=f"order:{order.id}",
        before=before,
        after=step.after,
    )


def ask_leader(
    own: Session, actor: Actor, order: WorkOrder, leader_id: int, now: datetime, times: Deadlines = DEADLINES
) -> Thread:
    """Put one work order to a leader: opens its response thread, due by its kind. Raises `InvalidInput`."""
    if order.state not in (OrderState.WAITING, OrderState.HANDLING):
        raise IllegalTransition()
    text = order.body if not order.demand else f"{order.demand}\n\n{order.body}".strip()
    return responses.open_thread(
        own,
        actor,
        responses.NewThread(
            title=(order.title or text)[:120].ljust(2, "…"),
            summary=text,
            leader_id=leader_id,
            unit_id=None,
            working_days=min(times.days(order.kind), times.ceiling),
            subjects=(Subject("order", order.id),),
            origin="order",
            origin_id=order.id,
            received=1,
            distinct_texts=1,
            people=1,
            is_public=order.is_public,
        ),
        now,
    )


def reveal_identity(own: Session, vault: Vault, actor: Actor, order: WorkOrder, reason: str, now: datetime) -> Person:
    """Who stands behind a work order, for somebody who says why; leaves one audit row.

    Raises `InvalidInput` without a reason, `NotFound` when nobody is known.
    """
    if order.identity_id is None:
        raise NotFound("Nobody's identity is kept with this work order.")
    return vault.reveal(own, actor, order.identity_id, reason, now)


def finish_answered(thread: Thread, *, own: Session, actor: Actor, now: datetime) -> None:
    """When a leader has answered, every work order that still waited for it is done."""
    ids = [s.id for s in subjects_of(own, thread.id) if s.kind == "order"]
    waiting = (OrderState.WAITING, OrderState.HANDLING)
    for start in range(0, len(ids), 500):
        chosen = select(WorkOrder).where(
            WorkOrder.id.in_(ids[start : start + 500]), WorkOrder.state.in_(waiting), WorkOrder.staged_by == 0
        )
        for order in own.scalars(chosen):
            order.answered_at = now
            _change(own, order, OrderState.DONE, actor, now, "")


responses.answered.connect(finish_answered)


def _by_key(own: Session, key: str | None) -> WorkOrder | None:
    return own.scalar(select(WorkOrder).where(WorkOrder.idempotency_key == key)) if key else None


def _same(known: WorkOrder, typed: Typed) -> WorkOrder:
    """The order of a form sent twice. One that came back by the browser's button and holds other words is news."""
    if any(getattr(known, name) != text for name, text in typed.masked.items()):
        raise InvalidInput("The form had grown old. Your text is kept: please send it again.", field="idempotency_key")
    return known


def _begin(own: Session, order: WorkOrder, actor: Actor | None, now: datetime) -> None:
    own.add(order)
    own.flush()
    own.add(WorkOrderLog(order_id=order.id, at=now, actor_id=actor.id if actor else None, before="", after=order.state))


def _change(own: Session, order: WorkOrder, after: str, actor: Actor, now: datetime, note: str) -> None:
    own.add(
        WorkOrderLog(order_id=order.id, at=now, actor_id=actor.id, before=order.state, after=after, note=note[:500])
    )
    order.state = after
    if after == OrderState.REFUSED:
        order.is_public = False
        _follow_publicity(own, order)
    own.flush()


def _follow_publicity(own: Session, order: WorkOrder) -> None:
    """A thread about one order quotes it, so that it is no more public than the order itself (T1)."""
    thread = thread_of(own, "order", order.id)
    if thread is not None:
        thread.is_public = order.is_public


def _most(is_result: bool) -> int:
    return rules.RESULT[1] if is_result else rules.NOTE[1]


def _checked_note(text: str, *, needed: bool, most: int = rules.NOTE[1]) -> str:
    note = clean_text(text).strip()
    if needed and len(note) < rules.NOTE[0]:
        raise InvalidInput(
            "Please write at least %(least)d characters for this step.", field="note", least=rules.NOTE[0]
        )
    if len(note) > most:
        raise InvalidInput("This note has at most %(most)d characters.", field="note", most=most)
    return mask(note).text


def _set_reason(order: WorkOrder, reason: str, note: str) -> None:
    if reason not in rules.REASONS:
        raise InvalidInput("Please choose the reason; the author is told.", field="reason")
    order.reason, order.reason_note = reason, note
