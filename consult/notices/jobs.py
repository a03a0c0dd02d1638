"""Delivering what waits in the outbox."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.jobs.worker import JobContext
from consult.notices.delivering import Post, Refused, failure_name
from consult.notices.models import OutboxMessage, OutboxState
from consult.notices.rules import wait_after
from consult.notices.service import Letter, Outbox

log = logging.getLogger("consult.notices")


def deliver(ctx: JobContext) -> Mapping[str, Any]:
    """Deliver the messages of the job, each with a commit of its own, and come back for those that failed.

    An attempt is counted before it is made, so that a message that kills its worker is not tried for ever. A worker
    that dies between handing a message over and noting so makes one more attempt under the same Message-ID.
    """
    ids = [int(i) for i in ctx.payload["messages"]]
    outbox = Outbox(ctx.vault, ctx.settings)
    with Post(ctx.settings) as post:
        for done, message_id in enumerate(ids, 1):
            taken = _take(ctx, outbox, message_id, done, len(ids))
            if taken is not None:
                _attempt(ctx, post, *taken)
    with ctx.transaction() as own:
        next_due = own.scalar(select(func.min(OutboxMessage.due_at)).where(*_waiting(ids)))
    if next_due is not None:
        with ctx.pause(max(next_due - ctx.clock.now(), timedelta(seconds=1))):
            pass
        return {}
    return {"messages": len(ids)}


def _waiting(ids: list[int]) -> tuple[Any, ...]:
    return OutboxMessage.id.in_(ids), OutboxMessage.state == OutboxState.WAITING


def _take(
    ctx: JobContext, outbox: Outbox, message_id: int, done: int, total: int
) -> tuple[OutboxMessage, Letter] | None:
    with ctx.transaction(done=done, total=total) as own:
        row = own.get(OutboxMessage, message_id, with_for_update=True)
        if row is None or row.state != OutboxState.WAITING or row.due_at > ctx.clock.now():
            return None
        row.attempts += 1
        return row, outbox.letter(row)


def _attempt(ctx: JobContext, post: Post, row: OutboxMessage, letter: Letter) -> None:
    failure: Exception | None = None
    try:
        post.deliver(row, letter)
    except Exception as error:  # whatever a server or a gateway does is a failed delivery, not a failed worker
        failure = error
        log.warning("message not delivered", extra={"row": row.id, "failure": failure_name(error)})
    with ctx.transaction() as own:
        _note(own, row.id, failure, ctx.clock.now())


def _note(own: Session, message_id: int, failure: Exception | None, now: datetime) -> None:
    """Write down how an attempt ended."""
    row = own.get_one(OutboxMessage, message_id, with_for_update=True)
    if row.state != OutboxState.WAITING:
        return
    if failure is None:
        row.state, row.error, row.ended_at = OutboxState.SENT, "", now
        return
    row.error = failure_name(failure)
    wait = None if isinstance(failure, Refused) else wait_after(row.attempts)
    if wait is None:
        row.state, row.ended_at = OutboxState.FAILED, now
    else:
        row.due_at = now + wait
