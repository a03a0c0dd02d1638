"""Fixtures of the whole suite: a migrated database of one's own, an application, browsers for each role.

The suite runs on SQLite, or on PostgreSQL when ``CONSULT_TEST_DATABASE_URL`` names a server's database
(its user must be allowed to create databases).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from consult import schema
from consult.accounts import service as accounts_service
from consult.accounts.passwords import Passwords
from consult.app import create_app
from consult.clock import FixedClock
from consult.config import Settings, load_settings
from consult.db import make_engine, new_session
from consult.handlers import make_worker
from consult.jobs.worker import Worker
from reports.scoring.tables import default_cache_dir
from tests.factories.accounts import Accounts
from tests.support.browser import Browser

SERVER = os.environ.get("CONSULT_TEST_DATABASE_URL", "")
#: A Friday afternoon in Shanghai, in a year whose holidays are known.
NOW = datetime(2026, 9, 11, 7, 30, tzinfo=UTC)
#: Scoring tables are built once for the whole suite.
SHARED = {"CONSULT_CACHE": str(default_cache_dir())}
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL leave out what the suite on SQLite has shown for both."""
    left_out = [item for item in items if SERVER and item.get_closest_marker("any_database")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """A migrated, empty database to copy from: the path of a file, or the name of a PostgreSQL template."""
    folder = tmp_path_factory.mktemp("template")
    if not SERVER:
        settings = load_settings({}, instance=folder)
        engine = make_engine(settings.database_url)
        schema.upgrade(engine, settings)
        engine.dispose()
        yield str(folder / "consult.sqlite3")
        return
    name = f"consult_template_{worker_id}"
    with _server() as run:
        run(f'DROP DATABASE IF EXISTS "{name}"')
        run(f'CREATE DATABASE "{name}"')
    url = make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    settings = load_settings({}, instance=folder, database_url=url)
    engine = make_engine(url)
    schema.upgrade(engine, settings)
    engine.dispose()
    yield name
    with _server() as run:
        run(f'DROP DATABASE IF EXISTS "{name}"')


class _server:
    """A connection to the PostgreSQL server for statements about whole databases."""

    def __enter__(self) -> Callable[[str], object]:
        url = make_url(SERVER).set(drivername="postgresql+psycopg")
        self._engine = create_engine(url, isolation_level="AUTOCOMMIT")
        self._connection = self._engine.connect()
        return lambda statement: self._connection.execute(text(statement))

    def __exit__(self, *exception: object) -> None:
        self._connection.close()
        self._engine.dispose()


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The xdist worker's name, or "main"."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture
def settings(tmp_path: Path, template: str, worker_id: str) -> Iterator[Settings]:
    """Settings of an installation whose database is a fresh copy of the template."""
    if not SERVER:
        shutil.copy(template, tmp_path / "consult.sqlite3")
        yield load_settings(
            SHARED, instance=tmp_path, testing=True, secret_key="test", challenge=False, contact_phone="0000-1234567"
        )
        return
    name = f"consult_test_{worker_id}"
    with _server() as run:
        run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    url = make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    yield load_settings(SHARED, instance=tmp_path, testing=True, secret_key="test", challenge=False, database_url=url)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """The suite makes and signs in thousands of accounts; a tenth of a second for each would be a third of its time."""
    accounts_service.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def clock() -> FixedClock:
    """The time of the test, which stands still until the test moves it."""
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this process keeps compiled templates."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture
def app(settings: Settings, clock: FixedClock, compiled: Path) -> Iterator[Flask]:
    """The application over the fresh database."""
    made = create_app(settings, clock)
    # Every test makes an application; what the templates compile to is the same each time.
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
    yield made
    made.extensions["consult.engine"].dispose()


@pytest.fixture
def engine(app: Flask) -> Engine:
    found: Engine = app.extensions["consult.engine"]
    return found


@pytest.fixture
def own(app: Flask, engine: Engine) -> Iterator[Session]:
    """A session for arranging and for looking; commit what the application should see.

    Whatever is not committed when a `Browser` opens a page or `run_jobs` is called is rolled back.
    """
    with new_session(engine) as session:
        app.extensions.setdefault("test.sessions", []).append(session)
        yield session


@pytest.fixture
def worker(app: Flask) -> Worker:
    """A worker that runs what is queued when the test says so."""
    return make_worker(app)


@pytest.fixture
def run_jobs(app: Flask, worker: Worker) -> Callable[[], int]:
    """Run everything that is queued; gives how many jobs were run."""

    def run() -> int:
        for session in app.extensions.get("test.sessions", []):
            session.rollback()
        return worker.run_all()

    return run


@pytest.fixture
def accounts(own: Session, clock: FixedClock) -> Accounts:
    """Makes accounts of any role."""
    return Accounts(own, clock)


@pytest.fixture
def visitor(app: Flask) -> Browser:
    """Somebody who is not signed in."""
    return Browser(app)


@pytest.fixture
def sign_in(app: Flask, accounts: Accounts) -> Callable[..., Browser]:
    """``sign_in("officer")``: a browser signed in with a new account of that role."""

    def opened(role: str, **more: str) -> Browser:
        account = accounts.make(role, **more)
        return Browser(app).signed_in_as(account.handle)

    return opened


@pytest.fixture
def real_data() -> Path:
    """The folder of real messages, outside the project; the test is skipped where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"the real data are not at {DATA}")
    return DATA
