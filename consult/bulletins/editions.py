"""What differs between the editions of one bulletin."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from consult.bulletins.models import Bulletin
from consult.clock import local_date
from reports.bulletin import Bulletin as Content
from reports.bulletin.model import Block, Section


def signed(bulletin: Bulletin, content: Content) -> Content:
    """The content with its numbers and date, and without the mark of a thing made by a program."""
    assert bulletin.signed_at is not None
    day = local_date(bulletin.signed_at)
    return replace(
        content,
        signed_off=True,
        masthead=replace(
            content.masthead,
            issue=f"{bulletin.year}年第{bulletin.number_in_year}期（总第{bulletin.number_in_all}期）",
            date=f"{day.year}年{day.month}月{day.day}日",
            status="",
        ),
    )


#: Stands where the public edition leaves a quotation out; bulletins are Chinese documents.
NOT_FOR_PUBLICATION = "相关原话的作者未同意公开，公开版不予刊出。"


def public_edition(content: Content, quotable: Collection[str]) -> Content:
    """The content for everybody: no annex of single submissions, no lines, no ids, and in their own words only
    those who agreed to be published (``quotable``, by analysis id; rule R46)."""
    return replace(
        content,
        sections=tuple(_open_sections(content, quotable)),
        figures={key: replace(figure, ids=()) for key, figure in content.figures.items()},
        issues=tuple(
            replace(i, members=(), quotations=tuple(q for q in i.quotations if q.id in quotable))
            for i in content.issues
        ),
        submissions=(),
        rejected=(),
    )


def _open_sections(content: Content, quotable: Collection[str]) -> Iterator[Section]:
    annexes = 0
    for section in content.sections:
        if section.key == "originals":
            continue
        annexes += section.annex
        yield replace(
            section,
            number=f"附件{annexes}" if section.annex else section.number,
            blocks=tuple(_for_everybody(b, quotable) for b in section.blocks),
        )


def _for_everybody(block: Block, quotable: Collection[str]) -> Block:
    if block.kind != "quotes":
        return block
    kept = tuple(quote for quote in block.quotes if quote.id in quotable)
    return replace(block, quotes=kept) if kept else Block("note", ((NOT_FOR_PUBLICATION, ""),))


def quoted_ids(content: Content) -> frozenset[str]:
    """The analysis ids of everybody whose words the content prints."""
    blocks = {q.id for s in content.sections for b in s.blocks for q in b.quotes}
    return frozenset(blocks | {q.id for i in content.issues for q in i.quotations})
