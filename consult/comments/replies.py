"""Replies to public comments, one level deep: those of accounts are reviewed first, those of officers are marked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.accounts.rules import masked_name
from consult.audit.service import Actor, record
from consult.comments import rules
from consult.comments.models import Comment, RefusalReason
from consult.comments.review_models import CommentReply, ReplyState
from consult.comments.service import check_open
from consult.db import insert_ignoring
from consult.drafts.models import Clause, Draft
from consult.errors import InvalidInput, NotFound
from reports.masking import mask

MAX_REPLY = 1_000
#: So many stand below a comment in a list; its own page shows all.
FIRST = 3


@dataclass(frozen=True, slots=True)
class NewReply:
    """What somebody typed below a comment."""

    body: str
    idempotency_key: str
    organ: str = ""  #: in whose name an officer replies; "" for everybody else


def reply(own: Session, author: User, comment: Comment, draft: Draft, new: NewReply, now: datetime) -> bool:
    """Reply to a public comment; False when this form had arrived before (promise P4).

    An officer's reply, which names its organ, is public at once; any other waits for review. Raises `NotFound` for a
    comment that is not public, `CommentingClosed` for whoever is no officer once the draft is closed, `InvalidInput`.
    """
    if not rules.is_shown(comment):
        raise NotFound()
    if not new.organ:
        check_open(draft, now)
    text = new.body.strip()
    if not rules.MIN_BODY <= len(text) <= MAX_REPLY:
        raise InvalidInput(
            "A reply has %(least)d to %(most)d characters.", field="body", least=rules.MIN_BODY, most=MAX_REPLY
        )
    is_new = insert_ignoring(
        own,
        CommentReply,
        comment_id=comment.id,
        author_id=author.id,
        is_official=bool(new.organ),
        signature=new.organ[:120] or masked_name(author.display_name),
        body=mask(text).text,
        state=ReplyState.ACCEPTED if new.organ else ReplyState.PENDING,
        decided_by=author.id if new.organ else None,
        decided_at=now if new.organ else None,
        idempotency_key=new.idempotency_key,
        at=now,
    )
    if is_new and new.organ:
        _count(own, [comment.id])
        record(own, now, "comments:reply:published", actor=author, subject=f"comment:{comment.id}")
    return is_new


def decide(own: Session, actor: Actor, ids: Sequence[int], reason: str | None, now: datetime) -> list[int]:
    """Publish replies (no reason) or refuse them with one; the ids that changed. Raises `InvalidInput`.

    A public reply can be taken down like this too, and a refused one published.
    """
    if reason is not None and reason not in list(RefusalReason):
        raise InvalidInput("Please choose the reason for not publishing.", field="reason")
    to = ReplyState.ACCEPTED if reason is None else ReplyState.REFUSED
    rows = own.execute(
        update(CommentReply)
        .where(CommentReply.id.in_(ids), CommentReply.state != to)
        .values(state=to, refusal_reason=reason, decided_by=actor.id, decided_at=now)
        .returning(CommentReply.id, CommentReply.comment_id)
        .execution_options(synchronize_session=False)
    ).all()
    _count(own, {row.comment_id for row in rows})
    for row in rows:
        record(own, now, f"comments:reply:{to}", actor=actor, subject=f"reply:{row.id}", reason=reason or "")
    return [row.id for row in rows]


def _count(own: Session, comment_ids: Collection[int]) -> None:
    """Set the counters of these comments to what there is."""
    public = (
        select(func.count())
        .where(CommentReply.comment_id == Comment.id, CommentReply.state == ReplyState.ACCEPTED)
        .correlate(Comment)
        .scalar_subquery()
    )
    own.execute(
        update(Comment)
        .where(Comment.id.in_(comment_ids))
        .values(replies=public)
        .execution_options(synchronize_session=False)
    )


def below(own: Session, comments: Collection[Comment], most: int = FIRST) -> Mapping[int, Sequence[CommentReply]]:
    """The first public replies to each of these comments, official ones before others; no statement where none is."""
    ids = [comment.id for comment in comments if comment.replies]
    if not ids:
        return {}
    place = (
        func.row_number()
        .over(
            partition_by=CommentReply.comment_id,
            order_by=(CommentReply.is_official.desc(), CommentReply.at, CommentReply.id),
        )
        .label("place")
    )
    listed = (
        select(CommentReply.id, place)
        .where(CommentReply.comment_id.in_(ids), CommentReply.state == ReplyState.ACCEPTED)
        .subquery()
    )
    rows = own.scalars(
        select(CommentReply)
        .join(listed, listed.c.id == CommentReply.id)
        .where(listed.c.place <= most)
        .order_by(CommentReply.comment_id, listed.c.place)
    )
    found: dict[int, list[CommentReply]] = {}
    for row in rows:
        found.setdefault(row.comment_id, []).append(row)
    return found


def all_below(comment: Comment) -> Select[Any]:
    """Every public reply to one comment."""
    return (
        select(CommentReply)
        .where(CommentReply.comment_id == comment.id, CommentReply.state == ReplyState.ACCEPTED)
        .order_by(CommentReply.is_official.desc(), CommentReply.at, CommentReply.id)
    )


def queue(state: str) -> Select[Any]:
    """Replies for reviewers: (CommentReply, Comment, Draft, Clause); those that wait the longest first."""
    wanted = state if state in list(ReplyState) else ReplyState.PENDING
    order = CommentReply.at if wanted == ReplyState.PENDING else CommentReply.at.desc()
    statement: Any = (
        select(CommentReply, Comment, Draft, Clause)
        .join(Comment, Comment.id == CommentReply.comment_id)
        .join(Draft, Draft.id == Comment.draft_id)
        .outerjoin(Clause, Clause.id == Comment.clause_id)
        .where(CommentReply.state == wanted)
        .order_by(order, CommentReply.id)
    )
    found: Select[Any] = statement
    return found


def waiting_count(own: Session) -> int:
    """How many replies wait for review."""
    return own.scalar(select(func.count()).where(CommentReply.state == ReplyState.PENDING)) or 0
