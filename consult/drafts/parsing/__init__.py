"""Draft plans from pasted text, .txt, .md and .docx into the tree 编 / 章 / 节 / 条 / 款 / 项."""

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
from consult.drafts.parsing.files import parse_file
from consult.drafts.parsing.keys import stable_keys
from consult.drafts.parsing.tree import Kind, Node, ParsedDraft, walk

__all__ = [
    "DamagedFile",
    "EmptyText",
    "EncodingDoubtful",
    "FileTooLarge",
    "Kind",
    "Node",
    "NotText",
    "OldWordFile",
    "ParsedDraft",
    "ParsingRefused",
    "UnknownFileKind",
    "parse_file",
    "parse_text",
    "stable_keys",
    "walk",
]
