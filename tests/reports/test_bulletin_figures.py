"""The numbers of a bulletin: recomputed here from the submissions, independently of the code that made them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from reports.bulletin import (
    BadDocumentNumber,
    BaseCounts,
    BulletinExtra,
    NothingToReport,
    change_text,
    compose,
    percent_text,
    reconcile,
)
from reports.bulletin.model import Bulletin
from reports.bulletin.numbers import issue_text, period_text
from reports.model import (
    Analysis,
    Campaign,
    Channel,
    Finding,
    Issue,
    Kind,
    Membership,
    Period,
    Score,
    Submission,
    Tone,
    ToneFinding,
)

MADE = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
TONES = [Tone.NEGATIVE, Tone.NEGATIVE, Tone.NEUTRAL, Tone.UNCERTAIN, Tone.POSITIVE]
CHANNELS = [Channel.PHONE, Channel.PHONE, Channel.PHONE, Channel.WECHAT, Channel.WEB]
KINDS = [Kind.COMPLAINT, Kind.COMPLAINT, Kind.ENQUIRY, Kind.PROPOSAL]


def town(count: int = 40) -> tuple[list[Submission], Analysis]:
    """A made-up town's month: `count` submissions, one campaign of three, one issue of seven."""
    submissions = [
        Submission(
            id=f"S{n:03}",
            title=f"桥头镇第{n}件事",
            text=f"桥头镇的路灯坏了第{n}天，晚上走路看不清，电话13800138000。",
            at=datetime(2026, 3, 1 + n % 30, 1 + n % 10, tzinfo=UTC),
            channel=CHANNELS[n % len(CHANNELS)],
            field="城乡建设" if n % 3 else "交通运输",
            unit="桥头镇政府" if n < 10 else "",
            author=f"p{n % 31}",
        )
        for n in range(count)
    ]
    findings = {
        s.id: Finding(
            id=s.id,
            score=Score(0.4, -0.4, 0.4, 0.1, ((s.text, 0.4),)),
            tone=ToneFinding(TONES[n % len(TONES)], 0.8),
            kind=KINDS[n % len(KINDS)],
            kind_proposed=n % 2 == 0,
        )
        for n, s in enumerate(submissions)
    }
    members = tuple(Membership(f"S{n:03}", 0.9) for n in range(7))
    issue = Issue(
        key="lamps",
        title="桥头镇路灯不亮",
        members=members,
        keywords=("路灯",),
        place="桥头镇",
        first=submissions[0].at,
        last=submissions[6].at,
        received=7,
        distinct_texts=5,
        people=7,
        heat=42.5,
        heat_parts={"received": 7.0},
        quotations=(("S000", "路灯坏了没人管，电话13800138000。"), ("S002", "请问路灯归哪里管？")),
    )
    campaign = Campaign("same", tuple(Membership(f"S{n:03}", 1.0) for n in (1, 2, 3)), "路灯")
    return submissions, Analysis("测试模型 1", findings, (campaign,), (issue,), {})


def bulletin(extra: BulletinExtra | None = None, period: Period | None = None) -> Bulletin:
    submissions, analysis = town()
    return compose(submissions, analysis, period=period, title=None, generated_at=MADE, extra=extra)


def test_every_share_of_the_golden_month_is_reproduced() -> None:
    total = 38_447
    channels = {34_859: "90.67%", 2_724: "7.09%", 170: "0.44%", 261: "0.68%", 318: "0.83%", 115: "0.30%"}
    kinds = {19_651: "51.11%", 592: "1.54%", 649: "1.69%", 15_042: "39.12%", 2_513: "6.54%"}
    for part, share in (*channels.items(), *kinds.items()):
        assert percent_text(part, total) == share
    for parts in (channels, kinds, {20_334: "直接答复", 18_113: "派单"}):
        check = reconcile(total, {str(n): n for n in parts})
        assert check.adds_up
        assert check.note == ""


