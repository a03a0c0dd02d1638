"""Importing files: every record accounted for, nothing half-imported, nothing personal left in plain text."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from consult.clock import FixedClock
from consult.config import Settings, WrongSetting, load_settings
from consult.db import transaction
from consult.hotline import files, importing, retention
from consult.hotline.commands import hotline as command
from consult.hotline.files import Place
from consult.hotline.importing import Outcome, Plan
from consult.hotline.models import ImportFile, ImportRejection, ImportState, Turn, WorkOrder, WorkOrderLog
from consult.jobs.models import Job
from consult.jobs.worker import Worker
from consult.models import metadata
from consult.vault.models import Identity
from tests.factories.hotline import HEADINGS, record, table
from tests.support.browser import Browser, Page


@pytest.fixture
def place(app: Flask, settings: Settings) -> Place:
    return Place(settings, app.extensions["consult.vault"])


@pytest.fixture
def officer(sign_in: Any) -> Browser:
    found: Browser = sign_in("officer")
    return found


def write(folder: Path, data: bytes, name: str = "calls.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def run(engine: Engine, place: Place, path: Path, clock: FixedClock, **wanted: Any) -> Outcome:
    """Import a file at once, as the command does."""
    with transaction(engine) as own:
        file = files.new_file(own, path, wanted.get("source", ""), clock.now(), None)
    plan = Plan(file.id, file.source, file.sha256, wanted.get("encoding"), wanted.get("mapping", {}))
    return files.import_path(engine, place, path, plan, clock.now())


def counts(own: Session) -> dict[str, int]:
    """How many rows each table of the hotline holds, staged ones included. Leaves no lock behind."""
    tables = (WorkOrder, Turn, WorkOrderLog, Identity, ImportRejection)
    found = {t.__tablename__: own.scalar(select(func.count()).select_from(t)) or 0 for t in tables}
    own.rollback()
    return found


def in_stream(own: Session) -> list[WorkOrder]:
    """What the desk sees, detached, so that no lock is left behind."""
    shown = select(WorkOrder).where(WorkOrder.staged_by == 0).order_by(WorkOrder.external_number)
    found = list(own.scalars(shown).unique())
    own.expunge_all()
    own.rollback()
    return found


BAD = [
    {"诉求内容": ""},
    {"来电时间": "2026-02-30 10:00"},
    {"诉求内容": "坏\x00数据"},
]


def test_accepted_and_rejected_records_add_up_and_each_rejection_names_its_line(
    engine: Engine, place: Place, clock: FixedClock, tmp_path: Path, own: Session
) -> None:
    good = [record() for _ in range(7)]
    records = [*good[:3], record(**BAD[0]), *good[3:], record(**BAD[1]), good[0], record(**BAD[2])]
    outcome = run(engine, place, write(tmp_path, table(records)), clock)
    assert outcome.records == 11
    assert outcome.accepted == 7 == len(in_stream(own))
    assert [(r.line, r.code) for r in outcome.rejected] == [
        (5, "missing_text"),
        (10, "bad_date"),
        (11, "duplicate_row"),
        (12, "nul_character"),
    ]
    kept = own.scalars(select(ImportRejection).order_by(ImportRejection.line)).all()
    assert [(k.line, k.code) for k in kept] == [(r.line, r.code) for r in outcome.rejected]
    assert all(k.message for k in kept)


def test_importing_a_file_twice_changes_nothing_the_second_time(
    engine: Engine, place: Place, clock: FixedClock, tmp_path: Path, own: Session
) -> None:
    path = write(tmp_path, table([record(联系电话="13812345678", 来电人="柳青禾") for _ in range(5)]))
    run(engine, place, path, clock)
    before = counts(own)
    again = run(engine, place, path, clock)
    assert (again.created, again.unchanged, again.updated) == (0, 5, 0)
    assert counts(own) == before


def test_a_changed_record_updates_its_order_and_logs_what_changed(
    engine: Engine, place: Place, clock: FixedClock, tmp_path: Path, own: Session
) -> None:
    records = [record(), record(联系电话="13812345678")]
    run(engine, place, write(tmp_path, table(records)), clock)
    number = in_stream(own)[1].number
    own.rollback()
    records[1] = {**records[1], "标题": "井盖已经碎裂", "联系电话": "13912345678"}
    again = run(engine, place, write(tmp_path, table(records)), clock)
    assert (again.created, again.unchanged, again.updated) == (0, 1, 1)
    order = in_stream(own)[1]
    assert (order.number, order.title) == (number, "井盖已经碎裂")
    notes = own.scalars(
        select(WorkOrderLog.note).where(WorkOrderLog.order_id == order.id).order_by(WorkOrderLog.id)
    ).all()
    assert notes == ["", "changed: title"]
    assert counts(own)["identity"] == 1


def test_one_number_from_two_systems_is_two_orders(
    engine: Engine, place: Place, clock: FixedClock, tmp_path: Path, own: Session
) -> None:
    path = write(tmp_path, table([record()]))
    run(engine, place, path, clock, source="热线")
    assert run(engine, place, path, clock, source="网站").created == 1
    assert len(in_stream(own)) == 2


def test_nothing_is_seen_of_an_import_until_it_has_ended(
    engine: Engine,
    place: Place,
    clock: FixedClock,
    tmp_path: Path,
    own: Session,
    officer: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    path = write(tmp_path, table([record() for _ in range(5)]))
    with transaction(engine) as arranging:
        file = files.new_file(arranging, path, "", clock.now(), None)
    seen = []

    @contextmanager
    def unit(done: int = 0, total: int = 0) -> Iterator[Session]:
        seen.append("没有" if "第" not in officer.get("/desk/hotline").words else "有")
        with transaction(engine) as fresh:
            yield fresh

    plan = Plan(file.id, file.source, file.sha256, None, {})
    importing.import_rows(unit, place.vault, plan, path, clock.now(), lambda rows: None)
    assert seen == ["没有"] * 5
    assert "第" in officer.get("/desk/hotline").words


@pytest.mark.parametrize("breaks_at", range(1, 6))
def test_an_import_killed_at_any_step_leaves_nothing_and_comes_to_the_same_end_when_run_again(
    engine: Engine,
    place: Place,
    clock: FixedClock,
    tmp_path: Path,
    own: Session,
    breaks_at: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    said = "话务员：您好。市民：我叫柳青禾，电话13812345678，井盖松了。"
    records = [record(诉求内容=said, 联系电话=f"1391234{n:04}") for n in range(4)] + [record(**BAD[0])]
    path = write(tmp_path, table(records))
    with transaction(engine) as arranging:
        file = files.new_file(arranging, path, "", clock.now(), None)
    plan = Plan(file.id, file.source, file.sha256, None, {})
    steps = 0

    @contextmanager
    def breaking(done: int = 0, total: int = 0) -> Iterator[Session]:
        nonlocal steps
        steps += 1
        with transaction(engine) as fresh:
            yield fresh
            if steps == breaks_at:
                raise SystemExit("killed")

    with pytest.raises(SystemExit):
        importing.import_rows(breaking, place.vault, plan, path, clock.now(), lambda rows: None)
    assert in_stream(own) == []
    own.rollback()
    steps = 100
    outcome = importing.import_rows(breaking, place.vault, plan, path, clock.now(), lambda rows: None)
    assert (outcome.records, outcome.created, len(outcome.rejected)) == (5, 4, 1)
    assert counts(own) == {
        "work_order": 4,
        "work_order_turn": 8,
        "work_order_log": 4,
        "identity": 4,
        "import_rejection": 1,
    }


def test_a_file_that_fails_leaves_nothing_but_the_word_why(
    engine: Engine, place: Place, clock: FixedClock, tmp_path: Path, own: Session
) -> None:
    path = write(tmp_path, b"a,b\n1,2\n")
    with pytest.raises(Exception, match="没有找到"):
        run(engine, place, path, clock)
    assert set(counts(own).values()) == {0}
    file = own.scalars(select(ImportFile)).one()
    assert (file.state, bool(file.error)) == ("failed", True)


def test_no_planted_phone_or_identity_number_is_in_any_table_or_file(
    engine: Engine,
    place: Place,
    clock: FixedClock,
    tmp_path: Path,
    own: Session,
    settings: Settings,
    officer: Browser,
    worker: Worker,
) -> None:
    planted = [f"139{n:04}{n * 37 % 10000:04}" for n in range(1, 26)]
    planted += [f"1101011990{n % 12 + 1:02}{n % 28 + 1:02}{n:03}X"[:18] for n in range(1, 26)]
    records = []
    for n, secret in enumerate(planted):
        where = ("诉求内容", "标题", "事发地址", "联系电话", "来电人")[n % 5]
        base = record()
        records.append({**base, where: f"{base[where]}，{secret}" if where != "联系电话" else secret})
    records.append(record(诉求内容="", 联系电话=planted[0]))
    records.append(record(来电时间=f"2026-02-30 {planted[1]}"))
    upload(officer, table(records), f"{planted[2]}.csv")
    start(officer, 1)
    worker.run_all()
    assert len(in_stream(own)) == 50
    stored = [str(row) for table_ in metadata.sorted_tables for row in own.execute(select(table_))]
    own.rollback()
    found = [secret for secret in planted if any(secret in row for row in stored)]
    assert found == []
    kept = [path.read_bytes() for path in settings.instance.rglob("*") if path.is_file()]
    assert [secret for secret in planted if any(secret.encode() in body for body in kept)] == []
    pages = [officer.get(url).text for url in ("/desk/hotline", "/desk/hotline/imports", "/desk/hotline/imports/1")]
    assert [secret for secret in planted if any(secret in page for page in pages)] == []


# --- At the desk ----------------------------------------------------------------------------------


def upload(officer: Browser, data: bytes, name: str = "calls.csv", source: str = "") -> Page:
    return officer.submit("/desk/hotline/imports", {"file": (io.BytesIO(data), name), "source": source})


def start(officer: Browser, number: int, **chosen: str) -> Page:
    url = f"/desk/hotline/imports/{number}"
    shown = officer.get(url)
    mapping = {
        s.get("name"): next((o.get("value") for o in s.cssselect("option[selected]")), "")
        for s in shown.find("#columns select")
    }
    return officer.submit(url, {**mapping, "action": "import", **chosen}, form="#columns")


def test_an_officer_uploads_checks_and_imports_a_file_and_takes_the_rejected_rows_away(
    officer: Browser, worker: Worker, own: Session
) -> None:
    data = table([record(), record(), record(诉求内容="", 标题="=1+1", 联系电话="13812345678")])
    page = officer.follow(upload(officer, data))
    assert "3 文件中的记录" in page.words
    assert "第4行" in page.words  # what will be rejected is said before anything is imported
    assert in_stream(own) == []
    assert start(officer, 1).status == 303
    waiting = officer.get("/desk/hotline/imports/1")
    assert waiting.find("meta[http-equiv=refresh]")
    assert worker.run_all() == 1
    done = officer.get("/desk/hotline/imports/1")
    assert not done.find("meta[http-equiv=refresh]")
    own.rollback()
    assert len(in_stream(own)) == 2
    answer = officer.get("/desk/hotline/imports/1/rejected.csv").response
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[0] == ["行号", "原因", *HEADINGS]
    assert rows[1][0] == "4" and "'=1+1" in rows[1] and "13812345678" in rows[1]
    assert "attachment" in answer.headers["Content-Disposition"] and "no-store" in answer.headers["Cache-Control"]


def test_the_uploaded_file_waits_sealed_and_is_gone_when_it_has_been_imported(
    officer: Browser, worker: Worker, settings: Settings
) -> None:
    upload(officer, table([record(诉求内容="这一句话不该在磁盘上明文出现，井盖松动。")]))
    waiting = list(settings.uploads.iterdir())
    assert len(waiting) == 1 and "井盖".encode() not in waiting[0].read_bytes()
    start(officer, 1)
    worker.run_all()
    assert list(settings.uploads.iterdir()) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_files_in_a_known_encoding_are_read_without_asking(
    officer: Browser, worker: Worker, own: Session, encoding: str
) -> None:
    upload(officer, table([record() for _ in range(20)], encoding=encoding))
    assert start(officer, 1).status == 303
    worker.run_all()
    assert "井盖松动" in in_stream(own)[0].body


def test_a_big5_file_is_held_until_a_person_chooses_its_encoding(
    officer: Browser, worker: Worker, own: Session
) -> None:
    headings = ("編號", "標題", "內容")
    rows = [
        {
            "編號": f"T{n}",
            "標題": "路燈不亮",
            "內容": f"第{n}條巷子的路燈壞了半個月，晚上走路很危險，請儘快修理。",
        }
        for n in range(20)
    ]
    page = officer.follow(upload(officer, table(rows, encoding="big5", headings=headings)))
    assert not page.find("button[value=import]")
    chosen = officer.get("/desk/hotline/imports/1?encoding=big5")
    assert "路燈不亮" in chosen.words
    mapping = {s.get("name"): "" for s in chosen.find("#columns select")}
    mapping |= {
        "map_id": "編號",
        "map_title": "標題",
        "map_text": "內容",
        "action": "import",
        "encoding": "big5",
    }
    sent = officer.submit("/desk/hotline/imports/1", mapping, form="#columns")
    assert sent.status == 303, sent.words
    worker.run_all()
    assert len(in_stream(own)) == 20 and in_stream(own)[0].title == "路燈不亮"


def test_unknown_columns_are_asked_for_and_then_read(officer: Browser, worker: Worker, own: Session) -> None:
    rows = [{"甲": f"X{n}", "乙": f"第{n}号楼的电梯坏了三天。老人上不了楼。请督促维修。"} for n in range(3)]
    page = officer.follow(upload(officer, table(rows, headings=("甲", "乙"))))
    assert "没有找到必需的列" in page.words
    mapping = {s.get("name"): "" for s in page.find("#columns select")} | {"map_id": "甲", "map_text": "乙"}
    refused = officer.submit(
        "/desk/hotline/imports/1", {**mapping, "map_text": "", "action": "import"}, form="#columns"
    )
    assert refused.status == 422
    looked = officer.submit("/desk/hotline/imports/1", {**mapping, "action": "look"}, form="#columns")
    assert looked.status == 200, looked.words
    assert officer.submit("/desk/hotline/imports/1", {**mapping, "action": "import"}, form="#columns").status == 303
    worker.run_all()
    assert len(in_stream(own)) == 3


def test_a_large_file_is_not_read_for_the_preview_but_its_columns_are_checked_all_the_same(
    officer: Browser, worker: Worker, own: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHECKED_BYTES", 100)
    page = officer.follow(upload(officer, table([record(), record(诉求内容="")])))
    assert "文件较大" in page.words and "第3行" not in page.words
    assert start(officer, 1, map_text="", map_transcript="").status == 422
    assert start(officer, 1).status == 303
    worker.run_all()
    assert len(in_stream(own)) == 1


def test_a_big5_file_is_not_imported_before_its_encoding_is_chosen(officer: Browser, own: Session) -> None:
    rows = "編號,內容\n" + "".join(f"T{n},第{n}條巷子的路燈壞了半個月。請儘快修理。\n" for n in range(9))
    page = officer.follow(upload(officer, rows.encode("big5")))
    mapping = {s.get("name"): "" for s in page.find("#columns select")} | {"map_id": "編號", "map_text": "內容"}
    sent = officer.submit("/desk/hotline/imports/1", {**mapping, "action": "import"}, form="#columns")
    assert sent.status == 422 and "编码" in sent.words
    assert own.scalars(select(Job)).all() == []
    own.rollback()
    officer.get("/desk/hotline/imports/1?encoding=<script>")


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "empty.csv", "文件是空的"),
        (b"%PDF-1.7 nothing", "paper.csv", "PDF"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old.xls", "另存为 .xlsx"),
        (b"PK\x03\x04broken", "book.xlsx", ""),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason_and_nothing_is_kept(
    officer: Browser, own: Session, settings: Settings, data: bytes, name: str, words: str
) -> None:
    page = upload(officer, data, name)
    assert page.status == 422 and words in page.words
    assert own.scalars(select(ImportFile)).all() == []
    assert not settings.uploads.exists() or list(settings.uploads.iterdir()) == []


def test_a_file_above_the_body_limit_is_refused_before_it_is_read(
    app: Flask, officer: Browser, settings: Settings, own: Session
) -> None:
    app.extensions["consult.settings"] = replace(settings, max_body_bytes=2000)
    page = upload(officer, table([record() for _ in range(50)]))
    assert page.status == 413
    assert own.scalars(select(ImportFile)).all() == []


def test_an_import_cancelled_while_it_waits_leaves_nothing(
    officer: Browser, worker: Worker, own: Session, settings: Settings
) -> None:
    upload(officer, table([record()]))
    start(officer, 1)
    sent = officer.submit("/desk/hotline/imports/1/cancellation", {}, form_at="/desk/hotline/imports/1")
    assert sent.status == 303
    assert worker.run_all() == 0
    assert own.scalars(select(ImportFile.state)).all() == ["cancelled"]
    assert list(settings.uploads.iterdir()) == [] and in_stream(own) == []


def test_an_import_cancelled_while_it_runs_leaves_nothing(
    officer: Browser, worker: Worker, own: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 1)
    upload(officer, table([record(联系电话="13812345678") for _ in range(3)]))
    start(officer, 1)
    touch = importing._touch

    def touch_and_ask(inner: Session, *more: Any, **values: Any) -> None:
        touch(inner, *more, **values)
        inner.execute(text("UPDATE job SET cancel_asked = :yes"), {"yes": True})

    monkeypatch.setattr(importing, "_touch", touch_and_ask)
    worker.run_all()
    assert own.scalars(select(Job.state)).all() == ["cancelled"]
    assert own.scalars(select(ImportFile.state)).all() == ["cancelled"]
    assert set(counts(own).values()) == {0}


# --- On the command line --------------------------------------------------------------------------


@pytest.fixture
def consult_hotline(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs ``consult hotline …`` over the test's database."""
    monkeypatch.setenv("CONSULT_INSTANCE", str(settings.instance))
    monkeypatch.setenv("CONSULT_DATABASE_URL", settings.database_url)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(command, arguments)

    return invoke


