"""What a stored text holds besides words, in parts that a page can show: tables, notes, pictures, marks of notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from consult.drafts.parsing.marks import NOTE, NOTE_MARK, PICTURE, block_of
from consult.drafts.parsing.tables import Cell, cells, is_delimiter, is_row

_INLINE = re.compile(f"{PICTURE.pattern}|{NOTE_MARK.pattern}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line: words, the mark of a note, or a picture."""

    kind: Literal["words", "mark", "picture"]
    text: str  #: words; the name of a note; what a picture shows
    id: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell with its paragraphs."""

    lines: list[list[Piece]]
    is_heading: bool
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a note or a table."""

    kind: Literal["words", "note", "table"]
    pieces: list[Piece] = field(default_factory=list)
    name: str = ""  #: of a note
    headings: list[list[TableCell]] = field(default_factory=list)
    rows: list[list[TableCell]] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """The parts of a text that is kept, in order. Every text has a reading; what is no table is words."""
    found: list[Block] = []
    rows: list[str] = []
    for line in text.split("\n"):
        if is_row(line):
            rows.append(line)
            continue
        if rows:
            found.append(_table(rows))
            rows = []
        if match := NOTE.fullmatch(line):
            found.append(Block("note", list(pieces(match["text"])), name=match["name"]))
        elif line.strip():
            found.append(Block("words", list(pieces(line))))
    if rows:
        found.append(_table(rows))
    return found


def is_rich(text: str) -> bool:
    """Whether a text is more than words."""
    return "\n" in text or text.startswith("|") or _INLINE.search(text) is not None or NOTE.fullmatch(text) is not None


def kind(text: str) -> str:
    """What a text is above all: table, note, picture or words."""
    return str(block_of(text.split("\n", 1)[0]))


def line_pieces(line: str) -> list[Piece]:
    """The pieces of one line, such as a heading."""
    return list(pieces(line))


def pieces(line: str) -> Iterator[Piece]:
    """The pieces of one line."""
    begun = 0
    for match in _INLINE.finditer(line):
        if match.start() > begun:
            yield Piece("words", line[begun : match.start()])
        if match["id"] is not None:
            yield Piece("picture", match["alt"], match["id"], int(match["width"]), int(match["height"]))
        else:
            yield Piece("mark", match["name"])
        begun = match.end()
    if begun < len(line):
        yield Piece("words", line[begun:])


def plain(text: str) -> str:
    """A text in a line, for titles and excerpts: the words in it without marks, rows and names of pictures."""
    shown = " ".join(line for line in text.split("\n") if not is_delimiter(line))
    shown = PICTURE.sub(lambda match: match["alt"], NOTE.sub(r"\g<text>", shown))
    shown = NOTE_MARK.sub("", shown)
    if text.startswith("|"):
        shown = " ".join(part for part in re.split(r"(?<!\\)\|", shown) if part.strip() not in ("", "<", "^"))
    return " ".join(shown.replace("<br>", " ").split())


def _table(rows: Sequence[str]) -> Block:
    table = [[_cell(cell) for cell in row] for row in cells("\n".join(rows))]
    at = next((place for place, row in enumerate(table) if not all(cell.is_heading for cell in row)), len(table))
    if at == len(table):
        at = 0  # headings of nothing are rows
    return Block("table", headings=table[:at], rows=table[at:])


def _cell(cell: Cell) -> TableCell:
    return TableCell([list(pieces(line)) for line in cell.lines], cell.is_heading, cell.columns, cell.rows)
