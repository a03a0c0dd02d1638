"""二、热点议题: what people speak of most, in figures and in their own words, critical ones included."""

from __future__ import annotations

from collections.abc import Sequence

from reports.bulletin import tendencies
from reports.bulletin.breakdowns import SMALL_SAMPLE, kinds_of
from reports.bulletin.model import (
    Block,
    BulletinExtra,
    Chart,
    Column,
    IssueLine,
    Quote,
    Section,
    Series,
    Table,
)
from reports.bulletin.numbers import period_text
from reports.bulletin.overview import Volume
from reports.bulletin.scope import QUOTE_LIMIT, Scope, clipped, quote_of
from reports.bulletin.words import (
    HEAT_PART_NAMES,
    KIND_NAMES,
    NOTE_HEAT,
    TONE_NAMES,
    numeral,
)
from reports.bulletin.workbench import (
    Workbench,
    chart_block,
    heading,
    note,
    paragraph,
    quotes_block,
    say,
    section,
    table_block,
)
from reports.model import Period, Tone

#: Rows of the printed issue table (rule R42); the data files hold every issue.
TOP_TABLE = 10
#: Issues described one by one.
TOP_TOLD = 5
#: Quotations shown for an issue.
QUOTES_EACH = 3
#: Critical voices shown where no described issue has any.
CRITICAL_LEAST = 3

TITLE_LIMIT = 40


#: Characters of an issue's key that a table shows; enough to find it, the whole key stands in the data files.
SHOWN_KEY = 8


def topics(
    scope: Scope,
    bench: Workbench,
    issues: Sequence[IssueLine],
    volume: Volume,
    extra: BulletinExtra,
) -> Section:
    """The section. Its figures are `issue.<rank>.received`, `.distinct_texts`, `.people`, `.heat`."""
    if not issues:
        blocks = [paragraph("本期诉求未形成议题：没有发现多人用不同的话反映同一事项的情况。")]
        return section("topics", "热点议题与观点", [*blocks, *_critical(scope, issues)])
    for issue in issues:
        _figures(bench, issue, scope)
    _trends(scope, bench, issues)
    _all_issues(bench, issues)
    table = _issue_table(bench, issues)
    inside = {id_ for issue in issues for id_ in issue.members}
    placed = bench.count(
        "in_issues",
        "归入议题",
        "属于任一议题的诉求",
        scope.where(lambda s: s.id in inside),
    )
    outside = scope.where(lambda s: s.id not in inside)
    number = bench.measure("issues", "议题数", len(issues), "本期内至少有一条诉求的议题", placed.ids)
    lead = (
        f"共归并形成议题{say(number)}个，涉及诉求{say(placed)}条，"
        f"占全部诉求的{say(bench.share(placed, volume.received))}；"
        f"其余{say(bench.count('outside_issues', '未归入议题', '不属于任何议题的诉求', outside))}条"
        "未发现与他人反映同一事项。归并由机器完成，可能有遗漏或误归。热度居前的议题如下。"
    )
    blocks = [paragraph(lead), table_block(table)]
    if len(issues) > 1:  # one bar alone compares nothing
        blocks.append(chart_block(_heat_chart(bench, issues)))
    blocks.append(note(_heat_note(issues, extra)))
    for n, issue in enumerate(issues[:TOP_TOLD], start=1):
        blocks += _told(scope, bench, issue, n)
    blocks += _critical(scope, issues[:TOP_TOLD])
    return section("topics", "热点议题与观点", blocks)


def _figures(bench: Workbench, issue: IssueLine, scope: Scope) -> None:
    of = f"议题“{clipped(issue.title, TITLE_LIMIT)}”"
    key = f"issue.{issue.rank}"
    bench.count(f"{key}.received", f"{of}收到", f"属于{of}的诉求", issue.members)
    bench.count(
        f"{key}.distinct_texts",
        f"{of}不同文本",
        f"属于{of}，每组同文意见取一条",
        scope.distinct(issue.members),
        unit="件",
    )
    bench.count(
        f"{key}.people",
        f"{of}涉及人数",
        f"属于{of}，按用户标识去重",
        scope.people(issue.members),
        unit="人",
    )
    bench.measure(
        f"{key}.heat",
        f"{of}热度指数",
        round(issue.heat, 2),
        "由分析模块按热度公式计算",
        issue.members,
    )


