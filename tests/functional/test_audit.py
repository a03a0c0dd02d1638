"""The audit log: whatever is changed in it behind the program's back is found and named (T17)."""

from __future__ import annotations

import contextlib
import json
import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.orm import Session

from consult import cli
from consult.app import create_app
from consult.audit.catalogue import ACTIONS
from consult.audit.models import AuditEvent
from consult.audit.service import Breach, record, verify
from consult.clock import FixedClock
from consult.config import Settings
from consult.db import new_session, transaction
from consult.handlers import make_worker
from tests.support.browser import Browser

EVENTS = 1_200


@pytest.fixture
def chain(engine: Engine, clock: FixedClock) -> Engine:
    """A log of more than a thousand events, whose guard somebody with the database's password has taken away."""
    with transaction(engine) as own:
        for n in range(EVENTS):
            clock.advance(timedelta(seconds=1))
            record(own, clock.now(), "drafts:draft:edited", actor=None, subject=f"draft:{n}", success=n % 7 != 0, n=n)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
        else:
            connection.execute(text("DROP TRIGGER audit_event_no_update"))
            connection.execute(text("DROP TRIGGER audit_event_no_delete"))
    return engine


def breaches(engine: Engine) -> list[Breach]:
    with new_session(engine, reads_only=True) as own:
        return list(verify(own))


def tampered(engine: Engine, *statements: str) -> list[Breach]:
    """What is found after these statements; they are undone afterwards."""
    with engine.connect() as connection, connection.begin() as change:
        for statement in statements:
            connection.execute(text(statement))
        with Session(connection) as own:
            found = list(verify(own))
        change.rollback()
    return found


#: What is done behind the program's back, and one breach that must be named for it.
TAMPERINGS: dict[str, tuple[tuple[str, ...], Breach]] = {
    "a changed row whose hash is changed too": (
        (f"UPDATE audit_event SET hash = '{'f' * 64}', actor = 'x' WHERE number = 600",),
        Breach(601, "reordered"),
    ),
    "the first row deleted": (("DELETE FROM audit_event WHERE number = 1",), Breach(1, "missing")),
    "a row deleted": (("DELETE FROM audit_event WHERE number = 600",), Breach(600, "missing")),
    "the last row but one deleted": (
        (f"DELETE FROM audit_event WHERE number = {EVENTS - 1}",),
        Breach(1199, "missing"),
    ),
    "a row deleted and the rest moved up": (
        (
            "DELETE FROM audit_event WHERE number = 600",
            "UPDATE audit_event SET number = -number WHERE number > 600",
            "UPDATE audit_event SET number = -number - 1 WHERE number < 0",
        ),
        Breach(600, "reordered"),
    ),
    "two rows that changed places": (
        (
            "UPDATE audit_event SET number = -1 WHERE number = 300",
            "UPDATE audit_event SET number = 300 WHERE number = 301",
            "UPDATE audit_event SET number = 301 WHERE number = -1",
        ),
        Breach(300, "reordered"),
    ),
    "everything deleted": (("DELETE FROM audit_event",), Breach(1, "cut")),
    "the tail cut": (("DELETE FROM audit_event WHERE number > 700",), Breach(701, "cut")),
    "the last row cut": ((f"DELETE FROM audit_event WHERE number = {EVENTS}",), Breach(EVENTS, "cut")),
    "a row added by hand": (
        (
            "INSERT INTO audit_event (number, at, actor, action, subject, address, success, detail, previous, hash)"
            f" SELECT {EVENTS + 1}, at, actor, action, subject, address, success, detail, hash, '{'a' * 64}'"
            f" FROM audit_event WHERE number = {EVENTS}",
        ),
        Breach(EVENTS + 1, "changed"),
    ),
    "the head put back to hide a cut": (
        (
            "DELETE FROM audit_event WHERE number > 700",
            "UPDATE audit_head SET count = 700",
        ),
        Breach(700, "head"),
    ),
}
#: Every field of a row, with another value for it.
FIELDS = {
    "at": "'2020-01-01 00:00:00'",
    "actor_id": "4711",
    "actor": "'somebody'",
    "action": "'bulletins:bulletin:signed'",
    "subject": "'draft:other'",
    "address": "'203.0.113.9'",
    "success": "NOT success",
    "detail": "'{}'",
}


