"""Groups of near-identical comments, what each member adds of its own, and bursts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base


class CommentGroup(Base):
    """One group of near-identical comments on a draft."""

    __tablename__ = "comment_group"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    #: The comment that the others resemble.
    sample_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    created_at: Mapped[datetime]
    #: When an officer dissolved it; its comments are not grouped again by the machine.
    dissolved_at: Mapped[datetime | None]
    dissolved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        CheckConstraint("(dissolved_at IS NULL) = (dissolved_by IS NULL)", name="dissolved_by_somebody"),
        Index("ix_comment_group_draft_id", "draft_id", "dissolved_at"),
    )


class GroupMember(Base):
    """One comment in a group, or taken out of it by an officer. A comment is in one group at most."""

    __tablename__ = "comment_group_member"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), unique=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("comment_group.id"))
    #: Share of characters in common with the sample, 0 to 1.
    likeness: Mapped[float] = mapped_column(Float)
    #: What it says beyond the sample, masked as the comment is; "" when it adds nothing.
    addition: Mapped[str] = mapped_column(Text, default="")
    #: Taken out by an officer: it counts on its own, and is not grouped again.
    is_out: Mapped[bool] = mapped_column(Boolean, default=False)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime]

    __table_args__ = (Index("ix_comment_group_member_group_id", "group_id", "is_out"),)


class GroupBurst(Base):
    """A span of time in which members of a group came far faster than comments on the draft usually do."""

    __tablename__ = "comment_group_burst"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("comment_group.id"))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    count: Mapped[int] = mapped_column(Integer)
    #: How many would be usual in such a span on this draft.
    usual: Mapped[float] = mapped_column(Float)

    __table_args__ = (UniqueConstraint("group_id", "first_at"), CheckConstraint("count > 1", name="count"))


class GroupingRun(Base):
    """Up to which comment a draft's comments have been grouped."""

    __tablename__ = "comment_grouping_run"

    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), primary_key=True)
    last_comment_id: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    #: Of the rules by which it was grouped.
    version: Mapped[str] = mapped_column(String(20))
