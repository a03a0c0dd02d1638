"""XLSX behind its guard, JSON, JSON Lines, and the files that only look like tables."""

from __future__ import annotations

import json
import os
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from benchmarks.reading import bombs
from reports.tables import (
    EmptyFile,
    Limits,
    NotATable,
    TableError,
    TooLarge,
    UnknownFormat,
    UnreadableFile,
    inspect_table,
    open_table,
    read_table,
)

HEADING = ["工单编号", "来电时间", "诉求内容", "联系电话"]


def workbook(path: Path, *rows: list[object], top: int = 0, left: int = 0, name: str = "数据") -> Path:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet(name)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            at = (top + number, left + column)
            if isinstance(value, datetime):
                sheet.write_datetime(*at, value, moment)
            elif value is not None:
                sheet.write(*at, value)
    book.close()
    return path


def test_a_workbook_is_read_with_its_own_row_numbers_wherever_the_table_begins(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ["三月导出"],
        HEADING,
        [20240001, datetime(2024, 3, 5), "路灯坏了", 13800000001],
        [],
        ["20240002", "2024年2月30日", "井盖没了"],
        ["20240003", 45356.5, "停水"],
        top=3,
        left=2,
    )
    table = read_table(path)
    assert table.format == "xlsx" and table.sheet == "数据" and table.records == 3
    assert [(row.line, row.id) for row in table.rows] == [(6, "20240001"), (9, "20240003")]
    assert table.rows[0].submission.at == datetime(2024, 3, 5) and table.rows[0].contact.phone == "13800000001"
    assert table.rows[1].submission.at == datetime(2024, 3, 5, 12)
    assert [(bad.line, bad.code) for bad in table.rejected] == [(8, "bad_date")]


def test_the_first_visible_sheet_with_content_is_read_and_another_can_be_named(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    book.add_worksheet("空")
    for name, text in (("甲", "停水"), ("乙", "停电")):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ["编号", "内容"])
        sheet.write_row(1, 0, ["1", text])
    book.close()
    assert read_table(tmp_path / "t.xlsx").rows[0].submission.text == "停水"
    assert read_table(tmp_path / "t.xlsx", sheet="乙").rows[0].submission.text == "停电"
    assert inspect_table(tmp_path / "t.xlsx").sheets == ("空", "甲", "乙")
    with pytest.raises(NotATable, match="丙"):
        read_table(tmp_path / "t.xlsx", sheet="丙")


