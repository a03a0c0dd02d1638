"""Background work: killed anywhere, by several workers, its effect happens once (P9)."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from consult.audit.models import AuditEvent
from consult.audit.service import record, verify
from consult.clock import FixedClock
from consult.config import Settings
from consult.db import new_session, transaction
from consult.errors import InvalidInput
from consult.jobs import service
from consult.jobs.models import Job, JobState
from consult.jobs.worker import Handler, JobContext, Worker
from tests.support.browser import Browser

ROOT = Path(__file__).resolve().parents[2]
JOBS, STEPS, WORKERS, ROUNDS = 40, 4, 3, 5

#: A worker process whose clock runs thirty times as fast, so that a dead worker's lease ends after two seconds.
WORKER = """
import sys, time
from datetime import datetime
from pathlib import Path
from consult.audit.service import record
from consult.clock import Clock
from consult.config import load_settings
from consult.db import make_engine, new_session
from consult.jobs.models import Job
from consult.jobs.worker import Worker
from consult.vault.service import Vault

class Fast(Clock):
    def now(self):
        real = super().now()
        return real + (real - datetime.fromisoformat(sys.argv[4])) * 29

def handler(ctx):
    with new_session(ctx.engine, reads_only=True) as own:
        begun = own.get_one(Job, ctx.job_id).done
    for step in range(begun, STEPS):
        time.sleep(0.05)
        with ctx.transaction(done=step + 1, total=STEPS) as own:
            record(own, ctx.clock.now(), "jobs:job:cancelled", actor=None, subject=f"job:{ctx.job_id}", step=step)
    return {"steps": STEPS}

