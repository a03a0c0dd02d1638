"""Lines of a text as paragraphs: what a page's width broke is joined again, numbers and heads of pages are left out.

Texts copied out of PDF and files of mail programs end their lines where the page ends. Nothing in them says so; it
shows in lines that all end at about the same width in the middle of a sentence. Only where that is so are they joined.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from consult.drafts.parsing.labels import article_of, division_of, item_of
from consult.drafts.parsing.marks import Block, block_of

#: In columns of half a Chinese character: narrower and wider texts were not broken by a page.
_NARROWEST, _WIDEST = 28, 132
#: Chinese does not begin a line with a full stop, nor break a number: a line may end that much earlier.
_RAGGED = 8
_FEWEST_BREAKS = 2
_MOSTLY = 0.6

_END = re.compile(r"[。：！？:!?…][”’』」）)》]*$")
#: After these a sentence goes on unless the next line is an item.
_PAUSE = re.compile(r"[；;][”’』」）)》]*$")
#: 第一、 at the end of a line goes on with 二、三项, which is no item.
_COUNTING = re.compile(r"[第一二三四五六七八九十0-9][、，]?$|[和及与或至]$")
_OPEN = re.compile(r"[，、,（(《“‘]$")
_START = re.compile(
    r"“|#|[-*+•·●○■□◆▪][ \t\u3000]|附[件录表图][ \u3000]*[0-9０-９一二三四五六七八九十]{0,3}[ \u3000]*(?:[:：]|$|\s)"
    r"|第[一二三四五六七八九十]+[，,]|[0-9]{1,2}(?:[.．][0-9]{1,2}){1,3}[.．]?(?:\s|[^0-9.．%％\s])"
    r"|[0-9〇○零一二三四五六七八九]{4}年[0-9〇一二三四五六七八九十]{1,3}月[0-9〇一二三四五六七八九十]{1,3}日$|【"
)
_DASHES = "[-—–－─―·•~～]"
_PAGE_MARK = re.compile(
    rf"{_DASHES}+\s*(?P<a>[0-9]{{1,4}})\s*{_DASHES}+|第\s*(?P<b>[0-9]{{1,4}})\s*页(?:\s*[,，/、]?\s*(?:共|总)\s*[0-9]{{1,4}}\s*页)?"
    r"|[Pp]age\s*(?P<c>[0-9]{1,4})(?:\s*of\s*[0-9]{1,4})?"
)
_BARE_MARK = re.compile(r"(?P<a>[0-9]{1,3})(?:\s*/\s*[0-9]{1,3})?")
#: Lines between two numbers of pages that stand alone; closer ones are rather those of a table.
_SHORTEST_PAGE = 3


@dataclass(slots=True)
class _Line:
    text: str  #: stripped
    width: int  #: with what it is indented by
    indent: int
    is_after_blank: bool
    is_page_start: bool = False
    parts: list[str] = field(default_factory=list)

    @property
    def is_finished(self) -> bool:
        return _END.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line that belongs to the page and not to the text."""

    text: str
    reason: str  #: page_number | running_head


def mended(raw: Sequence[str]) -> tuple[list[str], list[Dropped]]:
    """Return the paragraphs that these lines make up, stripped and without blank ones, and the lines left out.

    A line that begins with a form feed begins a page. What this returns it gives again unchanged, and without form
    feeds it leaves a text alone whose lines were not broken by a page.
    """
    lines = _read(raw)
    wrapping = _Wrapping(lines)
    kept, dropped = _without_pages(lines, wrapping)
    if wrapping.is_found or dropped:
        wrapping = _Wrapping(kept)
    if not wrapping.is_found:
        return [line.text for line in kept], dropped
    return wrapping.joined(), dropped


def _read(raw: Sequence[str]) -> list[_Line]:
    found: list[_Line] = []
    is_after_blank = is_page_start = False
    for line in raw:
        is_page_start = is_page_start or line.startswith("\x0c")
        plain = line.replace("\x0c", "").rstrip()
        text = plain.strip()
        if not text:
            is_after_blank = True
            continue
        indent = _width(plain[: len(plain) - len(plain.lstrip())])
        found.append(_Line(text, indent + _width(text), indent, is_after_blank, is_page_start))
        is_after_blank = is_page_start = False
    return found


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def _begins(text: str) -> bool:
    """Whether a line begins a paragraph, whatever stands before it; articles apart, see `_Wrapping`."""
    if block_of(text) is not Block.WORDS or _START.match(text) or division_of(text):
        return True
    label = item_of(text)
    return label is not None and not label.rest.startswith("项")


