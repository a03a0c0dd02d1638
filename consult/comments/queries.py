"""Reading comments, each function for the viewer it is given (threat T1).

A comment that is not reviewed, was refused or taken back, or whose author did not agree to its
publication, leaves this module only for reviewers and, by its receipt, for its author.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from flask import url_for
from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, false, func, or_, select, true, union_all
from sqlalchemy.orm import Session, aliased

from consult.accounts.models import User
from consult.comments import rules
from consult.comments.models import Comment, CommentClause, CommentLog, CommentState, Endorsement, Stance
from consult.drafts import queries as drafts
from consult.drafts import rules as draft_rules
from consult.drafts.models import Clause, ClauseFate, Draft, DraftState, DraftVersion
from consult.drafts.queries import Count
from consult.drafts.shelf import shelf
from consult.errors import NotFound
from consult.web.access import Permission
from reports.model import Channel, Submission

#: Identifiers in one statement; SQLite's and PostgreSQL's limits lie far above.
_CHUNK = 500
#: Rows of the log among which a late one is noticed; more transactions than this are never open at once.
_RECENT = 500


class Viewer(Protocol):
    """Whoever looks: an account or a visitor (whose id is None)."""

    @property
    def id(self) -> int | None: ...
    def can(self, permission: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a clause or a draft; every count three ways (rule R13).

    ``count`` and ``by_stance`` cover what was received and not taken out: waiting and accepted comments.
    """

    count: Count
    by_stance: Mapping[str, int]
    shown: int  #: public texts
    waiting: int  #: not reviewed yet
    silent: int  #: accepted, but their authors did not agree to publication
    refused: int


def _is_counted() -> ColumnElement[bool]:
    return Comment.state.in_(rules.COUNTED)


def _is_shown() -> ColumnElement[bool]:
    return and_(Comment.state == CommentState.ACCEPTED, Comment.consent_publish.is_(True))


def _count_columns() -> tuple[ColumnElement[int], ...]:
    return (
        func.count(),
        func.count(Comment.text_hash.distinct()),
        func.count(Comment.person_key.distinct()),
    )


def _stamp(own: Session) -> Hashable:
    """Differs as soon as any comment came, changed its status or its words: each of these writes a row of the log.

    The newest numbers alone would not do. On PostgreSQL a transaction that began earlier may end later, and its row
    then appears below the newest: so the last few hundred rows are counted as well.
    """
    newest = select(func.max(CommentLog.id)).scalar_subquery()
    row = own.execute(
        select(func.max(CommentLog.id), func.count(), select(func.max(Comment.id)).scalar_subquery()).where(
            CommentLog.id > newest - _RECENT
        )
    ).one()
    return tuple(row)


