"""Word's automatic numbering as text: 第一条 and （一） that no paragraph contains and every reader sees.

After ECMA-376 part 1, 17.9: a paragraph names a list (numId) and a level; the list says how the counters of
its levels are written (numFmt) and put together (lvlText, ``第%1条``). Lists of one abstract definition share
their counters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

_HAN = "零一二三四五六七八九"
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_HAN_FORMATS = frozenset(
    (
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
    )
)
_DEEPEST = 9


@dataclass(slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    restart: int | None = None  #: level whose step begins this one anew; None: any outer one
    style: str = ""  #: the style of paragraphs that stand on this level without saying so


def in_han(number: int) -> str:
    """Return 1..9999 in Chinese: 12 is 十二, 103 is 一百零三."""
    if not 0 < number < 10_000:
        return str(number)
    digits = [int(c) for c in f"{number:04}"]
    out, gap = "", False
    for digit, unit in zip(digits, ("千", "百", "十", ""), strict=True):
        if digit == 0:
            gap = bool(out)
            continue
        out += ("零" if gap else "") + _HAN[digit] + unit
        gap = False
    return out[1:] if out.startswith("一十") else out


def written(number: int, form: str) -> str:
    """One counter in one of Word's formats; unknown formats are written in digits."""
    if form in _HAN_FORMATS:
        return in_han(number)
    if form == "ideographDigital" or form == "japaneseDigitalTenThousand":
        return "".join("〇一二三四五六七八九"[int(c)] for c in str(number))
    if form == "decimalEnclosedCircle" or form == "decimalEnclosedCircleChinese":
        return _CIRCLES[number - 1] if 0 < number <= len(_CIRCLES) else f"({number})"
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        roman = _roman(number)
        return roman if form == "upperRoman" else roman.lower()
    if form == "decimalZero":
        return f"{number:02}"
    return str(number)


def _roman(number: int) -> str:
    out = ""
    for value, letters in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        times, number = divmod(number, value)
        out += letters * times
    return out


class Numbering:
    """The lists of one document, with their counters as the text is read from the top."""

    def __init__(self, part: Any | None) -> None:
        self._abstract_of: dict[str, str] = {}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._overrides: dict[str, dict[int, _Level]] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counters: dict[str, dict[int, int]] = {}
        if part is not None:
            self._read(part)

    def label(self, number_id: str, level: int) -> str:
        """Count one paragraph on a list's level and return its label, "" for bullets and unknown lists."""
        abstract = self._abstract_of.get(number_id)
        if abstract is None or not 0 <= level < _DEEPEST:
            return ""
        counters = self._counters.setdefault(abstract, {})
        for at, start in self._restarts.pop(number_id, {}).items():
            counters[at] = start - 1
        own = self._level(number_id, level)
        counters[level] = counters.get(level, own.start - 1) + 1
        for deeper in [at for at in counters if at > level]:
            restart = self._level(number_id, deeper).restart
            if restart is None or (restart != 0 and level < restart):
                del counters[deeper]
        if own.format in ("bullet", "none"):
            return ""
        text = own.text
        for at in range(_DEEPEST):
            if f"%{at + 1}" in text:
                shown = self._level(number_id, at)
                text = text.replace(f"%{at + 1}", written(counters.get(at, shown.start), shown.format))
        return text.strip()

    def level_of_style(self, number_id: str, styles: Sequence[str]) -> int:
        """The level that a list gives to paragraphs of the first of these styles that it names; 0 without one."""
        levels = self._levels.get(self._abstract_of.get(number_id, ""), {})
        for style in styles:
            for at, level in levels.items():
                if style and level.style == style:
                    return at
        return 0

    def _level(self, number_id: str, level: int) -> _Level:
        override = self._overrides.get(number_id, {}).get(level)
        return override or self._levels.get(self._abstract_of[number_id], {}).get(level, _Level())

    def _read(self, part: Any) -> None:
        for abstract in part.iterchildren(qn("w:abstractNum")):
            levels = {}
            for element in abstract.iterchildren(qn("w:lvl")):
                levels[_number(element.get(qn("w:ilvl")), 0)] = _level_of(element)
            self._levels[str(abstract.get(qn("w:abstractNumId")))] = levels
        for number in part.iterchildren(qn("w:num")):
            identity = str(number.get(qn("w:numId")))
            self._abstract_of[identity] = _value(number, "w:abstractNumId")
            for override in number.iterchildren(qn("w:lvlOverride")):
                at = _number(override.get(qn("w:ilvl")), 0)
                start = override.find(qn("w:startOverride"))
                if start is not None:
                    self._restarts.setdefault(identity, {})[at] = _number(start.get(qn("w:val")), 1)
                changed = override.find(qn("w:lvl"))
                if changed is not None:
                    self._overrides.setdefault(identity, {})[at] = _level_of(changed)


def _level_of(element: Any) -> _Level:
    restart = element.find(qn("w:lvlRestart"))
    return _Level(
        start=_number(_value(element, "w:start"), 1),
        format=_value(element, "w:numFmt") or "decimal",
        text=_value(element, "w:lvlText"),
        restart=None if restart is None else _number(restart.get(qn("w:val")), 0),
        style=_value(element, "w:pStyle"),
    )


def _value(element: Any, name: str) -> str:
    child = element.find(qn(name))
    return "" if child is None else str(child.get(qn("w:val")) or "")


def _number(text: object, default: int) -> int:
    try:
        return min(100_000, max(0, int(str(text))))
    except ValueError:
        return default
