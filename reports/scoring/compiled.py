"""The decoder of `reports.scoring.decoder` compiled to machine code by numba, which the extra ``[fast]`` installs.

The same rules, run after run; releases the interpreter's lock, so threads run beside each other. The first use on a
machine compiles for some seconds, and numba keeps the result in its cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from reports.scoring.hashing import FREE, GOLDEN, HALF
from reports.scoring.lockstep import Bytes, Floats, Ints, entries_of, trie_index
from reports.scoring.tables import Tables

_INFINITY = np.inf
_NEAR_PER_CHARACTER = 2e-14
_NEAR_AT_LEAST = 1e-9
_ALL_LAST = np.uint32(0xFFFFFFFF)
#: An index as the compiled code takes it: its table and shift.
_Index = tuple[NDArray[np.uint64], np.uint64]
#: What is needed first of a pair or triple, side by side in memory: most have one entry only.
_RECORD = np.dtype([("value", "<f8"), ("first", "<u4"), ("count", "u1"), ("cell", "u1")], align=True)
#: A level of the tables: the records, and the cells and values of all entries.
_Level = tuple[NDArray[Any], NDArray[np.uint8], Floats]


class CompiledDecoder:
    """Immutable once made, so threads may share it."""

    def __init__(self, tables: Tables) -> None:
        arrays = tables.arrays
        self._start = len(arrays["characters"]) + 1
        self._emissions: Floats = np.ascontiguousarray(np.asarray(arrays["emissions"], np.float64))
        pairs, triples = trie_index(tables, "pair"), trie_index(tables, "triple")
        self._pairs: _Index = (pairs.table, pairs.shift)
        self._triples: _Index = (triples.table, triples.shift)
        self._pair: _Level = _level(tables, "pair")
        self._triple: _Level = _level(tables, "triple")

    def tags(self, ids: Ints, starts: Ints, lengths: Ints) -> Bytes:
        """The tag of every character (see `reports.scoring.lockstep.Decoder`)."""
        tags = np.zeros(len(ids), np.uint8)
        if len(starts):
            backs = np.empty(int(lengths.max()), np.uint32)
            shared = (self._emissions, self._pairs, self._triples, self._pair, self._triple, self._start)
            _decode_runs(ids, starts, lengths, tags, backs, *shared)
        return tags


def _level(tables: Tables, name: str) -> _Level:
    firsts, cells, values = entries_of(tables, name)
    records = np.zeros(len(firsts) - 1, _RECORD)
    records["first"], records["count"] = firsts[:-1], np.diff(firsts)
    some = np.flatnonzero(records["count"])
    records["cell"][some], records["value"][some] = cells[firsts[some]], values[firsts[some]]
    return records, cells, values


@njit(cache=True, nogil=True)
def _entry(level: Any, record: Any, number: Any) -> Any:
    """The cell and value of one of a record's entries."""
    if number == 0:
        return np.int64(record.cell), record.value
    _, cells, values = level
    at = np.int64(record.first) + number
    return np.int64(cells[at]), values[at]


@njit(cache=True, nogil=True)
def _find(index: Any, characters: Any, first: Any, second: Any) -> Any:
    """The place of a pair of numbers in an index, -1 when it is not there."""
    table, shift = index
    key = np.uint64(first * characters + second)
    own = (key * GOLDEN) >> shift
    slot = np.int64(own)
    while True:
        standing = table[slot]
        if standing >> HALF == key:
            return np.int64(standing & np.uint64(0xFFFFFFFF))
        if standing == FREE or ((standing >> HALF) * GOLDEN) >> shift > own:
            return np.int64(-1)
        slot += 1


@njit(cache=True, nogil=True)
def _full_step(paths: Any, fresh: Any, emissions: Any, place: Any, pair_level: Any, triple_level: Any) -> Any:
    """One step as snownlp does it: all 64 candidates, the first of equals kept. paths[previous * 4 + current]."""
    current, pair, triple = place
    emitted = np.empty(64)
    for code in range(64):
        emitted[code] = emissions[current, code & 3]
    if pair >= 0:
        record = pair_level[0][pair]
        for number in range(record.count):
            cell, value = _entry(pair_level, record, number)
            for before in range(4):
                emitted[before * 16 + cell] = value
    if triple >= 0:
        record = triple_level[0][triple]
        for number in range(record.count):
            cell, value = _entry(triple_level, record, number)
            emitted[cell] = value
    back = np.uint32(0)
    for cell in range(16):
        middle = cell >> 2
        best = paths[middle] + emitted[cell]
        chosen = 0
        for before in range(1, 4):
            candidate = paths[before * 4 + middle] + emitted[before * 16 + cell]
            if candidate > best:
                best, chosen = candidate, before
        fresh[cell] = best
        back |= np.uint32(chosen << (2 * cell))
    return back