class CommentVoices:
    """What the drafts' pages ask for, see `consult.drafts.queries.Voices`."""

    def of_drafts(self, own: Session, draft_ids: Sequence[int]) -> Mapping[int, Count]:
        if not draft_ids:
            return {}
        rows = own.execute(
            select(Comment.draft_id, *_count_columns())
            .where(Comment.draft_id.in_(draft_ids), _is_counted())
            .group_by(Comment.draft_id)
        )
        return {draft_id: Count(*counts) for draft_id, *counts in rows}

    def of_clauses(self, own: Session, version: DraftVersion) -> Mapping[int | None, Count]:
        later = aliased(ClauseFate)
        of = and_(Comment.draft_id == version.draft_id, Comment.version_id <= version.id, _is_counted())
        voice = (Comment.id, Comment.text_hash, Comment.person_key)
        # A comment speaks on its clause and on every further one that it names.
        said = union_all(
            select(Comment.clause_id, *voice).where(of),
            select(CommentClause.clause_id, *voice).join(Comment, Comment.id == CommentClause.comment_id).where(of),
        ).subquery()
        place = func.coalesce(later.to_clause_id, said.c.clause_id)
        rows = own.execute(
            select(
                place,
                func.count(said.c.id.distinct()),
                func.count(said.c.text_hash.distinct()),
                func.count(said.c.person_key.distinct()),
            )
            .select_from(said)
            .outerjoin(later, and_(later.from_clause_id == said.c.clause_id, later.to_version_id == version.id))
            .where(or_(later.id.is_(None), later.to_clause_id.is_not(None)))
            .group_by(place)
        )
        return {clause_id: Count(*counts) for clause_id, *counts in rows}

    def of_version(self, own: Session, draft: Draft, version: DraftVersion) -> tuple[Count, Mapping[int | None, Count]]:
        def count() -> tuple[Count, Mapping[int | None, Count]]:
            return self.of_drafts(own, [draft.id]).get(draft.id, Count()), self.of_clauses(own, version)

        return shelf().take(("voices", version.id, _stamp(own)), count)

    def of_gone(self, own: Session, version: DraftVersion) -> Sequence[tuple[Clause, DraftVersion, Count]]:
        counted = (
            select(Comment.clause_id, *(c.label(name) for c, name in zip(_count_columns(), "nmk", strict=True)))
            .join(ClauseFate, ClauseFate.from_clause_id == Comment.clause_id)
            .where(ClauseFate.to_version_id == version.id, ClauseFate.to_clause_id.is_(None), _is_counted())
            .group_by(Comment.clause_id)
            .subquery()
        )
        rows = own.execute(
            select(Clause, DraftVersion, counted.c.n, counted.c.m, counted.c.k)
            .join(counted, counted.c.clause_id == Clause.id)
            .join(DraftVersion, DraftVersion.id == Clause.version_id)
            .order_by(DraftVersion.number, Clause.position)
        )
        return [(clause, of, Count(*counts)) for clause, of, *counts in rows]


def _about(
    draft_id: ColumnElement[int] | int,
    version_id: ColumnElement[int] | int,
    clause_id: ColumnElement[int] | int | None,
) -> ColumnElement[bool]:
    """What was said on a clause, or on the whole, in this version and the earlier ones that it continues."""
    if clause_id is None:
        place = and_(Comment.clause_id.is_(None), Comment.version_id <= version_id)
    else:
        earlier = select(ClauseFate.from_clause_id).where(ClauseFate.to_clause_id == clause_id)
        further = select(CommentClause.comment_id).where(
            or_(CommentClause.clause_id == clause_id, CommentClause.clause_id.in_(earlier))
        )
        place = or_(Comment.clause_id == clause_id, Comment.clause_id.in_(earlier), Comment.id.in_(further))
    return and_(Comment.draft_id == draft_id, place)


def stances_of_drafts(own: Session, draft_ids: Sequence[int]) -> dict[int, dict[Stance, int]]:
    """Counted comments by stance, for each of the drafts that has any."""
    found: dict[int, dict[Stance, int]] = {}
    if draft_ids:
        rows = own.execute(
            select(Comment.draft_id, Comment.stance, func.count())
            .where(Comment.draft_id.in_(draft_ids), _is_counted())
            .group_by(Comment.draft_id, Comment.stance)
        )
        for draft_id, stance, number in rows:
            found.setdefault(draft_id, {})[Stance(stance)] = number
    return found


def figures(own: Session, draft: Draft, version: DraftVersion, clause: Clause | None) -> Figures:
    """The figures of one clause, or of what was said on the draft as a whole."""
    given = {"draft": draft.id, "version": version.id} | ({} if clause is None else {"clause": clause.id})
    row = own.execute(_counting(clause is None), given).one()
    stances = dict(zip((s.value for s in Stance), row[7:], strict=True))
    return Figures(Count(*row[:3]), stances, *row[3:7])


