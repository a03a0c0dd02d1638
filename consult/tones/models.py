"""Corrections of tone, and the versions of the tone model."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base


class Origin(StrEnum):
    TRAINED = "trained"  #: here, from the shipped texts and local labels
    IMPORTED = "imported"  #: from a file that another machine wrote


class ToneCorrection(Base):
    """One judgement of a person about the tone of one submission. Rows are only added; the newest is in force.

    The text is not kept here: training reads the masked text of the submission, and nothing of one that was
    taken back or refused meanwhile.
    """

    __tablename__ = "tone_correction"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[int] = mapped_column(Integer)
    #: Id of the row that this one follows, 0 for the first: of two people at once only one can be next.
    follows: Mapped[int] = mapped_column(Integer)
    #: What was in force, the machine's finding or an earlier correction.
    before: Mapped[str] = mapped_column(String(12))
    #: The model whose finding stood beside it.
    model_version: Mapped[str] = mapped_column(String(160))
    #: SHA-256 of what was read; a correction holds for that text and no other.
    text_hash: Mapped[str] = mapped_column(String(64))
    #: "" takes the earlier correction back.
    after: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("kind", "subject_id", "follows"),
        CheckConstraint("kind IN ('comment','order')", name="kind"),
        CheckConstraint("before IN ('negative','neutral','positive','uncertain')", name="before"),
        CheckConstraint("after IN ('negative','neutral','positive','')", name="after"),
        Index("ix_tone_correction_at", "at"),
    )


class ToneModelFile(Base):
    """One version of the tone model that was made or brought here. The one shipped with the program has no row."""

    __tablename__ = "tone_model"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[str] = mapped_column(String(60), unique=True)
    #: Of `content`, checked at each reading.
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    origin: Mapped[str] = mapped_column(String(10))
    #: JSON: how many labels of each kind it learnt from, and its figures on labels that were held out.
    summary: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    #: None when it was made at the command line.
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (CheckConstraint("origin IN ('trained','imported')", name="origin"),)


class ModelChoice(Base):
    """Which tone model is in use: the one row of its table, which is also what two choices at once wait for."""

    __tablename__ = "tone_model_choice"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: None for the model shipped with the program.
    model_id: Mapped[int | None] = mapped_column(ForeignKey("tone_model.id"))
    chosen_at: Mapped[datetime | None]
    chosen_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (CheckConstraint("id = 1", name="only"),)
