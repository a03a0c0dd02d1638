"""Response threads: a question put to a leader, the submissions behind it, and what was answered."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.accounts.models import Unit, User
from consult.db import Base


class ThreadState(StrEnum):
    """待答复 → 已答复; 撤回 when a thread was opened in error."""

    WAITING = "waiting"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class ResponseKind(StrEnum):
    ANSWER = "answer"  #: 答复
    NOTE = "note"  #: 办理进展, a public word on the way
    EXTENSION = "extension"  #: 延期说明 (rule R24)


class ResponseState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class Thread(Base):
    """One matter that a leader answers, for everybody who raised it."""

    __tablename__ = "thread"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    #: What people say, in the officer's words; public.
    summary: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default=ThreadState.WAITING)
    #: "issue" or "order": what it was opened from; with `origin_id` for the desk's link back.
    origin: Mapped[str] = mapped_column(String(12))
    origin_id: Mapped[int] = mapped_column(Integer)
    #: Whether the thread is listed in public; False for one person's matter who did not consent.
    is_public: Mapped[bool] = mapped_column(default=True)
    leader_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    due_on: Mapped[date]
    #: False when the holiday calendar of a year on the way was not known yet.
    due_is_sure: Mapped[bool]
    #: The day it was due before an extension; None when there was none.
    first_due_on: Mapped[date | None]
    #: Counts at the time of opening (rule R13): 收到 / 不同文本 / 涉及人数.
    received: Mapped[int] = mapped_column(Integer)
    distinct_texts: Mapped[int] = mapped_column(Integer)
    people: Mapped[int] = mapped_column(Integer)
    opened_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    leader: Mapped[User] = relationship(foreign_keys=[leader_id], lazy="joined")
    unit: Mapped[Unit | None] = relationship(lazy="joined")
    responses: Mapped[list[Response]] = relationship(order_by="Response.id", back_populates="thread")

    __table_args__ = (
        UniqueConstraint("origin", "origin_id"),
        CheckConstraint("state IN ('waiting','answered','withdrawn')", name="state"),
        CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name="answered_has_date"),
        Index("ix_thread_waiting", "state", "due_on"),
    )


class ThreadSubject(Base):
    """One submission that a thread answers."""

    __tablename__ = "thread_subject"

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    subject_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)

    __table_args__ = (
        CheckConstraint("kind IN ('comment','order')", name="kind"),
        Index("ix_thread_subject_about", "kind", "subject_id"),
    )


class Response(Base):
    """One text in a thread: an answer, a word on the way, an extension."""

    __tablename__ = "response"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12), default=ResponseKind.ANSWER)
    state: Mapped[str] = mapped_column(String(12), default=ResponseState.DRAFT)
    body: Mapped[str] = mapped_column(Text)
    #: Who wrote the text; who answers for it is the thread's leader.
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    thread: Mapped[Thread] = relationship(back_populates="responses")

    __table_args__ = (
        CheckConstraint("kind IN ('answer','note','extension')", name="kind"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published_has_date"),
    )


class ThreadLog(Base):
    """One row per change of a thread's status (rule R20)."""

    __tablename__ = "thread_log"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    before: Mapped[str] = mapped_column(String(12))
    after: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(500), default="")
