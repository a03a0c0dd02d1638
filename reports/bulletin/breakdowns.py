"""What came in, parted by channel, kind and field of work: a sentence, a chart and a table each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reports.bulletin.model import Block, Chart, Figure, Series
from reports.bulletin.numbers import percent_text
from reports.bulletin.scope import Scope
from reports.bulletin.words import (
    CHANNEL_NAMES,
    KIND_NAMES,
    NOTE_PERCENT,
    NOTE_PROPOSED_KIND,
    NOTE_SMALL,
    UNKNOWN_FIELD,
)
from reports.bulletin.workbench import Workbench, chart_block, note, paragraph, plain, say, table_block
from reports.model import Channel, Kind

#: Below this many submissions a bar is greyed and marked 样本少: one more or less would turn the order.
SMALL_SAMPLE = 10
#: More bars than this do not fit a page legibly; the table holds all of them.
MOST_BARS = 12


def by_channel(scope: Scope, bench: Workbench, received: Figure) -> list[Block]:
    """By which way it came in."""
    rows = {
        channel: bench.count(
            f"channel.{channel.value}",
            name,
            f"渠道为“{name}”的诉求",
            [id_ for id_ in scope.ids if scope.by_id[id_].channel is channel],
        )
        for channel, name in CHANNEL_NAMES.items()
    }
    present = _present(rows.values())
    if not present:
        return []
    table = bench.share_table("channels", "来源渠道", "渠道", received, present)
    if {f.key for f in present} == {f"channel.{Channel.OTHER.value}"}:
        return [paragraph(f"来源未注明渠道，{say(received)}条均列为“{CHANNEL_NAMES[Channel.OTHER]}”，不作渠道比较。")]
    sentence = _ranking_sentence(bench, present, "渠道")
    chart = _bars(bench, "channels", present, received, "渠道", sentence)
    return [paragraph(sentence + "。"), chart_block(chart), table_block(table)]


def by_kind(scope: Scope, bench: Workbench, received: Figure) -> list[Block]:
    """What kind of demand it is."""
    rows = {
        kind: bench.count(
            f"kind.{kind.value}",
            name,
            f"诉求类型为“{name}”的诉求（来源未注明的取机器建议）",
            [id_ for id_ in scope.ids if scope.kind(id_) is kind],
        )
        for kind, name in KIND_NAMES.items()
    }
    present = _present(rows.values())
    if not present:
        return []
    table = bench.share_table("kinds", "诉求类型", "类型", received, present)
    sentence = _ranking_sentence(bench, present, "类型")
    proposed = scope.where(lambda s: scope.findings[s.id].kind_proposed)
    remark = ""
    if proposed:
        figure = bench.count(
            "kind.proposed",
            "类型由机器建议",
            "来源未注明类型、由机器建议类型的诉求",
            proposed,
        )
        share = say(bench.share(figure, received))
        remark = (
            f"以上{say(figure)}条的类型均由机器建议，未经人工核定。"
            if len(proposed) == len(scope.items)
            else f"其中{say(figure)}条的类型由机器建议（占{share}），未经人工核定。"
        )
    chart = _bars(bench, "kinds", present, received, "类型", sentence)
    return [
        paragraph(sentence + "。" + remark),
        chart_block(chart),
        table_block(table),
        *([note(NOTE_PROPOSED_KIND)] if proposed else []),
    ]


def by_field(scope: Scope, bench: Workbench, received: Figure) -> list[Block]:
    """Which field of work it belongs to."""
    named: dict[str, list[str]] = {}
    for submission in scope.items:
        named.setdefault(submission.field.strip() or UNKNOWN_FIELD, []).append(submission.id)
    rows = [bench.count(f"field.{name}", name, f"来源领域为“{name}”的诉求", ids) for name, ids in named.items()]
    present = _present(rows)
    if not present:
        return []
    table = bench.share_table("fields", "所属领域", "领域", received, present)
    if list(named) == [UNKNOWN_FIELD]:
        return [
            paragraph(f"来源未注明领域，{say(received)}条均未分领域。"),
        ]
    known = [f for f in present if f.label != UNKNOWN_FIELD]
    sentence = _ranking_sentence(bench, known, "领域")
    chart = _bars(bench, "fields", present, received, "领域", sentence)
    return [
        paragraph(sentence + "。"),
        chart_block(chart),
        table_block(table),
        note(NOTE_PERCENT),
    ]


def _present(figures: Iterable[Figure]) -> list[Figure]:
    """Those that count anything, greatest first, unnamed ones last."""
    counted = [f for f in figures if f.value]
    return sorted(
        counted,
        key=lambda f: (
            f.label.startswith(("其他", UNKNOWN_FIELD)),
            -int(f.value or 0),
            f.label,
        ),
    )


def _ranking_sentence(bench: Workbench, ranked: Sequence[Figure], of: str) -> str:
    named = [f"“{f.label}”{say(f)}条（{say(bench.figures[f'{f.key}.share'])}）" for f in ranked[:3]]
    if len(named) == 1:
        return f"诉求全部属于一个{of}：{named[0]}" if len(ranked) == 1 else named[0]
    return f"按{of}看，{named[0]}最多，" + "、".join(named[1:]) + "次之"


def _bars(
    bench: Workbench,
    key: str,
    ranked: Sequence[Figure],
    whole: Figure,
    of: str,
    sentence: str,
) -> Chart:
    shown = list(ranked[:MOST_BARS])
    values = tuple(int(f.value or 0) for f in shown)
    small = tuple(value < SMALL_SAMPLE for value in values)
    total = int(whole.value or 0)
    left_out = total - sum(values)
    top = shown[0]
    widest = max(shown, key=lambda f: int(f.value or 0))
    besides = f"除“{widest.label}”外，" if widest is not top else ""
    title = f"{besides}{top.label}最多，占{percent_text(int(top.value or 0), total)}"
    caption = f"n={total}条" + (f"；图示前{len(shown)}项，其余合计{left_out}条见表" if left_out else "")
    if any(small):
        caption += "；" + NOTE_SMALL.format(limit=SMALL_SAMPLE).rstrip("。")
    return bench.put_chart(
        Chart(
            key=key,
            kind="bars",
            title=title,
            caption=caption,
            labels=tuple(f.label for f in shown),
            series=(Series("收到", values),),
            label_heading=of,
            small=small,
            shares=tuple(percent_text(v, total) for v in values),
            alt=plain(sentence) + "。",
        )
    )


def kinds_of(scope: Scope, ids: Iterable[str]) -> Mapping[Kind, int]:
    """How many of the ids are of each kind, greatest first."""
    counts: dict[Kind, int] = {}
    for id_ in ids:
        counts[scope.kind(id_)] = counts.get(scope.kind(id_), 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: -pair[1]))