class _Wrapping:
    """Whether and where the lines of a text were broken by the width of a page."""

    def __init__(self, lines: Sequence[_Line]) -> None:
        self._lines = lines
        widths = sorted(line.width for line in lines)
        self._full = widths[int(0.97 * (len(widths) - 1))] if widths else 0
        labels = [label for line in lines if (label := article_of(line.text))]
        #: Where articles are set apart by a blank, 第九条 without one is what a sentence goes on with.
        self._are_apart = sum(label.is_apart for label in labels) > len(labels) / 2
        self._begins = self._beginnings()
        self._minds_blanks = sum(line.is_after_blank for line in lines) < 0.7 * len(lines)
        breaks = [i for i in range(1, len(lines)) if self._is_break(i)]
        self._indents, self._parts = self._manners(set(breaks))
        self.is_found = self._is_wrapped(breaks)

    def _beginnings(self) -> list[bool]:
        found, last = [], 0
        for i, line in enumerate(self._lines):
            label = article_of(line.text)
            if label is None:
                before = self._lines[i - 1] if i else None
                is_counting = before is not None and self._is_full(before) and _COUNTING.search(before.text)
                found.append(_begins(line.text) and not (is_counting and item_of(line.text)))
                continue
            number = int(label.number.partition("-")[0])
            found.append(label.is_apart if self._are_apart else number in (last, last + 1))
            last = number if found[-1] else last
        return found

    def _is_full(self, line: _Line) -> bool:
        return line.width >= self._full - _RAGGED

    def _is_parted(self, line: _Line) -> bool:
        return line.is_after_blank and self._minds_blanks

    def _is_break(self, i: int) -> bool:
        """Whether a sentence seems to go on from the line before."""
        before, line = self._lines[i - 1], self._lines[i]
        is_open = self._is_full(before) and not before.is_finished
        return is_open and not self._begins[i] and not self._is_parted(line) and block_of(before.text) is Block.WORDS

    def _manners(self, breaks: set[int]) -> tuple[bool, bool]:
        """Whether the first line of a paragraph is indented, and whether a blank line stands before it."""
        first = [
            line for i, line in enumerate(self._lines) if self._begins[i] or (i and self._lines[i - 1].is_finished)
        ]
        further = [self._lines[i] for i in breaks]
        least = max(1.0, _MOSTLY * len(first))
        self._outer = min((line.indent for line in further), default=0)
        are_indented = sum(line.indent > self._outer for line in first) >= least
        are_not = sum(line.indent <= self._outer for line in further) >= 0.8 * len(further)
        return are_indented and are_not, sum(line.is_after_blank for line in first) >= least and self._minds_blanks

    def _is_wrapped(self, breaks: Sequence[int]) -> bool:
        if not _NARROWEST <= self._full <= _WIDEST or len(breaks) < _FEWEST_BREAKS:
            return False
        known = set(breaks)
        last = [self._lines[i] for i in breaks if i + 1 not in known]
        return sum(line.is_finished or bool(_PAUSE.search(line.text)) for line in last) >= _MOSTLY * len(last)

    def _goes_on(self, i: int) -> bool:
        """Whether a line continues the paragraph of the one before."""
        before, line = self._lines[i - 1], self._lines[i]
        if self._begins[i] or self._is_parted(line) or block_of(before.text) is not Block.WORDS:
            return False
        if i == 1 and not self._is_full(before):
            return False  # The title.
        if self._indents and line.indent > self._outer:
            return False
        if not self._is_full(before):
            return _OPEN.search(before.text) is not None
        # A line that a full stop fills is rather broken there than the last of its paragraph.
        return not before.is_finished or self._indents or self._parts or before.width >= self._full - 1

    def joined(self) -> list[str]:
        """The paragraphs."""
        found: list[str] = []
        for i, line in enumerate(self._lines):
            if i and self._goes_on(i):
                is_apart = re.search("[A-Za-z0-9,.]$", found[-1]) and re.match("[A-Za-z0-9]", line.text)
                found[-1] += (" " if is_apart else "") + line.text
            else:
                found.append(line.text)
        return found


def _without_pages(lines: Sequence[_Line], wrapping: _Wrapping) -> tuple[list[_Line], list[Dropped]]:
    marks = _page_marks(lines, wrapping)
    edges = {i for mark in marks for i in (mark - 1, mark + 1)}
    edges |= {i + step for i, line in enumerate(lines) if line.is_page_start and i for step in (0, -1)}
    beside = Counter(_head(lines[i].text) for i in edges if 0 < i < len(lines) and i not in marks)
    first = _head(lines[0].text) if lines else ""
    kept: list[_Line] = []
    dropped: list[Dropped] = []
    is_torn = False  #: whether what was left out stood between two halves of a sentence, not between paragraphs
    for i, line in enumerate(lines):
        head = _head(line.text)
        is_title = i > 0 and head == first and (wrapping.is_found or i in edges)
        is_head = i in edges and i > 0 and (beside[head] > 1 or is_title)
        if i in marks:
            dropped.append(Dropped(line.text, "page_number"))
        elif (is_head or (is_title and marks)) and not line.is_finished and not _begins(line.text):
            dropped.append(Dropped(line.text, "running_head"))
        else:
            if is_torn:
                line.is_after_blank = False
            kept.append(line)
            is_torn = False
            continue
        is_torn = True
    return kept, dropped


def _page_marks(lines: Sequence[_Line], wrapping: _Wrapping) -> set[int]:
    sure = {i: _number(match) for i, line in enumerate(lines) if (match := _PAGE_MARK.fullmatch(line.text))}
    if not sure and not wrapping.is_found and not any(line.is_page_start for line in lines):
        return set()
    bare = {i: _number(match) for i, line in enumerate(lines) if (match := _BARE_MARK.fullmatch(line.text))}
    order = sorted((sure | bare).items())
    found = set(sure)
    for place, (i, number) in enumerate(order):
        if i in sure:
            continue
        around = [*order[max(0, place - 1) : place], *order[place + 1 : place + 2]]
        counts_on = any((other - number) * (at - i) > 0 and abs(other - number) == 1 for at, other in around)
        if counts_on and all(abs(at - i) > _SHORTEST_PAGE for at, _ in around):
            found.add(i)
    return found


def _number(match: re.Match[str]) -> int:
    return int(next(group for group in match.groups() if group))


def _head(text: str) -> str:
    return re.sub(r"[\s0-9—–－·-]", "", text)
