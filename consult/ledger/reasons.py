"""A draft's own list of reasons, to be used again. Services flush, views commit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.drafts.models import Draft
from consult.errors import InvalidInput, NotFound
from consult.ledger import rules
from consult.ledger.models import StoredReason
from consult.ledger.service import hold
from reports.masking import mask


def keep_reason(own: Session, actor: Actor, draft: Draft, name: str, text: str, now: datetime) -> StoredReason:
    """Put a reason into the draft's list; one of the same name gets the new text.

    Raises `InvalidInput` naming the field.
    """
    name, text = name.strip(), mask(text.strip()).text
    if not 1 <= len(name) <= rules.MAX_NAME:
        raise InvalidInput(
            "Please give a short name, of at most %(most)d characters.", field="name", most=rules.MAX_NAME
        )
    if not 1 <= len(text) <= rules.MAX_REASON:
        raise InvalidInput("A reason has 1 to %(most)d characters.", field="text", most=rules.MAX_REASON)
    hold(own, draft)
    stored = own.scalar(select(StoredReason).where(StoredReason.draft_id == draft.id, StoredReason.name == name))
    if stored is None:
        stored = StoredReason(draft_id=draft.id, name=name, text=text, created_by=actor.id, created_at=now)
        own.add(stored)
    stored.text = text
    own.flush()
    record(own, now, "ledger:reason:kept", actor=actor, subject=f"draft:{draft.id}", name=mask(name).text)
    return stored


def drop_reason(own: Session, actor: Actor, draft: Draft, reason_id: int, now: datetime) -> None:
    """Take a reason off the list; what it was used for keeps its text. Raises `NotFound`."""
    stored = own.get(StoredReason, reason_id)
    if stored is None or stored.draft_id != draft.id:
        raise NotFound()
    own.delete(stored)
    record(own, now, "ledger:reason:dropped", actor=actor, subject=f"draft:{draft.id}", name=mask(stored.name).text)
