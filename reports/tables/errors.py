"""Why a whole file could not be read, each with a sentence for the person who chose the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.tables.results import Candidate


class TableError(Exception):
    """A file that cannot be read as a table. `message` is Chinese and fit to be shown as it is."""

    code = "table_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class EmptyFile(TableError):
    """Nothing in the file, or nothing but a heading's blank lines."""

    code = "empty_file"

    def __init__(self) -> None:
        super().__init__("文件是空的，没有可读取的内容。")


class UnreadableFile(TableError):
    """The file is not there, is a folder, or the system refuses to open it."""

    code = "unreadable_file"


class UnknownFormat(TableError):
    """Neither CSV, TSV, XLSX, JSON nor JSONL."""

    code = "unknown_format"


class TooLarge(TableError):
    """A limit of `Limits` is exceeded; `limit` is the name of that setting."""

    code = "too_large"

    def __init__(self, message: str, *, limit: str) -> None:
        super().__init__(message)
        self.limit = limit


class EncodingUncertain(TableError):
    """The encoding cannot be known from the bytes: a person has to choose among `candidates` (promise P6)."""

    code = "encoding_uncertain"

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        names = "、".join(candidate.label for candidate in candidates)
        offer = f"可能是：{names}。" if names else ""
        super().__init__(f"无法确定文件的文字编码，请选择后再读取。{offer}")
        self.candidates = tuple(candidates)


class UnknownEncoding(TableError):
    """The encoding asked for is none that this package reads."""

    code = "unknown_encoding"

    def __init__(self, name: str) -> None:
        super().__init__(f"不支持的文字编码：{name[:40]!r}。")


class ColumnsMissing(TableError):
    """A required column was not found among the headings."""

    code = "columns_missing"

    def __init__(self, headings: Sequence[str], missing: Sequence[str], names: Sequence[str] = ()) -> None:
        found = "、".join(heading[:20] for heading in headings[:30] if heading) or "（无）"
        wanted = "、".join(names or missing)
        super().__init__(f"没有找到必需的列：{wanted}。文件中的列有：{found}。请指定列的对应关系。")
        self.headings = tuple(headings)
        self.missing = tuple(missing)


class NotATable(TableError):
    """The format is known, but the content is damaged or has no rows in it; `line` is where, 0 when unknown."""

    code = "not_a_table"

    def __init__(self, message: str, *, line: int = 0) -> None:
        super().__init__(message)
        self.line = line
