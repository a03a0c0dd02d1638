"""Which encoding a file is written in, and whether that is known or only likely (promise P6).

Almost any bytes can be read as GB18030, so "UTF-8, else GB18030" turns Big5, Shift-JIS and Latin-1 files
into plausible-looking nonsense without an error. Here GB18030 is believed only when what it gives reads like
Chinese; every other reading is offered to a person as a candidate.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer

from reports.tables.columns import recognised
from reports.tables.common_characters import COMMON, COMMON_MARKS
from reports.tables.errors import EncodingUncertain, UnknownEncoding
from reports.tables.results import Candidate

#: Error handler that puts one lone surrogate where bytes could not be read; such rows are rejected later.
MARK_DAMAGE = "reports-mark-damage"
DAMAGE = "\udcff"

#: Names a person or a file may use, and the codec that reads them (the superset where one exists).
_CODECS = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "utf-8-sig": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "utf-32": "utf-32",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "big5": "cp950",
    "cp950": "cp950",
    "big5hkscs": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "cp932": "cp932",
    "euc_jp": "euc_jp",
    "euc-jp": "euc_jp",
    "euc_kr": "cp949",
    "euc-kr": "cp949",
    "cp949": "cp949",
    "latin-1": "latin-1",
    "iso-8859-1": "latin-1",
    "cp1252": "cp1252",
    "windows-1252": "cp1252",
}

LABELS = {
    "utf-8": "UTF-8",
    "gb18030": "简体中文（GB18030/GBK）",
    "big5": "繁体中文（Big5）",
    "big5hkscs": "繁体中文（Big5-HKSCS）",
    "shift_jis": "日文（Shift-JIS）",
    "euc_jp": "日文（EUC-JP）",
    "euc_kr": "韩文（EUC-KR）",
    "cp1252": "西欧文字（Latin-1/Windows-1252）",
    "utf-16-le": "UTF-16（小端，无标记）",
    "utf-16-be": "UTF-16（大端，无标记）",
}

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_SEPARATORS = re.compile('[,;\t|，"]')
_CHUNK = 1 << 20
#: Bytes looked at to judge what a reading is like. Validity is checked over the whole file all the same.
_SAMPLE_BYTES = 2 << 20
#: Mean plausibility of a character at which GB18030 is believed. Real text of town halls gives .6 to .9,
#: Korean read as GB18030 up to .2, Big5, Shift-JIS and Latin-1 below 0 (benchmarks/reading.py measures it).
_BELIEVED_MEAN = 0.4
#: Sum of plausibility below which there is too little text to believe anything.
_BELIEVED_TOTAL = 3.0
#: Between this mean and `_BELIEVED_MEAN` a second opinion decides.
_DOUBTED_MEAN = 0.3
#: Share of unreadable places up to which a damaged file is still offered as this encoding.
_TOLERATED_DAMAGE = 0.02


def _mark_damage(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return DAMAGE, error.end


codecs.register_error(MARK_DAMAGE, _mark_damage)


@dataclass(frozen=True, slots=True)
class Detected:
    """The result of looking at a file's bytes."""

    encoding: str  #: the best guess, a codec that Python knows
    sure: bool
    confidence: float
    candidates: tuple[Candidate, ...]  #: best first; empty when sure


def codec_for(name: str) -> str:
    """Return the codec for an encoding named by a person.

    Raises:
        UnknownEncoding: it is none of those that are read here.
    """
    try:
        return _CODECS[name.strip().lower().replace(" ", "")]
    except KeyError:
        raise UnknownEncoding(name) from None


def detect(path: Path) -> Detected:
    """Look at the bytes of `path` and say which encoding they are in, and whether that is sure."""

    def chunks() -> Iterable[bytes]:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk

    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    return _detect(head, chunks)