def test_the_command_says_how_many_and_which_and_exits_by_outcome(
    consult_hotline: Any, tmp_path: Path, own: Session
) -> None:
    clean = write(tmp_path, table([record(), record()]), "clean.csv")
    soiled = write(tmp_path, table([record(), record(**BAD[1])]), "soiled.csv")
    first = consult_hotline("import", str(clean))
    assert first.exit_code == 0, first.output
    assert "2 records = 2 accepted (2 new, 0 unchanged, 0 updated) + 0 rejected" in first.output
    second = consult_hotline("import", str(soiled))
    assert second.exit_code == 1
    assert "rejected: line 3" in second.output
    assert "2 records = 1 accepted (1 new, 0 unchanged, 0 updated) + 1 rejected" in second.output


def test_a_dry_run_writes_nothing_and_json_is_machine_readable(
    consult_hotline: Any, tmp_path: Path, own: Session
) -> None:
    path = write(tmp_path, table([record(), record(**BAD[0])]))
    result = consult_hotline("import", str(path), "--dry-run", "--json")
    said = json.loads(result.output)
    assert (said["records"], said["accepted"], said["created"], len(said["rejected"])) == (2, 1, 1, 1)
    assert said["rejected"][0]["line"] == 3
    assert set(counts(own).values()) == {0} and own.scalars(select(ImportFile)).all() == []


