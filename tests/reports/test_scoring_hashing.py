"""Both indexes find every key at its place, and nothing else."""

from __future__ import annotations

import random

import numpy as np
import pytest

from reports.scoring.hashing import FREE, HashIndex, PackedIndex

#: Of all sizes, keys drawn at random, in a row, and far apart, which fill a table unevenly.
KEYS = [
    [],
    [0],
    [5, 3, 4],
    list(range(1_000)),
    [number * 4_579 for number in range(3_000)],
    [number << 20 for number in range(4_000)],
    random.Random(1).sample(range(1 << 32), 20_000),
]


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("index", [HashIndex, PackedIndex])
def test_every_key_is_found_at_its_place_and_no_other_key_is(
    index: type[HashIndex] | type[PackedIndex], keys: list[int]
) -> None:
    stored = np.array(keys, np.uint32 if index is PackedIndex else np.uint64)
    drawn = random.Random(2).sample(range((1 << 32) - 1), 3_000)
    others = sorted({*range(3_000), *drawn} - {*keys})
    found = index(stored).find(np.array([*keys, *others], np.uint64))
    assert found.tolist() == [*range(len(keys)), *[-1] * len(others)]


def test_a_table_of_keys_ends_with_a_free_slot_so_that_every_search_ends() -> None:
    for keys in KEYS:
        assert PackedIndex(np.array(keys, np.uint32)).table[-1] == FREE
