"""What reviewers look at: the queue with its filters, reports, appeals, and what a comment said before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.comments import stance_queries
from consult.comments.models import Comment, CommentAttachment, CommentState, JudgedStance, Stance
from consult.comments.review_models import AppealState, CommentAppeal, CommentEdit, CommentReport, ReportOutcome
from consult.comments.sensitive import Matcher
from consult.drafts.comparing import Piece, differences
from consult.drafts.models import Clause, Draft, DraftVersion

#: So many texts are looked through for sensitive words when the queue is filtered by them.
MOST_MATCHED = 5_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What the queue is narrowed to; "" and None stand for everything."""

    state: str = CommentState.PENDING
    draft: int | None = None
    clause: str = ""  #: the clause's identity across versions, or "-" for the whole draft
    version: int | None = None  #: its number
    stance: str = ""
    judged: str = ""
    hits: str = ""
    reported: str = ""
    appealed: str = ""
    files: str = ""
    changed: str = ""
    who: str = ""  #: "account" or "anonymous"
    q: str = ""

    def address(self, **changes: object) -> dict[str, Any]:
        """The filters as parts of an address that can be shared."""
        values = {name: getattr(self, name) for name in self.__slots__} | changes
        return {name: value or None for name, value in values.items()}


def _reported() -> Select[Any]:
    return select(CommentReport.comment_id).where(CommentReport.outcome == ReportOutcome.WAITING)


def _appealed() -> Select[Any]:
    return select(CommentAppeal.comment_id).where(CommentAppeal.state == AppealState.WAITING)


def _narrowed(statement: Any, chosen: Filters) -> Any:
    """Every filter that the database decides."""
    if chosen.draft is not None:
        statement = statement.where(Comment.draft_id == chosen.draft)
    if chosen.clause:
        key = "" if chosen.clause == "-" else chosen.clause
        statement = statement.where(Comment.clause_key == key)
    if chosen.version is not None:
        of = select(DraftVersion.id).where(DraftVersion.number == chosen.version)
        statement = statement.where(Comment.version_id.in_(of))
    if chosen.stance in list(Stance):
        statement = statement.where(Comment.stance == chosen.stance)
    if chosen.judged in list(JudgedStance):
        statement = statement.where(Comment.id.in_(stance_queries.judged_as(chosen.judged)))
    if chosen.files:
        statement = statement.where(Comment.id.in_(select(CommentAttachment.comment_id)))
    if chosen.changed:
        statement = statement.where(Comment.edits > 0)
    if chosen.who in ("account", "anonymous"):
        statement = statement.where(
            Comment.author_id.is_not(None) if chosen.who == "account" else Comment.author_id.is_(None)
        )
    if chosen.q:
        wanted = [
            Comment.body.contains(chosen.q, autoescape=True),
            Comment.rewording.contains(chosen.q, autoescape=True),
        ]
        number = chosen.q.removeprefix("#")
        if number.isascii() and number.isdigit() and len(number) < 10:
            wanted.append(Comment.id == int(number))
        statement = statement.where(or_(*wanted))
    return statement


def _wanted(statement: Any, chosen: Filters) -> Any:
    """With the status: reports are about public comments and appeals about refused ones, whatever tab is open."""
    if chosen.appealed:
        statement = statement.where(Comment.state == CommentState.REFUSED, Comment.id.in_(_appealed()))
    elif chosen.reported:
        statement = statement.where(Comment.state == CommentState.ACCEPTED, Comment.id.in_(_reported()))
    else:
        statement = statement.where(Comment.state == chosen.state)
    return _narrowed(statement, chosen)


