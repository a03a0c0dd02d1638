"""The database: engine, typed base, and one session a request.

SQLite and PostgreSQL behave alike for the rest of the program. SQLite runs with WAL,
``synchronous=FULL``, foreign keys and a busy timeout, and takes the write lock at the beginning of a
transaction that may write (``BEGIN IMMEDIATE``), so that two writers queue instead of failing half-way
(promise P2). `check_engine` asserts all of this at start.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar, cast

from flask import current_app, g, has_app_context
from sqlalchemy import DateTime, Dialect, Engine, MetaData, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT_MS = 20_000


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC. A naive datetime is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r} given to the database")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Typed base of every model, with one naming convention for every constraint."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UTCDateTime()}


Row = TypeVar("Row", bound=Base)


def make_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL with the house's settings."""
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    if url.startswith("postgresql"):
        return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8, hide_parameters=True)
    # Parameters are hidden because an error's text reaches the log, and rows hold what people said.
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` chooses how.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "trusted_schema=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    if connection.get_execution_options().get("reads_only", False):
        connection.exec_driver_sql("BEGIN")
        return
    # SQLite's own waiting sleeps longer each time, up to a tenth of a second, while the lock of a short transaction is
    # free after two thousandths: with eight writers most of the time nobody wrote. Asking every thousandth is fair.
    raw = connection.connection.driver_connection
    _secure(connection, raw)
    raw.execute("PRAGMA busy_timeout=0")
    try:
        deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
        while not _begun(raw) and time.monotonic() < deadline:
            time.sleep(random.uniform(0.0005, 0.0015))  # noqa: S311 - so that two do not ask in step
        if not raw.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # whatever is wrong is told in SQLAlchemy's words
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _secure(connection: Any, raw: sqlite3.Connection) -> None:
    """Have the next commit wait for the disk, or not, as the transaction asked. A reading one commits nothing."""
    wanted = "NORMAL" if connection.get_execution_options().get("may_be_lost", False) else "FULL"
    if connection.connection.info.get("synchronous", "FULL") != wanted:
        raw.execute(f"PRAGMA synchronous={wanted}")
        connection.connection.info["synchronous"] = wanted


def _begun(raw: sqlite3.Connection) -> bool:
    """Whether the write lock was free; False also for what waiting does not mend, which the caller finds out."""
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY
    return True


def check_engine(engine: Engine) -> None:
    """Assert the promises about the database; called at every start.

    Raises RuntimeError naming the setting that does not hold.
    """
    if engine.dialect.name != "sqlite":
        return
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": BUSY_TIMEOUT_MS}
    with engine.connect() as connection:
        for pragma, value in expected.items():
            found = connection.execute(text(f"PRAGMA {pragma}")).scalar()
            if found != value and engine.url.database not in (None, ":memory:"):
                raise RuntimeError(f"SQLite runs with {pragma}={found}, but {value} is needed")


def new_session(engine: Engine, *, reads_only: bool = False) -> Session:
    """A session of its own, outside any request. Reading sessions take no write lock on SQLite."""
    bind = engine.execution_options(reads_only=True) if reads_only else engine
    return Session(bind, expire_on_commit=False, autoflush=True)


@contextmanager
def transaction(engine: Engine, *, may_be_lost: bool = False) -> Iterator[Session]:
    """One unit of work: committed at the end, rolled back on any error.

    With ``may_be_lost`` SQLite does not wait for the disk: for what a power cut may forget, and never for what somebody
    was told is kept. The other writers wait the less.
    """
    with new_session(engine.execution_options(may_be_lost=True) if may_be_lost else engine) as own, own.begin():
        yield own


def engine() -> Engine:
    """The application's engine."""
    found: Engine = current_app.extensions["consult.engine"]
    return found


def session() -> Session:
    """The request's session: reading for GET and HEAD, writing for the rest. Closed by the application."""
    if "db_session" not in g:
        g.db_session = new_session(engine(), reads_only=g.get("reads_only", False))
        g.db_session.info["address"] = g.get("client_address", "")
    found: Session = g.db_session
    return found


def only_read() -> None:
    """Take no write lock in this request until `begin_writing`: on SQLite nobody waits while it looks things up."""
    _put_away()
    g.reads_only = True


def begin_writing() -> Session:
    """End what `only_read` began, and give the session that writes.

    What was read stays as it was read, and belongs to no session any more.
    """
    _put_away()
    g.reads_only = False
    return session()


def _put_away() -> None:
    held: Session | None = g.pop("db_session", None)
    if held is not None:
        held.expunge_all()
        held.close()


def look_again(own: Session, row: Base) -> None:
    """Lock a row until the transaction ends, and read it as it is now.

    Of two changes at the same moment the second sees the first. Changes of the row itself must have been
    flushed; what else waits to be written goes on waiting, which spares a flush for each row of many.
    """
    with own.no_autoflush:
        own.refresh(row, with_for_update=True)


def release() -> None:
    """End the request's transaction without keeping anything, so that another may write meanwhile."""
    if "db_session" in g:
        g.db_session.rollback()


def close_session(error: BaseException | None = None) -> None:
    """Give the connection back; whatever was not committed is undone."""
    if has_app_context():
        held: Session | None = g.pop("db_session", None)
        if held is not None:
            held.close()


def inserted(own: Session, model: type[Row], values: Mapping[str, object]) -> Row | None:
    """Insert one row and return it, unless a UNIQUE constraint already holds its like: then None.

    As `insert_ignoring`, for whoever needs the row itself; every column without a default must be given.
    """
    statement = _inserting(model, own.get_bind().dialect.name)
    given = own.connection().execute(statement, dict(values)).one_or_none()
    if given is None:
        return None
    row = model(**values, **given._mapping)
    make_transient_to_detached(row)
    own.add(row)
    return row


@lru_cache
def _inserting(model: type[Base], dialect: str) -> ReturningInsert[Any]:
    """The statement of `inserted`, made once: it is the same for every row."""
    maker = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return maker(cast(Table, model.__table__)).on_conflict_do_nothing().returning(*inspect(model).primary_key)


def insert_ignoring(own: Session, model: type[Base], **values: object) -> bool:
    """Insert one row unless a UNIQUE constraint already holds its like; True when a row came to be.

    The one statement both databases decide without a race (T14): ``INSERT … ON CONFLICT DO NOTHING``.
    """
    dialect = own.get_bind().dialect.name
    maker = postgresql.insert if dialect == "postgresql" else sqlite.insert
    # The row's own return tells: psycopg's count of rows is -1 for such a statement, which is not "none".
    key = inspect(model).primary_key
    statement = maker(model).values(**values).on_conflict_do_nothing().returning(*key)
    return own.execute(statement).first() is not None
