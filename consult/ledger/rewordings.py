"""Taking a wording that somebody proposed into the version in preparation, with the credit for it (rule R14)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.comments.fates import present_address
from consult.comments.models import Comment, CommentState
from consult.drafts import service as drafts
from consult.drafts.models import Clause, Draft, DraftVersion
from consult.drafts.queries import current_version, version_in_preparation
from consult.errors import InvalidInput
from consult.ledger import queries, service
from consult.ledger.models import Outcome
from consult.ledger.service import Ticked, Verdict


def target_of(own: Session, draft: Draft, comment: Comment) -> tuple[DraftVersion | None, Clause | None]:
    """The version in preparation, and its clause that continues the one a comment proposes to reword."""
    version = version_in_preparation(own, draft)
    clause = own.get(Clause, comment.clause_id) if comment.clause_id is not None else None
    if version is None or version.number == 1 or clause is None:
        return version, None
    present, _fate = present_address(own, clause, current_version(own, draft))
    if present is None:
        return version, None
    found = own.scalar(select(Clause).where(Clause.version_id == version.id, Clause.stable_key == present.stable_key))
    return version, found


def take(own: Session, actor: Actor, draft: Draft, comment: Comment, revision: int, key: str, now: datetime) -> Clause:
    """Put a comment's wording in the place of its clause, and note the comment as adopted for that change.

    ``revision`` is that of the entry the officer saw. Raises `InvalidInput` when there is no wording, no version in
    preparation, or no clause left; `Conflict` when somebody else has decided meanwhile.
    """
    if not comment.rewording.strip() or comment.state != CommentState.ACCEPTED:
        raise InvalidInput("This comment proposes no wording that passed review.")
    version, clause = target_of(own, draft, comment)
    if version is None or version.number == 1:
        raise InvalidInput("Begin the next version first: a wording is taken into a version in preparation.")
    if clause is None:
        raise InvalidInput("The clause that it is about is not in the version in preparation any more.")
    changed = drafts.reword_clause(own, actor, draft, clause, comment.rewording, now)
    verdict = Verdict(Outcome.ADOPTED, change_clause_id=changed.id)
    service.decide(own, actor, draft, Ticked(((comment.id, revision),)), verdict, key, now)
    record(
        own,
        now,
        "ledger:rewording:taken",
        actor=actor,
        subject=f"comment:{comment.id}",
        clause=changed.id,
        version=version.number,
    )
    return changed


def revision_of(own: Session, comment: Comment) -> int:
    """The revision of a comment's entry; 0 when nothing was decided."""
    entry = queries.entry_of(own, comment)
    return entry.revision if entry is not None else 0