@pytest.mark.parametrize(
    ("data", "arguments", "words"),
    [
        (b"", (), "文件是空的"),
        (b"a,b\n1,2\n", (), "没有找到必需的列"),
        ("編號,內容\nA1,路燈壞了很久沒有人來修理\n".encode("big5"), (), "编码"),
    ],
)
def test_a_file_that_cannot_be_used_exits_with_2_and_says_why(
    consult_hotline: Any, tmp_path: Path, own: Session, data: bytes, arguments: tuple[str, ...], words: str
) -> None:
    result = consult_hotline("import", str(write(tmp_path, data)), *arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output and in_stream(own) == []


def test_a_file_that_is_not_there_is_said_so(consult_hotline: Any, tmp_path: Path) -> None:
    result = consult_hotline("import", str(tmp_path / "nothing.csv"))
    assert result.exit_code == 2 and "Traceback" not in result.output


def test_columns_can_be_named_on_the_command_line(consult_hotline: Any, tmp_path: Path, own: Session) -> None:
    path = write(tmp_path, "甲,乙\nX1,电梯坏了三天没有人修\n".encode())
    result = consult_hotline("import", str(path), "--map", "id=甲", "--map", "text=乙")
    assert result.exit_code == 0, result.output
    assert in_stream(own)[0].external_number == "X1"


def test_a_100_mb_file_is_refused_by_its_size(consult_hotline: Any, tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    result = consult_hotline("import", str(path))
    assert result.exit_code == 2 and "100.0 MB" in result.output


def test_the_real_messages_are_all_accounted_for(consult_hotline: Any, real_data: Path, own: Session) -> None:
    path = real_data / "citizen_messages.csv"
    said = json.loads(consult_hotline("import", str(path), "--json").output)
    assert said["records"] == 2966 == said["accepted"] + len(said["rejected"])
    again = json.loads(consult_hotline("import", str(path), "--json").output)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, said["accepted"])


# --- Formats, bombs, and two imports at once --------------------------------------------------------


def test_a_workbook_and_lines_of_json_are_read_like_a_csv_file(
    engine: Engine, place: Place, clock: FixedClock, tmp_path: Path, own: Session
) -> None:
    records = [record() for _ in range(3)]
    book = tmp_path / "calls.xlsx"
    with xlsxwriter.Workbook(str(book)) as workbook:
        sheet = workbook.add_worksheet()
        for y, row in enumerate([dict(zip(HEADINGS, HEADINGS, strict=True)), *records]):
            for x, heading in enumerate(HEADINGS):
                sheet.write_string(y, x, row[heading])
    assert run(engine, place, book, clock).created == 3
    lines = "\n".join(json.dumps(r, ensure_ascii=False) for r in records).encode()
    again = run(engine, place, write(tmp_path, lines, "calls.jsonl"), clock)
    assert (again.created, again.unchanged) == (0, 3)


def test_a_workbook_bomb_is_refused_in_words(officer: Browser, own: Session) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * (400 * 1024 * 1024))
    page = upload(officer, held.getvalue(), "bomb.xlsx")
    assert page.status == 422 and own.scalars(select(ImportFile)).all() == []