def _trends(scope: Scope, bench: Workbench, issues: Sequence[IssueLine]) -> None:
    test, found = tendencies.of_issues(scope, issues)
    for issue in issues:
        label = f"议题“{clipped(issue.title, TITLE_LIMIT)}”走势"
        bench.trend(f"issue.{issue.rank}.received", label, test, found[issue.key])


def span_text(issue: IssueLine) -> str:
    """The issue's first and last day in words."""
    if issue.first is None or issue.last is None:
        return "未注明"
    return period_text(Period(issue.first, issue.last))


def _issue_table(bench: Workbench, issues: Sequence[IssueLine]) -> Table:
    rows = tuple(
        (
            issue.rank,
            issue.key[:SHOWN_KEY],
            round(issue.heat, 2),
            span_text(issue),
            issue.place or "未集中",
            issue.title,
        )
        for issue in issues
    )
    return bench.put_table(
        Table(
            key="issues",
            caption="集中诉求（热点议题）" if len(issues) <= TOP_TABLE else f"集中诉求（热点议题）前{TOP_TABLE}位",
            columns=(
                Column("rank", "热度排名", "int", 3),
                Column("key", "问题ID", weight=6),
                Column("heat", "热度指数", "number", 4),
                Column("span", "时间范围", weight=8),
                Column("place", "地点人群", weight=7),
                Column("title", "问题描述", weight=12),
            ),
            rows=rows,
            figures=tuple(f"issue.{issue.rank}.received" for issue in issues),
            printed_rows=TOP_TABLE,
        )
    )


def _all_issues(bench: Workbench, issues: Sequence[IssueLine]) -> Table:
    names = list(dict.fromkeys(name for issue in issues for name in issue.heat_parts))
    rows = tuple(
        (
            issue.rank,
            issue.title,
            issue.received,
            issue.distinct_texts,
            issue.people,
            bench.trends[f"issue.{issue.rank}.received"].answer,
            *(issue.tone[tone.value] for tone in Tone),
            *(round(issue.heat_parts[name], 4) if name in issue.heat_parts else None for name in names),
        )
        for issue in issues
    )
    return bench.put_table(
        Table(
            key="issue_counts",
            caption="各议题数量、情感倾向与热度组成",
            columns=(
                Column("rank", "热度排名", "int"),
                Column("title", "问题描述", weight=6),
                Column("received", "收到（条）", "int"),
                Column("distinct_texts", "不同文本（件）", "int"),
                Column("people", "涉及人数", "int"),
                Column("trend", "走势", weight=3),
                *(Column(f"tone_{tone.value}", TONE_NAMES[tone], "int") for tone in Tone),
                *(
                    Column(
                        f"heat_{name}",
                        f"热度组成：{HEAT_PART_NAMES.get(name, name)}",
                        "number",
                    )
                    for name in names
                ),
            ),
            rows=rows,
            figures=tuple(f"issue.{issue.rank}.received" for issue in issues),
            printed_rows=0,
        )
    )


def _heat_chart(bench: Workbench, issues: Sequence[IssueLine]) -> Chart:
    shown = issues[:TOP_TABLE]
    top = shown[0]
    return bench.put_chart(
        Chart(
            key="issues",
            kind="bars",
            title=f"“{clipped(top.title, 18)}”热度最高",
            caption=f"按热度指数排列，图示前{len(shown)}个议题；括号内为收到条数",
            labels=tuple(clipped(issue.title, 26) for issue in shown),
            series=(Series("热度指数", tuple(round(issue.heat, 2) for issue in shown)),),
            label_heading="议题",
            unit="",
            shares=tuple(f"{issue.received}条" for issue in shown),
            alt="热度居前的议题依次为："
            + "；".join(f"{i.title}，热度指数{i.heat:.2f}，收到{i.received}条" for i in shown)
            + "。",
        )
    )


def _heat_note(issues: Sequence[IssueLine], extra: BulletinExtra) -> str:
    return NOTE_HEAT + (extra.heat_rule if extra.heat_rule else "")


