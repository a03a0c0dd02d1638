"""Numbers of keys, looked up by the hundred thousand: open-addressing hash tables in flat arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

#: Knuth's multiplicative hashing (The Art of Computer Programming 3, 6.4): 2^64 divided by the golden ratio.
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FREE = np.uint64(0xFFFFFFFFFFFFFFFF)
HALF = np.uint64(32)


class HashIndex:
    """The place of each key in the list it was made of. Immutable, so threads may share it.

    Keys are distinct and below 2^64 - 1.
    """

    def __init__(self, keys: Keys) -> None:
        bits = bits_for(len(keys))
        self._shift = np.uint64(64 - bits)
        self._places = _filled(_slots(keys, self._shift), bits)
        self._keys = np.full(1 << bits, FREE)
        held = self._places >= 0
        self._keys[held] = keys[self._places[held]]

    def find(self, wanted: Keys) -> Ints:
        """The place of each wanted key, -1 for those that are not there."""
        slots = _slots(wanted, self._shift)
        standing = self._keys[slots]
        missed = np.flatnonzero(standing != wanted)
        while len(missed):
            missed = missed[standing[missed] != FREE]
            slots[missed] = (slots[missed] + 1) & (len(self._keys) - 1)
            standing[missed] = self._keys[slots[missed]]
            missed = missed[standing[missed] != wanted[missed]]
        return self._places[slots]


class PackedIndex:
    """The same for keys below 2^32 - 1, key and place in one word of memory: half the cache misses.

    `table` holds ``key << 32 | place``; a free slot has all bits set. Keys stand in the order of the slots that are
    theirs, each there or as near after as there is room, so that a search for a key that is not there ends early; the
    last slot is free.
    """

    def __init__(self, keys: NDArray[np.uint32]) -> None:
        bits = bits_for(len(keys))
        self.shift = np.uint64(64 - bits)
        slots = ((keys * GOLDEN) >> self.shift).astype(np.int32)
        order = _sorting(slots)
        every = np.arange(len(keys), dtype=np.int32)
        slots = np.maximum.accumulate(slots[order] - every) + every
        self.table = np.full(max(1 << bits, int(slots[-1]) + 1 if len(slots) else 0) + 1, FREE)
        self.table[slots] = (keys[order].astype(np.uint64) << HALF) | order.astype(np.uint64)

    def find(self, wanted: Keys) -> NDArray[np.int32]:
        """The place of each wanted key, -1 for those that are not there."""
        slots = ((wanted * GOLDEN) >> self.shift).view(np.int64)
        standing = self.table.take(slots)
        missed = np.flatnonzero((standing >> HALF) != wanted)
        searched, slots, found = wanted[missed], slots[missed], standing[missed]
        own = slots
        while len(missed):
            # Past the place where the key would stand: it is not there.
            past = (found == FREE) | ((((found >> HALF) * GOLDEN) >> self.shift).view(np.int64) > own)
            standing[missed[past]] = FREE
            on = np.flatnonzero(~past)
            missed, searched, own, slots = missed[on], searched[on], own[on], slots[on] + 1
            found = self.table.take(slots)
            same = (found >> HALF) == searched
            standing[missed[same]] = found[same]
            on = np.flatnonzero(~same)
            missed, searched, own, slots, found = missed[on], searched[on], own[on], slots[on], found[on]
        return standing.astype(np.uint32).view(np.int32)


def bits_for(count: int) -> int:
    """The size of a table, as a power of two, that is at most a third full."""
    return max(4, (3 * count).bit_length())


def _sorting(slots: NDArray[np.int32]) -> NDArray[np.int32]:
    """The order that sorts slots: 16 bits and then the others, for which numpy has its fastest way."""
    order = np.argsort(slots.astype(np.uint16), kind="stable").astype(np.int32)
    return order[np.argsort((slots[order] >> 16).astype(np.uint16), kind="stable")]


def _slots(keys: Keys, shift: np.uint64) -> Ints:
    return ((keys * GOLDEN) >> shift).astype(np.int64)


def _filled(slots: Ints, bits: int) -> Ints:
    """Which key stands in each slot, -1 for none; each takes the first free slot from its own on."""
    places = np.full(1 << bits, -1)
    waiting = np.arange(len(slots))
    while len(waiting):
        wanted = slots[waiting]
        free = places[wanted] < 0
        # Of several that want one slot the last to be written has it; the others see another's number there.
        places[wanted[free]] = waiting[free]
        waiting = waiting[places[wanted] != waiting]
        slots[waiting] = (slots[waiting] + 1) & ((1 << bits) - 1)
    return places
