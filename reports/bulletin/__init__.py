"""舆情专报: figures, tables, sentences and chart specifications, composed from findings.

``compose`` is the one call; what it returns is printed by ``reports.documents``.

A web process reads stored bulletins and composes none, so what composes (with scipy behind it: a second and 60 MB)
is loaded only when it is asked for, by a module's ``__getattr__`` (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from reports.bulletin.canonical import content_sha256, to_plain
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

if TYPE_CHECKING:
    from reports.bulletin.composing import NothingToReport, compose

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

_COMPOSING = frozenset({"NothingToReport", "compose"})


def __getattr__(name: str) -> Any:
    if name not in _COMPOSING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("reports.bulletin.composing"), name)
