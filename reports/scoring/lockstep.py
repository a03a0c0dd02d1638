"""The decoder of `reports.scoring.decoder` for thousands of Han runs at once: one step of all of them together.

Runs are sorted by length, so that those still going on are always the first columns, and characters are laid out
step by step. Every rule of the scalar decoder holds here as well, and it does what is rare: steps with near
predecessors are handed to its `full_step`, and the few longest runs, which would leave most columns idle, are its.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from reports.scoring.hashing import PackedIndex
from reports.scoring.source import ModelUnsupported
from reports.scoring.tables import Tables

#: A step costs some fixed time, so with fewer runs going on than this the scalar decoder is faster.
FEWEST = 16
#: Two predecessors this near may tie once the emission is added; enough for runs below `LONGEST`.
_NEAR = 1e-9
#: Rounding grows with the length of a run: longer ones are left to the scalar decoder, which allows for it.
LONGEST = 20_000
_INFINITY = float("inf")
_NO_COLUMNS = np.zeros(0, np.int64)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
#: The log probability of the best path into each state, [current][previous], as the scalar decoder keeps it.
Columns = list[list[float]]
#: Pairs or triples: where the entries of each begin, how many there are; the cells and log probabilities of all.
_Level = tuple[NDArray[np.uint32], Bytes, Bytes, Floats]


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
    """Seen pairs or triples: for each the cell it is about, that of the path it comes from, and its log probability.

    Both cells are given by their places in the flat arrays of their step.
    """

    begins: list[int]
    sources: Ints
    targets: Ints
    values: Floats
    #: The tag two back of a triple; of no use for a pair.
    befores: Bytes

    def of(self, step: int) -> slice | None:
        begin, end = self.begins[step], self.begins[step + 1]
        return slice(begin, end) if end > begin else None


@dataclass(frozen=True, slots=True)
class _Block:
    """Runs laid out step by step: first the first characters of all runs, then the second of those that have one."""

    #: How many runs go on at each step, and where each step's characters begin.
    going: list[int]
    begins: list[int]
    #: Where each character of the layout stands in the text, its column, and how many columns its step has.
    order: Ints
    columns: Ints
    widths: Ints
    #: The character's number, and the places of the pair and the triple that end with it (-1: never seen).
    ids: Ints
    pairs: NDArray[np.int32]
    triples: NDArray[np.int32]


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
        start = np.array([self._start])
        self._start_pair = int(self._find(self._pairs, start, start, start > 0)[0])
        self._pair = _level(tables, "pair")
        self._triple = _level(tables, "triple")

    def tags(self, ids: Ints, starts: Ints, lengths: Ints) -> Bytes:
        """The tag of every character (see `Decoder`)."""
        tags = np.zeros(len(ids), np.uint8)
        sorting = np.argsort(-lengths, kind="stable")
        starts, lengths = starts[sorting], lengths[sorting]
        alone = int(np.searchsorted(-lengths, -_longest_together(lengths), side="left"))
        for start, length in zip(starts[:alone].tolist(), lengths[:alone].tolist(), strict=True):
            tags[start : start + length] = self._scalar.tags_of(ids[start : start + length].tolist())
        if alone < len(starts):
            self._decode(self._layout(ids, starts[alone:], lengths[alone:]), tags)
        return tags

    def _layout(self, ids: Ints, starts: Ints, lengths: Ints) -> _Block:
        """Runs sorted by length, the longest first."""
        going = np.searchsorted(-lengths, -np.arange(int(lengths[0])), side="left")
        begins = np.concatenate([[0], np.cumsum(going)])
        order = np.concatenate([starts[:count] + step for step, count in enumerate(going.tolist())])
        every, widths = np.arange(len(order)), np.repeat(going, going)
        columns = every - np.repeat(begins[:-1], going)
        current = ids.take(order)
        # The character before stands as many places back as runs went on then.
        first = int(going[0])
        back = every[first:] - np.repeat(going[:-1], going[1:])
        before = np.concatenate([np.full(first, self._start), current.take(back)])
        pairs = self._find(self._pairs, before, current, (before > 0) & (current > 0))
        earlier = np.concatenate([np.full(first, self._start_pair, np.int32), pairs.take(back)])
        triples = self._find(self._triples, earlier, current, (earlier >= 0) & (current > 0))
        return _Block(going.tolist(), begins.tolist(), order, columns, widths, current, pairs, triples)

    def _find(
        self, index: PackedIndex, parents: NDArray[Any], ids: Ints, possible: NDArray[np.bool_]
    ) -> NDArray[np.int32]:
        """The places of pairs or triples, -1 where there is none or none is possible."""
        if possible.all():
            return index.find((parents.astype(np.int64) * (self._start + 1) + ids).view(np.uint64))
        places = np.full(len(ids), -1, np.int32)
        at = np.flatnonzero(possible)
        places[at] = index.find((parents.take(at).astype(np.int64) * (self._start + 1) + ids.take(at)).view(np.uint64))
        return places

    def _decode(self, block: _Block, tags: Bytes) -> None:
        pairs, triples = self._pair_entries(block), self._triple_entries(block)
        unseen = np.flatnonzero(block.ids == 0)
        unseen_begins = np.searchsorted(unseen, block.begins).tolist()
        paths = np.full((4, 4, block.going[0]), -_INFINITY)
        paths[0, 0] = 0.0
        final = np.empty((4, 4, block.going[0]))
        backs: list[Bytes] = []
        with np.errstate(invalid="ignore"):
            for step, going in enumerate(block.going):
                if going < paths.shape[2]:
                    final[:, :, going : paths.shape[2]] = paths[:, :, going:]
                    paths = np.ascontiguousarray(paths[:, :, :going])
                fresh, back, near = self._step(paths, block, step, pairs)
                for entries in triples:
                    _patch(paths, fresh, back, entries, step)
                for column in near.tolist():
                    self._redo(paths, fresh, back, column, block, block.begins[step] + column)
                if unseen_begins[step] < unseen_begins[step + 1]:
                    columns = unseen[unseen_begins[step] : unseen_begins[step + 1]] - block.begins[step]
                    _carry_over(paths, fresh, back, columns, step)
                backs.append(back.reshape(-1))
                paths = fresh
        final[:, :, : paths.shape[2]] = paths
        tags[block.order] = _trace(final, backs, block)

    def _step(self, paths: Floats, block: _Block, step: int, pairs: _Entries) -> tuple[Floats, Bytes, Ints]:
        """One character of every run: paths[previous, current, run] before it in, and after it out.

        Also the back pointers, and the columns in which two predecessors are so near that they may tie.
        """
        ids = block.ids[block.begins[step] : block.begins[step + 1]]
        fresh = np.empty(paths.shape)
        if step < 2:  # nothing but the start of the run comes before
            best, near = paths[0], _NO_COLUMNS
            back = np.zeros(paths.shape, np.uint8)
        else:
            best, chosen, near = _best_predecessors(paths)
            # A tag never seen with its character is minus infinity from everywhere, and keeps the first predecessor.
            back = chosen[:, None, :] * self._seen.take(ids, axis=1)[None]
        np.add(best[:, None, :], self._emissions.take(ids, axis=1)[None], out=fresh)
        part = pairs.of(step)
        if part is not None:
            fresh.reshape(-1)[pairs.targets[part]] = best.reshape(-1).take(pairs.sources[part]) + pairs.values[part]
        return fresh, back, near

    def _pair_entries(self, block: _Block) -> _Entries:
        firsts, counts, cells, values = self._pair
        at = np.flatnonzero(block.pairs >= 0)
        places = block.pairs.take(at)
        count = counts.take(places).astype(np.int64)
        ends = np.cumsum(count)
        entries = np.arange(int(ends[-1]) if len(ends) else 0)
        entries += np.repeat(firsts.take(places) - (ends - count), count)
        return _entries(block, np.repeat(at, count), cells.take(entries), values.take(entries))

    def _triple_entries(self, block: _Block) -> list[_Entries]:
        """The first entry of each triple, then the second of those that have one and so on.

        So no cell of a run occurs twice in one of these lists.
        """
        firsts, counts, cells, values = self._triple
        at = np.flatnonzero(block.triples >= 0)
        places = block.triples.take(at)
        entries, count = firsts.take(places).astype(np.int64), counts.take(places)
        found = []
        while len(at):
            found.append(_entries(block, at, cells.take(entries), values.take(entries)))
            more = np.flatnonzero(count > len(found))
            at, entries, count = at[more], entries[more] + 1, count[more]
        return found

    def _redo(self, paths: Floats, fresh: Floats, back: Bytes, column: int, block: _Block, at: int) -> None:
        """Do one step of one run in full, as snownlp does it."""
        if not block.ids[at]:
            return
        columns = paths[:, :, column].T.tolist()
        slow, packed = self._scalar.full_step(columns, int(block.ids[at]), int(block.pairs[at]), int(block.triples[at]))
        fresh[:, :, column] = np.array(slow).T
        back[:, :, column] = np.array([packed >> (2 * cell) & 3 for cell in range(16)]).reshape(4, 4)


def _entries(block: _Block, at: Ints, codes: Bytes, values: Floats) -> _Entries:
    """Entries of the characters at these places of the layout, in their order."""
    columns, widths, cells = block.columns.take(at), block.widths.take(at), codes.astype(np.int64)
    sources = (cells >> 2) * widths + columns
    targets = (cells & 15) * widths + columns
    return _Entries(np.searchsorted(at, block.begins).tolist(), sources, targets, values, codes >> np.uint8(4))


def _best_predecessors(paths: Floats) -> tuple[Floats, Bytes, Ints]:
    """For each current tag the best path into it, its previous tag (of equals the first), and the near columns."""
    ahead = paths[1::2] - paths[0::2]
    second = ahead > 0
    near = second & (ahead < _NEAR)
    tops = np.maximum(paths[0::2], paths[1::2])
    lead = tops[1] - tops[0]
    later = lead > 0
    near[0] |= near[1]
    near[0] |= later & (lead < _NEAR)
    best = np.maximum(tops[0], tops[1])
    chosen = np.where(later, second[1].view(np.uint8) + np.uint8(2), second[0].view(np.uint8))
    return best, chosen, np.flatnonzero(near[0].any(axis=0)) if near[0].any() else _NO_COLUMNS


def _patch(paths: Floats, fresh: Floats, back: Bytes, entries: _Entries, step: int) -> None:
    """Put right the cells of trigrams that were seen: of equals the first predecessor stays."""
    part = entries.of(step)
    if part is None:
        return
    targets, befores = entries.targets[part], entries.befores[part]
    candidates = paths.reshape(-1).take(entries.sources[part])
    candidates += entries.values[part]
    values, backs = fresh.reshape(-1), back.reshape(-1)
    standing = values.take(targets)
    won = np.flatnonzero(candidates >= standing)
    targets, befores, candidates = targets.take(won), befores.take(won), candidates.take(won)
    equal = candidates == standing.take(won)
    if equal.any():
        won = np.flatnonzero(~equal | (befores < backs.take(targets)))
        targets, befores, candidates = targets.take(won), befores.take(won), candidates.take(won)
    values[targets] = candidates
    backs[targets] = befores


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


def _trace(final: Floats, backs: list[Bytes], block: _Block) -> Bytes:
    """The tags in the order of the layout: back pointers followed from the first of each run's best final states."""
    best = final.transpose(1, 0, 2).reshape(16, -1).argmax(axis=0)
    current, previous = best >> 2, best & 3
    every = np.arange(len(best))
    tags = np.empty(len(block.order), np.uint8)
    for step in range(len(backs) - 1, -1, -1):
        going = block.going[step]
        now, earlier = current[:going], previous[:going].copy()
        tags[block.begins[step] : block.begins[step + 1]] = now
        cells = earlier * 4
        cells += now
        cells *= going
        cells += every[:going]
        previous[:going] = backs[step].take(cells)
        current[:going] = earlier
    return tags


