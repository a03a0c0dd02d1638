"""Call transcripts in a cell: who said what (rule R45).

Two shapes are read: text with the speaker's name and a colon before each turn, on one line or many, with or without
``[00:12]`` times; and a JSON array of turns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from reports.model import Speaker, Turn

_OPERATORS = (
    "话务员|話務員|话务|坐席员|坐席|座席员|座席|客服人员|客服代表|客服|接线员|接听员|受理员|接话员|12345热线|12345|热线|工作人员|热线员|工号|接綫員|客服專員|機器人|机器人|智能客服|"
    "operator|agent|staff|service"
)
_CITIZENS = (
    "来电市民|來電人|來電者|民眾|来电人|来电者|来电群众|市民|群众|诉求人|反映人|投诉人|咨询人|求助人|用户|客户|居民|村民|访客|主叫|"
    "(?:[\u4e00-\u9fa5]{1,2})?(?:先生|女士|小姐|阿姨|大爷|大妈)|citizen|caller|customer|client|user"
)
_OTHERS = "说话人|发言人|speaker|左声道|右声道|声道|未知"
_TIME = r"(?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3})?"
_BARE_TIME = rf"(?P<bare>{_TIME})(?:\s*[-~–—]+\s*{_TIME})?(?=[\s\u4e00-\u9fa5A-Za-z])"


def _bracketed_time(name: str) -> str:
    return rf"(?:[\[(【（]\s*(?P<{name}>{_TIME})(?:\s*[-~–—]+\s*{_TIME})?\s*[\])】）])"


_DATE = r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]?)"
_LABEL = re.compile(
    # A label stands at the beginning, on a new line or after a finished sentence: "我跟客服说：" is no label.
    r"(?:(?P<first>(?<=^)|(?<=[\n\r]))|(?<=[。！？!?；;…”\"』」.| \t\u3000]))[ \t\u3000]*"
    rf"(?:(?P<dated>{_DATE})?(?:{_bracketed_time('before')}|{_BARE_TIME})[ \t\u3000]*)?"
    rf"(?P<open>[\[【<（(])?(?:(?P<operator>{_OPERATORS})|(?P<citizen>{_CITIZENS})|(?P<other>{_OTHERS}))"
    r"(?:[ \t]?[0-9０-９A-Za-z]{1,6}(?![0-9])(?!:[0-9]{2}(?![0-9])))?(?:号)?(?P<shut>[\]】>）)])?[ \t\u3000]*"
    rf"(?:(?:{_bracketed_time('after')}|(?P<behind>{_DATE}?{_TIME}))[ \t\u3000]*)?"
    # On a line of its own beginning a label may do without a colon: 【坐席】您好, a tab, a new line.
    r"(?:[:：]|(?(first)(?:(?(open)(?(shut)|(?!))|(?!))|(?<=\t)|>|(?=[\r\n]))|(?!)))",
    re.IGNORECASE,
)
_LOOKS_LIKE_JSON = re.compile(r"\s*\[\s*[\[{]")

_SPEAKER_KEYS = (
    "speaker",
    "role",
    "who",
    "from",
    "name",
    "channel",
    "说话人",
    "角色",
    "发言人",
    "说话者",
    "身份",
)
_TEXT_KEYS = ("text", "content", "message", "sentence", "words", "onebest", "文本", "内容", "话", "说话内容")
_SECOND_KEYS = (
    "at_seconds",
    "start",
    "start_time",
    "begin",
    "time",
    "at",
    "offset",
    "开始时间",
    "时间",
    "开始",
)
_MILLISECOND_KEYS = ("start_ms", "begin_ms", "bg", "beginTime", "startTime", "begin_time")

#: Turns of one call; longer lists are no call.
MAX_TURNS = 5_000


class UnreadableTranscript(ValueError):
    """The cell looks like a JSON list of turns and is none. `reason` is Chinese."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_transcript(cell: str) -> tuple[Turn, ...]:
    """Read a transcript cell; a text without any speaker's name is one turn of an unknown speaker.

    Raises:
        UnreadableTranscript: it begins like a JSON list and cannot be read as turns.
    """
    if not cell.strip():
        return ()
    if _LOOKS_LIKE_JSON.match(cell):
        return _from_json(cell)
    return split_dialogue(cell) or (Turn(Speaker.UNKNOWN, cell.strip()),)


