"""Reading jobs, for progress pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.errors import NotFound
from consult.jobs.models import Job

#: Kinds of which there are many small ones, with a page of their own: they would push the others off the list.
SEEN_ELSEWHERE = ("notices.deliver",)


def access_job(own: Session, job_id: int) -> Job:
    """A job, for somebody with the permission to see jobs. Raises `NotFound`."""
    job = own.get(Job, job_id)
    if job is None:
        raise NotFound()
    return job


def recent_jobs(own: Session, *, limit: int = 50) -> list[Job]:
    """The newest jobs first; the parts of a job are seen as its progress, and messages in the outbox."""
    wanted = select(Job).where(Job.parent_id.is_(None), Job.kind.not_in(SEEN_ELSEWHERE))
    return list(own.scalars(wanted.order_by(Job.id.desc()).limit(limit)))


def result_of(job: Job) -> Mapping[str, Any]:
    """What a finished job reported."""
    found: Mapping[str, Any] = json.loads(job.result or "{}")
    return found


def error_text(job: Job) -> str:
    """What went wrong, in the reader's language; "" when nothing did."""
    if not job.error:
        return ""
    kept = json.loads(job.error)
    return gettext(kept["message"], **kept["params"])
