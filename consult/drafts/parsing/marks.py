"""What stands in a draft's text besides words: rows of tables, notes and pictures, each on lines of its own.

`[^1]` marks a place that a note belongs to, `[^1]: …` is the note, `![what it shows](image:…)` a picture by its id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from consult.drafts.parsing.tables import is_row

NOTE = re.compile(r"\[\^(?P<name>[0-9A-Za-z*-]{1,12})\]:[ \u3000]*(?P<text>.*)", re.DOTALL)
NOTE_MARK = re.compile(r"\[\^(?P<name>[0-9A-Za-z*-]{1,12})\](?!:)")
#: A picture's name says its size, so that a page can keep its place free.
PICTURE = re.compile(
    r"!\[(?P<alt>[^\[\]\n]{0,500})\]\(image:(?P<id>[0-9a-f]{24}-(?P<width>[0-9]{1,5})x(?P<height>[0-9]{1,5}))\)"
)


class Block(StrEnum):
    """What a line is."""

    WORDS = "words"
    TABLE = "table"
    NOTE = "note"
    PICTURE = "picture"


def block_of(line: str) -> Block:
    """What a line of a draft's text is."""
    if is_row(line):
        return Block.TABLE
    if NOTE.fullmatch(line):
        return Block.NOTE
    return Block.PICTURE if PICTURE.fullmatch(line) else Block.WORDS


def picture_text(alt: str, identity: str) -> str:
    """A picture as it is written in a draft's text."""
    plain = " ".join(re.sub(r"[\[\]]", " ", alt).split())
    return f"![{plain[:500]}](image:{identity})"


def pictures_in(text: str) -> Iterator[str]:
    """The ids of the pictures that a text shows, wherever they stand."""
    for match in PICTURE.finditer(text):
        yield match["id"]
