"""JSON (an array, or an object with the array inside) and JSON Lines, record by record with line numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from reports.tables.encodings import MARK_DAMAGE
from reports.tables.errors import EmptyFile, NotATable
from reports.tables.limits import Limits
from reports.tables.records import UnusableRecord
from reports.tables.sources import Record, Source, headings_of
from reports.tables.values import Cell

#: Keys under which an object keeps its records.
ROW_KEYS = ("rows", "data", "records", "items", "list", "result", "messages", "数据", "记录")

_CHUNK = 1 << 16
_BLANK = re.compile(r"[\s\ufeff]*")
_DECODER = json.JSONDecoder()


def open_json(path: Path, codec: str, limits: Limits, *, by_line: bool) -> Source:
    """Open a JSON or JSONL file. The headings are the keys of all its objects, in order of appearance.

    Raises:
        EmptyFile: there is no record.
        NotATable: the JSON is damaged, or there is no array of records in it.
        TooLarge: there are more keys than a table has columns.
    """
    keys: dict[str, int] = {}
    first = 0
    found = False
    for line, value in _values(path, codec, limits, by_line):
        first = first or line
        found = True
        if isinstance(value, dict):
            for key in value:
                keys.setdefault(key, len(keys))
            if len(keys) > limits.max_columns:
                headings_of(keys, limits)
    if not found:
        raise EmptyFile

    headings = headings_of(keys, limits)

    def records() -> Iterator[Record]:
        for line, value in _values(path, codec, limits, by_line):
            if isinstance(value, UnusableRecord):
                yield line, value
            elif not isinstance(value, dict):
                yield line, UnusableRecord("not_an_object")
            else:
                cells: list[Cell] = [""] * len(keys)
                for key, cell in value.items():
                    cells[keys[key]] = cell
                yield line, cells

    return Source("jsonl" if by_line else "json", headings, first, records(), encoding=codec)


def _values(path: Path, codec: str, limits: Limits, by_line: bool) -> Iterator[tuple[int, object]]:
    with path.open(encoding=codec, errors=MARK_DAMAGE, newline="") as file:
        yield from _lines(file, limits) if by_line else _array(_Scanner(file, limits))


def _lines(file: TextIO, limits: Limits) -> Iterator[tuple[int, object]]:
    number = 0
    while line := file.readline(limits.max_record_characters + 1):
        number += 1
        if len(line) > limits.max_record_characters:
            while line and not line.endswith(("\n", "\r")):
                line = file.readline(limits.max_record_characters + 1)
            yield number, UnusableRecord("too_long", "很多", limit=limits.max_record_characters)
            continue
        text = line.strip().lstrip("\ufeff")
        if not text:
            continue
        try:
            yield number, _DECODER.decode(text)
        except RecursionError:
            yield number, UnusableRecord("bad_json", "嵌套过深")
        except ValueError as error:
            yield number, UnusableRecord("bad_json", _reason(error))


def _array(scanner: _Scanner) -> Iterator[tuple[int, object]]:
    opening = scanner.skip_blank()
    if opening == "{":
        _enter_rows(scanner)
        opening = scanner.skip_blank()
    if opening != "[":
        raise NotATable("JSON中没有记录的数组（应为[…]，或{“rows”: […]}）。", line=scanner.line)
    scanner.take("[")
    if scanner.skip_blank() == "]":
        return
    while True:
        scanner.skip_blank()
        line = scanner.line
        yield line, scanner.value()
        if scanner.skip_blank() == "]":
            return
        scanner.take(",")


def _enter_rows(scanner: _Scanner) -> None:
    scanner.take("{")
    while scanner.skip_blank() != "}":
        key = scanner.value()
        scanner.skip_blank()
        scanner.take(":")
        if key in ROW_KEYS and (opening := scanner.skip_blank()) in ("[", "{"):
            if opening == "{":  # an answer of an interface: {"code": 0, "data": {"list": […]}}
                _enter_rows(scanner)
            return
        scanner.skip_blank()
        scanner.value()
        if scanner.skip_blank() == ",":
            scanner.take(",")
    raise NotATable("JSON对象中没有名为“rows”的数组。", line=scanner.line)


class _Scanner:
    """Reads one JSON value after another from a file without holding the whole of it."""

    def __init__(self, file: TextIO, limits: Limits) -> None:
        self._file = file
        self._most = limits.max_record_characters
        self._buffer = ""
        self._at = 0
        self.line = 1

    def skip_blank(self) -> str:
        """Pass over white space and return the next character, "" at the end."""
        while True:
            match = _BLANK.match(self._buffer, self._at)
            assert match is not None
            self._advance(match.end())
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        if self.skip_blank() != expected:
            raise NotATable(f"JSON在第{self.line}行损坏：缺少“{expected}”。", line=self.line)
        self._advance(self._at + 1)

    def value(self) -> object:
        wanted = _CHUNK
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
                # A number at the end of what is loaded may go on: 12 of 123.
                if end < len(self._buffer) or not self._more():
                    self._advance(end)
                    return value
            except RecursionError:
                raise NotATable(f"JSON在第{self.line}行嵌套过深。", line=self.line) from None
            except ValueError as error:
                if len(self._buffer) - self._at > self._most or not self._more(wanted):
                    raise NotATable(f"JSON在第{self.line}行损坏：{_reason(error)}。", line=self.line) from None
                # Twice as much each time: a long record is decoded a few times, not once for each chunk.
                wanted *= 2

    def _more(self, wanted: int = _CHUNK) -> bool:
        chunk = self._file.read(wanted)
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _advance(self, end: int) -> None:
        passed = self._buffer[self._at : end]
        self.line += passed.count("\n") + passed.count("\r") - passed.count("\r\n")
        self._at = end


def _reason(error: ValueError) -> str:
    """Where, in figures: the decoder's own words are English."""
    return f"第{error.pos + 1}个字符处有误" if isinstance(error, json.JSONDecodeError) else "数字过长"
