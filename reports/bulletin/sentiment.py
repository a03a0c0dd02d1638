"""三、情感倾向: what the model says, how sure it is, and how good it was measured to be."""

from __future__ import annotations

from reports.bulletin import tendencies
from reports.bulletin.buckets import STEP_NAMES, Bucket, Step, buckets
from reports.bulletin.model import Block, BulletinExtra, Chart, Column, Figure, Section, Series, ShareLine, Table
from reports.bulletin.numbers import change_words, date_text, period_text, reconcile
from reports.bulletin.overview import Volume
from reports.bulletin.scope import Scope
from reports.bulletin.words import (
    DASH,
    NOTE_BY_ANSWERS,
    NOTE_CORRECTED,
    NOTE_EFFECTIVE,
    NOTE_FEW_TONES,
    NOTE_NO_ACCURACY,
    NOTE_NOT_CORRECTED,
    NOTE_TONE,
    NOTE_TRENDS,
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
from reports.estimates.model import LEAST_SAMPLE
from reports.estimates.shares import estimated_shares
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
            f"倾向为“{TONE_NAMES[tone]}”的诉求，经工作人员更正的以更正为准",
            [id_ for id_ in scope.ids if scope.tone(id_) is tone],
        )
        for tone in Tone
    ]
    by_tone = dict(zip(Tone, rows, strict=True))
    blocks: list[Block] = [paragraph(_sentence(by_tone)), *_estimated(scope, bench, by_tone, extra)]
    table = _table(bench, volume, by_tone)
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
    step, cut = buckets(scope.days, least="week")
    moved = _compared(scope, bench, by_tone, extra) + _moved(scope, bench, step, cut)
    if moved:
        blocks.append(paragraph(moved))
    if cut:
        blocks.append(chart_block(_weekly(scope, bench, step, cut)))
    blocks += [
        table_block(table),
        note(extra.accuracy or NOTE_NO_ACCURACY),
        note(NOTE_UNCERTAIN + NOTE_TONE),
        *([note(NOTE_TRENDS.format(least=LEAST_SAMPLE))] if moved else []),
    ]
    return section("sentiment", "情感倾向", blocks)


def _table(bench: Workbench, volume: Volume, by_tone: dict[Tone, Figure]) -> Table:
    """Counts with the estimated shares. A count's own share of all is no share of a tone: the model errs."""
    few = "样本不足" if int(volume.received.value or 0) < LEAST_SAMPLE else DASH
    rows: list[tuple[str, int | float | None, str]] = []
    for figure in by_tone.values():
        line = bench.estimates.get(f"{figure.key}.estimate")
        rows.append((figure.label, figure.value, few if line is None else _brief(line)))
    parts = {figure.key: int(figure.value or 0) for figure in by_tone.values()}
    check = reconcile(int(volume.received.value or 0), parts, of="倾向分项")
    return bench.put_table(
        Table(
            key="tone",
            caption="情感倾向",
            columns=(
                Column("name", "倾向", weight=2),
                Column("count", "数量（条）", "int", 2),
                Column("estimate", "占比（估计）", weight=4),
            ),
            rows=tuple(rows),
            total=("合计", volume.received.value, ""),
            figures=tuple(figure.key for figure in by_tone.values()),
            note=check.note,
            check=check,
        )
    )


def _brief(line: ShareLine) -> str:
    """The estimate and its interval; how it is corrected is said beside it once."""
    words = line.text.partition("，")[0]
    return words if words.endswith("）") else f"{words}）"


def _sentence(by_tone: dict[Tone, Figure]) -> str:
    said = [f"{TONE_NAMES[t]}{say(by_tone[t])}条" for t in (Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE)]
    sentence = "语气为" + "，".join(said)
    sentence += f"；模型不能确定的{say(by_tone[Tone.UNCERTAIN])}条，单列为“不确定”，不强行归类"
    if by_tone[Tone.NO_TEXT].value:
        sentence += f"；没有可读文字的{say(by_tone[Tone.NO_TEXT])}条"
    return sentence + "。"


