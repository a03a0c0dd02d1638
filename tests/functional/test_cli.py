"""The command: each sub-command on an installation of its own, through the real application."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult import cli, schema
from consult.accounts.models import User
from consult.app import create_app
from consult.audit.models import AuditEvent
from consult.bulletins.models import Bulletin
from consult.clock import FixedClock
from consult.config import Settings
from consult.drafts.assets import DraftImage
from consult.drafts.models import Clause, Draft
from consult.handlers import make_worker
from consult.issues import service as issue_service
from consult.web.subjects import Subject
from tests.factories.accounts import PASSWORD, Accounts
from tests.factories.hotline import record, table
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


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("DATABASE_URL", "nonsense", "CONSULT_DATABASE_URL"),
        ("DATABASE_URL", "sqlite:////nonexistent/folder/x.sqlite3", "database cannot be used"),
        ("DATABASE_URL", "postgresql://nobody:secret-word@127.0.0.1:1/nothing", "database cannot be used"),
        ("INSTANCE", "/proc/nothing/here", "CONSULT_INSTANCE"),
        ("MAX_BODY_BYTES", "many", "CONSULT_MAX_BODY_BYTES"),
        ("VAULT_KEY", "short", "CONSULT_VAULT_KEY"),
    ],
)
def test_a_wrong_setting_is_named_in_a_sentence_with_code_2(
    consult: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"CONSULT_{variable}", value)
    for command in (("db", "upgrade"), ("issues",)):
        refused = consult(*command)
        assert refused.exit_code == 2, refused.output
        assert words in refused.output and "Traceback" not in refused.output
        assert "secret-word" not in refused.output


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nonsense",),
        ("serve", "--port", "99999"),
        ("issues", "--limit", "0"),
        ("hotline", "import"),
        ("hotline", "import", "."),
        ("hotline", "import", "nothing.csv", "--map", "nofield=甲"),
        ("drafts", "import", "nothing.docx", "--as", "wang"),
        ("drafts", "import", ".", "--as", "wang"),
        ("bulletins", "build"),
        ("users", "add"),
    ],
)
def test_a_command_that_makes_no_sense_is_answered_with_code_2_and_no_trace(
    consult: Callable[..., Result], words: tuple[str, ...]
) -> None:
    refused = consult(*words)
    assert refused.exit_code == 2, refused.output
    assert refused.output.strip() and "Traceback" not in refused.output


def test_a_second_analysis_finds_nothing_new_and_says_so(consult: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(table([record() for _ in range(4)]))
    assert consult("hotline", "import", path).exit_code == 0
    first = consult("analyse")
    assert first.exit_code == 0 and "4 of them new" in first.output
    second = consult("analyse")
    assert second.exit_code == 0 and "nothing new since the last analysis" in second.output


def test_a_bulletin_is_built_and_its_files_are_written(
    consult: Callable[..., Result], tmp_path: Path, own: Session
) -> None:
    path, out = tmp_path / "calls.csv", tmp_path / "new" / "out"
    path.write_bytes(table([record(来电时间=f"2026-08-0{n} 09:00") for n in range(1, 5)]))
    assert consult("hotline", "import", path).exit_code == 0
    assert consult("analyse").exit_code == 0
    built = consult("bulletins", "build", "--from", "2026-08-01", "--to", "2026-08-31", "--out", out)
    assert built.exit_code == 0, built.output
    assert {"bulletin.html", "bulletin.pdf"} <= {file.name for file in out.iterdir()}
    assert all(file.stat().st_size for file in out.iterdir())


def test_a_folder_that_cannot_be_made_stops_a_bulletin_before_it_is_built(
    consult: Callable[..., Result], tmp_path: Path, own: Session
) -> None:
    (tmp_path / "file").write_text("in the way")
    refused = consult(
        "bulletins", "build", "--from", "2026-08-01", "--to", "2026-08-31", "--out", tmp_path / "file" / "out"
    )
    assert refused.exit_code == 2 and "Traceback" not in refused.output
    assert own.scalars(select(Bulletin)).all() == []


def test_a_document_is_imported_with_its_picture_and_what_was_left_out_is_told(
    consult: Callable[..., Result], tmp_path: Path, accounts: Accounts, own: Session
) -> None:
    shown = io.BytesIO()
    Image.new("RGB", (30, 20), (20, 80, 120)).save(shown, "PNG")
    document = docx.Document()
    document.add_paragraph("第一条 范围见图。")
    document.add_picture(shown)
    document.add_paragraph("***")
    path = tmp_path / "plan.docx"
    document.save(path)
    made = consult("drafts", "import", path, "--as", accounts.make("officer").handle, "--title", "范围")
    assert made.exit_code == 0
    assert "left_out: rule ***" in made.output and "3 paragraphs = 1 clause, 1 picture, 1 left_out" in made.output
    own.rollback()
    (kept,) = own.scalars(select(DraftImage)).all()
    assert (kept.width, kept.height) == (30, 20)
    assert own.scalar(select(Clause.text).where(Clause.text.startswith("!["))) == f"![](image:{kept.id})"


def test_a_draft_is_made_from_a_file_for_an_officer_and_for_nobody_else(
    consult: Callable[..., Result], tmp_path: Path, accounts: Accounts, own: Session
) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(
        "停放办法\n第一章　总则\n第一条　为了规范停放，制定本办法。\n第二条　本市适用本办法。\n".encode("gb18030")
    )
    officer, citizen = accounts.make("officer"), accounts.make("citizen")
    made = consult("drafts", "import", path, "--as", officer.handle)
    assert made.exit_code == 0 and "停放办法: 2 clauses" in made.output
    assert "4 paragraphs = 1 title, 1 heading, 2 clause" in made.output
    assert "   3 clause [第一条] 第一条　为了规范停放" in made.output
    for handle in (citizen.handle, "nobody-here"):
        assert consult("drafts", "import", path, "--as", handle).exit_code == 2
    broken = tmp_path / "plan.docx"
    broken.write_bytes(b"PK\x03\x04 no word document")
    refused = consult("drafts", "import", broken, "--as", officer.handle)
    assert refused.exit_code == 2 and "Traceback" not in refused.output
    own.rollback()
    assert len(own.scalars(select(Draft)).all()) == 1