def test_a_transcript_is_split_by_speaker_and_masked(
    engine: Engine, place: Place, clock: FixedClock, tmp_path: Path, own: Session
) -> None:
    headings = ("工单编号", "通话记录", "来电时间")
    said = "话务员：您好，请讲。市民：我叫柳青禾，电话是13812345678，井盖松了。话务员：好的。"
    row = {"工单编号": "T1", "通话记录": said, "来电时间": "2026-08-03 09:15"}
    run(engine, place, write(tmp_path, table([row], headings=headings)), clock)
    turns = own.scalars(select(Turn).order_by(Turn.position)).all()
    assert [t.speaker for t in turns] == ["operator", "citizen", "operator"]
    assert "13812345678" not in turns[1].text and "柳青禾" not in turns[1].text
    order = own.scalars(select(WorkOrder)).one()
    assert order.channel == "phone" and order.body == turns[1].text


def test_two_imports_of_one_file_at_the_same_time_make_each_order_once(
    engine: Engine, place: Place, clock: FixedClock, tmp_path: Path, own: Session
) -> None:
    path = write(tmp_path, table([record(联系电话=f"1381234{n:04}") for n in range(4)]))
    with transaction(engine) as arranging:
        slow, fast = (files.new_file(arranging, path, "", clock.now(), None) for _ in range(2))
    ended: list[Outcome] = []

    def in_the_meantime(rows: bytes) -> None:
        plan = Plan(fast.id, fast.source, fast.sha256, None, {})
        ended.append(
            importing.import_rows(lambda **_: transaction(engine), place.vault, plan, path, clock.now(), _drop)
        )

    first = table([record(**BAD[0])])[3:].split(b"\r\n", 1)[1]
    path.write_bytes(path.read_bytes() + first)  # one rejected record, so that the hook above is called
    plan = Plan(slow.id, slow.source, slow.sha256, None, {})
    outcome = importing.import_rows(
        lambda **_: transaction(engine), place.vault, plan, path, clock.now(), in_the_meantime
    )
    assert (ended[0].created, ended[0].unchanged) == (4, 0)
    assert (outcome.created, outcome.unchanged, outcome.accepted) == (0, 4, 4)
    assert counts(own)["work_order"] == counts(own)["identity"] == 4


