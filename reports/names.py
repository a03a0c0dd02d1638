"""Personal names where a text introduces them, so that they can be covered.

No dictionary can tell every name in running text; what is found is a surname with what follows, where the words
around it say that a person is being named: 我叫…, 姓名：…, …先生.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.lexicon import words

_SURNAMES = words("surnames")
_DOUBLE = "|".join(sorted(name for name in _SURNAMES if len(name) == 2))
_SINGLE = "".join(sorted(name for name in _SURNAMES if len(name) == 1))
_SURNAME = f"(?:{_DOUBLE}|[{_SINGLE}])"
_GIVEN = r"[\u4e00-\u9fa5]{1,2}"
_NAME = f"{_SURNAME}{_GIVEN}"
#: Blanks and marks that people put between the characters of a name.
_APART = r"[ \t\u3000\u00a0\u200b-\u200d\u2060\ufeff.·•\-_]{1,3}"
#: A name that somebody spaced out, and a transcribed one: 张 三 丰, 阿卜杜拉·买买提.
_SPACED = rf"{_SURNAME}{_APART}(?:[\u4e00-\u9fa5]{_APART}[\u4e00-\u9fa5](?![\u4e00-\u9fa5])|[\u4e00-\u9fa5]{{1,2}})"
_TRANSCRIBED = r"[\u4e00-\u9fa5]{2,8}[·•][\u4e00-\u9fa5]{2,8}"
_ANY_NAME = f"{_TRANSCRIBED}|{_SPACED}|{_NAME}"
#: What cannot be part of a given name: words that follow a name, or that begin with a surname's character.
_STOP = "以来的了是在有和与及或也都就把被让给对向从到为因不没很我你他她它们这那哪啥吗呢吧啊"

_ROLES = (
    "投诉人|举报人|反映人|信访人|申请人|报名人|当事人|负责人|户主|来电人|留言人|求助人|法定代表人|法人代表|法人|"
    "经办人|收件人|持卡人|患者|房东|署名|落款|此致敬礼|移民|控告人|原告|被告|受害人|死者|伤者|学生|家长|村民|居民|业主|市民"
)
#: A label that announces a name: 姓名：…, 联系人 …. After a colon anything of a name's length is one.
_LABELLED = re.compile(
    rf"(?:姓\s{{0,4}}名|户\s?名|联\s?系\s?人|联络人)\s{{0,2}}(?:[:：]|是|为|叫)\s{{0,2}}"
    rf"({_ANY_NAME}|(?<=[:：])[\u4e00-\u9fa5]{{2,4}}(?=[\s,，。;；、（(]|$))"
)
_ROLE = re.compile(rf"(?:{_ROLES})\s{{0,2}}(?:[:：]|叫)\s{{0,2}}({_ANY_NAME})")
_ROLE_BEFORE_BREAK = re.compile(
    rf"(?:村民|居民|业主|市民|员工|职工|学生|学子|农民|老兵|教师)({_NAME})(?=[,，。:：（(、\s]|$)"
)
_NAMED = re.compile(
    r"(?:我(?:的名字)?叫|我名叫|我是叫|名字(?:叫|是)|名叫|本人叫|化名|真名叫?|鄙人|"
    r"(?:他|她|孩子|儿子|女儿|丈夫|妻子|父亲|母亲|老公|老婆)(?:名)?叫)"
    rf"(?:做|作)?[:：\s]{{0,2}}[“\"「]?({_ANY_NAME})"
)
_SELF = re.compile(
    rf"(?:本人|我是|我系|我乃)\s?[:：,，]?\s?({_ANY_NAME})(?=[\s,，。;；（(、！!]|$|现|今年|男|女|家住|身份证|电话|手机|系)"
)
_BEFORE_ID = re.compile(
    rf"(?<![\u4e00-\u9fa5])({_NAME})"
    r"(?=\s?[,，、（(:：]?\s?(?:[男女](?![\u4e00-\u9fa5])|身份证|电话|手机|联系电话|联系方式|1[3-9]\d[\s\-]?[\d*]{4}))"
)
#: Officials named with their office (书记, 局长) act in public and stay; these are private persons.
_COURTESY = re.compile(r"先生|女士|小姐|同志(?!们)|师傅|大爷|大妈|阿姨|夫妇|夫妻|老师|医生|律师")
#: Surnames that are ordinary words as well: inside a sentence they begin no name before a courtesy.
_ORDINARY = frozenset("和时位任车章管常查关于向从原商楼安路边高成应方全明乐万有满包项连单计简解尤谈沙党景席")

#: Characters that given names do not hold: 张某 and 张姓 tell nobody's name, 楼外 and 钱去 are no names.
_NOT_GIVEN = frozenset("姓某院局厂店校队部里内外去请给找骂打杀枪")
#: Two characters of which one may stand in a name, but hardly both.
_NOT_TOGETHER = re.compile("社区|小区|保安|代课|提出|[骨内外儿眼妇牙产肤诊]科|[志义]愿|值班|带班|热心|主治|在职|退休")
#: Ordinary words whose last character is a surname's too: in 感谢社区医生 the 谢 begins no name.
_ENDS_A_WORD = re.compile(
    "[感致答道酬辞多]谢|[地双警官资各]方|[提升最]高|[体气水高室]温|[住楼新平库病]房|[花交收价给付没要]钱|"
    "[教老律厨技法]师|[完达变促形]成|[公保治不]安|[责主班现]任|[正经非日平]常|[保监主接不没]管|[检审调抽]查|[了理]解|"
    "[反相供]应|[道公马]路|[汽火停堵开]车|[农水]田|[设预合统总]计|[可快娱音]乐"
)

#: Words that begin with a surname's character and are no names.
_NO_NAMES = words("no_names")


def found_names(text: str) -> Iterator[tuple[int, int]]:
    """Spans of personal names that `text` introduces; the first character is the surname's."""
    for pattern in (_LABELLED, _ROLE, _ROLE_BEFORE_BREAK, _NAMED, _SELF, _BEFORE_ID):
        for match in pattern.finditer(text):
            start, end = _trimmed(text, *match.span(1))
            if sum("\u4e00" <= c <= "\u9fa5" for c in text[start:end]) >= 2:
                yield start, end
    yield from _titled_names(text)


