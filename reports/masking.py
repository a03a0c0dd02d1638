"""Personal data covered in free text (rule R57), before anything else reads it.

The masked text keeps its length where a digit or letter is covered, so that a reader still sees what stood there:
138****5678. Digits may be full-width, spaced, dashed, dotted or Chinese numerals. Masking the masked text changes
nothing. No national format for masking exists; this is the platform's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from reports.names import found_names


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of personal data: its kind and its place in the original text."""

    kind: str  #: phone, landline, id_number, bank_card, plate, name, email, door, account
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """The text with personal data covered, and what was covered, in order."""

    text: str
    found: tuple[Found, ...]


#: What one digit may look like: ASCII, full-width, Chinese as read aloud, circled.
_PLAIN = "0-9０-９"
_SPOKEN = "零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖①②③④⑤⑥⑦⑧⑨⑩"
_DIGIT = f"[{_PLAIN}{_SPOKEN}]"
#: What people put between digits; zero-width characters too.
_GAP = r"[ \t\u3000\u00a0\u00ad\u034f\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff\-‐‑‒–—―－_.．·•・()（）]{0,3}"
_VALUES = {
    **{c: str(n) for n, c in enumerate("０１２３４５６７８９")},
    **{c: str(n) for n, c in enumerate("零一二三四五六七八九")},
    **{c: str(n) for n, c in enumerate("①②③④⑤⑥⑦⑧⑨", start=1)},
    **{c: str(n) for n, c in enumerate("壹贰叁肆伍陆柒捌玖", start=1)},
    "〇": "0",
    "○": "0",
    "⑩": "0",
    "幺": "1",
    "两": "2",
}

#: More than the longest number looked for, with room to see whether digits follow it.
_LONGEST_NUMBER = 24

#: A chain of things that read as digits, with little between them.
_CHAIN = re.compile(rf"{_DIGIT}(?:{_GAP}{_DIGIT})+(?:{_GAP}[XxＸｘ×](?![A-Za-z]))?")

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    rf"([{_PROVINCES}][\s·•.\-]{{0,2}}[A-HJ-NP-ZＡ-Ｚ](?:[\s·•.\-]{{0,2}}[A-HJ-NP-Z0-9Ａ-Ｚ０-９]){{4,6}}"
    rf"[学警港澳挂试领使]?)(?![A-Za-z0-9Ａ-Ｚ０-９])",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}\s?[@＠]\s?[A-Za-z0-9\-]{1,63}(?:[.．][A-Za-z0-9\-]{1,63}){1,4}")
_ACCOUNT = re.compile(
    r"(?i)(?:QQ群?|ＱＱ|扣扣|企鹅号?|微信|薇信|威信|V信|wechat|weixin|(?<![A-Za-z])[VW]X|(?<![A-Za-z])VX)"
    r"((?:号码?|账号|帐号|ID)?\s{0,2}(?:是|为|加)?[:：\s]{0,3})"
    r"([A-Za-z0-9０-９][A-Za-z0-9０-９_\-]{4,19})"
)
_DOOR_UNIT = re.compile(
    r"([0-9０-９A-Za-z一二三四五六七八九十]{1,4}\s?(?:号楼|栋|幢|座|单元|号院|期)\s?"
    r"(?:[0-9０-９A-Za-z一二三四五六七八九十]{1,3}\s?(?:单元|门|梯)\s?)?[\-－—]?\s?)"
    r"([0-9０-９]{3,4})(?![0-9０-９.．]|\s?(?:户|人|元|平|米|年|名|个|多|余|块|万|点|路|位|套|家|间|次|天|兆|度|吨|斤|线))"
)
_DOOR_ROOM = re.compile(r"(?<![0-9０-９.])([0-9０-９]{2,4})(?=\s?(?:室(?![0-9内外温])|号房(?![屋子产])|房间|号室))")
_DOOR_DASHED = re.compile(
    r"(?:(?<=栋)|(?<=幢)|(?<=楼)|(?<=座)|(?<=苑)|(?<=园)|(?<=区)|(?<=府)|(?<=城)|(?<=庭)|(?<=院)|(?<=湾)|(?<=里)|(?<=号))"
    r"\s?([0-9０-９]{1,3}\s?[\-－—–]\s?(?:[0-9０-９]{1,2}\s?[\-－—–]\s?)?[0-9０-９]{3,4})(?![0-9０-９年月]|\s?(?:元|米|人|户|平|线|路))"
)