def detect_bytes(data: bytes) -> Detected:
    """As `detect`, for content already in memory."""
    return _detect(data[:_SAMPLE_BYTES], lambda: (data[i : i + _CHUNK] for i in range(0, len(data), _CHUNK)))


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return (text, encoding) of content in memory.

    Raises:
        EncodingUncertain: no `encoding` is given and the bytes do not say.
        UnknownEncoding: `encoding` is none that is read here.
    """
    if encoding is None:
        found = detect_bytes(data)
        if not found.sure:
            raise EncodingUncertain(found.candidates)
        codec = found.encoding
    else:
        codec = codec_for(encoding)
    return data.decode(codec, errors=MARK_DAMAGE), codec


def _detect(head: bytes, chunks: object) -> Detected:
    assert callable(chunks)
    for mark, codec in _BOMS:
        if head.startswith(mark):
            sure = _reads(chunks(), codec)
            return Detected(codec, sure, 1.0 if sure else 0.5, () if sure else _candidates(head))
    if b"\0" in head[:4096]:
        return _without_mark(head)
    if _reads(chunks(), "utf-8"):
        # ISO-2022 and HZ hide their characters in seven bits, which any UTF-8 reader swallows.
        if b"\x1b$" in head or b"\x1b(" in head:
            return Detected("utf-8", False, 0.5, _candidates(head))
        return Detected("utf-8", True, 1.0, ())
    text = head.decode("gb18030", errors="ignore")
    mean, total = plausibility(text)
    if _has_chinese_headings(text):
        # That foreign bytes read as 编号 or 内容 by accident is less likely than any of the odds below.
        total += _BELIEVED_TOTAL
    elif _is_all_hangul(head):
        mean = 0.0
    believed = mean >= _BELIEVED_MEAN and total >= _BELIEVED_TOTAL
    if not believed and mean >= _DOUBTED_MEAN and total >= _BELIEVED_TOTAL:
        believed = _second_opinion(head) == "gb18030"
    if believed and _reads(chunks(), "gb18030"):
        return Detected("gb18030", True, round(min(0.999, 0.9 + mean / 10), 3), ())
    candidates = _candidates(head)
    best = candidates[0] if candidates else None
    return Detected(codec_for(best.encoding) if best else "utf-8", False, best.confidence if best else 0.0, candidates)


def _reads(chunks: Iterable[bytes], codec: str) -> bool:
    """Whether the whole content is valid in this encoding."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        for chunk in chunks:
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _has_chinese_headings(text: str) -> bool:
    cells = [cell for line in text[:4096].splitlines()[:3] for cell in _SEPARATORS.split(line) if cell > "\x7f"]
    return recognised(cells) > 0


def _is_all_hangul(head: bytes) -> bool:
    """Whether it reads as Korean almost without exception.

    Hangul in EUC-KR lies where GB 2312 has its characters from 啊 to 欧, among which too many are common for
    frequency alone to tell; but no Chinese text of some length keeps to that half of the alphabet.
    """
    foreign = [c for c in head[:65_536].decode("cp949", errors="replace") if c > "\x7f" and c not in COMMON_MARKS]
    hangul = sum(1 for c in foreign if "\uac00" <= c <= "\ud7a3")
    return len(foreign) >= 3 and hangul >= 0.9 * len(foreign)


def plausibility(text: str) -> tuple[float, float]:
    """Return (mean, sum) over the characters beyond ASCII of how much each belongs in simplified Chinese text.

    A character weighs from +1 (among the commonest) over 0 (in the first level of GB 2312, which lists the 3,755
    common characters) to −4 (private use, never assigned).
    """
    total = 0.0
    count = 0
    for character, times in Counter(text).items():
        if character <= "\x7f":
            continue
        total += _weight(character) * times
        count += times
    return (total / count if count else 0.0), total


def _weight(character: str) -> float:
    if character in COMMON:
        return 1.0
    if character in COMMON_MARKS or "\uff01" <= character <= "\uff5e":
        return 0.3
    code = ord(character)
    if 0xE000 <= code <= 0xF8FF or 0xDC80 <= code <= 0xDCFF:
        return -4.0
    if 0x3040 <= code <= 0x30FF:
        return -1.0
    if code > 0xFFFF:
        return -0.2
    try:
        first = character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return -2.0 if 0x3400 <= code <= 0x9FFF else -1.0
    if first <= 0xAF:
        return -0.5
    return 0.0 if first <= 0xD7 else -0.7


