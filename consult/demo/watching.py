"""Says how far the making of the demo town is, so that whoever waits sees that it is alive."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from sqlalchemy import Engine, select

from consult.db import new_session
from consult.jobs.models import Job, JobState
from consult.jobs.worker import Worker
from reports.model import Progress, silent
from reports.scoring import ModelMissing, ModelUnsupported, TablesNotBuilt
from reports.scoring.source import installed_source
from reports.scoring.tables import cached_tables

#: Seconds between two looks at a running job.
_LOOK_EVERY = 0.5
#: Seconds between two lines where lines cannot be written over: in a log, one a moment would be noise.
_LINE_EVERY = 5.0
#: Characters of a progress bar.
_WIDTH = 24


class JobFailed(click.ClickException):
    """A job of the demo did not come to a good end; the message says which and why."""


@contextmanager
def step(label: str) -> Iterator[Progress]:
    """One step of the work: its label, figures as they come, and how many seconds it took."""
    began = time.monotonic()
    overwrites = sys.stdout.isatty()
    told = began if overwrites else began - _LINE_EVERY / 2

    def tell(done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if total and now - told >= (_LOOK_EVERY / 2 if overwrites else _LINE_EVERY):
            told = now
            if overwrites:
                click.echo(f"\r  {_bar(done, total)} {label} {done}/{total} ", nl=False)
            else:
                click.echo(f"  {label} {done}/{total}")

    click.echo(f"  {label} …", nl=not overwrites)
    yield tell
    said = f"{label}: {time.monotonic() - began:.0f} s"
    click.echo(f"\r  {_bar(1, 1)} {said:{len(label) + 16}}" if overwrites else f"  {said}")


def _bar(done: int, total: int) -> str:
    full = min(_WIDTH, _WIDTH * done // total)
    return "█" * full + "░" * (_WIDTH - full)


@contextmanager
def tables_beside(cache_dir: Path) -> Iterator[None]:
    """Build the scoring tables, where the machine has none, in a process beside what is done meanwhile."""
    builder = threading.Thread(target=_build_tables, args=(cache_dir,), daemon=True)
    builder.start()
    yield
    if builder.is_alive():
        with step("preparing the scoring tables, once on a machine"):
            builder.join()


def _build_tables(cache_dir: Path) -> None:
    # Whatever stands against it is met again, and told, by the analysis.
    with suppress(ModelMissing, ModelUnsupported, TablesNotBuilt):
        cached_tables(installed_source(), cache_dir, silent)


def run_jobs(worker: Worker, engine: Engine, label: str) -> int:
    """Run every job that waits, telling how far each is; how many there were.

    Raises `JobFailed` when any job of the database has not ended well.
    """
    over = threading.Event()
    with step(label) as tell:
        watcher = threading.Thread(target=_watch, args=(engine, tell, over), daemon=True)
        watcher.start()
        try:
            count = worker.run_all()
        finally:
            over.set()
            watcher.join()
    check_jobs(engine)
    return count


def check_jobs(engine: Engine) -> None:
    """Raises `JobFailed` for the first job that has not ended well."""
    with new_session(engine, reads_only=True) as own:
        job = own.scalar(select(Job).where(Job.state != JobState.DONE).order_by(Job.id).limit(1))
    if job is not None:
        kept = json.loads(job.error or "{}")
        words = kept.get("message", "no reason was noted") % kept.get("params", {})
        raise JobFailed(
            f"The demo town could not be made: the job {job.kind} (no. {job.id}) is {job.state}: {words} "
            "Empty the instance folder, or set CONSULT_INSTANCE to another one, and try again."
        )


def _watch(engine: Engine, tell: Progress, over: threading.Event) -> None:
    while not over.wait(_LOOK_EVERY):
        with new_session(engine, reads_only=True) as own:
            running = own.execute(select(Job.done, Job.total).where(Job.state == JobState.RUNNING).limit(1)).first()
        if running is not None:
            tell(*running)