@lru_cache
def _counting(is_whole: bool) -> Select[*tuple[Any, ...]]:
    """The statement behind `figures`, which every page of a clause asks: made once, as it has many parts."""
    of_clause = None if is_whole else bindparam("clause", type_=Integer)
    about = _about(bindparam("draft", type_=Integer), bindparam("version", type_=Integer), of_clause)
    counted = _is_counted()
    return select(
        func.count().filter(counted),
        func.count(Comment.text_hash.distinct()).filter(counted),
        func.count(Comment.person_key.distinct()).filter(counted),
        func.count().filter(_is_shown()),
        func.count().filter(Comment.state == CommentState.PENDING),
        func.count().filter(Comment.state == CommentState.ACCEPTED, Comment.consent_publish.is_(False)),
        func.count().filter(Comment.state == CommentState.REFUSED),
        *(func.count().filter(counted, Comment.stance == s) for s in Stance),
    ).where(about)


def shown_comments(
    draft: Draft, version: DraftVersion, clause: Clause | None, order: str = "", stance: str = ""
) -> Select[Comment]:
    """What everybody may read on a clause (or on the whole): most endorsed first, or the newest first."""
    statement = select(Comment).where(_about(draft.id, version.id, clause.id if clause else None), _is_shown())
    if stance in list(Stance):
        statement = statement.where(Comment.stance == stance)
    if order == "new":
        return statement.order_by(Comment.submitted_at.desc(), Comment.id.desc())
    return statement.order_by(Comment.endorsements.desc(), Comment.submitted_at.desc(), Comment.id.desc())


def alike(own: Session, draft: Draft, comments: Collection[Comment]) -> dict[str, int]:
    """How many public comments on the draft carry the same text, by text hash; for those listed only."""
    hashes = {c.text_hash for c in comments}
    if not hashes:
        return {}
    rows = own.execute(
        select(Comment.text_hash, func.count())
        .where(Comment.draft_id == draft.id, Comment.text_hash.in_(hashes), _is_shown())
        .group_by(Comment.text_hash)
    )
    return {str(key): int(n) for key, n in rows}


def endorsed_by(own: Session, viewer: Viewer, comments: Collection[Comment]) -> set[int]:
    """Which of these comments the viewer endorses."""
    if viewer.id is None or not comments:
        return set()
    return set(
        own.scalars(
            select(Endorsement.comment_id).where(
                Endorsement.account_id == viewer.id, Endorsement.comment_id.in_([c.id for c in comments])
            )
        )
    )


def can_read(comment: Comment, draft: Draft, viewer: Viewer) -> bool:
    """Whether this viewer may read this comment: everybody a shown one, its author and reviewers any."""
    if viewer.can(Permission.COMMENTS_REVIEW):
        return True
    if viewer.id is not None and comment.author_id == viewer.id:
        return True
    return rules.is_shown(comment) and draft.state in (DraftState.PUBLISHED, DraftState.REPORTED)


def access_comment(own: Session, viewer: Viewer, draft: Draft, comment_id: int) -> Comment:
    """A comment on this draft that the viewer may read. Raises `NotFound`."""
    comment = own.get(Comment, comment_id)
    if comment is None or comment.draft_id != draft.id or not can_read(comment, draft, viewer):
        raise NotFound()
    return comment


def access_for_review(own: Session, viewer: Viewer, comment_id: int) -> Comment:
    """A comment for the desk. Raises `NotFound` for whoever does not review."""
    comment = own.get(Comment, comment_id) if viewer.can(Permission.COMMENTS_REVIEW) else None
    if comment is None:
        raise NotFound()
    return comment


def access_by_receipt(own: Session, code: str) -> Comment:
    """The comment of a receipt code: whoever holds the code is its author. Raises `NotFound`."""
    comment = own.scalar(select(Comment).where(Comment.receipt_code == rules.normalise_receipt_code(code)[:16]))
    if comment is None:
        raise NotFound()
    return comment


def place_of(own: Session, comment: Comment) -> tuple[Draft, Clause | None]:
    """The draft that a comment is about, and the clause, if one."""
    draft = own.get_one(Draft, comment.draft_id)
    return draft, own.get_one(Clause, comment.clause_id) if comment.clause_id else None


def state_counts(own: Session, draft_id: int | None = None) -> dict[str, int]:
    """How many comments are in each status, for the queue's tabs."""
    rows = own.execute(
        select(Comment.state, func.count())
        .where(Comment.draft_id == draft_id if draft_id else true())
        .group_by(Comment.state)
    )
    return {str(key): int(n) for key, n in rows}


