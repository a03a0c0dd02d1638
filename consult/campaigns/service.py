"""Asking for comments to be grouped, and what officers change about groups. Services flush, callers commit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.campaigns.models import CommentGroup, GroupBurst, GroupingRun, GroupMember
from consult.comments.models import Comment
from consult.comments.review_models import CommentEdit
from consult.errors import Conflict, NotFound
from consult.jobs.service import enqueue

JOB = "campaigns.group"
_CHUNK = 500


def look_for_work(own: Session, now: datetime) -> None:
    """A chore: ask for the grouping of drafts with comments nobody has looked at as they are; else one statement."""
    newest = (
        select(Comment.draft_id, func.max(Comment.id).label("newest")).group_by(Comment.draft_id).subquery("newest")
    )
    waiting = own.execute(
        select(newest.c.draft_id)
        .outerjoin(GroupingRun, GroupingRun.draft_id == newest.c.draft_id)
        .where(
            or_(
                newest.c.newest > func.coalesce(GroupingRun.last_comment_id, 0),
                exists().where(
                    CommentEdit.comment_id == Comment.id,
                    Comment.draft_id == newest.c.draft_id,
                    CommentEdit.at > GroupingRun.at,
                ),
            )
        )
    ).scalars()
    for draft_id in waiting.all():
        enqueue(own, JOB, {"draft": draft_id}, now=now, unique_key=f"campaigns:{draft_id}")


def take_out(own: Session, actor: Actor, member: GroupMember, now: datetime) -> None:
    """Take a comment out of its group: it is no copy. Raises `Conflict` when somebody was faster."""
    _move(own, actor, member, now, out=True)


def put_back(own: Session, actor: Actor, member: GroupMember, now: datetime) -> None:
    """Put a comment back that was taken out. Raises `Conflict` when somebody was faster."""
    _move(own, actor, member, now, out=False)


def _move(own: Session, actor: Actor, member: GroupMember, now: datetime, *, out: bool) -> None:
    changed = own.execute(
        update(GroupMember)
        .where(GroupMember.id == member.id, GroupMember.is_out.is_(not out))
        .values(is_out=out, changed_by=actor.id)
        .returning(GroupMember.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        raise Conflict("Another officer has changed this group in the meantime.")
    own.refresh(member)
    action = "campaigns:member:taken_out" if out else "campaigns:member:put_back"
    record(own, now, action, actor=actor, subject=f"comment:{member.comment_id}", group=member.group_id)


def dissolve(own: Session, actor: Actor, found: CommentGroup, now: datetime) -> None:
    """Say that this is no group: its comments count on their own. Raises `Conflict` when somebody was faster."""
    _set_dissolved(own, actor, found, now, dissolved=True)


def restore(own: Session, actor: Actor, found: CommentGroup, now: datetime) -> None:
    """Take a dissolution back. Raises `Conflict` when somebody was faster."""
    _set_dissolved(own, actor, found, now, dissolved=False)


def _set_dissolved(own: Session, actor: Actor, found: CommentGroup, now: datetime, *, dissolved: bool) -> None:
    is_as_seen = CommentGroup.dissolved_at.is_(None) if dissolved else CommentGroup.dissolved_at.is_not(None)
    changed = own.execute(
        update(CommentGroup)
        .where(CommentGroup.id == found.id, is_as_seen)
        .values(dissolved_at=now if dissolved else None, dissolved_by=actor.id if dissolved else None)
        .returning(CommentGroup.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        raise Conflict("Another officer has changed this group in the meantime.")
    own.refresh(found)
    if dissolved:
        own.execute(delete(GroupBurst).where(GroupBurst.group_id == found.id))
    action = "campaigns:group:dissolved" if dissolved else "campaigns:group:restored"
    record(own, now, action, actor=actor, subject=f"draft:{found.draft_id}", group=found.id)


def member_of(own: Session, found: CommentGroup, comment_id: int) -> GroupMember:
    """The membership of a comment in this group. Raises `NotFound`."""
    member = own.scalar(
        select(GroupMember).where(GroupMember.comment_id == comment_id, GroupMember.group_id == found.id)
    )
    if member is None:
        raise NotFound()
    return member
