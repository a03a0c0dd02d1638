"""Chinese numerals: 二〇二四年三月五日, 第一百二十三条, 十五."""

from __future__ import annotations

import re

_DIGITS = {
    c: i
    for i, group in enumerate(("〇零○Ｏ", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for c in group
}
_UNITS = {"十": 10, "拾": 10, "廿": 20, "卅": 30, "百": 100, "佰": 100, "千": 1000, "仟": 1000}

#: Characters a Chinese numeral is written with, for use inside a regular expression's brackets.
NUMERAL_CHARACTERS = "〇零○一二三四五六七八九十百千两壹贰叁肆伍陆柒捌玖拾佰仟廿卅"


def number_of(numeral: str) -> int | None:
    """Return the value of a Chinese or Arabic numeral up to 9999, None when it is none.

    一百零三 is 103, 一百〇三 too, 二十 20, 廿三 23, 二〇二四 (digit by digit) 2024, １２ 12.
    """
    text = numeral.strip()
    if not text:
        return None
    if text.isdecimal():
        return int(text) if len(text) <= 6 else None
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text)) if len(text) <= 4 else None
    total, pending, last_unit = 0, -1, 10_000
    for c in text:
        if c in _DIGITS:
            if pending > 0:
                return None
            pending = _DIGITS[c]
        elif c in _UNITS:
            unit = _UNITS[c]
            if c in "廿卅":
                if pending >= 0 and pending != 0:
                    return None
                total, pending, last_unit = total + unit, -1, 10
                continue
            if unit >= last_unit:
                return None
            total += unit * (pending if pending > 0 else 1)
            pending, last_unit = -1, unit
        else:
            return None
    return total + max(pending, 0)


def arabic_dates(text: str) -> str:
    """Write the numerals of a date in Chinese characters with Arabic digits: 二〇二四年三月五日 → 2024年3月5日."""

    def replaced(match: re.Match[str]) -> str:
        value = number_of(match[0])
        return match[0] if value is None else str(value)

    return re.sub(f"[{NUMERAL_CHARACTERS}]+(?=[年月日号时点分秒])", replaced, text)
