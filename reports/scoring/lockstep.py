"""The decoder of `reports.scoring.decoder` for thousands of Han runs at once: one step of all of them together.

Runs are sorted by length, so that those still going on are always the first columns, and characters are laid out
step by step. Every rule of the scalar decoder holds here as well, and it does what is rare: steps with near
predecessors are handed to its `full_step`, and the few longest runs, which would leave most columns idle, are its.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from reports.scoring.hashing import PackedIndex
from reports.scoring.tables import Tables

#: A step costs some fixed time, so with fewer runs going on than this the scalar decoder is faster.
FEWEST = 16
#: Two predecessors this near may tie once the emission is added; enough for runs below `LONGEST`.
_NEAR = 1e-9
#: Rounding grows with the length of a run: longer ones are left to the scalar decoder, which allows for it.
LONGEST = 20_000
_INFINITY = float("inf")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
#: The log probability of the best path into each state, [current][previous], as the scalar decoder keeps it.
Columns = list[list[float]]


class Scalar(Protocol):
    """What the scalar decoder does for this one."""

    def full_step(self, columns: Columns, current: int, pair: int, triple: int) -> tuple[Columns, int]: ...
    def tags_of(self, ids: Sequence[int]) -> list[int]: ...


class Decoder(Protocol):
    """Finds the tags of many Han runs at once."""

    def tags(self, ids: Ints, starts: Ints, lengths: Ints) -> Bytes:
        """The tag of every character.

        `ids` are the characters' numbers (0: never seen), all runs one after another; `starts` and `lengths` say
        where each run stands.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Entries:
    """Seen pairs or triples: for each, the column it stands in, its cell and its log probability."""

    begins: list[int]
    columns: Ints
    cells: Ints
    values: Floats

    def of(self, step: int) -> tuple[Ints, Ints, Floats]:
        part = slice(self.begins[step], self.begins[step + 1])
        return self.columns[part], self.cells[part], self.values[part]


@dataclass(frozen=True, slots=True)
class _Block:
    """Runs laid out step by step: first the first characters of all runs, then the second of those that have one."""

    #: How many runs go on at each step, and where each step's characters begin.
    going: list[int]
    begins: list[int]
    #: Where each character of the layout stands in the text.
    order: Ints
    #: The character's number, and the places of the pair and the triple that end with it (-1: never seen).
    ids: Ints
    pairs: Ints
    triples: Ints