def _told(scope: Scope, bench: Workbench, issue: IssueLine, n: int) -> list[Block]:
    key = f"issue.{issue.rank}"
    figures = bench.figures
    endorsed = sum(scope.by_id[id_].likes for id_ in issue.members)
    opposed = sum(scope.by_id[id_].dislikes for id_ in issue.members)
    of = f"议题“{clipped(issue.title, TITLE_LIMIT)}”"

    def counted(name: str, word: str, ids: Sequence[str]) -> str:
        rule = f"属于{of}、{'类型' if name.startswith('kind') else '倾向'}为“{word}”的诉求"
        return f"{word}{say(bench.count(f'{key}.{name}', f'{of}{word}', rule, ids))}条"

    mix = "、".join(
        counted(f"tone.{tone.value}", TONE_NAMES[tone], [i for i in issue.members if scope.tone(i) is tone])
        for tone in Tone
        if issue.tone[tone.value]
    )
    kinds = "、".join(
        counted(f"kind.{kind.value}", KIND_NAMES[kind], [i for i in issue.members if scope.kind(i) is kind])
        for kind in kinds_of(scope, issue.members)
    )
    where = f"集中在{issue.place}，" if issue.place else ""
    sentence = (
        f"该议题{where}时间为{span_text(issue)}，收到{say(figures[f'{key}.received'])}条，"
        f"不同文本{say(figures[f'{key}.distinct_texts'])}件，涉及{say(figures[f'{key}.people'])}人；"
        f"诉求类型为{kinds}；情感倾向为{mix}。"
    )
    trend = bench.trends[f"{key}.received"]
    if trend.p is not None:
        sentence += f"数量走势：{trend.answer}。"
    if endorsed or opposed:
        likes = bench.measure(f"{key}.likes", f"{of}点赞数", endorsed, f"属于{of}的诉求的点赞数之和", issue.members)
        sentence += f"获点赞{say(likes)}次"
        if opposed:
            dislikes = bench.measure(
                f"{key}.dislikes", f"{of}反对数", opposed, f"属于{of}的诉求的反对数之和", issue.members
            )
            sentence += f"、反对{say(dislikes)}次"
        sentence += "。"
    if issue.received < SMALL_SAMPLE:
        sentence += f"诉求不足{SMALL_SAMPLE}条，样本少，类型和倾向仅供参考。"
    blocks = [heading(f"（{numeral(n)}）{issue.title}"), paragraph(sentence)]
    quotes = _quotes(issue)
    if quotes:
        blocks += [paragraph("群众原话（已脱敏）："), quotes_block(quotes)]
    return blocks


def _quotes(issue: IssueLine) -> tuple[Quote, ...]:
    """Critical voices first; the analysis chose the sentences, we never write any."""
    negative = TONE_NAMES[Tone.NEGATIVE]
    unlike: dict[str, Quote] = {}
    for quote in sorted(issue.quotations, key=lambda quote: quote.tone != negative):
        unlike.setdefault(quote.text, quote)
    return tuple(unlike.values())[:QUOTES_EACH]


def _critical(scope: Scope, told: Sequence[IssueLine]) -> list[Block]:
    """Rule R64: critical voices are shown whenever the data has any."""
    negative = TONE_NAMES[Tone.NEGATIVE]
    shown = {quote.id for issue in told for quote in _quotes(issue) if quote.tone == negative}
    voices = [id_ for id_ in scope.ids if scope.tone(id_) is Tone.NEGATIVE and id_ not in shown]
    if not voices:
        return []
    in_issues = {id_ for issue in told for id_ in issue.members}
    outside = [id_ for id_ in voices if id_ not in in_issues] or voices
    surest = sorted(outside, key=lambda id_: -scope.findings[id_].tone.confidence)
    quotes: dict[str, Quote] = {}
    for id_ in surest[: CRITICAL_LEAST * 8]:
        sentence = _sharpest(scope, id_)
        if sentence:
            quote = quote_of(scope, id_, sentence)
            quotes.setdefault(quote.text, quote)
        if len(quotes) == CRITICAL_LEAST:
            break
    chosen = tuple(quotes.values())[:CRITICAL_LEAST]
    if not chosen:
        return []
    number = min(len(told), TOP_TOLD) + 1
    return [
        heading(f"（{numeral(number)}）其他批评性意见"),
        paragraph("上述议题之外，模型判断为负面且把握较大的意见摘录如下（已脱敏）："),
        quotes_block(chosen),
    ]


def _sharpest(scope: Scope, id_: str) -> str:
    """The citizen's lowest-scored sentence that can be quoted whole, or the title when there is none."""
    scored = [part for part in scope.findings[id_].score.parts if 8 <= len(part[0].strip()) <= QUOTE_LIMIT]
    if scored:
        return min(scored, key=lambda part: part[1])[0]
    submission = scope.by_id[id_]
    return submission.title or submission.text
