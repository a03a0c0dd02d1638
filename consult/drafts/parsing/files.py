"""A draft's file to its text: .txt and .md by the encoding rules of promise P6, .docx by `word`, .html by `html`."""

from __future__ import annotations

from pathlib import PurePath

from consult.drafts.parsing.building import parse_text
from consult.drafts.parsing.errors import (
    EmptyText,
    EncodingDoubtful,
    FileTooLarge,
    NotText,
    OldWordFile,
    UnknownFileKind,
)
from consult.drafts.parsing.html import page_text
from consult.drafts.parsing.source import FileText
from consult.drafts.parsing.tree import ParsedDraft
from consult.drafts.parsing.word import document_text
from reports.tables import EncodingUncertain, decode

#: A draft with all its pictures; its text alone is far smaller.
MAX_BYTES = 20 * 1024 * 1024

_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK"
_TEXT_NAMES = (".txt", ".md", ".markdown", ".text", "")
_PAGE_NAMES = (".html", ".htm", ".xhtml")
_OTHER_KINDS = (b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")


def parse_file(name: str, data: bytes) -> ParsedDraft:
    """Read a draft's file. The content decides its kind; the name only confirms that it was meant.

    Raises:
        ParsingRefused: one of its subclasses, when it cannot be read.
    """
    return parse_text(read_file(name, data).text)


def file_text(name: str, data: bytes) -> str:
    """The text of a file, as `read_file` gives it."""
    return read_file(name, data).text


def read_file(name: str, data: bytes) -> FileText:
    """Return what a file holds: its text, a paragraph a line, headings marked with # as in Markdown; its pictures.

    Raises:
        ParsingRefused: one of its subclasses.
    """
    if not data:
        raise EmptyText
    if len(data) > MAX_BYTES:
        raise FileTooLarge
    if data.startswith(_OLE):
        raise OldWordFile
    suffix = PurePath(name).suffix.lower()
    if data.startswith(_ZIP):
        return document_text(data)
    if data.startswith(_OTHER_KINDS) or suffix not in (*_TEXT_NAMES, *_PAGE_NAMES):
        raise UnknownFileKind
    if suffix in _PAGE_NAMES:
        return page_text(data)
    return FileText(_plain_text(data))


def _plain_text(data: bytes) -> str:
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotText
    try:
        text, _ = decode(data)
    except EncodingUncertain as error:
        if not error.candidates or error.candidates[0].damaged > len(data) / 20:
            raise NotText from None
        raise EncodingDoubtful from None
    return text
