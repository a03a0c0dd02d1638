"""The further clauses that a comment speaks about, and what stands beside comments on a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from consult.comments.models import Comment, CommentClause
from consult.drafts.comparing import Piece, differences
from consult.drafts.models import Clause, DraftVersion
from consult.drafts.queries import KeptClauses, clauses, clauses_to_read, name_of, passage_of
from consult.drafts.shelf import shelf
from consult.drafts.texts import passage_text
from consult.errors import InvalidInput

MOST_FURTHER = 10
#: Words of a clause on the choice of further ones.
_EXCERPT = 18


@dataclass(frozen=True, slots=True)
class Place:
    """A clause that a comment is also about."""

    label: str
    ref: str


def choices(rows: Sequence[Clause], spoken_on: Clause | None) -> list[tuple[str, str]]:
    """Clauses that can be named beside the one spoken on: address and words."""
    own_ref = spoken_on.ref if spoken_on is not None else None
    if isinstance(rows, KeptClauses) and rows:
        named = shelf().take(("choices", rows[0].version_id), lambda: _choices(rows))
    else:
        named = _choices(rows)
    return [choice for choice in named if choice[0] != own_ref]


def _choices(rows: Sequence[Clause]) -> list[tuple[str, str]]:
    found = []
    for row in rows:
        if row.ref is not None:
            words = row.text[:_EXCERPT] + ("…" if len(row.text) > _EXCERPT else "")
            named = bool(row.label or row.heading)
            found.append((row.ref, f"{name_of(row)} {words}" if named and not row.heading else name_of(row)))
    return found


def named(own: Session, version: DraftVersion, refs: Collection[str]) -> dict[str, Clause]:
    """The clauses of this version that these addresses name, by address, in reading order; at most one statement."""
    if not refs:
        return {}
    return {row.ref: row for row in clauses_to_read(own, version) if row.ref is not None and row.ref in refs}


def chosen(found: Mapping[str, Clause], refs: Collection[str]) -> list[Clause]:
    """The further clauses, of those that were found. Raises `InvalidInput` on the field "further"."""
    if len(refs) > MOST_FURTHER:
        raise InvalidInput("Please name at most %(most)d further clauses.", field="further", most=MOST_FURTHER)
    if not set(refs) <= found.keys():
        raise InvalidInput("One of the further clauses is not in this version.", field="further")
    return [row for ref, row in found.items() if ref in refs]


def keep(own: Session, comment: Comment, further: Sequence[Clause]) -> None:
    """Note the further clauses of a new comment; one statement. The one it stands on is none of them."""
    rows = [
        {"comment_id": comment.id, "clause_id": clause.id, "clause_key": clause.stable_key}
        for clause in further
        if clause.id != comment.clause_id
    ]
    if rows:
        own.execute(insert(CommentClause), rows)


def further_of(own: Session, ids: Sequence[int]) -> dict[int, list[Clause]]:
    """Further clauses by comment, in reading order; one statement."""
    found: dict[int, list[Clause]] = {}
    if ids:
        rows = own.execute(
            select(CommentClause.comment_id, Clause)
            .join(Clause, Clause.id == CommentClause.clause_id)
            .where(CommentClause.comment_id.in_(ids))
            .order_by(Clause.position)
        )
        for comment_id, clause in rows:
            found.setdefault(comment_id, []).append(clause)
    return found


def also_about(
    own: Session, comments: Sequence[Comment], present: Clause | None, rows: Sequence[Clause]
) -> dict[int, list[Place]]:
    """What else each comment of a page is about than the clause of the page; one statement.

    ``rows`` are the clauses of the page's version: a comment that stands on another clause names that one first.
    """
    by_id = {row.id: row for row in rows}
    further = further_of(own, [comment.id for comment in comments])
    found = {}
    for comment in comments:
        others = further.get(comment.id, [])
        first = by_id.get(comment.clause_id) if comment.clause_id is not None else None
        if first is not None and others:
            others = [first, *others]
        keys = {present.stable_key} if present is not None else set()
        if present is None and first is not None:
            keys = {first.stable_key}
        places = [Place(name_of(row), row.ref or "") for row in others if row.stable_key not in keys]
        if places:
            found[comment.id] = places
    return found


def rewordings(comments: Sequence[Comment], rows: Sequence[Clause]) -> dict[int, list[Piece]]:
    """Each proposed wording against the clause that it was made for, by comment; of clauses among ``rows``."""
    by_id = {row.id: row for row in rows}
    texts: dict[int, str] = {}
    found = {}
    for comment in comments:
        clause = by_id.get(comment.clause_id) if comment.clause_id is not None else None
        if comment.rewording and clause is not None:
            if clause.id not in texts:
                texts[clause.id] = passage_text(passage_of(rows, clause))
            found[comment.id] = differences(texts[clause.id], comment.rewording)
    return found


def rewording_of(own: Session, comment: Comment) -> list[Piece]:
    """The proposed wording of one comment against its clause, whatever version that is of; empty without one."""
    if not comment.rewording or comment.clause_id is None:
        return []
    return rewordings([comment], clauses(own, own.get_one(DraftVersion, comment.version_id))).get(comment.id, [])