def mask(text: str) -> Masked:
    """`text` with phones, landlines, ID numbers, bank cards, plates, e-mails, chat accounts, doors and introduced
    names covered. Never raises; idempotent."""
    covered = _Cover(text)
    for finder in _FINDERS:
        finder(text, covered)
    return covered.result()


class _Cover:
    """Collects what to cover; the first finder of a place keeps it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._characters = list(text)
        self._found: list[Found] = []
        self._taken = bytearray(len(text))

    def is_free(self, start: int, end: int) -> bool:
        return not any(self._taken[start:end])

    def add(self, kind: str, start: int, end: int, hidden: Iterable[int]) -> None:
        if not self.is_free(start, end):
            return
        places = [place for place in hidden if self._text[place] != "*"]
        if not places:
            return
        self._found.append(Found(kind, start, end))
        self._taken[start:end] = b"\x01" * (end - start)
        for place in places:
            self._characters[place] = "*"

    def result(self) -> Masked:
        return Masked("".join(self._characters), tuple(sorted(self._found, key=lambda found: found.start)))


def _cover_emails(text: str, covered: _Cover) -> None:
    for match in _EMAIL.finditer(text):
        at = next(place for place in range(match.start(), match.end()) if text[place] in "@＠")
        covered.add("email", match.start(), match.end(), range(match.start() + 1, at))


def _cover_accounts(text: str, covered: _Cover) -> None:
    for match in _ACCOUNT.finditer(text):
        start, end = match.span(2)
        # Letters alone may be an English word, unless the text says that a number follows.
        if any(c.isdigit() or c == "_" for c in match.group(2)) or re.search("[:：号]", match.group(1)):
            covered.add("account", start, end, range(start + 2, end - 1))


def _cover_plates(text: str, covered: _Cover) -> None:
    for match in _PLATE.finditer(text):
        places = [p for p in range(match.start(), match.end()) if text[p].isalnum()]
        if any(text[p].isdigit() for p in places):
            covered.add("plate", match.start(), match.end(), places[2:-1])


def _cover_numbers(text: str, covered: _Cover) -> None:
    for match in _CHAIN.finditer(text):
        places = [p for p in range(match.start(), match.end()) if _value(text[p])]
        for kind, run, kept in _numbers_in(text, places):
            start, end = run[0], run[-1] + 1
            covered.add(kind, start, end, run[kept[0] : len(run) - kept[1]])


def _numbers_in(text: str, places: list[int]) -> Iterator[tuple[str, list[int], tuple[int, int]]]:
    """The personal numbers in one chain of digits: kind, places of their digits, digits kept at each end."""
    begin = 0
    while begin < len(places):
        for kind, length, kept in _candidates(text, places, begin):
            yield kind, places[begin : begin + length], kept
            begin += length
            break
        else:
            begin += 1


def _candidates(text: str, places: list[int], begin: int) -> Iterator[tuple[str, int, tuple[int, int]]]:
    rest = places[begin : begin + _LONGEST_NUMBER]
    digits = "".join(_value(text[place]) for place in rest)
    glued = _glued_lengths(text, rest)
    if begin and places[begin] == places[begin - 1] + 1:
        # Inside an unbroken run nothing begins, but a mobile number may follow a country code.
        before = "".join(_value(text[place]) for place in places[max(0, begin - 5) : begin])
        if not re.fullmatch(r"(?:00)?86|0", before):
            return
    for kind, pattern, kept, is_it in _NUMBER_KINDS:
        match = pattern.match(digits)
        if match and len(match.group()) in glued and is_it(match.group(), text, rest):
            yield kind, len(match.group()), kept


def _glued_lengths(text: str, places: list[int]) -> set[int]:
    """The lengths at which a number may end: where the next digit is not glued on."""
    return {n for n in range(1, len(places) + 1) if n == len(places) or places[n] != places[n - 1] + 1}


def _value(character: str) -> str:
    if character.isascii() and character.isdigit():
        return character
    if character in "XxＸｘ×":
        return "X"
    return _VALUES.get(character, "")


def _is_mobile(digits: str, text: str, places: list[int]) -> bool:
    """Eleven digits of a mobile number's shape that are no amount and no part of a decimal fraction."""
    start, end = places[0], places[len(digits) - 1] + 1
    if re.match(r"\s?(?:元|万|亿|米|平|吨|[%％]|人民币)", text[end : end + 4]):
        return False
    if re.search(r"[0-9０-９][.．]$", text[max(0, start - 2) : start]):
        return False
    return len(re.findall("[.．]", text[start:end])) != 1


