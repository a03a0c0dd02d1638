"""Personal data covered in free text (rule R57), before anything else reads it.

The masked text keeps its length where a digit or letter is covered, so that a reader still sees what stood there:
138****5678. Digits may be of any script, Chinese numerals or look-alike letters, with marks or line ends between
them (`reports.personal_numbers`). Masking the masked text changes nothing. No national format for masking exists;
this is the platform's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reports.names import found_names
from reports.personal_numbers import personal_numbers


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of personal data: its kind and its place in the original text."""

    kind: str  #: phone, landline, id_number, bank_card, plate, name, email, door, account,
    #: document (a passport, permit or card that the text names)
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """The text with personal data covered, and what was covered, in order."""

    text: str
    found: tuple[Found, ...]


_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    rf"([{_PROVINCES}][\s·•.\-]{{0,2}}[A-HJ-NP-ZＡ-Ｚ](?:[\s·•.\-]{{0,2}}[A-HJ-NP-Z0-9Ａ-Ｚ０-９]){{4,6}}"
    rf"[学警港澳挂试领使]?)(?![A-Za-z0-9Ａ-Ｚ０-９])",
    re.IGNORECASE,
)
#: The sign of an e-mail address, and what stands for it where people hide an address from programs.
_AT = re.compile(
    r"\s{0,2}(?:[@＠﹫]|[\[(（【{<〔〈]\s?(?:at|a|@|＠|艾特|圈a)\s?[\])）】}>〕〉]|艾特|圈[aA]|(?<=[\s_])at(?=[\s_]))[\s_]{0,2}"
    r"|[\s_]?[#＃*][\s_]?(?=(?:qq|gmail|163|126|sina|foxmail|outlook|hotmail|139|189)\s?[.．。点])",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９._%+\-]{1,64}$")
_DOT = r"(?:[.．。｡]|\s?[\[(（【{<]\s?(?:dot|点|\.)\s?[\])）】}>]\s?|点|\sdot\s)"
_HOST = re.compile(
    rf"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９\-]{{1,63}}(?:{_DOT}[A-Za-z0-9Ａ-Ｚａ-ｚ０-９\-]{{1,63}}){{1,4}}", re.IGNORECASE
)
#: After a bare " at " only these are read as the host of an address: "look at example.com" is none.
_MAIL_HOST = re.compile(
    r"(?:qq|gmail|163|126|sina|foxmail|outlook|hotmail|yeah|sohu|aliyun|139|189|icloud)\b", re.IGNORECASE
)
#: Passports, and permits of Hong Kong, Macau and Taiwan, by their letter and length.
_BLANK = r"[ \u3000\-]?"
_PASSPORT = re.compile(
    rf"(?<![A-Za-z0-9Ａ-Ｚａ-ｚ０-９/])((?:[EGCHMKWPSDTLＥＧＣＨＭ]{_BLANK}\d{{4}}{_BLANK}\d{{4}}(?:\d{{2}})?"
    rf"|[ECPSDＥＣ][A-HJ-NP-Z]{_BLANK}\d{{3}}{_BLANK}\d{{4}}))(?![A-Za-z\d])",
    re.IGNORECASE,
)
#: Words before which a letter and digits are no passport.
_OTHER_THING = re.compile(
    r"(?:编号|单号|工单|订单|案号|文号|型号|车次|批次|货号|快递|物流|航班|标准|图号)[^，。；,;]{0,6}$"
)
_PAPER = (
    "护照|通行证|回乡证|台胞证|旅行证|永居证|永久居留(?:身份)?证|居留证|居住证|军官证|士兵证|士官证|文职(?:干部)?证|警官证|军人证|"
    "军人保障卡|退伍证|退役证|优待证|残疾人?证|低保证|老年证|驾驶?证|驾照|学生证|准考证|工作证|社保卡?|社会保障(?:卡)?|社会保险(?:卡)?|"
    "医保卡?|公积金(?:卡)?|个人账户|户口[本簿]?|出生证|结婚证|病历|病案|住院|就诊卡?"
)
_AFTER_PAPER = r"(?:号码?|编号|证号|卡号|账号|帐号|档案编号)?\s{0,2}(?:是|为)?[:：\s]{0,3}"
_NAMED_PAPER = re.compile(
    rf"(?:(?:{_PAPER})(?:(?:号码?|编号|证号|卡号|账号|帐号|档案编号)\s{{0,2}}(?:是|为)?[:：\s]{{0,3}}|是|为|[:：]\s{{0,2}})"
    rf"|(?:护照|通行证|回乡证|台胞证|旅行证|永久居留证|永居证|军官证|士兵证|警官证)\s{{0,2}})"
    rf"([A-Za-zＡ-Ｚａ-ｚ]{{0,3}}{_BLANK}\d(?:{_BLANK}[\dA-Za-z]){{4,19}})(?!\s?(?:元|万|人|年|月|[%％]))"
)
#: 军字第1234567号, 南字第001234号.
_NAMED_CHINESE_PAPER = re.compile(
    rf"(?:{_PAPER}){_AFTER_PAPER}[\u4e00-\u9fa5]{{0,4}}字第?\s?([A-Za-z]?\d{{5,12}})\s?号?"
)
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
    """`text` with phones, landlines, ID numbers, passports and permits, bank cards, plates, e-mails, chat accounts,
    doors and introduced names covered. Never raises; idempotent."""
    masked = _masked_once(text)
    found = masked.found
    # A mask can bring together what it stood between; what then reads as a number is covered as well.
    for _ in range(_MOST_ROUNDS):
        if not found:
            break
        again = _masked_once(masked.text)
        found = again.found
        masked = Masked(again.text, tuple(sorted((*masked.found, *found), key=lambda one: one.start)))
    return masked


_MOST_ROUNDS = 4


def _masked_once(text: str) -> Masked:
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
        places = [p for p in hidden if self._text[p] != "*" and not self._text[p].isspace()]
        if not places:
            return
        self._found.append(Found(kind, start, end))
        self._taken[start:end] = b"\x01" * (end - start)
        for place in places:
            self._characters[place] = "*"

    def result(self) -> Masked:
        return Masked("".join(self._characters), tuple(sorted(self._found, key=lambda found: found.start)))


def _cover_emails(text: str, covered: _Cover) -> None:
    for at in _AT.finditer(text):
        local = _LOCAL.search(text, max(0, at.start() - 64), at.start())
        host = _HOST.match(text, at.end())
        if local is None or host is None:
            continue
        if at.group().strip("\t\n _").lower() == "at" and not _MAIL_HOST.match(host.group()):
            continue
        covered.add("email", local.start(), host.end(), range(local.start() + 1, local.end()))


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
    for number in personal_numbers(text):
        covered.add(number.kind, number.places[0], number.places[-1] + 1, number.hidden)


def _cover_papers(text: str, covered: _Cover) -> None:
    for pattern in (_PASSPORT, _NAMED_PAPER, _NAMED_CHINESE_PAPER):
        for match in pattern.finditer(text):
            start, end = match.span(1)
            if pattern is _PASSPORT and _OTHER_THING.search(text, max(0, start - 12), start):
                continue
            places = [p for p in range(start, end) if text[p].isalnum()]
            if sum(text[p].isdigit() for p in places) >= 5:
                covered.add("document", start, end, places[1:-2])


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
    _cover_papers,
    _cover_numbers,
    _cover_accounts,
    _cover_doors,
    _cover_names,
)
