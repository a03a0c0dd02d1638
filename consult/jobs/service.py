"""Asking for background work, and the life of a job from queued to ended.

Promise (P9): a job asked for in a committed transaction is run until it ends, whatever process dies when,
and its effect happens once. Three things carry it: the job is inserted with the data it belongs to; a
worker holds it by a lease that it renews; and every write of a handler checks, in the same transaction,
that the lease is still its own (a fence), so a worker that was thought dead cannot write twice.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Engine, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.db import transaction
from consult.errors import NotFound, Situation
from consult.jobs.models import ENDED, Job, JobState
from reports.masking import mask

LEASE = timedelta(seconds=60)
#: Wait before the next attempt, by the number of attempts made.
BACKOFF = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
)


#: The execution option of an engine that holds its `Queue`.
QUEUE = "consult_queue"


class Queue(Protocol):
    """Whoever tells workers on other machines that there is work."""

    def announce(self, own: Session, job_id: int, delay: timedelta) -> None: ...


class LeaseLost(Exception):
    """Another worker holds the job now; what this one did is rolled back."""


class CancelAsked(Exception):
    """Somebody asked to cancel the job; the handler stops at its next step."""


def enqueue(
    own: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    actor: Actor | None = None,
    unique_key: str | None = None,
) -> Job:
    """Ask for work, in the caller's transaction. With a ``unique_key``, a waiting or running job of
    that key is returned instead of a second one being made."""
    if unique_key is not None:
        held = _holder(own, unique_key)
        if held is not None:
            return held
    job = Job(
        kind=kind,
        payload=json.dumps(payload, ensure_ascii=False, sort_keys=True),
        unique_key=unique_key,
        run_after=now,
        created_at=now,
        created_by=actor.id if actor else None,
    )
    try:
        with own.begin_nested():
            own.add(job)
    except IntegrityError:
        # The same work was asked for on another connection between the look-up and here.
        held = _holder(own, unique_key) if unique_key is not None else None
        if held is None:
            raise
        return held
    announce(own, job, now)
    return job


def announce(own: Session, job: Job, now: datetime) -> None:
    """Tell the queue of many machines, where one is chosen, in the caller's transaction (ADR 3).

    Without one, workers find the job in the table by themselves.
    """
    queue: Queue | None = own.get_bind().get_execution_options().get(QUEUE)
    if queue is not None:
        own.flush()
        queue.announce(own, job.id, max(job.run_after - now, timedelta(0)))


def _holder(own: Session, unique_key: str) -> Job | None:
    return own.scalar(select(Job).where(Job.unique_key == unique_key))


def claim(engine: Engine, now: datetime, job_id: int | None = None) -> tuple[int, str] | None:
    """Take the next job that may run, or the one given if it may: (job id, lease token); None when there is none.

    Jobs met on the way that are only to be ended (cancelled, or started too often) are ended.
    """
    while True:
        with transaction(engine) as own:
            taken = _take(own, now, job_id)
        if taken != _ENDED:
            return taken


_ENDED = (0, "")


def is_ready(now: datetime) -> ColumnElement[bool]:
    """Jobs that a worker may take: those whose time has come, and those whose worker is dead."""
    return or_(
        (Job.state == JobState.QUEUED) & (Job.run_after <= now),
        (Job.state == JobState.RUNNING) & (Job.lease_until < now),
    )


def _take(own: Session, now: datetime, job_id: int | None) -> tuple[int, str] | None:
    ready = select(Job).where(is_ready(now)).order_by(Job.run_after, Job.id).limit(1)
    if job_id is not None:
        ready = ready.where(Job.id == job_id)
    job = own.scalar(ready.with_for_update(skip_locked=True))
    if job is None:
        return None
    if job.cancel_asked:
        _end(job, JobState.CANCELLED, now)
        return _ENDED
    if job.attempts >= job.max_attempts:
        _end(job, JobState.FAILED, now)
        job.error = as_error(Situation("The work was started several times and never came to its end."))
        return _ENDED
    job.state = JobState.RUNNING
    job.attempts += 1
    job.lease_token = secrets.token_hex(16)
    job.lease_until = now + LEASE
    job.started_at = job.started_at or now
    return job.id, job.lease_token


def renew(own: Session, job_id: int, token: str, now: datetime, **progress: Any) -> None:
    """Renew the lease and note progress, in the caller's transaction.

    Raises `LeaseLost` when somebody else holds the job, `CancelAsked` when it should stop.
    """
    held = (
        update(Job)
        .where(Job.id == job_id, Job.lease_token == token, Job.state == JobState.RUNNING)
        .values(lease_until=now + LEASE, **progress)
        .returning(Job.cancel_asked)
    )
    asked = own.execute(held).scalar_one_or_none()
    if asked is None:
        raise LeaseLost(job_id)
    if asked:
        raise CancelAsked(job_id)


def finish(own: Session, job_id: int, token: str, now: datetime, result: Mapping[str, Any]) -> None:
    """End a job well. Raises `LeaseLost`."""
    job = _held(own, job_id, token)
    job.result = json.dumps(result, ensure_ascii=False, sort_keys=True, default=str)
    job.done = job.total
    _end(job, JobState.DONE, now)


def fail(own: Session, job_id: int, token: str, now: datetime, error: Situation, *, final: bool) -> None:
    """Note a failed attempt; the job runs again later unless ``final`` or its attempts are used up."""
    job = _held(own, job_id, token)
    job.error = as_error(error)
    if final or job.attempts >= job.max_attempts:
        _end(job, JobState.FAILED, now)
    else:
        job.state = JobState.QUEUED
        job.run_after = now + BACKOFF[min(job.attempts, len(BACKOFF) - 1)]
        job.lease_token = job.lease_until = None
        announce(own, job, now)


def postpone(own: Session, job_id: int, token: str, now: datetime, wait: timedelta) -> None:
    """Give a job back to the queue, to be taken up again after ``wait``: no failure, and no attempt counted."""
    job = _held(own, job_id, token)
    job.state = JobState.QUEUED
    job.run_after = now + wait
    job.attempts -= 1
    job.lease_token = job.lease_until = None
    announce(own, job, now)


def stop(own: Session, job_id: int, token: str, now: datetime) -> None:
    """End a running job because its cancellation was asked for."""
    _end(_held(own, job_id, token), JobState.CANCELLED, now)


def ask_cancel(own: Session, actor: Actor, job_id: int, now: datetime) -> Job:
    """Cancel a waiting job at once, or ask a running one to stop at its next step; its parts as well."""
    job = own.get(Job, job_id)
    if job is None:
        raise NotFound()
    if job.state in ENDED:
        return job
    parts = select(Job).where(Job.parent_id == job.id, Job.state.not_in(ENDED)).order_by(Job.id).with_for_update()
    for one in (job, *own.scalars(parts)):
        one.cancel_asked = True
        if one.state == JobState.QUEUED:
            _end(one, JobState.CANCELLED, now)
    record(own, now, "jobs:job:cancelled", actor=actor, subject=f"job:{job.id}", kind=job.kind)
    return job


def _held(own: Session, job_id: int, token: str) -> Job:
    job = own.scalar(
        select(Job).where(Job.id == job_id, Job.lease_token == token, Job.state == JobState.RUNNING).with_for_update()
    )
    if job is None:
        raise LeaseLost(job_id)
    return job


def _end(job: Job, state: JobState, now: datetime) -> None:
    job.state = state
    job.ended_at = now
    job.unique_key = job.lease_token = job.lease_until = None


def as_error(situation: Situation) -> str:
    """A situation as a job keeps it: its msgid and parameters, so that it is told in the reader's language.

    Masked like any text: what is wrong with a file may be told with a cell of it.
    """
    params = {
        name: value if isinstance(value, int | float) else mask(str(value)).text
        for name, value in situation.params.items()
    }
    return json.dumps({"message": mask(situation.message).text, "params": params}, ensure_ascii=False)
