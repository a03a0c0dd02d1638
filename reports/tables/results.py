"""What reading a table gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.model import Rejected, Submission


@dataclass(frozen=True, slots=True)
class Candidate:
    """One encoding a file may be written in, with enough of its text for a person to tell."""

    encoding: str  #: pass this as `encoding=`
    label: str  #: its name for a person, in Chinese
    confidence: float  #: 0..1, only comparable with other candidates of the same file
    sample: str  #: the beginning of the file, read in this encoding
    damaged: int = 0  #: places that cannot be read in this encoding


@dataclass(frozen=True, slots=True)
class Contact:
    """Who is behind a submission. Kept apart from the text, for the vault and nowhere else."""

    name: str = ""
    phone: str = ""
    id_number: str = ""
    email: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.id_number or self.email)


@dataclass(frozen=True, slots=True)
class Row:
    """One usable record.

    The submission's text, title and turns are as written in the file: **masking them is the caller's
    duty** before they are stored for analysis (rule R45).
    """

    line: int  #: where the record starts: physical line (CSV, JSON) or row (XLSX), from 1
    id: str
    submission: Submission
    contact: Contact
    extra: Mapping[str, str] = field(default_factory=dict)
    """Further cells that are not empty: by field name where the heading is known (``"reply"``,
    ``"deadline"`` …, see `reports.tables.columns`), else by the heading itself. Moments are ISO 8601."""
    id_generated: bool = False  #: True when the file gave no id and `id` is a hash of the content


@dataclass(frozen=True, slots=True)
class TableRead:
    """A whole file. ``len(rows) + len(rejected) == records`` always holds (promise P5)."""

    encoding: str  #: "" for formats that carry their own (XLSX)
    encoding_sure: bool  #: False when a person chose it
    headings: tuple[str, ...]
    mapping: Mapping[str, str]  #: field -> heading
    missing: tuple[str, ...]  #: fields worth having that no column gives ("id", "at", …)
    rows: tuple[Row, ...]
    rejected: tuple[Rejected, ...]
    records: int
    format: str = "csv"  #: "csv", "xlsx", "xls", "ods", "json" or "jsonl"
    sheet: str = ""  #: the sheet read, for a workbook
    other_sheets: tuple[str, ...] = ()  #: its further visible sheets, which were not read


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a preview page shows before anything is read for good."""

    format: str
    encoding: str  #: the best guess, in which `headings` and `rows` are shown
    encoding_sure: bool
    encoding_confidence: float
    candidates: tuple[Candidate, ...]  #: best first; empty when sure
    headings: tuple[str, ...]
    heading_line: int
    rows: tuple[tuple[str, ...], ...]  #: up to ten records after the heading, as text
    proposed: Mapping[str, str]  #: field -> heading
    missing: tuple[str, ...]  #: as in `TableRead`, plus "text" when that is not found
    unrecognised: tuple[str, ...]  #: headings that no field claims
    sheet: str = ""
    sheets: tuple[str, ...] = ()  #: visible sheets of a workbook
