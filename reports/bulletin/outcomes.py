"""What came of it: response threads and consultations on drafts. Shown only when there are any."""

from __future__ import annotations

from collections.abc import Mapping

from reports.bulletin.model import (
    Block,
    BulletinExtra,
    Column,
    Consultation,
    ResponseOutcome,
    Section,
    Table,
)
from reports.bulletin.numbers import date_text, local_day, percent_text, reconcile
from reports.bulletin.scope import clipped, masked, one_line
from reports.bulletin.words import DASH
from reports.bulletin.workbench import Workbench, note, paragraph, section, table_block

#: Characters of an answer that the table of outcomes prints; the whole answer stands in its thread.
SUMMARY_LIMIT = 80


def responses(bench: Workbench, extra: BulletinExtra) -> Section | None:
    """The state of the response threads, or None when there are none."""
    threads = extra.responses
    if not threads:
        return None
    answered = [t for t in threads if t.answered_at is not None]
    late = [t for t in answered if _is_late(t)]
    sentence = (
        f"本期议题共开启回应{len(threads)}件，已答复{len(answered)}件，"
        f"答复率{percent_text(len(answered), len(threads))}"
        f"（{len(answered)}÷{len(threads)}）；其中超过期限答复{len(late)}件，尚未答复{len(threads) - len(answered)}件。"
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
    received = sum(d.received for d in drafts)
    people = sum(d.people for d in drafts)
    blocks: list[Block] = [
        paragraph(
            f"本期征求意见稿{len(drafts)}件，收到意见{received}条，涉及{people}人次（同一人对几件都提意见的按件计）。"
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
            received,
            sum(d.distinct_texts for d in drafts),
            people,
            "",
            "",
        ),
    )
    blocks.append(table_block(bench.put_table(table)))
    blocks += [note(text) for d in drafts for text in _unbalanced(d)]
    return section("consultations", "征求意见情况", blocks)


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
    """Rule R9: what does not balance is said, never smoothed."""
    found = []
    for name, counts in (("立场", draft.stances), ("采纳情况", draft.dispositions)):
        check = reconcile(draft.received, counts, of=f"《{draft.title}》{name}各项")
        if counts and not check.adds_up:
            found.append(check.note)
    return found
