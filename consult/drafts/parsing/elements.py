"""What the elements of a Word document say of themselves: levels of headings, revisions, merged cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

#: What only wraps blocks: content controls, insertions, custom markup.
WRAPPERS = frozenset(qn(f"w:{name}") for name in ("sdt", "sdtContent", "ins", "customXml", "smartTag"))
_SHAPE = "{urn:schemas-microsoft-com:vml}shape"
_HEADING_NAME = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)


def val(element: Any | None) -> str:
    return "" if element is None else str(element.get(qn("w:val")) or "")


def heading_level(names: list[str]) -> int:
    for name in names:
        if match := _HEADING_NAME.fullmatch(name.strip()):
            return min(6, int(match[1]))
        if name.strip().lower() in ("title", "标题"):
            return 1
    return 0


def outline_level(holders: list[Any]) -> int:
    """The level of a heading that a paragraph or its style says without being called a heading; 0 for words."""
    for holder in holders:
        properties = holder.find(qn("w:pPr"))
        level = properties.find(qn("w:outlineLvl")) if properties is not None else None
        if level is not None:
            return min(6, int(val(level)) + 1) if val(level) in tuple("012345678") else 0
    return 0


def is_end_deleted(paragraph: Any) -> bool:
    """Whether a revision took a paragraph's end away: its words, if any are left, join those of the next."""
    marks = paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}")
    return marks is not None and any(marks.find(qn(name)) is not None for name in ("w:del", "w:moveFrom"))


def is_hidden(run: Any) -> bool:
    mark = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return mark is not None and val(mark) not in ("0", "false", "off")


def is_contents(element: Any) -> bool:
    """Whether a content control holds the table of contents that Word keeps."""
    if element.tag != qn("w:sdt"):
        return False
    gallery = element.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}/{qn('w:docPartGallery')}")
    return val(gallery) == "Table of Contents"


def children(parent: Any, name: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, those in content controls too."""
    for element in parent.iterchildren():
        if element.tag == qn(name):
            yield element
        elif element.tag in WRAPPERS:
            yield from children(element, name)


def is_heading_row(row: Any, table: Any, place: int) -> bool:
    """Whether a row is marked as a heading, or is the first of a table whose look gives the first row to headings."""
    properties = row.find(qn("w:trPr"))
    if properties is not None and properties.find(qn("w:tblHeader")) is not None:
        return True
    look = table.find(f"{qn('w:tblPr')}/{qn('w:tblLook')}")
    if place or look is None:
        return False
    first = look.get(qn("w:firstRow"))
    if first is not None:
        return first in ("1", "true", "on")
    try:
        return bool(int(val(look) or "0", 16) & 0x20)
    except ValueError:
        return False


def alternative(element: Any) -> str:
    """What a picture shows, in the words of whoever wrote the document."""
    for above in element.iterancestors():
        if above.tag == qn("w:drawing"):
            properties = next(above.iter(qn("wp:docPr")), None)
            return "" if properties is None else str(properties.get("descr") or properties.get("title") or "")
        if above.tag == _SHAPE:
            return str(above.get("alt") or "")
    return ""


def small(text: str) -> int:
    """A number of joined columns; Word has at most 63."""
    return min(63, max(1, int(text))) if text.isdecimal() and len(text) < 4 else 1