class Lockstep:
    """Immutable once made, so threads may share it."""

    def __init__(self, tables: Tables, scalar: Scalar) -> None:
        arrays = tables.arrays
        self._scalar = scalar
        self._start = len(arrays["characters"]) + 1
        self._emissions: Floats = np.ascontiguousarray(np.asarray(arrays["emissions"], np.float64).T)
        self._seen: Bytes = np.isfinite(self._emissions).astype(np.uint8)
        self._pairs = trie_index(tables, "pair")
        self._triples = trie_index(tables, "triple")
        self._start_pair = int(self._find(self._pairs, np.array([self._start]), np.array([self._start]))[0])
        self._pair = entries_of(tables, "pair")
        self._triple = entries_of(tables, "triple")

    def tags(self, ids: Ints, starts: Ints, lengths: Ints) -> Bytes:
        """The tag of every character (see `Decoder`)."""
        tags = np.zeros(len(ids), np.uint8)
        together = lengths <= _longest_together(lengths)
        for start, length in zip(starts[~together].tolist(), lengths[~together].tolist(), strict=True):
            tags[start : start + length] = self._scalar.tags_of(ids[start : start + length].tolist())
        if together.any():
            self._decode(self._layout(ids, starts[together], lengths[together]), tags)
        return tags

    def _layout(self, ids: Ints, starts: Ints, lengths: Ints) -> _Block:
        sorting = np.argsort(-lengths, kind="stable")
        starts, lengths = starts[sorting], lengths[sorting]
        steps = np.arange(int(lengths[0]))
        going = np.searchsorted(-lengths, -steps, side="left")
        begins = np.concatenate([[0], np.cumsum(going)])
        step = np.repeat(steps, going)
        order = starts[np.arange(int(begins[-1])) - begins[step]] + step
        current = ids[order]
        before = np.where(step > 0, ids[order - 1], self._start)
        pairs = self._find(self._pairs, before, current, (before > 0) & (current > 0))
        # The pair that ended one step before stands as many places back as runs went on then.
        earlier = np.full(len(order), self._start_pair)
        later = np.arange(int(begins[1]), len(order))
        earlier[later] = pairs[later - going[step[later] - 1]]
        triples = self._find(self._triples, earlier, current, (earlier >= 0) & (current > 0))
        return _Block(going.tolist(), begins.tolist(), order, current, pairs, triples)

    def _find(self, index: PackedIndex, parents: Ints, ids: Ints, possible: NDArray[np.bool_] | None = None) -> Ints:
        """The places of pairs or triples, -1 where there is none or none is possible."""
        places = np.full(len(ids), -1)
        at = np.arange(len(ids)) if possible is None else np.flatnonzero(possible)
        places[at] = index.find((parents[at] * (self._start + 1) + ids[at]).astype(np.uint64))
        return places

    def _decode(self, block: _Block, tags: Bytes) -> None:
        pairs, triples = self._pair_entries(block), self._triple_entries(block)
        unseen = np.flatnonzero(block.ids == 0)
        unseen_begins = np.searchsorted(unseen, block.begins)
        paths = np.full((4, 4, block.going[0]), -_INFINITY)
        paths[0, 0] = 0.0
        final = np.empty((4, 4, block.going[0]))
        backs: list[Bytes] = []
        with np.errstate(invalid="ignore"):
            for step, going in enumerate(block.going):
                final[:, :, going : paths.shape[2]] = paths[:, :, going:]
                paths = np.ascontiguousarray(paths[:, :, :going])
                fresh, back, near = self._step(paths, block, step, pairs.of(step))
                for before in range(4):
                    _patch(paths, fresh, back, before, triples.of(4 * step + before))
                for column in near.tolist():
                    self._redo(paths, fresh, back, column, block, block.begins[step] + column)
                columns = unseen[unseen_begins[step] : unseen_begins[step + 1]] - block.begins[step]
                if len(columns):
                    _carry_over(paths, fresh, back, columns, step)
                backs.append(back.reshape(16, going))
                paths = fresh
        final[:, :, : paths.shape[2]] = paths
        _trace(final, backs, block, tags)

    def _step(
        self, paths: Floats, block: _Block, step: int, pairs: tuple[Ints, Ints, Floats]
    ) -> tuple[Floats, Bytes, Ints]:
        """One character of every run: paths[previous, current, run] before it in, and after it out.

        Also the back pointers, and the columns in which two predecessors are so near that they may tie.
        """
        ids = block.ids[block.begins[step] : block.begins[step + 1]]
        best, chosen, near = _best_predecessors(paths)
        fresh = best[:, None, :] + self._emissions.take(ids, axis=1)[None]
        # A tag never seen with its character is minus infinity from everywhere, and keeps the first predecessor.
        back = chosen[:, None, :] * self._seen.take(ids, axis=1)[None]
        columns, cells, values = pairs
        if len(columns):
            middle = cells >> 2
            fresh[middle, cells & 3, columns] = best[middle, columns] + values
        return fresh, back, near

    def _pair_entries(self, block: _Block) -> _Entries:
        at, cells, values = _expand(self._pair, block.pairs)
        begins = np.searchsorted(at, block.begins)
        columns = at - np.repeat(np.array(block.begins[:-1]), begins[1:] - begins[:-1])
        return _Entries(begins.tolist(), columns, cells, values)

    def _triple_entries(self, block: _Block) -> _Entries:
        """Sorted by step and first tag: in each such group a cell of a run occurs once at most."""
        at, cells, values = _expand(self._triple, block.triples)
        begins = np.array(block.begins)
        bounds = np.searchsorted(at, begins)
        steps = np.repeat(np.arange(len(begins) - 1), bounds[1:] - bounds[:-1])
        group = 4 * steps + (cells >> 4)
        sorting = np.argsort(group.astype(np.uint16) if len(begins) < 1 << 14 else group, kind="stable")
        bounds = np.searchsorted(group[sorting], np.arange(4 * len(begins)))
        return _Entries(bounds.tolist(), (at - begins[steps])[sorting], cells[sorting], values[sorting])

    def _redo(self, paths: Floats, fresh: Floats, back: Bytes, column: int, block: _Block, at: int) -> None:
        """Do one step of one run in full, as snownlp does it."""
        if not block.ids[at]:
            return
        columns = paths[:, :, column].T.tolist()
        slow, packed = self._scalar.full_step(columns, int(block.ids[at]), int(block.pairs[at]), int(block.triples[at]))
        fresh[:, :, column] = np.array(slow).T
        back[:, :, column] = np.array([packed >> (2 * cell) & 3 for cell in range(16)]).reshape(4, 4)


