"""The scoring of a backlog shared among workers: whoever is killed, every submission is judged once, as alone."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, func, select, text

from consult.app import create_app
from consult.clock import Clock, FixedClock
from consult.config import Settings, WrongSetting, load_settings
from consult.db import make_engine, new_session, transaction
from consult.handlers import make_worker
from consult.issues import service
from consult.issues.models import AnalysisRun, SubmissionFinding
from consult.issues.part_jobs import SCORE
from consult.jobs import parts, queueing
from consult.jobs import service as jobs
from consult.jobs.models import Job, JobState
from consult.jobs.queries import recent_jobs, result_of
from consult.jobs.worker import Worker
from tests.factories.accounts import Accounts
from tests.factories.backlog import fill

ROOT = Path(__file__).resolve().parents[2]
TEXTS, CHUNK, WORKERS, ROUNDS = 400, 20, 3, 3

#: A worker process whose clock runs six times as fast, so that a dead worker's lease ends after ten seconds.
WORKER = """
import sys
from datetime import datetime
from consult.app import create_app
from consult.clock import Clock
from consult.config import load_settings
from consult.handlers import make_worker
from consult.jobs import queueing

class Fast(Clock):
    def now(self):
        real = super().now()
        return real + (real - datetime.fromisoformat(sys.argv[1])) * 5

settings = load_settings()
app = create_app(settings, Fast())
engine, worker = app.extensions["consult.engine"], make_worker(app)
print("up", flush=True)
if queueing.chosen(engine, settings) == "table":
    worker.run_forever(idle_seconds=0.1)
else:
    from consult.jobs import cluster
    cluster.run_worker(worker, engine, rescue_cron="* * * * * *", heartbeat_seconds=0.5)
"""


@pytest.fixture(params=["table", "procrastinate"])
def shared(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Flask]:
    """The application, with each of the two queues; procrastinate only on PostgreSQL."""
    if request.param == "procrastinate":
        pytest.importorskip("procrastinate", reason="the extra [cluster] is not installed")
        if not settings.database_url.startswith("postgresql"):
            pytest.skip("procrastinate needs PostgreSQL: tools/with-postgresql")
    chosen = replace(settings, queue=request.param)
    app = create_app(chosen, Clock())
    queueing.make_tables(app.extensions["consult.engine"], chosen)
    yield app
    app.extensions["consult.engine"].dispose()


def environment(app: Flask) -> dict[str, str]:
    settings: Settings = app.extensions["consult.settings"]
    return os.environ | {
        "CONSULT_INSTANCE": str(settings.instance),
        "CONSULT_DATABASE_URL": settings.database_url,
        "CONSULT_CACHE": str(settings.cache),
        "CONSULT_QUEUE": settings.queue,
    }


@contextmanager
def processes(command: list[str], app: Flask, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    started = [
        subprocess.Popen(command, cwd=ROOT, env=environment(app), stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


def ask(app: Flask, chunk: int = CHUNK) -> int:
    with transaction(app.extensions["consult.engine"]) as own:
        return service.request_analysis(own, None, app.extensions["consult.clock"].now(), chunk=chunk).id


def job_of(app: Flask, number: int) -> Job:
    with new_session(app.extensions["consult.engine"], reads_only=True) as own:
        return own.get_one(Job, number)


def findings(engine: Engine) -> dict[str, tuple[Any, ...]]:
    """Everything found of every submission, but for the row's number and the time."""
    columns = [c for c in SubmissionFinding.__table__.columns if c.name not in ("id", "found_at")]
    with new_session(engine, reads_only=True) as own:
        rows = [tuple(row) for row in own.execute(select(*columns))]
    found = {f"{row[0]}:{row[1]}": row for row in rows}
    assert len(found) == len(rows), "a submission was judged twice"
    return found


def alone(app: Flask) -> dict[str, tuple[Any, ...]]:
    """What one process finds of the same submissions."""
    engine = app.extensions["consult.engine"]
    with transaction(engine) as own:
        own.execute(delete(SubmissionFinding))
        service.request_analysis(own, None, app.extensions["consult.clock"].now() + timedelta(days=-1))
    make_worker(app).run_all()
    return findings(engine)


def wait_for(app: Flask, number: int, seconds: float = 120) -> Job:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = job_of(app, number)
        if job.state not in (JobState.QUEUED, JobState.RUNNING):
            return job
        time.sleep(0.1)
    raise AssertionError(f"job {number} never ended")


def test_workers_killed_in_the_middle_leave_one_finding_for_each_submission_as_one_process_makes_it(
    shared: Flask,
) -> None:
    engine = shared.extensions["consult.engine"]
    fill(engine, TEXTS, datetime.now(UTC))
    number = ask(shared)
    command = [sys.executable, "-c", WORKER, datetime.now(UTC).isoformat()]
    chance = random.Random(5)
    for _ in range(ROUNDS):
        with processes(command, shared, WORKERS) as workers:
            for process in workers:
                assert process.stdout is not None and process.stdout.readline() == "up\n"
            for _ in range(600):
                with new_session(engine, reads_only=True) as own:
                    running = own.scalar(select(func.count()).where(Job.kind == SCORE, Job.state == JobState.RUNNING))
                if running or job_of(shared, number).state == JobState.DONE:
                    break
                time.sleep(0.02)
            time.sleep(chance.uniform(0.0, 0.3))
    with processes(command, shared, WORKERS):
        job = wait_for(shared, number)
    assert (job.state, result_of(job).get("scored")) == (JobState.DONE, TEXTS)
    with new_session(engine, reads_only=True) as own:
        split = list(own.scalars(select(Job).where(Job.kind == SCORE)))
        assert {part.state for part in split} == {JobState.DONE} and len(split) == TEXTS // CHUNK
        assert max(part.attempts for part in split) > 1, "no kill met a part at work"
        assert own.scalar(select(func.count()).select_from(AnalysisRun)) == 1
    together = findings(engine)
    assert len(together) == TEXTS
    assert together == alone(shared)