def queue(own: Session, chosen: Filters, words: Matcher) -> Select[Any]:
    """The comments that fit, as (Comment, Draft, Clause): waiting ones by age, decided ones the newest decision first.

    The filter by sensitive words looks through the first 5,000 that fit otherwise.
    """
    statement: Any = _wanted(
        select(Comment, Draft, Clause)
        .join(Draft, Draft.id == Comment.draft_id)
        .outerjoin(Clause, Clause.id == Comment.clause_id),
        chosen,
    )
    if chosen.hits:
        texts = own.execute(
            _wanted(select(Comment.id, Comment.body, Comment.rewording), chosen)
            .order_by(Comment.submitted_at, Comment.id)
            .limit(MOST_MATCHED)
        )
        marked = [number for number, *said in texts if words.is_hit("\n".join(said))]
        statement = statement.where(Comment.id.in_(marked))
    if chosen.state == CommentState.PENDING and not (chosen.reported or chosen.appealed):
        ordered = statement.order_by(Comment.submitted_at, Comment.id)
    else:
        ordered = statement.order_by(Comment.decided_at.desc(), Comment.id.desc())
    found: Select[Any] = ordered
    return found


@dataclass(frozen=True, slots=True)
class Attention:
    """What waits for a second look, over all drafts."""

    reported: int
    appealed: int


def attention(own: Session) -> Attention:
    """How many public comments are reported and how many refusals appealed; one statement."""
    accepted = and_(Comment.state == CommentState.ACCEPTED, Comment.id.in_(_reported()))
    refused = and_(Comment.state == CommentState.REFUSED, Comment.id.in_(_appealed()))
    row = own.execute(select(func.count().filter(accepted), func.count().filter(refused)).select_from(Comment)).one()
    return Attention(*row)


def reports_of(own: Session, ids: Iterable[int]) -> Mapping[int, Mapping[str, int]]:
    """By comment, how many readers report it for which reason, as far as that waits."""
    rows = own.execute(
        select(CommentReport.comment_id, CommentReport.reason, func.count())
        .where(CommentReport.comment_id.in_(list(ids)), CommentReport.outcome == ReportOutcome.WAITING)
        .group_by(CommentReport.comment_id, CommentReport.reason)
        .order_by(func.count().desc())
    )
    found: dict[int, dict[str, int]] = {}
    for comment_id, reason, number in rows:
        found.setdefault(comment_id, {})[reason] = number
    return found


def appeals_of(own: Session, ids: Iterable[int]) -> Mapping[int, CommentAppeal]:
    """By comment, its appeal."""
    rows = own.scalars(select(CommentAppeal).where(CommentAppeal.comment_id.in_(list(ids))))
    return {row.comment_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a comment said before a change, and what the change made of it."""

    edit: CommentEdit
    body: list[Piece]
    rewording: list[Piece]
    stance_after: str


def earlier_words(own: Session, comment: Comment) -> list[Earlier]:
    """Every change that the author made, the newest first, each with its difference to the words that followed."""
    edits = own.scalars(
        select(CommentEdit).where(CommentEdit.comment_id == comment.id).order_by(CommentEdit.number.desc())
    )
    found, after = [], (comment.body, comment.rewording, comment.stance)
    for edit in edits:
        found.append(Earlier(edit, differences(edit.body, after[0]), differences(edit.rewording, after[1]), after[2]))
        after = (edit.body, edit.rewording, edit.stance)
    return found


def clauses_to_choose(own: Session, draft_id: int) -> list[tuple[str, str]]:
    """The clauses of a draft that were spoken on: (identity, label)."""
    rows = own.execute(
        select(Comment.clause_key, func.max(Clause.label))
        .join(Clause, Clause.id == Comment.clause_id)
        .where(Comment.draft_id == draft_id)
        .group_by(Comment.clause_key)
        .order_by(func.min(Clause.position))
    )
    return [(key, label or key) for key, label in rows]


def versions_to_choose(own: Session, draft_id: int) -> list[tuple[int, str]]:
    """The versions of a draft that were spoken on: (number, label)."""
    rows = own.execute(
        select(DraftVersion.number, DraftVersion.label)
        .where(DraftVersion.draft_id == draft_id, DraftVersion.id.in_(select(Comment.version_id)))
        .order_by(DraftVersion.number)
    )
    return [(number, label) for number, label in rows]


def decided_by(own: Session, account_id: int | None) -> str:
    """The name of an officer, for the desk."""
    account = own.get(User, account_id) if account_id is not None else None
    return account.display_name if account else ""
