"""PDFs that come with a comment: opened, looked through, and written anew. Imported when the first one comes."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from consult.comments.attachments import MOST_BYTES, FileRefused

MOST_PAGES = 50
#: Objects that are looked through; a scanned page has about ten.
MOST_OBJECTS = 20_000
#: Actions that run a program, reach out, or bring another file in.
_ACTIVE = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition"})
_CARRIERS = frozenset({"/JS", "/JavaScript", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/XFA"})
#: What programs note beside pages and pictures: who made them, when, and with what.
_NOTES = ("/Metadata", "/PieceInfo", "/LastModified")


def clean(data: bytes, number: int) -> bytes:
    """The pages of a PDF, written anew without properties. Raises `FileRefused` for what is no harmless PDF."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise FileRefused("The PDF in file no. %(n)d is protected by a password.", n=number)
        if not 1 <= len(reader.pages) <= MOST_PAGES:
            raise FileRefused(
                "A PDF may have up to %(most)d pages; file no. %(n)d has more, or none.", n=number, most=MOST_PAGES
            )
        if _is_active_else_bare(reader):
            raise FileRefused(
                "The PDF in file no. %(n)d holds programs or other files. Print it to a new PDF.", n=number
            )
        writer = PdfWriter()
        for page in reader.pages:
            _take_off(page, _NOTES)
            writer.add_page(page)
        writer.metadata = None
        out = io.BytesIO()
        writer.write(out)
    except FileRefused:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError):
        raise FileRefused("The PDF in file no. %(n)d is damaged and cannot be opened.", n=number) from None
    if out.tell() > 2 * MOST_BYTES:
        raise FileRefused("File no. %(n)d is larger than 5 MB.", n=number)
    return out.getvalue()


def _is_active_else_bare(reader: PdfReader) -> bool:
    """Whether anything that is reached from the document's roots would act; pages are not the only place for it.

    On the way, what tells of people and programs is taken off: notes, and the authors of remarks.
    """
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [reader.trailer]
    looked = 0
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if (found.idnum, found.generation) in seen:
                continue
            seen.add((found.idnum, found.generation))
            found = found.get_object()
        looked += 1
        if looked > 10 * MOST_OBJECTS or len(seen) > MOST_OBJECTS:
            return True
        if isinstance(found, DictionaryObject):
            # The name of an action may itself stand in an object of its own.
            if _CARRIERS & found.keys() or _name(found, "/S") in _ACTIVE or _name(found, "/Type") == "/EmbeddedFile":
                return True
            _take_off(found, (*_NOTES, "/T") if _is_remark(found) else _NOTES)
            waiting += [dict.__getitem__(found, key) for key in found if key != "/Parent"]
        elif isinstance(found, ArrayObject):
            waiting += list(found)
    return False


def _take_off(found: DictionaryObject, keys: Iterable[str]) -> None:
    for key in keys:
        found.pop(key, None)


def _name(found: DictionaryObject, key: str) -> str:
    """The name under a key, wherever it stands; "" for anything else."""
    value = dict.get(found, key)  # pypdf's own raises for what is not there, or hands out the bare reference
    value = value.get_object() if isinstance(value, IndirectObject) else value
    return value if isinstance(value, NameObject) else ""


def _is_remark(found: DictionaryObject) -> bool:
    """Whether this is something written beside the text, whose "/T" is its author; that of a field is its name."""
    return "/Rect" in found and _name(found, "/Subtype") != "/Widget"
