"""The bulletin's tables as a workbook: one sheet a table, typed cells, a dictionary of what is what.

Every text is written as a text, never parsed: a citizen's ``=1+1`` stays what it is (threat T11). Rows are
streamed to disk, so that a quarter of a million of them need little memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.bulletin.model import Bulletin, CellKind, SubmissionLine, Table, TrendLine
from reports.bulletin.words import TONE_NAMES
from reports.model import Tone

#: Excel's own limits.
MOST_CHARS = 32_767
MOST_ROWS = 1_048_575
#: Points of a line, and the most lines a row shows; a longer text is read in its cell, and the list stays a list.
LINE = 15
MOST_LINES = 12
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))

_SUBMISSION_COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("id", "编号", 18),
    ("at", "时间", 18),
    ("channel", "渠道", 10),
    ("kind", "诉求类型", 10),
    ("kind_proposed", "类型由机器建议", 14),
    ("field", "领域", 12),
    ("place", "地点", 18),
    ("unit", "承办单位", 18),
    ("title", "标题", 36),
    ("text", "内容（已遮盖个人信息）", 80),
    ("tone", "情感倾向", 10),
    ("confidence", "把握", 8),
    ("score_raw", "snownlp原始分", 14),
    ("score_weighted", "加权分", 10),
    ("likes", "点赞数", 8),
    ("dislikes", "反对数", 8),
    ("issue", "所属议题", 30),
    ("campaign", "同文意见编号", 20),
)


def render_xlsx(bulletin: Bulletin) -> bytes:
    """The workbook."""
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd hh:mm",
    }
    with xlsxwriter.Workbook(out, options) as book:
        # A fixed date: the same bulletin gives the same bytes.
        book.set_properties({"title": bulletin.title, "created": datetime(2000, 1, 1)})
        book.set_size(2400, 1600)
        writer = _Writer(book, bulletin.masthead.status)
        writer.overview(bulletin)
        for table in bulletin.tables.values():
            writer.table(table)
        writer.figures(bulletin)
        writer.submissions(bulletin)
        writer.rejected(bulletin)
        writer.dictionary(bulletin)
    return out.getvalue()


class _Writer:
    """Writes sheets row after row, as constant memory demands."""

    def __init__(self, book: xlsxwriter.Workbook, mark: str) -> None:
        self._book = book
        self._mark = mark  #: printed on every page until a person signs (rule R68)
        self._names: set[str] = set()
        self._widths: dict[str, list[int]] = {}
        self._head: Format = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._strong: Format = book.add_format({"bold": True})
        self._text: Format = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        self._percent: Format = book.add_format({"num_format": '0.00"%"', "valign": "top"})
        self._moment: Format = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})
        self._plain: Format = book.add_format({"valign": "top"})

    def _sheet(self, name: str, headings: Sequence[tuple[str, int]]) -> Worksheet:
        base = " ".join(name.translate(_FORBIDDEN).split())[:28] or "表"
        unique, number = base, 2
        while unique.casefold() in self._names:
            unique, number = f"{base[:25]}({number})", number + 1
        self._names.add(unique.casefold())
        sheet = self._book.add_worksheet(unique)
        widths = [min(width, 90) for _, width in headings]
        self._widths[unique] = widths
        self._tall(sheet, 0, [heading for heading, _ in headings])
        for at, (heading, _) in enumerate(headings):
            sheet.set_column(at, at, widths[at])
            sheet.write_string(0, at, heading, self._head)
        sheet.freeze_panes(1, 0)
        self._on_paper(sheet)
        return sheet

    def _on_paper(self, sheet: Worksheet) -> None:
        """A4 across, all columns on one page, the headings on each."""
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer(f"&L{self._mark}&C&A&R&P / &N")

    def _tall(self, sheet: Worksheet, row: int, values: Sequence[Any]) -> None:
        """A row as tall as its longest text needs: programs but Excel show one line of a wrapped text otherwise."""
        widths = self._widths[sheet.get_name()]
        lines = max((_lines(value, width) for value, width in zip(values, widths, strict=True)), default=1)
        if lines > 1:
            sheet.set_row(row, LINE * min(lines, MOST_LINES))

    def _rows(self, sheet: Worksheet, rows: Iterable[Sequence[tuple[Any, CellKind]]]) -> None:
        for number, row in enumerate(rows, 1):
            if number > MOST_ROWS:
                raise ValueError(f"more than {MOST_ROWS} rows do not fit a sheet")
            self._tall(sheet, number, [value for value, _ in row])
            for at, (value, kind) in enumerate(row):
                self._cell(sheet, number, at, value, kind)

    def _cell(self, sheet: Worksheet, row: int, column: int, value: Any, kind: CellKind) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            sheet.write_string(row, column, "是" if value else "否", self._plain)
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value, self._percent if kind == "percent" else self._plain)
        elif isinstance(value, datetime):
            sheet.write_datetime(row, column, value.replace(tzinfo=None), self._moment)
        else:
            sheet.write_string(row, column, str(value)[:MOST_CHARS], self._text)

    def overview(self, bulletin: Bulletin) -> None:
        """What the workbook is about."""
        rows: list[tuple[str, Any]] = [
            ("标题", bulletin.title),
            ("时间范围", bulletin.period_text),
            ("状态", bulletin.masthead.status or "已签发"),
            ("摘要", bulletin.abstract_text),
            ("读入诉求", f"{bulletin.read}条"),
            ("未采用记录", f"{len(bulletin.rejected)}条"),
            ("模型版本", bulletin.model_version),
            ("内容校验值", bulletin.content_sha256),
            *((line.label, line.text) for line in bulletin.estimates.values()),
            *((line.label, f"{line.answer}（{line.test}）") for line in _told(bulletin)),
            *(("说明", note) for note in bulletin.notes),
        ]
        sheet = self._sheet("概要", [("项目", 26), ("内容", 90)])
        self._rows(sheet, ([(key, "text"), (value, "text")] for key, value in rows))

    def table(self, table: Table) -> None:
        """One table with all its rows."""
        weights = sum(c.weight for c in table.columns)
        widths = [max(10, min(8 * c.weight, 100 * c.weight // weights)) for c in table.columns]
        sheet = self._sheet(table.caption, [(c.heading, w) for c, w in zip(table.columns, widths, strict=True)])
        kinds = [c.kind for c in table.columns]
        rows = [*table.rows, *([table.total] if table.total else [])]
        self._rows(sheet, (list(zip(row, kinds, strict=True)) for row in rows))

    def figures(self, bulletin: Bulletin) -> None:
        """Every printed number with its rule and the ids behind it (rule R65)."""
        sheet = self._sheet(
            "数字口径",
            [("键", 24), ("名称", 30), ("数值", 12), ("单位", 8), ("口径", 60), ("条数", 8), ("诉求编号", 80)],
        )
        self._rows(
            sheet,
            (
                [
                    (f.key, "text"),
                    (f.label, "text"),
                    (f.value, "number"),
                    (f.unit, "text"),
                    (f.rule, "text"),
                    (len(f.ids), "int"),
                    (_ids(f.ids), "text"),
                ]
                for f in bulletin.figures.values()
            ),
        )

    def submissions(self, bulletin: Bulletin) -> None:
        """Every submission, masked, with what the machine says of it."""
        if bulletin.submissions:
            sheet = self._sheet("诉求明细", [(heading, width) for _, heading, width in _SUBMISSION_COLUMNS])
            self._rows(sheet, (_submission(line) for line in bulletin.submissions))

    def rejected(self, bulletin: Bulletin) -> None:
        """Every record that was not used, and why (promise P5)."""
        sheet = self._sheet("未采用记录", [("行号", 8), ("编号", 18), ("列", 16), ("原因代码", 18), ("原因", 70)])
        self._rows(
            sheet,
            (
                [(r.line, "int"), (r.id, "text"), (r.column, "text"), (r.code, "text"), (r.message, "text")]
                for r in bulletin.rejected
            ),
        )

    def dictionary(self, bulletin: Bulletin) -> None:
        """What each sheet and column holds."""
        rows = [("诉求明细", heading, key) for key, heading, _ in _SUBMISSION_COLUMNS]
        rows += [(t.caption, c.heading, f"{t.key}.{c.key}") for t in bulletin.tables.values() for c in t.columns]
        rows += [
            ("数字口径", "口径", "每个数字的统计规则；“诉求编号”列出其所含诉求，过长的截断，全部编号见JSON"),
            ("未采用记录", "行号", "来源文件中的行号，自1起，含标题行"),
        ]
        sheet = self._sheet("数据说明", [("工作表", 24), ("列", 24), ("含义或字段名", 60)])
        self._rows(sheet, ([(a, "text"), (b, "text"), (c, "text")] for a, b, c in rows))


def _told(bulletin: Bulletin) -> list[TrendLine]:
    """The trends but those of single issues, which stand in the issues' own sheet."""
    return [line for key, line in bulletin.trends.items() if not key.startswith("issue.")]


def _room(text: str) -> int:
    """Columns of a sheet that a text takes on one line: a Han character is as wide as two digits."""
    return 2 + sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def _lines(value: Any, width: int) -> int:
    if not isinstance(value, str):
        return 1
    return sum(-(-(_room(line)) // width) for line in value[:MOST_CHARS].split("\n"))


def _submission(line: SubmissionLine) -> list[tuple[Any, CellKind]]:
    def value(key: str) -> Any:
        found = getattr(line, key)
        return TONE_NAMES[Tone(found)] if key == "tone" and found in set(Tone) else found

    return [
        (value(key), "number" if key.startswith(("score", "confidence")) else "text")
        for key, _, _ in _SUBMISSION_COLUMNS
    ]


def _ids(ids: Sequence[str]) -> str:
    """The ids as one text that fits a cell, whole ids only."""
    joined = " ".join(ids)
    return joined if len(joined) <= MOST_CHARS else joined[: MOST_CHARS - 2].rsplit(" ", 1)[0] + " …"