def _is_identity(digits: str, text: str, places: list[int]) -> bool:
    """Whether 18 or 15 digits look like a citizen's ID number: a real checksum, or a region and a birthday."""
    if len(digits) == 18 and _has_checksum(digits):
        return True
    birthday = digits[6:14] if len(digits) == 18 else "19" + digits[6:12]
    year, month, day = int(birthday[:4]), int(birthday[4:6]), int(birthday[6:])
    return digits[:2] in _REGIONS and 1900 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31


#: GB/T 2260: the first two digits of every province, and those of Hong Kong, Macau and Taiwan residents.
_REGIONS = frozenset(
    map(
        str,
        (
            *range(11, 16),
            *range(21, 24),
            *range(31, 38),
            *range(41, 47),
            *range(50, 55),
            *range(61, 66),
            71,
            81,
            82,
            83,
        ),
    )
)


def _has_checksum(digits: str) -> bool:
    """GB 11643-1999: ISO 7064 MOD 11-2."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], weights, strict=True))
    return "10X98765432"[total % 11] == digits[17].upper()


def _is_card(digits: str, text: str, places: list[int]) -> bool:
    """A card number begins as UnionPay's do, or has the Luhn check digit, or follows a word that says so."""
    before = text[max(0, places[0] - 14) : places[0]]
    if re.search(r"(?:卡号|账号|帐号|账户|帐户|银行|信用社|储蓄|工行|农行|建行|中行|邮储)", before):
        return True
    if digits.startswith("62"):
        return True
    if len(set(digits)) < 3 or digits[0] not in "3456":
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_landline(digits: str, text: str, places: list[int]) -> bool:
    """An area code with 7 or 8 digits; glued together only where nothing says that it is another number."""
    before = text[max(0, places[0] - 6) : places[0]]
    return not re.search(r"(?:编号|单号|工单|案号|证号|文号|〔|\[)\S{0,3}$", before)


def _is_local(digits: str, text: str, places: list[int]) -> bool:
    """Seven or eight digits are a telephone only after a word that says so."""
    before = text[max(0, places[0] - 8) : places[0]]
    return re.search(r"(?:电话|座机|热线|联系方式|致电|拨打|Tel|TEL|tel)\D{0,4}$", before) is not None


_NUMBER_KINDS: tuple[tuple[str, re.Pattern[str], tuple[int, int], Callable[[str, str, list[int]], bool]], ...] = (
    ("phone", re.compile(r"1[3-9]\d{9}"), (3, 4), _is_mobile),
    ("id_number", re.compile(r"\d{17}[\dX]"), (3, 2), _is_identity),
    ("bank_card", re.compile(r"\d{19}|\d{18}|\d{17}|\d{16}"), (4, 4), _is_card),
    ("id_number", re.compile(r"\d{15}"), (3, 2), _is_identity),
    ("landline", re.compile(r"0(?:10|2\d|[3-9]\d\d)\d{8}|0(?:10|2\d|[3-9]\d\d)\d{7}"), (4, 2), _is_landline),
    ("landline", re.compile(r"[2-8]\d{7}|[2-8]\d{6}"), (2, 2), _is_local),
)


def _cover_doors(text: str, covered: _Cover) -> None:
    for pattern, group in ((_DOOR_UNIT, 2), (_DOOR_ROOM, 1), (_DOOR_DASHED, 1)):
        for match in pattern.finditer(text):
            start, end = match.span(group)
            covered.add("door", start, end, [p for p in range(start, end) if text[p].isalnum()])


def _cover_names(text: str, covered: _Cover) -> None:
    for start, end in found_names(text):
        covered.add("name", start, end, range(start + 1, end))


#: In the order of trust: what an earlier one has covered, a later one leaves alone.
_FINDERS: tuple[Callable[[str, _Cover], None], ...] = (
    _cover_emails,
    _cover_plates,
    _cover_numbers,
    _cover_accounts,
    _cover_doors,
    _cover_names,
)
