"""Turn snownlp's model into flat arrays, once, so that scoring needs neither snownlp nor its dictionaries.

Every logarithm is taken here with ``math.log`` of the same sums in the same order as snownlp takes them while
it runs (``seg/y09_2047.py: log_prob`` and ``classification/bayes.py: classify``), so that scores come out equal
to the last bit. Run as ``python -m reports.scoring.build FOLDER`` it prints ``done total`` lines: reading the
model takes some 700 MB for a few seconds, which a child process gives back.
"""

from __future__ import annotations

import gc
import math
import sys
from collections.abc import Mapping
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.model import Progress
from reports.scoring.source import ModelUnsupported, Source, installed_source
from reports.scoring.tables import write_tables

Token = tuple[str, str]
Arrays = dict[str, NDArray[Any]]

TAGS = {"b": 0, "m": 1, "e": 2, "s": 3}
#: The start of a run stands in the first tag's place: its own tag never competes with another.
BOS = ("", "BOS")
FIRST_HAN, LAST_HAN = 0x4E00, 0x9FA5
STEPS = 5


def build_tables(source: Source, folder: Path, progress: Progress) -> None:
    """Write the tables of `source` into `folder`, which must exist and be empty."""
    progress(0, STEPS)
    segmentation = source.segmentation()
    progress(1, STEPS)
    arrays = _segmentation_arrays(segmentation)
    progress(2, STEPS)
    del segmentation
    sentiment = source.sentiment()
    progress(3, STEPS)
    vocabulary, bayes = _sentiment_arrays(sentiment, source.stop_words())
    arrays.update(bayes)
    progress(4, STEPS)
    write_tables(folder, arrays, vocabulary, digest=source.digest(), source_version=source.version)
    progress(STEPS, STEPS)


