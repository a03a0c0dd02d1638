"""Draft plans from pasted text, .txt, .md, .html and .docx into the tree 编 / 章 / 节 / 条 / 款 / 项.

Files are read by `consult.drafts.parsing.files`, which is imported apart: only it needs the libraries of Word documents
and of web pages, and a worker that waits does without.
"""

from __future__ import annotations

from consult.drafts.parsing.building import parse_text
from consult.drafts.parsing.errors import (
    DamagedFile,
    EmptyText,
    EncodingDoubtful,
    FileTooLarge,
    NotText,
    OldWordFile,
    ParsingRefused,
    UnknownFileKind,
)
from consult.drafts.parsing.keys import stable_keys
from consult.drafts.parsing.pictures import Picture
from consult.drafts.parsing.source import FileText, LeftOut
from consult.drafts.parsing.tree import Accounted, Became, Kind, Node, ParsedDraft, walk

__all__ = [
    "Accounted",
    "Became",
    "DamagedFile",
    "EmptyText",
    "EncodingDoubtful",
    "FileText",
    "FileTooLarge",
    "Kind",
    "LeftOut",
    "Node",
    "NotText",
    "OldWordFile",
    "ParsedDraft",
    "ParsingRefused",
    "Picture",
    "UnknownFileKind",
    "parse_text",
    "stable_keys",
    "walk",
]
