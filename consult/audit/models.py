"""Rows of the audit log. Triggers of the first migration refuse to change or delete them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base


class AuditEvent(Base):
    """One thing that somebody did, or tried to do."""

    __tablename__ = "audit_event"

    #: Position in the chain, from 1, without gaps.
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(Integer, index=True)
    #: The actor's handle at the time, or "system" or "visitor".
    actor: Mapped[str] = mapped_column(String(80))
    #: ``feature:subject:past_tense``, one of `consult.audit.catalogue`.
    action: Mapped[str] = mapped_column(String(80), index=True)
    #: What it was done to, as ``kind:id``; "" when there is no one thing.
    subject: Mapped[str] = mapped_column(String(120), index=True)
    address: Mapped[str] = mapped_column(String(45))
    success: Mapped[bool]
    #: Canonical JSON of what else matters; never personal data.
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHead(Base):
    """How long the chain is and how it ends, so that cutting off its tail is seen too."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
