"""The job table: what is to be done, by whom it is being done, and how far it is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


class Job(Base):
    """One piece of background work. Its effect happens once, however often it is started."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    #: JSON of ids and options only; never what somebody said, never who they are.
    payload: Mapped[str] = mapped_column(Text, default="{}")
    state: Mapped[str] = mapped_column(String(12), default=JobState.QUEUED)
    #: At most one job that has not ended may hold a key; set to NULL when the job ends.
    unique_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    run_after: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    max_attempts: Mapped[int] = mapped_column(Integer, default=5)
    #: Who holds the job now; every write of the holder is refused once the token has changed.
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    note: Mapped[str] = mapped_column(String(200), default="")
    result: Mapped[str] = mapped_column(Text, default="{}")
    #: JSON of the msgid and parameters of what went wrong; "" when nothing did.
    error: Mapped[str] = mapped_column(Text, default="")
    #: The job that this one is a part of; it waits for its parts (see consult.jobs.parts).
    parent_id: Mapped[int | None] = mapped_column(Integer)
    created_by: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('queued','running','done','failed','cancelled')", name="state"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_job_ready", "state", "run_after"),
        Index("ix_job_parent", "parent_id", "state"),
    )
