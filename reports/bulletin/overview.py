"""一、总体情况: how much came in, when, by which way and of what kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.bulletin.breakdowns import by_channel, by_field, by_kind
from reports.bulletin.buckets import STEP_NAMES, Bucket, Step, buckets
from reports.bulletin.model import (
    BaseCounts,
    Block,
    BulletinExtra,
    Chart,
    Column,
    Figure,
    Section,
    Series,
    Table,
)
from reports.bulletin.numbers import (
    change,
    change_text,
    date_text,
    opening_text,
    period_text,
)
from reports.bulletin.scope import Scope
from reports.bulletin.words import (
    NOTE_THREE_COUNTS,
)
from reports.bulletin.workbench import (
    Workbench,
    chart_block,
    heading,
    note,
    paragraph,
    plain,
    say,
    section,
)


@dataclass(frozen=True, slots=True)
class Volume:
    """The figures that later sections speak of too."""

    received: Figure
    distinct: Figure
    people: Figure
    step: Step
    cut: tuple[Bucket, ...]


def overview(scope: Scope, bench: Workbench, extra: BulletinExtra) -> tuple[Section, Volume]:
    """The section and the figures it rests on."""
    volume = _volume(scope, bench)
    blocks = [
        heading("（一）受理总量"),
        paragraph(_volume_sentence(scope, bench, extra, volume)),
        *_comparisons(bench, extra, volume),
        *_source(scope, bench, extra, volume),
        *_timeline(scope, bench, volume),
        note(NOTE_THREE_COUNTS),
        heading("（二）来源渠道"),
        *by_channel(scope, bench, volume.received),
        heading("（三）诉求类型"),
        *by_kind(scope, bench, volume.received),
        heading("（四）所属领域"),
        *by_field(scope, bench, volume.received),
    ]
    return section("overview", "总体情况", blocks), volume


def _volume(scope: Scope, bench: Workbench) -> Volume:
    ids = scope.ids
    when = "时间在本期内的诉求" if scope.period else "全部诉求"
    step, cut = buckets(scope.days)
    return Volume(
        received=bench.count("received", "收到", when, ids),
        distinct=bench.count(
            "distinct_texts",
            "不同文本",
            f"{when}，每组同文意见取最先一条，其余各取本条",
            scope.distinct(ids),
            unit="件",
        ),
        people=bench.count(
            "people",
            "涉及人数",
            f"{when}，按用户标识去重；无标识的每条计一人",
            scope.people(ids),
            unit="人",
        ),
        step=step,
        cut=cut,
    )


def _volume_sentence(scope: Scope, bench: Workbench, extra: BulletinExtra, volume: Volume) -> str:
    sentence = (
        f"{opening_text(scope.period)}，共收到诉求{say(volume.received)}条，"
        f"其中不同文本{say(volume.distinct)}件，涉及{say(volume.people)}人。"
    )
    copied = scope.where(lambda s: s.id in scope.campaign_of)
    if copied:
        groups = len({scope.campaign_of[id_] for id_ in copied})
        in_groups = bench.count("campaign_members", "同文意见条数", "属于任一组同文意见的诉求", copied)
        number = bench.measure(
            "campaigns",
            "同文意见组数",
            groups,
            "本期内至少有一条诉求的同文意见组",
            copied,
        )
        sentence += f"内容基本相同的同文意见{say(number)}组，合计{say(in_groups)}条。"
    undated = scope.where(lambda s: s.id not in scope.days)
    if undated:
        figure = bench.count("undated", "未注明时间", "来源没有时间的诉求", undated)
        sentence += f"另有{say(figure)}条未注明时间，计入总数，不计入时间走势。"
    return sentence


def _comparisons(bench: Workbench, extra: BulletinExtra, volume: Volume) -> list[Block]:
    said: list[str] = []
    for key, name, base in (
        ("mom", "环比", extra.previous),
        ("yoy", "同比", extra.last_year),
    ):
        if base is not None:
            said.append(_comparison(bench, key, name, base, volume.received))
    return [paragraph("；".join(said) + "。")] if said else []


def _comparison(bench: Workbench, key: str, name: str, base: BaseCounts, received: Figure) -> str:
    rule = f"（本期收到－基期收到）÷基期收到；基期为{period_text(base.period)}，收到{base.received}条；基期为0时不计算"
    before = bench.base_count(f"base.{key}.received", f"{name}基期收到", base, base.received)
    now = int(received.value or 0)
    moved = change(now, base.received)
    value = None if moved is None else float(moved)
    figure = bench.add(
        Figure(
            f"received.{key}",
            f"收到{name}",
            value,
            "%",
            change_text(now, base.received),
            rule,
            received.ids,
        )
    )
    uncounted = "，基期为0，不计算" if not base.received else ""
    return f"{name}{say(figure)}（基期{period_text(base.period)}，收到{say(before)}条{uncounted}）"


def _source(scope: Scope, bench: Workbench, extra: BulletinExtra, volume: Volume) -> list[Block]:
    rows = extra.source.rejected if extra.source else ()
    outside = (extra.source.outside_period if extra.source else 0) + len(scope.outside)
    if not rows and not outside:
        return []

    def told(key: str, label: str, value: int, rule: str, ids: Iterable[str]) -> str:
        return say(bench.add(Figure(key, label, value, "条", str(value), rule, tuple(ids))))

    read = len(scope.items) + outside + len(rows)
    total = told("records", "来源记录", read, "来源的全部记录：列入本期、不在本期和退回之和", scope.ids)
    said = f"来源共有记录{total}条：列入本期{say(volume.received)}条"
    if outside:
        rule = "可以读取、但不在所选时间范围内的记录（选了时间范围时含未注明时间的）"
        left_out = told("outside_period", "不在本期", outside, rule, scope.outside)
        said += f"，不在本期时间范围内（含未注明时间）{left_out}条"
    if rows:
        ids = (row.id for row in rows if row.id)
        rule = "无法读取而退回的记录，行号与原因见“rejected”；所列为其中能读出的编号"
        said += f"，无法读取而退回{told('rejected', '退回', len(rows), rule, ids)}条（行号与原因见数据附件）"
    return [paragraph(said + "。")]


def _timeline(scope: Scope, bench: Workbench, volume: Volume) -> list[Block]:
    if not volume.cut:
        return []
    step = STEP_NAMES[volume.step]
    rows = [
        bench.count(
            f"volume.{b.first.isoformat()}",
            b.label,
            f"{date_text(b.first)}至{date_text(b.last)}的诉求",
            scope.between(b.first, b.last),
        )
        for b in volume.cut
    ]
    _days_table(scope, bench, volume)
    regular = [(b, f) for b, f in zip(volume.cut, rows, strict=True) if not b.gathered]
    dated = sum(int(f.value or 0) for f in rows)
    title, sentence = _peak(volume.step, regular)
    chart = bench.put_chart(
        Chart(
            key="volume",
            kind="columns",
            title=plain(title),
            caption=f"按{step}统计，n={dated}条" + _gathered(volume.cut, rows),
            labels=tuple(b.label for b in volume.cut),
            series=(Series("收到", tuple(int(f.value or 0) for f in rows)),),
            label_heading="起始日期" if volume.step == "week" else "时间",
            alt=plain(sentence) + f"；统计范围{period_text(scope.period)}，共{dated}条。",
        )
    )
    return [paragraph(sentence + "。"), chart_block(chart)]


#: More equal days than this are counted, not named.
MOST_NAMED = 3


def _peak(step: Step, regular: Sequence[tuple[Bucket, Figure]]) -> tuple[str, str]:
    """The busiest time as the title of the chart and as a sentence, naming all that are equally busy."""
    most = max(int(figure.value or 0) for _, figure in regular)
    top = [(bucket, figure) for bucket, figure in regular if figure.value == most]
    names = [f"{bucket.label}起一周" if step == "week" else bucket.label for bucket, _ in top]
    of = {"week": "周", "day": "日", "month": "月"}[step]
    counted = say(top[0][1])
    by = f"按{STEP_NAMES[step]}看，"
    if len(regular) == 1:
        return f"收到{counted}条", f"{by}均在{names[0]}，收到{counted}条"
    if len(top) == len(regular):
        unit = "个月" if step == "month" else of
        return f"各{of}均为{counted}条", f"{by}{len(top)}{unit}均为{counted}条，没有高峰"
    if len(top) == 1:
        return f"{names[0]}最多，收到{counted}条", f"{by}{names[0]}最多，当{of}收到{counted}条"
    named = "、".join(names[:MOST_NAMED])
    unit = "个月" if step == "month" else of
    which = named if len(top) <= MOST_NAMED else f"{named}等{len(top)}{unit}"
    return f"{which}并列最多，各{counted}条", f"{by}{which}并列最多，各收到{counted}条"


def _gathered(cut: Sequence[Bucket], rows: Sequence[Figure]) -> str:
    if cut[0].gathered:
        return f"；首柱为{cut[0].label}零星{rows[0].text}条的合计"
    return ""


def _days_table(scope: Scope, bench: Workbench, volume: Volume) -> Table:
    counts: dict[str, list[str]] = {}
    for id_ in scope.ids:
        if id_ in scope.days:
            counts.setdefault(scope.days[id_].isoformat(), []).append(id_)
    figures = [bench.count(f"day.{day}", day, f"{day}当日的诉求", ids) for day, ids in sorted(counts.items())]
    rows = [(f.label, f.value) for f in figures]
    undated = len(scope.items) - sum(len(f.ids) for f in figures)
    if undated:
        figures.append(bench.figures["undated"])
        rows.append(("未注明时间", undated))
    table = Table(
        key="days",
        caption="每日收到诉求数量",
        columns=(
            Column("day", "日期", weight=2),
            Column("count", "收到（条）", "int", 1),
        ),
        rows=tuple(rows),
        total=("合计", volume.received.value),
        figures=tuple(f.key for f in figures),
        note="没有诉求的日期不列。",
        printed_rows=0,
    )
    return bench.put_table(table)
