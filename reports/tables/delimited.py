"""CSV and TSV: records with the physical line they start at, through embedded line ends and unclosed quotes."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from reports.tables.columns import recognised
from reports.tables.encodings import MARK_DAMAGE
from reports.tables.errors import EmptyFile
from reports.tables.limits import Limits
from reports.tables.records import UnusableRecord
from reports.tables.sources import Record, Source, headings_of, is_blank
from reports.tables.values import one_line

DELIMITERS = (",", ";", "\t", "|", "，")
#: Divides nothing: a table of one column, whose texts may hold any of the delimiters.
ONE_COLUMN = "\x1f"
#: Share of lines that must fall into as many cells as the heading before a mark that texts also use divides them.
_ALIKE = 0.8

#: Records at the top among which the heading is looked for: exports put a title or a date above it.
_TOP = 30

# The module's own limit (131,072) would cut a long text in the middle of its record; ours is counted in
# `_Lines`, so the module's only has to be higher than ours. It is a setting of the whole process.
csv.field_size_limit(max(csv.field_size_limit(), 16_000_000))


class _RecordTooLong(Exception):
    pass


class _Lines:
    """Physical lines with their numbers, which can be taken back when a record swallowed too many."""

    def __init__(self, file: TextIO, limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._ahead: deque[str] = deque()
        self.number = 0  #: of the line handed out last
        self.taken: list[str] = []  #: lines of the record being read
        self.ended = False
        self._characters = 0

    def start_record(self) -> None:
        self.taken = []
        self.ended = False
        self._characters = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        limits = self._limits
        if len(self.taken) >= limits.max_record_lines or self._characters > limits.max_record_characters:
            raise _RecordTooLong
        line = self._ahead.popleft() if self._ahead else self._file.readline(limits.max_record_characters + 1)
        if not line:
            self.ended = True
            raise StopIteration
        self.taken.append(line)
        self.number += 1
        self._characters += len(line)
        return line

    def give_back_all_but_first(self) -> None:
        """Let the next record start at the second line of this one."""
        self._ahead.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1

    def skip_rest_of_line(self) -> None:
        """Pass over what is left of a line that was longer than a record may be."""
        while not self.taken[-1].endswith(("\n", "\r")):
            line = self._file.readline(self._limits.max_record_characters + 1)
            if not line:
                return
            self.taken[-1] = line


def open_delimited(path: Path, codec: str, limits: Limits) -> Source:
    """Open a CSV or TSV file and find its delimiter and heading.

    Raises:
        EmptyFile: there is no line with anything in it.
        TooLarge: there are more columns than a table has.
    """
    with path.open(encoding=codec, errors=MARK_DAMAGE, newline="") as file:
        delimiter = _delimiter(file, limits)
    top = list(islice(_records(path, codec, delimiter, limits), _TOP))
    if not top:
        raise EmptyFile
    line, cells = top[heading_place(top)]
    assert not isinstance(cells, UnusableRecord)
    headings = headings_of(cells, limits)
    # Read again from the start: only who knows the heading's width can tell a record that swallowed others.
    records = _records(path, codec, delimiter, limits, width=len(headings), after=line)
    return Source("csv", headings, line, records, encoding=codec)


def heading_place(top: list[Record]) -> int:
    """Which of the first records is the heading: the one with most known headings.

    Where none is known it is the first that is as wide as most: a table's title above it is one cell.

    Raises:
        EmptyFile: none of them can be read.
    """
    readable = [(i, record[1]) for i, record in enumerate(top) if not isinstance(record[1], UnusableRecord)]
    if not readable:
        raise EmptyFile
    widths = {index: sum(1 for cell in cells if not is_blank([cell])) for index, cells in readable}
    usual = Counter(len(cells) for _, cells in readable).most_common(1)[0][0]
    wide = [index for index, cells in readable if widths[index] > 1 and 2 * widths[index] > usual]
    best, most = (wide[0] if wide else readable[0][0]), 0
    for index, cells in readable:
        known = recognised([one_line(str(cell)) for cell in cells if cell is not None])
        if known > most:
            best, most = index, known
    return best


def _delimiter(file: TextIO, limits: Limits) -> str:
    sample = []
    for _ in range(30):
        line = file.readline(65_536)
        if not line:
            break
        if line.strip():
            sample.append(line)
    best, most = ONE_COLUMN, (0, 0.0)
    for delimiter in DELIMITERS:
        rows = [row for row in _parsed(sample, delimiter) if not is_blank(row)]
        if not rows:
            continue
        place = heading_place(list(enumerate(rows)))
        width = len(rows[place])
        if width < 2:
            continue
        known = recognised([one_line(cell) for cell in rows[place]])
        records = rows[place + 1 :]
        alike = sum(len(row) == width for row in records) / len(records) if records else 1.0
        if known < 2 and delimiter == "，" and alike < _ALIKE:
            continue
        if (known, alike) > most:
            best, most = delimiter, (known, alike)
    return best


def _parsed(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return


def _records(
    path: Path, codec: str, delimiter: str, limits: Limits, *, width: int = 0, after: int = 0
) -> Iterator[Record]:
    """The records that start after line `after`; with `width`, those that swallowed others are taken apart."""
    with path.open(encoding=codec, errors=MARK_DAMAGE, newline="") as file:
        lines = _Lines(file, limits)
        while True:
            lines.start_record()
            start = lines.number + 1
            try:
                cells = _next_record(lines, delimiter, 0 if start <= after else width)
            except StopIteration:
                return
            except UnusableRecord as reason:
                lines.give_back_all_but_first()
                if start > after:
                    yield start, reason
                continue
            if cells and start > after and not is_blank(cells):
                yield start, cells


def _next_record(lines: _Lines, delimiter: str, width: int) -> list[str]:
    """Raises `UnusableRecord` for a quote that is never closed, or closed only by a later record's quote."""
    try:
        # A fresh reader for each record costs little and has no state to be left in a quote.
        cells = next(csv.reader(lines, delimiter=delimiter))
    except _RecordTooLong:
        if len(lines.taken) == 1:
            lines.skip_rest_of_line()
        raise UnusableRecord("unclosed_quote") from None
    except csv.Error:
        raise UnusableRecord("unclosed_quote") from None
    # A reader that asked for more at the end of the file was inside a quote.
    if lines.ended or (len(lines.taken) > 1 and _swallowed_records(cells, lines.taken, delimiter, width)):
        raise UnusableRecord("unclosed_quote")
    return cells


def _swallowed_records(cells: list[str], spanned: list[str], delimiter: str, width: int) -> bool:
    """Whether a record over several lines is really several records.

    Known by two signs together: its cells are too many or its quotes are not where a writer of CSV puts them, and
    a later line of it alone is a complete record.
    """
    if width < 2 or (len(cells) <= width and _is_well_quoted(spanned, delimiter)):
        return False
    return any(len(row) == width for later in spanned[1:] for row in _parsed([later], delimiter))


def _is_well_quoted(lines: list[str], delimiter: str) -> bool:
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True
