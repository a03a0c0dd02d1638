"""What the bulletin says in words: true of its figures, honest about what is uncertain, and tied to the matter."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from reports.bulletin import BaseCounts, BulletinExtra, Consultation, SourceFile, compose
from reports.bulletin.matters import matter_of
from reports.bulletin.model import Bulletin
from reports.bulletin.outcomes import without_judged_stances
from reports.bulletin.scope import cut_at_clause
from reports.model import Analysis, Membership, Period, Rejected, Submission, Tone
from tests.reports.test_bulletin_figures import town

MADE = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)


def _made(submissions: list[Submission], analysis: Analysis, extra: BulletinExtra | None = None) -> Bulletin:
    return compose(submissions, analysis, period=None, title=None, generated_at=MADE, extra=extra)


def _text(made: Bulletin, key: str) -> str:
    return "\n".join(b.text for section in made.sections if section.key == key for b in section.blocks)


def _on_days(days: list[int]) -> Bulletin:
    submissions, analysis = town(len(days))
    first = datetime(2026, 3, 1, 4, tzinfo=UTC)
    placed = [replace(s, at=first + timedelta(days=day)) for s, day in zip(submissions, days, strict=True)]
    return _made(placed, analysis)


def test_days_that_are_equally_busy_are_all_named() -> None:
    made = _on_days([0, 0, 0, 4, 4, 4, 5, 6, 7, 8])
    assert "3月1日、" in made.charts["volume"].title
    assert "并列最多，各3条" in made.charts["volume"].title
    assert "3月5日" in made.charts["volume"].title


def test_days_that_are_all_alike_have_no_peak() -> None:
    assert "没有高峰" in _text(_on_days([0, 1, 2, 3, 4, 5, 6, 7]), "overview")


def test_one_busiest_day_is_named_alone() -> None:
    made = _on_days([0, 0, 0, 1, 2, 3, 4, 5])
    assert made.charts["volume"].title.endswith("最多，收到3条")


def test_a_trend_names_the_days_it_compares_and_says_the_change_in_words() -> None:
    made = _on_days([n // 2 for n in range(20)] + list(range(10, 30)))
    said = _text(made, "assessment")
    assert "（2026年3月" in said
    assert "上升" in said or "下降" in said or "持平" in said
    assert "变化-" not in said and "变化+" not in said


def test_a_consultation_s_counts_are_figures_and_what_is_still_to_come_is_no_gap() -> None:
    submissions, analysis = town()
    draft = Consultation(
        title="停车管理办法",
        opens=date(2026, 3, 1),
        closes=date(2026, 3, 31),
        received=9,
        distinct_texts=7,
        people=8,
        stances={"赞成": 4, "反对": 3},
        dispositions={"采纳": 2},
    )
    made = _made(submissions, analysis, BulletinExtra(consultations=(draft,)))
    said = _text(made, "consultations")
    assert "另有2条未表明立场" in said
    assert "另有7条尚未作出采纳说明" in said
    assert "差额" not in said
    table = made.tables["consultations"]
    assert [made.figures[key].value for key in table.figures] == [9]
    assert made.figures["consultation.1.stance.赞成"].value == 4
    section = next(s for s in made.sections if s.key == "consultations")
    keys = {key for block in section.blocks for _, key in block.parts if key}
    assert {"consultations.received", "consultations.people", "consultations.distinct_texts"} <= keys


def test_more_stances_than_comments_are_told_as_an_error_of_the_counts() -> None:
    submissions, analysis = town()
    draft = Consultation("办法", date(2026, 3, 1), date(2026, 3, 31), 2, 2, 2, stances={"赞成": 3})
    assert "多1" in _text(_made(submissions, analysis, BulletinExtra(consultations=(draft,))), "consultations")


def test_what_a_program_judged_of_stances_stands_apart_and_the_public_edition_has_none_of_it() -> None:
    submissions, analysis = town()
    draft = Consultation("办法", date(2026, 3, 1), date(2026, 3, 31), 6, 6, 6, stances={"赞成": 3, "其他": 3})
    judged = replace(
        draft,
        judged={"反对": 2, "无法判断": 1},
        judged_ids={"反对": ("comment:4", "comment:5"), "无法判断": ("comment:6",)},
        judged_corrected=1,
        judged_by="stance-x",
    )
    without, made = (_made(submissions, analysis, BulletinExtra(consultations=(d,))) for d in (draft, judged))
    assert made.tables["consultation_stances"].rows == (("办法", "赞成3、其他3", "反对2、无法判断1", 1),)
    assert made.figures["consultation.1.judged.反对"].ids == ("comment:4", "comment:5")
    assert made.figures["consultation.1.stance.赞成"].value == 3
    assert made.tables["consultations"] == without.tables["consultations"]
    assert "机器判断" in _text(made, "consultations") and "机器判断" not in _text(without, "consultations")
    public = without_judged_stances(made)
    assert (public.sections, public.tables, public.figures) == (without.sections, without.tables, without.figures)


def test_a_suggestion_follows_from_what_the_issue_is_about() -> None:
    assert "生态环境" in _leads("小区附近搅拌站噪音扰民")
    assert "教育" in _leads("小学划片学区调整")
    assert "人力资源" in _leads("工地拖欠工资")
    assert "公安" in _leads("车贷平台诈骗")
    assert matter_of("想说几句话", ["今天天气很好", "谢谢"]) is None


def test_a_proposed_department_is_marked_as_to_be_confirmed_unless_the_source_names_one() -> None:
    submissions, analysis = town()
    nameless = [replace(s, unit="") for s in submissions]
    loud = replace(analysis, issues=tuple(replace(i, title="搅拌站噪音扰民") for i in analysis.issues))
    (row,) = _made(nameless, loud).tables["suggestions"].rows
    assert "待核定" in str(row[2])
    (row,) = _made(submissions, loud).tables["suggestions"].rows
    assert row[2] == "桥头镇政府"


def test_endorsements_that_raise_an_issue_s_heat_are_told_and_counted() -> None:
    submissions, analysis = town()
    liked = [replace(s, likes=3, dislikes=1) for s in submissions]
    made = _made(liked, analysis)
    assert made.figures["issue.1.likes"].value == 21
    assert "获点赞21次、反对7次" in _text(made, "topics")
    assert "点赞" not in _text(_made(submissions, analysis), "topics").replace("点赞减反对", "")


def test_a_quotation_is_cut_where_a_clause_ends() -> None:
    sentence = "路灯坏了三个月没有人来修，打过电话说已经登记，可是一直没有下文，晚上接孩子放学要走很长的黑路"
    cut = cut_at_clause(sentence, 40)
    assert cut == "路灯坏了三个月没有人来修，打过电话说已经登记，可是一直没有下文…"
    assert cut_at_clause("很短。", 40) == "很短。"
    assert len(cut_at_clause("长" * 500, 40)) <= 40


def test_every_figure_that_prose_and_charts_show_is_the_count_of_the_submissions_behind_it() -> None:
    submissions, analysis = town()
    made = _made(submissions, analysis)
    lines = {line.id: line for line in made.submissions}
    for name, number in Counter(line.kind for line in lines.values()).items():
        row = next(row for row in made.tables["kinds"].rows if row[0] == name)
        assert row[1] == number
        chart = made.charts["kinds"]
        assert chart.series[0].values[chart.labels.index(name)] == number
    for section in made.sections:
        for block in section.blocks:
            for text, key in block.parts:
                assert not key or made.figures[key].text == text


def _leads(title: str) -> str:
    matter = matter_of(title, [title])
    assert matter is not None
    return matter.leads


def test_a_week_is_compared_with_the_week_before_it() -> None:
    submissions, analysis = town(20)
    week = [replace(s, at=datetime(2026, 3, 9 + n % 7, 4, tzinfo=UTC)) for n, s in enumerate(submissions)]
    before = BaseCounts(Period(date(2026, 3, 2), date(2026, 3, 8)), 40)
    said = _text(_made(week, analysis, BulletinExtra(previous=before)), "assessment")
    assert "走势：显著下降。本期收到20条，上期（2026年3月2日至8日）收到40条，下降50.00%" in said
    assert "无法按窗口比较" in _text(_made(week, analysis), "assessment")


def test_too_few_submissions_are_given_no_level_of_risk() -> None:
    submissions, analysis = town(9)
    made = _made(submissions, analysis)
    assert "风险等级：暂不判定" in _text(made, "assessment")
    assert "样本少" in _text(made, "assessment")
    assert {row[2] for row in made.tables["risk"].rows} == {"无法判断"}
    assert "风险等级暂不判定" in made.abstract_text


def test_submissions_without_times_are_told_in_a_whole_sentence() -> None:
    submissions, analysis = town(12)
    made = _made([replace(s, at=None) for s in submissions], analysis)
    assert "来源未注明时间，收到诉求12条" in made.abstract_text
    assert "（来源未注明时间）" not in made.abstract_text + _text(made, "overview")


CONFUSION = ((480, 40, 5, 44), (70, 400, 20, 84), (8, 30, 170, 35))


def test_a_share_of_a_tone_is_told_with_its_interval_and_whether_it_is_corrected() -> None:
    submissions, analysis = town(200)
    corrected = _made(submissions, analysis, BulletinExtra(confusion=CONFUSION))
    line = corrected.estimates["tone.negative.estimate"]
    assert line.low < line.share < line.high
    assert line.n == 200
    assert f"负面{line.text}" in _text(corrected, "sentiment")
    assert "已按模型误差校正" in corrected.abstract_text
    # One share of a tone stands in the whole bulletin: the estimate, and no bare quotient of counts beside it.
    assert next(row[2] for row in corrected.tables["tone"].rows) == line.text.replace("，已按模型误差校正", "")
    assert "40.00%" not in _text(corrected, "sentiment")
    assert corrected.charts["tone"].title.startswith("负面约")
    assert "混淆矩阵（1386条）校正" in _text(corrected, "sentiment")
    plain = _made(submissions, analysis)
    assert "未按模型误差校正" in _text(plain, "sentiment")
    assert "不计模型误差" in _text(plain, "sentiment")
    assert plain.estimates["tone.negative.estimate"].n == 160
    assert plain.figures["tone.decided"].value == 160


def test_of_few_submissions_no_share_of_a_tone_is_quoted_anywhere() -> None:
    made = _made(*town(20), BulletinExtra(confusion=CONFUSION))
    assert not made.estimates
    assert "%" not in _text(made, "sentiment")
    assert [row[2] for row in made.tables["tone"].rows] == ["样本不足"] * 5
    assert made.tables["tone"].total == ("合计", 20, "")
    assert "不计占比" in made.abstract_text
    assert made.charts["tone"].title == "负面诉求8条"


def test_a_mostly_negative_channel_is_no_risk_by_itself_but_a_share_that_has_risen_is() -> None:
    submissions, analysis = town(200)
    angry = replace(
        analysis,
        findings={
            key: replace(f, tone=replace(f.tone, tone=Tone.NEGATIVE if n % 10 else Tone.NEUTRAL))
            for n, (key, f) in enumerate(analysis.findings.items())
        },
    )
    before = Period(date(2026, 1, 30), date(2026, 2, 28))
    always = BaseCounts(before, 200, tone={"negative": 178, "neutral": 22})
    calmer = BaseCounts(before, 200, tone={"negative": 120, "neutral": 80})
    name = "负面诉求占比较前期显著上升"

    def met(extra: BulletinExtra) -> str:
        rows = {row[0]: row[2] for row in _made(submissions, angry, extra).tables["risk"].rows}
        return str(rows[name])

    assert met(BulletinExtra(previous=always)) == "否"
    assert met(BulletinExtra(previous=calmer)) == "是"
    undated = [replace(s, at=None) for s in submissions]
    (row,) = (r for r in _made(undated, angry).tables["risk"].rows if r[0] == name)
    assert row[2] == "无法判断"
    assert "无可比基期" in str(row[1])


def test_every_count_in_the_sentence_of_an_issue_can_be_traced() -> None:
    made = _made(*town(40))
    section = next(s for s in made.sections if s.key == "topics")
    said = next(b for b in section.blocks if "诉求类型为" in b.text)
    keys = {key for _, key in said.parts if key}
    assert {"issue.1.kind.complaint", "issue.1.tone.negative"} <= keys
    negative = made.figures["issue.1.tone.negative"]
    assert negative.value == len(negative.ids) == made.issues[0].tone["negative"]


def test_every_condition_of_the_risk_level_names_the_submissions_behind_it() -> None:
    made = _made(*town(200), BulletinExtra(previous=BaseCounts(Period(date(2026, 1, 1), date(2026, 1, 31)), 100)))
    table = made.tables["risk"]
    assert len(table.figures) == len(table.rows)
    assert all(made.figures[key].ids for key in table.figures)


def test_what_was_rejected_or_left_out_or_counted_before_is_a_figure_too() -> None:
    source = SourceFile("a.csv", rejected=(Rejected(3, "missing_text", "没有内容。", id="X1"),), outside_period=2)
    base = BaseCounts(Period(date(2026, 2, 1), date(2026, 2, 28)), 32, tone={"negative": 9}, ids=("B1", "B2"))
    made = _made(*town(40), BulletinExtra(source=source, previous=base))
    figures = made.figures
    assert (figures["records"].value, figures["outside_period"].value, figures["rejected"].value) == (43, 2, 1)
    assert figures["rejected"].ids == ("X1",)
    assert figures["base.mom.received"].ids == figures["base.mom.negative"].ids == ("B1", "B2")
    keys = {key for section in made.sections for block in section.blocks for _, key in block.parts}
    assert {"records", "outside_period", "rejected", "base.mom.received", "base.mom.negative"} <= keys


def test_the_comments_behind_a_consultation_s_counts_are_named_where_they_are_known() -> None:
    submissions, analysis = town()
    draft = Consultation(
        "办法",
        date(2026, 3, 1),
        date(2026, 3, 31),
        2,
        2,
        2,
        stances={"赞成": 1, "反对": 1},
        ids=("comment:1", "comment:2"),
        stance_ids={"赞成": ("comment:1",), "反对": ("comment:2",)},
    )
    figures = _made(submissions, analysis, BulletinExtra(consultations=(draft,))).figures
    assert figures["consultations.received"].ids == ("comment:1", "comment:2")
    assert figures["consultation.1.received"].ids == ("comment:1", "comment:2")
    assert figures["consultation.1.stance.反对"].ids == ("comment:2",)


def test_an_issue_s_trend_is_told_only_when_it_could_be_tested() -> None:
    made = _made(*town(40))
    assert made.trends["issue.1.received"].answer == "样本太少，不作判断"
    assert "数量走势" not in _text(made, "topics")
    submissions, analysis = town(400)
    every = tuple(Membership(s.id, 1.0) for s in submissions[:200])
    (issue,) = analysis.issues
    loud = replace(analysis, issues=(replace(issue, members=every),))
    first = datetime(2026, 1, 5, 4, tzinfo=UTC)
    grown = [replace(s, at=first + timedelta(days=int((n % 200) ** 0.5 * 4))) for n, s in enumerate(submissions)]
    made = _made(grown, loud)
    assert made.trends["issue.1.received"].answer == "显著上升"
    assert "数量走势：显著上升" in _text(made, "topics")