def _best_predecessors(paths: Floats) -> tuple[Floats, Bytes, Ints]:
    """For each current tag the best path into it, its previous tag (of equals the first), and the near columns."""
    best = paths[0].copy()
    chosen = np.zeros(best.shape, np.uint8)
    near = np.zeros(best.shape, bool)
    for previous in range(1, 4):
        ahead = paths[previous] - best
        wins = ahead > 0
        near |= wins & (ahead < _NEAR)
        np.maximum(best, paths[previous], out=best)
        chosen[wins] = previous
    return best, chosen, np.flatnonzero(near.any(axis=0)) if near.any() else np.zeros(0, np.int64)


def _patch(paths: Floats, fresh: Floats, back: Bytes, before: int, triples: tuple[Ints, Ints, Floats]) -> None:
    """Put right the cells of trigrams that were seen after the tag `before`: of equals the first stays."""
    columns, cells, values = triples
    if not len(columns):
        return
    middle, last = cells >> 2 & 3, cells & 3
    candidate = paths[before, middle, columns] + values
    standing = fresh[middle, last, columns]
    wins = candidate > standing
    equal = candidate == standing
    if equal.any():
        wins |= equal & (before < back[middle, last, columns])
    won = np.flatnonzero(wins)
    middle, last, columns = middle[won], last[won], columns[won]
    fresh[middle, last, columns] = candidate[won]
    back[middle, last, columns] = before


def _carry_over(paths: Floats, fresh: Floats, back: Bytes, columns: Ints, step: int) -> None:
    """A character the model never saw: probabilities are carried over from the last predecessor."""
    if step == 0:
        fresh[0][:, columns] = 0.0
        fresh[1:][:, :, columns] = -_INFINITY
        back[:, :, columns] = 0
        return
    last = 0 if step == 1 else 3
    fresh[:, :, columns] = paths[last][:, columns][:, None, :]
    back[:, :, columns] = last


def _trace(final: Floats, backs: list[Bytes], block: _Block, tags: Bytes) -> None:
    """Follow every run's back pointers from the first of its best final states."""
    best = final.transpose(1, 0, 2).reshape(16, -1).argmax(axis=0)
    current, previous = best >> 2, best & 3
    every = np.arange(len(best))
    for step in range(len(backs) - 1, -1, -1):
        going = block.going[step]
        now, earlier = current[:going], previous[:going]
        tags[block.order[block.begins[step] : block.begins[step + 1]]] = now
        before = backs[step][earlier * 4 + now, every[:going]]
        current[:going], previous[:going] = earlier.copy(), before


def _longest_together(lengths: Ints) -> int:
    """The greatest length that at least `FEWEST` runs reach."""
    if len(lengths) < FEWEST:
        return 0
    return min(LONGEST, int(np.partition(lengths, len(lengths) - FEWEST)[len(lengths) - FEWEST]))


def trie_index(tables: Tables, name: str) -> PackedIndex:
    """The place of each pair, or triple, by its parent's place and its last character's number.

    The key is ``parent * (characters + 2) + number``: numbers count from one, and the start of a run has the last.
    """
    rows, last = (np.asarray(tables.arrays[f"{name}_{part}"]).astype(np.int64) for part in ("rows", "characters"))
    parents = np.repeat(np.arange(len(rows) - 1), rows[1:] - rows[:-1])
    return PackedIndex((parents * _numbers_of(tables) + last).astype(np.uint64))


def entries_of(tables: Tables, name: str) -> tuple[Ints, Bytes, Floats]:
    """Where the entries of each pair or triple begin, their cells, and their log probabilities."""
    firsts, cells, values = (np.asarray(tables.arrays[f"{name}_{part}"]) for part in ("firsts", "cells", "values"))
    return firsts.astype(np.int64), cells, values


def _numbers_of(tables: Tables) -> int:
    """How many numbers of characters there are: none, each character's, and the start's."""
    return len(tables.arrays["characters"]) + 2


def _expand(level: tuple[Ints, Bytes, Floats], wanted: Ints) -> tuple[Ints, Ints, Floats]:
    """Where each entry of the wanted places belongs, its cell and its value, -1 being a place without any."""
    firsts, cells, values = level
    at = np.flatnonzero(wanted >= 0)
    starts = firsts[wanted[at]]
    counts = firsts[wanted[at] + 1] - starts
    offsets = np.cumsum(counts) - counts
    entries = np.arange(int(counts.sum())) + np.repeat(starts - offsets, counts)
    return np.repeat(at, counts), cells[entries].astype(np.int64), values[entries]
