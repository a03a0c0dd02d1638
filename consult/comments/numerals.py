"""Numbers below a hundred as people write them, in Chinese and English. Pure functions."""

from __future__ import annotations

import unicodedata

_DIGITS = "零一二三四五六七八九"
_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
#: Other ways of writing the digits: 两个, 〇, and the capitals of cheques.
_SAME = str.maketrans("两〇壹贰叁肆伍陆柒捌玖拾貳參陸", "二零一二三四五六七八九十二三六")


def chinese_number(number: int) -> str:
    """二十六 for 26. From 0 to 99."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def english_number(number: int) -> str:
    """twenty-six for 26. From 0 to 99."""
    if number < len(_SMALL):
        return _SMALL[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_SMALL[ones]}" if ones else "")


def read_number(typed: str) -> int | None:
    """The number that somebody typed, in digits of any width or in words, as 第…条 or alone; None when it is none."""
    text = unicodedata.normalize("NFKC", typed[:40]).casefold().strip(" 。.第条個个")
    text = text.removeprefix("article").strip().translate(_SAME)
    return _WRITTEN.get(text.replace(" ", "-").replace("--", "-"))


_WRITTEN: dict[str, int] = {}
for _number in range(100):
    _WRITTEN |= dict.fromkeys((str(_number), chinese_number(_number), english_number(_number)), _number)
    _WRITTEN |= {f"0{_number}": _number} if _number < 10 else {}
    _WRITTEN |= {f"一{chinese_number(_number)}": _number} if 10 <= _number < 20 else {}
