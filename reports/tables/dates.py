"""Moments as real exports write them: 2019/2/28 11:25:05, 2020-01-04 8:13, 2024年3月5日 14时, Excel serials."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone

from reports.tables.numerals import arabic_dates

#: Years outside are typing errors or serials gone wrong, not submissions.
FIRST_YEAR, LAST_YEAR = 1980, 2100

_EXCEL_EPOCH = datetime(1899, 12, 30)
#: Days after the epoch that are read as Excel serials: 1980-01-01 to 2100-01-01.
_SERIALS = (29_221.0, 73_051.0)

_DAYPART = "凌晨|清晨|早上|早晨|上午|中午|午间|下午|傍晚|晚上|夜间|AM|PM|am|pm|A\\.M\\.|P\\.M\\."
_MOMENT = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
    r"(?:\s*[,(]?\s*(?:星期|周)[一二三四五六日天]\s*\)?)?"
    rf"(?:[\sT,_]*(?P<part>{_DAYPART})?\s*"
    r"(?P<hour>\d{1,2})\s*(?:[:时点]\s*(?:(?P<minute>\d{1,2})\s*(?:[:分]\s*(?:(?P<second>\d{1,2})(?:\.(?P<fraction>\d+))?\s*秒?)?)?|整)?)"
    rf"\s*(?P<after>AM|PM|am|pm)?\s*(?P<zone>Z|UTC|[+-]\d{{2}}:?\d{{2}}|CST)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\s?(\d{2})(\d{2})(\d{2})?)?")
#: Dates of a spreadsheet that speaks English: whether the month or the day comes first is not in the date itself.
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
_REPUBLIC = re.compile(r"民[国國]\s*(\d{1,3})\s*年")
_NO_YEAR = re.compile(r"\d{1,2}(?:[-/.]\d{1,2}|月\d{1,2}[日号])(?:\s.*)?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CHINESE_YEAR = re.compile(r"[〇零○一二三四五六七八九]{4}年")


class UnreadableMoment(ValueError):
    """The value is no moment in any known form, or names a day that does not exist. `reason` is Chinese."""

    def __init__(self, reason: str, *, impossible: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.impossible = impossible  #: the form is right, the day or the hour does not exist


def is_year_last(text: str) -> bool:
    """Whether it is written like 3/5/2026, which says the order of month and day only together with others."""
    return _YEAR_LAST.match(unicodedata.normalize("NFKC", text).strip().strip("\"'")) is not None


def day_first(texts: Iterable[str]) -> bool | None:
    """What dates of one column together say of 3/5/2026: whether the day comes first; None when they do not say."""
    first = second = False
    for text in texts:
        if match := _YEAR_LAST.match(unicodedata.normalize("NFKC", text).strip().strip("\"'")):
            first |= int(match[1]) > 12
            second |= int(match[3]) > 12
    return first if first != second else None


def parse_moment(value: object, *, day_first: bool | None = None) -> datetime | None:
    """Read a moment; None when the value is blank.

    A result without time zone means Asia/Shanghai. A day without hour is midnight. `day_first` tells how the
    column writes its dates when the year comes last; where nothing tells, such a date is refused, not guessed.

    Raises:
        UnreadableMoment: the form is unknown, or the day does not exist (2月30日).
    """
    if isinstance(value, datetime):
        return _within(value)
    if isinstance(value, date):
        return _within(datetime.combine(value, time()))
    text = unicodedata.normalize("NFKC", str(value)).strip().strip("\"'") if value is not None else ""
    if not text:
        return None
    if len(text) > 64:
        raise UnreadableMoment("时间过长，无法识别")
    if match := _REPUBLIC.match(text):
        text = f"{int(match[1]) + 1911}年{text[match.end() :]}"
    if match := _YEAR_LAST.match(text):
        text = _year_first(match, text, day_first)
    if _CHINESE_YEAR.match(text):
        text = arabic_dates(text)
    if match := _MOMENT.fullmatch(text):
        return _from_match(match)
    if match := _COMPACT.fullmatch(text):
        parts = [int(part or 0) for part in match.groups()]
        return _build(parts[:3], parts[3:], text)
    if _NUMBER.fullmatch(text):
        return _from_number(text)
    if _NO_YEAR.fullmatch(text):
        raise UnreadableMoment(f"时间“{text[:30]}”没有年份")
    raise UnreadableMoment(f"时间“{text[:30]}”的写法无法识别")


def _year_first(match: re.Match[str], text: str, day_first: bool | None) -> str:
    first, second = int(match[1]), int(match[3])
    if first != second and first <= 12 and second <= 12 and day_first is None:
        raise UnreadableMoment(f"时间“{text[:30]}”分不清月和日，请写成2026-03-05的形式")
    if first > 12 or (second <= 12 and day_first):
        first, second = second, first
    return f"{match[4]}-{first}-{second}{text[match.end() :]}"


def _from_match(match: re.Match[str]) -> datetime:
    hour = int(match["hour"] or 0)
    part = (match["part"] or match["after"] or "").upper().replace(".", "")
    if (part in ("下午", "傍晚", "晚上", "夜间", "PM") and 1 <= hour < 12) or (
        part in ("中午", "午间") and 1 <= hour <= 3
    ):
        hour += 12
    elif part in ("AM", "凌晨", "上午") and hour == 12:
        hour = 0
    clock = [hour, int(match["minute"] or 0), int(match["second"] or 0)]
    moment = _build([int(match["year"]), int(match["month"]), int(match["day"])], clock, match[0])
    if match["fraction"]:
        moment = moment.replace(microsecond=int(match["fraction"][:6].ljust(6, "0")))
    zone = match["zone"]
    if not zone or zone == "CST":
        return moment
    if zone in ("Z", "UTC"):
        return moment.replace(tzinfo=UTC)
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    if offset >= timedelta(hours=24):
        raise UnreadableMoment(f"时区“{zone}”不存在", impossible=True)
    return moment.replace(tzinfo=timezone(-offset if zone[0] == "-" else offset))


def _from_number(text: str) -> datetime:
    number = float(text)
    if _SERIALS[0] <= number < _SERIALS[1]:
        # Serials carry a rounding error of some microseconds; exports count in seconds.
        return _EXCEL_EPOCH + timedelta(seconds=round(number * 86_400))
    if "." not in text and len(text) in (10, 13):
        seconds = number / 1000 if len(text) == 13 else number
        return _within(datetime.fromtimestamp(seconds, tz=timezone(timedelta(hours=8))))
    raise UnreadableMoment(f"时间“{text[:30]}”的写法无法识别")


def _build(day: list[int], clock: list[int], text: str) -> datetime:
    year, month, number = day
    hour, minute, second = clock
    try:
        start = datetime(year, month, number)
    except ValueError:
        raise UnreadableMoment(f"日期“{text[:30]}”不存在", impossible=True) from None
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second)):
        raise UnreadableMoment(f"时刻“{text[:30]}”不存在", impossible=True)
    return _within(start + timedelta(hours=hour, minutes=minute, seconds=second))


def _within(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise UnreadableMoment(f"年份{moment.year}不合理", impossible=True)
    return moment
