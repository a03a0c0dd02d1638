"""The text of a Word document, a paragraph a line: numbers written out, headings marked, tables as rows.

Footnotes and endnotes follow the paragraph they belong to, pictures the one they stand in (see `marks`).
"""

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

from consult.drafts.parsing.elements import (
    WRAPPERS,
    alternative,
    children,
    heading_level,
    is_contents,
    is_end_deleted,
    is_heading_row,
    is_hidden,
    outline_level,
    small,
    val,
)
from consult.drafts.parsing.errors import DamagedFile, EmptyText, FileTooLarge, UnknownFileKind
from consult.drafts.parsing.labels import is_heading_like
from consult.drafts.parsing.marks import picture_text
from consult.drafts.parsing.numbering import Numbering
from consult.drafts.parsing.pictures import (
    MOST_BYTES_TOGETHER,
    MOST_PICTURES,
    Picture,
    PictureRefused,
    clean,
)
from consult.drafts.parsing.source import FileText, LeftOut
from consult.drafts.parsing.tables import ABOVE, LEFT, cell_text, table_lines

#: What the parts of a document may inflate to. Text inflates 5 to 20 times; a bomb a thousand times.
MAX_INFLATED = 120 * 1024 * 1024
MAX_XML = 30 * 1024 * 1024
MAX_RATIO = 150
MAX_PARTS = 2_000
#: Tables in tables in tables; no draft nests deeper.
_DEEPEST_TABLE = 8

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = frozenset(
    (qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:instrText"), qn("w:delText"), qn("w:rt"), _FALLBACK)
)
#: What python-docx says of parts that are missing or hold something else than they should.
_ODDITIES = (
    KeyError, ValueError, AttributeError, IndexError, TypeError, EOFError, NotImplementedError, RuntimeError
)  # fmt: skip
_FORMULA_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
#: Symbols of Wingdings that forms use, as characters that every font has.
_SYMBOLS = {"F06F": "□", "F0A8": "□", "F0FE": "☑", "F052": "☑", "F0FC": "✓", "F0FB": "✗", "F06C": "●"}
_IMAGE_DATA = "{urn:schemas-microsoft-com:vml}imagedata"
_SAFE = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
_CONTENTS_NAME = re.compile(r"(?:toc|目录)\s*\d", re.IGNORECASE)


def document_text(data: bytes) -> FileText:
    """Return the text of a .docx with its pictures, and what was left out of it.

    Raises:
        FileTooLarge: it inflates to more than a draft can have.
        UnknownFileKind: it is a zip, but no Word document.
        DamagedFile: it cannot be opened.
        EmptyText: there is no text in it.
    """
    _check_parts(data)
    try:
        reader = _Reader(docx.Document(io.BytesIO(data)))
        text = "\n".join(reader.lines())
    except (OpcError, etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error) as error:
        raise DamagedFile from error
    except _ODDITIES as error:
        raise DamagedFile from error
    if not text.strip():
        raise EmptyText
    return FileText(text, tuple(reader.pictures.values()), tuple(reader.left_out))


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
        self._part = document.part
        self._numbering = Numbering(_numbering_of(document.part))
        self._styles = {style.style_id: style.element for style in document.styles}
        self._notes = {kind: _notes_of(document.part, kind) for kind in ("footnote", "endnote")}
        self._cells = 0  #: how many cells of tables are open
        self._waiting: list[str] = []  #: notes that follow what is being read
        self._shown: list[str] = []  #: pictures that stand in the paragraph being read
        self._boxed: list[str] = []  #: lines of text boxes anchored in the paragraph being read
        self._carried = ""  #: words of a paragraph whose end was deleted: they belong to the next
        self._noted = 0
        self._bytes = 0
        self.pictures: dict[str, Picture] = {}
        self.left_out: list[LeftOut] = []

    def lines(self) -> Iterator[str]:
        yield from self._blocks(self._body, 0)

    def _blocks(self, parent: Any, depth: int) -> Iterator[str]:
        for element in parent.iterchildren():
            if element.tag == qn("w:p"):
                yield from self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                if depth < _DEEPEST_TABLE:
                    yield from self._table(element, depth)
            elif is_contents(element):
                lines = [line for line in self._blocks(element, depth) if line.strip()]
                self.left_out += [LeftOut(line.lstrip("# "), "contents") for line in lines]
            elif element.tag in WRAPPERS:
                yield from self._blocks(element, depth)
            if not self._cells:
                yield from self._waiting
                self._waiting.clear()
        if parent.tag not in WRAPPERS and self._carried:
            yield self._carried
            self._carried = ""

    def _paragraph(self, element: Any) -> Iterator[str]:
        styles = self._chain(element)
        names = [val(style.find(qn("w:name"))) for style in styles]
        before, self._carried = self._carried, ""
        text = before + "".join(self._text_of(element))
        if is_end_deleted(element):
            self._carried = text
            return
        if any(_CONTENTS_NAME.fullmatch(name) for name in names):
            # Word makes the table of contents from the headings; they are read where they stand.
            self.left_out += [LeftOut(line, "contents") for line in text.split("\n") if line.strip()]
            return
        label = self._label(element, styles)
        if text.strip():
            if label and not text.lstrip().startswith(label):
                text = label + (" " if label[0] == "第" or label[-1].isalnum() else "") + text.lstrip()
            first, *more = [line for line in text.split("\n") if line.strip()]
            level = heading_level(names) or outline_level([element, *styles])
            if level and not more and is_heading_like(first.strip()):
                first = "#" * level + " " + first.strip()
            yield first
            yield from more
        yield from self._boxed
        self._boxed.clear()
        yield from self._shown
        self._shown.clear()

    def _table(self, element: Any, depth: int) -> Iterator[str]:
        rows = [(row, list(children(row, "w:tc"))) for row in children(element, "w:tr")]
        if all(len(cells) == 1 for _, cells in rows):
            # A table of one column is a frame around text, not a table.
            for _, cells in rows:
                yield from self._blocks(cells[0], depth + 1)
            return
        written: list[list[str]] = []
        headings = 0
        for row, cells in rows:
            texts = self._row(cells, depth)
            if not any(text not in ("", LEFT, ABOVE) for text in texts):
                continue
            if headings == len(written) and is_heading_row(row, element, len(written)):
                headings += 1
            written.append(texts)
        if self._cells:
            # A table in a cell: a cell holds words only, so each of its rows becomes a line of them.
            yield from (" ".join(text for text in row if text not in ("", LEFT, ABOVE)) for row in written)
            return
        yield from table_lines(written, headings)

    def _row(self, cells: list[Any], depth: int) -> list[str]:
        texts: list[str] = []
        for cell in cells:
            properties = cell.find(qn("w:tcPr"))
            span, merged = 1, None
            if properties is not None:
                span = small(val(properties.find(qn("w:gridSpan"))))
                merged = properties.find(qn("w:vMerge"))
            if merged is not None and val(merged) != "restart":
                texts.append(ABOVE)
            else:
                self._cells += 1
                texts.append(cell_text([line.lstrip("# ") for line in self._blocks(cell, depth + 1)]))
                self._cells -= 1
            texts += [LEFT] * (span - 1)
        return texts

    def _text_of(self, element: Any) -> Iterator[str]:
        """Text in reading order: insertions yes, deletions, field codes and fallbacks no."""
        for child in element.iterchildren():
            if child.tag in _SKIPPED or not isinstance(child.tag, str):
                continue
            if child.tag in (qn("w:t"), _FORMULA_TEXT):
                yield child.text or ""
            elif child.tag in (qn("w:br"), qn("w:cr")):
                yield "\n"
            elif child.tag == qn("w:tab"):
                yield " "
            elif child.tag == qn("w:noBreakHyphen"):
                yield "-"
            elif child.tag == qn("w:sym"):
                yield _SYMBOLS.get(str(child.get(qn("w:char"))).upper(), "")
            elif child.tag == qn("w:txbxContent"):
                self._cells += 1
                self._boxed += list(self._blocks(child, _DEEPEST_TABLE - 1))
                self._cells -= 1
            elif child.tag == qn("w:r") and is_hidden(child):
                words = "".join(part.text or "" for part in child.iter(qn("w:t")))
                self.left_out += [LeftOut(words, "hidden")] if words.strip() else []
            elif child.tag in (qn("w:footnoteReference"), qn("w:endnoteReference")):
                kind = "footnote" if child.tag == qn("w:footnoteReference") else "endnote"
                yield self._note(kind, str(child.get(qn("w:id"))))
            else:
                if child.tag in (qn("a:blip"), _IMAGE_DATA):
                    self._picture(child)
                yield from self._text_of(child)

    def _note(self, kind: str, identity: str) -> str:
        note = self._notes[kind].pop(identity, None)
        words = "" if note is None else " ".join("".join(self._text_of(note)).split())
        if not words:
            return ""
        self._noted += 1
        self._waiting.append(f"[^{self._noted}]: {words}")
        return f"[^{self._noted}]"

    def _picture(self, element: Any) -> None:
        """Keep the picture that an element shows, or say why not."""
        relation = element.get(qn("r:embed")) or element.get(qn("r:id"))
        alt = alternative(element)
        if relation is None:
            # A picture that is only linked stands on some other host; nothing is fetched.
            self.left_out.append(LeftOut(alt, "linked"))
            return
        try:
            kept = clean(self._part.related_parts[relation].blob)
        except (KeyError, AttributeError):
            self.left_out.append(LeftOut(alt, "linked"))
        except PictureRefused:
            self.left_out.append(LeftOut(alt, "picture"))
        else:
            is_new = kept.id not in self.pictures
            self._bytes += len(kept.data) if is_new else 0
            if is_new and (len(self.pictures) >= MOST_PICTURES or self._bytes > MOST_BYTES_TOGETHER):
                self.left_out.append(LeftOut(alt, "pictures"))
                return
            self.pictures[kept.id] = kept
            self._shown.append(picture_text(alt, kept.id))

    def _chain(self, element: Any) -> list[Any]:
        """The paragraph's style and those it is based on."""
        properties = element.find(qn("w:pPr"))
        identity = val(properties.find(qn("w:pStyle"))) if properties is not None else ""
        chain: list[Any] = []
        while identity in self._styles and len(chain) < 12:
            chain.append(self._styles[identity])
            identity = val(self._styles[identity].find(qn("w:basedOn")))
        return chain

    def _label(self, element: Any, styles: list[Any]) -> str:
        identity, level = "", None
        for holder in (element, *styles):
            properties = holder.find(qn("w:pPr"))
            numbering = properties.find(qn("w:numPr")) if properties is not None else None
            if numbering is None:
                continue
            identity = identity or val(numbering.find(qn("w:numId")))
            if level is None and numbering.find(qn("w:ilvl")) is not None:
                level = val(numbering.find(qn("w:ilvl")))
        # numId 0 takes the number of a style away.
        if not identity or identity == "0":
            return ""
        if level is None:
            names = [str(style.get(qn("w:styleId")) or "") for style in styles]
            return self._numbering.label(identity, self._numbering.level_of_style(identity, names))
        return self._numbering.label(identity, int(level) if level.isdecimal() else 0)


def _numbering_of(part: Any) -> Any | None:
    try:
        return part.part_related_by(docx.opc.constants.RELATIONSHIP_TYPE.NUMBERING).element
    except (KeyError, AttributeError):
        return None


def _notes_of(part: Any, kind: str) -> dict[str, Any]:
    """The notes of a document by their id, without the lines that part them from the text."""
    for relation in part.rels.values():
        if relation.reltype.endswith(f"/{kind}s") and not relation.is_external:
            root = etree.fromstring(relation.target_part.blob, _SAFE)
            return {
                str(note.get(qn("w:id"))): note
                for note in root.iterchildren(qn(f"w:{kind}"))
                if note.get(qn("w:type")) in (None, "normal")
            }
    return {}