def _drop(rows: bytes) -> None:
    """The rejected rows are not what these tests look at."""


def test_an_answer_in_the_file_makes_the_order_done_and_a_status_set_here_is_kept(
    engine: Engine, place: Place, clock: FixedClock, tmp_path: Path, own: Session
) -> None:
    headings = (*HEADINGS, "办理结果", "答复时间", "办结时限")
    done = {**record(), "办理结果": "已更换井盖。", "答复时间": "2026-08-05 10:00", "办结时限": "2026-08-10"}
    waits = {**record(), "办结时限": "2026-08-10"}
    run(engine, place, write(tmp_path, table([done, waits], headings=headings)), clock)
    first, second = in_stream(own)
    assert (first.state, second.state) == ("done", "waiting")
    assert first.answered_at is not None and str(second.due_on) == "2026-08-10"
    with transaction(engine) as arranging:
        arranging.execute(text("UPDATE work_order SET state = 'handling' WHERE id = :id"), {"id": second.id})
    waits["标题"] = "换了标题"
    assert run(engine, place, write(tmp_path, table([done, waits], headings=headings)), clock).updated == 1
    assert in_stream(own)[1].state == "handling"


def test_an_import_given_up_by_a_killed_command_is_cleared_by_the_next_one(
    engine: Engine, place: Place, clock: FixedClock, tmp_path: Path, own: Session
) -> None:
    path = write(tmp_path, table([record(联系电话="13812345678") for _ in range(3)]))
    with transaction(engine) as arranging:
        file = files.new_file(arranging, path, "", clock.now(), None)

    @contextmanager
    def dying(done: int = 0, total: int = 0) -> Iterator[Session]:
        with transaction(engine) as fresh:
            yield fresh
        if done:
            raise SystemExit("killed")

    plan = Plan(file.id, file.source, file.sha256, None, {})
    with pytest.raises(SystemExit):
        importing.import_rows(dying, place.vault, plan, path, clock.now(), _drop)
    assert counts(own)["work_order"] == 3 and in_stream(own) == []
    assert files.sweep(engine, place, clock.now()) == 0  # it may still be running
    clock.advance(timedelta(hours=2))
    assert files.sweep(engine, place, clock.now()) == 1
    assert set(counts(own).values()) == {0}


