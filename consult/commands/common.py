"""What sub-commands share: an application ready to work, and following a job to its end."""

from __future__ import annotations

import functools
import json
import sys
import threading
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from tqdm import tqdm

from consult import schema, serving
from consult.cli import Program
from consult.config import Settings
from consult.db import new_session
from consult.errors import Situation
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
    return app, settings


def run_job(program: Program, app: Flask, job_id: int, label: str) -> Job:
    """Run the queue in this process until one job has ended, with a progress bar on standard error."""
    engine = app.extensions["consult.engine"]
    worker = program.make_worker(app)
    thread = threading.Thread(target=worker.run_forever, kwargs={"idle_seconds": 0.2}, daemon=True)
    thread.start()

    def read() -> tuple[str, int, int]:
        with new_session(engine, reads_only=True) as own:
            job = own.get_one(Job, job_id)
            return job.state, job.done, job.total

    with tqdm(desc=label, unit="", file=sys.stderr, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total or None
            bar.n = done
            bar.refresh()

        state = serving.follow(read, show)
    worker.stop()
    thread.join(timeout=10)
    with new_session(engine, reads_only=True) as own:
        job = own.get_one(Job, job_id)
    if state != JobState.DONE:
        kept: dict[str, Any] = json.loads(job.error or "{}")
        raise Situation(kept.get("message", f"The work was {state}."), **kept.get("params", {}))
    return job