STEPS = int(sys.argv[3])
settings = load_settings({}, instance=Path(sys.argv[1]), database_url=sys.argv[2])
engine, vault = make_engine(settings.database_url), Vault(settings.vault_key)
worker = Worker(engine, Fast(), settings, vault, {"test.steps": handler})
print("up", flush=True)
worker.run_forever(idle_seconds=0.1)
"""


def ask(engine: Engine, clock: FixedClock, kind: str = "test.steps", **options: Any) -> int:
    with transaction(engine) as own:
        return service.enqueue(own, kind, {"n": 1}, now=clock.now(), **options).id


def states(engine: Engine) -> Counter[str]:
    with new_session(engine, reads_only=True) as own:
        return Counter(own.scalars(select(Job.state)))


@pytest.fixture
def worker_with(engine: Engine, app: Flask, clock: FixedClock, settings: Settings) -> Callable[..., Worker]:
    """A worker that knows the handlers given."""
    return lambda **handlers: Worker(
        engine, clock, settings, app.extensions["consult.vault"], {k.replace("_", "."): h for k, h in handlers.items()}
    )


def test_workers_killed_again_and_again_do_every_step_once(
    engine: Engine, settings: Settings, clock: FixedClock
) -> None:
    for _ in range(JOBS):
        ask(engine, clock)
    with transaction(engine) as own:
        for job in own.scalars(select(Job)):
            job.max_attempts = 100
    command = [sys.executable, "-c", WORKER, str(settings.instance), settings.database_url, str(STEPS)]
    command.append(datetime.now(UTC).isoformat())

    def start() -> list[subprocess.Popen[str]]:
        return [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(WORKERS)]

    chance, workers = random.Random(11), start()
    try:
        for _ in range(ROUNDS):
            for process in workers:
                assert process.stdout is not None and process.stdout.readline() == "up\n"
            while not states(engine)["running"]:
                time.sleep(0.01)
            for process in workers:
                time.sleep(chance.uniform(0.0, 0.1))
                process.kill()
                process.wait()
            workers = start()
        for _ in range(900):
            if states(engine)["done"] == JOBS:
                break
            time.sleep(0.1)
    finally:
        for process in workers:
            process.kill()
            process.wait()
    assert states(engine) == {"done": JOBS}
    with new_session(engine, reads_only=True) as own:
        done = Counter((e.subject, json.loads(e.detail)["step"]) for e in own.scalars(select(AuditEvent)))
        assert set(done.values()) == {1}
        assert len(done) == JOBS * STEPS
        assert list(verify(own)) == []
        assert (own.scalar(select(func.max(Job.attempts))) or 0) > 1, "no kill met a job at work"


def test_a_worker_that_lost_its_lease_cannot_commit(
    engine: Engine, clock: FixedClock, worker_with: Callable[..., Worker]
) -> None:
    number = ask(engine, clock)
    effects: list[str] = []

    def slow(ctx: JobContext) -> Mapping[str, Any]:
        clock.advance(service.LEASE + timedelta(seconds=1))
        assert worker_with(test_steps=quick).run_one()
        with ctx.transaction() as own:
            record(own, ctx.clock.now(), "jobs:job:cancelled", actor=None, subject="stale")
        effects.append("stale")
        return {"by": "slow"}

    def quick(ctx: JobContext) -> Mapping[str, Any]:
        with ctx.transaction() as own:
            record(own, ctx.clock.now(), "jobs:job:cancelled", actor=None, subject="quick")
        return {"by": "quick"}

    assert worker_with(test_steps=slow).run_one()
    with new_session(engine, reads_only=True) as own:
        assert own.scalars(select(AuditEvent.subject)).all() == ["quick"]
        job = own.get_one(Job, number)
        assert (job.state, json.loads(job.result)) == ("done", {"by": "quick"})
    assert effects == []


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_at_its_next_step(
    engine: Engine, clock: FixedClock, worker_with: Callable[..., Worker], sign_in: Callable[..., Browser]
) -> None:
    officer = sign_in("officer")
    waiting = ask(engine, clock)
    assert officer.submit(f"/desk/jobs/{waiting}/cancellation", {}, form_at=f"/desk/jobs/{waiting}").status == 303
    assert states(engine) == {"cancelled": 1}
    running, reached = ask(engine, clock), []

    def handler(ctx: JobContext) -> Mapping[str, Any]:
        ctx.progress(1, 2)
        officer.submit(f"/desk/jobs/{running}/cancellation", {}, form_at=f"/desk/jobs/{running}")
        reached.append("before")
        with ctx.transaction(done=2) as own:
            record(own, clock.now(), "jobs:job:cancelled", actor=None, subject="half-done")
        reached.append("after")
        return {}

    assert worker_with(test_steps=handler).run_one()
    assert states(engine) == {"cancelled": 2}
    assert reached == ["before"]
    with new_session(engine, reads_only=True) as own:
        assert "half-done" not in own.scalars(select(AuditEvent.subject)).all()


def test_a_job_that_always_fails_is_tried_five_times_and_then_says_so_in_the_readers_language(
    engine: Engine, clock: FixedClock, worker_with: Callable[..., Worker], sign_in: Callable[..., Browser]
) -> None:
    number, tries = ask(engine, clock), []

    def handler(ctx: JobContext) -> Mapping[str, Any]:
        tries.append(ctx.job_id)
        raise ZeroDivisionError("秘密")

    for _ in range(8):
        worker_with(test_steps=handler).run_all()
        clock.advance(timedelta(hours=1))
    assert (len(tries), states(engine)) == (5, {"failed": 1})
    officer = sign_in("officer")
    page = officer.get(f"/desk/jobs/{number}")
    assert "Something unexpected" not in page.text and "秘密" not in page.text
    officer.get("/preferences?lang=en", status=303)
    assert "Something unexpected went wrong." in officer.get(f"/desk/jobs/{number}").words


def test_a_job_whose_workers_always_die_ends_as_failed_and_lets_the_next_one_run(
    engine: Engine, clock: FixedClock, worker_with: Callable[..., Worker]
) -> None:
    number = ask(engine, clock)
    for _ in range(5):
        assert service.claim(engine, clock.now()) is not None  # and nobody is heard of again
        clock.advance(service.LEASE + timedelta(seconds=1))
    last = ask(engine, clock)
    assert worker_with(test_steps=lambda ctx: {}).run_all() == 1
    with new_session(engine, reads_only=True) as own:
        assert own.get_one(Job, number).state == JobState.FAILED
        assert "never came to its end" in own.get_one(Job, number).error
        assert own.get_one(Job, last).state == JobState.DONE


def test_a_situation_ends_a_job_with_its_own_words_at_once(
    engine: Engine, clock: FixedClock, worker_with: Callable[..., Worker]
) -> None:
    number = ask(engine, clock)

    def handler(ctx: JobContext) -> Mapping[str, Any]:
        raise InvalidInput("The file has %(n)d columns.", n=3)

    assert worker_with(test_steps=handler).run_all() == 1
    with new_session(engine, reads_only=True) as own:
        job = own.get_one(Job, number)
        assert (job.state, job.attempts) == ("failed", 1)
        assert json.loads(job.error) == {"message": "The file has %(n)d columns.", "params": {"n": 3}}


def test_of_one_key_there_is_one_waiting_job_however_many_ask_at_once(engine: Engine, clock: FixedClock) -> None:
    barrier, made, problems = threading.Barrier(6), [], []

    def request() -> None:
        barrier.wait()
        try:
            made.append(ask(engine, clock, unique_key="only"))
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=request) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (problems, len(set(made))) == ([], 1)
    claimed = service.claim(engine, clock.now())
    assert claimed is not None
    with transaction(engine) as own:
        service.finish(own, *claimed, clock.now(), {})
    assert ask(engine, clock, unique_key="only") not in made


def test_the_progress_page_says_how_far_it_is(
    engine: Engine, clock: FixedClock, worker_with: Callable[..., Worker], sign_in: Callable[..., Browser]
) -> None:
    officer, number, seen = sign_in("officer"), ask(engine, clock, "issues.analyse"), []

    def handler(ctx: JobContext) -> Mapping[str, Any]:
        ctx.progress(30, 120)
        seen.append(officer.get(f"/desk/jobs/{number}").find("progress"))
        return {}

    handlers: dict[str, Handler] = {"issues_analyse": handler}
    assert worker_with(**handlers).run_one()
    ((bar,),) = seen
    assert (bar.get("value"), bar.get("max")) == ("30", "120")
    assert not officer.get(f"/desk/jobs/{number}").find("progress[value='30']")


def test_a_job_holds_no_words_of_anybody(own: Session, run_jobs: Callable[[], int], sign_in: Any) -> None:
    officer = sign_in("officer")
    officer.submit("/desk/issues/analysis", {}, form_at="/desk/issues")
    own.rollback()
    assert [j.payload for j in own.scalars(select(Job))] == ["{}"]