# --- How long the files are kept, and what of a workbook is not read ----------------------------------


def test_the_rejected_records_are_deleted_when_their_days_have_run_out_and_the_reasons_stay(
    officer: Browser, worker: Worker, place: Place, settings: Settings, clock: FixedClock, own: Session
) -> None:
    upload(officer, table([record(), record(诉求内容="", 联系电话="13812345678")]))
    start(officer, 1)
    worker.run_all()
    days = settings.import_files_days
    for age, kept in ((timedelta(days=days) - timedelta(minutes=1), True), (timedelta(days=days, minutes=1), False)):
        with transaction(own.get_bind()) as chore:  # type: ignore[arg-type]
            retention.sweep_files(chore, clock.now() + age, place)
        assert place.rejected(1).exists() is kept
    page = officer.get("/desk/hotline/imports/1")
    assert "第3行" in page.words and "rejected.csv" not in page.text
    officer.get("/desk/hotline/imports/1/rejected.csv", status=404)
    own.rollback()
    assert len(in_stream(own)) == 1


def test_a_file_that_nobody_starts_is_deleted_in_the_end_and_its_import_is_over(
    officer: Browser, place: Place, clock: FixedClock, own: Session
) -> None:
    upload(officer, table([record()]))
    assert place.upload(1).exists()
    with transaction(own.get_bind()) as chore:  # type: ignore[arg-type]
        assert retention.sweep_files(chore, clock.now() + timedelta(days=31), place) == 1
        assert retention.sweep_files(chore, clock.now() + timedelta(days=31), place) == 0
    assert not place.upload(1).exists()
    own.rollback()
    assert own.get_one(ImportFile, 1).state == ImportState.CANCELLED


@pytest.mark.parametrize("written", ["0", "-3", "many", "1.5"])
def test_a_number_of_days_that_is_none_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(WrongSetting, match="IMPORT_FILES_DAYS"):
        load_settings({"CONSULT_IMPORT_FILES_DAYS": written}, instance=tmp_path)


def test_sheets_that_are_not_read_are_named_and_one_can_be_chosen(
    officer: Browser, consult_hotline: Any, tmp_path: Path, own: Session
) -> None:
    book = tmp_path / "calls.xlsx"
    with xlsxwriter.Workbook(str(book)) as workbook:
        for name, number in (("三月", "A3"), ("四月", "A4")):
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, ["工单编号", "诉求内容"])
            sheet.write_row(1, 0, [number, "电梯坏了三天没有人修。"])
    page = officer.follow(upload(officer, book.read_bytes(), "calls.xlsx"))
    assert "四月" in page.words
    first = consult_hotline("import", str(book))
    assert first.exit_code == 0 and "四月" in first.output
    assert consult_hotline("import", str(book), "--sheet", "四月").exit_code == 0
    assert [order.external_number for order in in_stream(own)] == ["A3", "A4"]
    assert consult_hotline("import", str(book), "--sheet", "五月").exit_code == 2
