"""The job table's work under procrastinate, for workers on many machines (ADR 3). Needs the extra ``[cluster]``.

The table stays the record: procrastinate carries a job's number and nothing else, is told of it in the transaction
that inserts it, and wakes a worker within milliseconds. A worker that is woken takes the job by its lease like any
other worker, so one that is told twice does nothing the second time.

What procrastinate loses is found again by `_rescue`, which every worker schedules once a minute. It gives the tasks
of dead workers back (https://procrastinate.readthedocs.io, "Retry stalled jobs"), and then looks into the job table
itself, because a task whose worker was forgotten stays "doing" for ever (issue 1518 of the project), as one does
whose worker was told of before this queue was chosen. It holds no lock but the queueing lock: with another, a rescue
that dies would hold up all that come after it (issue 1408).
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from consult.db import new_session
from consult.jobs.models import Job
from consult.jobs.service import is_ready
from consult.jobs.worker import Worker

log = logging.getLogger("consult.jobs.cluster")
# It tells every task twice, and jobs are told by the worker already.
logging.getLogger("procrastinate").setLevel(logging.WARNING)

RUN = "consult.run"
RESCUE = "consult.rescue"
EVERY_MINUTE = "* * * * *"
_SCHEMA_LOCK = 0x50524F43
#: Days that procrastinate's own rows of ended tasks are kept; the record is the job table.
KEPT_HOURS = 24
LOOK_FOR_PARENT = 1.0


class ProcrastinateQueue:
    """Tells procrastinate of jobs, on the session's own connection: what is rolled back was never told."""

    def __init__(self) -> None:
        # Never opened: every task is deferred on the connection of the caller's transaction.
        app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
        self._app = app
        self._is_made = False

    def announce(self, own: Session, job_id: int, delay: timedelta) -> None:
        """See `consult.jobs.service.Queue`."""
        if not self._is_made:
            self._is_made = _has_schema(own)
        if not self._is_made:
            log.warning("procrastinate's tables are missing: run `consult db upgrade`")
            return  # the job stands in the table, and the rescue finds it there
        connection = own.connection().connection.driver_connection
        seconds = int(delay.total_seconds())
        options: dict[str, Any] = {"schedule_in": {"seconds": seconds}} if seconds else {}
        self._app.configure_task(RUN, connection=connection, **options).defer(job=job_id)


def _has_schema(own: Session) -> bool:
    return own.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is not None


def make_tables(engine: Engine) -> None:
    """Make procrastinate's tables where they are missing. Safe to call from several processes at once."""
    with new_session(engine) as own:
        own.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
        if not _has_schema(own):
            connection: Any = own.connection().connection.driver_connection
            connection.execute(procrastinate.schema.SchemaManager.get_schema())
        own.commit()


def run_worker(
    worker: Worker,
    engine: Engine,
    *,
    alive: Callable[[], bool] = lambda: True,
    rescue_cron: str = EVERY_MINUTE,
    heartbeat_seconds: float = 10.0,
) -> None:
    """Run jobs as procrastinate tells of them, until SIGTERM or SIGINT, or until ``alive`` says that the parent is
    gone. A job at hand is finished first."""
    conninfo = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo))

    @app.task(name=RUN)
    def run(job: int) -> None:
        worker.run_one(job)

    @app.periodic(cron=rescue_cron)
    @app.task(name=RESCUE, queueing_lock=RESCUE)
    async def rescue(timestamp: int) -> None:
        await _rescue(app, worker, engine, heartbeat_seconds * 3)

    over = threading.Event()

    def watch() -> None:
        while not over.wait(LOOK_FOR_PARENT):
            if not alive():
                os.kill(os.getpid(), signal.SIGTERM)
                return

    threading.Thread(target=watch, daemon=True).start()
    try:
        app.run_worker(
            concurrency=1,
            update_heartbeat_interval=heartbeat_seconds,
            stalled_worker_timeout=heartbeat_seconds * 3,
        )
    finally:
        over.set()


async def _rescue(app: procrastinate.App, worker: Worker, engine: Engine, silent_seconds: float) -> None:
    """Give back what dead workers held, and tell again of jobs that nobody was told of."""
    manager = app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=silent_seconds):
        await manager.retry_job(stalled)
    for number in await asyncio.to_thread(_ready_jobs, engine, worker):
        try:
            await app.configure_task(RUN, queueing_lock=f"{RUN}:{number}").defer_async(job=number)
        except AlreadyEnqueued:
            continue
    await manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_failed=True)
    await asyncio.to_thread(worker.do_chores)


def _ready_jobs(engine: Engine, worker: Worker) -> list[int]:
    with new_session(engine, reads_only=True) as own:
        return list(own.scalars(select(Job.id).where(is_ready(worker.now())).order_by(Job.run_after, Job.id)))
