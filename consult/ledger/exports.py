"""The published ledger as CSV and as a workbook, and the desk's own list. Every text stays a text (threat T11)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from consult.clock import local
from consult.drafts.models import Draft
from consult.ledger.models import LedgerEdition, Outcome
from consult.ledger.published import HEADINGS, Line
from consult.ledger.rules import OUTCOME_NAMES, Balance
from consult.web.csv_files import csv_bytes

MOST_CHARS = 32_767
_LINE, _MOST_LINES = 15, 20
_WIDTHS = (6, 10, 26, 60, 10, 50)

#: 审核未通过, by reason of moderation, as documents print it.
REFUSAL_NAMES = {
    "constitution": "反对宪法确定的基本原则",
    "state_security": "危害国家安全、泄露国家秘密、破坏国家统一",
    "national_honour": "损害国家荣誉和利益",
    "ethnic_hatred": "煽动民族仇恨、民族歧视",
    "cults": "破坏国家宗教政策，宣扬邪教和封建迷信",
    "rumours": "散布谣言，扰乱社会秩序",
    "obscenity_violence": "散布淫秽、赌博、暴力、恐怖内容或者教唆犯罪",
    "insult": "侮辱、诽谤他人，侵害他人合法权益",
    "other_unlawful": "法律、行政法规禁止的其他内容",
    "privacy": "泄露本人或者他人的个人信息",
    "advertising": "广告",
    "irrelevant": "与本征求意见稿无关",
    "duplicate": "同一人重复提交相同内容",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the files of one edition hold."""

    draft: Draft
    edition: LedgerEdition
    figures: Balance
    lines: Sequence[Line]

    @property
    def title(self) -> str:
        return f"{self.draft.title}意见采纳情况表"

    @property
    def note(self) -> str:
        """Which edition this is, and by what it can be checked."""
        day = local(self.edition.published_at)
        named = f"第{self.edition.number}次公布，{day.year}年{day.month}月{day.day}日"
        correction = f"。更正说明：{self.edition.correction_reason}" if self.edition.correction_reason else ""
        return f"{named}{correction}。内容校验值（SHA-256）：{self.edition.sha256}"

    def sentences(self) -> tuple[str, ...]:
        """What stands above the rows, in every form."""
        apart = f"另有{self.figures.withdrawn}条由作者撤回，不计入收到数。" if self.figures.withdrawn else ""
        if not self.figures.received:
            return (self.figures.sentence() + apart,)
        return (self.figures.sentence() + apart, self.figures.three_ways())

    def totals(self) -> list[tuple[str, int]]:
        """The figures that add up: every outcome, what moderation refused by reason, and their sum."""
        rows = [(OUTCOME_NAMES[o], self.figures.decided.get(o, 0)) for o in Outcome]
        rows += [(f"审核未通过：{REFUSAL_NAMES[r]}", n) for r, n in sorted(self.figures.refused.items())]
        return [*rows, ("合计（收到）", self.figures.received)]


def as_csv(sheet: Sheet) -> bytes:
    """The rows alone, with their headings: what a program reads."""
    return csv_bytes([HEADINGS, *(line.cells() for line in sheet.lines)])


def as_xlsx(sheet: Sheet) -> bytes:
    """The workbook: the rows, the totals, and what it is."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _options()) as book:
        book.set_properties({"title": sheet.title, "created": _fixed(sheet)})
        writer = _Writer(book)
        about = [("标题", sheet.title), *(("说明", s) for s in sheet.sentences()), ("版次", sheet.note)]
        writer.sheet("采纳情况", HEADINGS, _WIDTHS, (line.cells() for line in sheet.lines))
        writer.sheet("汇总", ("处理结果", "条数"), (40, 10), sheet.totals())
        writer.sheet("说明", ("项目", "内容"), (12, 90), about)
    return out.getvalue()


def _fixed(sheet: Sheet) -> Any:
    # The same edition gives the same bytes.
    return sheet.edition.published_at.replace(tzinfo=None)


def _options() -> dict[str, object]:
    return {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }


class _Writer:
    """Writes sheets of texts and whole numbers, row after row."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        framed = {"border": 1, "border_color": "#9a9f98", "valign": "top"}
        self._head = book.add_format({**framed, "bold": True, "bg_color": "#eef0ea", "text_wrap": True})
        self._text = book.add_format({**framed, "text_wrap": True, "num_format": "@"})
        self._number = book.add_format({**framed, "num_format": "0"})

    def sheet(
        self, name: str, headings: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[str | int]]
    ) -> None:
        sheet = self._book.add_worksheet(name)
        for at, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, heading, self._head)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&C&A&R&P / &N")
        for number, row in enumerate(rows, 1):
            self._row(sheet, number, row, widths)

    def _row(self, sheet: Worksheet, number: int, row: Sequence[str | int], widths: Sequence[int]) -> None:
        lines = max(_lines(value, width) for value, width in zip(row, widths, strict=True))
        if lines > 1:
            sheet.set_row(number, _LINE * min(lines, _MOST_LINES))
        for at, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(number, at, value, self._number)
            else:
                sheet.write_string(number, at, value[:MOST_CHARS], self._text)


def _lines(value: str | int, width: int) -> int:
    """How many lines a text takes: a Han character is as wide as two digits."""
    if isinstance(value, int):
        return 1
    return sum(-(-(2 + sum(2 if ord(c) > 0x2E7F else 1 for c in line)) // width) for line in value.split("\n"))


WORKING_HEADINGS = (
    "意见编号",
    "版本",
    "条款",
    "提交时间",
    "来源",
    "立场",
    "反馈人",
    "意见内容",
    "建议修改为",
    "同意公开",
    "是否采纳",
    "理由",
    "重复于（意见编号）",
    "修改条款",
    "状态",
    "处理人",
    "复核人",
)
_WORKING_WIDTHS = (8, 14, 22, 17, 8, 8, 8, 60, 40, 8, 10, 40, 10, 22, 8, 10, 10)


def working_xlsx(draft: Draft, rows: Iterable[Sequence[str]]) -> bytes:
    """The desk's list of all comments, with what is not public: marked as internal on every sheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _options()) as book:
        book.set_properties({"title": f"{draft.title}意见处理工作表（内部）"})
        writer = _Writer(book)
        writer.sheet("内部工作表，不得公开", WORKING_HEADINGS, _WORKING_WIDTHS, rows)
    return out.getvalue()
