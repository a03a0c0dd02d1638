"""XLSX, guarded: what the zip holds is measured before and while it inflates, and only then opened, in a child.

A sheet of one cell at XFD1048576 is a few hundred bytes and spans 17 billion cells; a workbook of 487 KB can take
1.4 GB (threat T24). So the parts are inflated once here, in pieces, and their rows, columns and strings counted.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Collection, Generator, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from reports.tables.columns import propose_mapping
from reports.tables.delimited import heading_place
from reports.tables.errors import EmptyFile, NotATable, TooLarge, UnknownFormat
from reports.tables.limits import MEGABYTE, Limits
from reports.tables.records import UnusableRecord
from reports.tables.sources import Record, Source, headings_of, is_blank
from reports.tables.values import Cell

_CHILD = Path(__file__).with_name("workbook_child.py")
_PIECE = 1 << 18
_TOP = 30

#: How a workbook of Excel 97 begins; an encrypted XLSX and a Word document of that time begin so as well.
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
#: Sheets looked at for one with texts; each costs a process.
_SHEETS_TRIED = 8

_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br\s*=\s*[\"'](\d{1,10})[\"']")
_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br\s*=\s*[\"']([A-Za-z]{1,4})(\d{1,10})[\"']")
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
#: Longest piece of markup that a count must not miss where two pieces meet.
_OVERLAP = 512


def open_workbook(path: Path, limits: Limits, sheet: str = "") -> Source:
    """Open a workbook's sheet and find its heading.

    Without `sheet` it is the first visible one with a heading for the text: exports often begin with a sheet of
    explanations. Where none has that, it is the first with anything on it.

    Raises:
        TooLarge: a limit on size, ratio, cells, memory or time is exceeded.
        NotATable: the workbook is damaged, or protected by a password.
        EmptyFile: there is nothing on it.
    """
    check_parts(path, limits)
    with zipfile.ZipFile(path) as archive:
        is_open_document = "content.xml" in archive.namelist()
        if is_open_document and b"spreadsheet" not in _kind_of(archive):
            raise UnknownFormat("这是OpenDocument文件，但不是表格。请上传 CSV、XLSX、ODS、JSON 或 JSONL 文件。")
    return _with_texts(path, limits, sheet, "ods" if is_open_document else "xlsx")


def _kind_of(archive: zipfile.ZipFile) -> bytes:
    """What an OpenDocument file says it is."""
    return archive.read("mimetype")[:200] if "mimetype" in archive.namelist() else b""


def open_old_workbook(path: Path, limits: Limits, sheet: str = "") -> Source:
    """Open a sheet of a workbook of Excel 97 to 2003. It is no zip: size, memory and time of the child guard it.

    Raises:
        UnknownFormat: it is a Word document, an encrypted workbook, or another file of that time.
        TooLarge, EmptyFile: as for `open_workbook`.
    """
    try:
        return _with_texts(path, limits, sheet, "xls")
    except NotATable:
        if sheet:
            raise
        raise UnknownFormat(
            "这不是能读取的Excel工作簿：可能是加密的工作簿、旧版Word文档或已损坏。"
            "请用Excel或WPS另存为 .xlsx（不设密码）后再上传。"
        ) from None


def _with_texts(path: Path, limits: Limits, sheet: str, kind: str) -> Source:
    first = _open_sheet(path, limits, sheet, kind)
    if sheet or _holds_texts(first):
        return first
    later = first.sheets[first.sheets.index(first.sheet) + 1 :] if first.sheet in first.sheets else ()
    for name in later[:_SHEETS_TRIED]:
        try:
            other = _open_sheet(path, limits, name, kind)
        except EmptyFile:
            continue
        if _holds_texts(other):
            _close(first)
            return other
        _close(other)
    return first


def _holds_texts(source: Source) -> bool:
    return not {"text", "transcript"}.isdisjoint(propose_mapping(source.headings))


def _close(source: Source) -> None:
    if isinstance(source.records, Generator):
        source.records.close()


def _open_sheet(path: Path, limits: Limits, sheet: str, kind: str) -> Source:
    lines = _child_lines(path, limits, sheet)
    head = next(lines, None)
    if not isinstance(head, dict):
        raise NotATable("工作簿已损坏，无法读取。")
    _refuse_error(head, limits)
    rows = _rows(lines, limits)
    top = list(islice(rows, _TOP))
    if not top:
        raise EmptyFile
    place = heading_place(top)
    line, cells = top[place]
    assert not isinstance(cells, UnusableRecord)
    headings = headings_of(cells, limits)

    def rest() -> Iterator[Record]:
        try:
            yield from top[place + 1 :]
            yield from rows
        finally:
            # Ends the child also when the reading is left early.
            lines.close()

    return Source(kind, headings, line, rest(), sheet=str(head["sheet"]), sheets=tuple(head["sheets"]))


def check_parts(path: Path, limits: Limits) -> None:
    """Measure a zip's parts without trusting what it says of itself.

    Raises:
        TooLarge: inflated size, ratio, number of parts, cells or strings are above the limits.
        NotATable: the zip is damaged or encrypted.
        UnknownFormat: it is a zip, but no XLSX workbook.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            _refuse_other_kinds(names)
            _refuse_declared(parts, limits)
            total = 0
            for part in parts:
                total += _measure(archive, part, limits, total)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise NotATable(f"工作簿已损坏，无法解压（{type(error).__name__}）。") from None
    except RuntimeError:
        raise NotATable("工作簿有密码保护，请取消密码后再上传。") from None