@njit(cache=True, nogil=True)
def _best_predecessors(paths: Any, best: Any, near: Any) -> Any:
    """Fill in the best path into each current tag; the back pointers, and whether two of a tag are near."""
    back = np.uint32(0)
    is_near = False
    for current in range(4):
        top = paths[current]
        chosen = np.uint32(0)
        for previous in range(1, 4):
            candidate = paths[previous * 4 + current]
            if candidate > top:
                is_near |= candidate - top < near
                top, chosen = candidate, np.uint32(previous)
        best[current] = top
        back |= (chosen * np.uint32(0x55)) << np.uint32(8 * current)
    return back, is_near


@njit(cache=True, nogil=True)
def _quick_step(
    paths: Any, fresh: Any, best: Any, back: Any, emissions: Any, place: Any, pair_level: Any, triple_level: Any
) -> Any:
    """One step when no two predecessors are near: one maximum a column, then the seen cells patched."""
    current, pair, triple = place
    for last in range(4):
        emission = emissions[current, last]
        if emission == -_INFINITY:
            back &= ~(np.uint32(0x03030303) << np.uint32(2 * last))
        for middle in range(4):
            fresh[middle * 4 + last] = best[middle] + emission
    if pair >= 0:
        record = pair_level[0][pair]
        for number in range(record.count):
            cell, value = _entry(pair_level, record, number)
            fresh[cell] = best[cell >> 2] + value
    if triple >= 0:
        record = triple_level[0][triple]
        for number in range(record.count):
            code, value = _entry(triple_level, record, number)
            cell, before = code & 15, np.uint32(code >> 4)
            candidate = paths[(code >> 4) * 4 + (cell >> 2)] + value
            standing = fresh[cell]
            shift = np.uint32(2 * cell)
            if candidate > standing or (candidate == standing and before < ((back >> shift) & np.uint32(3))):
                fresh[cell] = candidate
                back = (back & ~(np.uint32(3) << shift)) | (before << shift)
    return back


@njit(cache=True, nogil=True)
def _carry_over(paths: Any, fresh: Any, position: Any) -> Any:
    """A character the model never saw: probabilities are carried over from the last predecessor."""
    for cell in range(16):
        if position == 0:
            fresh[cell] = 0.0 if cell < 4 else -_INFINITY
        elif position == 1:
            fresh[cell] = paths[cell >> 2]
        else:
            fresh[cell] = paths[12 + (cell >> 2)]
    return np.uint32(0) if position < 2 else _ALL_LAST


@njit(cache=True, nogil=True)
def _trace(paths: Any, backs: Any, tags: Any) -> None:
    """Follow the back pointers from the first of the best final states."""
    best, current, previous = paths[0], np.int64(0), np.int64(0)
    for last in range(4):
        for middle in range(4):
            if paths[middle * 4 + last] > best:
                best, current, previous = paths[middle * 4 + last], np.int64(last), np.int64(middle)
    for position in range(len(tags) - 1, -1, -1):
        tags[position] = current
        back = backs[position] >> np.uint32(2 * (previous * 4 + current))
        current, previous = previous, np.int64(back & np.uint32(3))


@njit(cache=True, nogil=True)
def _decode_runs(
    ids: Any,
    starts: Any,
    lengths: Any,
    tags: Any,
    backs: Any,
    emissions: Any,
    pairs: Any,
    triples: Any,
    pair_level: Any,
    triple_level: Any,
    start: Any,
) -> None:
    characters = start + 1
    best, start_pair = np.empty(4), _find(pairs, characters, start, start)
    for run in range(len(starts)):
        begin, length = starts[run], lengths[run]
        near = max(_NEAR_AT_LEAST, length * _NEAR_PER_CHARACTER)
        paths, fresh = np.full(16, -_INFINITY), np.empty(16)
        paths[0] = 0.0
        previous, pair = np.int64(start), start_pair
        for position in range(length):
            current = np.int64(ids[begin + position])
            if current == 0:
                back = _carry_over(paths, fresh, position)
                pair = np.int64(-1)
            else:
                triple = _find(triples, characters, pair, current) if pair >= 0 else np.int64(-1)
                pair = _find(pairs, characters, previous, current) if previous > 0 else np.int64(-1)
                place = (current, pair, triple)
                back, is_near = _best_predecessors(paths, best, near)
                if is_near:
                    back = _full_step(paths, fresh, emissions, place, pair_level, triple_level)
                else:
                    back = _quick_step(paths, fresh, best, back, emissions, place, pair_level, triple_level)
            backs[position] = back
            previous = current
            paths, fresh = fresh, paths
        _trace(paths, backs, tags[begin : begin + length])
