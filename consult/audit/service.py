"""Writing to the audit log, and proving that nobody has changed it since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, cast

from sqlalchemy import event, select, text
from sqlalchemy.orm import Session, SessionTransaction

from consult.audit.models import AuditEvent, AuditHead

GENESIS = "0" * 64
#: An arbitrary constant: the advisory lock under which PostgreSQL extends the chain.
_CHAIN_LOCK = 0x434F4E53
#: Where a session keeps the end of the chain that its transaction holds.
_HEAD = "audit_head"


class Actor(Protocol):
    """Whoever acts: an account, seen from below."""

    @property
    def id(self) -> int: ...
    @property
    def handle(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where the chain does not hold."""

    number: int
    reason: str  #: "changed", "missing", "reordered", "cut" or "head"


def _digest(row: AuditEvent) -> str:
    fields = [
        row.number,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.actor_id,
        row.actor,
        row.action,
        row.subject,
        row.address,
        bool(row.success),
        row.detail,
        row.previous,
    ]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


def record(
    own: Session,
    now: datetime,
    action: str,
    *,
    actor: Actor | None,
    subject: str = "",
    success: bool = True,
    **detail: Any,
) -> AuditEvent:
    """Add one event to the chain, in the caller's transaction.

    The visitor's address comes from ``own.info["address"]``, which the web layer sets. ``detail`` must
    hold no personal data. Writers queue here until the transaction ends: that is what makes it a chain.
    The row itself is written with the session's next flush, at the latest when it commits.
    """
    if any(not isinstance(row, AuditHead) for row in own.dirty):
        own.flush()  # what was done is written before it is told, so that whoever looks again finds it
    head = _held_head(own)
    added = AuditEvent(
        number=head.count + 1,
        at=now,
        actor_id=actor.id if actor else None,
        actor=actor.handle if actor else own.info.get("actor", "visitor"),
        action=action,
        subject=subject,
        address=own.info.get("address", ""),
        success=success,
        detail=json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str),
        previous=head.hash,
    )
    added.hash = _digest(added)
    head.count, head.hash = added.number, added.hash
    own.add(added)
    return added


def _held_head(own: Session) -> AuditHead:
    """The end of the chain, held against other writers until the transaction ends.

    It is read once in a transaction: from then on nobody else can move it.
    """
    transaction, head = own.info.get(_HEAD, (None, None))
    if head is not None and transaction is own.get_transaction() and head in own:
        return cast(AuditHead, head)
    # Rows that wait to be written are locked before the chain is, as in every other transaction.
    own.flush()
    if own.get_bind().dialect.name == "postgresql":
        own.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    head = own.get(AuditHead, 1, populate_existing=True)
    if head is None:
        head = AuditHead(id=1, count=0, hash=GENESIS)
        own.add(head)
    own.info[_HEAD] = own.get_transaction(), head
    return head


@event.listens_for(Session, "after_soft_rollback")
def _let_go(own: Session, previous: SessionTransaction) -> None:
    """A savepoint that is taken back may take the lock with it, so that the end must be held anew."""
    own.info.pop(_HEAD, None)


def verify(own: Session) -> Iterator[Breach]:
    """Every place where the log was changed, deleted from or reordered; nothing when it is whole."""
    expected, previous = 1, GENESIS
    rows = own.scalars(select(AuditEvent).order_by(AuditEvent.number).execution_options(yield_per=500))
    for row in rows:
        if row.number != expected:
            yield Breach(expected, "missing")
        elif row.previous != previous:
            yield Breach(row.number, "reordered")
        if _digest(row) != row.hash:
            yield Breach(row.number, "changed")
        expected, previous = row.number + 1, row.hash
    head = own.get(AuditHead, 1)
    count, end = (head.count, head.hash) if head else (0, GENESIS)
    if count >= expected:
        yield Breach(expected, "cut")
    elif (count, end) != (expected - 1, previous):
        yield Breach(count, "head")


def head_hash(own: Session) -> tuple[int, str]:
    """Length and last hash of the chain, to be noted down outside the machine."""
    head = own.get(AuditHead, 1)
    return (head.count, head.hash) if head else (0, GENESIS)
