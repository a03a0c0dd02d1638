"""What every format gives: records with the line they start at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reports.tables.errors import TooLarge
from reports.tables.limits import Limits
from reports.tables.records import UnusableRecord
from reports.tables.values import Cell, one_line, to_text

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_LONGEST_HEADING = 200

#: One record: its line, and its cells or the reason why it has none.
Record = tuple[int, Sequence[Cell] | UnusableRecord]


@dataclass(frozen=True, slots=True)
class Source:
    """A file opened far enough to know its headings."""

    format: str
    headings: tuple[str, ...]
    heading_line: int
    records: Iterator[Record]
    encoding: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()


def headings_of(cells: Iterable[Cell], limits: Limits) -> tuple[str, ...]:
    """Return the heading's cells as headings, on one line each and without what cannot be stored.

    Raises:
        TooLarge: there are more columns than a table has.
    """
    headings = [_UNSTORABLE.sub("\ufffd", one_line(to_text(cell)))[:_LONGEST_HEADING] for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    if len(headings) > limits.max_columns:
        raise TooLarge(f"表格有{len(headings)}列，超过上限{limits.max_columns}列。", limit="max_columns")
    times: Counter[str] = Counter()
    for index, heading in enumerate(headings):
        times[heading] += 1
        if heading and times[heading] > 1:
            # Two columns of one name would hide each other's cells.
            headings[index] = f"{heading}（{times[heading]}）"
    return tuple(headings)


def is_blank(cells: Sequence[Cell]) -> bool:
    """Whether nothing is written in a record: such lines are no records."""
    return not any(cell if not isinstance(cell, str) else cell.strip() for cell in cells if cell is not None)