def test_whatever_is_changed_deleted_reordered_or_cut_is_found_and_named(chain: Engine) -> None:
    assert breaches(chain) == []
    for name, (statements, breach) in TAMPERINGS.items():
        assert breach in tampered(chain, *statements), name
    assert set(FIELDS) == {c.key for c in AuditEvent.__table__.columns} - {"number", "previous", "hash"}
    numbers = random.Random(7).sample(range(2, EVENTS), len(FIELDS) - 2)
    for number, (column, value) in zip((1, *numbers, EVENTS), FIELDS.items(), strict=True):
        found = tampered(chain, f"UPDATE audit_event SET {column} = {value} WHERE number = {number}")
        assert Breach(number, "changed") in found, (number, column)
    assert breaches(chain) == []


@pytest.fixture
def consult(settings: Settings, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The real command over this test's database."""
    monkeypatch.setenv("CONSULT_INSTANCE", str(settings.instance))
    monkeypatch.setenv("CONSULT_DATABASE_URL", settings.database_url)
    program = cli.Program(create_app=create_app, make_worker=make_worker)
    return lambda *arguments: CliRunner().invoke(cli.consult, arguments, obj=program)


def test_the_command_ends_with_0_for_a_whole_log_and_1_with_every_breach_named(
    chain: Engine, consult: Callable[..., Any]
) -> None:
    whole = consult("audit", "verify")
    assert whole.exit_code == 0
    assert f"{EVENTS} events, unbroken" in whole.output
    with chain.begin() as connection:
        connection.execute(text("UPDATE audit_event SET actor = 'x' WHERE number IN (5, 900)"))
        connection.execute(text("DELETE FROM audit_event WHERE number = 40"))
    broken = consult("audit", "verify")
    assert broken.exit_code == 1
    assert [line for line in broken.output.splitlines() if "event" in line] == [
        "event 5: changed",
        "event 40: missing",
        "event 900: changed",
    ]


def test_the_auditor_reads_the_same_at_the_desk(chain: Engine, sign_in: Callable[..., Browser]) -> None:
    auditor = sign_in("auditor")
    assert "600" not in auditor.get("/desk/audit/verification").words
    with chain.begin() as connection:
        connection.execute(text("UPDATE audit_event SET actor = 'x' WHERE number = 600"))
    assert "600" in auditor.get("/desk/audit/verification").words


def test_writers_at_the_same_moment_keep_one_chain(engine: Engine, clock: FixedClock) -> None:
    problems: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for n in range(12):
                with transaction(engine) as own:
                    record(own, clock.now(), "drafts:draft:edited", actor=None, subject=f"draft:{writer}", n=n)
        except BaseException as problem:
            problems.append(problem)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert problems == []
    with new_session(engine, reads_only=True) as own:
        assert own.scalar(select(func.count()).select_from(AuditEvent)) == 72
        assert list(verify(own)) == []


def test_a_savepoint_taken_back_takes_its_events_and_no_others(engine: Engine, clock: FixedClock) -> None:
    def write(writer: int) -> None:
        with transaction(engine) as own:
            if writer % 2:
                record(own, clock.now(), "drafts:draft:edited", actor=None, n=0)
            for n in range(1, 5):
                with contextlib.suppress(LookupError), own.begin_nested():
                    record(own, clock.now(), "drafts:draft:edited", actor=None, n=n)
                    record(own, clock.now(), "drafts:draft:edited", actor=None, n=-n)
                    if n != 3:
                        raise LookupError
            record(own, clock.now(), "drafts:draft:edited", actor=None, n=5)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with new_session(engine, reads_only=True) as own:
        kept = [json.loads(detail)["n"] for detail in own.scalars(select(AuditEvent.detail))]
        assert sorted(kept) == sorted([0] * 3 + [3, -3, 5] * 6)
        assert list(verify(own)) == []


def test_many_events_of_one_unit_of_work_ask_for_the_end_of_the_chain_once(engine: Engine, clock: FixedClock) -> None:
    said: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        with transaction(engine) as own:
            for n in range(50):
                record(own, clock.now(), "drafts:draft:edited", actor=None, n=n)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([statement for statement in said if "audit_head" in statement and "SELECT" in statement]) == 1
    assert len(said) < 10
    assert breaches(engine) == []


def test_what_is_rolled_back_leaves_no_event_and_no_gap(engine: Engine, clock: FixedClock) -> None:
    for n in range(4):
        try:
            with transaction(engine) as own:
                record(own, clock.now(), "drafts:draft:edited", actor=None, n=n)
                if n % 2:
                    raise LookupError
        except LookupError:
            pass
    with new_session(engine, reads_only=True) as own:
        assert own.scalars(select(AuditEvent.number)).all() == [1, 2]
        assert list(verify(own)) == []


def test_the_log_has_no_empty_words_for_an_action() -> None:
    assert all(len(name.split(":")) == 3 for name in ACTIONS)
