"""How much of a file is looked at before it is refused. Each figure is a setting with its reason."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Named caps for one reading. The defaults fit a city's year of calls on a small server."""

    #: Size of the file on disk. A year of a large city's board (137,577 messages) is about 40 MB.
    max_bytes: int = 50 * MEGABYTE
    #: Records after the heading.
    max_rows: int = 300_000
    #: Columns of the heading; the widest real export seen has 60.
    max_columns: int = 256
    #: Length of one submission's text in code points; longer texts are rejected row by row.
    max_text: int = 100_000
    #: Characters and lines that one record may span before its quote counts as never closed.
    max_record_characters: int = 2_000_000
    max_record_lines: int = 5_000
    #: Bytes that all parts of a workbook may inflate to, together.
    max_inflated_bytes: int = 300 * MEGABYTE
    #: Inflated / compressed size of a part above `ratio_from_bytes`; real sheets stay below 40.
    max_ratio: float = 120.0
    ratio_from_bytes: int = 4 * MEGABYTE
    #: Parts in the zip; a real workbook has some dozens.
    max_parts: int = 2_000
    #: Cells of the rectangle that a sheet spans, and shared strings: both are held in memory at once.
    max_cells: int = 6_000_000
    #: Address space and wall-clock seconds of the child process that opens the workbook.
    child_memory_bytes: int = 1_536 * MEGABYTE
    child_seconds: float = 90.0
