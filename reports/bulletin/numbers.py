"""How numbers, dates and document numbers are written (rules R62, R63, R65, R66)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

from reports.bulletin.model import Reconciliation
from reports.bulletin.words import DASH
from reports.model import Period

#: China has kept one clock without summer time since 1992, so a fixed offset is exact for our data.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

_CENT = Decimal("0.01")
_DOCUMENT_NUMBER = re.compile(r"^.+〔\d{4}〕[1-9]\d*号$")


class BadDocumentNumber(ValueError):
    """A document number that is not of the form 某政舆〔2026〕3号 (rule R63)."""

    def __init__(self, number: str) -> None:
        super().__init__(f"发文字号“{number}”不合规范：年份用六角括号〔〕，序号不编虚位，如“某政舆〔2026〕3号”。")


def percent(part: int, whole: int) -> Decimal | None:
    """part / whole in per cent to two decimals, half up; None when the whole is 0."""
    if whole == 0:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(_CENT, ROUND_HALF_UP)


def percent_text(part: int, whole: int) -> str:
    """`percent` as printed: "66.29%", or "—" when the whole is 0."""
    share = percent(part, whole)
    return DASH if share is None else f"{share}%"


def change(now: int, base: int | None) -> Decimal | None:
    """(now − base) / base in per cent, two decimals, half up; None without a base or with base 0."""
    if not base:
        return None
    return (Decimal(now - base) * 100 / Decimal(base)).quantize(_CENT, ROUND_HALF_UP)


def change_text(now: int, base: int | None) -> str:
    """`change` with its sign, or "—" (rule R66)."""
    moved = change(now, base)
    if moved is None:
        return DASH
    return f"{moved:+}%" if moved else "0.00%"


def change_words(now: int, base: int | None) -> str:
    """`change` as a sentence says it: 上升25.00%, 下降62.90%, 持平; "—" without a base or with base 0."""
    moved = change(now, base)
    if moved is None:
        return DASH
    if not moved:
        return "持平"
    return f"{'上升' if moved > 0 else '下降'}{abs(moved)}%"


def reconcile(total: int, parts: Mapping[str, int], *, of: str = "各分项") -> Reconciliation:
    """Whether the parts make up the total; a note says by how much they do not (rule R65)."""
    parts_sum = sum(parts.values())
    if parts_sum == total:
        return Reconciliation(total, parts_sum, "")
    gap = parts_sum - total
    how = f"多{gap}" if gap > 0 else f"少{-gap}"
    return Reconciliation(
        total,
        parts_sum,
        f"注意：{of}之和为{parts_sum}，比总数{total}{how}，来源数据未说明差额，引用前请核对。",
    )


def local_day(moment: datetime) -> date:
    """The day in Asia/Shanghai; a naive time already is local."""
    return moment.date() if moment.tzinfo is None else moment.astimezone(SHANGHAI).date()


def date_text(day: date) -> str:
    """2026年3月1日, without padded digits (rule R63)."""
    return f"{day.year}年{day.month}月{day.day}日"


def period_text(period: Period | None) -> str:
    """2026年3月1日至31日, leaving out what both ends share."""
    if period is None:
        return "（来源未注明时间）"
    start, end = period.start, period.end
    if start == end:
        return date_text(start)
    if start.year != end.year:
        return f"{date_text(start)}至{date_text(end)}"
    if start.month != end.month:
        return f"{date_text(start)}至{end.month}月{end.day}日"
    return f"{date_text(start)}至{end.day}日"


def opening_text(period: Period | None) -> str:
    """`period_text` as a sentence begins with it: no brackets round what is not known."""
    return period_text(period).strip("（）")


def issue_text(year: int | None, number_in_year: int | None, number_in_all: int | None) -> str:
    """2026年第N期（总第M期）(rule R62); "" when no number was given, without the brackets when M was not."""
    if year is None or number_in_year is None:
        return ""
    if number_in_year < 1 or (number_in_all is not None and number_in_all < number_in_year):
        raise ValueError("期号从1起编，总期号不小于当年期号。")
    overall = f"（总第{number_in_all}期）" if number_in_all is not None else ""
    return f"{year}年第{number_in_year}期{overall}"


def annex_label(n: int, of: int) -> str:
    """附件1 beside others; a single annex carries no number (GB/T 9704-2012, 7.3.7 and 7.4)."""
    return f"附件{n}" if of > 1 else "附件"


def checked_document_number(number: str) -> str:
    """The number unchanged when it is empty or well formed; `BadDocumentNumber` otherwise."""
    if number and not _DOCUMENT_NUMBER.match(number):
        raise BadDocumentNumber(number)
    return number
