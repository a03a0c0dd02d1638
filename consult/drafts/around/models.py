"""What happens around a draft: extensions, hearings, subscriptions, and which drafts belong together."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base


class DraftExtension(Base):
    """One lengthening of the period for comments, with the reason that the public reads."""

    __tablename__ = "draft_extension"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    closed_at_before: Mapped[datetime]
    closes_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("closes_at > closed_at_before", name="longer"),
        CheckConstraint("reason <> ''", name="reason"),
    )


class Hearing(Base):
    """听证会: a public hearing on a draft, as it was announced, and what came of it (rule R16)."""

    __tablename__ = "hearing"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    starts_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(200))
    #: How many may attend and speak.
    quota: Mapped[int] = mapped_column(Integer)
    agenda: Mapped[str] = mapped_column(Text)
    #: The day on which those who attend have the papers.
    papers_on: Mapped[date] = mapped_column(Date)
    announced_at: Mapped[datetime]
    announced_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    #: Set with a public reason when it does not take place.
    cancelled_at: Mapped[datetime | None]
    cancellation_reason: Mapped[str] = mapped_column(Text, default="")
    #: The record (听证报告 or 笔录), once it has taken place.
    report: Mapped[str] = mapped_column(Text, default="")
    reported_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("quota >= 1", name="quota"),
        CheckConstraint("starts_at > announced_at", name="announced_before"),
        CheckConstraint("(cancelled_at IS NULL) = (cancellation_reason = '')", name="cancelled_with_reason"),
        CheckConstraint("(reported_at IS NULL) = (report = '')", name="reported_with_text"),
        CheckConstraint("cancelled_at IS NULL OR reported_at IS NULL", name="held_or_cancelled"),
    )


class DraftSubscription(Base):
    """An e-mail address that asked to hear of one draft. It is deleted when it stops asking."""

    __tablename__ = "draft_subscription"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    #: The address, sealed with the vault's key.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    #: Keyed digest of the address, so that one address subscribes once; cannot be turned back.
    address_key: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime]
    #: When the owner of the address pressed the button behind the link that was sent there.
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("draft_id", "address_key"),
        Index("ix_draft_subscription_confirmed_at", "confirmed_at"),
    )


class DraftTold(Base):
    """Something that happened to a draft and of which its subscribers have been told: each thing once."""

    __tablename__ = "draft_told"

    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), primary_key=True)
    #: Key of the happening, see `consult.drafts.around.happenings`.
    happening: Mapped[str] = mapped_column(String(60), primary_key=True)
    at: Mapped[datetime]


class RelatedDraft(Base):
    """A draft that officers name beside another one."""

    __tablename__ = "related_draft"

    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), primary_key=True)
    related_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), primary_key=True)

    __table_args__ = (CheckConstraint("draft_id <> related_id", name="another"),)
