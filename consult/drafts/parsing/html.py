"""The text of a web page, a paragraph a line: headings marked, numbers of lists written out, tables as rows.

Nothing of a page is run or fetched; what only serves the page around the text (navigation, forms, scripts) is left out.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from consult.drafts.parsing.around import Around, trimmed
from consult.drafts.parsing.errors import DamagedFile, EmptyText, EncodingDoubtful, NotText
from consult.drafts.parsing.numbering import in_han
from consult.drafts.parsing.source import FileText, LeftOut
from consult.drafts.parsing.tables import ABOVE, LEFT, cell_text, table_lines
from reports.tables import EncodingUncertain, decode

#: Elements in elements; no page that people wrote nests deeper.
_DEEPEST = 120
#: The end of a line within a paragraph; no HTML file can hold this character.
_BREAK = "\x0b"
_MOST_COLUMNS = 60
_MOST_ROWS = 2_000
#: Share of a table's characters in one cell, of several paragraphs, from which the others only stand around it.
_FRAMED = 0.7
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,30})""", re.IGNORECASE)
_XML_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,100}encoding\s*=\s*["']([A-Za-z0-9_.-]{2,30})["']""")
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: A browser reads what calls itself GB2312 as GBK, and so does everybody who writes it.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950", "iso-8859-1": "cp1252", "ascii": "cp1252"}
_IGNORED_NAMES = (
    "script style head nav template noscript iframe object embed form button select textarea input svg math canvas "
    "audio video aside footer map dialog"
)
_BLOCK_NAMES = (
    "p div li dt dd h1 h2 h3 h4 h5 h6 section article main header blockquote pre center address figure figcaption "
    "ul ol dl body html hr fieldset details summary caption td th tr table tbody thead tfoot"
)
_IGNORED, _BLOCKS = frozenset(_IGNORED_NAMES.split()), frozenset(_BLOCK_NAMES.split())
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_HAN_TYPES = {"a": "abcdefghijklmnopqrstuvwxyz", "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def page_text(data: bytes) -> FileText:
    """Return the text of an HTML file.

    Raises:
        NotText: these are no characters in any encoding.
        EncodingDoubtful: the encoding is neither declared truly nor certain from the bytes (promise P6).
        DamagedFile: it is nested deeper than any page.
        EmptyText: there is no text in it.
    """
    written = _decoded(data)
    try:
        root = etree.fromstring(written, etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise EmptyText if not written.strip() else DamagedFile from error
    if root is None:
        raise EmptyText
    reader = _Reader(root)
    lines, around = trimmed(_lines(reader.lines(root)))
    if not lines:
        raise EmptyText
    return FileText("\n".join(lines), (), (*reader.left_out, *(LeftOut(line, "page") for line in around)))


def _decoded(data: bytes) -> str:
    if not data.startswith(_MARKS):
        match = _XML_DECLARED.match(data[:300]) or _DECLARED.search(data[:4096])
        if match is not None:
            return _as_declared(data, match[1].decode("ascii").lower())
    if b"\0" in data and not data.startswith(_MARKS):
        raise NotText
    try:
        text, _ = decode(data)
    except EncodingUncertain:
        raise EncodingDoubtful from None
    return _undeclared(text)


def _as_declared(data: bytes, name: str) -> str:
    if b"\0" in data:
        raise NotText
    try:
        return _undeclared(data.decode(codecs.lookup(_WIDER.get(name, name)).name))
    except (LookupError, ValueError):
        raise EncodingDoubtful from None


def _undeclared(text: str) -> str:
    """A text that is decoded says no longer of itself in what it was encoded."""
    return re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text.replace("\0", "").lstrip("\ufeff"))


class _Reader:
    def __init__(self, root: Any) -> None:
        self._around = Around(root)
        self.left_out: list[LeftOut] = []

    def lines(self, root: Any) -> Iterator[str]:
        yield from self._block(root, 0)

    def _block(self, element: Any, depth: int) -> Iterator[str]:
        """The lines of an element: runs of words between the blocks in it."""
        if depth > _DEEPEST:
            raise DamagedFile
        is_set = element.tag == "pre"  #: its lines are lines
        run = [_set(element.text, is_set)]
        number = _first_number(element)
        for child in element.iterchildren():
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag == "br":
                run.append(_BREAK)
            elif tag in _IGNORED or not tag or _is_hidden(child):
                self._leave(child, tag)
            elif tag in _BLOCKS and self._around.is_around(child):
                yield "".join(run)
                self._leave(child, "nav")
                run = []
            elif tag == "table":
                yield "".join(run)
                yield from self._table(child, depth + 1)
                run = []
            elif tag == "img":
                self.left_out.append(LeftOut(str(child.get("alt") or ""), "linked"))
            elif tag in _BLOCKS or _holds_blocks(child):
                yield "".join(run)
                lines = _lines(self._block(child, depth + 1))
                if tag in _HEADINGS and len(lines) == 1:
                    lines[0] = "#" * _HEADINGS[tag] + " " + lines[0].strip()
                elif tag == "li" and element.tag == "ol":
                    number = _value(child, number)
                    if lines:
                        lines[0] = _label(number, _type(element)) + lines[0].lstrip()
                    number += 1
                yield from lines
                run = []
            else:
                run.append("".join(self._words(child, depth + 1)))
            run.append(_set(child.tail, is_set))
        yield "".join(run)

    def _words(self, element: Any, depth: int) -> Iterator[str]:
        if depth > _DEEPEST:
            raise DamagedFile
        yield element.text or ""
        for child in element.iterchildren():
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag == "br":
                yield _BREAK
            elif tag == "img":
                self.left_out.append(LeftOut(str(child.get("alt") or ""), "linked"))
            elif tag and tag not in _IGNORED and not _is_hidden(child):
                yield from self._words(child, depth + 1)
            yield child.tail or ""

    def _leave(self, element: Any, tag: str) -> None:
        if tag in ("nav", "aside", "footer", "form", "button", "select"):
            words = " ".join(" ".join(element.itertext()).split())
            if words:
                self.left_out.append(LeftOut(words, "page"))

    def _table(self, table: Any, depth: int) -> Iterator[str]:
        rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table][:_MOST_ROWS]
        cells = [list(row.iterchildren("td", "th")) for row in rows]
        if self._is_frame(table, cells):
            for cell in (cell for row in cells for cell in row):
                if self._around.is_around(cell):
                    self._leave(cell, "nav")
                else:
                    yield from self._block(cell, depth)
            return
        for caption in table.iterchildren("caption"):
            yield from self._block(caption, depth)
        grid = self._grid(cells, depth)
        headings = 0
        for row in cells:
            if not row or any(cell.tag != "th" for cell in row):
                break
            headings += 1
        yield from table_lines(grid, headings)

    def _is_frame(self, table: Any, cells: list[list[Any]]) -> bool:
        """Whether a table only lays out the page: it says nothing side by side."""
        if max((len(row) for row in cells), default=0) <= 1 or any(table.iterdescendants("table")):
            return True
        sizes = [[self._around.size(cell) for cell in row] for row in cells]
        if all(sum(size > 0 for size in row) <= 1 for row in sizes):
            return True
        largest = max((cell for row in cells for cell in row), key=self._around.size)
        share = self._around.size(largest) / sum(map(sum, sizes))
        return share > _FRAMED and sum(1 for _ in largest.iter("p", "br", "div")) >= 4

    def _grid(self, cells: list[list[Any]], depth: int) -> list[list[str]]:
        grid: list[list[str]] = []
        above: dict[int, tuple[int, bool]] = {}  #: column: rows still joined to the cell above, whether to the left too
        for row in cells:
            texts: list[str] = []
            below: dict[int, tuple[int, bool]] = {}
            for cell in row:
                _continue(texts, above, below)
                if len(texts) >= _MOST_COLUMNS:
                    break
                wide = min(_span(cell, "colspan"), _MOST_COLUMNS - len(texts))
                tall = _span(cell, "rowspan")
                start = len(texts)
                texts += [
                    cell_text([line.lstrip("# ") for line in _lines(self._block(cell, depth + 1))]),
                    *[LEFT] * (wide - 1),
                ]
                if tall > 1:
                    below |= {start + n: (tall - 1, n > 0) for n in range(wide)}
            _continue(texts, above, below)
            above = below
            grid.append(texts)
        return grid


def _continue(texts: list[str], above: dict[int, tuple[int, bool]], below: dict[int, tuple[int, bool]]) -> None:
    """Write the cells here that only continue those of the row before."""
    while (column := len(texts)) in above:
        rest, to_left = above.pop(column)
        texts.append(LEFT if to_left else ABOVE)
        if rest > 1:
            below[column] = (rest - 1, to_left)


def _holds_blocks(element: Any) -> bool:
    return any(inner.tag in _BLOCKS for inner in element.iterdescendants())


def _set(text: str | None, is_set: bool) -> str:
    return (text or "").replace("\n", _BREAK) if is_set else text or ""


def _lines(pieces: Iterable[str]) -> list[str]:
    lines = (" ".join(line.split()) for piece in pieces for line in piece.split(_BREAK))
    return [line for line in lines if line]


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or "display:none" in (element.get("style") or "").replace(" ", "")


def _span(cell: Any, name: str) -> int:
    text = str(cell.get(name) or "1").strip()
    return min(200, max(1, int(text))) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _first_number(element: Any) -> int:
    start = str(element.get("start") or "1") if element.tag == "ol" else "1"
    return int(start) if start.isascii() and start.isdigit() and len(start) < 5 else 1


def _value(item: Any, number: int) -> int:
    value = str(item.get("value") or "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 5 else number


def _type(listing: Any) -> str:
    style = (listing.get("style") or "").replace(" ", "").lower()
    is_han = any(f"list-style-type:{name}" in style for name in ("cjk-ideographic", "simp-chinese", "trad-chinese"))
    return "han" if is_han else str(listing.get("type") or "1")


def _label(number: int, kind: str) -> str:
    if kind == "han":
        return f"{in_han(number)}、"
    letters = _HAN_TYPES.get(kind)
    return f"{letters[number - 1]}. " if letters and 0 < number <= len(letters) else f"{number}. "
