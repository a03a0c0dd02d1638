"""Phones, ID numbers and cards in running text, however their digits are written.

A digit may be of any script (８, ٨, ८, 𝟖), circled, a Chinese numeral, or a letter that looks like one (138I2O45678).
Between digits people put blanks, dashes, dots, marks and line ends. What holds digits together loosely (a comma, a
slash, a line end) also separates figures of a list, so that a number across such marks must have the groups of one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple


class PersonalNumber(NamedTuple):
    """One number: its kind, the places of its digits in the text, and those of them that are hidden."""

    kind: str
    places: list[int]
    hidden: list[int]


#: Chinese digits as read aloud or written in full, and round signs for naught.
_SPOKEN = "零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
#: Characters with a digit's value that are no decimal digits: raised, lowered, circled, bracketed, dotted.
_RINGED = "²³¹⁰⁴-⁹₀-₉①-⑩⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒"
_TRUE = rf"[\d{_SPOKEN}{_RINGED}]"
#: Letters that pass for 0 and 1, where no other letter stands beside them.
_LETTER = "(?<![A-HJ-NP-Zａ-ｚa-hj-kmnp-z])[OoIlＯｏＩｌ](?![A-HJ-NP-Zａ-ｚa-hj-kmnp-z])"
_DIGIT = rf"(?:{_TRUE}|{_LETTER})"
#: What stands within one number and nothing else does: blanks, dashes, dots, brackets, what nobody sees.
_SOFT = r"[ \t\u3000\u00a0\u00ad\u034f\u200b-\u200f\u2060\u20e3\ufe0e\ufe0f\ufeff\-‐‑‒–—―－_.．·•・()（）]{0,3}"
#: Any other mark or line end, and marks by their names. Two stars side by side are a mask.
_HARD = r"(?:(?!\*\*)[\W_]){1,3}|<[^<>]{1,12}>|空格|空|横?杠|点|逗号"
_CHAIN = re.compile(rf"{_DIGIT}(?:(?:{_SOFT}|{_HARD}){_DIGIT})+(?:{_SOFT}[XxＸｘ×](?![A-Za-z]))?")
_WHOLLY_SOFT = re.compile(_SOFT)

_VALUES = {
    **{c: str(n) for n, c in enumerate("零一二三四五六七八九")},
    **{c: str(n) for n, c in enumerate("壹贰叁肆伍陆柒捌玖", start=1)},
    **dict.fromkeys("〇○⑩OoＯｏ", "0"),
    **dict.fromkeys("幺IlＩｌ", "1"),
    **dict.fromkeys("XxＸｘ×", "X"),
    "两": "2",
}
_LETTERS = frozenset("OoIlＯｏＩｌ")

#: More than the longest number looked for, with room to see whether digits follow it.
_LONGEST = 24
#: True digits of the shortest number looked for.
_SHORTEST = 7
#: Of the eleven digits of a phone or the eighteen of an ID number, how many may be letters.
_MOST_LETTERS = 4
#: How people group a phone across commas, slashes and line ends.
_PHONE_GROUPS = frozenset(
    {(3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (3, 3, 5), (4, 7), (5, 6), (6, 5), (3, 5, 3), (4, 3, 4)}
)
_PHONE_WORD = re.compile(r"(?:电话|手机|联系|致电|拨打|来电|号码|微信|短信|[打拨回][给:：]?|Tel|TEL|tel)\D{0,6}$")
_OTHER_NUMBER = re.compile(r"(?:编号|单号|工单|案号|证号|文号|流水|订单|型号|批次|条码|〔|\[)\S{0,5}$")
#: A country code, a naught, or one of the prefixes of cheap long-distance calls.
_DIALLED_FIRST = re.compile(r"(?:00)?860?|0|17951|17911|12593|17901|17909|10193|11808")


class _Chain:
    """A chain of things that read as digits, and one place in it where a number may begin."""

    def __init__(self, text: str, places: list[int]) -> None:
        self.text, self.places = text, places
        self.values = "".join(value(text[place]) for place in places)

    def groups(self, begin: int, length: int) -> tuple[int, ...]:
        """The sizes of the unbroken runs that `length` digits from `begin` fall into."""
        sizes = [1]
        for before, place in pairwise(self.places[begin : begin + length]):
            if place == before + 1:
                sizes[-1] += 1
            else:
                sizes.append(1)
        return tuple(sizes)

    def is_hard(self, begin: int, length: int) -> bool:
        """Whether anything but blanks, dashes and dots stands between the digits."""
        run = self.places[begin : begin + length]
        return any(
            place > before + 1 and not _WHOLLY_SOFT.fullmatch(self.text, before + 1, place)
            for before, place in pairwise(run)
        )

    def letters(self, begin: int, length: int) -> int:
        return sum(self.text[place] in _LETTERS for place in self.places[begin : begin + length])

    def is_glued(self, index: int) -> bool:
        """Whether a true digit stands right before the one at `index`."""
        return (
            0 < index < len(self.places)
            and self.places[index] == self.places[index - 1] + 1
            and self.text[self.places[index - 1]] not in _LETTERS
            and self.text[self.places[index]] not in _LETTERS
        )

    def before(self, begin: int, length: int) -> str:
        start = self.places[begin]
        return self.text[max(0, start - length) : start]


def value(character: str) -> str:
    """The digit that a character stands for; "X" for the last place of an ID number; "" for neither."""
    known = _VALUES.get(character)
    if known is not None:
        return known
    digit = unicodedata.digit(character, None)
    return "" if digit is None else str(digit)


def personal_numbers(text: str) -> Iterator[PersonalNumber]:
    """The personal numbers of a text, from left to right, none reaching into another."""
    for match in _CHAIN.finditer(text):
        places = [p for p in range(match.start(), match.end()) if value(text[p])]
        if len(places) - sum(text[p] in _LETTERS for p in places) < _SHORTEST:
            continue
        chain, begin = _Chain(text, places), 0
        while begin < len(places):
            found = _number_at(chain, begin)
            if found is None:
                begin += 1
                continue
            yield found
            begin += len(found.places)


def _number_at(chain: _Chain, begin: int) -> PersonalNumber | None:
    if chain.is_glued(begin) and not _may_begin_inside(chain, begin):
        return None
    digits = chain.values[begin : begin + _LONGEST]
    for kind, pattern, (first, last), is_it in _NUMBER_KINDS:
        match = pattern.match(digits)
        if match is None:
            continue
        length = len(match.group())
        if not chain.is_glued(begin + length) and is_it(match.group(), chain, begin):
            places = chain.places[begin : begin + length]
            return PersonalNumber(kind, places, places[first : length - last])
    return None


def _may_begin_inside(chain: _Chain, begin: int) -> bool:
    """Inside an unbroken run nothing begins, but a mobile number may follow a country code or one digit too many."""
    start = begin
    while start and begin - start < 8 and chain.is_glued(start):
        start -= 1
    before = chain.values[start:begin]
    if _DIALLED_FIRST.fullmatch(before):
        return True
    alone = len(before) == 1 and not chain.is_glued(begin + 11)
    return alone and chain.values[begin : begin + 1] == "1" and not _OTHER_NUMBER.search(chain.before(start, 10))


def _is_mobile(digits: str, chain: _Chain, begin: int) -> bool:
    """Eleven digits of a mobile number's shape that are no amount and no part of a decimal fraction."""
    start, end = chain.places[begin], chain.places[begin + 10] + 1
    text, groups = chain.text, chain.groups(begin, 11)
    if chain.letters(begin, 11) > _MOST_LETTERS:
        return False
    if _PHONE_WORD.search(chain.before(begin, 12)) and groups[0] >= 3:
        return True
    if _UNIT.match(text, end):
        return False
    if re.search(r"\d[.．]$", text[max(0, start - 2) : start]):
        return False
    if chain.is_hard(begin, 11):
        one_by_one = len(groups) == 11 and list(digits) != sorted(digits)
        return one_by_one or groups in _PHONE_GROUPS
    return len(re.findall("[.．]", text[start:end])) != 1


