"""三、情感倾向: what the model says, how sure it is, and how good it was measured to be."""

from __future__ import annotations

from reports.bulletin.buckets import STEP_NAMES, buckets
from reports.bulletin.model import Block, BulletinExtra, Chart, Figure, Section, Series
from reports.bulletin.numbers import change_words, date_text, percent, period_text
from reports.bulletin.overview import Volume
from reports.bulletin.scope import Scope
from reports.bulletin.words import (
    NOTE_NO_ACCURACY,
    NOTE_TONE,
    NOTE_UNCERTAIN,
    TONE_NAMES,
)
from reports.bulletin.workbench import (
    Workbench,
    chart_block,
    note,
    paragraph,
    plain,
    say,
    section,
    table_block,
)
from reports.model import Kind, Tone

#: The order of stacking: what is sure at both ends, what is not in the middle.
_STACK = (Tone.NEGATIVE, Tone.UNCERTAIN, Tone.NEUTRAL, Tone.POSITIVE, Tone.NO_TEXT)


#: Whoever writes these has something to complain of, so their tone is no verdict on the whole.
_GRIEVANCES = (Kind.COMPLAINT, Kind.PLEA, Kind.REPORT)


def sentiment(
    scope: Scope,
    bench: Workbench,
    volume: Volume,
    extra: BulletinExtra,
) -> Section:
    """The section. Its figures are `tone.<name>` and `tone.<name>.share`."""
    rows = [
        bench.count(
            f"tone.{tone.value}",
            TONE_NAMES[tone],
            f"模型判断为“{TONE_NAMES[tone]}”的诉求",
            [id_ for id_ in scope.ids if scope.tone(id_) is tone],
        )
        for tone in Tone
    ]
    table = bench.share_table("tone", "情感倾向", "倾向", volume.received, rows)
    by_tone = dict(zip(Tone, rows, strict=True))
    blocks: list[Block] = [paragraph(_sentence(bench, by_tone))]
    grievances = scope.where(lambda s: scope.kind(s.id) in _GRIEVANCES)
    if 2 * len(grievances) > len(scope.items):
        figure = bench.count("grievances", "投诉、求助和举报", "类型为投诉、求助或举报的诉求", grievances)
        share = say(bench.share(figure, volume.received))
        blocks.append(
            paragraph(
                f"本期投诉、求助和举报{say(figure)}条，占{share}，这类诉求语气多为负面；"
                "负面占比反映来件的构成，不等于群众对整体工作的评价。"
            )
        )
    compared = _compared(by_tone, extra)
    if compared:
        blocks.append(paragraph(compared))
    chart = _weekly(scope, bench)
    if chart is not None:
        blocks.append(chart_block(chart))
    blocks += [
        table_block(table),
        note(extra.accuracy or NOTE_NO_ACCURACY),
        note(NOTE_UNCERTAIN + NOTE_TONE),
    ]
    return section("sentiment", "情感倾向", blocks)


def _sentence(bench: Workbench, by_tone: dict[Tone, Figure]) -> str:
    def said(tone: Tone) -> str:
        figure = by_tone[tone]
        return f"{TONE_NAMES[tone]}{say(figure)}条（{say(bench.figures[f'{figure.key}.share'])}）"

    sentence = "，".join(said(t) for t in (Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE))
    unsure = bench.figures["tone.uncertain.share"]
    sentence += f"；模型不能确定的{say(by_tone[Tone.UNCERTAIN])}条（{say(unsure)}），单列为“不确定”，不强行归类"
    if by_tone[Tone.NO_TEXT].value:
        sentence += f"；没有可读文字的{say(by_tone[Tone.NO_TEXT])}条"
    return sentence + "。"


def _compared(by_tone: dict[Tone, Figure], extra: BulletinExtra) -> str:
    said: list[str] = []
    for name, base in (("环比", extra.previous), ("同比", extra.last_year)):
        if base is not None and Tone.NEGATIVE.value in base.tone:
            before = base.tone[Tone.NEGATIVE.value]
            moved = change_words(int(by_tone[Tone.NEGATIVE].value or 0), before)
            said.append(f"负面诉求{name}{moved}（基期{period_text(base.period)}，{before}条）")
    return "；".join(said) + "。" if said else ""


def _weekly(scope: Scope, bench: Workbench) -> Chart | None:
    step, cut = buckets(scope.days, least="week")
    if not cut:
        return None
    counted = {b: scope.tones(scope.between(b.first, b.last)) for b in cut}
    shown = [t for t in _STACK if any(counts[t.value] for counts in counted.values())]
    for bucket in cut:
        ids = scope.between(bucket.first, bucket.last)
        for tone in shown:
            label = f"{bucket.label}{TONE_NAMES[tone]}"
            rule = f"{date_text(bucket.first)}至{date_text(bucket.last)}、模型判断为“{TONE_NAMES[tone]}”的诉求"
            bench.count(
                f"tone.{tone.value}.{bucket.first}",
                label,
                rule,
                [i for i in ids if scope.tone(i) is tone],
            )
    n = sum(sum(counts.values()) for counts in counted.values())
    of = STEP_NAMES[step]
    negative = bench.figures["tone.negative"]
    return bench.put_chart(
        Chart(
            key="tone",
            kind="stacked",
            title=f"负面诉求占{percent(int(negative.value or 0), len(scope.items)) or 0}%",
            caption=f"按{of}统计，n={n}条；斜线为“不确定”"
            + (f"；首柱为{cut[0].label}零星{sum(counted[cut[0]].values())}条的合计" if cut[0].gathered else ""),
            labels=tuple(b.label for b in cut),
            series=tuple(Series(TONE_NAMES[t], tuple(counted[b][t.value] for b in cut), t.value) for t in shown),
            label_heading="起始日期" if step == "week" else "时间",
            alt=f"按{of}堆叠的情感倾向柱形图。"
            + plain(_sentence(bench, {t: bench.figures[f"tone.{t.value}"] for t in Tone})),
        )
    )