def _segmentation_arrays(model: Mapping[str, Any]) -> Arrays:
    """The character model as a trie three levels deep: character, pair, triple, each with its emissions.

    More than a million entries pass through here, so all but the logarithms is done on whole arrays. Products,
    quotients and sums of doubles are the same to the last bit there; logarithms would not be.
    """
    unigrams: dict[Token, int] = model["uni"]["d"]
    tokens = _Tokens(unigrams)
    emissions, unigram_part = _unigrams(unigrams, tokens, model["l1"], model["uni"]["total"])

    pairs, pair_counts = tokens.numbered(model["bi"]["d"], 2)
    of_pair = _Lookup(tokens.joined(pairs))
    pair_parts = np.where(
        pairs[:, 1] == tokens.start, 0.0, _quotients(model["l2"] * pair_counts, tokens.counts[pairs[:, 0]])
    )
    triples, triple_counts = tokens.numbered(model["tri"]["d"], 3)
    before = of_pair.values(tokens.joined(triples[:, :2]), pair_counts)
    triple_parts = _quotients(model["l3"] * triple_counts, before)
    lower = unigram_part[triples[:, 2]] + of_pair.values(tokens.joined(triples[:, 1:]), pair_parts)

    spoken = pairs[:, 1] != tokens.start  # nothing is followed by the start of a run
    pairs, pair_parts = pairs[spoken], pair_parts[spoken]
    first, second = tokens.characters(pairs).T
    one, two, three = tokens.characters(triples).T
    width = len(tokens.ident) + 1
    start = tokens.ident[BOS[0]]
    pair_codes = first * width + second
    pair_keys = _distinct(np.concatenate([pair_codes, one * width + two, [start * width + start]]))
    triple_codes = np.searchsorted(pair_keys, one * width + two) * width + three
    triple_keys = _distinct(triple_codes)
    arrays: Arrays = {
        "characters": np.array([ord(c) for c in tokens.han], np.uint32),
        "emissions": emissions,
        "pair_rows": _rows(pair_keys // width, width),
        "pair_characters": (pair_keys % width).astype(np.uint16),
        "triple_rows": _rows(triple_keys // width, len(pair_keys)),
        "triple_characters": (triple_keys % width).astype(np.uint16),
    }
    pair_sums = unigram_part[pairs[:, 1]] + pair_parts
    arrays.update(
        _entries("pair", np.searchsorted(pair_keys, pair_codes), len(pair_keys), tokens.cells(pairs), pair_sums)
    )
    numbers = np.searchsorted(triple_keys, triple_codes)
    arrays.update(_entries("triple", numbers, len(triple_keys), tokens.cells(triples), lower + triple_parts))
    return arrays


class _Tokens:
    """The tokens that runs of Han characters are made of, numbered; the start of a run comes last."""

    def __init__(self, unigrams: Mapping[Token, int]) -> None:
        self.han = sorted({c for (c, t), n in unigrams.items() if n and t in TAGS and _is_han(c)})
        self.ident = {c: number for number, c in enumerate((*self.han, BOS[0]), start=1)}
        if len(self.ident) >= 2**16:
            raise ModelUnsupported("the model knows more characters than a table can number")
        known = [*((c, tag) for c in self.ident for tag in TAGS), BOS]
        self.number = {token: number for number, token in enumerate(known)}
        self.start = self.number[BOS]
        self.counts = np.array([unigrams.get(token, 0) for token in known], np.float64)
        self._characters = np.array([self.ident[c] for c, _ in known])
        self._tags = np.array([_tag(token) for token in known])

    def numbered(self, grams: Mapping[tuple[Token, ...], int], length: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Those of the grams that hold known tokens only, a row each, and how often the model has seen each."""
        found = map(self.number.get, chain.from_iterable(grams), repeat(-1))
        rows = np.fromiter(found, np.int64, length * len(grams)).reshape(-1, length)
        whole = (rows >= 0).all(axis=1)
        return rows[whole], np.fromiter(grams.values(), np.float64, len(grams))[whole]

    def joined(self, pairs: NDArray[Any]) -> NDArray[Any]:
        """One number for each pair of tokens."""
        return pairs[:, 0] * len(self.number) + pairs[:, 1]

    def characters(self, grams: NDArray[Any]) -> NDArray[Any]:
        return self._characters[grams]

    def cells(self, grams: NDArray[Any]) -> NDArray[Any]:
        """The place of each gram's tags among all combinations of tags."""
        cells = np.zeros(len(grams), np.int64)
        for column in self._tags[grams].T:
            cells = cells * len(TAGS) + column
        return cells


class _Lookup:
    """Finds rows by their code."""

    def __init__(self, codes: NDArray[Any]) -> None:
        self._order = np.argsort(codes)
        self._codes = codes[self._order]

    def values(self, wanted: NDArray[Any], values: NDArray[Any]) -> NDArray[Any]:
        """What `values` holds for each wanted code; 0.0 for a code that no row has."""
        places = np.minimum(np.searchsorted(self._codes, wanted), len(self._codes) - 1)
        return np.where(self._codes[places] == wanted, values[self._order[places]], 0.0)


def _unigrams(
    unigrams: Mapping[Token, int], tokens: _Tokens, weight: float, total: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The emissions of single characters by their tag, and what a token adds to those of pairs and triples."""
    emissions = np.full((len(tokens.ident) + 1, len(TAGS)), -np.inf)
    parts = np.zeros(len(tokens.number))
    for token, n in unigrams.items():
        number = tokens.number.get(token)
        if number is not None:
            parts[number] = part = weight * (float(n) / total)
            if token[1] in TAGS and part > 0:
                emissions[tokens.ident[token[0]], TAGS[token[1]]] = math.log(part)
    return emissions, parts


def _quotients(dividends: NDArray[Any], divisors: NDArray[Any]) -> NDArray[Any]:
    if not divisors.all():
        raise ModelUnsupported("the model has seen a run of tokens more often than its beginning")
    return dividends / divisors


def _distinct(codes: NDArray[Any]) -> NDArray[Any]:
    """Each code once, in order."""
    codes = np.sort(codes)
    return codes[np.concatenate([[True], codes[1:] != codes[:-1]])]


def _rows(parents: NDArray[Any], count: int) -> NDArray[Any]:
    """Where each parent's children begin; the last figure is where the last one's end."""
    counts = np.bincount(parents, minlength=count)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)


def _entries(name: str, keys: NDArray[Any], count: int, cells: NDArray[Any], sums: NDArray[Any]) -> Arrays:
    """Cells and logarithms of each key's entries, in the order in which the model has them."""
    order = np.argsort(keys, kind="stable")
    # numpy's own logarithm may differ from Python's in the last bit.
    logarithms = np.fromiter(map(math.log, sums[order].tolist()), np.float64, len(sums))
    return {
        f"{name}_firsts": _rows(keys, count),
        f"{name}_cells": cells[order].astype(np.uint8),
        f"{name}_values": logarithms,
    }


def _sentiment_arrays(model: Mapping[str, Any], stop_words: frozenset[str]) -> tuple[list[str], Arrays]:
    """The naive Bayes words with both their logarithms; a stop word has none (NaN)."""
    classes: dict[str, Any] = model["d"]
    if list(classes) != ["neg", "pos"]:
        raise ModelUnsupported("the sentiment model has other classes than neg and pos")
    start = [math.log(classes[name]["total"]) - math.log(model["total"]) for name in classes]
    unknown = [math.log(float(c["none"]) / c["total"]) for c in classes.values()]
    words: dict[str, list[float]] = {}
    for side, content in enumerate(classes.values()):
        for word, count in content["d"].items():
            words.setdefault(word, list(unknown))[side] = math.log(float(count) / content["total"])
    for word in stop_words:
        words[word] = [math.nan, math.nan]
    # A word is never empty and never holds white space, and the list is stored one word a line.
    vocabulary = sorted(word for word in words if word and not any(c.isspace() for c in word))
    return vocabulary, {
        "bayes_start": np.array(start),
        "bayes_unknown": np.array(unknown),
        "bayes_words": np.array([words[word] for word in vocabulary], np.float64).reshape(-1, 2),
    }


def _is_han(text: str) -> bool:
    return len(text) == 1 and FIRST_HAN <= ord(text) <= LAST_HAN


def _tag(token: Token) -> int:
    return TAGS.get(token[1], 0)


def _print_progress(done: int, total: int) -> None:
    print(done, total, flush=True)


if __name__ == "__main__":
    gc.disable()  # the model is millions of tuples without a cycle: looking for one takes seconds
    build_tables(installed_source(), Path(sys.argv[1]), _print_progress)