def test_the_golden_half_year_of_a_leaders_board_is_reproduced() -> None:
    messages = {"省": 51_864, "市": 50_262, "县": 35_451}
    answers = {"省": 34_380, "市": 39_681, "县": 29_512}
    assert reconcile(137_577, messages).adds_up
    assert reconcile(103_573, answers).adds_up
    shares = [percent_text(answers[level], messages[level]) for level in messages]
    assert shares == ["66.29%", "78.95%", "83.25%"]


@pytest.mark.parametrize(("total", "parts"), [(284_406, 195_532), (18_804, 18_802), (3_942, 3_909)])
def test_reports_whose_parts_do_not_add_up_are_flagged_with_the_gap(total: int, parts: int) -> None:
    check = reconcile(total, {"甲": parts - 1, "乙": 1})
    assert not check.adds_up
    assert f"少{total - parts}" in check.note
    assert str(total) in check.note


def test_a_half_cent_is_rounded_up_and_nothing_is_divided_by_zero() -> None:
    assert percent_text(1, 800) == "0.13%"
    assert percent_text(0, 0) == "—"
    assert change_text(5, 0) == "—"
    assert change_text(5, None) == "—"
    assert change_text(150, 120) == "+25.00%"
    assert change_text(90, 120) == "-25.00%"


def test_every_figure_of_a_count_is_the_number_of_the_ids_behind_it() -> None:
    made = bulletin()
    known = {line.id for line in made.submissions}
    counted = [f for f in made.figures.values() if f.unit in ("条", "件", "人")]
    assert len(counted) > 30
    for figure in counted:
        assert figure.value == len(figure.ids) == len(set(figure.ids)), figure.key
        assert set(figure.ids) <= known
        assert figure.rule


def test_the_counts_are_those_of_the_submissions() -> None:
    submissions, analysis = town()
    made = bulletin()
    figures = made.figures
    assert figures["received"].value == len(submissions)
    assert figures["distinct_texts"].value == len(submissions) - 2
    assert figures["people"].value == len({s.author for s in submissions})
    for channel, count in Counter(s.channel for s in submissions).items():
        assert figures[f"channel.{channel.value}"].value == count
        assert figures[f"channel.{channel.value}.share"].text == f"{100 * count / len(submissions):.2f}%"
    for kind, count in Counter(f.kind for f in analysis.findings.values()).items():
        assert figures[f"kind.{kind.value}"].value == count
    tones = Counter(f.tone.tone for f in analysis.findings.values())
    assert made.tone == {tone.value: tones[tone] for tone in Tone}
    for field, count in Counter(s.field for s in submissions).items():
        assert figures[f"field.{field}"].value == count


def test_every_table_of_parts_adds_up_to_what_was_received() -> None:
    made = bulletin()
    for key in ("channels", "kinds", "fields", "tone"):
        table = made.tables[key]
        assert table.check is not None
        assert table.check.adds_up
        assert sum(int(row[1] or 0) for row in table.rows) == len(made.submissions)
    assert sum(int(row[1] or 0) for row in made.tables["days"].rows) == len(made.submissions)


def test_an_issue_is_counted_three_ways_from_its_members() -> None:
    issue = bulletin().issues[0]
    assert (issue.received, issue.distinct_texts, issue.people) == (7, 5, 7)
    assert bulletin().tables["issues"].columns[1].heading == "问题ID"


def test_a_reader_finds_every_figure_a_sentence_refers_to() -> None:
    made = bulletin()
    references = [key for s in made.sections for b in s.blocks for _, key in b.parts if key]
    assert references
    assert set(references) <= set(made.figures)
    for section in made.sections:
        for block in section.blocks:
            for text, key in block.parts:
                assert not key or text == made.figures[key].text


