"""The worker: takes one job after another and runs its handler."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from consult.clock import Clock
from consult.config import Settings
from consult.db import transaction
from consult.errors import Situation
from consult.jobs import service
from consult.jobs.models import Job
from consult.vault.service import Vault

log = logging.getLogger("consult.jobs")


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a handler has in hand."""

    engine: Engine
    clock: Clock
    settings: Settings
    vault: Vault
    job_id: int
    token: str
    payload: Mapping[str, Any]
    created_by: int | None
    #: Set once the job's end, or its pause, is committed together with its last step.
    finished: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def transaction(self, **progress: Any) -> Iterator[Session]:
        """One unit of work that is committed only while the job is still ours.

        ``progress`` may set ``done``, ``total`` and ``note``. Raises `LeaseLost` or `CancelAsked`, and
        then nothing of the unit is kept.
        """
        with transaction(self.engine) as own:
            own.info["actor"] = "system"
            yield own
            own.flush()
            service.renew(own, self.job_id, self.token, self.clock.now(), **progress)

    @contextmanager
    def last_step(self, result: Mapping[str, Any], **progress: Any) -> Iterator[Session]:
        """The last unit of work, in one transaction with the job's end: a worker that dies leaves both or neither.

        ``result`` is read when the unit ends, so that it may be filled within. Raises as `transaction` does.
        """
        with transaction(self.engine) as own:
            own.info["actor"] = "system"
            yield own
            own.flush()
            service.renew(own, self.job_id, self.token, self.clock.now(), **progress)
            service.finish(own, self.job_id, self.token, self.clock.now(), result)
        self.finished.set()

    @contextmanager
    def pause(self, wait: timedelta, **progress: Any) -> Iterator[Session]:
        """A unit of work after which the job goes back to the queue, to be taken up again after ``wait``.

        For a job that waits for its parts: no worker stands idle, and no attempt is counted. Raises as
        `transaction` does. The handler returns at once; its result is not kept.
        """
        with transaction(self.engine) as own:
            own.info["actor"] = "system"
            yield own
            own.flush()
            service.renew(own, self.job_id, self.token, self.clock.now(), **progress)
            service.postpone(own, self.job_id, self.token, self.clock.now(), wait)
        self.finished.set()

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Say how far the work is; also renews the lease."""
        with self.transaction(done=done, total=total, note=note[:200]):
            pass


Handler = Callable[[JobContext], Mapping[str, Any]]
#: Small work on rows that have run out; idempotent.
Chore = Callable[[Session, datetime], Any]
CHORES_EVERY = timedelta(hours=1)
#: How often it is looked whether there is something to do that nobody asked for.
WATCHES_EVERY = timedelta(seconds=30)


@dataclass(slots=True)
class _Round:
    """Chores that come round together."""

    chores: Sequence[Chore]
    every: timedelta
    due: datetime | None = None


class Worker:
    """Runs jobs until it is told to stop."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        settings: Settings,
        vault: Vault,
        handlers: Mapping[str, Handler],
        chores: Sequence[Chore] = (),
        watches: Sequence[Chore] = (),
    ) -> None:
        self._engine, self._clock, self._settings, self._vault = engine, clock, settings, vault
        self._handlers = handlers
        self._rounds = [_Round(chores, CHORES_EVERY), _Round(watches, WATCHES_EVERY)]
        self._stopping = threading.Event()

    def now(self) -> datetime:
        """The time that jobs and leases go by."""
        return self._clock.now()

    def stop(self) -> None:
        """Stop after the job at hand."""
        self._stopping.set()

    def run_forever(self, idle_seconds: float = 1.0, alive: Callable[[], bool] = lambda: True) -> None:
        """Run jobs as they come, until `stop`, or until ``alive`` says that the parent is gone."""
        while not self._stopping.is_set() and alive():
            try:
                self.do_chores()
                worked = self.run_one()
            except DBAPIError as error:  # the database is away: wait for it (P8)
                log.error("database refused", extra={"kind": type(error.orig).__name__})
                worked = False
            if not worked:
                self._stopping.wait(idle_seconds)

    def do_chores(self) -> None:
        """Tidy up, at most once an hour, and look for work, twice a minute. Several workers may do so at once."""
        now = self._clock.now()
        for found in self._rounds:
            if found.due is None or now >= found.due:
                found.due = now + found.every
                for chore in found.chores:
                    with transaction(self._engine) as own:
                        chore(own, now)

    def run_all(self) -> int:
        """Run every job that is ready now; how many were run."""
        count = 0
        while self.run_one():
            count += 1
        return count

    def run_one(self, job_id: int | None = None) -> bool:
        """Run the next job, or the one given, if it may run now. Never raises for what a handler does."""
        claimed = service.claim(self._engine, self._clock.now(), job_id)
        if claimed is None:
            return False
        job_id, token = claimed
        with transaction(self._engine) as own:
            job = own.get_one(Job, job_id)
            kind, payload, created_by = job.kind, json.loads(job.payload), job.created_by
        context = JobContext(self._engine, self._clock, self._settings, self._vault, job_id, token, payload, created_by)
        try:
            with _Heartbeat(context):
                result = self._handlers[kind](context)
            if not context.finished.is_set():
                with transaction(self._engine) as own:
                    service.finish(own, job_id, token, self._clock.now(), result)
            log.info("job done", extra={"job": job_id, "kind": kind})
        except service.LeaseLost:
            log.warning("job lost to another worker", extra={"job": job_id, "kind": kind})
        except service.CancelAsked:
            self._close(service.stop, job_id, token)
        except Situation as situation:
            self._close(service.fail, job_id, token, situation, final=True)
        except Exception as error:
            log.error("job failed", exc_info=error, extra={"job": job_id, "kind": kind})
            self._close(service.fail, job_id, token, Situation("Something unexpected went wrong."), final=False)
        return True

    def _close(self, how: Callable[..., None], job_id: int, token: str, *more: Any, **options: Any) -> None:
        try:
            with transaction(self._engine) as own:
                how(own, job_id, token, self._clock.now(), *more, **options)
        except service.LeaseLost:
            log.warning("job lost to another worker", extra={"job": job_id})


class _Heartbeat:
    """Renews a job's lease from a thread of its own while the handler computes."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def _beat(self) -> None:
        while not self._over.wait(service.LEASE.total_seconds() / 3):
            try:
                with transaction(self._context.engine) as own:
                    service.renew(own, self._context.job_id, self._context.token, self._context.clock.now())
            except (service.LeaseLost, service.CancelAsked):
                return  # the handler meets the same at its next step
            except DBAPIError as error:
                log.warning("lease not renewed", extra={"kind": type(error.orig).__name__})

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._thread.join(timeout=5)
