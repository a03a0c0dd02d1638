"""The command: each sub-command on an installation of its own, through the real application."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult import cli, schema
from consult.accounts.models import User
from consult.app import create_app
from consult.audit.models import AuditEvent
from consult.clock import FixedClock
from consult.config import Settings
from consult.handlers import make_worker
from consult.issues import service as issue_service
from consult.web.subjects import Subject
from tests.factories.accounts import PASSWORD, Accounts
from tests.factories.issues import Issues, found


@pytest.fixture
def consult(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("CONSULT_INSTANCE", str(settings.instance))
    monkeypatch.setenv("CONSULT_DATABASE_URL", settings.database_url)
    program = cli.Program(create_app=create_app, make_worker=make_worker)
    return lambda *words, **more: CliRunner().invoke(cli.consult, [str(w) for w in words], obj=program, **more)


def test_an_account_is_made_and_a_refusal_is_a_sentence_and_code_2(
    consult: Callable[..., Result], own: Session
) -> None:
    made = consult("users", "add", "wang", "--name", "王科长", "--role", "officer", "--password", PASSWORD)
    assert (made.exit_code, made.output.strip()) == (0, "Account wang (officer) is made.")
    for words in (
        ("wang", "--name", "王二", "--password", PASSWORD),
        ("li", "--name", "李", "--password", PASSWORD),
        ("zhao", "--name", "赵", "--password", "weak"),
        ("sun", "--name", "孙", "--role", "unit", "--password", PASSWORD),
    ):
        refused = consult("users", "add", *words)
        assert refused.exit_code == 2, refused.output
        assert refused.output.strip() and "Traceback" not in refused.output
    own.rollback()
    assert own.scalars(select(User.handle)).all() == ["wang"]
    assert PASSWORD not in str(own.scalars(select(AuditEvent.detail)).all())


def test_the_database_is_brought_up_to_date_twice_with_one_result(
    consult: Callable[..., Result], tmp_path: Path
) -> None:
    for _ in range(2):
        done = consult("db", "upgrade")
        assert (done.exit_code, done.output.strip()) == (0, f"The database is at revision {schema.newest()}.")


def test_issues_are_listed_for_people_and_for_programs(
    consult: Callable[..., Result], own: Session, clock: FixedClock, accounts: Accounts
) -> None:
    assert "No issue is proposed." in consult("issues").output
    issues = Issues(own, clock)
    issues.run(found("路灯不亮", Subject("order", 1), Subject("order", 2), key="one"))
    listed = consult("issues", "--json")
    assert listed.exit_code == 0
    (line,) = listed.output.splitlines()
    assert json.loads(line)["members"] == ["order:1", "order:2"]
    assert "路灯不亮" in consult("issues").output
    issue_service.accept(own, accounts.make("officer"), issues.by_key("one"), clock.now())
    own.commit()
    assert "路灯不亮" in consult("issues", "--state", "accepted").output
    assert consult("issues", "--state", "nonsense").exit_code == 2


def test_a_whole_log_is_verified_with_code_0(consult: Callable[..., Result], accounts: Accounts) -> None:
    accounts.make("officer")
    done: Any = consult("audit", "verify")
    assert done.exit_code == 0
    assert "1 events, unbroken" in done.output


@pytest.mark.parametrize(
    "words",
    [
        ("bulletins", "build", "--from", "2026-02-30", "--to", "2026-03-01"),
        ("bulletins", "build", "--from", "2026-03-02", "--to", "2026-03-01"),
        ("bulletins", "build", "--from", "2999-01-01", "--to", "2999-01-02"),
    ],
)
def test_a_period_that_cannot_be_is_refused_in_words(consult: Callable[..., Result], words: tuple[str, ...]) -> None:
    refused = consult(*words)
    assert refused.exit_code == 2
    assert "Traceback" not in refused.output and refused.output.strip()
