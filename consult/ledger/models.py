"""意见采纳情况: what was decided on each comment, the log of it, and what was published.

A published edition fixes its rows and the digest of every text it showed, not the texts: what an author takes back
afterwards is out of every edition at once, and whoever kept a copy can still prove what stood there.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base


class Outcome(StrEnum):
    """采纳情况 of one comment (rule R8)."""

    ADOPTED = "adopted"  #: 采纳
    PARTLY = "partly"  #: 部分采纳
    DECLINED = "declined"  #: 不采纳
    DUPLICATE = "duplicate"  #: 重复, of a master of the same draft
    UNRELATED = "unrelated"  #: 无关


class EntryState(StrEnum):
    DRAFTED = "drafted"  #: 待复核
    REVIEWED = "reviewed"  #: confirmed by a second person


class ActionKind(StrEnum):
    DECIDE = "decide"
    CLEAR = "clear"  #: decisions taken back
    MERGE = "merge"  #: equal texts marked as duplicates of the first of theirs
    REVIEW = "review"


class Withheld(StrEnum):
    """Why a row was published without its text."""

    NO_CONSENT = "no_consent"  #: its author did not agree to publication


class Origin(StrEnum):
    """How a comment came that was not written on the site."""

    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"
    VISIT = "visit"
    MEETING = "meeting"
    OTHER = "other"


_OUTCOMES = ",".join(f"'{o}'" for o in Outcome)


class Entry(Base):
    """What was decided on one comment; there is one at most."""

    __tablename__ = "ledger_entry"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), unique=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    outcome: Mapped[str] = mapped_column(String(10))
    #: Masked. Public with the ledger; "" only for what was adopted or is a duplicate.
    reason: Mapped[str] = mapped_column(Text, default="")
    master_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"), index=True)
    #: The clause of a later version that this comment changed; forgotten when that version's text is read in anew.
    change_clause_id: Mapped[int | None] = mapped_column(ForeignKey("clause.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(8), default=EntryState.DRAFTED)
    decided_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reviewed_at: Mapped[datetime | None]
    #: Counts the changes, from 1: whoever changes it names the one they saw.
    revision: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        CheckConstraint(f"outcome IN ({_OUTCOMES})", name="outcome"),
        CheckConstraint("outcome IN ('adopted','duplicate') OR reason <> ''", name="reason"),
        CheckConstraint("(outcome = 'duplicate') = (master_id IS NOT NULL)", name="duplicate_of_a_master"),
        CheckConstraint("master_id <> comment_id", name="master_is_another"),
        CheckConstraint("outcome IN ('adopted','partly') OR change_clause_id IS NULL", name="change_by_adoption"),
        CheckConstraint("state IN ('drafted','reviewed')", name="state"),
        CheckConstraint("(state = 'reviewed') = (reviewed_by IS NOT NULL)", name="reviewed_by_somebody"),
        CheckConstraint("reviewed_by <> decided_by", name="reviewed_by_another"),
        Index("ix_ledger_entry_draft_id", "draft_id", "outcome", "state"),
    )


class Action(Base):
    """One press of a button, over one comment or thousands; sent twice under one key it is one."""

    __tablename__ = "ledger_action"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    kind: Mapped[str] = mapped_column(String(8))
    key: Mapped[str] = mapped_column(String(32), unique=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(10), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    #: How many comments it changed.
    count: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (
        CheckConstraint("kind IN ('decide','clear','merge','review')", name="kind"),
        Index("ix_ledger_action_draft_id", "draft_id", "id"),
    )


class EntryLog(Base):
    """What one action did to one comment."""

    __tablename__ = "ledger_log"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("ledger_action.id"), index=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), index=True)
    #: "" when nothing was decided before, or is not any more.
    before: Mapped[str] = mapped_column(String(10), default="")
    after: Mapped[str] = mapped_column(String(10), default="")
    #: The master of a duplicate.
    master_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"))

    __table_args__ = (UniqueConstraint("action_id", "comment_id"),)


class StoredReason(Base):
    """A reason that is used again within a draft. Using it copies its text."""

    __tablename__ = "ledger_reason"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    name: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("draft_id", "name"),
        CheckConstraint("name <> '' AND text <> ''", name="complete"),
    )


class LedgerEdition(Base):
    """One publication of a draft's ledger. A correction is a new edition; the old one stays readable."""

    __tablename__ = "ledger_edition"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    number: Mapped[int] = mapped_column(Integer)
    #: Public reason for publishing anew; "" for the first edition.
    correction_reason: Mapped[str] = mapped_column(Text, default="")
    published_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime]
    #: Different texts and persons among everything received (rule R13).
    texts: Mapped[int] = mapped_column(Integer)
    people: Mapped[int] = mapped_column(Integer)
    #: Taken back by their authors before: shown apart, no part of what was received.
    withdrawn: Mapped[int] = mapped_column(Integer)
    #: JSON: refused in moderation, by reason.
    refused: Mapped[str] = mapped_column(Text)
    #: SHA-256 of the rows, see `consult.ledger.rules.digest`.
    sha256: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        UniqueConstraint("draft_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("(number = 1) = (correction_reason = '')", name="corrected_with_reason"),
    )


class LedgerRow(Base):
    """One row of a published edition, as it stands for ever. The text is the comment's, while it may be shown."""

    __tablename__ = "ledger_row"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("ledger_edition.id"))
    #: 序号, from 1 without gaps.
    number: Mapped[int] = mapped_column(Integer)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), index=True)
    #: 反馈人, masked; "" with a text that is withheld.
    signature: Mapped[str] = mapped_column(String(8), default="")
    #: Version and clause in words.
    place: Mapped[str] = mapped_column(String(400))
    #: SHA-256 of the text as published; "" when it was withheld.
    text_sha256: Mapped[str] = mapped_column(String(64), default="")
    withheld: Mapped[str] = mapped_column(String(12), default="")
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, default="")
    #: 序号 of the master of a duplicate.
    master_number: Mapped[int | None] = mapped_column(Integer)
    change_clause_id: Mapped[int | None] = mapped_column(ForeignKey("clause.id", ondelete="SET NULL"))
    #: The clause that it changed, in words.
    change: Mapped[str] = mapped_column(String(400), default="")

    __table_args__ = (
        UniqueConstraint("edition_id", "number"),
        UniqueConstraint("edition_id", "comment_id"),
        CheckConstraint(f"outcome IN ({_OUTCOMES})", name="outcome"),
        CheckConstraint("withheld IN ('','no_consent')", name="withheld"),
    )


class CommentOrigin(Base):
    """Where a comment came from that an officer entered: an e-mail, a letter, a call, a visit."""

    __tablename__ = "comment_origin"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(8))
    received_on: Mapped[date]
    #: The office's own file number; holds no personal data.
    reference: Mapped[str] = mapped_column(String(60), default="")
    entered_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("channel IN ('email','letter','phone','visit','meeting','other')", name="channel"),
    )
