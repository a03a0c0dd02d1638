"""Two wordings character by character, in pieces that a person can read.

The shortest script of deletions and insertions comes from rapidfuzz; diff-match-patch then gives up accidental common
characters (one 的 between two rewritten halves) as its authors describe under "semantic cleanup".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel

from consult.drafts.comparing.model import Piece

#: Characters of the one times those of the other that are compared one by one: the table takes a bit for each.
_MOST_CELLS = 20_000_000

_NAMES: dict[int, Literal["same", "deleted", "inserted"]] = {-1: "deleted", 0: "same", 1: "inserted"}
_SIGNS = {"delete": -1, "equal": 0, "insert": 1}
_TOOL = diff_match_patch()


def differences(old: str, new: str) -> list[Piece]:
    """Return what was kept, deleted and inserted, in reading order, neighbours of one kind joined.

    The texts of all pieces but the inserted ones make up ``old``, of all but the deleted ones ``new``.
    """
    if old == new:
        return [Piece("same", old)] if old else []
    script = list(_script(old, new))
    _TOOL.diff_cleanupSemantic(script)
    return [Piece(_NAMES[sign], text) for sign, text in script if text]


def _script(old: str, new: str) -> Iterator[tuple[int, str]]:
    if len(old) * len(new) <= _MOST_CELLS:
        yield from _signed(old, new, (old, new))
        return
    # Too long for a table of characters: whole lines first, and characters only in those that changed.
    lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    deleted: list[str] = []
    inserted: list[str] = []
    for sign, run in _signed(lines[0], lines[1], lines):
        if sign == 0:
            yield from _replaced("".join(deleted), "".join(inserted))
            deleted.clear()
            inserted.clear()
            yield 0, run
        else:
            (deleted if sign < 0 else inserted).append(run)
    yield from _replaced("".join(deleted), "".join(inserted))


def _replaced(old: str, new: str) -> Iterator[tuple[int, str]]:
    if old and new and len(old) * len(new) <= _MOST_CELLS:
        yield from _signed(old, new, (old, new))
        return
    yield from ((sign, text) for sign, text in ((-1, old), (1, new)) if text)


def _signed(
    old: Sequence[str], new: Sequence[str], texts: tuple[Sequence[str], Sequence[str]]
) -> Iterator[tuple[int, str]]:
    for step in Indel.opcodes(old, new):
        if step.tag == "insert":
            yield 1, "".join(texts[1][step.dest_start : step.dest_end])
        else:
            yield _SIGNS[step.tag], "".join(texts[0][step.src_start : step.src_end])


def sides(pieces: Iterable[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The pieces of the older wording and those of the newer, for two columns."""
    listed = list(pieces)
    return [p for p in listed if p.kind != "inserted"], [p for p in listed if p.kind != "deleted"]
