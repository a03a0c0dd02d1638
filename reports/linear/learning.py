"""Makes the first stage, and helps to make the second from texts that the first had not seen.

Everything here gives the same result for the same examples: sums run in the order of the texts, names are sorted,
and what is drawn is drawn with a fixed seed.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from reports.linear.clauses import Clause

SEED = 20261122
FOLDS = 5
#: A feature of fewer texts than this says more about those texts than about what is learnt.
LEAST_TEXTS = 2
#: A word belongs to no matter when it occurs in so many topics, and mostly in none of them.
LEAST_GROUPS, MOST_OF_ONE = 4, 0.4
STRENGTH = 8.0

Floats = NDArray[np.float64]


def folds(classes: Sequence[int], groups: Sequence[str]) -> Iterator[tuple[list[int], list[int]]]:
    """Places to learn from and places to judge, `FOLDS` times; a group never stands on both sides."""
    splits = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for seen, unseen in splits.split(np.zeros(len(classes)), classes, groups):
        yield seen.tolist(), unseen.tolist()


def inverse_frequencies(texts: Sequence[Collection[Clause]]) -> dict[str, float]:
    """The features of at least `LEAST_TEXTS` texts by name, each with its inverse document frequency."""
    documents: Counter[str] = Counter()
    for clauses in texts:
        documents.update({name for clause in clauses for name in (*clause.grams, *clause.words, *clause.cues)})
    return {
        name: math.log((1 + len(texts)) / (1 + count)) + 1
        for name, count in sorted(documents.items())
        if count >= LEAST_TEXTS
    }


def mean(vectors: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of a text's clauses."""
    total: dict[str, float] = {}
    for found in vectors:
        for name, value in found.items():
            total[name] = total.get(name, 0.0) + value / len(vectors)
    return total


def matrix(rows: Sequence[Mapping[str, float]], columns: Sequence[str]) -> csr_matrix:
    """One row for each text."""
    places = {name: number for number, name in enumerate(columns)}
    values = [value for row in rows for value in row.values()]
    # liblinear takes 32-bit places only.
    names = np.array([places[name] for row in rows for name in row], np.int32)
    ends = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    return csr_matrix((values, names, ends), shape=(len(rows), len(columns)), dtype=np.float64)


def one_against_rest(
    texts: csr_matrix, truth: NDArray[Any], classes: int, weights: Floats | None = None, strength: float = STRENGTH
) -> tuple[Floats, Floats]:
    """Coefficients and intercepts of a logistic regression for each class, which stands against all others."""
    rows, constants = [], []
    for number in range(classes):
        fitted = LogisticRegression(
            C=strength, class_weight="balanced", solver="liblinear", dual=True, max_iter=1000, random_state=SEED
        ).fit(texts, truth == number, sample_weight=weights)
        rows.append(fitted.coef_[0])
        constants.append(fitted.intercept_[0])
    return np.array(rows), np.array(constants)


def of_no_matter(seen: Iterable[tuple[str, Iterable[str]]]) -> tuple[str, ...]:
    """Words of at least `LEAST_GROUPS` topics of which none has more than `MOST_OF_ONE` of the word's texts.

    `seen` gives for each text its topic and its words, each once.
    """
    topics: dict[str, Counter[str]] = {}
    for topic, words in seen:
        for word in words:
            topics.setdefault(word, Counter())[topic] += 1
    return tuple(
        sorted(
            word
            for word, counts in topics.items()
            if len(counts) >= LEAST_GROUPS and max(counts.values()) <= MOST_OF_ONE * counts.total()
        )
    )


def examples_digest(examples: Iterable[tuple[str, str]]) -> str:
    """SHA-256 of labels and their texts, in order: what a model was made from."""
    lines = "\n".join(f"{label}\t{text}" for label, text in examples)
    return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()


def rounded(values: Iterable[float]) -> tuple[float, ...]:
    """Weights as a file holds them."""
    return tuple(round(float(value), 4) for value in values)
