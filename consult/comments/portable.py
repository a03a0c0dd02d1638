"""PDFs that come with a comment: opened, looked through, and written anew. Imported when the first one comes."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from consult.comments.attachments import MOST_BYTES, FileRefused

MOST_PAGES = 50
#: Objects that are looked through; a scanned page has about ten.
MOST_OBJECTS = 20_000
#: Actions that run a program, reach out, or bring another file in.
_ACTIVE = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition"})
_CARRIERS = frozenset({"/JS", "/JavaScript", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/XFA"})


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
        if _is_active(reader):
            raise FileRefused(
                "The PDF in file no. %(n)d holds programs or other files. Print it to a new PDF.", n=number
            )
        writer = PdfWriter()
        for page in reader.pages:
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


def _is_active(reader: PdfReader) -> bool:
    """Whether anything that is reached from the document's roots would act; pages are not the only place for it."""
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
            if _CARRIERS & found.keys() or found.get("/S") in _ACTIVE or found.get("/Type") == "/EmbeddedFile":
                return True
            waiting += [dict.__getitem__(found, key) for key in found if key != "/Parent"]
        elif isinstance(found, ArrayObject):
            waiting += list(found)
    return False
