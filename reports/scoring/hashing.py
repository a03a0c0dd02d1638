"""Numbers of keys, looked up by the hundred thousand: an open-addressing hash table in two arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

#: Knuth's multiplicative hashing (The Art of Computer Programming 3, 6.4): 2^64 divided by the golden ratio.
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FREE = np.uint64(0xFFFFFFFFFFFFFFFF)


class HashIndex:
    """The place of each key in the list it was made of. Immutable, so threads may share it.

    Keys are distinct and below 2^64 - 1.
    """

    def __init__(self, keys: Keys) -> None:
        bits = max(4, int(1.5 * len(keys)).bit_length())
        self._mask = (1 << bits) - 1
        self._shift = np.uint64(64 - bits)
        self._keys = np.full(1 << bits, _FREE)
        self._numbers = np.full(1 << bits, -1, np.int32)
        slots = self._slots(keys)
        waiting = np.arange(len(keys), dtype=np.int32)
        while len(waiting):
            wanted = slots[waiting]
            free = self._numbers[wanted] < 0
            # Of several that want one slot the last to be written has it; the others see another's number there.
            self._numbers[wanted[free]] = waiting[free]
            waiting = waiting[self._numbers[wanted] != waiting]
            slots[waiting] = (slots[waiting] + 1) & self._mask
        held = self._numbers >= 0
        self._keys[held] = keys[self._numbers[held]]

    def find(self, wanted: Keys) -> Ints:
        """The number of each wanted key, -1 for those that are not there."""
        slots = self._slots(wanted)
        standing = self._keys[slots]
        missed = np.flatnonzero(standing != wanted)
        while len(missed):
            missed = missed[standing[missed] != _FREE]
            slots[missed] = (slots[missed] + 1) & self._mask
            standing[missed] = self._keys[slots[missed]]
            missed = missed[standing[missed] != wanted[missed]]
        return self._numbers[slots].astype(np.int64)

    def _slots(self, keys: Keys) -> Ints:
        return ((keys * _GOLDEN) >> self._shift).astype(np.int64)
