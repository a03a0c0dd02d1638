"""From pasted text to paragraphs: Markdown read, blank lines left out, articles on one line split."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consult.drafts.parsing.lines import mended
from consult.drafts.parsing.marks import Block, block_of
from consult.drafts.parsing.pictures import Picture

_HASHES = re.compile(r"(#{1,6})[\s\u3000]+(.*?)(?:[\s\u3000]+#+)?[\s\u3000]*")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_RULE = re.compile(r"(?:[-*_=]\s*){3,}")
#: Marks of lists without numbers; a dash before a number is a sign.
_BULLET = re.compile(r"^[-*+•·●○■□◆▪][ \t\u3000]+(?=\S)")
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
    """One paragraph of the source, or a part of one; `depth` is that of a Markdown heading, 0 for text."""

    text: str
    depth: int = 0
    place: int = 0  #: of the source's paragraph, from 0
    block: Block = Block.WORDS


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A paragraph or picture of a file that is no part of the draft's text."""

    text: str
    #: contents | rule | comment | linked | picture | pictures | page | hidden | page_number | running_head
    reason: str


@dataclass(frozen=True, slots=True)
class FileText:
    """What a file holds: its text in lines, its pictures, and what of it the text does not have."""

    text: str
    pictures: tuple[Picture, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def paragraphs_of(text: str, rules: list[LeftOut] | None = None) -> list[str]:
    """The source's paragraphs as they are kept: stripped, without invisible characters and comments.

    Lines that only rule off, comments, and numbers and heads of pages are none; they are put on the list `rules`.
    """
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept_text = []
    for piece, is_comment in _comments(plain):
        if not is_comment:
            kept_text.append(piece)
        elif rules is not None:
            rules += [LeftOut(line.strip(), "comment") for line in piece.split("\n") if line.strip()]
    lines = []
    for line in re.split("[\n\x0b\x85\u2028\u2029]|(?=\x0c)", "".join(kept_text)):
        kept = ("\x0c" if line.startswith("\x0c") else "") + _without_controls(line)
        if _RULE.fullmatch(kept.strip()):
            if rules is not None:
                rules.append(LeftOut(kept.strip(), "rule"))
            kept = ""
        lines.append(kept)
    found, dropped = mended(lines)
    if rules is not None:
        rules += [LeftOut(line.text, line.reason) for line in dropped]
    return found


def read_marks(paragraphs: Sequence[str]) -> Iterator[Paragraph]:
    """Read Markdown's marks, and give each of several articles on one line a paragraph of its own."""
    for place, line in enumerate(paragraphs):
        if (block := block_of(line)) is not Block.WORDS:
            yield Paragraph(line, 0, place, block)
            continue
        depth = 0
        if match := _HASHES.fullmatch(line):
            depth, line = len(match[1]), match[2]
        elif match := _BULLET.match(line):
            line = line[match.end() :]
        line = _STRONG.sub(r"\2", _BULLET.sub("", line, count=1)).strip()
        if not line:
            continue
        for piece in _pieces(line):
            yield Paragraph(piece, depth, place)
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


def _comments(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and whether each is a comment: <!-- … -->.

    By hand, since a pattern takes quadratic time where nothing closes.
    """
    start = 0
    while (opening := text.find("<!--", start)) >= 0 and (closing := text.find("-->", opening + 4)) >= 0:
        yield text[start:opening], False
        yield text[opening + 4 : closing], True
        start = closing + 3
    yield text[start:], False


def _without_controls(line: str) -> str:
    shown = line.translate(_INVISIBLE)
    return "".join(" " if c in "\t\xa0" else c for c in shown if c == "\t" or unicodedata.category(c) != "Cc")