def _longest_together(lengths: Ints) -> int:
    """The greatest length that at least `FEWEST` runs reach."""
    if len(lengths) < FEWEST:
        return 0
    return min(LONGEST, int(np.partition(lengths, len(lengths) - FEWEST)[len(lengths) - FEWEST]))


def trie_index(tables: Tables, name: str) -> PackedIndex:
    """The place of each pair, or triple, by its parent's place and its last character's number.

    The key is ``parent * (characters + 2) + number``: numbers count from one, and the start of a run has the last.
    Raises `ModelUnsupported` when there are more keys than 32 bits can tell apart.
    """
    rows, last = (np.asarray(tables.arrays[f"{name}_{part}"]) for part in ("rows", "characters"))
    parents = np.arange(len(rows) - 1) * _numbers_of(tables)
    if len(parents) * _numbers_of(tables) >= 1 << 32:
        raise ModelUnsupported("the model knows more pairs of characters than an index can number")
    return PackedIndex(np.repeat(parents.astype(np.uint32), rows[1:] - rows[:-1]) + last)


def entries_of(tables: Tables, name: str) -> tuple[NDArray[np.uint32], Bytes, Floats]:
    """Where the entries of each pair or triple begin, their cells, and their log probabilities."""
    firsts, cells, values = (np.asarray(tables.arrays[f"{name}_{part}"]) for part in ("firsts", "cells", "values"))
    return firsts, cells, values


def _numbers_of(tables: Tables) -> int:
    """How many numbers of characters there are: none, each character's, and the start's."""
    return len(tables.arrays["characters"]) + 2


def _level(tables: Tables, name: str) -> _Level:
    firsts, cells, values = entries_of(tables, name)
    return firsts, np.diff(firsts).astype(np.uint8), cells, values
