"""The last step of a job and its end are one: a worker that dies between them leaves no second result."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from consult.audit.models import AuditEvent
from consult.clock import FixedClock
from consult.config import Settings
from consult.db import new_session, transaction
from consult.issues.models import AnalysisRun
from consult.issues.service import request_analysis
from consult.jobs import service
from consult.jobs.models import Job
from consult.jobs.worker import Worker
from tests.factories.accounts import Accounts
from tests.factories.hotline import Hotline

ROOT = Path(__file__).resolve().parents[2]
#: Runs the jobs there are; with "kill", this process is killed right after the commit that holds the result.
WORKER = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.orm import Session
from consult.audit.service import record
from consult.clock import FixedClock
from consult.config import load_settings
from consult.db import make_engine
from consult.jobs.worker import Worker
from consult.vault.service import Vault

written = []

def handler(ctx):
    with ctx.last_step({"n": 1}) as own:
        record(own, ctx.clock.now(), "jobs:job:cancelled", actor=None, subject="result")
        written.append(True)
    return {"n": 1}

@event.listens_for(Session, "after_commit")
def die(session):
    if written and sys.argv[4] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)

settings = load_settings({}, instance=Path(sys.argv[1]), database_url=sys.argv[2])
clock = FixedClock(datetime.fromisoformat(sys.argv[3]))
Worker(make_engine(settings.database_url), clock, settings, Vault(settings.vault_key), {"test": handler}).run_all()
"""


def test_a_worker_killed_right_after_its_last_commit_has_written_its_result_once(
    engine: Engine, settings: Settings, clock: FixedClock
) -> None:
    with transaction(engine) as own:
        number = service.enqueue(own, "test", {}, now=clock.now()).id
    for how in ("kill", "live"):
        command = [sys.executable, "-c", WORKER, str(settings.instance), settings.database_url]
        died = subprocess.run([*command, clock.now().isoformat(), how], cwd=ROOT, timeout=90, check=False)
        assert died.returncode == (-9 if how == "kill" else 0)
        clock.advance(service.LEASE + timedelta(seconds=1))
    with new_session(engine, reads_only=True) as own:
        job = own.get_one(Job, number)
        assert (job.state, job.result) == ("done", '{"n": 1}')
        assert own.scalars(select(AuditEvent.subject)).all() == ["result"]


def test_an_analysis_whose_worker_dies_at_its_end_is_one_run_when_it_is_taken_up_again(
    app: Flask,
    own: Session,
    clock: FixedClock,
    accounts: Accounts,
    worker: Worker,
    run_jobs: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    officer = accounts.make("officer")
    Hotline(app, own, clock).accepted(officer)
    request_analysis(own, officer, clock.now())
    own.commit()

    def killed(*given: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(service, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            worker.run_one()
    clock.advance(service.LEASE + timedelta(seconds=1))
    assert run_jobs() == 1
    assert own.scalar(select(func.count()).select_from(AnalysisRun)) == 1
    assert own.scalars(select(Job.state)).all() == ["done"]