def split_dialogue(text: str) -> tuple[Turn, ...]:
    """Split text by the speakers' names before its turns; () when it does not begin as a dialogue does."""
    text = text.strip()
    if not _LABEL.match(text):
        return ()
    labels = list(_LABEL.finditer(text))
    turns = []
    for number, label in enumerate(labels):
        end = labels[number + 1].start() if number + 1 < len(labels) else len(text)
        said = text[label.end() : end].strip()
        if said:
            turns.append(Turn(_speaker(label), said, _moment_said(label)))
    return tuple(turns[:MAX_TURNS])


def is_dialogue(turns: tuple[Turn, ...]) -> bool:
    """Whether both sides speak: what makes a text in a summary column a transcript."""
    speakers = {turn.speaker for turn in turns}
    return Speaker.OPERATOR in speakers and Speaker.CITIZEN in speakers


def citizen_words(turns: tuple[Turn, ...]) -> str:
    """The citizen's turns, one on a line; where nobody is known to be the citizen, the unknown speakers'."""
    for speaker in (Speaker.CITIZEN, Speaker.UNKNOWN):
        said = [turn.text for turn in turns if turn.speaker is speaker]
        if said:
            return "\n".join(said)
    return ""


def _speaker(label: re.Match[str]) -> Speaker:
    if label["operator"]:
        return Speaker.OPERATOR
    return Speaker.CITIZEN if label["citizen"] else Speaker.UNKNOWN


def _speaker_named(name: str) -> Speaker:
    label = _LABEL.match(f"{name.strip()[:30]}:")
    if label:
        return _speaker(label)
    return Speaker.UNKNOWN


def _moment_said(label: re.Match[str]) -> float | None:
    """Seconds from the beginning; the hour of the day that stands behind a date is no such thing."""
    if label["dated"]:
        return None
    return _seconds(label["before"] or label["bare"] or label["after"] or label["behind"])


def _seconds(text: str | None) -> float | None:
    if not text:
        return None
    seconds = 0.0
    for part in text.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _from_json(cell: str) -> tuple[Turn, ...]:
    try:
        items = json.loads(cell)
    except (ValueError, RecursionError):
        raise UnreadableTranscript("通话记录看起来是JSON，但无法解析") from None
    if len(items) > MAX_TURNS:
        raise UnreadableTranscript(f"通话记录超过{MAX_TURNS}句")
    turns = []
    for item in items:
        turn = _turn(item)
        if turn.text:
            turns.append(turn)
    return tuple(turns)


def _turn(item: object) -> Turn:
    if isinstance(item, list) and len(item) >= 2 and all(isinstance(part, str) for part in item[:2]):
        return Turn(_speaker_named(item[0]), item[1].strip())
    if not isinstance(item, Mapping):
        raise UnreadableTranscript("通话记录中有一句不是“说话人+内容”的形式")
    said = next((item[key] for key in _TEXT_KEYS if isinstance(item.get(key), str)), None)
    if said is None:
        raise UnreadableTranscript("通话记录中有一句没有内容")
    name = next((str(item[key]) for key in _SPEAKER_KEYS if item.get(key) not in (None, "")), "")
    return Turn(_speaker_named(name), said.strip(), _moment_of(item))


def _moment_of(item: Mapping[str, object]) -> float | None:
    for keys, divisor in ((_SECOND_KEYS, 1.0), (_MILLISECOND_KEYS, 1000.0)):
        for key in keys:
            value = item.get(key)
            if isinstance(value, bool):
                continue
            if isinstance(value, int | float) and 0 <= value < 1e9:
                return float(value) / divisor
            if isinstance(value, str) and re.fullmatch(_TIME, value.strip()):
                return _seconds(value.strip())
            if isinstance(value, str) and re.fullmatch(r"\d{1,9}(?:\.\d{1,6})?", value.strip()):
                return float(value) / divisor
    return None