def _titled_names(text: str) -> Iterator[tuple[int, int]]:
    """Full names before 先生 or 女士; a surname alone (张先生) tells nobody's name and stays."""
    for match in _COURTESY.finditer(text):
        for length in (4, 3, 2):
            start = match.start() - length
            if start < 0:
                continue
            name = text[start : match.start()]
            if re.fullmatch(_DOUBLE, name):
                break
            if name[0] in _ORDINARY and start and "\u4e00" <= text[start - 1] <= "\u9fa5":
                continue
            if length == 2 and match.group() in ("老师", "医生", "律师"):
                continue
            if not re.fullmatch(_NAME, name) or any(c in _STOP for c in name[1:]) or _is_ordinary(text, start, name):
                continue
            yield start, match.start()
            break


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without what follows a name, or an empty span when it is no name."""
    if text[start] in _STOP or _is_ordinary(text, start, text[start:end], labelled=True):
        return start, start
    for place in range(start + 1, end):
        if text[place] in _STOP:
            end = place
            break
    return start, start + len(text[start:end].rstrip())


def _is_ordinary(text: str, start: int, name: str, *, labelled: bool = False) -> bool:
    """Whether what looks like a name is made of ordinary words; after a label (姓名：) what precedes says nothing."""
    if name[:2] in _NO_NAMES or not _NOT_GIVEN.isdisjoint(name[1:]) or _NOT_TOGETHER.search(name):
        return True
    return not labelled and bool(_ENDS_A_WORD.fullmatch(text[max(0, start - 1) : start + 1]))
