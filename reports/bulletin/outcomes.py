"""What came of it: response threads and consultations on drafts. Shown only when there are any."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reports.bulletin.model import (
    Block,
    Bulletin,
    BulletinExtra,
    Column,
    Consultation,
    Figure,
    ResponseOutcome,
    Section,
    Table,
)
from reports.bulletin.numbers import date_text, local_day, reconcile
from reports.bulletin.scope import clipped, masked, one_line
from reports.bulletin.words import DASH
from reports.bulletin.workbench import Workbench, note, paragraph, say, section, table_block

#: Characters of an answer that the table of outcomes prints; the whole answer stands in its thread.
SUMMARY_LIMIT = 80
#: The table of stances that a program judged, and the remark under it; `without_judged_stances` finds them by these.
JUDGED_TABLE = "consultation_stances"
JUDGED_NOTE = (
    "“机器判断”是程序对作者选“其他”、未表明立场的意见所作的推测，人工更正过的按更正计；"
    "与作者所选分列，不合并计算，公开版不予刊出。"
)
_JUDGED_FIGURE = re.compile(r"consultation\.\d+\.judged(_corrected)?\b")


def responses(bench: Workbench, extra: BulletinExtra) -> Section | None:
    """The state of the response threads, or None when there are none."""
    threads = extra.responses
    if not threads:
        return None
    answered = [t for t in threads if t.answered_at is not None]
    late = [t for t in answered if _is_late(t)]
    opened = _of_threads(bench, "responses", "回应件数", "本期内尚未办结或本期内答复的公开回应", threads)
    done = _of_threads(bench, "responses.answered", "已答复", "其中已公开答复的", answered)
    overdue = _of_threads(bench, "responses.late", "超过期限答复", "其中答复日期晚于期限的", late)
    waiting = _of_threads(
        bench, "responses.waiting", "尚未答复", "其中尚未答复的", [t for t in threads if not t.answered_at]
    )
    rate = bench.share(done, opened)
    sentence = (
        f"本期议题共开启回应{say(opened)}件，已答复{say(done)}件，"
        f"答复率{say(rate)}（{say(done)}÷{say(opened)}）；"
        f"其中超过期限答复{say(overdue)}件，尚未答复{say(waiting)}件。"
    )
    table = Table(
        key="responses",
        caption="议题回应情况",
        columns=(
            Column("issue", "议题", weight=5),
            Column("unit", "承办单位", weight=3),
            Column("leader", "回应领导", weight=2),
            Column("due", "期限", weight=3),
            Column("answered", "答复日期", weight=3),
            Column("summary", "答复要点", weight=6),
        ),
        rows=tuple(_response_row(t) for t in threads),
    )
    return section(
        "responses",
        "回应情况",
        [paragraph(sentence), table_block(bench.put_table(table))],
    )


def _of_threads(bench: Workbench, key: str, label: str, rule: str, threads: Sequence[ResponseOutcome]) -> Figure:
    """The number of threads; its ids are the submissions that they answer."""
    ids = tuple(dict.fromkeys(id_ for thread in threads for id_ in thread.member_ids))
    return bench.add(Figure(key, label, len(threads), "件", str(len(threads)), rule, ids))


def _is_late(thread: ResponseOutcome) -> bool:
    if thread.answered_at is None or thread.due is None:
        return False
    return local_day(thread.answered_at) > thread.due


def _response_row(thread: ResponseOutcome) -> tuple[str, ...]:
    answered = date_text(local_day(thread.answered_at)) if thread.answered_at else "未答复"
    return (
        one_line(masked(thread.issue_title)),
        thread.unit or DASH,
        thread.leader or DASH,
        date_text(thread.due) if thread.due else DASH,
        answered,
        clipped(one_line(masked(thread.summary)), SUMMARY_LIMIT) or DASH,
    )


def consultations(bench: Workbench, extra: BulletinExtra) -> Section | None:
    """The state of consultations on drafts, or None when there are none."""
    drafts = extra.consultations
    if not drafts:
        return None
    said = tuple(id_ for draft in drafts for id_ in draft.ids)
    number = _sum(bench, "consultations", "征求意见稿", "本期内任一天处于征集期的征求意见稿", (len(drafts), "件", said))
    rule = "各征求意见稿自征集开始至编制时{}之和"
    received = _sum(
        bench,
        "consultations.received",
        "征求意见收到",
        rule.format("收到的意见"),
        (sum(d.received for d in drafts), "条", said),
    )
    distinct = _sum(
        bench,
        "consultations.distinct_texts",
        "征求意见不同文本",
        rule.format("不同文本"),
        (sum(d.distinct_texts for d in drafts), "件", said),
    )
    people = _sum(
        bench,
        "consultations.people",
        "征求意见涉及人次",
        rule.format("提意见人数") + "，同一人对几件都提意见的按件计",
        (sum(d.people for d in drafts), "人次", said),
    )
    keys = [_figures(bench, n, draft) for n, draft in enumerate(drafts, start=1)]
    blocks: list[Block] = [
        paragraph(
            f"本期内征集过的征求意见稿{say(number)}件，自征集开始至编制时收到意见{say(received)}条"
            f"（不同文本{say(distinct)}件），涉及{say(people)}人次（同一人对几件都提意见的按件计）。"
        )
    ]
    table = Table(
        key="consultations",
        caption="征求意见情况",
        columns=(
            Column("title", "征求意见稿", weight=6),
            Column("span", "征集时间", weight=6),
            Column("state", "状态", weight=2),
            Column("received", "收到（条）", "int", 2),
            Column("distinct_texts", "不同文本（件）", "int", 2),
            Column("people", "涉及人数", "int", 2),
            Column("stances", "立场", weight=4),
            Column("dispositions", "采纳情况", weight=4),
        ),
        rows=tuple(_consultation_row(d) for d in drafts),
        total=(
            "合计",
            "",
            "",
            received.value,
            distinct.value,
            people.value,
            "",
            "",
        ),
        figures=tuple(keys),
    )
    blocks.append(table_block(bench.put_table(table)))
    blocks += _judged(bench, drafts)
    blocks += [note(text) for d in drafts for text in _unbalanced(d)]
    return section("consultations", "征求意见情况", blocks)


def _judged(bench: Workbench, drafts: Sequence[Consultation]) -> list[Block]:
    """The stances that authors chose beside those that a program judged, where it judged any."""
    read = [(n, draft) for n, draft in enumerate(drafts, start=1) if draft.judged]
    if not read:
        return []
    for n, draft in read:
        title = one_line(masked(draft.title))
        rule = f"《{title}》中作者选“其他”的意见，由程序{draft.judged_by}判断立场"
        for word, count in draft.judged.items():
            ids = draft.judged_ids.get(word, ())
            label = f"《{title}》机器判断{word}"
            _sum(bench, f"consultation.{n}.judged.{word}", label, f"{rule}，判为“{word}”的", (count, "条", ids))
        corrected = (draft.judged_corrected, "条", ())
        _sum(bench, f"consultation.{n}.judged_corrected", f"《{title}》更正", f"{rule}，经人工更正的", corrected)
    table = Table(
        key=JUDGED_TABLE,
        caption="作者所选立场与机器判断立场",
        columns=(
            Column("title", "征求意见稿", weight=6),
            Column("chosen", "作者所选", weight=6),
            Column("judged", "机器判断", weight=6),
            Column("corrected", "其中人工更正（条）", "int", 3),
        ),
        rows=tuple(
            (one_line(masked(d.title)), _counts(d.stances), _counts(d.judged), d.judged_corrected) for _, d in read
        ),
    )
    return [table_block(bench.put_table(table)), note(JUDGED_NOTE)]


def without_judged_stances(bulletin: Bulletin) -> Bulletin:
    """The bulletin as the public reads it: of stances, only those that authors chose."""

    def is_kept(block: Block) -> bool:
        return block.ref != JUDGED_TABLE and block.text != JUDGED_NOTE

    return replace(
        bulletin,
        sections=tuple(replace(s, blocks=tuple(filter(is_kept, s.blocks))) for s in bulletin.sections),
        tables={key: table for key, table in bulletin.tables.items() if key != JUDGED_TABLE},
        figures={key: figure for key, figure in bulletin.figures.items() if not _JUDGED_FIGURE.match(key)},
    )


def _sum(bench: Workbench, key: str, label: str, rule: str, counted: tuple[int, str, Iterable[str]]) -> Figure:
    """A count that other parts of the platform made: value, unit, and the comments behind it where known."""
    value, unit, ids = counted
    return bench.add(Figure(key, label, value, unit, str(value), rule, tuple(dict.fromkeys(ids))))


def _figures(bench: Workbench, n: int, draft: Consultation) -> str:
    """The three counts of a draft, and those by stance and disposition; returns the key of what it received."""
    title = one_line(masked(draft.title))
    key = f"consultation.{n}"
    rule = f"《{title}》自征集开始至编制时的意见"
    _sum(bench, f"{key}.received", f"《{title}》收到", rule, (draft.received, "条", draft.ids))
    _sum(
        bench,
        f"{key}.distinct_texts",
        f"《{title}》不同文本",
        f"{rule}，每组同文意见取一条",
        (draft.distinct_texts, "件", draft.ids),
    )
    _sum(bench, f"{key}.people", f"《{title}》人数", f"{rule}，按用户标识去重", (draft.people, "人", draft.ids))
    for name, counts in (("stance", draft.stances), ("disposition", draft.dispositions)):
        for word, count in counts.items():
            ids = draft.stance_ids.get(word, ()) if name == "stance" else ()
            _sum(bench, f"{key}.{name}.{word}", f"《{title}》{word}", f"{rule}中“{word}”的", (count, "条", ids))
    return f"{key}.received"


def _consultation_row(draft: Consultation) -> tuple[str | int, ...]:
    span = f"{date_text(draft.opens)}至{date_text(draft.closes)}"
    return (
        one_line(masked(draft.title)),
        span,
        draft.state or DASH,
        draft.received,
        draft.distinct_texts,
        draft.people,
        _counts(draft.stances),
        _counts(draft.dispositions),
    )


def _counts(counts: Mapping[str, int]) -> str:
    return "、".join(f"{name}{count}" for name, count in counts.items()) or DASH


def _unbalanced(draft: Consultation) -> list[str]:
    """Rule R9: what does not balance is said, never smoothed, and what is still to come is no gap."""
    found = []
    title = one_line(masked(draft.title))
    for name, counts, rest in (
        ("立场", draft.stances, "未表明立场"),
        ("采纳情况", draft.dispositions, "尚未作出采纳说明"),
    ):
        if not counts:
            continue
        missing = draft.received - sum(counts.values())
        if missing > 0:
            found.append(f"《{title}》另有{missing}条{rest}。")
        elif missing < 0:
            found.append(reconcile(draft.received, counts, of=f"《{title}》{name}各项").note)
    return found
