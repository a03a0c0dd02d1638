"""Moments, numerals and transcripts as real systems write them."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from reports.model import Speaker
from reports.tables import read_table
from reports.tables.dates import UnreadableMoment, parse_moment
from reports.tables.numerals import number_of
from reports.tables.transcripts import UnreadableTranscript, parse_transcript, split_dialogue

SHANGHAI = timezone(timedelta(hours=8))
CALLER, DESK, SOMEBODY = Speaker.CITIZEN, Speaker.OPERATOR, Speaker.UNKNOWN


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2019/2/28 11:25:05", datetime(2019, 2, 28, 11, 25, 5)),
        ("2020-01-04 08:13", datetime(2020, 1, 4, 8, 13)),
        ("2020-01-04T08:13:20.5", datetime(2020, 1, 4, 8, 13, 20, 500000)),
        ("2024年3月5日 14时", datetime(2024, 3, 5, 14)),
        ("2024年3月5日14时5分", datetime(2024, 3, 5, 14, 5)),
        ("2024 年 3 月 5 日 下午 2:05", datetime(2024, 3, 5, 14, 5)),
        ("2024年3月5日（星期二）上午12点", datetime(2024, 3, 5, 0)),
        ("二〇二四年三月五日", datetime(2024, 3, 5)),
        ("二○二四年十二月二十一日 十四时", datetime(2024, 12, 21, 14)),
        ("２０２４／３／５　８：０５", datetime(2024, 3, 5, 8, 5)),
        ("2024.3.5", datetime(2024, 3, 5)),
        ("20240305", datetime(2024, 3, 5)),
        ("20240305140809", datetime(2024, 3, 5, 14, 8, 9)),
        ("45356", datetime(2024, 3, 5)),
        ("45356.75", datetime(2024, 3, 5, 18)),
        (45356.25, datetime(2024, 3, 5, 6)),
        (date(2024, 3, 5), datetime(2024, 3, 5)),
        ("2024-03-05 24:00", datetime(2024, 3, 6)),
        ("2024-03-05T14:00:00+08:00", datetime(2024, 3, 5, 14, tzinfo=SHANGHAI)),
        (1709600000000, datetime.fromtimestamp(1709600000, tz=SHANGHAI)),
        ("2024-02-29", datetime(2024, 2, 29)),
        ("  ", None),
        (None, None),
    ],
)
def test_a_moment_is_read_in_every_form_that_exports_use(written: object, moment: datetime | None) -> None:
    assert parse_moment(written) == moment


@pytest.mark.parametrize(
    "written",
    [
        "2024年2月30日",
        "2023-02-29",
        "2024-13-01",
        "2024-03-05 25:00",
        "2024-03-05 12:61",
        "0001-01-01",
        "9999/1/1",
    ],
)
def test_a_day_or_hour_that_does_not_exist_is_named_as_such(written: str) -> None:
    with pytest.raises(UnreadableMoment) as caught:
        parse_moment(written)
    assert caught.value.impossible and caught.value.reason


@pytest.mark.parametrize(
    "written", ["昨天", "3/5/2024", "12", "1e9999", "2024年", "9" * 70, "²⁰²⁴-1-1x", "五个工作日", True]
)
def test_what_is_no_moment_is_refused_and_not_guessed(written: object) -> None:
    with pytest.raises(UnreadableMoment):
        parse_moment(written)


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("一", 1), ("十", 10), ("十五", 15), ("二十", 20), ("九十九", 99), ("一百", 100), ("一百零三", 103),
        ("一百〇三", 103), ("一百一十", 110), ("二百五十六", 256), ("一千零一", 1001), ("廿三", 23),
        ("二〇二四", 2024), ("12", 12), ("１２", 12), ("两百", 200),
    ],
)  # fmt: skip
def test_chinese_numerals_are_read(numeral: str, number: int) -> None:
    assert number_of(numeral) == number


@pytest.mark.parametrize("numeral", ["", "甲", "十百", "一二百", "第一", "一万"])
def test_what_is_no_numeral_gives_none(numeral: str) -> None:
    assert number_of(numeral) is None


@pytest.mark.parametrize(
    ("cell", "turns"),
    [
        ("话务员：您好。\n市民：路灯坏了。", [(DESK, "您好。", None), (CALLER, "路灯坏了。", None)]),
        (
            "坐席01:您好，请讲。来电人:家里停水了！坐席01:好的。",
            [(DESK, "您好，请讲。", None), (CALLER, "家里停水了！", None), (DESK, "好的。", None)],
        ),
        ("[00:03] 客服：您好\n[01:12] 王女士：停电了", [(DESK, "您好", 3.0), (CALLER, "停电了", 72.0)]),
        ("00:03 接线员：您好\n00:10 先生：停电了", [(DESK, "您好", 3.0), (CALLER, "停电了", 10.0)]),
        ("市民[00:00:05-00:00:09]：喂\n12345[00:00:10]：您好", [(CALLER, "喂", 5.0), (DESK, "您好", 10.0)]),
        ("【话务员】：您好\n【市民】：第一行\n第二行", [(DESK, "您好", None), (CALLER, "第一行\n第二行", None)]),
        ("说话人1：喂\n说话人2：您好", [(SOMEBODY, "喂", None), (SOMEBODY, "您好", None)]),
        ("没有说话人的一段话", [(SOMEBODY, "没有说话人的一段话", None)]),
        ("", []),
    ],
)
def test_a_transcript_is_split_by_its_speakers(cell: str, turns: list[tuple[Speaker, str, float | None]]) -> None:
    assert [(turn.speaker, turn.text, turn.at_seconds) for turn in parse_transcript(cell)] == turns


def test_a_speaker_named_inside_a_sentence_starts_no_turn() -> None:
    turns = parse_transcript("市民：我上次跟客服：那位小李说过，也问过工作人员：没人管\n话务员：好的")
    assert [turn.speaker for turn in turns] == [CALLER, DESK]
    assert split_dialogue("我昨天打电话，话务员：您好。市民：我说停水") == ()


def test_a_json_list_of_turns_is_read() -> None:
    cell = json.dumps(
        [
            {"speaker": "agent", "text": "您好", "start": 0.5},
            {"role": "市民", "content": "停水了", "beginTime": 3200},
            {"角色": "坐席", "内容": "好的", "开始时间": "00:12"},
            ["客服", "再见"],
        ],
        ensure_ascii=False,
    )
    turns = parse_transcript(cell)
    assert [(t.speaker, t.text, t.at_seconds) for t in turns] == [
        (DESK, "您好", 0.5), (CALLER, "停水了", 3.2), (DESK, "好的", 12.0), (DESK, "再见", None)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cell", ['[{"speaker": "市民"', '[{"speaker": "市民"}]', "[[1, 2]]", '[{"text": 3}]', "[" * 9000]
)
def test_a_broken_list_of_turns_is_refused(cell: str) -> None:
    with pytest.raises(UnreadableTranscript):
        parse_transcript(cell)


def test_a_calls_text_is_its_summary_or_the_citizens_own_turns(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "工单编号,工单内容,通话记录\n"
        '1,来电人反映停水。,"话务员：您好。\n市民：家里停水。"\n'
        '2,,"话务员：您好。\n市民：路灯坏了。\n话务员：在哪里？\n市民：河边。"\n'
        "3,话务员：您好。市民：噪音太大。话务员：好的。,\n"
        '4,内容,"[{""speaker"""\n',
        encoding="utf-8",
    )
    table = read_table(path)
    said = [row.submission for row in table.rows]
    assert [s.text for s in said] == ["来电人反映停水。", "路灯坏了。\n河边。", "噪音太大。"]
    assert said[2].citizen_texts() == ("噪音太大。",)
    assert table.rejected[0].code == "bad_transcript" and table.rejected[0].line == 9