def test_the_same_content_has_the_same_hash_whenever_and_by_whomever_it_is_made() -> None:
    submissions, analysis = town()
    later = compose(
        submissions,
        analysis,
        period=None,
        title="另一个标题",
        generated_at=datetime(2027, 1, 1, tzinfo=UTC),
        extra=BulletinExtra(organ="某县人民政府", signed_off=True),
    )
    assert later.content_sha256 == bulletin().content_sha256
    fewer = compose(submissions[1:], analysis, period=None, title=None, generated_at=MADE)
    assert fewer.content_sha256 != later.content_sha256


def test_the_abstract_opens_with_the_conclusion_and_keeps_within_200_characters() -> None:
    text = bulletin().abstract_text
    assert text.startswith("总体判断")
    assert len(text) <= 200


def test_what_lies_outside_the_period_is_counted_and_left_out() -> None:
    made = bulletin(period=Period(date(2026, 3, 1), date(2026, 3, 10)))
    inside = [s for s in town()[0] if s.at is not None and (s.at.day <= 10)]
    assert made.figures["received"].value == len(inside)
    assert made.records == made.read == len(town()[0])
    assert made.outside_period == len(town()[0]) - len(inside)
    with pytest.raises(NothingToReport):
        bulletin(period=Period(date(2020, 1, 1), date(2020, 1, 2)))


def test_a_comparison_shows_its_base_and_a_base_of_nothing_shows_a_dash() -> None:
    before = Period(date(2026, 2, 1), date(2026, 2, 28))
    text = _text(bulletin(BulletinExtra(previous=BaseCounts(before, 32), last_year=BaseCounts(before, 0))))
    assert "环比+25.00%（基期2026年2月1日至28日，收到32条）" in text
    assert "同比—（基期2026年2月1日至28日，收到0条，基期为0，不计算）" in text


def test_critical_voices_are_shown_and_no_telephone_number_is() -> None:
    made = bulletin()
    quotes = [q for s in made.sections for b in s.blocks for q in b.quotes]
    assert any(q.tone == "负面" for q in quotes)
    assert all("13800138000" not in q.text for q in quotes)
    assert all("13800138000" not in line.text for line in made.submissions)


def test_the_mark_of_a_machine_stays_until_a_person_signs() -> None:
    assert bulletin().masthead.status == "自动生成，仅供参考"
    assert bulletin(BulletinExtra(signed_off=True)).masthead.status == ""
    assert bulletin().masthead.organ == ""


def test_numbers_of_documents_and_issues_follow_the_standard() -> None:
    assert issue_text(2026, 3, 15) == "2026年第3期（总第15期）"
    assert issue_text(None, None, None) == ""
    assert period_text(Period(date(2026, 3, 1), date(2026, 3, 31))) == "2026年3月1日至31日"
    assert bulletin(BulletinExtra(document_number="某政舆〔2026〕3号")).masthead.document_number
    for wrong in ("某政舆[2026]3号", "某政舆〔2026〕03号", "某政舆〔26〕3号"):
        with pytest.raises(BadDocumentNumber):
            bulletin(BulletinExtra(document_number=wrong))


def test_each_suggestion_names_a_unit_a_measure_and_a_limit() -> None:
    rows = bulletin().tables["suggestions"].rows
    assert rows
    for _, issue, unit, measure, limit in rows:
        assert issue == "桥头镇路灯不亮"
        assert unit == "桥头镇政府"
        assert measure
        assert "个工作日内" in str(limit)


def test_what_belongs_to_the_police_is_handed_on_and_not_inspected_on_site() -> None:
    submissions, analysis = town()
    fraud = replace(analysis, issues=tuple(replace(i, title="某理财公司涉嫌诈骗") for i in analysis.issues))
    made = compose(
        submissions, fraud, period=None, title=None, generated_at=datetime(2026, 4, 1, tzinfo=UTC), extra=None
    )
    measures = [str(row[3]) for row in made.tables["suggestions"].rows]
    assert measures and all("移送公安" in m and "现场核查" not in m for m in measures)


def _text(made: Bulletin) -> str:
    return "\n".join(block.text for section in made.sections for block in section.blocks)
