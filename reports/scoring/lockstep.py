"""The decoder of `reports.scoring.decoder` for thousands of Han runs at once: one step of all of them together.

Runs are sorted by length, so that those still going on are always the first rows. Every rule of the scalar decoder
holds here as well, and it does what is rare: steps with near predecessors are handed to its `full_step`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from reports.scoring.tables import Tables

#: Runs longer than this are rare and would leave most rows idle; the scalar decoder takes them.
LONGEST = 200
#: Rows in one go, to bound memory: back pointers take sixteen bytes for each row and character.
ROWS = 8_192
#: Two predecessors this near may tie once the emission is added; enough for runs of `LONGEST`.
_NEAR = 1e-9
_INFINITY = float("inf")
_CHARACTERS = 1 << 16
_ENDS, _INSIDE = 2, 1

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Columns = list[list[float]]
#: One step of one run done in full: columns, character, pair, triple in; columns and back pointers out.
FullStep = Callable[[Columns, int, int, int], tuple[Columns, int]]


class Lockstep:
    """Immutable once made, so threads may share it."""

    def __init__(self, tables: Tables, full_step: FullStep) -> None:
        arrays = tables.arrays
        self._full_step = full_step
        characters = arrays["characters"]
        self._ident = np.zeros(_CHARACTERS, np.int64)
        self._ident[characters] = np.arange(1, len(characters) + 1)
        self._start = len(characters) + 1
        self._emissions: Floats = np.asarray(arrays["emissions"], np.float64)
        self._pair_keys = _keys(arrays["pair_rows"], arrays["pair_characters"])
        self._triple_keys = _keys(arrays["triple_rows"], arrays["triple_characters"])
        self._pair = (arrays["pair_firsts"].astype(np.int64), arrays["pair_cells"], arrays["pair_values"])
        self._triple = (arrays["triple_firsts"].astype(np.int64), arrays["triple_cells"], arrays["triple_values"])

    def words(self, runs: Sequence[str]) -> dict[str, list[str]]:
        """The words of each run that is not longer than `LONGEST`."""
        fitting = sorted({run for run in runs if len(run) <= LONGEST}, key=len, reverse=True)
        found: dict[str, list[str]] = {}
        for start in range(0, len(fitting), ROWS):
            block = fitting[start : start + ROWS]
            found.update(zip(block, map(cut, block, self._tags(block)), strict=True))
        return found

    def _tags(self, runs: Sequence[str]) -> list[list[int]]:
        """The tags of the runs, which are sorted by length, the longest first."""
        lengths = np.array([len(run) for run in runs])
        width = int(lengths[0])
        codes = np.frombuffer("".join(run.ljust(width, "\0") for run in runs).encode("utf-32-le"), np.uint32)
        ids = self._ident[codes.reshape(len(runs), width)]
        pairs, triples = self._places(ids)
        columns = np.full((len(runs), 4, 4), -_INFINITY)
        columns[:, 0, 0] = 0.0
        backs = np.zeros((width, len(runs), 16), np.uint8)
        for position in range(width):
            going = int(np.searchsorted(-lengths, -position, side="left"))
            rows = slice(0, going)
            columns[rows], backs[position, rows] = self._step(
                columns[rows], (ids[rows, position], pairs[rows, position], triples[rows, position]), position
            )
        return _trace(columns, backs, lengths)

    def _places(self, ids: Ints) -> tuple[Ints, Ints]:
        """Where each character's pair and triple stand in the tables; -1 for those never seen."""
        before = np.concatenate([np.full((len(ids), 1), self._start), ids[:, :-1]], axis=1)
        pairs = np.where((before > 0) & (ids > 0), _find(self._pair_keys, before * _CHARACTERS + ids), -1)
        first = _find(self._pair_keys, np.array([[self._start * _CHARACTERS + self._start]]))
        held = np.concatenate([np.broadcast_to(first, (len(ids), 1)), pairs[:, :-1]], axis=1)
        triples = np.where((held >= 0) & (ids > 0), _find(self._triple_keys, held * _CHARACTERS + ids), -1)
        return pairs, triples

    def _step(self, columns: Floats, place: tuple[Ints, Ints, Ints], position: int) -> tuple[Floats, NDArray[np.uint8]]:
        """One character of every run: columns[run, current, previous] before it in, and after it out."""
        current, pair, triple = place
        ordered = np.sort(columns, axis=2)
        with np.errstate(invalid="ignore"):
            near = ((ordered[:, :, 3] - ordered[:, :, 2]) < _NEAR).any(axis=1) & (current > 0)
        tops = ordered[:, :, 3]
        emissions = self._emissions[current]
        # Cells are (middle, last), as in the tables: middle is the current tag before this step.
        fresh = tops[:, :, None] + emissions[:, None, :]
        back = np.repeat(columns.argmax(axis=2).astype(np.uint8)[:, :, None], 4, axis=2)
        back[np.broadcast_to((emissions == -_INFINITY)[:, None, :], back.shape)] = 0
        row, cell, value = _entries(self._pair, pair)
        fresh[row, cell >> 2, cell & 3] = tops[row, cell >> 2] + value
        self._patch(columns, triple, fresh, back)
        after = np.ascontiguousarray(fresh.transpose(0, 2, 1))
        back = back.reshape(-1, 16)
        for at in np.flatnonzero(near).tolist():
            slow, packed = self._full_step(columns[at].tolist(), int(current[at]), int(pair[at]), int(triple[at]))
            after[at] = slow
            back[at] = [packed >> (2 * cell) & 3 for cell in range(16)]
        unseen = current == 0
        if unseen.any():
            last = 0 if position <= 1 else 3
            carried = columns[unseen][:, :, last] if position else np.array([0.0, -_INFINITY, -_INFINITY, -_INFINITY])
            after[unseen] = carried[..., None, :]
            back[unseen] = last
        return after, back

    def _patch(self, columns: Floats, triple: Ints, fresh: Floats, back: NDArray[np.uint8]) -> None:
        """Put right the cells of trigrams that were seen: of equals the first predecessor stays."""
        row, code, value = _entries(self._triple, triple)
        if not len(row):
            return
        seen, compact = np.unique(row, return_inverse=True)
        candidates = np.full((len(seen), 4, 4, 4), np.nan)
        before, middle, last = code >> 4, code >> 2 & 3, code & 3
        candidates[compact, before, middle, last] = columns[row, middle, before] + value
        standing, held = fresh[seen], back[seen]
        for number in range(4):
            candidate = candidates[:, number]
            wins = (candidate > standing) | ((candidate == standing) & (number < held))
            standing = np.where(wins, candidate, standing)
            held = np.where(wins, np.uint8(number), held)
        fresh[seen], back[seen] = standing, held


