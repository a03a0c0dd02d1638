"""What became of the clause that a comment was made on: its fate in the present version (rule R14).

A comment stays bound to the clause and version it was made on. Where that clause went is read from the record that the
publication of each version left, so that nothing is re-pointed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from consult.comments.models import Comment
from consult.drafts.models import Clause, ClauseFate, DraftVersion


@dataclass(frozen=True, slots=True)
class CommentFate:
    """Where a comment's clause stands in a later version."""

    kind: str  #: same, moved, changed or removed, see `consult.drafts.comparing.Fate`
    said_on: int  #: number of the version the comment was made on
    label: str  #: of the clause it was made on; "" for the whole draft
    version: int  #: number of the later version
    now_id: int | None = None  #: of the clause that continues it
    now_ref: str | None = None  #: its name in addresses
    now_label: str = ""


def fates(own: Session, comments: Collection[Comment], version: DraftVersion) -> dict[int, CommentFate]:
    """The fate of each comment that was made on a version before this one, by comment id; one statement.

    Comments of this version have none: they stand where they were made. Each other has exactly one.
    """
    earlier = [comment for comment in comments if comment.version_id < version.id]
    if not earlier:
        return {}
    before, after, said_on = aliased(Clause), aliased(Clause), aliased(DraftVersion)
    rows = own.execute(
        select(
            Comment.id,
            said_on.number,
            before.label,
            before.heading,
            ClauseFate.fate,
            after.id,
            after.ref,
            after.label,
            after.heading,
        )
        .join(said_on, said_on.id == Comment.version_id)
        .outerjoin(before, before.id == Comment.clause_id)
        .outerjoin(
            ClauseFate,
            (ClauseFate.from_clause_id == Comment.clause_id) & (ClauseFate.to_version_id == version.id),
        )
        .outerjoin(after, after.id == ClauseFate.to_clause_id)
        .where(Comment.id.in_([comment.id for comment in earlier]))
    )
    found = {}
    for number, said, label, heading, fate, now_id, ref, now_label, now_heading in rows:
        # What was said on the whole draft is about the whole of every version.
        kind = "same" if fate is None else fate
        found[number] = CommentFate(
            kind, said, label or heading or "", version.number, now_id, ref, now_label or now_heading or ""
        )
    return found


def story(own: Session, comment: Comment) -> list[tuple[DraftVersion, str, Clause | None]]:
    """Every public version after the one a comment was made on, with the fate of its clause there, oldest first."""
    rows = own.execute(
        select(DraftVersion, ClauseFate.fate, Clause)
        .outerjoin(
            ClauseFate,
            (ClauseFate.to_version_id == DraftVersion.id) & (ClauseFate.from_clause_id == comment.clause_id),
        )
        .outerjoin(Clause, Clause.id == ClauseFate.to_clause_id)
        .where(
            DraftVersion.draft_id == comment.draft_id,
            DraftVersion.id > comment.version_id,
            DraftVersion.published_at.is_not(None),
        )
        .order_by(DraftVersion.number)
    )
    return [(version, fate or "same", clause) for version, fate, clause in rows]


def present_address(own: Session, clause: Clause, version: DraftVersion) -> tuple[Clause | None, str]:
    """The clause that continues this one in a version, and the fate that led there ("" when it is of that version)."""
    if clause.version_id == version.id:
        return clause, ""
    row = own.execute(
        select(ClauseFate.fate, Clause)
        .outerjoin(Clause, Clause.id == ClauseFate.to_clause_id)
        .where(ClauseFate.from_clause_id == clause.id, ClauseFate.to_version_id == version.id)
    ).one_or_none()
    return (None, "removed") if row is None else (row[1], row[0])
