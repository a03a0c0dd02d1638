"""舆情专报: what was built, from what, and who put their name to it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from consult.accounts.models import User
from consult.db import Base


class BulletinState(StrEnum):
    BUILDING = "building"  #: asked for; the work goes on or has failed
    BUILT = "built"  #: to be read and signed off; marked 自动生成，仅供参考
    SIGNING = "signing"  #: signed; the final files are being made
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Edition(StrEnum):
    DRAFT = "draft"  #: as built
    INTERNAL = "internal"  #: signed, with the annex of originals
    PUBLIC = "public"  #: signed, without single submissions


class Bulletin(Base):
    """One bulletin."""

    __tablename__ = "bulletin"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[str] = mapped_column(String(12), default=BulletinState.BUILDING)
    title: Mapped[str] = mapped_column(String(120), default="")
    period_start: Mapped[date]
    period_end: Mapped[date]
    #: 发文机关, printed only because a person entered it.
    organ: Mapped[str] = mapped_column(String(80), default="")
    document_number: Mapped[str] = mapped_column(String(80), default="")
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    requested_at: Mapped[datetime]
    job_id: Mapped[int | None] = mapped_column(Integer)
    built_at: Mapped[datetime | None]
    model_version: Mapped[str] = mapped_column(String(160), default="")
    #: Same data, cut-off and model give the same hash.
    content_sha256: Mapped[str] = mapped_column(String(64), default="")
    #: The bulletin as plain JSON values; "" until it is built.
    content: Mapped[str] = deferred(mapped_column(Text, default=""))
    submissions: Mapped[int] = mapped_column(Integer, default=0)
    #: Given at signing, continuous within the year and in all, never reused (rule R62).
    year: Mapped[int | None] = mapped_column(Integer)
    number_in_year: Mapped[int | None] = mapped_column(Integer)
    number_in_all: Mapped[int | None] = mapped_column(Integer, unique=True)
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    signed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    #: JSON lists of analysis ids: whose words the public files print, and whose are marked as taken back there.
    public_quotes: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    public_taken_back: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    withdrawal_reason: Mapped[str] = mapped_column(String(500), default="")

    signer: Mapped[User | None] = relationship(foreign_keys=[signed_by], lazy="joined")
    files: Mapped[list[BulletinFile]] = relationship(back_populates="bulletin", cascade="all, delete-orphan")

    __table_args__ = (
        UniqueConstraint("year", "number_in_year"),
        CheckConstraint("state IN ('building','built','signing','published','withdrawn')", name="state"),
        CheckConstraint("period_start <= period_end", name="period"),
        CheckConstraint("state <> 'published' OR number_in_all IS NOT NULL", name="published_has_number"),
        CheckConstraint("(signed_at IS NULL) = (number_in_all IS NULL)", name="signed_has_number"),
    )


class BulletinFile(Base):
    """One file of a bulletin, kept in the database so that every machine has it and backups hold it."""

    __tablename__ = "bulletin_file"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id", ondelete="CASCADE"))
    edition: Mapped[str] = mapped_column(String(10))
    #: html, pdf, docx, xlsx, json, or ``chart:<key>`` for a drawing of the web page.
    format: Mapped[str] = mapped_column(String(60))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = deferred(mapped_column(LargeBinary))

    bulletin: Mapped[Bulletin] = relationship(back_populates="files")

    __table_args__ = (
        UniqueConstraint("bulletin_id", "edition", "format"),
        CheckConstraint("edition IN ('draft','internal','public')", name="edition"),
    )


class BulletinSubject(Base):
    """A submission that a bulletin counts, so that its author can be told."""

    __tablename__ = "bulletin_subject"

    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    subject_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, index=True)
