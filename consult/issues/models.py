"""What the machine found in submissions, the issues it proposes, and what people decided about them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base


class IssueState(StrEnum):
    PROPOSED = "proposed"  #: by the machine; nobody but the desk sees it
    ACCEPTED = "accepted"  #: by a person
    DROPPED = "dropped"  #: by a person; it is not proposed again


class Source(StrEnum):
    MACHINE = "machine"
    PERSON = "person"


class AnalysisRun(Base):
    """One pass of the analysis over everything that is not refused."""

    __tablename__ = "analysis_run"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    model_version: Mapped[str] = mapped_column(String(160))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    submissions: Mapped[int] = mapped_column(Integer)  #: how many there were in all
    scored: Mapped[int] = mapped_column(Integer)  #: how many were new to this model
    proposed: Mapped[int] = mapped_column(Integer)  #: issues waiting for a person after the run
    unplaced: Mapped[int] = mapped_column(Integer)  #: submissions in no issue


class SubmissionFinding(Base):
    """What one model says of one submission. Rows of older models stay, for the bulletins built on them."""

    __tablename__ = "submission_finding"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[int] = mapped_column(Integer)
    model_version: Mapped[str] = mapped_column(String(160))
    #: SHA-256 of what was scored, to notice a changed text.
    text_hash: Mapped[str] = mapped_column(String(64))
    raw_score: Mapped[float | None] = mapped_column(Float)
    log_odds: Mapped[float | None] = mapped_column(Float)
    weighted_score: Mapped[float | None] = mapped_column(Float)
    unknown_share: Mapped[float | None] = mapped_column(Float)
    tone: Mapped[str] = mapped_column(String(12))
    confidence: Mapped[float] = mapped_column(Float)
    #: 诉求类型: as the source said, or as proposed.
    demand: Mapped[str] = mapped_column(String(12))
    demand_is_proposed: Mapped[bool]
    #: JSON: keywords, places, evidence words with weights, parts with scores, the score as written, and the note.
    detail: Mapped[str] = mapped_column(Text)
    #: Key of the campaign it belongs to; "" for none.
    campaign: Mapped[str] = mapped_column(String(64), default="")
    #: Why it is in no issue; "" when it is in one.
    unplaced: Mapped[str] = mapped_column(String(40), default="")
    found_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("kind", "subject_id", "model_version"),
        CheckConstraint("kind IN ('comment','order')", name="kind"),
        CheckConstraint("tone IN ('negative','neutral','positive','uncertain','no_text')", name="tone"),
    )


class Issue(Base):
    """议题: one matter that several people raised."""

    __tablename__ = "issue"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: The analysis's key for it, stable for the same founding members.
    key: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    #: What the machine called it, kept when a person renames it.
    proposed_title: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(12), default=IssueState.PROPOSED)
    place: Mapped[str] = mapped_column(String(120), default="")
    first_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    received: Mapped[int] = mapped_column(Integer)
    distinct_texts: Mapped[int] = mapped_column(Integer)
    people: Mapped[int] = mapped_column(Integer)
    heat: Mapped[float] = mapped_column(Float, index=True)
    #: JSON: the parts of the heat by name, keywords, quotations as [subject key, sentence].
    detail: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    members: Mapped[list[IssueMember]] = relationship(
        back_populates="issue", order_by="IssueMember.similarity.desc()", cascade="all, delete-orphan"
    )

    __table_args__ = (
        CheckConstraint("state IN ('proposed','accepted','dropped')", name="state"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided"),
        Index("ix_issue_state_heat", "state", "heat"),
    )


class IssueMember(Base):
    """One submission in an issue, and why."""

    __tablename__ = "issue_member"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    subject_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    similarity: Mapped[float] = mapped_column(Float)
    #: JSON list of the phrases and places in common.
    shared: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(10), default=Source.MACHINE)
    #: A person took it out; it is not put in again.
    removed: Mapped[bool] = mapped_column(default=False)

    issue: Mapped[Issue] = relationship(back_populates="members")

    __table_args__ = (
        CheckConstraint("kind IN ('comment','order')", name="kind"),
        CheckConstraint("source IN ('machine','person')", name="source"),
        Index("ix_issue_member_of", "kind", "subject_id"),
    )


class IssueLog(Base):
    """One row per decision about an issue."""

    __tablename__ = "issue_log"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(500), default="")
