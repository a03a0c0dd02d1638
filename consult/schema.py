"""The schema's life: migrating under a lock, and saying whether the database is up to date.

Migrating is a step of its own. Several processes may be started at once: one migrates, the others wait
for its lock and then find nothing to do (promise P12).
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from consult.config import Settings

_MIGRATION_LOCK = 0x4D494752
FOLDER = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _lock(engine: Engine, settings: Settings) -> Iterator[None]:
    """One migration at a time: an advisory lock on PostgreSQL, a locked file beside SQLite's database."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATION_LOCK})
        return
    with open(settings.instance / "migrate.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def upgrade(engine: Engine, settings: Settings, revision: str = "head") -> None:
    """Bring the database to a revision (the newest by default). Safe to call from many processes at once."""
    with _lock(engine, settings):
        _run(engine, command.upgrade, revision)


def downgrade(engine: Engine, settings: Settings, revision: str) -> None:
    """Take the database back to a revision; for rehearsals."""
    with _lock(engine, settings):
        _run(engine, command.downgrade, revision)


def _run(engine: Engine, step: object, revision: str) -> None:
    config = _config()
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # Batch migrations rebuild tables, which foreign keys would refuse half-way.
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        config.attributes["connection"] = connection
        step(config, revision)  # type: ignore[operator]


def current(engine: Engine) -> str | None:
    """The revision of the database; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision this program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_current(engine: Engine) -> bool:
    """Whether the database is what this program needs."""
    return current(engine) == newest()
