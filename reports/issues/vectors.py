"""Texts as TF-IDF vectors over their character grams, counted with arrays rather than text by text.

The values are those of the usual formula (sublinear counts, smooth inverse document frequency, length 1); only the
counting differs: all texts stand in one array of code points, so that every gram is one integer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from reports.issues import settings

#: Bits of a code point; three of them fit one signed integer of 64 bits.
_BITS = 21
_SIZES = range(settings.SHORTEST_GRAM, settings.LONGEST_GRAM + 1)


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vectors of some texts, and which column a gram has."""

    grams: NDArray[np.int64]  #: the gram of each column, ascending
    matrix: csr_matrix


def tfidf(texts: Sequence[Sequence[str]]) -> Vectors:
    """The vectors of texts, each given as its runs; no gram reaches across a run's end.

    A gram in one text only compares nothing, and one in very many says nothing: neither has a column.
    """
    count = len(texts)
    codes, owners = _codes(texts)
    keys, docs = [], []
    for size in _SIZES:
        found, starts = grams_of(codes, size)
        keys.append(found)
        docs.append(owners[starts])
    grams, column = np.unique(np.concatenate(keys), return_inverse=True)
    cells, times = np.unique(np.concatenate(docs) * max(1, len(grams)) + column.reshape(-1), return_counts=True)
    rows, columns = np.divmod(cells, max(1, len(grams)))
    frequency = np.bincount(columns, minlength=len(grams))
    common = max(50.0, settings.COMMON_GRAM_SHARE * count)
    telling = (frequency >= min(2, count)) & (frequency <= min(float(count), common))
    if not telling.any():
        return Vectors(np.zeros(1, dtype=np.int64), csr_matrix((count, 1), dtype=np.float64))
    kept = telling[columns]
    rows, columns, times = rows[kept], columns[kept], times[kept]
    inverse = np.log((1 + count) / (1 + frequency)) + 1
    values = (1 + np.log(times)) * inverse[columns]
    lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=count))
    renumbered = np.cumsum(telling) - 1
    shape = (count, int(telling.sum()))
    matrix = csr_matrix((values / lengths[rows], (rows, renumbered[columns])), shape=shape)
    return Vectors(grams[telling], matrix)


def names_of(vectors: Vectors) -> list[str]:
    """The gram of each column as text."""
    mask = (1 << _BITS) - 1
    parts = [(vectors.grams >> (_BITS * place)) & mask for place in reversed(range(settings.LONGEST_GRAM))]
    return ["".join(chr(code) for code in codes if code) for codes in zip(*(p.tolist() for p in parts), strict=True)]


def code_points(run: str) -> NDArray[np.int64]:
    """The code points of a text."""
    return np.frombuffer(run.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)


def grams_of(codes: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """All grams of `size` that hold no break (0), as integers, and where they start."""
    length = max(0, len(codes) - size + 1)
    keys = np.zeros(length, dtype=np.int64)
    whole = np.ones(length, dtype=bool)
    for offset in range(size):
        part = codes[offset : offset + length]
        keys = (keys << _BITS) | part
        whole &= part > 0
    return keys[whole], np.flatnonzero(whole)


def _codes(texts: Sequence[Sequence[str]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All texts as code points with a break (0) after each run, and whose each one is."""
    joined = ["\0".join(runs) + "\0" for runs in texts]
    sizes = np.array([len(text) for text in joined], dtype=np.int64)
    return code_points("".join(joined)), np.repeat(np.arange(len(joined), dtype=np.int64), sizes)
