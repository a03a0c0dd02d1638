"""Reading groups: every count three ways (rule R13)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from consult.campaigns.models import CommentGroup, GroupBurst, GroupMember
from consult.comments.models import Comment
from consult.comments.queries import CommentVoices
from consult.comments.rules import COUNTED
from consult.drafts.models import Draft
from consult.drafts.queries import Count
from consult.errors import NotFound
from consult.web.access import Permission


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A group in a list."""

    group: CommentGroup
    sample: Comment
    count: Count
    first: datetime | None
    last: datetime | None
    additions: int  #: members that say something of their own
    out: int  #: taken out by officers
    bursts: Sequence[GroupBurst]


def access_group(own: Session, viewer: object, group_id: int) -> CommentGroup:
    """A group for the desk. Raises `NotFound` for whoever does not review."""
    found = own.get(CommentGroup, group_id) if viewer.can(Permission.COMMENTS_REVIEW) else None  # type: ignore[attr-defined]
    if found is None:
        raise NotFound()
    return found


def cards(own: Session, draft: Draft, *, dissolved: bool = False) -> list[GroupCard]:
    """The groups of a draft, the largest first; three statements."""
    shown = CommentGroup.dissolved_at.is_not(None) if dissolved else CommentGroup.dissolved_at.is_(None)
    return _cards(own, [CommentGroup.draft_id == draft.id, shown])


def card(own: Session, found: CommentGroup) -> GroupCard:
    """One group."""
    return _cards(own, [CommentGroup.id == found.id])[0]


def _cards(own: Session, conditions: Sequence[object]) -> list[GroupCard]:
    counted = Comment.state.in_(COUNTED) & GroupMember.is_out.is_(False)
    figures = (
        select(
            GroupMember.group_id,
            func.count().filter(counted).label("n"),
            func.count(Comment.text_hash.distinct()).filter(counted).label("m"),
            func.count(Comment.person_key.distinct()).filter(counted).label("k"),
            func.min(Comment.submitted_at).filter(counted).label("first"),
            func.max(Comment.submitted_at).filter(counted).label("last"),
            func.count().filter(counted, GroupMember.addition != "").label("additions"),
            func.count().filter(GroupMember.is_out.is_(True)).label("out"),
        )
        .join(Comment, Comment.id == GroupMember.comment_id)
        .group_by(GroupMember.group_id)
        .subquery()
    )
    rows = own.execute(
        select(CommentGroup, Comment, figures)
        .join(Comment, Comment.id == CommentGroup.sample_id)
        .join(figures, figures.c.group_id == CommentGroup.id)
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(figures.c.n.desc(), CommentGroup.id)
    ).all()
    bursts: dict[int, list[GroupBurst]] = {}
    for burst in own.scalars(
        select(GroupBurst).where(GroupBurst.group_id.in_([row[0].id for row in rows])).order_by(GroupBurst.first_at)
    ):
        bursts.setdefault(burst.group_id, []).append(burst)
    return [
        GroupCard(found, sample, Count(n, m, k), first, last, additions, out, bursts.get(found.id, ()))
        for found, sample, _, n, m, k, first, last, additions, out in rows
    ]


def members(found: CommentGroup, only: str = "") -> Select[Any]:
    """The members with their comments: those with words of their own first, or only those, or those taken out."""
    statement: Any = (
        select(Comment, GroupMember)
        .join(GroupMember, GroupMember.comment_id == Comment.id)
        .where(GroupMember.group_id == found.id)
    )
    if only == "out":
        statement = statement.where(GroupMember.is_out.is_(True))
    else:
        statement = statement.where(GroupMember.is_out.is_(False))
        if only == "additions":
            statement = statement.where(GroupMember.addition != "")
    ordered: Select[Any] = statement.order_by(func.length(GroupMember.addition).desc(), Comment.id)
    return ordered


def merged_counts(own: Session, draft: Draft) -> tuple[Count, int]:
    """The comments of a draft three ways, and how many remain when each group counts once (归并后)."""
    total = CommentVoices().of_drafts(own, [draft.id]).get(draft.id, Count())
    found = cards(own, draft)
    return total, total.received - sum(card.count.received - 1 for card in found if card.count.received > 1)


def group_sizes(own: Session, comment_ids: Collection[int]) -> Mapping[int, tuple[int, int]]:
    """Of comments in groups: the group's id and how many counted members it has; one statement."""
    if not comment_ids:
        return {}
    sizes = (
        select(GroupMember.group_id, func.count().label("n"))
        .join(Comment, Comment.id == GroupMember.comment_id)
        .where(GroupMember.is_out.is_(False), Comment.state.in_(COUNTED))
        .group_by(GroupMember.group_id)
        .subquery()
    )
    rows = own.execute(
        select(GroupMember.comment_id, GroupMember.group_id, sizes.c.n)
        .join(sizes, sizes.c.group_id == GroupMember.group_id)
        .join(CommentGroup, CommentGroup.id == GroupMember.group_id)
        .where(
            GroupMember.comment_id.in_(list(comment_ids)),
            GroupMember.is_out.is_(False),
            CommentGroup.dissolved_at.is_(None),
        )
    )
    return {comment_id: (group_id, n) for comment_id, group_id, n in rows}


def drafts_with_groups(own: Session) -> list[tuple[Draft, int, int]]:
    """Drafts that have groups: how many groups and bursts, the newest draft first."""
    rows = own.execute(
        select(Draft, func.count(CommentGroup.id.distinct()), func.count(GroupBurst.id.distinct()))
        .join(CommentGroup, CommentGroup.draft_id == Draft.id)
        .outerjoin(GroupBurst, GroupBurst.group_id == CommentGroup.id)
        .where(CommentGroup.dissolved_at.is_(None))
        .group_by(Draft.id)
        .order_by(Draft.id.desc())
    )
    return [(draft, groups, bursts) for draft, groups, bursts in rows]