def _estimated(scope: Scope, bench: Workbench, by_tone: dict[Tone, Figure], extra: BulletinExtra) -> list[Block]:
    """The shares as estimates with their intervals, and what these do and do not include."""
    worth = tendencies.worth(scope)
    found = estimated_shares(scope.answers(scope.ids), scope.tones(scope.ids), extra.confusion, worth=worth)
    if not found:
        return [note(NOTE_FEW_TONES.format(least=LEAST_SAMPLE))]
    corrected = found[Tone.NEGATIVE].corrected
    kept = (Tone.NO_TEXT,) if corrected else (Tone.NO_TEXT, Tone.UNCERTAIN)
    ids = scope.where(lambda s: scope.tone(s.id) not in kept)
    name = "有文字的诉求" if corrected else "模型能判断的诉求"
    base = bench.count("tone.read" if corrected else "tone.decided", name, f"{name}，估计占比的分母", ids)
    said: list[str] = []
    for tone, share in found.items():
        # How it is corrected is said once.
        text = share.brief if said else share.text
        said.append(f"{TONE_NAMES[tone]}{say(bench.estimate(by_tone[tone], share, text, base))}")
    remark = NOTE_NOT_CORRECTED
    if corrected and extra.confusion is not None:
        remark = NOTE_CORRECTED.format(tested=sum(map(sum, extra.confusion)))
        remark += _corrections(bench, scope)
    if worth < 1:
        remark += NOTE_EFFECTIVE.format(effective=round(worth * len(ids)))
    return [paragraph(f"据此推算，{say(base)}条{name}中，" + "，".join(said) + "。"), note(remark)]


def _corrections(bench: Workbench, scope: Scope) -> str:
    ids = scope.where(lambda s: scope.is_corrected(s.id))
    if not ids:
        return ""
    return NOTE_BY_ANSWERS.format(corrected=bench.count("tone.corrected", "经人工更正", "经人工更正的诉求", ids).text)


def _compared(scope: Scope, bench: Workbench, by_tone: dict[Tone, Figure], extra: BulletinExtra) -> str:
    said: list[str] = []
    for key, name, base in (("mom", "环比", extra.previous), ("yoy", "同比", extra.last_year)):
        if base is None or Tone.NEGATIVE.value not in base.tone:
            continue
        before = bench.base_count(f"base.{key}.negative", f"{name}基期负面诉求", base, base.tone[Tone.NEGATIVE.value])
        moved = change_words(int(by_tone[Tone.NEGATIVE].value or 0), int(before.value or 0))
        answer = bench.trend(
            f"tone.negative.share.{key}",
            f"负面占比{name}",
            tendencies.TWO_SHARES,
            tendencies.of_negatives_since(scope, base),
        )
        said.append(f"负面诉求{name}{moved}（基期{period_text(base.period)}，{say(before)}条），其占比{answer}")
    return "；".join(said) + "。" if said else ""


def _moved(scope: Scope, bench: Workbench, step: Step, cut: tuple[Bucket, ...]) -> str:
    """What the weeks of this period say of the negative share; nothing when there are too few of them."""
    if not cut:
        return ""
    change = tendencies.of_negatives_by_week(scope, cut)
    answer = bench.trend("tone.negative.share.weeks", "负面占比逐期走势", tendencies.WEEKLY_SHARE, change)
    return "" if change.p is None else f"本期内按{STEP_NAMES[step]}看，负面占比{answer}。"


def _weekly(scope: Scope, bench: Workbench, step: Step, cut: tuple[Bucket, ...]) -> Chart:
    counted = {b: scope.tones(scope.between(b.first, b.last)) for b in cut}
    shown = [t for t in _STACK if any(counts[t.value] for counts in counted.values())]
    for bucket in cut:
        ids = scope.between(bucket.first, bucket.last)
        for tone in shown:
            label = f"{bucket.label}{TONE_NAMES[tone]}"
            rule = f"{date_text(bucket.first)}至{date_text(bucket.last)}、倾向为“{TONE_NAMES[tone]}”的诉求"
            bench.count(
                f"tone.{tone.value}.{bucket.first}",
                label,
                rule,
                [i for i in ids if scope.tone(i) is tone],
            )
    n = sum(sum(counts.values()) for counts in counted.values())
    of = STEP_NAMES[step]
    return bench.put_chart(
        Chart(
            key="tone",
            kind="stacked",
            title=_title(bench),
            caption=f"按{of}统计，n={n}条；斜线为“不确定”"
            + (f"；首柱为{cut[0].label}零星{sum(counted[cut[0]].values())}条的合计" if cut[0].gathered else ""),
            labels=tuple(b.label for b in cut),
            series=tuple(Series(TONE_NAMES[t], tuple(counted[b][t.value] for b in cut), t.value) for t in shown),
            label_heading="起始日期" if step == "week" else "时间",
            alt=f"按{of}堆叠的情感倾向柱形图。" + plain(_sentence({t: bench.figures[f"tone.{t.value}"] for t in Tone})),
        )
    )


def _title(bench: Workbench) -> str:
    """The estimate and its interval, or the bare count where nothing may be estimated."""
    line = bench.estimates.get("tone.negative.estimate")
    if line is None:
        return f"负面诉求{bench.figures['tone.negative'].text}条"
    return f"负面{_brief(line)}"
