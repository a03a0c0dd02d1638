"""Why a draft's text or file cannot be read, each with the words for the officer who chose it."""

from __future__ import annotations

from consult.errors import Situation


class ParsingRefused(Situation):
    """A text or file that cannot be read as a draft."""

    message = "This file cannot be read as a draft."


class EmptyText(ParsingRefused):
    """There is no text in it."""

    message = "There is no text in this file."


class UnknownFileKind(ParsingRefused):
    """Not one of the kinds that are read."""

    message = "This kind of file cannot be read. Please choose a .docx, .html, .txt or .md file."


class OldWordFile(ParsingRefused):
    """A .doc, or a document with a password: both are OLE containers."""

    message = "This is an old Word document (.doc) or one with a password. Please save it as .docx without a password."


class FileTooLarge(ParsingRefused):
    """More bytes, characters or parts than a draft has."""

    message = "This file is too large for a draft."


class DamagedFile(ParsingRefused):
    """A .docx that Word would not open either."""

    message = "This Word document is damaged and cannot be opened."


class NotText(ParsingRefused):
    """Bytes that are no text in any encoding."""

    message = "This file holds no text, whatever its name says."


class EncodingDoubtful(ParsingRefused):
    """The encoding cannot be known from the bytes (promise P6)."""

    message = "The encoding of this file is uncertain. Please save it as UTF-8, or paste the text."
