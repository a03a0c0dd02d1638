"""Tables of submissions: CSV, TSV, XLSX, JSON and JSON Lines into rows, each bad row with its line and reason.

`read_table` reads a whole file, `open_table` one record at a time, `inspect_table` only the top for a preview.
What comes out is **not masked**: whoever stores the texts for analysis masks them first.
"""

from __future__ import annotations

from reports.tables.encodings import decode
from reports.tables.errors import (
    ColumnsMissing,
    EmptyFile,
    EncodingUncertain,
    NotATable,
    TableError,
    TooLarge,
    UnknownEncoding,
    UnknownFormat,
    UnreadableFile,
)
from reports.tables.limits import Limits
from reports.tables.reading import TableStream, inspect_table, open_table, read_table
from reports.tables.results import Candidate, Contact, Inspection, Row, TableRead

__all__ = [
    "Candidate",
    "ColumnsMissing",
    "Contact",
    "EmptyFile",
    "EncodingUncertain",
    "Inspection",
    "Limits",
    "NotATable",
    "Row",
    "TableError",
    "TableRead",
    "TableStream",
    "TooLarge",
    "UnknownEncoding",
    "UnknownFormat",
    "UnreadableFile",
    "decode",
    "inspect_table",
    "open_table",
    "read_table",
]
