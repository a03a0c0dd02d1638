"""Exports as 12345 centres and message boards really write them, each with its own oddities."""

from __future__ import annotations

import base64
import json
import zipfile
import zlib
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from reports.model import Speaker
from reports.tables import ColumnsMissing, TableRead, UnknownFormat, read_table
from reports.tables.columns import propose_mapping
from reports.tables.transcripts import parse_transcript

LAMP = "小区门口路灯坏了一个月没人修，晚上出行不安全。"
BUS = "公交车等了四十分钟才来，上班老是迟到，希望增加班次。"


def read(folder: Path, text: str, name: str = "t.csv", encoding: str = "utf-8") -> TableRead:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    table = read_table(path)
    assert len(table.rows) + len(table.rejected) == table.records
    return table


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        ("工单号 受理时间 来电内容 诉求类型 办理单位 满意度 回访结果", "id at text kind unit satisfaction callback"),
        ("編號 標題 內容 時間 讚", "id title text at likes"),
        ("案件編號 主旨 陳情內容 受理日期 按讚數 承辦單位 回覆內容", "id title text at likes unit reply"),
        ("任务编号 进线时间 群众诉求 处理部门 当前状态", "id at text unit process"),
        ("留言ID 网名 留言 发布日期 获赞数", "id author text at likes"),
        ("信访编号 来信标题 来信内容 来信日期 写信人", "id title text at name"),
        ("流水号 市民反映主要内容 办理结果内容", "id text"),
    ],
)
def test_headings_of_real_exports_are_recognised_in_both_scripts(headings: str, fields: str) -> None:
    mapping = propose_mapping(headings.split())
    named = headings.split()
    assert {mapping.get(field): field for field in fields.split()} == dict(zip(named, fields.split(), strict=False))


def test_a_running_number_is_no_id_since_the_next_export_begins_at_1_again() -> None:
    assert "id" not in propose_mapping(["序号", "诉求内容"])


@pytest.mark.parametrize("mark", ["，", ",", ";", "\t", "|"])
def test_a_table_with_headings_nobody_knows_is_divided_by_the_mark_that_fits_every_line(
    tmp_path: Path, mark: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "\n".join(mark.join(row) for row in (["甲", "乙", "丙"], ["1", "路灯坏了", "城东"], ["2", "停水", "城西"]))
    )
    with pytest.raises(ColumnsMissing) as caught:
        read_table(path)
    assert caught.value.headings == ("甲", "乙", "丙")
    assert read_table(path, mapping={"text": "乙", "id": "甲"}).rows[1].submission.text == "停水"


def test_full_width_commas_in_texts_divide_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"甲,乙\n1,{LAMP}\n2,公交，等太久，真的，很久\n")
    assert read_table(path, mapping={"text": "乙"}).rows[0].submission.text == LAMP


