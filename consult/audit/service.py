"""Writing to the audit log, and proving that nobody has changed it since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from consult.audit.models import AuditEvent, AuditHead

GENESIS = "0" * 64
#: An arbitrary constant: the advisory lock under which PostgreSQL extends the chain.
_CHAIN_LOCK = 0x434F4E53


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


def _digest(event: AuditEvent) -> str:
    fields = [
        event.number,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor_id,
        event.actor,
        event.action,
        event.subject,
        event.address,
        bool(event.success),
        event.detail,
        event.previous,
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
    """
    own.flush()
    if own.get_bind().dialect.name == "postgresql":
        own.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    head = own.get(AuditHead, 1, populate_existing=True)
    if head is None:
        head = AuditHead(id=1, count=0, hash=GENESIS)
        own.add(head)
    event = AuditEvent(
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
    event.hash = _digest(event)
    head.count, head.hash = event.number, event.hash
    own.add(event)
    own.flush()
    return event


def verify(own: Session) -> Iterator[Breach]:
    """Every place where the log was changed, deleted from or reordered; nothing when it is whole."""
    expected, previous = 1, GENESIS
    rows = own.scalars(select(AuditEvent).order_by(AuditEvent.number).execution_options(yield_per=500))
    for event in rows:
        if event.number != expected:
            yield Breach(expected, "missing")
        elif event.previous != previous:
            yield Breach(event.number, "reordered")
        if _digest(event) != event.hash:
            yield Breach(event.number, "changed")
        expected, previous = event.number + 1, event.hash
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
