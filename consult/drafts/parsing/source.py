"""From pasted text to paragraphs: Markdown read, blank lines left out, articles on one line split."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HASHES = re.compile(r"(#{1,6})[\s\u3000]+(.*?)(?:[\s\u3000]+#+)?[\s\u3000]*")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_RULE = re.compile(r"(?:[-*_=]\s*){3,}")
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD))

#: Where a further article may begin in a line: after a finished sentence.
_NUMERAL = "[^第条，。；]"
_INNER = re.compile(rf"(?<=[。；！？”）])\s*(?=第{_NUMERAL}{{1,9}}条(?:之{_NUMERAL}{{1,3}})?\s)")
_AFTER_HEADING = re.compile(
    r"(?P<head>第[^第章节编，。；]{1,7}[章节编][\s\u3000]+\S{1,20})[\s\u3000]+"
    r"(?=第[^第条，。；]{1,9}条[\s\u3000])"
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the source; `depth` is that of a Markdown heading, 0 for text."""

    text: str
    depth: int = 0


def paragraphs_of(text: str) -> list[str]:
    """The source's paragraphs as they are kept: stripped, without invisible characters and comments."""
    text = _without_comments(unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))
    found = []
    for line in re.split("[\n\x0b\x0c\x85\u2028\u2029]", text):
        kept = _without_controls(line).strip()
        if kept and not _RULE.fullmatch(kept):
            found.append(kept)
    return found


def read_marks(paragraphs: Sequence[str]) -> Iterator[Paragraph]:
    """Read Markdown's marks, and give each of several articles on one line a paragraph of its own."""
    for line in paragraphs:
        depth = 0
        if match := _HASHES.fullmatch(line):
            depth, line = len(match[1]), match[2]
        line = _STRONG.sub(r"\2", line).strip()
        if not line:
            continue
        for piece in _pieces(line):
            yield Paragraph(piece, depth)
            depth = 0


def _pieces(line: str) -> Iterator[str]:
    if match := _AFTER_HEADING.match(line):
        yield match["head"]
        line = line[match.end() :]
    start = 0
    for match in _INNER.finditer(line):
        if piece := line[start : match.start()].strip():
            yield piece
        start = match.end()
    if piece := line[start:].strip():
        yield piece


def _without_comments(text: str) -> str:
    """Leave out <!-- … -->. By hand, since a pattern takes quadratic time where nothing closes."""
    kept, start = [], 0
    while (opening := text.find("<!--", start)) >= 0 and (closing := text.find("-->", opening + 4)) >= 0:
        kept.append(text[start:opening])
        start = closing + 3
    return "".join(kept) + text[start:]


def _without_controls(line: str) -> str:
    shown = line.translate(_INVISIBLE)
    return "".join(" " if c in "\t\xa0" else c for c in shown if c == "\t" or unicodedata.category(c) != "Cc")
