"""What differs between the editions of one bulletin."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from consult.bulletins.models import Bulletin
from consult.clock import local_date
from reports.bulletin import Bulletin as Content
from reports.bulletin.model import Block, Quote, Section
from reports.bulletin.numbers import annex_label
from reports.bulletin.outcomes import without_judged_stances


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


#: Stands where the words of somebody stood who has taken them back, or whose submission was refused, since then.
TAKEN_BACK = "引文已撤回。"


def public_edition(content: Content, quotable: Collection[str], gone: Collection[str] = ()) -> Content:
    """The content for everybody: no annex of single submissions, no lines, no ids, of stances only those that authors
    chose, and in their own words only those who agreed to be published (``quotable``, by analysis id; rule R46).
    Where the words of those in ``gone`` stood, it is said that they were taken back."""
    content = without_judged_stances(without_words_of(content, gone))
    kept = {*quotable, *gone}
    return replace(
        content,
        sections=tuple(_open_sections(content, kept)),
        figures={key: replace(figure, ids=()) for key, figure in content.figures.items()},
        issues=tuple(
            replace(i, members=(), quotations=tuple(q for q in i.quotations if q.id in kept)) for i in content.issues
        ),
        submissions=(),
        rejected=(),
    )


def without_words_of(content: Content, gone: Collection[str]) -> Content:
    """The content with the words of these submissions (analysis ids) left out wherever they are quoted or listed."""
    if not gone:
        return content

    def block_without(block: Block) -> Block:
        return replace(block, quotes=tuple(_unquoted(q, gone) for q in block.quotes)) if block.quotes else block

    return replace(
        content,
        sections=tuple(replace(s, blocks=tuple(block_without(b) for b in s.blocks)) for s in content.sections),
        issues=tuple(replace(i, quotations=tuple(_unquoted(q, gone) for q in i.quotations)) for i in content.issues),
        submissions=tuple(
            replace(line, title="", text=TAKEN_BACK, place="") if line.id in gone else line
            for line in content.submissions
        ),
    )


def _unquoted(quote: Quote, gone: Collection[str]) -> Quote:
    return replace(quote, text=TAKEN_BACK, said_on="") if quote.id in gone else quote


def _open_sections(content: Content, kept: Collection[str]) -> Iterator[Section]:
    sections = [section for section in content.sections if section.key != "originals"]
    of = sum(section.annex for section in sections)
    annexes = 0
    for section in sections:
        annexes += section.annex
        yield replace(
            section,
            number=annex_label(annexes, of) if section.annex else section.number,
            blocks=tuple(_for_everybody(b, kept) for b in section.blocks),
        )


def _for_everybody(block: Block, kept: Collection[str]) -> Block:
    if block.kind != "quotes":
        return block
    quotes = tuple(quote for quote in block.quotes if quote.id in kept)
    return replace(block, quotes=quotes) if quotes else Block("note", ((NOT_FOR_PUBLICATION, ""),))


def quoted_ids(content: Content) -> frozenset[str]:
    """The analysis ids of everybody whose words the content prints."""
    blocks = {q.id for s in content.sections for b in s.blocks for q in b.quotes}
    return frozenset(blocks | {q.id for i in content.issues for q in i.quotations})


def listed_ids(content: Content) -> frozenset[str]:
    """The analysis ids of everybody whose words the content prints or lists."""
    return quoted_ids(content) | {line.id for line in content.submissions}
