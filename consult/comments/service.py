"""Commenting, endorsing and reviewing. Services flush, views commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, false, or_, select, update
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.accounts.rules import masked_name
from consult.audit.service import Actor, record
from consult.comments import rules
from consult.comments.models import (
    Comment,
    CommentLog,
    CommentState,
    Endorsement,
    RefusalReason,
    Stance,
)
from consult.db import insert_ignoring, inserted
from consult.drafts import rules as draft_rules
from consult.drafts.models import Clause, Draft, DraftVersion
from consult.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed, NotFound
from consult.vault.service import Person, Vault
from reports.masking import mask


class CommentingClosed(InvalidInput):
    """The draft does not accept comments at this moment; what was typed is shown again."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a comment is about: a clause of a version, or the whole of it."""

    draft: Draft
    version: DraftVersion
    clause: Clause | None = None


@dataclass(frozen=True, slots=True)
class NewComment:
    """What somebody typed."""

    stance: str
    body: str
    idempotency_key: str
    rewording: str = ""
    consent_publish: bool = False
    name: str = ""
    phone: str = ""
    is_verified: bool = False  #: whether the phone number was proved to be the author's


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer decides; a refusal names its reason."""

    state: CommentState
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision over several comments came to."""

    done: tuple[int, ...]
    already: tuple[int, ...]  #: had been decided (or withdrawn) in the meantime, and stay as they are


class Commenting:
    """Receives comments: bound to the vault that keeps who said them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def submit(
        self, own: Session, author: User | None, target: Target, new: NewComment, now: datetime, visitor: str
    ) -> Comment:
        """Receive one comment; sent twice under one key it is received once (promise P4).

        The text is masked before it is stored anywhere; the words as typed, name and phone go into the
        vault. ``visitor`` is an opaque token of the visitor's browser, so that one person without an
        account counts once. Raises `CommentingClosed`, `InvalidInput` naming the field; it is
        ``idempotency_key`` when a form that was used is sent again with other words.
        """
        return self.receive(own, author, target, new, now, visitor)[0]

    def receive(
        self, own: Session, author: User | None, target: Target, new: NewComment, now: datetime, visitor: str
    ) -> tuple[Comment, bool]:
        """As `submit`, with whether the comment is new; nothing that comes with a comment is kept a second time.

        The row's own key decides: no look-up stands before the insert, and a refusal or a conflict looks once.
        """
        try:
            _check(target.draft, new, now)
        except InvalidInput:
            known = comment_by_key(own, new.idempotency_key)
            if known is None:
                raise
            return same(known, new), False
        comment = self._insert(own, author, target, new, now, visitor)
        if comment is not None:
            own.add(CommentLog(comment_id=comment.id, at=now, to_state=CommentState.PENDING))
            return comment, True
        known = comment_by_key(own, new.idempotency_key)
        if known is None:
            raise Conflict()
        return same(known, new), False

    def _insert(
        self, own: Session, author: User | None, target: Target, new: NewComment, now: datetime, visitor: str
    ) -> Comment | None:
        """The new row; None when the same form arrived before."""
        body, rewording = new.body.strip(), new.rewording.strip()
        masked_body, masked_rewording = mask(body).text, mask(rewording).text
        original = "" if (masked_body, masked_rewording) == (body, rewording) else f"{body}\n\n{rewording}"
        person = Person(name=new.name.strip(), phone=new.phone.strip(), original=original.strip())
        fallback = f"account:{author.id}" if author else f"visitor:{visitor}"
        # Somebody without a name or phone leaves nothing in the vault, and still counts as one person.
        identity = None if person.is_empty() else self._vault.seal(own, person, now, fallback=fallback)
        name = new.name.strip() or (author.display_name if author else "")
        values = {
            "draft_id": target.draft.id,
            "version_id": target.version.id,
            "clause_id": target.clause.id if target.clause else None,
            "clause_key": target.clause.stable_key if target.clause else "",
            "stance": Stance(new.stance),
            "body": masked_body,
            "rewording": masked_rewording,
            "text_hash": rules.text_hash(masked_body, masked_rewording),
            "author_id": author.id if author else None,
            "identity_id": identity.id if identity else None,
            "person_key": self._vault.person_key(person, fallback),
            "signature": masked_name(name),
            "receipt_code": rules.new_receipt_code(),
            "idempotency_key": new.idempotency_key,
            "is_verified": new.is_verified,
            "consent_publish": new.consent_publish,
            "state": CommentState.PENDING,
            "submitted_at": now,
            "endorsements": 0,
        }
        comment = inserted(own, Comment, values)
        if comment is None and identity is not None:
            own.delete(identity)
        return comment


def comment_by_key(own: Session, idempotency_key: str) -> Comment | None:
    """The comment that was sent with this form, if it arrived before."""
    return own.scalar(select(Comment).where(Comment.idempotency_key == idempotency_key))


def same(known: Comment, new: NewComment) -> Comment:
    """The comment of a form sent twice. One that came back by the browser's button and holds other words is news."""
    words = (mask(new.body.strip()).text, mask(new.rewording.strip()).text)
    if (known.body, known.rewording) != words:
        raise InvalidInput("The form had grown old. Your text is kept: please send it again.", field="idempotency_key")
    return known