def test_a_full_width_comma_in_a_single_heading_divides_nothing_when_the_lines_do_not_agree(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("意见，全部\n路灯坏了，没人修，晚上黑，很危险\n停水\n")
    with pytest.raises(ColumnsMissing) as caught:
        read_table(path)
    assert caught.value.headings == ("意见，全部",)


def test_a_table_of_one_column_keeps_its_commas(tmp_path: Path) -> None:
    table = read(tmp_path, f"内容\n{LAMP}\nno bus, no light; nothing\n")
    assert [row.submission.text for row in table.rows] == [LAMP, "no bus, no light; nothing"]


def test_titles_above_totals_below_and_notes_are_no_submissions(tmp_path: Path) -> None:
    text = f"某市工单明细表,,\n2026年3月,,\n\n编号,反映内容,来电时间\nA1,{LAMP},2026/3/5\n合 计,1,\n制表人：某某,,\n"
    table = read(tmp_path, text)
    assert [row.id for row in table.rows] == ["A1"]
    assert [(bad.line, bad.code) for bad in table.rejected] == [(6, "total_row"), (7, "missing_text")]
    assert "统计行" in table.rejected[0].message


def test_a_heading_far_down_the_sheet_is_found(tmp_path: Path) -> None:
    lines = [f"说明第{n}行,," for n in range(20)]
    assert read(tmp_path, "\n".join([*lines, "编号,内容,时间", f"A1,{LAMP},2026-03-05"])).rows[0].id == "A1"


def test_dates_with_the_year_last_are_read_when_the_column_says_which_part_is_the_month(tmp_path: Path) -> None:
    american = read(tmp_path, f"编号,内容,时间\n1,{LAMP},3/5/2026\n2,{BUS},3/25/2026 15:04\n")
    assert [row.submission.at for row in american.rows] == [datetime(2026, 3, 5), datetime(2026, 3, 25, 15, 4)]
    british = read(tmp_path, f"编号,内容,时间\n1,{LAMP},3/5/2026\n2,{BUS},25/3/2026\n")
    assert british.rows[0].submission.at == datetime(2026, 5, 3)


@pytest.mark.parametrize("other", ["4/6/2026", "3/25/2026\n3,停水很久了没有人管,25/3/2026"])
def test_a_date_that_may_be_two_days_is_refused_rather_than_guessed(tmp_path: Path, other: str) -> None:
    table = read(tmp_path, f"编号,内容,时间\n1,{LAMP},3/5/2026\n2,{BUS},{other}\n")
    assert table.rejected[0].line == 2 and "分不清月和日" in table.rejected[0].message


def test_the_years_of_the_republic_and_days_without_year(tmp_path: Path) -> None:
    table = read(tmp_path, f"编号,内容,时间\n1,{LAMP},民國115年3月5日\n2,{BUS},3月5日\n")
    assert table.rows[0].submission.at == datetime(2026, 3, 5)
    assert "没有年份" in table.rejected[0].message


def test_an_id_that_the_spreadsheet_rounded_is_refused_and_may_be_left_out(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    sheet = book.add_worksheet()
    for number, row in enumerate([["工单编号", "诉求内容"], [188006.0, LAMP], [2024010112345678, BUS]]):
        sheet.write_row(number, 0, row)
    book.close()
    table = read_table(tmp_path / "t.xlsx")
    assert [row.id for row in table.rows] == ["188006"]
    assert [bad.code for bad in table.rejected] == ["mangled_id"]
    assert len(read_table(tmp_path / "t.xlsx", mapping={"id": ""}).rows) == 2


def test_cells_merged_downwards_belong_to_every_row_and_other_sheets_are_named(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    sheet = book.add_worksheet("三月")
    sheet.merge_range("A1:C1", "某市工单明细")
    sheet.write_row("A2", ["区域", "工单编号", "诉求内容"])
    sheet.merge_range("A3:A4", "城东区")
    sheet.write_row("B3", ["A1", LAMP])
    sheet.write_row("B4", ["A2", BUS])
    sheet.write_row("B5", ["A3", "停水三天了没有通知。"])
    book.add_worksheet("四月").write_row(0, 0, ["工单编号", "诉求内容"])
    book.close()
    table = read_table(tmp_path / "t.xlsx")
    assert [row.submission.place for row in table.rows] == ["城东区", "城东区", ""]
    assert (table.sheet, table.other_sheets) == ("三月", ("四月",))


#: A workbook of Excel 97 with a heading and one row, packed: nothing here can write one.
OLD_WORKBOOK = (
    "eNrtWE1oU0EQ/vYlaX5I0yQmkVYooWDU2h6KCCq0SQvak7G1SMUftDXBSpOmBD3US6M1XqQgiAfFS6EevFS9qEUP9qYgVFQQBCFR"
    "9OJBhPpzaPOcnbxIWis0oIXKfo+dnZ3Z2Z23u7P79j2f9eQm7tblsQRtMKGg21FVJhOU7KWCG6TXdcmWchslXWFNwW6jiayy4GH1"
    "M6ucQznfeWi4Y54hCryjdATDiKaG4sFVRAf70CekD61EBW6QxIVa9srL9ATTdUxvc81HTCMsGWfaSnVz4hBmw9HGHcYqPqg1sM4F"
    "2e59tnnDkhb48USu4tHLoljXgvb0qb7EGlPUm52YBE1oZ3wonpZlP27KkB0hNCeTzbFYcGBgVzKZg4+mfBJf9SAwV4rtx0ElX125"
    "AMl/LJZb/yC30VQulV/RzEAG+nEOlSycCJmlRhMfjh7omcdOWhngZAaLAqPfe4iNn9x+5lt87iqxTy91JLLd04cpDtpbqPx5PDW8"
    "r/di1CF3fd4l3It2iWqOHifRGGqY93AMucnB+VtfXuzt7wofY0mGT4bi+bFROgod56QFGbtYozE1UWpkfivT89zqBubrmProFSgP"
    "dfkNZs8Y17nA2hD1s43xMrypjN9MfPZT94P67PvwFuKnOvNnfVOvwxNooPMsRvbyGUOTaBLXr0lMh0u5MPaat0xrf9t3bJrb8F03"
    "DskaLMDBrIdpsSRHR/wqacZYSWuxjLVgazkeJhoh6Z0X6xMzgVeZj5GiXrYgR7JN8+IeD1+k7KR2QEFBQUFBQUFBQWE5COPr28RX"
    "g+IVQX7dW43/OguUCuo3yX+L/UjRc5quk7sxRHkaIxWtnwAsotSWWKFN6X+hRC/1nsYg+tmPwYrXL93ORPn7rNjQ/fdCqNL+C5X4"
    "+Y/7/wm7O+BG"
)


def test_a_workbook_of_excel_97_is_read_and_what_only_begins_like_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(zlib.decompress(base64.b64decode(OLD_WORKBOOK)))
    table = read_table(path)
    assert (table.format, table.sheet) == ("xls", "工单")
    assert table.rows[0].submission.at == datetime(2026, 3, 5, 15, 4)
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(UnknownFormat, match="另存为"):
        read_table(path)


def open_document(path: Path, kind: str, rows: list[list[str]], repeated: int = 1) -> Path:
    cells = "".join(
        f'<table:table-row table:number-rows-repeated="{repeated}">'
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text", "manifest")
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet>'
            f'<table:table table:name="工单">{cells}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", f'<?xml version="1.0"?><manifest:manifest {spaces}/>')
    return path


def test_an_open_document_spreadsheet_is_read_and_a_text_is_refused(tmp_path: Path) -> None:
    rows = [["工单编号", "诉求内容"], ["A1", LAMP]]
    table = read_table(open_document(tmp_path / "t.ods", "spreadsheet", rows))
    assert (table.format, [row.submission.text for row in table.rows]) == ("ods", [LAMP])
    with pytest.raises(UnknownFormat, match="不是表格"):
        read_table(open_document(tmp_path / "t.odt", "text", rows))


def test_an_answer_of_an_interface_is_read_from_its_inner_list(tmp_path: Path) -> None:
    answer = {"code": 0, "data": {"total": 1, "list": [{"工单号": "A1", "诉求内容": LAMP}]}}
    assert read(tmp_path, json.dumps(answer, ensure_ascii=False), "t.json").rows[0].id == "A1"


@pytest.mark.parametrize(
    "cell",
    [
        "话务员:您好 来电人:停水了 话务员:好的",
        "2026-03-05 15:04:05 客服：您好\n2026-03-05 15:04:09 市民：停水了\n2026-03-05 15:04:12 客服：好的",
        "【坐席】您好\n【市民】停水了\n【坐席】好的",
        "坐席\t您好\n市民\t停水了\n坐席\t好的",
        "坐席 00:03\n您好\n市民 00:07\n停水了\n坐席 00:09\n好的",
        "工号1023：您好\n客户：停水了\n工号1023：好的",
        "話務員：您好\n民眾：停水了\n話務員：好的",
    ],
)
def test_speakers_are_told_apart_however_they_are_marked(cell: str) -> None:
    desk, caller = Speaker.OPERATOR, Speaker.CITIZEN
    said = [(turn.speaker, turn.text) for turn in parse_transcript(cell)]
    assert said == [(desk, "您好"), (caller, "停水了"), (desk, "好的")]


def test_a_citizen_who_quotes_the_operator_keeps_the_sentence() -> None:
    turns = parse_transcript("市民：我跟客服说：停水了，客服不管。\n坐席：好的")
    assert [turn.text for turn in turns] == ["我跟客服说：停水了，客服不管。", "好的"]
