"""The text of a Word document, a paragraph a line: numbers written out, headings marked, tables as rows."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from lxml import etree

from consult.drafts.parsing.errors import DamagedFile, EmptyText, FileTooLarge, UnknownFileKind
from consult.drafts.parsing.labels import is_heading_like
from consult.drafts.parsing.numbering import Numbering

#: What the parts of a document may inflate to. Text inflates 5 to 20 times; a bomb a thousand times.
MAX_INFLATED = 120 * 1024 * 1024
MAX_XML = 30 * 1024 * 1024
MAX_RATIO = 150
MAX_PARTS = 2_000
#: Tables in tables in tables; no draft nests deeper.
_DEEPEST_TABLE = 8

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = frozenset(
    (qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:instrText"), qn("w:delText"), _FALLBACK)
)
#: What python-docx says of parts that are missing or hold something else than they should.
_ODDITIES = (
    KeyError, ValueError, AttributeError, IndexError, TypeError, EOFError, NotImplementedError, RuntimeError
)  # fmt: skip
#: What only wraps blocks: content controls, insertions, custom markup.
_WRAPPERS = frozenset(qn(f"w:{name}") for name in ("sdt", "sdtContent", "ins", "customXml", "smartTag"))
_HEADING_NAME = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_CONTENTS_NAME = re.compile(r"(?:toc|目录)\s*\d", re.IGNORECASE)


def document_text(data: bytes) -> str:
    """Return the text of a .docx.

    Raises:
        FileTooLarge: it inflates to more than a draft can have.
        UnknownFileKind: it is a zip, but no Word document.
        DamagedFile: it cannot be opened.
        EmptyText: there is no text in it.
    """
    _check_parts(data)
    try:
        document = docx.Document(io.BytesIO(data))
        text = "\n".join(_Reader(document).lines())
    except (OpcError, etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error) as error:
        raise DamagedFile from error
    except _ODDITIES as error:
        raise DamagedFile from error
    if not text.strip():
        raise EmptyText
    return text


def _check_parts(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise DamagedFile from error
    names = {part.filename for part in parts}
    if "word/document.xml" not in names:
        raise DamagedFile if "[Content_Types].xml" in names and not _other_office(names) else UnknownFileKind
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_INFLATED:
        raise FileTooLarge
    for part in parts:
        is_xml = part.filename.lower().endswith((".xml", ".rels"))
        # zipfile never gives more than a part declares, so what is declared is what can come out.
        most = min(MAX_XML, MAX_RATIO * max(part.compress_size, 1024))
        if is_xml and part.file_size > most:
            raise FileTooLarge


def _other_office(names: set[str]) -> bool:
    return any(name.startswith(("xl/", "ppt/")) for name in names)


class _Reader:
    def __init__(self, document: Any) -> None:
        self._body = document.element.body
        part = document.part
        self._numbering = Numbering(_numbering_of(part))
        self._styles = {style.style_id: style.element for style in document.styles}

    def lines(self) -> Iterator[str]:
        yield from self._blocks(self._body, 0)

    def _blocks(self, parent: Any, depth: int) -> Iterator[str]:
        for element in parent.iterchildren():
            if element.tag == qn("w:p"):
                yield from self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                if depth < _DEEPEST_TABLE:
                    yield from self._table(element, depth)
            elif element.tag in _WRAPPERS:
                yield from self._blocks(element, depth)

    def _paragraph(self, element: Any) -> Iterator[str]:
        styles = self._chain(element)
        names = [_val(style.find(qn("w:name"))) for style in styles]
        if any(_CONTENTS_NAME.fullmatch(name) for name in names):
            return  # Word makes the table of contents from the headings; they are read where they stand.
        text = "".join(_text_of(element))
        label = self._label(element, styles)
        if not text.strip():
            return
        if label and not text.lstrip().startswith(label):
            text = label + (" " if label[0] == "第" or label[-1].isalnum() else "") + text.lstrip()
        first, *more = [line for line in text.split("\n") if line.strip()]
        level = _heading_level(names)
        if level and not more and is_heading_like(first.strip()):
            first = "#" * level + " " + first.strip()
        yield first
        yield from more

    def _table(self, element: Any, depth: int) -> Iterator[str]:
        for row in element.iterchildren(qn("w:tr")):
            cells = list(row.iterchildren(qn("w:tc")))
            if len(cells) == 1:
                # A table of one column is a frame around text, not a table.
                yield from self._blocks(cells[0], depth + 1)
                continue
            texts = [" ".join(" ".join(self._blocks(cell, depth + 1)).split()) for cell in cells]
            if any(texts):
                yield "| " + " | ".join(texts) + " |"

    def _chain(self, element: Any) -> list[Any]:
        """The paragraph's style and those it is based on."""
        properties = element.find(qn("w:pPr"))
        identity = _val(properties.find(qn("w:pStyle"))) if properties is not None else ""
        chain: list[Any] = []
        while identity in self._styles and len(chain) < 12:
            chain.append(self._styles[identity])
            identity = _val(self._styles[identity].find(qn("w:basedOn")))
        return chain

    def _label(self, element: Any, styles: list[Any]) -> str:
        identity, level = "", None
        for holder in (element, *styles):
            properties = holder.find(qn("w:pPr"))
            numbering = properties.find(qn("w:numPr")) if properties is not None else None
            if numbering is None:
                continue
            identity = identity or _val(numbering.find(qn("w:numId")))
            if level is None and numbering.find(qn("w:ilvl")) is not None:
                level = _val(numbering.find(qn("w:ilvl")))
        # numId 0 takes the number of a style away.
        if not identity or identity == "0":
            return ""
        return self._numbering.label(identity, int(level) if level and level.isdecimal() else 0)


def _numbering_of(part: Any) -> Any | None:
    try:
        return part.part_related_by(docx.opc.constants.RELATIONSHIP_TYPE.NUMBERING).element
    except (KeyError, AttributeError):
        return None


def _val(element: Any | None) -> str:
    return "" if element is None else str(element.get(qn("w:val")) or "")


def _heading_level(names: list[str]) -> int:
    for name in names:
        if match := _HEADING_NAME.fullmatch(name.strip()):
            return min(6, int(match[1]))
        if name.strip().lower() in ("title", "标题"):
            return 1
    return 0


def _text_of(element: Any) -> Iterator[str]:
    """Text in reading order: insertions yes, deletions, field codes and fallbacks no."""
    for child in element.iterchildren():
        if child.tag in _SKIPPED or not isinstance(child.tag, str):
            continue
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in (qn("w:br"), qn("w:cr")):
            yield "\n"
        elif child.tag == qn("w:tab"):
            yield " "
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        else:
            yield from _text_of(child)