def _second_opinion(head: bytes) -> str:
    """charset-normalizer's reading, as one of our candidate names, "" when it has none."""
    best = charset_normalizer.from_bytes(
        head[:65_536], cp_isolation=["gb18030", "big5", "cp932", "cp949", "cp1252"]
    ).best()
    if best is None:
        return ""
    return {"cp932": "shift_jis", "cp949": "euc_kr", "big5": "big5"}.get(best.encoding, best.encoding)


def _without_mark(head: bytes) -> Detected:
    """Bytes with NUL among them: UTF-16 that lost its mark, or text with stray NULs in it."""
    sample = head[: 65_536 // 2 * 2]
    found = []
    for name in ("utf-16-le", "utf-16-be"):
        text = sample.decode(name, errors=MARK_DAMAGE)
        readable = sum(1 for c in text if c in "\r\n\t" or " " <= c <= "~" or c in COMMON or c in COMMON_MARKS)
        share = readable / len(text) if text else 0.0
        if share > 0.4:
            found.append(Candidate(name, LABELS[name], round(share, 3), _sample(text), text.count(DAMAGE)))
    if found:
        found.sort(key=lambda candidate: -candidate.confidence)
        return Detected(codec_for(found[0].encoding), False, found[0].confidence, tuple(found))
    # Stray NULs are a fault of single rows, which are rejected where they stand.
    cleaned = head.replace(b"\0", b"")
    return _detect(cleaned, lambda: (cleaned,))


def _candidates(head: bytes) -> tuple[Candidate, ...]:
    # The last characters may be cut in half by the end of the sample: they are not damage.
    sample = head[:65_536]
    whole = len(sample) == len(head)
    second = _second_opinion(sample)
    found = []
    for name in ("utf-8", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp1252"):
        text = sample.decode(_CODECS[name], errors=MARK_DAMAGE)
        if not whole and text.endswith(DAMAGE):
            text = text.rstrip(DAMAGE)
        damaged = text.count(DAMAGE)
        foreign = sum(1 for c in text if c > "\x7f")
        if foreign and damaged / foreign > _TOLERATED_DAMAGE and damaged > 3:
            continue
        confidence = _likeness(text, name) - (0.2 if damaged else 0.0) + (0.1 if name == second else 0.0)
        found.append(Candidate(name, LABELS[name], round(min(0.95, max(0.01, confidence)), 3), _sample(text), damaged))
    found.sort(key=lambda candidate: -candidate.confidence)
    return tuple(found[:5])


def _likeness(text: str, name: str) -> float:
    """0..1: how much a reading looks like a text in the language of that encoding."""
    foreign = [c for c in text if c > "\x7f" and c != DAMAGE]
    if not foreign:
        return 0.3
    if name == "gb18030":
        return 0.5 + 0.45 * max(-1.0, min(1.0, plausibility(text)[0]))
    good = sum(1 for c in foreign if _belongs(c, name))
    return 0.85 * good / len(foreign)


def _belongs(character: str, name: str) -> bool:
    code = ord(character)
    if name == "utf-8":
        return True
    if name == "cp1252":
        return character.isalpha() or character in "«»“”‘’–—…€£°·"
    if character in COMMON_MARKS or 0x3040 <= code <= 0x30FF:
        return character in COMMON_MARKS or name in ("shift_jis", "euc_jp")
    if name == "euc_kr":
        return 0xAC00 <= code <= 0xD7A3
    try:
        first = character.encode("big5" if name == "big5" else "shift_jis")[0]
    except UnicodeEncodeError:
        return False
    # Both standards list their common characters first: Big5 up to C6, JIS level 1 up to 97.
    return 0xA4 <= first <= 0xC6 if name == "big5" else 0x88 <= first <= 0x97


def _sample(text: str) -> str:
    """The first characters for a person to look at, without what a page could stumble over."""
    shown = text[:300].replace(DAMAGE, "\ufffd").replace("\0", "")
    return "".join(c for c in shown if c in "\n\t" or c >= " ")[:200]
