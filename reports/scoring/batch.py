"""Thousands of texts scored at once: exactly the words and figures of one text at a time, without a loop over words.

The text of all is one array of characters. Han runs are decoded in lock-step, tokens are pairs of begin and end, and
their logarithms are added by ``bincount``, which keeps snownlp's order of addition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from reports.scoring.bayes import Classifier, Verdict, verdict
from reports.scoring.decoder import BEGINS, ENDS, FIRST_HAN, LAST_HAN, SINGLE
from reports.scoring.hashing import HashIndex
from reports.scoring.lockstep import Decoder
from reports.scoring.tables import Tables

#: Characters in one go: enough to fill the lock-step, few enough to bound memory (some 300 bytes a character).
CHARACTERS = 400_000
#: Words up to this length are looked up by a number made of their characters, 21 bits each; longer ones one by one.
_SHORT = 3
_BITS = np.uint64(21)

Ints = NDArray[np.int64]
Codes = NDArray[np.uint32]
#: Python's white space, at which ``str.split`` ends a token. None of it is above U+3000.
_SPACES = np.array([chr(code).isspace() for code in range(0x3001)])


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of some texts: where each begins and ends in their joined text, and which text it is of."""

    joined: str
    codes: Codes
    begins: Ints
    ends: Ints
    owners: Ints


class Batch:
    """Immutable once made, so threads may share it."""

    def __init__(self, tables: Tables, classifier: Classifier, decoder: Decoder) -> None:
        self._classifier = classifier
        self._decoder = decoder
        characters = tables.arrays["characters"].astype(np.int64)
        self._ident = np.zeros(LAST_HAN - FIRST_HAN + 1, np.int64)
        self._ident[characters - FIRST_HAN] = np.arange(1, len(characters) + 1)
        lengths = np.array([len(word) for word in tables.vocabulary])
        short = np.flatnonzero(lengths <= _SHORT)
        codes = _codes("".join(tables.vocabulary))
        starts = np.cumsum(lengths) - lengths
        self._short_words = HashIndex(_short_keys(codes, starts[short], lengths[short]))
        self._short_numbers = short
        self._long_words = {word: number for number, word in enumerate(tables.vocabulary) if len(word) > _SHORT}
        # The last row is that of a word never seen; a stop word has no logarithms (NaN).
        self._logs = np.vstack([tables.arrays["bayes_words"], tables.arrays["bayes_unknown"]])

    def verdicts(self, texts: Sequence[str]) -> list[Verdict]:
        """What the classifier makes of each text, in order."""
        return [found for part in portions(texts) for found in self._verdicts(part)]

    def words(self, texts: Sequence[str]) -> list[list[str]]:
        """Exactly ``SnowNLP(text).words`` of each text, in order."""
        found: list[list[str]] = []
        for part in portions(texts):
            tokens = self._tokens(part)
            spans = zip(tokens.begins.tolist(), tokens.ends.tolist(), strict=True)
            listed = [tokens.joined[begin:end] for begin, end in spans]
            bounds = np.searchsorted(tokens.owners, np.arange(len(part) + 1)).tolist()
            found += [listed[begin:end] for begin, end in pairwise(bounds)]
        return found

    def _verdicts(self, texts: Sequence[str]) -> list[Verdict]:
        tokens = self._tokens(texts)
        numbers = self._numbers(tokens)
        logs = self._logs[numbers]
        counted = ~np.isnan(logs[:, 0])
        every = np.arange(len(texts))
        owners = np.concatenate([every, tokens.owners[counted]])
        sums = [
            np.bincount(owners, np.concatenate([np.full(len(texts), start), logs[counted, side]]), len(texts)).tolist()
            for side, start in enumerate(self._classifier.start)
        ]
        known = np.bincount(tokens.owners[counted], minlength=len(texts)).tolist()
        unknown = np.bincount(tokens.owners[numbers == len(self._logs) - 1], minlength=len(texts)).tolist()
        return list(map(verdict, *sums, known, unknown))

    def _tokens(self, texts: Sequence[str]) -> Tokens:
        joined = "".join(texts)
        codes = _codes(joined)
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        bounds = np.cumsum(lengths) - lengths
        first = np.zeros(len(codes) + 1, bool)
        first[bounds] = True
        first = first[:-1]
        han = (codes >= FIRST_HAN) & (codes <= LAST_HAN)
        space = _SPACES[np.minimum(codes, len(_SPACES) - 1)] & (codes < len(_SPACES))
        before_han = np.concatenate([[False], han[:-1]])
        before_space = np.concatenate([[True], space[:-1]])
        run_begins = han & (~before_han | first)
        begins = ~han & ~space & (first | before_han | before_space)
        places = np.flatnonzero(han)
        if len(places):
            starts = np.flatnonzero(run_begins[places])
            runs = np.diff(np.append(starts, len(places)))
            tags = self._decoder.tags(self._ident[codes[places] - FIRST_HAN], starts, runs)
            after_end = np.concatenate([[False], tags[:-1] == ENDS])
            begins[places] = (tags == BEGINS) | (tags == SINGLE) | after_end | run_begins[places]
        edges = np.flatnonzero(begins | space)
        is_word = begins[edges]
        ends = np.append(edges[1:], len(codes))[is_word]
        starts_at = edges[is_word]
        owners = np.searchsorted(bounds, starts_at, side="right") - 1
        return Tokens(joined, codes, starts_at, ends, owners)

    def _numbers(self, tokens: Tokens) -> Ints:
        """The row of each token's logarithms."""
        lengths = tokens.ends - tokens.begins
        numbers = np.full(len(lengths), len(self._logs) - 1)
        short = np.flatnonzero(lengths <= _SHORT)
        found = self._short_words.find(_short_keys(tokens.codes, tokens.begins[short], lengths[short]))
        numbers[short[found >= 0]] = self._short_numbers[found[found >= 0]]
        long = np.flatnonzero(lengths > _SHORT)
        unknown = len(self._logs) - 1
        numbers[long] = [
            self._long_words.get(tokens.joined[begin:end], unknown)
            for begin, end in zip(tokens.begins[long].tolist(), tokens.ends[long].tolist(), strict=True)
        ]
        return numbers


def portions(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in parts of about `CHARACTERS` characters; a longer text is a part of its own."""
    begin = total = 0
    for at, text in enumerate(texts):
        if total and total + len(text) > CHARACTERS:
            yield texts[begin:at]
            begin, total = at, 0
        total += len(text)
    if begin < len(texts):
        yield texts[begin:]


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _short_keys(codes: Codes, begins: Ints, lengths: Ints) -> NDArray[np.uint64]:
    """A number for each word of up to three characters; no two words have the same."""
    keys = np.zeros(len(begins), np.uint64)
    for offset in range(_SHORT):
        inside = np.flatnonzero(lengths > offset)
        keys[inside] = (keys[inside] << _BITS) | (codes[begins[inside] + offset].astype(np.uint64) + np.uint64(1))
    return keys