def test_a_sheet_of_explanations_before_the_data_is_passed_over(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    book.add_worksheet("填写说明").write_row(0, 0, ["本表由热线系统导出", "请勿修改"])
    book.add_worksheet("空表")
    sheet = book.add_worksheet("工单")
    sheet.write_row(0, 0, ["编号", "内容"])
    sheet.write_row(1, 0, ["1", "停水"])
    book.close()
    table = read_table(tmp_path / "t.xlsx")
    assert table.sheet == "工单" and [row.submission.text for row in table.rows] == ["停水"]


def test_a_workbook_left_early_leaves_no_process_behind(tmp_path: Path) -> None:
    rows: list[list[object]] = [[str(n), None, f"停水{n}"] for n in range(5_000)]
    path = workbook(tmp_path / "t.xlsx", HEADING, *rows)
    with open_table(path) as table:
        next(iter(table))
    assert inspect_table(path).headings
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    if not children.exists():
        pytest.skip("the kernel does not list children")
    running = [Path(f"/proc/{pid}/cmdline").read_text() for pid in children.read_text().split()]
    assert not [line for line in running if "workbook_child" in line]


def test_what_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", HEADING, ["1", None, "=1+1", "+861"])
    assert read_table(path).rows[0].submission.text == "=1+1"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return bombs(tmp_path_factory.mktemp("bombs"))


@pytest.mark.parametrize(
    "kind",
    [
        "far corner",
        "shared strings of 400 MB",
        "sheet of a million empty rows",
        "thirteen million empty strings",
        "media part of zeros",
        "size declared falsely",
        "CSV of 100 MB",
    ],
)
def test_a_bomb_is_refused_before_it_is_opened(
    kind: str, hostile: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("the workbook was opened")

    monkeypatch.setattr("subprocess.Popen", opened)
    with pytest.raises(TableError) as caught:
        read_table(hostile[kind])
    assert isinstance(caught.value, TooLarge | NotATable) and caught.value.message


@pytest.mark.parametrize("corner", [b"XFD2000", b"A300001", b"BZZ90000"])
def test_a_sheet_that_spans_too_much_is_refused_though_its_cells_are_few(tmp_path: Path, corner: bytes) -> None:
    whole = workbook(tmp_path / "whole.xlsx", HEADING, ["1", None, "停水", None], ["2", None, "停电", None])
    wide = tmp_path / "wide.xlsx"
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(wide, "w") as after:
        for part in before.infolist():
            after.writestr(part.filename, before.read(part).replace(b'r="C3"', b'r="' + corner + b'"'))
    with pytest.raises(TooLarge) as caught:
        read_table(wide, limits=Limits(max_rows=100_000))
    assert caught.value.limit in ("max_cells", "max_rows")


def test_a_workbook_that_takes_too_long_is_given_up_and_its_process_ended(tmp_path: Path) -> None:
    rows: list[list[object]] = [[str(n), None, f"停水{n}", None] for n in range(20_000)]
    path = workbook(tmp_path / "t.xlsx", HEADING, *rows)
    with pytest.raises(TooLarge) as caught:
        read_table(path, limits=Limits(child_seconds=0.02))
    assert caught.value.limit == "child_memory_bytes"


def test_a_workbook_that_needs_more_memory_than_the_child_has_is_refused(tmp_path: Path) -> None:
    rows: list[list[object]] = [[str(n), None, f"停水{n}" * 40, f"1380000{n}"] for n in range(20_000)]
    path = workbook(tmp_path / "t.xlsx", HEADING, *rows)
    with pytest.raises((TooLarge, NotATable)):
        read_table(path, limits=Limits(child_memory_bytes=32 * 1024 * 1024))


@pytest.mark.parametrize("lost", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_a_workbook_with_a_broken_part_is_a_situation_and_no_crash(tmp_path: Path, lost: str) -> None:
    whole = workbook(tmp_path / "whole.xlsx", HEADING, ["1", None, "停水", None])
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(broken, "w") as after:
        for part in before.infolist():
            data = before.read(part)
            after.writestr(part.filename, data[: len(data) // 2] if part.filename == lost else data)
    try:
        read_table(broken)
    except TableError as error:
        assert error.message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "xlsx"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "XML"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"\x1f\x8b\x08\0", "压缩"),
        (b"PK\x03\x04 not really", ""),
    ],
)
def test_a_file_of_another_kind_is_refused_with_advice(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(content)
    with pytest.raises((UnknownFormat, NotATable)) as caught:
        read_table(path)
    assert said in caught.value.message


def test_a_word_document_is_named_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(UnknownFormat, match="Word"):
        read_table(path)


def test_a_file_that_is_not_there_or_is_a_folder_is_a_situation(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(UnreadableFile):
            read_table(path)


def test_json_lines_are_read_with_their_line_numbers(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(
        '{"id": 1, "text": "停水", "created_at": "2024-03-05T08:00:00+08:00"}\n\n{"id": 2, "text": \n[1]\n"好"\n'
        '{"id": 3, "text": "停电", "备用": {"a": 1}}\n',
        encoding="utf-8",
    )
    table = read_table(path)
    assert table.format == "jsonl" and [(row.line, row.id) for row in table.rows] == [(1, "1"), (6, "3")]
    assert [(bad.line, bad.code) for bad in table.rejected] == [
        (3, "bad_json"),
        (4, "not_an_object"),
        (5, "not_an_object"),
    ]
    assert table.rows[1].extra == {"备用": '{"a": 1}'} and table.records == 5


@pytest.mark.parametrize("shape", ["array", "rows", "after other keys"])
def test_json_arrays_are_read_bare_and_inside_an_object(tmp_path: Path, shape: str) -> None:
    rows = [{"编号": str(n), "内容": f"停水{n}" * 4000} for n in range(40)]
    whole: object = {
        "array": rows,
        "rows": {"rows": rows},
        "after other keys": {"meta": {"n": [1]}, "data": rows},
    }[shape]
    path = tmp_path / "t.json"
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
    table = read_table(path)
    assert [row.id for row in table.rows] == [str(n) for n in range(40)]
    text = path.read_text(encoding="utf-8").splitlines()
    assert all(text[row.line - 1].strip() == "{" for row in table.rows)


@pytest.mark.parametrize(
    "content",
    [
        '[{"text": "好"}, {"text": ',
        '[{"text": "好"} {"text": "坏"}]',
        '{"rows": 1}',
        '{"a": []}',
        "[" * 100_000,
        '[{"a":' * 5000,
    ],
)
def test_damaged_json_says_where(tmp_path: Path, content: str) -> None:
    path = tmp_path / "t.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(NotATable) as caught:
        read_table(path)
    assert caught.value.line == 1


@pytest.mark.parametrize("content", ["[]", '{"rows": []}'])
def test_json_without_records_is_empty(tmp_path: Path, content: str) -> None:
    path = tmp_path / "t.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EmptyFile):
        read_table(path)


def test_the_same_records_give_the_same_rows_in_every_format(tmp_path: Path) -> None:
    records = [
        {
            "编号": f"A{n}",
            "标题": "停水",
            "时间": "2024-03-05 08:00:00",
            "内容": f"停水\n第{n}天",
            "点赞数": n,
        }
        for n in range(5)
    ]
    (tmp_path / "t.json").write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "t.jsonl").write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in records), encoding="utf-8")
    (tmp_path / "t.csv").write_text(
        "编号,标题,时间,内容,点赞数\n"
        + "".join('{编号},{标题},{时间},"{内容}",{点赞数}\n'.format(**r) for r in records),
        encoding="utf-8",
    )
    workbook(tmp_path / "t.xlsx", list(records[0]), *[list(r.values()) for r in records])
    read = [
        [row.submission for row in read_table(tmp_path / f"t.{kind}").rows] for kind in ("csv", "json", "jsonl", "xlsx")
    ]
    assert len(read[0]) == 5 and all(other == read[0] for other in read[1:])


def test_a_date_cell_without_time_is_midnight(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["编号", "内容", "日期"])
    sheet.write_row(1, 0, ["1", "停水"])
    sheet.write_datetime(1, 2, date(2024, 3, 5), book.add_format({"num_format": "yyyy/m/d"}))  # type: ignore[arg-type]
    book.close()
    assert read_table(tmp_path / "t.xlsx").rows[0].submission.at == datetime(2024, 3, 5)
