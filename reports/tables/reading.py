"""Reading a table of submissions: whole, record by record, or only its top for a preview."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from reports.model import Rejected
from reports.tables import dates
from reports.tables.columns import missing_fields, propose_mapping, settle_mapping
from reports.tables.delimited import open_delimited
from reports.tables.encodings import Detected, codec_for, detect
from reports.tables.errors import EmptyFile, EncodingUncertain, TooLarge, UnknownFormat, UnreadableFile
from reports.tables.jsontables import open_json
from reports.tables.limits import MEGABYTE, Limits
from reports.tables.records import RecordReader, UnusableRecord
from reports.tables.results import Inspection, Row, TableRead
from reports.tables.sources import Source
from reports.tables.values import to_text
from reports.tables.workbook import OLD_OFFICE, open_old_workbook, open_workbook

#: First bytes of files that people take for tables -> what to tell them.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "这是PDF文件，不是表格。"),
    (b"{\\rtf", "这是RTF文档，不是表格。"),
    (b"\x89PNG", "这是图片，不是表格。"),
    (b"\xff\xd8\xff", "这是图片，不是表格。"),
    (b"GIF8", "这是图片，不是表格。"),
    (b"\x1f\x8b", "这是压缩文件，请解压后再上传。"),
    (b"Rar!", "这是压缩文件，请解压后再上传。"),
    (b"7z\xbc\xaf", "这是压缩文件，请解压后再上传。"),
    (b"SQLite format 3", "这是数据库文件，不是表格。"),
    (b"\x7fELF", "这是程序文件，不是表格。"),
    (b"MZ\x90", "这是程序文件，不是表格。"),
)
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<meta", b"<?xml", b"<?mso")
_PREVIEWED_ROWS = 10


@dataclass(frozen=True, slots=True)
class _Opened:
    source: Source
    detected: Detected | None
    sure: bool


class TableStream:
    """An open table, read record by record; use it with ``with``, so that nothing stays open behind it.

    Iterating gives each record once, as a `Row` or as `Rejected`.
    """

    def __init__(
        self,
        source: Source,
        mapping: Mapping[str, str],
        *,
        encoding_sure: bool,
        limits: Limits,
        day_first: Callable[[str], bool | None],
    ) -> None:
        self.format = source.format
        self.encoding = source.encoding
        self.encoding_sure = encoding_sure
        self.headings = source.headings
        self.heading_line = source.heading_line
        self.sheet = source.sheet
        #: Further visible sheets, which are not read: whoever shows the result says so.
        self.other_sheets = tuple(name for name in source.sheets if name != source.sheet)
        self.mapping = dict(mapping)
        self.missing = missing_fields(mapping)
        self.records = 0  #: records given so far
        self.cells: tuple[str, ...] = ()  #: the record just given, as written; () when it could not be split
        self._limits = limits
        self._source = source
        self._reader = RecordReader(source.headings, mapping, limits, day_first)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file or of the process that reads it."""
        close = getattr(self._source.records, "close", None)
        if close is not None:
            close()

    def __iter__(self) -> Iterator[Row | Rejected]:
        for line, cells in self._source.records:
            if self.records >= self._limits.max_rows:
                most = self._limits.max_rows
                raise TooLarge(f"记录超过{most}条，请分成几个文件。", limit="max_rows")
            self.records += 1
            self.cells = () if isinstance(cells, UnusableRecord) else tuple(to_text(cell) for cell in cells)
            if isinstance(cells, UnusableRecord):
                yield self._reader.reject(line, cells)
            else:
                yield self._reader.read(line, cells)


def open_table(
    path: Path,
    *,
    mapping: Mapping[str, str] | None = None,
    encoding: str | None = None,
    sheet: str = "",
    limits: Limits | None = None,
) -> TableStream:
    """Open a table of submissions for reading record by record.

    Args:
        path: a CSV, TSV, XLSX, XLS, ODS, JSON or JSONL file. The content decides the format, not the name.
        mapping: field -> heading, overruling what is recognised (see `columns.ALIASES` for the fields).
        encoding: what a person chose; without it the bytes must leave no doubt.
        sheet: the sheet of a workbook to read; the first visible one with content by default.
        limits: caps that differ from the defaults.

    Raises:
        TableError: one of its subclasses, when the file as a whole cannot be read; also while iterating, where a
            limit or damage shows only then.
    """
    limits = limits or Limits()
    opened = _open(path, encoding, sheet, limits)
    try:
        settled = settle_mapping(opened.source.headings, mapping)
    except BaseException:
        _close(opened.source)
        raise

    def day_first(heading: str) -> bool | None:
        """Read that column once more, from a second opening of the file: the stream itself cannot go back."""
        again = _open(path, encoding, sheet, limits).source
        place = again.headings.index(heading)
        try:
            written = (
                to_text(cells[place])
                for _, cells in again.records
                if not isinstance(cells, UnusableRecord) and place < len(cells)
            )
            return dates.day_first(written)
        finally:
            _close(again)

    return TableStream(opened.source, settled, encoding_sure=opened.sure, limits=limits, day_first=day_first)


