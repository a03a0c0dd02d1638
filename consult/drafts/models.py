"""征求意见稿: drafts, their versions, the clauses of each version, and how a draft's status changed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base


class DraftKind(StrEnum):
    """What a draft will become; the law's minimum period depends on it (rule R3)."""

    DECISION = "decision"  #: 重大行政决策
    REGULATION = "regulation"  #: 规章
    NORMATIVE = "normative"  #: 行政规范性文件


class DraftState(StrEnum):
    """What people decided about a draft. Whether one may comment follows from this and the time."""

    EDITING = "editing"  #: being prepared, known to the desk only
    PUBLISHED = "published"  #: 征集: public; the dates say whether it is upcoming, open or closed
    REPORTED = "reported"  #: 已反馈: the adoption ledger is public
    WITHDRAWN = "withdrawn"  #: 撤回: taken back, with a public reason when it had been public


class Stage(StrEnum):
    """Which of the texts of a draft a version is (rule R14)."""

    CONSULTATION = "consultation"  #: 征求意见稿
    REVISION = "revision"  #: 修改稿
    FINAL = "final"  #: 正式稿


class WhoMayComment(StrEnum):
    """Of whom a draft accepts comments. Who they are is never shown (后台实名、前台自愿)."""

    ANYONE = "anyone"  #: whoever shows that a person sends it
    ACCOUNT = "account"  #: whoever is signed in
    PHONE = "phone"  #: whoever holds the phone number that a code was sent to


class Draft(Base):
    """One plan that the public is asked about."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: Stable ASCII name in addresses: day of creation and a number.
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))
    #: 涉企: touches the business of enterprises, which lengthens the minimum period (rule R3).
    touches_business: Mapped[bool] = mapped_column(Boolean, default=False)
    #: 起草说明.
    explanation: Mapped[str] = mapped_column(Text, default="")
    #: 制定依据.
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    #: The organ that asks.
    organ: Mapped[str] = mapped_column(String(120), default="")
    contact_unit: Mapped[str] = mapped_column(String(120), default="")
    contact_address: Mapped[str] = mapped_column(String(200), default="")
    contact_phone: Mapped[str] = mapped_column(String(60), default="")
    contact_email: Mapped[str] = mapped_column(String(120), default="")
    opens_at: Mapped[datetime | None]
    #: The last second in which a comment is accepted: 23:59:59 in Shanghai of the closing day.
    closes_at: Mapped[datetime | None]
    who_may_comment: Mapped[str] = mapped_column(
        String(8), default=WhoMayComment.ANYONE, server_default=WhoMayComment.ANYONE.value
    )
    #: Public reason for a period shorter than the law's (rule R2); "" when it is not shorter.
    shortening_reason: Mapped[str] = mapped_column(Text, default="")
    #: Public reason for taking a draft back.
    withdrawal_reason: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12), default=DraftState.EDITING)
    #: When it became public; None for a draft that never was.
    published_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]

    versions: Mapped[list[DraftVersion]] = relationship(
        back_populates="draft", order_by="DraftVersion.number", lazy="select"
    )

    __table_args__ = (
        CheckConstraint("kind IN ('decision','regulation','normative')", name="kind"),
        CheckConstraint("state IN ('editing','published','reported','withdrawn')", name="state"),
        CheckConstraint("title <> ''", name="title"),
        CheckConstraint("closes_at > opens_at", name="period"),
        CheckConstraint(
            "state NOT IN ('published','reported') OR (published_at IS NOT NULL AND opens_at IS NOT NULL "
            "AND closes_at IS NOT NULL AND explanation <> '')",
            name="published_is_complete",
        ),
        CheckConstraint("state <> 'withdrawn' OR withdrawal_reason <> ''", name="withdrawn_with_reason"),
        Index("ix_draft_state_closes_at", "state", "closes_at"),
    )


class DraftVersion(Base):
    """One text of a draft."""

    __tablename__ = "draft_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    #: From 1, without gaps.
    number: Mapped[int] = mapped_column(Integer)
    #: As printed: 征求意见稿, 修改稿 or 正式稿, with a number when there are several.
    label: Mapped[str] = mapped_column(String(40))
    stage: Mapped[str] = mapped_column(String(12), default=Stage.CONSULTATION, server_default=Stage.CONSULTATION.value)
    #: What is new in it, for the public; needed from the second version on.
    note: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    #: When it became public; None while it is in preparation, when the desk alone knows it.
    published_at: Mapped[datetime | None]
    #: Name of the file the text came from; "" when it was pasted.
    source_name: Mapped[str] = mapped_column(String(200), default="")
    #: What stands before the first clause, a paragraph a line.
    preamble: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]

    draft: Mapped[Draft] = relationship(back_populates="versions")

    __table_args__ = (
        UniqueConstraint("draft_id", "number"),
        CheckConstraint("number >= 1", name="number"),
    )


class Clause(Base):
    """条款: one part, chapter, section, article, paragraph or item of a version, in reading order."""

    __tablename__ = "clause"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("clause.id"))
    #: Place in the reading order of the version, from 1.
    position: Mapped[int] = mapped_column(Integer)
    #: Identity that a clause keeps across versions while it says the same thing in the same place.
    stable_key: Mapped[str] = mapped_column(String(120))
    #: Its name in addresses; None for what is read but not commented on by itself (chapters, items).
    ref: Mapped[str | None] = mapped_column(String(24))
    kind: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(String(24), default="")
    #: As printed: 第十二条, （三）; "" for a paragraph without one.
    label: Mapped[str] = mapped_column(String(60), default="")
    heading: Mapped[str] = mapped_column(String(300), default="")
    text: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        UniqueConstraint("version_id", "stable_key"),
        UniqueConstraint("version_id", "position"),
        UniqueConstraint("version_id", "ref"),
        CheckConstraint("kind IN ('part','chapter','section','article','paragraph','item')", name="kind"),
        Index("ix_clause_stable_key", "stable_key"),
    )


class ClauseFate(Base):
    """What became of a clause in a later version: the record by which what was said on it is found again.

    Of every clause that one can comment on there is one row for each later public version. While a version is in
    preparation it has rows only where an officer decided against, or before, the machine.
    """

    __tablename__ = "clause_fate"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    from_clause_id: Mapped[int] = mapped_column(ForeignKey("clause.id"))
    to_version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    fate: Mapped[str] = mapped_column(String(8))
    #: The clause that continues it; None when it was removed.
    to_clause_id: Mapped[int | None] = mapped_column(ForeignKey("clause.id"))
    #: Whether it went into a clause that mainly continues another.
    is_merged: Mapped[bool] = mapped_column(Boolean, default=False)
    #: Share of characters in common, 0 to 1; 0 when it was removed.
    likeness: Mapped[float] = mapped_column(Float, default=0.0)
    #: Who decided it; None for the machine.
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("from_clause_id", "to_version_id"),
        CheckConstraint("fate IN ('same','moved','changed','removed')", name="fate"),
        CheckConstraint("(fate = 'removed') = (to_clause_id IS NULL)", name="removed_has_no_clause"),
        Index("ix_clause_fate_to_version_id", "to_version_id", "to_clause_id"),
        Index("ix_clause_fate_to_clause_id", "to_clause_id"),
    )


class DraftLog(Base):
    """One change of a draft's status."""

    __tablename__ = "draft_log"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    from_state: Mapped[str] = mapped_column(String(12), default="")  #: "" for a new draft
    to_state: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text, default="")