def waiting_count(own: Session) -> int:
    """How many comments wait for review; for the start of the desk."""
    return own.scalar(select(func.count()).select_from(Comment).where(Comment.state == CommentState.PENDING)) or 0


def drafts_with_comments(own: Session) -> list[tuple[int, str]]:
    """Drafts to filter the queue by: (id, title), the newest first."""
    rows = own.execute(
        select(Draft.id, Draft.title).where(Draft.id.in_(select(Comment.draft_id).distinct())).order_by(Draft.id.desc())
    )
    return [(number, title) for number, title in rows]


def already_decided(own: Session, ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """Id, present status and who decided, of comments that somebody else was faster with."""
    rows = own.execute(
        select(Comment.id, Comment.state, User.display_name)
        .outerjoin(User, User.id == Comment.decided_by)
        .where(Comment.id.in_(ids))
        .order_by(Comment.id)
    )
    return [(number, state, name or "") for number, state, name in rows]


def history(own: Session, comment: Comment) -> list[tuple[CommentLog, str]]:
    """Every change of status with the name of who made it, oldest first."""
    rows = own.execute(
        select(CommentLog, User.display_name)
        .outerjoin(User, User.id == CommentLog.actor_id)
        .where(CommentLog.comment_id == comment.id)
        .order_by(CommentLog.id)
    )
    return [(log, name or "") for log, name in rows]


def submissions(
    own: Session,
    since: datetime | None = None,
    until: datetime | None = None,
    ids: Iterable[int] | None = None,
) -> list[Submission]:
    """Comments as analysis input: received in [since, until), neither refused nor taken back, masked.

    The author's own words only: the proposed wording is official language and would mislead the scores.
    """
    statement = select(Comment).where(_is_counted()).order_by(Comment.id)
    if since is not None:
        statement = statement.where(Comment.submitted_at >= since)
    if until is not None:
        statement = statement.where(Comment.submitted_at < until)
    if ids is None:
        rows = list(own.scalars(statement))
    else:
        wanted = sorted(set(ids))
        rows = [
            row
            for start in range(0, len(wanted), _CHUNK)
            for row in own.scalars(statement.where(Comment.id.in_(wanted[start : start + _CHUNK])))
        ]
    return [
        Submission(
            id=f"comment:{row.id}",
            text=row.body,
            at=row.submitted_at,
            channel=Channel.DRAFT,
            author=row.person_key,
            likes=row.endorsements,
        )
        for row in rows
    ]


def mine(viewer: Viewer) -> Select[Any]:
    """Everything that the viewer said while signed in: (Comment, Draft, Clause), the newest first."""
    own_rows = false() if viewer.id is None else Comment.author_id == viewer.id
    statement: Any = (
        select(Comment, Draft, Clause)
        .join(Draft, Draft.id == Comment.draft_id)
        .outerjoin(Clause, Clause.id == Comment.clause_id)
        .where(own_rows)
        .order_by(Comment.submitted_at.desc(), Comment.id.desc())
    )
    found: Select[Any] = statement
    return found


def is_commentable(draft: Draft, now: datetime) -> bool:
    """Whether comments on this draft are accepted at this moment."""
    return draft_rules.is_open(draft, now)


def clause_address(draft: Draft, clause: Clause | None, of: DraftVersion, present: DraftVersion) -> str:
    """Where the clause of a version, or the draft as a whole, is read with what was said on it."""
    if clause is None:
        return url_for("comments.whole", slug=draft.slug)
    if of.id == present.id:
        return url_for("comments.clause", slug=draft.slug, number=clause.ref)
    return url_for("comments.earlier_clause", slug=draft.slug, version=of.number, number=clause.ref)


def clause_label(clause: Clause | None) -> str:
    """How the place of a comment is called, in Chinese as the draft is."""
    return drafts.name_of(clause) if clause is not None else "全文"
