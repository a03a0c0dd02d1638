"""What sub-commands share: an application ready to work, and following a job to its end."""

from __future__ import annotations

import functools
import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from sqlalchemy import Engine
from tqdm import tqdm

from consult import schema, serving
from consult.cli import Program
from consult.config import Settings
from consult.db import new_session
from consult.errors import Situation
from consult.jobs import parts, queueing
from consult.jobs.models import Job, JobState


def explained(command: Callable[..., Any]) -> Callable[..., Any]:
    """Situations end a command with their words and exit code 2, never with a trace."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Situation as situation:
            words = situation.message % situation.params if situation.params else situation.message
            click.echo(words, err=True)
            raise SystemExit(2) from None

    return run


def ready_app(program: Program) -> tuple[Flask, Settings]:
    """An application whose database is up to date."""
    app = program.create_app()
    settings: Settings = app.extensions["consult.settings"]
    schema.upgrade(app.extensions["consult.engine"], settings)
    queueing.make_tables(app.extensions["consult.engine"], settings)
    return app, settings


def run_job(program: Program, app: Flask, job_id: int, label: str) -> Job:
    """Run the queue in this process until one job has ended, with a progress bar on standard error."""
    engine = app.extensions["consult.engine"]
    worker = program.make_worker(app)
    thread = threading.Thread(target=worker.run_forever, kwargs={"idle_seconds": 0.2}, daemon=True)
    thread.start()

    def read() -> tuple[str, int, int]:
        return _progress(engine, job_id)

    with tqdm(desc=label, unit="", file=sys.stderr, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total or None
            bar.n = done
            bar.refresh()

        state = serving.follow(read, show)
    worker.stop()
    thread.join(timeout=10)
    return _ended(engine, job_id, state)


def _ended(engine: Engine, job_id: int, state: str) -> Job:
    with new_session(engine, reads_only=True) as own:
        job = own.get_one(Job, job_id)
    if state != JobState.DONE:
        kept: dict[str, Any] = json.loads(job.error or "{}")
        raise Situation(kept.get("message", f"The work was {state}."), **kept.get("params", {}))
    return job


def _progress(engine: Engine, job_id: int) -> tuple[str, int, int]:
    with new_session(engine, reads_only=True) as own:
        job = own.get_one(Job, job_id)
        return job.state, job.done, job.total


def run_shared(app: Flask, job_id: int, workers: int) -> Job:
    """See a job with parts to its end, with so many worker processes of our own; says how fast it goes.

    The parts must report their ``texts`` and ``characters``.
    """
    engine = app.extensions["consult.engine"]
    began, before = time.monotonic(), _read_so_far(engine, job_id)

    def rates() -> tuple[float, float]:
        seconds, now = max(time.monotonic() - began, 0.001), _read_so_far(engine, job_id)
        return (now[0] - before[0]) / seconds, (now[1] - before[1]) / seconds

    # A terminal is drawn anew twice a second; a log gets a line every ten seconds.
    every = 0.5 if sys.stderr.isatty() else 10.0
    with serving.local_workers(workers), tqdm(desc="analyse", unit="texts", mininterval=every, smoothing=0) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total or None
            bar.initial = before[0]
            bar.set_postfix_str(f"{rates()[1]:,.0f} characters/s", refresh=False)
            bar.update(done - bar.n)

        state = serving.follow(lambda: _progress(engine, job_id), show, every=0.5)
    texts, characters = rates()
    click.echo(f"{texts:,.1f} texts/s, {characters:,.0f} characters/s with the grouping.", err=True)
    return _ended(engine, job_id, state)


def _read_so_far(engine: Engine, job_id: int) -> tuple[int, int]:
    with new_session(engine, reads_only=True) as own:
        found = parts.results(own, job_id)
    return sum(one["texts"] for one in found), sum(one["characters"] for one in found)
