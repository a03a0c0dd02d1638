"""Which queue workers are told by: the job table itself, or procrastinate on PostgreSQL (ADR 3)."""

from __future__ import annotations

import importlib
import importlib.util
import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

from consult.config import Settings, WrongSetting
from consult.jobs.service import QUEUE
from consult.jobs.worker import Worker

log = logging.getLogger("consult.jobs")

TABLE, PROCRASTINATE = "table", "procrastinate"


def chosen(engine: Engine, settings: Settings) -> str:
    """The queue that ``CONSULT_QUEUE`` names, as far as it can be had here: on SQLite, or without the extra
    ``[cluster]``, workers go by the job table. Raises `WrongSetting` for any other name."""
    wanted = settings.queue
    if wanted not in (TABLE, PROCRASTINATE):
        raise WrongSetting("CONSULT_QUEUE must be table or procrastinate, not %(value)s.", value=repr(wanted))
    if wanted == PROCRASTINATE and (engine.dialect.name != "postgresql" or not _is_installed()):
        log.warning("CONSULT_QUEUE=procrastinate needs PostgreSQL and the extra [cluster]: the job table is used")
        return TABLE
    return wanted


def _is_installed() -> bool:
    return importlib.util.find_spec("procrastinate") is not None


def _cluster() -> Any:
    # Imported only where it is chosen: it is an extra, and no small one.
    return importlib.import_module("consult.jobs.cluster")


def use(engine: Engine, settings: Settings) -> None:
    """Let jobs that are asked for through this engine be told to the queue that is chosen."""
    if chosen(engine, settings) == PROCRASTINATE:
        engine.update_execution_options(**{QUEUE: _cluster().ProcrastinateQueue()})


def make_tables(engine: Engine, settings: Settings) -> None:
    """Make what the chosen queue needs in the database. Safe to call from several processes at once."""
    if chosen(engine, settings) == PROCRASTINATE:
        _cluster().make_tables(engine)


def run(worker: Worker, engine: Engine, settings: Settings, alive: Callable[[], bool]) -> None:
    """Run jobs until stopped, or until ``alive`` says that the parent is gone."""
    if chosen(engine, settings) == PROCRASTINATE:
        _cluster().make_tables(engine)
        _cluster().run_worker(worker, engine, alive=alive)
    else:
        worker.run_forever(alive=alive)
