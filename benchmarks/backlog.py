"""A backlog shared among worker processes: texts a second with one and with four, on SQLite and PostgreSQL.

    python -m benchmarks.backlog [--texts 20000] [--chunk 500] [--workers 1,4]
    tools/with-postgresql python -m benchmarks.backlog

The backlog is generated (tests/factories/backlog.py). Each figure is one `consult analyse --chunk N --workers M` on a
database of its own, from the start of the command's job to the moment the last part is scored; what the grouping
takes after it is printed beside it, and texts by second of processor time, which says more where other work runs on the
machine. PostgreSQL is measured where CONSULT_TEST_DATABASE_URL names a server, with both
queues when procrastinate is installed.

First it starts one worker process and prints how long it takes until a waiting part has been read, and how much memory
it holds then: Python, the application, the scoring tables (mapped, so shared among workers) and the tone model.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, make_url, text

from consult import schema, serving
from consult.app import create_app
from consult.config import load_settings
from consult.db import new_session, transaction
from consult.handlers import make_worker
from consult.issues import service
from consult.jobs import parts, queueing
from consult.jobs.models import Job
from reports.scoring import load_scorer
from reports.scoring.tables import default_cache_dir
from tests.factories.backlog import fill

SERVER = os.environ.get("CONSULT_TEST_DATABASE_URL", "")


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'backlog.sqlite3'}"
        return
    url, name = make_url(SERVER), "consult_backlog"
    engine = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    engine.dispose()


def prepared(instance: str, url: str, queue: str) -> Flask:
    """The application over an empty database of its own."""
    os.environ |= {
        "CONSULT_INSTANCE": instance,
        "CONSULT_DATABASE_URL": url,
        "CONSULT_QUEUE": queue,
        "CONSULT_CACHE": str(default_cache_dir()),
    }
    settings = load_settings()
    app = create_app(settings)
    schema.upgrade(app.extensions["consult.engine"], settings)
    queueing.make_tables(app.extensions["consult.engine"], settings)
    return app


def run(app: Flask, count: int, chunk: int, workers: int) -> tuple[float, float, int]:
    """Seconds of scoring, seconds in all, characters."""
    engine = app.extensions["consult.engine"]
    characters = fill(engine, count, datetime.now(UTC))
    with transaction(engine) as own:
        job_id = service.request_analysis(own, None, app.extensions["consult.clock"].now(), chunk=chunk).id
    began, scored = time.monotonic(), 0.0
    with serving.local_workers(workers):
        while True:
            with new_session(engine, reads_only=True) as own:
                job = own.get_one(Job, job_id)
                texts = sum(one["texts"] for one in parts.results(own, job_id))
            if texts >= count and not scored:
                scored = time.monotonic() - began
            if job.state not in ("queued", "running"):
                break
            time.sleep(0.1)
    if job.state != "done":
        raise SystemExit(f"the job {job.state}: {job.error}")
    return scored, time.monotonic() - began, characters


def first_part(app: Flask) -> tuple[float, float, float]:
    """Seconds from the start of a worker process to the end of its first part, of processor time in them, and its
    memory in megabytes then."""
    engine = app.extensions["consult.engine"]
    fill(engine, 2, datetime.now(UTC))
    with transaction(engine) as own:
        job_id = service.request_analysis(own, None, app.extensions["consult.clock"].now(), chunk=1).id
    # The job's own process hands out its parts and ends; they wait for the worker that is measured.
    make_worker(app).run_one()
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "consult", "worker", "--quiet"])
    try:
        while True:
            with new_session(engine, reads_only=True) as own:
                if parts.results(own, job_id):
                    break
            time.sleep(0.01)
        seconds = time.monotonic() - began
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    finally:
        process.terminate()
        process.wait()
    return seconds, used, pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def processor_seconds() -> float:
    """What worker processes that have ended used; their start and the grouping are in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--chunk", type=int, default=500)
    parser.add_argument("--workers", default="1,4")
    wanted = parser.parse_args()
    load_scorer()  # its tables are built once for a machine, and that is not what is measured
    queues = [("sqlite", "table")]
    if SERVER:
        queues.append(("postgresql", "table"))
        if importlib.util.find_spec("procrastinate"):
            queues.append(("postgresql", "procrastinate"))
    print(f"{wanted.texts:,} texts, {wanted.chunk} in a part, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as name, database("sqlite", Path(name)) as url:
        seconds, used, megabytes = first_part(prepared(name, url, "table"))
    print(f"a worker has read its first part {seconds:.2f} s after its start ({used:.2f} s CPU), in {megabytes:.0f} MB")
    heads = ("workers", 8), ("texts/s", 10), ("characters/s", 14), ("scoring", 10), ("in all", 9), ("texts/CPU s", 13)
    print(f"{'database':<12}{'queue':<15}" + "".join(f"{head:>{width}}" for head, width in heads))
    for kind, queue in queues:
        for workers in map(int, wanted.workers.split(",")):
            with tempfile.TemporaryDirectory() as name, database(kind, Path(name)) as url:
                app = prepared(name, url, queue)
                before = processor_seconds()
                scored, total, characters = run(app, wanted.texts, wanted.chunk, workers)
                app.extensions["consult.engine"].dispose()
                print(
                    f"{kind:<12}{queue:<15}{workers:>8}{wanted.texts / scored:>10.1f}{characters / scored:>14,.0f}"
                    f"{scored:>9.1f}s{total:>8.1f}s{wanted.texts / (processor_seconds() - before):>13.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
