"""舆情专报: figures, tables, sentences and chart specifications, composed from findings.

``compose`` is the one call; what it returns is printed by ``reports.documents``.
"""

from __future__ import annotations

from reports.bulletin.canonical import content_sha256, to_plain
from reports.bulletin.compose import NothingToReport, compose
from reports.bulletin.model import (
    FORMAT,
    BaseCounts,
    Bulletin,
    BulletinExtra,
    Consultation,
    Figure,
    ResponseOutcome,
    SourceFile,
)
from reports.bulletin.numbers import (
    BadDocumentNumber,
    change_text,
    percent_text,
    reconcile,
)
from reports.bulletin.scope import NotAnalysed

__all__ = [
    "FORMAT",
    "BadDocumentNumber",
    "BaseCounts",
    "Bulletin",
    "BulletinExtra",
    "Consultation",
    "Figure",
    "NotAnalysed",
    "NothingToReport",
    "ResponseOutcome",
    "SourceFile",
    "change_text",
    "compose",
    "content_sha256",
    "percent_text",
    "reconcile",
    "to_plain",
]
