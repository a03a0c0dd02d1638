"""CSV files of submissions: columns by heading, every record a row or a rejection with its line and reason."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reports.model import Channel, Kind
from reports.tables import (
    ColumnsMissing,
    EmptyFile,
    Limits,
    TableRead,
    TooLarge,
    inspect_table,
    open_table,
    read_table,
)

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def read(folder: Path, content: str, **options: object) -> TableRead:
    path = folder / "table.csv"
    path.write_bytes(content.encode("utf-8", errors="surrogatepass"))
    return read_table(path, **options)  # type: ignore[arg-type]


def accounted(table: TableRead) -> bool:
    return len(table.rows) + len(table.rejected) == table.records


def test_a_leaders_board_export_is_read_by_its_headings(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        "留言编号,留言用户,留言主题,留言时间,留言详情,反对数,点赞数\n"
        "7001,U0001,路灯不亮,2024/3/5 8:05:09,“小区门口的路灯坏了，请修理。”,1,12\n",
    )
    (row,) = table.rows
    assert (row.id, row.line) == ("7001", 2)
    said = row.submission
    assert (said.title, said.author, said.likes, said.dislikes) == ("路灯不亮", "U0001", 12, 1)
    assert said.at == datetime(2024, 3, 5, 8, 5, 9)
    assert table.missing == () and table.encoding == "utf-8" and table.encoding_sure


def test_a_hotline_export_keeps_the_callers_details_apart_from_the_submission(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        "工单编号,来电时间,渠道,来电人,联系电话,身份证号,诉求类型,一级分类,二级分类,区县,街道,事发地址,来电内容,"
        "主办单位,办理期限,办理结果,满意度\n"
        "G1,2024-03-05 08:05,热线电话,赵某,13800000001,110101199001010011,投诉举报,城建,道路,东区,河沿街道,一号院,"
        "井盖丢了,区城管局,2024-03-12,已补装,满意\n",
    )
    (row,) = table.rows
    assert (row.contact.name, row.contact.phone, row.contact.id_number) == (
        "赵某",
        "13800000001",
        "110101199001010011",
    )
    said = row.submission
    assert said.channel is Channel.PHONE and said.kind is Kind.REPORT
    assert (said.field, said.place, said.unit) == ("城建", "东区河沿街道一号院", "区城管局")
    assert "13800000001" not in repr(said) and "赵某" not in repr(said)
    assert row.extra["field2"] == "道路" and row.extra["result"] == "已补装" and row.extra["satisfaction"] == "满意"
    assert row.extra["deadline"] == "2024-03-12T00:00:00"


def test_callers_known_by_phone_only_get_one_opaque_key_per_person(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        "编号,联系电话,内容\n1,13800000001,停水\n2,13900000002,停电\n3,138 0000 0001,还没来水\n4,,匿名\n",
    )
    keys = [row.submission.author for row in table.rows]
    assert keys[0] == keys[2] != keys[1] and keys[3] == ""
    assert all("138" not in key for key in keys)


@pytest.mark.parametrize(
    "heading",
    [
        "留言详情",
        " 留言 详情 ",
        "留言详情（必填）",
        "【诉求内容】",
        "来电内容:",
        "Content",
        "诉求内容*",
        "\ufeff内容",
        "ＴＥＸＴ",
    ],
)
def test_headings_are_recognised_through_spaces_brackets_width_and_case(tmp_path: Path, heading: str) -> None:
    assert read(tmp_path, f"id,{heading}\n1,停水三天\n").rows[0].submission.text == "停水三天"


def test_the_surer_of_two_headings_for_one_field_wins(tmp_path: Path) -> None:
    table = read(tmp_path, "编号,描述,诉求内容\n1,备注,真正的内容\n")
    assert table.rows[0].submission.text == "真正的内容"
    assert table.rows[0].extra == {"描述": "备注"}


def test_columns_of_one_name_do_not_hide_each_other(tmp_path: Path) -> None:
    table = read(tmp_path, "编号,内容,备注,备注,内容\n1,停水,甲,乙,丙\n")
    assert table.rows[0].submission.text == "停水"
    assert table.rows[0].extra == {"备注": "甲", "备注（2）": "乙", "内容（2）": "丙"}


def test_consent_to_publish_is_not_taken_for_a_wish_for_secrecy(tmp_path: Path) -> None:
    table = read(tmp_path, "编号,内容,是否公开,是否保密\n1,停水,是,否\n")
    assert table.rows[0].extra == {"public": "是", "confidential": "否"}


def test_a_mapping_given_by_a_person_overrules_what_is_recognised(tmp_path: Path) -> None:
    table = read(tmp_path, "编号,内容,口述\n1,模板,家里没水\n", mapping={"text": "口述"})
    assert table.rows[0].submission.text == "家里没水" and table.rows[0].extra == {"内容": "模板"}


def test_a_file_without_a_text_column_is_refused_with_its_headings(tmp_path: Path) -> None:
    with pytest.raises(ColumnsMissing) as caught:
        read(tmp_path, "编号,金额\n1,2\n")
    assert caught.value.missing == ("text",) and "金额" in caught.value.message


def test_a_mapping_to_a_heading_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ColumnsMissing, match="没有的列"):
        read(tmp_path, "编号,内容\n1,停水\n", mapping={"title": "没有的列"})


def test_a_title_line_above_the_heading_is_passed_over(tmp_path: Path) -> None:
    table = read(tmp_path, "某市热线工单导出（三月）,,\n\n编号,内容,时间\n1,停水,2024-03-05\n")
    assert table.headings == ("编号", "内容", "时间") and table.rows[0].line == 4


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    lines = ["编号|标题|内容", "1|路灯|坏了，很久；没人修"]
    table = read(tmp_path, "\n".join(line.replace("|", delimiter) for line in lines))
    assert table.rows[0].submission.text == "坏了，很久；没人修"


def test_a_record_is_reported_at_the_physical_line_where_it_starts(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        '编号,内容,时间\n1,"第一行\n第二行\n\n第四行",2024-03-05\n\n2,"又\r\n两行",2024-02-30\n3,好,2024-03-05\n',
    )
    assert [row.line for row in table.rows] == [2, 8 + 1]
    (bad,) = table.rejected
    assert (bad.line, bad.code, bad.id, bad.column) == (7, "bad_date", "2", "时间")
    assert bad.message == "第7行，列“时间”：日期“2024-02-30”不存在。"
    assert table.rows[0].submission.text == "第一行\n第二行\n\n第四行"


def test_each_fault_has_its_own_code_and_every_record_is_accounted_for(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        "编号,内容,时间,点赞数\n"
        "1,停水,2024-03-05,1\n"
        "2,   ,2024-03-05,1\n"
        "3,停电,昨天,1\n"
        "4,停气,2024-03-05,很多\n"
        "1,停水,2024-03-05,1\n"
        "1,另一件事,2024-03-05,1\n"
        "5,空\0字符,2024-03-05,1\n"
        "6,多,2024-03-05,1,又一格\n"
        f"7,{'长' * 51},2024-03-05,1\n"
        "1.23457E+14,堵车,2024-03-05,1\n"
        "8,短行\n",
        limits=Limits(max_text=50),
    )
    assert [(bad.line, bad.code) for bad in table.rejected] == [
        (3, "missing_text"),
        (4, "bad_date"),
        (5, "bad_number"),
        (6, "duplicate_row"),
        (7, "duplicate_id"),
        (8, "nul_character"),
        (9, "too_many_cells"),
        (10, "too_long"),
        (11, "mangled_id"),
    ]
    assert [row.id for row in table.rows] == ["1", "8"] and accounted(table)
    assert all(bad.message.startswith(f"第{bad.line}行") and bad.message.endswith("。") for bad in table.rejected)


def test_a_rejected_record_does_not_make_its_corrected_copy_a_duplicate(tmp_path: Path) -> None:
    table = read(tmp_path, "编号,内容,时间\n1,停水,2024-02-30\n1,停水,2024-03-01\n")
    assert [row.line for row in table.rows] == [3]


def test_an_unclosed_quote_costs_its_own_record_and_not_the_rest_of_the_file(tmp_path: Path) -> None:
    rest = "".join(f"{n},停水{n},2024-03-05\n" for n in range(2, 60))
    table = read(tmp_path, f'编号,内容,时间\n1,"没有闭合,2024-03-05\n{rest}')
    assert [(bad.line, bad.code) for bad in table.rejected] == [(2, "unclosed_quote")]
    assert len(table.rows) == 58 and accounted(table) and table.rows[-1].line == 60


def test_a_quote_closed_by_a_later_records_quote_does_not_swallow_the_records_between(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        '编号,内容,时间\n1,"没有闭合,2024-03-05\n2,停水,2024-03-05\n3,"停电",2024-03-05\n4,停气,2024-03-05\n',
    )
    assert [row.id for row in table.rows] == ["2", "3", "4"]
    assert [(bad.line, bad.code) for bad in table.rejected] == [(2, "unclosed_quote")]


def test_a_record_without_id_gets_the_same_id_in_every_reading(tmp_path: Path) -> None:
    first = read(tmp_path, "时间,内容\n2024-03-05,停水\n2024-03-06,停水\n")
    again = read(tmp_path, "内容;时间\n停水;2024-03-06\n停水;2024-03-05\n")
    assert {row.id for row in first.rows} == {row.id for row in again.rows} and len(first.rows) == 2
    assert all(row.id_generated for row in first.rows) and "id" in first.missing


def test_counts_are_read_as_people_write_them(tmp_path: Path) -> None:
    table = read(tmp_path, '编号,内容,点赞数\n1,甲,"1,234"\n2,乙,１２\n3,丙,3.0\n4,丁,1.2万\n5,戊,\n6,己,-1\n')
    assert [row.submission.likes for row in table.rows] == [1234, 12, 3, 12000, 0]
    assert table.rejected[0].code == "bad_number"


def test_control_characters_are_removed_and_no_word_is_changed(tmp_path: Path) -> None:
    table = read(tmp_path, '编号,内容\n1,"\t\u3000停\x0b水_x000D_\n三天\x07 "\n')
    assert table.rows[0].submission.text == "停水\n三天"


def test_lone_surrogates_and_overlong_ids_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"id": "1", "text": "坏\\ud800了"}\n{"id": "' + "9" * 300 + '", "text": "好"}\n', encoding="utf-8")
    assert [bad.code for bad in read_table(path).rejected] == ["lone_surrogate", "too_long"]


def test_reading_record_by_record_gives_the_same_and_can_be_left_early(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("编号,内容\n" + "".join(f"{n},停水{n}\n" for n in range(100)), encoding="utf-8")
    with open_table(path) as table:
        assert table.mapping == {"id": "编号", "text": "内容"}
        assert next(iter(table)) == read_table(path).rows[0]
        assert table.records == 1


def test_too_many_records_and_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TooLarge) as rows:
        read(tmp_path, "编号,内容\n1,甲\n2,乙\n3,丙\n", limits=Limits(max_rows=2))
    assert rows.value.limit == "max_rows"
    with pytest.raises(TooLarge) as columns:
        read(tmp_path, "编号,内容" + ",列" * 300 + "\n1,甲\n")
    assert columns.value.limit == "max_columns"


@pytest.mark.parametrize("content", ["", "\ufeff", "\n\n \n", "编号,内容\n", "编号,内容\n\n,\n"])
def test_a_file_with_nothing_in_it_is_called_empty(tmp_path: Path, content: str) -> None:
    with pytest.raises(EmptyFile):
        read(tmp_path, content)


def test_a_preview_shows_headings_rows_and_the_proposed_columns(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("编号,内容,备用列\n" + "".join(f"{n},停水{n},\n" for n in range(30)), encoding="utf-8")
    shown = inspect_table(path)
    assert shown.headings == ("编号", "内容", "备用列") and len(shown.rows) == 10
    assert shown.proposed == {"id": "编号", "text": "内容"} and shown.unrecognised == ("备用列",)
    assert shown.missing == ("title", "at") and shown.encoding_sure


@pytest.mark.parametrize(
    ("name", "records"),
    [("citizen_messages.csv", 2966), ("messages_with_replies.csv", 1412), ("messages_by_field.csv", 860)],
)
def test_every_record_of_the_real_exports_is_read(name: str, records: int) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"real data not present: {path}")
    table = read_table(path)
    assert (table.records, len(table.rows), table.rejected) == (records, records, ())
    assert all(row.submission.at for row in table.rows)
    if "replies" in name:
        assert all(row.extra["reply"] and "T" in row.extra["reply_at"] for row in table.rows)


def test_a_moment_with_a_zone_keeps_it(tmp_path: Path) -> None:
    table = read(tmp_path, "编号,内容,时间\n1,甲,2024-03-05T00:05:09Z\n")
    assert table.rows[0].submission.at == datetime(2024, 3, 5, 0, 5, 9, tzinfo=UTC)
