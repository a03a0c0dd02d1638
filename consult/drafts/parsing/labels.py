"""How a paragraph begins: 第三章 总则, 第十条之一, （二）, 1., 附件1. Without context."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntEnum

from reports.tables.numerals import NUMERAL_CHARACTERS, number_of


class Level(IntEnum):
    """What a label introduces, from the outside in. Items are ordered as official documents number them."""

    PART = 1
    CHAPTER = 2
    SECTION = 3
    ARTICLE = 4
    ITEM_HAN = 5  #: 一、
    ITEM_HAN_BRACKETS = 6  #: （一）
    ITEM_DIGIT = 7  #: 1.
    ITEM_DIGIT_BRACKETS = 8  #: （1）
    ITEM_CIRCLE = 9  #: ①


@dataclass(frozen=True, slots=True)
class Label:
    """A label found at the beginning of a paragraph."""

    level: Level
    number: str  #: "12", "10-1"
    printed: str  #: without inner spaces
    rest: str  #: what follows it in the paragraph
    is_apart: bool  #: a blank stands between label and rest, or there is no rest


_HAN = f"[{NUMERAL_CHARACTERS}]"
_ANY = rf"(?:{_HAN}|[0-9０-９])"
_SPACED = rf"{_ANY}(?:[ \u3000]*{_ANY})*"
_BLANK = r"[\s\u3000]"

_DIVISION = re.compile(
    rf"(?P<label>第[ \u3000]*(?P<number>{_SPACED})[ \u3000]*(?P<unit>分编|编|部分|章|节))"
    rf"(?P<gap>{_BLANK}*)(?P<rest>.*)",
    re.DOTALL,
)
_ARTICLE = re.compile(
    rf"(?P<label>第[ \u3000]*(?P<number>{_SPACED})[ \u3000]*条(?:之(?P<sub>{_ANY}+))?(?:[：:]|[、．.](?!第|本))?)"
    rf"(?P<gap>{_BLANK}*)(?P<rest>.*)",
    re.DOTALL,
)
_UNITS = {"编": Level.PART, "分编": Level.PART, "部分": Level.PART, "章": Level.CHAPTER, "节": Level.SECTION}


def _item(number: str, before: str = "", after: str = "") -> re.Pattern[str]:
    blank = "[ \u3000]*"
    return re.compile(rf"(?P<label>{before}{blank}(?P<number>{number}){blank}{after})(?P<rest>.*)", re.DOTALL)


_DIGITS = "[0-9０-９]{1,3}"
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_ITEMS: tuple[tuple[Level, re.Pattern[str]], ...] = (
    (Level.ITEM_HAN, _item(f"{_HAN}{{1,4}}", after="[、．.]")),
    (Level.ITEM_HAN_BRACKETS, _item(f"{_HAN}{{1,4}}", "[（(]", "[)）][、.]?")),
    (Level.ITEM_DIGIT_BRACKETS, _item(_DIGITS, "[（(]?", "[)）][、.]?")),
    # 1.5米 and 2024.3.5 are no labels.
    (Level.ITEM_DIGIT, _item(_DIGITS, after="[.．、](?![0-9０-９])")),
    (Level.ITEM_CIRCLE, _item(f"[{_CIRCLES}]")),
)

#: What follows a number when a sentence speaks of an article instead of being one.
_REFERENCE = re.compile(
    "的|规定|所|中|之|内|外|或|和|与|至|到|及|以及|并|第|款|项|有关|要求|情形|修改|删除|删去|改为|增加|作为|已|等"
    r"|[、，,。；;）)”》—~-]"
)
#: After a blank the same words are suspicious only where no article could begin with them.
_SPEAKS_OF_ARTICLE = re.compile(r"[、，,。；]|和第|或者第|至第|规定的|所列|第[一二三四五六七八九十]+[款项]")
#: A heading is short and no sentence.
_LONGEST_HEADING = 40
#: Even what is marked as a heading is none beyond this.
LONGEST_MARKED_HEADING = 200
_SENTENCE = re.compile(r"[。；;！!？?]|[，,：:]$")
ANNEX = re.compile(
    rf"(?P<label>(?:附件|附录|附表|附图)[ \u3000]*(?:{_ANY}{{1,3}})?)[ \u3000:：]*(?P<rest>.{{0,60}})",
    re.DOTALL,
)


def division_of(paragraph: str, *, is_heading: bool = False) -> Label | None:
    """The label of a 编, 章 or 节 that this paragraph is the heading of."""
    match = _DIVISION.fullmatch(paragraph)
    if match is None:
        return None
    rest = match["rest"].strip()
    if len(rest) > LONGEST_MARKED_HEADING or (not is_heading and not _may_be_heading(rest, apart=bool(match["gap"]))):
        return None
    return _label(match, _UNITS[match["unit"]], rest)


def article_of(paragraph: str) -> Label | None:
    """The label of a 条 that may begin here: 第九条规定的情形 is none, 第九条为了 may be one."""
    match = _ARTICLE.fullmatch(paragraph)
    if match is None or (match["rest"] and not match["gap"] and _REFERENCE.match(match["rest"])):
        return None
    if match["gap"] and _SPEAKS_OF_ARTICLE.match(match["rest"]):
        return None
    label = _label(match, Level.ARTICLE, match["rest"].strip())
    sub = number_of(match["sub"]) if match["sub"] else None
    if label is None or (match["sub"] and sub is None):
        return None
    return replace(label, number=f"{label.number}-{sub}") if sub else label


def item_of(paragraph: str) -> Label | None:
    """The label of an item: 一、, （一）, 1., （1）, ①."""
    for level, pattern in _ITEMS:
        match = pattern.fullmatch(paragraph)
        if match is None:
            continue
        if level is Level.ITEM_CIRCLE:
            place = _CIRCLES.index(match["number"]) + 1
            return Label(level, str(place), match["number"], match["rest"].strip(), True)
        number = number_of(match["number"])
        if number is None:
            continue
        printed = re.sub(_BLANK, "", match["label"])
        return Label(level, str(number), printed, match["rest"].strip(), True)
    return None


def is_heading_like(text: str) -> bool:
    """Whether words are a heading and no sentence."""
    return 0 < len(text) <= _LONGEST_HEADING and not _SENTENCE.search(text)


def tidy_heading(text: str) -> str:
    """总　则 → 总则; other blanks become one."""
    parts = text.split()
    if len(parts) > 1 and all(len(part) == 1 for part in parts):
        return "".join(parts)
    return " ".join(parts)


def _may_be_heading(rest: str, *, apart: bool) -> bool:
    if not rest:
        return True
    if not is_heading_like(rest):
        return False
    return apart or not _REFERENCE.match(rest)


def _label(match: re.Match[str], level: Level, rest: str) -> Label | None:
    numeral = re.sub(_BLANK, "", match["number"])
    number = number_of(numeral)
    if number is None:
        return None
    printed = re.sub(_BLANK, "", match["label"])
    return Label(level, str(number), printed, rest, bool(match["gap"]) or not rest)