def check_open(draft: Draft, now: datetime) -> None:
    """Raises `CommentingClosed` unless comments are accepted at this moment, to the second (rule R7)."""
    phase = draft_rules.phase(draft, now)
    if phase is draft_rules.Phase.UPCOMING:
        raise CommentingClosed("Commenting on this draft has not opened yet. Your text is kept below.")
    if phase is not draft_rules.Phase.OPEN:
        raise CommentingClosed(
            "Commenting on this draft is closed, so that this was not received. Your text is kept below."
        )


def _check(draft: Draft, new: NewComment, now: datetime) -> None:
    check_open(draft, now)
    if new.stance not in list(Stance):
        raise InvalidInput("Please choose where you stand.", field="stance")
    if not rules.MIN_BODY <= len(new.body.strip()) <= rules.MAX_BODY:
        raise InvalidInput(
            "A comment has %(least)d to %(most)d characters.",
            field="body",
            least=rules.MIN_BODY,
            most=rules.MAX_BODY,
        )
    if len(new.rewording.strip()) > rules.MAX_REWORDING:
        raise InvalidInput("A rewording has at most %(most)d characters.", field="rewording", most=rules.MAX_REWORDING)
    if new.phone.strip() and not rules.is_phone(new.phone):
        raise InvalidInput("This does not look like a phone number.", field="phone")


def decide(
    own: Session,
    actor: Actor,
    ids: Sequence[int],
    decision: Decision,
    now: datetime,
    seen: Mapping[int, int] | None = None,
) -> Decided:
    """Accept or refuse waiting comments, each exactly once (rule R54: 先审后发).

    The row itself decides a race of two officers: only what is still waiting is changed, and only when its author
    has not changed it since the officer saw it (``seen``: how often each had been changed by then, 0 when it is not
    named). The rest comes back in ``already``. Raises `InvalidInput` when a refusal lacks its reason.
    """
    decision = _checked(decision)
    seen = seen or {}
    read = [
        and_(Comment.edits == edits, Comment.id.in_([i for i in ids if seen.get(i, 0) == edits]))
        for edits in {seen.get(i, 0) for i in ids}
    ]
    changed = set(
        own.scalars(
            update(Comment)
            .where(or_(false(), *read), Comment.state == CommentState.PENDING)
            .values(_outcome(actor, decision, now))
            .returning(Comment.id)
            .execution_options(synchronize_session=False)
        )
    )
    done = tuple(i for i in ids if i in changed)
    _log(own, actor, dict.fromkeys(done, CommentState.PENDING), decision, now)
    return Decided(done, tuple(i for i in ids if i not in changed))