def read_table(
    path: Path,
    *,
    mapping: Mapping[str, str] | None = None,
    encoding: str | None = None,
    sheet: str = "",
    limits: Limits | None = None,
) -> TableRead:
    """Read a whole table of submissions; arguments and errors as for `open_table`.

    Every record is accounted for: ``len(rows) + len(rejected) == records``. The texts are **not masked**.
    """
    rows: list[Row] = []
    rejected: list[Rejected] = []
    with open_table(path, mapping=mapping, encoding=encoding, sheet=sheet, limits=limits) as table:
        for record in table:
            if isinstance(record, Row):
                rows.append(record)
            else:
                rejected.append(record)
        if not table.records:
            raise EmptyFile
        return TableRead(
            encoding=table.encoding,
            encoding_sure=table.encoding_sure,
            headings=table.headings,
            mapping=table.mapping,
            missing=table.missing,
            rows=tuple(rows),
            rejected=tuple(rejected),
            records=table.records,
            format=table.format,
            sheet=table.sheet,
            other_sheets=table.other_sheets,
        )


def inspect_table(
    path: Path, *, encoding: str | None = None, sheet: str = "", limits: Limits | None = None
) -> Inspection:
    """Look at the top of a table for a preview page. An uncertain encoding is told, not refused.

    Raises:
        TableError: the file cannot be read as a table at all.
    """
    limits = limits or Limits()
    opened = _open(path, encoding, sheet, limits, guess=True)
    source, detected = opened.source, opened.detected
    try:
        rows = []
        for _, cells in islice(source.records, _PREVIEWED_ROWS):
            if not isinstance(cells, UnusableRecord):
                rows.append(tuple(to_text(cell)[:500] for cell in cells))
    finally:
        _close(source)
    proposed = propose_mapping(source.headings)
    claimed = set(proposed.values())
    return Inspection(
        format=source.format,
        encoding=source.encoding,
        encoding_sure=opened.sure,
        encoding_confidence=detected.confidence if detected else 1.0,
        candidates=detected.candidates if detected else (),
        headings=source.headings,
        heading_line=source.heading_line,
        rows=tuple(rows),
        proposed=proposed,
        missing=missing_fields(proposed),
        unrecognised=tuple(heading for heading in source.headings if heading and heading not in claimed),
        sheet=source.sheet,
        sheets=source.sheets,
    )


def _open(path: Path, encoding: str | None, sheet: str, limits: Limits, *, guess: bool = False) -> _Opened:
    path = Path(path)
    head = _head(path, limits)
    if head.startswith(b"PK"):
        return _Opened(open_workbook(path, limits, sheet), None, True)
    if head.startswith(OLD_OFFICE):
        return _Opened(open_old_workbook(path, limits, sheet), None, True)
    for magic, message in _MAGIC:
        if head.startswith(magic):
            raise UnknownFormat(message)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise UnknownFormat("这是网页或XML格式的表格（有的系统把它命名为 .xls），请用Excel或WPS另存为 .xlsx 后再上传。")
    detected = None
    if encoding is not None:
        codec, sure = codec_for(encoding), False
        if codec in ("utf-16", "utf-32") and not head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
            codec += "-le"  # the plain codec stops at a file without its mark
    else:
        detected = detect(path)
        if not detected.sure and not guess:
            raise EncodingUncertain(detected.candidates)
        codec, sure = detected.encoding, detected.sure
    return _Opened(_open_text(path, codec, limits), detected, sure)


def _head(path: Path, limits: Limits) -> bytes:
    try:
        if not path.is_file():
            raise UnreadableFile("文件不存在，或不是普通文件。")
        size = path.stat().st_size
        if size > limits.max_bytes:
            found, most = size / MEGABYTE, limits.max_bytes / MEGABYTE
            raise TooLarge(f"文件有{found:.1f} MB，超过上限{most:g} MB，请分成几个文件。", limit="max_bytes")
        with path.open("rb") as file:
            head = file.read(4096)
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"文件无法打开（{type(error).__name__}）。") from None
    if not head:
        raise EmptyFile
    return head


def _open_text(path: Path, codec: str, limits: Limits) -> Source:
    with path.open(encoding=codec, errors="ignore", newline="") as file:
        start = file.read(65_536).lstrip("\ufeff \t\r\n")
    if not start:
        raise EmptyFile
    if start[0] == "[" and start[1:].lstrip()[:1] in ("{", "]", "["):
        return open_json(path, codec, limits, by_line=False)
    if start[0] == "{" and start[1:].lstrip()[:1] in ('"', "}"):
        first = start.splitlines()[0].rstrip()
        by_line = path.suffix.lower() in (".jsonl", ".ndjson") or (
            path.suffix.lower() != ".json" and first.endswith("}")
        )
        return open_json(path, codec, limits, by_line=by_line)
    return open_delimited(path, codec, limits)


def _close(source: Source) -> None:
    close = getattr(source.records, "close", None)
    if close is not None:
        close()