#: What makes a figure an amount; 元旦, 平时 and Mr Wan (万先生) do not.
_UNIT = re.compile(
    r"\s?(?:元(?!旦)|万(?!先生|女士|老师|师傅|经理|主任|总|某)|亿|米(?!先生|女士)|平[方米]|吨|[%％]|人民币)"
)


def _is_identity(digits: str, chain: _Chain, begin: int) -> bool:
    """Whether 18 or 15 digits look like a citizen's ID number: a real checksum, or a region and a birthday."""
    if chain.letters(begin, len(digits)) > _MOST_LETTERS:
        return False
    groups = chain.groups(begin, len(digits))
    if chain.is_hard(begin, len(digits)) and not (len(groups) <= 4 or len(groups) == len(digits)):
        return False
    if len(digits) == 18 and _has_checksum(digits):
        return True
    birthday = digits[6:14] if len(digits) == 18 else "19" + digits[6:12]
    year, month, day = int(birthday[:4]), int(birthday[4:6]), int(birthday[6:])
    return digits[:2] in _REGIONS and 1900 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31


#: GB/T 2260: the first two digits of every province, and those of Hong Kong, Macau and Taiwan residents.
_REGIONS = frozenset(
    str(n)
    for block in ((11, 16), (21, 24), (31, 38), (41, 47), (50, 55), (61, 66), (71, 72), (81, 84))
    for n in range(*block)
)