def test_two_commands_at_once_share_one_analysis_and_one_of_them_may_be_killed(shared: Flask) -> None:
    engine = shared.extensions["consult.engine"]
    fill(engine, TEXTS, datetime.now(UTC))
    command = [sys.executable, "-m", "consult", "analyse", "--chunk", str(CHUNK), "--workers", "2"]
    with processes(command, shared, 2) as (first, second):
        for _ in range(600):
            with new_session(engine, reads_only=True) as own:
                if own.scalar(select(func.count()).where(Job.kind == SCORE, Job.state == JobState.DONE)):
                    break
            time.sleep(0.05)
        first.kill()
        output, _ = second.communicate(timeout=150)
    assert second.returncode == 0
    assert f"{TEXTS} submissions, {TEXTS} of them new" in output
    with new_session(engine, reads_only=True) as own:
        assert Counter(own.scalars(select(Job.kind))) == {"issues.analyse": 1, SCORE: TEXTS // CHUNK}
        assert own.scalar(select(func.count()).select_from(AnalysisRun)) == 1
    together = findings(engine)
    assert len(together) == TEXTS and together == alone(shared)


@pytest.fixture
def backlog(engine: Engine, clock: FixedClock) -> int:
    fill(engine, 45, clock.now())
    return 45


def step(app: Flask, worker: Worker, number: int) -> Job:
    assert worker.run_one()
    return job_of(app, number)


def test_a_job_that_waits_for_its_parts_holds_no_worker_and_counts_no_attempt(
    app: Flask, worker: Worker, backlog: int, engine: Engine
) -> None:
    number = ask(app)
    job = step(app, worker, number)
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)
    for _ in range(3):
        job = step(app, worker, number)
    assert (job.state, job.done) == (JobState.QUEUED, backlog), "the last part wakes it"
    assert step(app, worker, number).state == JobState.DONE
    assert not worker.run_one()
    with new_session(engine, reads_only=True) as own:
        assert [job.id for job in recent_jobs(own)] == [number], "parts are seen as progress"


def test_what_a_failed_part_left_behind_is_scored_by_the_analysis_itself(
    app: Flask, worker: Worker, backlog: int, engine: Engine, clock: FixedClock
) -> None:
    number = ask(app)
    step(app, worker, number)
    with transaction(engine) as own:
        broken = own.scalars(select(Job).where(Job.parent_id == number)).first()
        assert broken is not None
        broken.attempts = broken.max_attempts
    clock.advance(parts.LOOK_AGAIN)
    worker.run_all()
    clock.advance(parts.LOOK_AGAIN)
    worker.run_all()
    job = job_of(app, number)
    assert (job.state, result_of(job)["scored"]) == (JobState.DONE, backlog)
    assert len(findings(engine)) == backlog


def test_cancelling_an_analysis_cancels_its_parts(
    app: Flask, worker: Worker, backlog: int, engine: Engine, accounts: Accounts, clock: FixedClock
) -> None:
    officer, number = accounts.make("officer"), ask(app)
    step(app, worker, number)
    with transaction(engine) as own:
        jobs.ask_cancel(own, officer, number, clock.now())
    clock.advance(timedelta(hours=1))
    assert not worker.run_one()
    with new_session(engine, reads_only=True) as own:
        assert set(own.scalars(select(Job.state))) == {JobState.CANCELLED}
    assert findings(engine) == {}


def test_a_job_rolled_back_was_never_told_to_procrastinate(shared: Flask) -> None:
    engine = shared.extensions["consult.engine"]
    if shared.extensions["consult.settings"].queue == "table":
        pytest.skip("the table tells nobody")

    def told() -> int:
        with new_session(engine, reads_only=True) as own:
            return own.scalar(text("SELECT count(*) FROM procrastinate_jobs")) or 0

    with pytest.raises(ZeroDivisionError), transaction(engine) as own:
        jobs.enqueue(own, "issues.analyse", {}, now=shared.extensions["consult.clock"].now())
        assert own.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 1
        raise ZeroDivisionError
    assert told() == 0
    ask(shared)
    assert told() == 1


def test_without_postgresql_the_job_table_is_used_and_an_unknown_queue_is_refused(tmp_path: Path) -> None:
    def queue(name: str) -> str:
        settings = load_settings({"CONSULT_QUEUE": name}, instance=tmp_path)
        return queueing.chosen(make_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}"), settings)

    assert [queue("procrastinate"), queue("table"), queue("")] == ["table"] * 3
    with pytest.raises(WrongSetting):
        queue("celery")
