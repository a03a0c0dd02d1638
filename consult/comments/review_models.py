"""What happens to a comment after it was sent: words that reviewers look at twice, appeals, reports, edits, replies."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.comments.models import RefusalReason
from consult.db import Base


class AppealState(StrEnum):
    WAITING = "waiting"
    GRANTED = "granted"  #: the comment is published after all
    UPHELD = "upheld"  #: the refusal stays


class ReportReason(StrEnum):
    """Why a reader reports a public comment (举报). Disagreement is none."""

    PRIVACY = "privacy"
    ADVERTISING = "advertising"
    INSULT = "insult"
    RUMOURS = "rumours"
    OTHER_UNLAWFUL = "other_unlawful"


class ReportOutcome(StrEnum):
    WAITING = "waiting"
    KEPT = "kept"
    TAKEN_DOWN = "taken_down"


class ReplyState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


_REASONS = ",".join(f"'{r}'" for r in RefusalReason)
_REPORTS = ",".join(f"'{r}'" for r in ReportReason)


class SensitiveList(Base):
    """One version of the list of words that mark a comment for reviewers (rule R55). The newest is in force."""

    __tablename__ = "sensitive_list"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: From 1. Of two people who save at once only one can be next.
    number: Mapped[int] = mapped_column(Integer, unique=True)
    #: One entry on a line; a line in 【】 names the category of those below it.
    words: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class CommentAppeal(Base):
    """An author's one request to look again at a refusal (rule R54)."""

    __tablename__ = "comment_appeal"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), unique=True)
    #: Masked.
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    #: Who refused, and may therefore not decide this.
    refused_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(10), default=AppealState.WAITING)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    #: For the author, masked.
    note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        CheckConstraint("state IN ('waiting','granted','upheld')", name="state"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_with_date"),
        Index("ix_comment_appeal_state", "state"),
    )


class CommentReport(Base):
    """One reader reports one public comment, once. It hides nothing by itself."""

    __tablename__ = "comment_report"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    #: Opaque: stands for an account or for a visitor's browser.
    reporter_key: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(10), default=ReportOutcome.WAITING)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("comment_id", "reporter_key"),
        CheckConstraint(f"reason IN ({_REPORTS})", name="reason"),
        CheckConstraint("outcome IN ('waiting','kept','taken_down')", name="outcome"),
        CheckConstraint("(outcome = 'waiting') = (settled_at IS NULL)", name="settled_with_date"),
        Index("ix_comment_report_outcome", "outcome", "comment_id"),
    )


class CommentEdit(Base):
    """What a comment said before its author changed it, masked. Only reviewers read it."""

    __tablename__ = "comment_edit"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    #: From 1. Two changes of the same words at once: only one can be next.
    number: Mapped[int] = mapped_column(Integer)
    stance: Mapped[str] = mapped_column(String(8))
    body: Mapped[str] = mapped_column(Text)
    rewording: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10))  #: of the comment, at the time
    endorsements: Mapped[int] = mapped_column(Integer)  #: that the earlier words had
    #: Key of the form that was sent: it changes something once.
    idempotency_key: Mapped[str] = mapped_column(String(32), unique=True)
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("comment_id", "number"),)


class CommentReply(Base):
    """A reply to a public comment: by an account, reviewed first, or by an officer for an organ. Never replied to."""

    __tablename__ = "comment_reply"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    is_official: Mapped[bool] = mapped_column(Boolean)
    #: How the author is shown: "张**", or the organ's name.
    signature: Mapped[str] = mapped_column(String(120))
    #: Masked.
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default=ReplyState.PENDING)
    refusal_reason: Mapped[str | None] = mapped_column(String(24))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    idempotency_key: Mapped[str] = mapped_column(String(32), unique=True)
    at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("state IN ('pending','accepted','refused')", name="state"),
        CheckConstraint(f"refusal_reason IN ({_REASONS})", name="refusal_reason"),
        CheckConstraint("(state = 'refused') = (refusal_reason IS NOT NULL)", name="refused_with_reason"),
        Index("ix_comment_reply_comment_id", "comment_id", "state"),
        Index("ix_comment_reply_state", "state", "at"),
    )