def _refuse_other_kinds(names: set[str]) -> None:
    if any(name.startswith("word/") for name in names):
        raise UnknownFormat("这是Word文档，不是表格。请上传 CSV、XLSX、JSON 或 JSONL 文件。")
    if "content.xml" in names:
        return  # OpenDocument: the child tells a spreadsheet from a text
    if "xl/workbook.bin" in names:
        raise UnknownFormat("这是二进制工作簿（XLSB），请另存为 XLSX 后再上传。")
    if not any(name.lower().endswith("workbook.xml") for name in names):
        raise UnknownFormat("这是压缩包，不是工作簿。请解压后上传其中的 CSV、XLSX、JSON 或 JSONL 文件。")


def _refuse_declared(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(parts) > limits.max_parts:
        raise TooLarge(f"工作簿含有{len(parts)}个部件，超过上限{limits.max_parts}个。", limit="max_parts")
    if sum(part.file_size for part in parts) > limits.max_inflated_bytes:
        raise _too_inflated(limits)
    for part in parts:
        if part.file_size > limits.ratio_from_bytes and part.file_size > limits.max_ratio * part.compress_size:
            raise TooLarge("工作簿的压缩比异常，可能是压缩炸弹，已拒绝读取。", limit="max_ratio")


def _too_inflated(limits: Limits) -> TooLarge:
    most = limits.max_inflated_bytes // MEGABYTE
    return TooLarge(f"工作簿解压后超过{most} MB，请分成几个文件。", limit="max_inflated_bytes")


def _measure(archive: zipfile.ZipFile, part: zipfile.ZipInfo, limits: Limits, before: int) -> int:
    """Inflate one part in pieces, counting; returns its size."""
    counts = _Counts(limits) if part.filename.lower().endswith((".xml", ".rels")) else None
    size = 0
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if before + size > limits.max_inflated_bytes:
                raise _too_inflated(limits)
            if size > limits.ratio_from_bytes and size > limits.max_ratio * max(1, part.compress_size):
                raise TooLarge("工作簿的压缩比异常，可能是压缩炸弹，已拒绝读取。", limit="max_ratio")
            if counts is not None:
                counts.add(piece)
    return size


class _Counts:
    """Counts rows, columns, cells and strings of one part of a workbook as it inflates."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._tail = b""
        self._cells = 0
        self._strings = 0
        self._rows = [0, 0]  # first, last
        self._columns = [0, 0]

    def add(self, piece: bytes) -> None:
        text = self._tail + piece
        # Only whole tags are counted; what may be half a tag waits for the next piece.
        cut = text.rfind(b"<")
        if len(text) - cut > _OVERLAP:
            cut = len(text)
        self._tail = text[cut:]
        text = text[:cut]
        cells = len(_ANY_CELL.findall(text))
        self._cells += cells
        self._strings += len(_STRING.findall(text))
        if self._cells > self._limits.max_cells or self._strings > self._limits.max_cells:
            raise self._refusal(max(self._cells, self._strings))
        found = _CELL.findall(text)
        columns = {letters for letters, _ in found}
        rows = {int(number) for _, number in found}
        if len(found) < cells:
            # Cells without a reference of their own stand in the row that says its number.
            rows.update(int(number) for number in _ROW.findall(text))
        self._rows = _widened(self._rows, rows)
        self._columns = _widened(self._columns, {_column(letters) for letters in columns})
        if self._rows[1] - self._rows[0] > self._limits.max_rows + _TOP:
            raise TooLarge(f"工作表超过{self._limits.max_rows}行，请分成几个文件。", limit="max_rows")
        spanned = (self._rows[1] - self._rows[0] + 1) * (self._columns[1] - self._columns[0] + 1)
        if self._rows[1] and self._columns[1] and spanned > self._limits.max_cells:
            raise self._refusal(spanned)

    def _refusal(self, cells: int) -> TooLarge:
        return TooLarge(
            f"工作表的范围达到{cells}个单元格，超过上限{self._limits.max_cells}个。请删除数据区以外的内容后再上传。",
            limit="max_cells",
        )


def _widened(span: list[int], found: Collection[int]) -> list[int]:
    if not found:
        return span
    return [min(found) if not span[0] else min(span[0], *found), max(span[1], *found)]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _child_lines(path: Path, limits: Limits, sheet: str) -> Generator[object, None, None]:
    """What the child writes, line by line. The child is gone when this is, also when it is left early."""
    arguments = [sheet, str(limits.child_memory_bytes), str(int(limits.child_seconds))]
    child = subprocess.Popen(
        [sys.executable, "-I", str(_CHILD), str(path), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    watch = threading.Timer(limits.child_seconds, child.kill)
    watch.daemon = True
    watch.start()
    finished = False
    try:
        assert child.stdout is not None
        for line in child.stdout:
            value = json.loads(line)
            finished = isinstance(value, dict) and ("end" in value or "error" in value)
            yield value
        if not finished:
            # Killed by a limit, or by the parser itself: the rows so far are not the whole table.
            raise TooLarge("读取工作簿占用的内存或时间超过上限，请分成几个文件。", limit="child_memory_bytes")
    finally:
        watch.cancel()
        child.kill()
        if child.stdout is not None:
            child.stdout.close()
        child.wait()


def _refuse_error(message: dict[str, object], limits: Limits) -> None:
    match message.get("error"):
        case None:
            return
        case "empty":
            raise EmptyFile
        case "encrypted":
            raise NotATable("工作簿有密码保护，请取消密码后再上传。")
        case "no_sheet":
            raise NotATable(f"工作簿中没有名为“{str(message.get('detail'))[:40]}”的工作表。")
        case "memory":
            raise TooLarge("读取工作簿占用的内存超过上限，请分成几个文件。", limit="child_memory_bytes")
        case _:
            raise NotATable("工作簿已损坏，无法读取。")


def _rows(lines: Iterator[object], limits: Limits) -> Iterator[Record]:
    for value in lines:
        if isinstance(value, dict):
            _refuse_error(value, limits)
            return
        assert isinstance(value, list)
        number, written = value
        cells = [_cell(cell) for cell in written]
        if not is_blank(cells):
            yield int(number), cells


def _cell(value: object) -> Cell:
    if isinstance(value, dict):
        written = str(value["d"])
        # A midnight moment comes as a plain day.
        return datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)
    return value