def redecide(own: Session, actor: Actor, comment: Comment, seen: str, decision: Decision, now: datetime) -> None:
    """Decide one comment anew, from the status that the officer saw.

    Raises `Conflict` when somebody was faster, `IllegalTransition` for a step there is not, and
    `InvalidInput` when a refusal lacks its reason.
    """
    decision = _checked(decision)
    if seen not in list(CommentState) or not rules.can_move(seen, decision.state):
        raise IllegalTransition()
    changed = own.scalars(
        update(Comment)
        .where(Comment.id == comment.id, Comment.state == seen)
        .values(_outcome(actor, decision, now))
        .returning(Comment.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        raise Conflict("Another officer has decided this comment in the meantime.")
    _log(own, actor, {comment.id: CommentState(seen)}, decision, now)
    own.refresh(comment)


def _checked(decision: Decision) -> Decision:
    """The decision as it is stored: a refusal with a reason of the list, the note masked, nothing else."""
    if decision.state not in (CommentState.ACCEPTED, CommentState.REFUSED):
        raise IllegalTransition()
    note = mask(decision.note.strip()[: rules.MAX_NOTE]).text
    if decision.state is CommentState.ACCEPTED:
        return Decision(decision.state, note=note)
    if decision.reason not in list(RefusalReason):
        raise InvalidInput("Please choose the reason for not publishing.", field="reason")
    return Decision(decision.state, decision.reason, note)


def _outcome(actor: Actor, decision: Decision, now: datetime) -> dict[str, object]:
    return {
        "state": decision.state,
        "refusal_reason": decision.reason or None,
        "refusal_note": decision.note if decision.reason else "",
        "decided_by": actor.id,
        "decided_at": now,
    }


def _log(own: Session, actor: Actor, before: dict[int, CommentState], decision: Decision, now: datetime) -> None:
    """One log row and one audit row for each change of status."""
    for comment_id, state in before.items():
        own.add(
            CommentLog(
                comment_id=comment_id,
                at=now,
                actor_id=actor.id,
                from_state=state,
                to_state=decision.state,
                reason=decision.reason,
                note=decision.note,
            )
        )
        record(
            own,
            now,
            f"comments:comment:{decision.state}",
            actor=actor,
            subject=f"comment:{comment_id}",
            was=str(state),
            reason=decision.reason,
        )


def withdraw(own: Session, comment: Comment, now: datetime) -> None:
    """Take back a comment, as its author (account or receipt code). Raises `IllegalTransition`."""
    changed = own.scalars(
        update(Comment)
        .where(
            Comment.id == comment.id,
            Comment.state.in_([s for s in CommentState if rules.can_move(s, CommentState.WITHDRAWN)]),
        )
        .values(state=CommentState.WITHDRAWN)
        .returning(Comment.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        raise IllegalTransition("This comment can no longer be taken back.")
    own.add(CommentLog(comment_id=comment.id, at=now, from_state=comment.state, to_state=CommentState.WITHDRAWN))
    own.flush()
    own.refresh(comment)


def endorse(own: Session, account: User, comment: Comment, draft: Draft, now: datetime) -> bool:
    """Endorse a public comment; False when this account already had (promise P3, threat T14).

    The UNIQUE constraint decides, and the counter moves in the same transaction. Raises
    `CommentingClosed` when the draft is not open, `NotAllowed` for one's own comment.
    """
    _check_endorsable(comment, draft, now)
    if comment.author_id == account.id:
        raise NotAllowed("This is your own comment: it counts already.")
    is_new = insert_ignoring(own, Endorsement, comment_id=comment.id, account_id=account.id, created_at=now)
    if is_new:
        _count(own, comment, 1)
    return is_new


def unendorse(own: Session, account: User, comment: Comment, draft: Draft, now: datetime) -> bool:
    """Take an endorsement back; False when there was none. Raises `CommentingClosed`."""
    _check_endorsable(comment, draft, now)
    gone = own.scalars(
        delete(Endorsement)
        .where(Endorsement.comment_id == comment.id, Endorsement.account_id == account.id)
        .returning(Endorsement.id)
    ).all()
    if gone:
        _count(own, comment, -1)
    return bool(gone)


def _check_endorsable(comment: Comment, draft: Draft, now: datetime) -> None:
    if not rules.is_shown(comment):
        raise NotFound()
    if not draft_rules.is_open(draft, now):
        raise CommentingClosed("Commenting on this draft is closed, and with it endorsing.")


def _count(own: Session, comment: Comment, by: int) -> None:
    own.execute(
        update(Comment)
        .where(Comment.id == comment.id)
        .values(endorsements=Comment.endorsements + by)
        .execution_options(synchronize_session=False)
    )
    own.refresh(comment)
