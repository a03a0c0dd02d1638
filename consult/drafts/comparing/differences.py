"""Two wordings character by character, in pieces that a person can read.

The shortest script of deletions and insertions comes from rapidfuzz. Accidental common characters (one 的 between two
rewritten halves) are given up, and diff-match-patch shifts and joins what remains, as its authors describe under
"semantic cleanup". Their own rule for accidents is made for words of letters: it would give up 同意 between two changes
of two characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel

from consult.drafts.comparing.model import Piece

#: Characters of the one times those of the other that are compared one by one: the table takes a bit for each.
_MOST_CELLS = 20_000_000

#: Common characters in a row that are a phrase in Chinese and stay common, however much changed around them.
_PHRASE = 4

_NAMES: dict[int, Literal["same", "deleted", "inserted"]] = {-1: "deleted", 0: "same", 1: "inserted"}
_SIGNS = {"delete": -1, "equal": 0, "insert": 1}
_TOOL = diff_match_patch()


def differences(old: str, new: str) -> list[Piece]:
    """Return what was kept, deleted and inserted, in reading order, neighbours of one kind joined.

    The texts of all pieces but the inserted ones make up ``old``, of all but the deleted ones ``new``.
    """
    if old == new:
        return [Piece("same", old)] if old else []
    # Of the shortest scripts the table gives one that keeps what comes late; read backwards, what comes early.
    forwards = _cleaned(_script(old, new))
    backwards = _cleaned([(sign, text[::-1]) for sign, text in _script(old[::-1], new[::-1])][::-1])
    best = min(forwards, backwards, key=_cost)
    return [Piece(_NAMES[sign], text) for sign, text in best if text]


def _cost(script: list[tuple[int, str]]) -> tuple[int, int]:
    return sum(len(text) for sign, text in script if sign), len(script)


def _cleaned(raw: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    script = list(raw)
    _TOOL.diff_cleanupSemanticLossless(script)
    # A change that swallows an accident is longer, which can make accidents of its neighbours: hence the rounds. What
    # is an accident stays one, so all of a round go together: one by one, each would go through the whole script.
    while places := _accidents(script):
        script = [
            step
            for place, (sign, text) in enumerate(script)
            for step in ([(-1, text), (1, text)] if place in places else [(sign, text)])
        ]
        _TOOL.diff_cleanupMerge(script)
    _TOOL.diff_cleanupSemanticLossless(script)
    _TOOL.diff_cleanupMerge(script)
    return script


def _accidents(script: list[tuple[int, str]]) -> set[int]:
    """The places of common characters that stand alone between much longer changes."""
    found = set()
    for place, (sign, text) in enumerate(script):
        if sign == 0 and len(text) < _PHRASE:
            around = _around(script, place)
            if min(around) >= 2 * len(text) and sum(around) >= 5 * len(text):
                found.add(place)
    return found


def _around(script: list[tuple[int, str]], place: int) -> tuple[int, int]:
    """How many characters changed directly before a place and after it; what was replaced counts once."""
    sizes = []
    for step in (-1, 1):
        found, at = 0, place + step
        while 0 <= at < len(script) and script[at][0] != 0:
            found = max(found, len(script[at][1]))
            at += step
        sizes.append(found)
    return sizes[0], sizes[1]


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
