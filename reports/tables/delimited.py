"""CSV and TSV: records with the physical line they start at, through embedded line ends and unclosed quotes."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from reports.tables.columns import recognised
from reports.tables.encodings import MARK_DAMAGE
from reports.tables.errors import EmptyFile
from reports.tables.limits import Limits
from reports.tables.records import UnusableRecord
from reports.tables.sources import Record, Source, is_blank, refuse_wide
from reports.tables.values import one_line

DELIMITERS = (",", ";", "\t", "|", "，")

#: Records at the top among which the heading is looked for: exports put a title or a date above it.
_TOP = 10

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
    records = _records(path, codec, delimiter, limits)
    top: list[Record] = []
    for record in records:
        top.append(record)
        if len(top) >= _TOP:
            break
    if not top:
        raise EmptyFile
    place = heading_place(top)
    line, cells = top[place]
    assert not isinstance(cells, UnusableRecord)
    headings = tuple(one_line(str(cell)) for cell in cells)
    while headings and not headings[-1]:
        headings = headings[:-1]
    refuse_wide(headings, limits)

    def rest() -> Iterator[Record]:
        yield from _whole(top[place + 1 :], delimiter, len(headings))
        yield from _whole(records, delimiter, len(headings))

    return Source("csv", headings, line, rest(), encoding=codec)


def heading_place(top: list[Record]) -> int:
    """Which of the first records is the heading: the one with most known headings, else the first readable one.

    Raises:
        EmptyFile: none of them can be read.
    """
    readable = [(i, record[1]) for i, record in enumerate(top) if not isinstance(record[1], UnusableRecord)]
    if not readable:
        raise EmptyFile
    best, most = readable[0][0], 0
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
    best, most = ",", (0, 0)
    for delimiter in DELIMITERS:
        rows = list(_parsed(sample, delimiter))
        if not rows:
            continue
        known = max(recognised([one_line(cell) for cell in row]) for row in rows[:_TOP])
        merit = (known, max(len(row) for row in rows[:_TOP]))
        if merit > most:
            best, most = delimiter, merit
    return best


def _parsed(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return


def _records(path: Path, codec: str, delimiter: str, limits: Limits) -> Iterator[Record]:
    with path.open(encoding=codec, errors=MARK_DAMAGE, newline="") as file:
        lines = _Lines(file, limits)
        while True:
            lines.start_record()
            start = lines.number + 1
            # A fresh reader for each record costs little and has no state to be left in a quote.
            reader = csv.reader(lines, delimiter=delimiter)
            try:
                cells = next(reader)
            except StopIteration:
                return
            except _RecordTooLong:
                if len(lines.taken) == 1:
                    lines.skip_rest_of_line()
                lines.give_back_all_but_first()
                yield start, UnusableRecord("unclosed_quote")
                continue
            except csv.Error:
                lines.give_back_all_but_first()
                yield start, UnusableRecord("unclosed_quote")
                continue
            if lines.ended and lines.taken:
                # The reader asked for more at the end of the file: the quote was never closed.
                lines.give_back_all_but_first()
                yield start, UnusableRecord("unclosed_quote")
                continue
            if cells and not is_blank(cells):
                yield start, _Cells(cells, lines)


class _Cells(list[str]):
    """Cells of a record, with the lines they were read from, to undo a record that swallowed its neighbours."""

    def __init__(self, cells: list[str], lines: _Lines) -> None:
        super().__init__(cells)
        self.lines = lines
        self.spanned = tuple(lines.taken) if len(lines.taken) > 1 else ()


def _whole(records: object, delimiter: str, width: int) -> Iterator[Record]:
    """Pass records on, but take a record apart whose quote was closed only by a later record's quote.

    It is known by two signs together: too many cells, and a later line of it that alone is a complete record.
    """
    for line, cells in records:  # type: ignore[attr-defined]
        if isinstance(cells, _Cells) and len(cells) > width >= 2 and _hides_a_record(cells, delimiter, width):
            cells.lines.taken = list(cells.spanned)
            cells.lines.give_back_all_but_first()
            yield line, UnusableRecord("unclosed_quote")
        else:
            yield line, cells


def _hides_a_record(cells: _Cells, delimiter: str, width: int) -> bool:
    return any(len(row) == width for later in cells.spanned[1:] for row in _parsed([later], delimiter))
