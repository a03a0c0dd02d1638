"""The archive of a consultation: complete, verifiable by anybody, and without what may not be shown (rule R15)."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.models import Role
from consult.audit.models import AuditEvent
from consult.clock import FixedClock
from consult.comments.models import Comment
from consult.drafts import archives
from consult.drafts.commands import drafts as drafts_commands
from consult.drafts.models import Draft
from consult.ledger.archive import Kind, archive
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.factories.ledger import Ledgers
from tests.functional.test_drafts_versions import ARTICLES, next_version, text_of
from tests.support.browser import Browser


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def comments(app: Flask, own: Session, clock: FixedClock) -> Comments:
    return Comments(own, clock, app.extensions["consult.vault"])


@pytest.fixture
def made(
    own: Session, clock: FixedClock, drafts: Drafts, comments: Comments, accounts: Accounts
) -> tuple[Draft, list[Comment]]:
    """A consultation with two versions and a published ledger."""
    draft = drafts.published(text=text_of(ARTICLES))
    officer = drafts.officer
    said = [
        comments.accepted(draft, officer, "摊位费应当再低一些。", clause=drafts.clause(draft, "6")),
        comments.accepted(draft, officer, "只给你们看的意见。", consent_publish=False),
        comments.refused(draft, officer, "加微信办贷款。"),
    ]
    next_version(own, drafts, clock, draft, [*ARTICLES[:5], ARTICLES[5].replace("减半", "免予")])
    clock.advance(timedelta(days=31))
    ledgers = Ledgers(own, clock, accounts)
    ledgers.decide(draft, said[:1], "adopted")
    ledgers.decide(draft, said[1:2], "declined")
    ledgers.confirm(draft)
    ledgers.publish(draft)
    return draft, said


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "archive.zip"
    path.write_bytes(data)
    return path


def test_an_archive_holds_notice_explanation_versions_comments_and_ledger(
    own: Session, clock: FixedClock, made: tuple[Draft, list[Comment]], tmp_path: Path
) -> None:
    data, fingerprint = archive(own, made[0], Kind.INTERNAL, clock.now())
    names = set(opened(data).namelist())
    assert {
        "notice.txt",
        "explanation.txt",
        "versions/1.md",
        "versions/2.md",
        "versions/fates.json",
        "comments.json",
        "comments.csv",
        "ledger/1.xlsx",
        "ledger/1.docx",
        "ledger/1.csv",
        "review.csv",
        "manifest.json",
        "SHA256SUMS",
    } <= names
    found = archives.verify(written(tmp_path, data))
    assert found.faults == () and found.is_sound
    assert found.fingerprint == fingerprint
    assert found.counts == {"received": 3, "outcome:adopted": 1, "outcome:declined": 1, "refused:advertising": 1}


def test_the_hashes_are_those_that_sha256sum_computes(
    own: Session, clock: FixedClock, made: tuple[Draft, list[Comment]]
) -> None:
    with opened(archive(own, made[0], Kind.PUBLIC, clock.now())[0]) as found:
        lines = found.read("SHA256SUMS").decode().splitlines()
        assert len(lines) == len(found.namelist()) - 1
        for line in lines:
            digest, name = line.split("  ", 1)
            assert hashlib.sha256(found.read(name)).hexdigest() == digest


def test_the_same_moment_gives_the_same_bytes(
    own: Session, clock: FixedClock, made: tuple[Draft, list[Comment]]
) -> None:
    assert archive(own, made[0], Kind.PUBLIC, clock.now()) == archive(own, made[0], Kind.PUBLIC, clock.now())


def test_the_public_archive_tells_neither_what_was_refused_nor_what_its_author_kept_back(
    own: Session, clock: FixedClock, made: tuple[Draft, list[Comment]], visitor: Browser
) -> None:
    data = visitor.get(f"/drafts/{made[0].slug}/archive.zip").response.data
    with opened(data) as found:
        everything = b"".join(found.read(name) for name in found.namelist() if not name.endswith((".xlsx", ".docx")))
        rows = json.loads(found.read("comments.json"))
    assert "摊位费应当再低一些。".encode() in everything
    assert "只给你们看的意见。".encode() not in everything
    assert "加微信办贷款".encode() not in everything
    assert "review.csv" not in opened(data).namelist()
    assert [row["text"] is None for row in rows] == [False, True, True]


def test_before_the_results_are_out_there_is_no_public_archive(drafts: Drafts, visitor: Browser) -> None:
    visitor.get(f"/drafts/{drafts.open().slug}/archive.zip", status=404)


def test_an_officer_takes_the_whole_archive_and_the_log_keeps_its_fingerprint(
    own: Session,
    clock: FixedClock,
    made: tuple[Draft, list[Comment]],
    sign_in: Callable[..., Browser],
    tmp_path: Path,
) -> None:
    data = sign_in(Role.OFFICER).get(f"/desk/ledger/{made[0].id}/archive.zip").response.data
    assert "加微信办贷款。".encode() in opened(data).read("comments.json")
    event = own.scalars(select(AuditEvent).where(AuditEvent.action == "ledger:archive:downloaded")).one()
    assert archives.verify(written(tmp_path, data)).fingerprint in event.detail


def changed(data: bytes, name: str, content: bytes | None, tmp_path: Path, *, again: bool = False) -> Path:
    """The archive with one file replaced or left out; ``again``: with hashes that fit."""
    with opened(data) as found:
        files = {n: found.read(n) for n in found.namelist()}
    if content is None:
        del files[name]
    else:
        files[name] = content
    if again:
        listed = sorted(n for n in files if n != "SHA256SUMS")
        files["SHA256SUMS"] = "".join(f"{hashlib.sha256(files[n]).hexdigest()}  {n}\n" for n in listed).encode()
    path = tmp_path / "changed.zip"
    with zipfile.ZipFile(path, "w") as out:
        for n, body in files.items():
            out.writestr(n, body)
    return path


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("explanation.txt", "别的说明".encode(), "explanation.txt: was changed"),
        ("versions/1.md", None, "versions/1.md: is missing"),
        ("extra.txt", b"x", "extra.txt: is in no list of hashes"),
    ],
)
def test_a_file_that_was_changed_left_out_or_put_in_is_named(
    own: Session,
    clock: FixedClock,
    made: tuple[Draft, list[Comment]],
    tmp_path: Path,
    name: str,
    content: bytes | None,
    told: str,
) -> None:
    data, _ = archive(own, made[0], Kind.PUBLIC, clock.now())
    faults = archives.verify(changed(data, name, content, tmp_path)).faults
    assert len(faults) == 1 and faults[0].startswith(told)


def test_an_archive_whose_figures_do_not_add_up_is_found_out_although_every_hash_fits(
    own: Session, clock: FixedClock, made: tuple[Draft, list[Comment]], tmp_path: Path
) -> None:
    data, _ = archive(own, made[0], Kind.INTERNAL, clock.now())
    rows = json.loads(opened(data).read("comments.json"))[:-1]
    path = changed(data, "comments.json", json.dumps(rows).encode(), tmp_path, again=True)
    assert any("received is 2, but the manifest says 3" in fault for fault in archives.verify(path).faults)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"no archive at all"])
def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    answer = CliRunner().invoke(drafts_commands, ["verify-archive", str(path)])
    assert answer.exit_code == 1 and "ZIP" in answer.output and "Traceback" not in answer.output


def test_the_command_line_verifies_an_archive_without_a_database(
    own: Session,
    clock: FixedClock,
    made: tuple[Draft, list[Comment]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data, fingerprint = archive(own, made[0], Kind.PUBLIC, clock.now())
    monkeypatch.setenv("CONSULT_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    answer = CliRunner().invoke(drafts_commands, ["verify-archive", str(written(tmp_path, data))])
    assert answer.exit_code == 0 and fingerprint in answer.output
    told = CliRunner().invoke(drafts_commands, ["verify-archive", "--json", str(tmp_path / "archive.zip")])
    assert json.loads(told.output)["is_sound"] is True
