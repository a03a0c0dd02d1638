"""Turn snownlp's model into flat arrays, once, so that scoring needs neither snownlp nor its dictionaries.

Every logarithm is taken here with ``math.log`` of the same sums in the same order as snownlp takes them while
it runs (``seg/y09_2047.py: log_prob`` and ``classification/bayes.py: classify``), so that scores come out equal
to the last bit. Run as ``python -m reports.scoring.build FOLDER`` it prints ``done total`` lines: reading the
model takes some 700 MB for a few seconds, which a child process gives back.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
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
    """The character model as a trie three levels deep: character, pair, triple, each with its emissions."""
    l1, l2, l3 = model["l1"], model["l2"], model["l3"]
    unigrams: dict[Token, int] = model["uni"]["d"]
    bigrams: dict[tuple[Token, Token], int] = model["bi"]["d"]
    trigrams: dict[tuple[Token, Token, Token], int] = model["tri"]["d"]
    total = model["uni"]["total"]

    han = sorted({c for (c, t), n in unigrams.items() if n and t in TAGS and _is_han(c)})
    ident = {c: number for number, c in enumerate(han, start=1)}
    ident[""] = len(han) + 1
    if len(ident) >= 2**16:
        raise ModelUnsupported("the model knows more characters than a table can number")

    def known(token: Token) -> bool:
        return token[0] in ident and (token[1] in TAGS or token == BOS)

    unigram_part = {token: l1 * (float(n) / total) for token, n in unigrams.items() if known(token)}
    emissions = np.full((len(ident) + 1, len(TAGS)), -np.inf)
    for (character, tag), part in unigram_part.items():
        if tag in TAGS and part > 0:
            emissions[ident[character], TAGS[tag]] = math.log(part)

    bigram_part: dict[tuple[Token, Token], float] = {}
    pairs: dict[tuple[int, int], list[tuple[int, float]]] = {(ident[""], ident[""]): []}
    for (first, second), n in bigrams.items():
        if second == BOS or not (known(first) and known(second)):
            continue
        bigram_part[first, second] = part = float(l2 * n) / unigrams[first]
        cell = _tag(first) * 4 + _tag(second)
        value = math.log(unigram_part.get(second, 0.0) + part)
        pairs.setdefault((ident[first[0]], ident[second[0]]), []).append((cell, value))

    triples: dict[tuple[int, int, int], list[tuple[int, float]]] = {}
    for (first, second, third), n in trigrams.items():
        if not (known(first) and known(second) and known(third)):
            continue
        part = float(l3 * n) / bigrams[first, second]
        lower = unigram_part.get(third, 0.0) + bigram_part.get((second, third), 0.0)
        cell = _tag(first) * 16 + _tag(second) * 4 + _tag(third)
        key = (ident[first[0]], ident[second[0]], ident[third[0]])
        pairs.setdefault(key[:2], [])
        triples.setdefault(key, []).append((cell, math.log(lower + part)))

    pair_keys, triple_keys = sorted(pairs), sorted(triples)
    pair_number = {key: number for number, key in enumerate(pair_keys)}
    arrays: Arrays = {
        "characters": np.array([ord(c) for c in han], np.uint32),
        "emissions": emissions,
        "pair_rows": _rows([a for a, _ in pair_keys], len(ident) + 1),
        "pair_characters": np.array([b for _, b in pair_keys], np.uint16),
        "triple_rows": _rows([pair_number[a, b] for a, b, _ in triple_keys], len(pair_keys)),
        "triple_characters": np.array([c for _, _, c in triple_keys], np.uint16),
    }
    arrays.update(_entries("pair", [pairs[key] for key in pair_keys]))
    arrays.update(_entries("triple", [triples[key] for key in triple_keys]))
    return arrays


def _rows(parents: list[int], count: int) -> NDArray[Any]:
    """Where each parent's children begin; the last figure is where the last one's end."""
    counts = np.bincount(np.array(parents, np.int64), minlength=count)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)


def _entries(name: str, lists: list[list[tuple[int, float]]]) -> Arrays:
    lengths = [len(entries) for entries in lists]
    flat = [entry for entries in lists for entry in entries]
    return {
        f"{name}_firsts": np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32),
        f"{name}_cells": np.array([cell for cell, _ in flat], np.uint8),
        f"{name}_values": np.array([value for _, value in flat], np.float64),
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
    build_tables(installed_source(), Path(sys.argv[1]), _print_progress)
