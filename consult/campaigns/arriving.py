"""Grouping comments as they arrive. For the worker: it needs the analysis library, which pages do without."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from consult.campaigns import grouping
from consult.campaigns.grouping import Joined, Said
from consult.campaigns.models import CommentGroup, GroupBurst, GroupingRun, GroupMember
from consult.comments import rules as comment_rules
from consult.comments.models import Comment
from consult.comments.review_models import CommentEdit
from consult.drafts.models import Draft


def group(own: Session, draft: Draft, now: datetime) -> int:
    """Group what came to a draft since the last time; how many comments were put into groups."""
    _let_go_of_changed(own, draft)
    newest = own.scalar(select(func.max(Comment.id)).where(Comment.draft_id == draft.id)) or 0
    fresh = _said(
        own,
        select(Comment.id, Comment.body, Comment.submitted_at, Comment.person_key)
        .outerjoin(GroupMember, GroupMember.comment_id == Comment.id)
        .where(Comment.draft_id == draft.id, Comment.state.in_(comment_rules.COUNTED), GroupMember.id.is_(None)),
    )
    samples = _said(
        own,
        select(Comment.id, Comment.body, Comment.submitted_at, Comment.person_key)
        .join(CommentGroup, CommentGroup.sample_id == Comment.id)
        .where(CommentGroup.draft_id == draft.id, CommentGroup.dissolved_at.is_(None)),
    )
    joined, new = grouping.groups(samples, fresh) if fresh else ({}, [])
    ids = dict(
        own.execute(select(CommentGroup.sample_id, CommentGroup.id).where(CommentGroup.draft_id == draft.id)).all()
    )
    for sample_id, members in joined.items():
        _add(own, ids[sample_id], members, now)
    for found in new:
        row = CommentGroup(draft_id=draft.id, sample_id=found.sample, created_at=now)
        own.add(row)
        own.flush()
        _add(own, row.id, found.members, now)
    _note_bursts(own, draft, now)
    run = own.get(GroupingRun, draft.id)
    if run is None:
        own.add(GroupingRun(draft_id=draft.id, last_comment_id=newest, at=now, version=grouping.VERSION))
    else:
        run.last_comment_id, run.at, run.version = newest, now, grouping.VERSION
    own.flush()
    return sum(map(len, joined.values())) + sum(len(found.members) for found in new)


def _let_go_of_changed(own: Session, draft: Draft) -> None:
    """Look anew at comments whose authors changed their words since they were grouped; samples stay what they are."""
    changed = (
        select(GroupMember.id)
        .join(CommentGroup, CommentGroup.id == GroupMember.group_id)
        .join(CommentEdit, CommentEdit.comment_id == GroupMember.comment_id)
        .where(
            CommentGroup.draft_id == draft.id,
            GroupMember.is_out.is_(False),
            GroupMember.comment_id != CommentGroup.sample_id,
            CommentEdit.at > GroupMember.added_at,
        )
    )
    own.execute(delete(GroupMember).where(GroupMember.id.in_(changed)))


def _said(own: Session, statement: object) -> list[Said]:
    return [Said(*row) for row in own.execute(statement)]  # type: ignore[call-overload]


def _add(own: Session, group_id: int, members: Sequence[Joined], now: datetime) -> None:
    own.add_all(
        GroupMember(
            comment_id=member.id, group_id=group_id, likeness=member.likeness, addition=member.addition, added_at=now
        )
        for member in members
    )
    own.flush()


def _note_bursts(own: Session, draft: Draft, now: datetime) -> None:
    """Look at the times of every group anew: a burst grows while it lasts."""
    rows = own.execute(
        select(GroupMember.group_id, Comment.submitted_at)
        .join(Comment, Comment.id == GroupMember.comment_id)
        .join(CommentGroup, CommentGroup.id == GroupMember.group_id)
        .where(
            CommentGroup.draft_id == draft.id,
            CommentGroup.dissolved_at.is_(None),
            GroupMember.is_out.is_(False),
            Comment.state.in_(comment_rules.COUNTED),
        )
    ).all()
    moments: dict[int, list[datetime]] = {}
    for group_id, at in rows:
        moments.setdefault(group_id, []).append(at)
    grouped = select(GroupMember.comment_id).where(GroupMember.is_out.is_(False))
    others = list(
        own.scalars(select(Comment.submitted_at).where(Comment.draft_id == draft.id, Comment.id.not_in(grouped)))
    )
    usual = grouping.usual_in_span(others, draft.opens_at or now, now)
    own.execute(
        delete(GroupBurst).where(
            GroupBurst.group_id.in_(select(CommentGroup.id).where(CommentGroup.draft_id == draft.id))
        )
    )
    own.add_all(
        GroupBurst(group_id=group_id, first_at=burst.first, last_at=burst.last, count=burst.count, usual=burst.usual)
        for group_id, times in sorted(moments.items())
        for burst in grouping.bursts(times, usual)
    )
