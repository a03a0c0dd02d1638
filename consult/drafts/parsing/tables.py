"""Tables as they are written in a draft's text, like those of Markdown, and read from it.

A row is ``| a | b |``; the row after the headings is ``| --- | --- |``. ``<`` continues the cell to its left, ``^`` the
one above, ``<br>`` parts the paragraphs of a cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

ROW = re.compile(r"\|.*\|")
_DELIMITER = re.compile(r"\|(?:\s*:?-{3,}:?\s*\|)+")
LEFT, ABOVE, BREAK = "<", "^", "<br>"


@dataclass(slots=True)
class Cell:
    """One cell of a table, with those it covers."""

    text: str
    is_heading: bool = False
    columns: int = 1
    rows: int = 1

    @property
    def lines(self) -> list[str]:
        """Its paragraphs."""
        return [line for line in (part.strip() for part in self.text.split(BREAK)) if line]


def is_row(line: str) -> bool:
    """Whether a paragraph is a row of a table."""
    return len(line) > 1 and ROW.fullmatch(line) is not None


def is_delimiter(line: str) -> bool:
    """Whether a row is the one between headings and body."""
    return _DELIMITER.fullmatch(line) is not None


def is_table(text: str) -> bool:
    """Whether the text of a part is a table."""
    return bool(text) and all(is_row(line) for line in text.split("\n"))


def table_lines(grid: Sequence[Sequence[str]], headings: int) -> list[str]:
    """The lines of a table whose cells are given as `cell_text` wrote them; its first rows are headings."""
    width = max((len(row) for row in grid), default=0)
    lines = ["| " + " | ".join([*row, *[""] * (width - len(row))]) + " |" for row in grid]
    if headings and lines:
        lines.insert(headings, "| " + " | ".join(["---"] * width) + " |")
    return lines


def cell_text(paragraphs: Sequence[str]) -> str:
    """A cell's paragraphs, so that they are read again as what they are."""
    text = f" {BREAK} ".join(" ".join(part.split()) for part in paragraphs if part.strip())
    text = text.replace("\\", "\\\\").replace("|", "\\|")
    return "\\" + text if text in (LEFT, ABOVE) else text


def cells(text: str) -> list[list[Cell]]:
    """A table's rows, merged cells once, where they begin. Rows may have any number of cells."""
    lines = text.split("\n")
    headings = next((at for at, line in enumerate(lines) if is_delimiter(line)), 0)
    raw = [_split(line) for line in lines if not is_delimiter(line)]
    found: list[list[Cell]] = []
    above: list[Cell | None] = []  #: which cell covers each column of the row before
    for at, row in enumerate(raw):
        kept: list[Cell] = []
        covering: list[Cell | None] = []
        grown: set[int] = set()
        for column, piece in enumerate(row):
            left = covering[column - 1] if column else None
            over = above[column] if column < len(above) else None
            if piece == ABOVE and over is not None and at != headings:
                if id(over) not in grown:
                    over.rows += 1
                    grown.add(id(over))
                covering.append(over)
            elif piece == LEFT and left is not None:
                # Below a cell that is joined with those above, its width is known already.
                left.columns += 0 if id(left) in grown else 1
                covering.append(left)
            else:
                cell = Cell(_plain(piece), at < headings)
                kept.append(cell)
                covering.append(cell)
        found.append(kept)
        above = covering
    return found


def _split(line: str) -> list[str]:
    """The cells of one row; a backslash takes its meaning from what follows it."""
    parts, begun = [], 1
    for match in re.finditer(r"\\.|\|", line[1:]):
        if match[0] == "|":
            parts.append(line[begun : match.start() + 1].strip())
            begun = match.end() + 1
    if rest := line[begun:].strip():
        parts.append(rest)
    return parts


def _plain(piece: str) -> str:
    return re.sub(r"\\([\\|<^])", r"\1", piece)