def _has_checksum(digits: str) -> bool:
    """GB 11643-1999: ISO 7064 MOD 11-2."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], weights, strict=True))
    return "10X98765432"[total % 11] == digits[17].upper()


def _is_card(digits: str, chain: _Chain, begin: int) -> bool:
    """A card number begins as UnionPay's do, or has the Luhn check digit, or follows a word that says so."""
    if chain.letters(begin, len(digits)):
        return False
    if chain.is_hard(begin, len(digits)) and set(chain.groups(begin, len(digits))[:-1]) != {4}:
        return False
    if re.search(r"(?:卡号|账号|帐号|账户|帐户|银行|信用社|储蓄|工行|农行|建行|中行|邮储)", chain.before(begin, 14)):
        return True
    if digits.startswith("62"):
        return True
    if len(set(digits)) < 3 or digits[0] not in "3456":
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        double = int(digit) * (2 if place % 2 else 1)
        total += double - 9 if double > 9 else double
    return total % 10 == 0


def _is_landline(digits: str, chain: _Chain, begin: int) -> bool:
    """An area code with 7 or 8 digits; glued together only where nothing says that it is another number."""
    if chain.letters(begin, len(digits)):
        return False
    if chain.is_hard(begin, len(digits)) and chain.groups(begin, len(digits)) not in _LANDLINE_GROUPS:
        return False
    return not _OTHER_NUMBER.search(chain.before(begin, 6))


_LANDLINE_GROUPS = frozenset({(3, 7), (3, 8), (4, 7), (4, 8)})


def _is_local(digits: str, chain: _Chain, begin: int) -> bool:
    """Seven or eight digits are a telephone only after a word that says so."""
    if chain.letters(begin, len(digits)) or chain.is_hard(begin, len(digits)):
        return False
    return re.search(r"(?:电话|座机|热线|联系方式|致电|拨打|Tel|TEL|tel)\D{0,4}$", chain.before(begin, 8)) is not None


_NUMBER_KINDS: tuple[tuple[str, re.Pattern[str], tuple[int, int], Callable[[str, _Chain, int], bool]], ...] = (
    ("phone", re.compile(r"1[3-9]\d{9}"), (3, 4), _is_mobile),
    ("id_number", re.compile(r"\d{17}[\dX]"), (3, 2), _is_identity),
    ("bank_card", re.compile(r"\d{19}"), (4, 4), _is_card),
    ("bank_card", re.compile(r"\d{18}"), (4, 4), _is_card),
    ("bank_card", re.compile(r"\d{17}"), (4, 4), _is_card),
    ("bank_card", re.compile(r"\d{16}"), (4, 4), _is_card),
    ("id_number", re.compile(r"\d{15}"), (3, 2), _is_identity),
    ("landline", re.compile(r"0(?:10|2\d|[3-9]\d\d)\d{8}"), (4, 2), _is_landline),
    ("landline", re.compile(r"0(?:10|2\d|[3-9]\d\d)\d{7}"), (4, 2), _is_landline),
    ("landline", re.compile(r"[2-8]\d{7}"), (2, 2), _is_local),
    ("landline", re.compile(r"[2-8]\d{6}"), (2, 2), _is_local),
)
