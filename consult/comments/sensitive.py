"""敏感词 (rule R55): words that make a reviewer look twice. A hit marks a text and sorts it; it never drops one.

The list is data: the newest version saved at the desk is in force, and before the first of them the short list below.
Criticism of government is no category and never a hit. Matching is done when a text is shown, so that a list just saved
holds at once for everything that waits.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from reports.places import simplified

#: One entry on a line; a line in 【】 names the category of those below it.
SHIPPED = """【广告】
加微信
加我微信
加qq
扫码进群
代开发票
办理贷款
无抵押贷款
信用卡套现
刷单兼职
日赚千元
高价回收
代写论文
代办证件
优惠券领取
点击链接
【赌博】
网上赌场
真人荷官
六合彩
百家乐
时时彩
赌球
下注返利
博彩平台
澳门赌场
【色情】
裸聊
约炮
一夜情
援交
色情网站
成人视频
上门服务小姐
招嫖
【辱骂】
傻逼
煞笔
他妈的
去死吧
王八蛋
狗杂种
狗娘养
臭婊子
贱货
滚蛋
脑残
畜生不如
"""
MAX_ENTRIES = 5_000
MAX_ENTRY = 40
MAX_LIST = 60_000


@dataclass(frozen=True, slots=True)
class Hit:
    """Where an entry stands in the text as it was written."""

    start: int
    end: int
    entry: str
    category: str


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text; ``category`` is "" where nothing was found."""

    text: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of a list that cannot be an entry."""

    line: int
    text: str


def read_list(words: str) -> tuple[tuple[tuple[str, str], ...], tuple[Problem, ...]]:
    """The entries of a list with their categories, each once, and the lines that are none.

    An entry has 2 to 40 letters or digits once spaces and punctuation are left out.
    """
    category, problems = "", []
    found: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(words.splitlines(), 1):
        line = line.strip()
        if line.startswith("【") and line.endswith("】"):
            category = line[1:-1].strip()
            continue
        plain = _plain(line)[0]
        if not line:
            continue
        if not 2 <= len(plain) <= MAX_ENTRY:
            problems.append(Problem(number, line[:MAX_ENTRY]))
            continue
        found.setdefault(plain, (line, category))
    return tuple((line, category) for line, category in found.values()), tuple(problems)


class Matcher:
    """Finds the entries of one version of the list."""

    def __init__(self, words: str) -> None:
        self._entries = [(_plain(line)[0], line, category) for line, category in read_list(words)[0]]

    def __len__(self) -> int:
        return len(self._entries)

    def hits(self, text: str) -> tuple[Hit, ...]:
        """Every place of every entry, by where it begins.

        Full width, traditional characters, capital letters, and spaces, punctuation and invisible characters between
        the letters make no difference. An entry in Latin letters is found as a word, not within one.
        """
        plain, places = _plain(text)
        found = []
        for entry, line, category in self._entries:
            at = plain.find(entry)
            while at >= 0:
                start, end = places[at], places[at + len(entry) - 1] + 1
                if not _is_within_word(text, start, end):
                    found.append(Hit(start, end, line, category))
                at = plain.find(entry, at + 1)
        return tuple(sorted(found, key=lambda hit: (hit.start, -hit.end)))

    def is_hit(self, text: str) -> bool:
        """Whether anything is found."""
        return bool(self.hits(text))


def parts(text: str, hits: Sequence[Hit], most: int | None = None) -> list[Part]:
    """The text cut where hits begin and end, to show them; overlapping hits are one part.

    With ``most``, only the beginning up to so many characters, unless the first hit stands later: then from there.
    """
    spans: list[list[int | str]] = []
    for hit in hits:
        if spans and hit.start < int(spans[-1][1]):
            spans[-1][1] = max(int(spans[-1][1]), hit.end)
        else:
            spans.append([hit.start, hit.end, hit.category or hit.entry])
    found, at = [], 0
    for start, end, category in spans:
        found += [Part(text[at : int(start)])] if int(start) > at else []
        found.append(Part(text[int(start) : int(end)], str(category)))
        at = int(end)
    found += [Part(text[at:])] if at < len(text) else []
    return found if most is None else _shortened(found, most)


def _shortened(found: list[Part], most: int) -> list[Part]:
    """So much of the parts that a row of a list holds them, with the first hit in any case."""
    first = sum(len(part.text) for part in found[: next((n for n, p in enumerate(found) if p.category), 0)])
    skip = first - most // 4 if first > most * 3 // 4 else 0
    kept, at = ([Part("…")] if skip else []), 0
    for part in found:
        piece = part.text[max(0, skip - at) : max(0, skip + most - at)]
        at += len(part.text)
        if piece:
            kept.append(Part(piece, part.category))
    return [*kept, Part("…")] if at > skip + most else kept


@lru_cache(maxsize=4)
def matcher(words: str) -> Matcher:
    """The matcher of a list, made once."""
    return Matcher(words)


def _plain(text: str) -> tuple[str, list[int]]:
    """Letters and digits in one spelling, and where each stands in the text."""
    letters, places = [], []
    for at, character in enumerate(simplified(text)):
        if character.isascii():
            if character.isalnum():
                letters.append(character.lower())
                places.append(at)
            continue
        if "\u4e00" <= character <= "\u9fff":
            letters.append(character)
            places.append(at)
            continue
        for one in simplified(unicodedata.normalize("NFKC", character)).casefold():
            if unicodedata.category(one)[0] in "LN":
                letters.append(one)
                places.append(at)
    return "".join(letters), places


def _is_within_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin letter or digit at either end goes on beyond it, as the sb in usb does."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return (_is_latin(text[start]) and _is_latin(before)) or (_is_latin(text[end - 1]) and _is_latin(after))


def _is_latin(character: str) -> bool:
    plain = unicodedata.normalize("NFKC", character)
    return bool(plain) and plain.isascii() and plain.isalnum()
