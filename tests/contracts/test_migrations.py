"""Migrations up, down and up again over rows, and started by many processes at once (P11, P12)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from consult import schema
from consult.audit.service import verify
from consult.clock import FixedClock
from consult.config import Settings
from consult.db import make_engine, new_session
from tests.factories.world import Builder
from tests.support.database import contents, rows, shape

ROOT = Path(__file__).resolve().parents[2]
START = """
import sys
from pathlib import Path
from consult import schema
from consult.app import create_app
from consult.config import load_settings
settings = load_settings({}, instance=Path(sys.argv[1]), database_url=sys.argv[2], secret_key="test")
app = create_app(settings)
schema.upgrade(app.extensions["consult.engine"], settings)
assert schema.is_current(app.extensions["consult.engine"])
print("ready", settings.vault_key)
"""


def revisions() -> list[str]:
    """Every revision, the oldest first."""
    script = ScriptDirectory(str(schema.FOLDER))
    return [r.revision for r in reversed(list(script.walk_revisions()))]


def test_there_is_one_line_of_revisions() -> None:
    script = ScriptDirectory(str(schema.FOLDER))
    assert len(script.get_heads()) == 1
    assert revisions() == sorted(revisions())


def test_down_and_up_again_keeps_every_row_of_the_tables_that_stay(
    app: Flask, own: Session, clock: FixedClock, settings: Settings
) -> None:
    Builder(app, own, clock).build()
    own.close()
    engine: Engine = app.extensions["consult.engine"]
    before, shaped = rows(engine), shape(engine)
    assert sum(count for count, _ in before.values()) > 100
    steps = revisions()
    for revision in reversed(steps[:-1]):
        held = contents(engine)
        schema.downgrade(engine, settings, revision)
        assert schema.current(engine) == revision
        # Each step takes away tables and columns of its own and leaves every row of the others as it was.
        now = contents(engine)
        assert set(now) <= set(held)
        for table in set(now) - {"alembic_version"}:
            assert len(now[table]) == len(held[table]), table
            for row, earlier in zip(now[table], held[table], strict=True):
                assert row == {column: earlier[column] for column in row}, table
    schema.upgrade(engine, settings)
    assert shape(engine) == shaped
    after = rows(engine)
    survived = ("audit_event", "audit_head", "account", "unit", "identity", "job")
    assert {t: after[t] for t in survived} == {t: before[t] for t in survived}
    with new_session(engine, reads_only=True) as looking:
        assert list(verify(looking)) == []


def test_all_the_way_down_leaves_nothing_and_up_again_makes_the_same(
    app: Flask, own: Session, clock: FixedClock, settings: Settings
) -> None:
    Builder(app, own, clock).build()
    own.close()
    engine: Engine = app.extensions["consult.engine"]
    shaped = shape(engine)
    schema.downgrade(engine, settings, "base")
    assert set(shape(engine)) <= {"alembic_version"}
    schema.upgrade(engine, settings)
    assert shape(engine) == shaped
    assert sum(count for table, (count, _) in rows(engine).items() if table != "alembic_version") == 0


def test_eight_processes_started_at_once_on_an_empty_database_all_end_well(settings: Settings, tmp_path: Path) -> None:
    engine = make_engine(settings.database_url)
    schema.downgrade(engine, settings, "base")
    engine.dispose()
    url, instance = settings.database_url, tmp_path / "fresh"
    if engine.dialect.name == "sqlite":
        url = f"sqlite:///{instance / 'consult.sqlite3'}"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(instance), url],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    ended = [(p.communicate(timeout=120), p.returncode) for p in started]
    assert [code for _, code in ended] == [0] * 8, [err for (_, err), _ in ended]
    # They also agree on the secrets that the first of them made.
    assert len({out for (out, _), _ in ended}) == 1
    assert schema.is_current(make_engine(url))


CHANGES = {
    "an update": "UPDATE audit_event SET actor = 'nobody'",
    "an update of one row": "UPDATE audit_event SET success = success WHERE number = 1",
    "a deletion": "DELETE FROM audit_event WHERE number = 1",
    "a deletion of all": "DELETE FROM audit_event",
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_database_itself_refuses_to_change_the_audit_log(
    engine: Engine, accounts: Callable[..., object], name: str
) -> None:
    accounts.make("officer")  # type: ignore[attr-defined]
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(CHANGES[name]))


def test_postgresql_refuses_to_empty_the_audit_log(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("TRUNCATE audit_event"))
