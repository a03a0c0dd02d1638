"""附件: masked originals, and how every number was counted."""

from __future__ import annotations

from collections.abc import Sequence

from reports.bulletin.model import Block, BulletinExtra, IssueLine, Quote, Section
from reports.bulletin.scope import Scope, quote_of
from reports.bulletin.words import FIELD_NAMES, NOTE_PERCENT
from reports.bulletin.workbench import (
    Workbench,
    heading,
    note,
    paragraph,
    quotes_block,
    section,
)

#: Originals are printed for this many issues, this many each, cut at this length.
ISSUES = 5
EACH = 2
LIMIT = 260


def originals(scope: Scope, issues: Sequence[IssueLine]) -> Section | None:
    """Whole texts of the hottest issues, masked; None when there is no issue."""
    blocks: list[Block] = []
    for n, issue in enumerate(issues[:ISSUES], start=1):
        quotes = _chosen(scope, issue)
        if quotes:
            blocks += [heading(f"{n}.{issue.title}", 3), quotes_block(quotes)]
    if not blocks:
        return None
    lead = paragraph(
        f"以下为热度前{min(len(issues), ISSUES)}位议题的原文摘录，个人信息已遮盖，"
        "过长的截断并以省略号标示，全文见数据附件。"
    )
    return section("originals", "诉求原文摘录", [lead, *blocks], annex=True)


def _chosen(scope: Scope, issue: IssueLine) -> tuple[Quote, ...]:
    found: list[Quote] = []
    for id_ in scope.distinct(issue.members)[:EACH]:
        submission = scope.by_id[id_]
        title, text = submission.title.strip(), submission.text.strip()
        stop = "。" if title and text and title[-1] not in "。？！?!…" else ""
        found.append(quote_of(scope, id_, title + stop + text, limit=LIMIT))
    return tuple(found)


def method(bench: Workbench, extra: BulletinExtra, notes: Sequence[str], model_version: str) -> Section:
    """Whether the parts add up, what was read, and where the rule of each figure is found."""
    checked = [t for t in bench.tables.values() if t.check is not None]
    failing = [t for t in checked if t.check is not None and not t.check.adds_up]
    if failing:
        said = "；".join(f"{t.caption}：{t.note}" for t in failing)
    else:
        said = "、".join(f"“{t.caption}”" for t in checked) + "各表分项之和均等于总数。"
    blocks: list[Block] = [paragraph("勾稽校验：" + said), note(NOTE_PERCENT)]
    source = extra.source
    if source is not None:
        named = ((FIELD_NAMES.get(field, field), column) for field, column in source.mapping.items())
        used = "、".join(f"{name}←“{column}”" for name, column in named)
        encoding = f"，编码{source.encoding}" if source.encoding else ""
        blocks.append(paragraph(f"数据来源：{source.name}{encoding}" + (f"；字段对应：{used}。" if used else "。")))
    blocks.append(paragraph("每个数字的统计口径和所含诉求编号，见数据附件（XLSX“数字口径”表、JSON“figures”）。"))
    blocks.append(paragraph(f"分析模型版本：{model_version}。"))
    blocks += [note(text) for text in notes]
    return section("method", "数据口径与校验", blocks, annex=True)