def _keys(rows: NDArray[np.uint32], characters: NDArray[np.uint16]) -> Ints:
    """One sorted number for each (parent, character) of a level of the trie."""
    parents = np.repeat(np.arange(len(rows) - 1, dtype=np.int64), rows[1:] - rows[:-1])
    return parents * _CHARACTERS + characters


def _find(keys: Ints, wanted: Ints) -> Ints:
    at = np.searchsorted(keys, wanted)
    at[at == len(keys)] = 0
    return np.where(keys[at] == wanted, at, -1)


def _entries(level: tuple[Ints, NDArray[np.uint8], Floats], wanted: Ints) -> tuple[Ints, Ints, Floats]:
    """The row, cell and value of all entries of the wanted places, -1 being none."""
    firsts, cells, values = level
    rows = np.flatnonzero(wanted >= 0)
    starts = firsts[wanted[rows]]
    counts = firsts[wanted[rows] + 1] - starts
    offsets = np.cumsum(counts) - counts
    at = np.arange(int(counts.sum())) + np.repeat(starts - offsets, counts)
    return np.repeat(rows, counts), cells[at].astype(np.int64), values[at]


def _trace(columns: Floats, backs: NDArray[np.uint8], lengths: Ints) -> list[list[int]]:
    """Follow every run's back pointers from the first of its best final states."""
    best = columns.reshape(-1, 16).argmax(axis=1)
    current, previous = best >> 2, best & 3
    tags = np.zeros((len(lengths), len(backs)), np.int64)
    for position in range(len(backs) - 1, -1, -1):
        going = int(np.searchsorted(-lengths, -position, side="left"))
        now, earlier = current[:going].copy(), previous[:going].copy()
        tags[:going, position] = now
        current[:going] = earlier
        previous[:going] = backs[position, np.arange(going), earlier * 4 + now]
    return [row[:length] for row, length in zip(tags.tolist(), lengths.tolist(), strict=True)]


def cut(run: str, tags: Sequence[int]) -> list[str]:
    """The words that the tags make of a run."""
    words: list[str] = []
    begin = 0
    for position, tag in enumerate(tags):
        if tag == _ENDS:
            words.append(run[begin : position + 1])
            begin = position + 1
        elif tag != _INSIDE:
            if begin < position:
                words.append(run[begin:position])
            begin = position
    if begin < len(run):
        words.append(run[begin:])
    return words
