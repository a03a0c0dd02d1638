"""Comments that did not come through the site: e-mails, letters, calls. Reviewed and decided like all others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from consult.accounts.rules import masked_name
from consult.audit.service import Actor, record
from consult.clock import local_date
from consult.comments import rules as comment_rules
from consult.comments.models import Comment, CommentLog, CommentState, Stance
from consult.comments.service import comment_by_key
from consult.drafts.models import Clause, Draft, DraftVersion
from consult.errors import InvalidInput
from consult.ledger.models import CommentOrigin, Origin
from consult.ledger.service import hold
from consult.vault.service import Person, Vault
from reports.masking import mask


@dataclass(frozen=True, slots=True)
class Entered:
    """What an officer takes down."""

    channel: str
    received_on: date
    stance: str
    body: str
    idempotency_key: str
    reference: str = ""
    rewording: str = ""
    consent_publish: bool = False
    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What it is about."""

    draft: Draft
    version: DraftVersion
    clause: Clause | None = None


class Entering:
    """Takes comments down: bound to the vault that keeps who said them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def enter(self, own: Session, actor: Actor, place: Place, new: Entered, now: datetime) -> Comment:
        """Take down one comment that came another way; it waits for review. Sent twice it is entered once.

        It may arrive after closing, as a letter does; what counts is that it was received. The text is masked before
        it is stored, who said it goes into the vault. Raises `InvalidInput` naming the field.
        """
        hold(own, place.draft)
        known = comment_by_key(own, new.idempotency_key)
        if known is not None:
            return known
        _check(place.draft, new, now)
        comment = self._comment(own, place, new, now)
        own.add(comment)
        own.flush()
        own.add(CommentLog(comment_id=comment.id, at=now, actor_id=actor.id, to_state=CommentState.PENDING))
        own.add(
            CommentOrigin(
                comment_id=comment.id,
                channel=Origin(new.channel),
                received_on=new.received_on,
                reference=mask(new.reference.strip()).text,
                entered_by=actor.id,
                entered_at=now,
            )
        )
        record(own, now, "ledger:comment:entered", actor=actor, subject=f"comment:{comment.id}", origin=new.channel)
        return comment

    def _comment(self, own: Session, place: Place, new: Entered, now: datetime) -> Comment:
        body, rewording = new.body.strip(), new.rewording.strip()
        masked_body, masked_rewording = mask(body).text, mask(rewording).text
        original = "" if (masked_body, masked_rewording) == (body, rewording) else f"{body}\n\n{rewording}".strip()
        person = Person(new.name.strip(), new.phone.strip(), "", new.email.strip(), original)
        # Somebody who left nothing counts as a person of their own.
        fallback = f"entered:{new.idempotency_key}"
        identity = None if person.is_empty() else self._vault.seal(own, person, now, fallback=fallback)
        return Comment(
            draft_id=place.draft.id,
            version_id=place.version.id,
            clause_id=place.clause.id if place.clause else None,
            clause_key=place.clause.stable_key if place.clause else "",
            stance=Stance(new.stance),
            body=masked_body,
            rewording=masked_rewording,
            text_hash=comment_rules.text_hash(masked_body, masked_rewording),
            identity_id=identity.id if identity else None,
            person_key=self._vault.person_key(person, fallback),
            signature=masked_name(new.name),
            receipt_code=comment_rules.new_receipt_code(),
            idempotency_key=new.idempotency_key,
            consent_publish=new.consent_publish,
            state=CommentState.PENDING,
            submitted_at=now,
            endorsements=0,
        )


def _check(draft: Draft, new: Entered, now: datetime) -> None:
    if new.channel not in list(Origin):
        raise InvalidInput("Please choose how it came.", field="channel")
    if new.stance not in list(Stance):
        raise InvalidInput("Please choose where the author stands.", field="stance")
    if new.received_on > local_date(now):
        raise InvalidInput("This day has not come yet.", field="received_on")
    if draft.published_at is not None and new.received_on < local_date(draft.published_at):
        raise InvalidInput("The draft was not public on this day.", field="received_on")
    if not comment_rules.MIN_BODY <= len(new.body.strip()) <= comment_rules.MAX_BODY:
        raise InvalidInput(
            "A comment has %(least)d to %(most)d characters.",
            field="body",
            least=comment_rules.MIN_BODY,
            most=comment_rules.MAX_BODY,
        )
    if new.phone.strip() and not comment_rules.is_phone(new.phone):
        raise InvalidInput("This does not look like a phone number.", field="phone")
