"""Thousands of texts scored at once: exactly the words and figures of one text at a time, without a loop over words.

The text of all is one array of characters. Han runs are decoded in lock-step, tokens are pairs of begin and end, and
their logarithms are added by ``bincount``, which keeps snownlp's order of addition.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from reports.scoring.bayes import Classifier, Verdict, verdict
from reports.scoring.decoder import ENDS, FIRST_HAN, INSIDE, LAST_HAN
from reports.scoring.hashing import HashIndex
from reports.scoring.lockstep import Decoder
from reports.scoring.tables import Tables

#: Characters in one go: enough to fill the lock-step, few enough to bound memory (some 300 bytes a character).
CHARACTERS = 600_000
#: Words up to this length are looked up by a number made of their characters, 21 bits each; longer ones one by one.
_SHORT = 3
_BITS = np.uint64(21)

Ints = NDArray[np.int64]
Codes = NDArray[np.uint32]
_OTHER, _SPACE, _HAN = range(3)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of some texts: where each begins and ends in their joined text, and which text it is of."""

    joined: str
    codes: Codes
    begins: Ints
    ends: Ints
    #: Where each text's words begin, and at last where the last one's end.
    bounds: Ints


class Batch:
    """Immutable once made, so threads may share it."""

    def __init__(self, tables: Tables, classifier: Classifier, decoder: Decoder) -> None:
        self._classifier = classifier
        self._decoder = decoder
        characters = tables.arrays["characters"].astype(np.int64)
        self._ident = np.zeros(LAST_HAN - FIRST_HAN + 1, np.int64)
        self._ident[characters - FIRST_HAN] = np.arange(1, len(characters) + 1)
        self._kinds = np.full(sys.maxunicode + 1, _OTHER, np.uint8)
        self._kinds[FIRST_HAN : LAST_HAN + 1] = _HAN
        # Python's white space, at which ``str.split`` ends a token. None of it is above U+3000.
        self._kinds[[code for code in range(0x3001) if chr(code).isspace()]] = _SPACE
        lengths = np.array([len(word) for word in tables.vocabulary])
        short = np.flatnonzero((lengths > 1) & (lengths <= _SHORT))
        codes = _codes("".join(tables.vocabulary))
        starts = np.cumsum(lengths) - lengths
        self._short_words = HashIndex(_short_keys(codes, starts[short], lengths[short]))
        # Found nowhere is place -1, the last.
        self._short_numbers = np.append(short, len(tables.vocabulary))
        self._long_words = {word: number for number, word in enumerate(tables.vocabulary) if len(word) > _SHORT}
        # The last row is that of a word never seen. A stop word has no logarithms: adding nought changes no bit.
        logs = np.vstack([tables.arrays["bayes_words"], tables.arrays["bayes_unknown"]])
        self._unknown = len(tables.vocabulary)
        self._counts = ~np.isnan(logs[:, 0])
        self._logs = [np.nan_to_num(side) for side in logs.T]
        self._single_words = np.full(sys.maxunicode + 1, self._unknown, np.int32)
        single = np.flatnonzero(lengths == 1)
        self._single_words[codes[starts[single]]] = single

    def verdicts(self, texts: Sequence[str]) -> list[Verdict]:
        """What the classifier makes of each text, in order. Equal texts are looked at once."""
        distinct = list(dict.fromkeys(texts))
        found = [verdict for part in portions(distinct) for verdict in self._verdicts(part)]
        if len(distinct) == len(texts):
            return found
        return list(map(dict(zip(distinct, found, strict=True)).__getitem__, texts))

    def words(self, texts: Sequence[str]) -> list[list[str]]:
        """Exactly ``SnowNLP(text).words`` of each text, in order."""
        found: list[list[str]] = []
        for part in portions(texts):
            tokens = self._tokens(part)
            spans = zip(tokens.begins.tolist(), tokens.ends.tolist(), strict=True)
            listed = [tokens.joined[begin:end] for begin, end in spans]
            found += [listed[begin:end] for begin, end in pairwise(tokens.bounds.tolist())]
        return found

    def _verdicts(self, texts: Sequence[str]) -> list[Verdict]:
        tokens = self._tokens(texts)
        numbers = self._numbers(tokens)
        every = np.arange(len(texts))
        owners = np.concatenate([every, np.repeat(every, np.diff(tokens.bounds))])
        sums = []
        for start, logs in zip(self._classifier.start, self._logs, strict=True):
            parts = np.empty(len(owners))
            parts[: len(texts)] = start
            np.take(logs, numbers, out=parts[len(texts) :])
            sums.append(np.bincount(owners, parts, len(texts)).tolist())
        counted = _sums(self._counts.take(numbers), tokens.bounds)
        unknown = _sums(numbers == self._unknown, tokens.bounds)
        return list(map(verdict, *sums, counted, unknown))

    def _tokens(self, texts: Sequence[str]) -> Tokens:
        joined = "".join(texts)
        codes = _codes(joined)
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        bounds = np.concatenate([[0], np.cumsum(lengths)])
        first = np.zeros(len(codes) + 1, bool)
        first[bounds] = True
        first = first[:-1]
        kinds = self._kinds.take(codes)
        han, space = kinds == _HAN, kinds == _SPACE
        # A run of one kind begins where the kind changes, or the text.
        run_begins = first
        run_begins[1:] |= kinds[1:] != kinds[:-1]
        begins = run_begins & ~space
        places = np.flatnonzero(han)
        if len(places):
            starts = np.flatnonzero(run_begins[places])
            runs = np.diff(np.append(starts, len(places)))
            tags = self._decoder.tags(self._ident.take(codes.take(places) - FIRST_HAN), starts, runs)
            inside = (tags == INSIDE) | (tags == ENDS)
            inside[1:] &= tags[:-1] != ENDS
            begins[places] |= ~inside
        edges = np.flatnonzero(begins | space)
        is_word = begins[edges]
        ends = np.append(edges[1:], len(codes))[is_word]
        starts_at = edges[is_word]
        return Tokens(joined, codes, starts_at, ends, np.searchsorted(starts_at, bounds))

    def _numbers(self, tokens: Tokens) -> Ints:
        """The row of each token's logarithms."""
        lengths = tokens.ends - tokens.begins
        numbers = self._single_words.take(tokens.codes.take(tokens.begins)).astype(np.int64)
        short = np.flatnonzero((lengths > 1) & (lengths <= _SHORT))
        found = self._short_words.find(_short_keys(tokens.codes, tokens.begins.take(short), lengths.take(short)))
        numbers[short] = self._short_numbers.take(found)
        long = np.flatnonzero(lengths > _SHORT)
        numbers[long] = [
            self._long_words.get(tokens.joined[begin:end], self._unknown)
            for begin, end in zip(tokens.begins[long].tolist(), tokens.ends[long].tolist(), strict=True)
        ]
        return numbers


def _sums(flags: NDArray[np.bool_], bounds: Ints) -> list[int]:
    """How many flags are set from each bound to the next."""
    sums = np.concatenate([[0], np.cumsum(flags)])
    return np.diff(sums[bounds]).tolist()


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
    """A number for each word of two or three characters; no two words have the same."""
    # One is added to the first character, so that a NUL before two characters is not taken for nothing.
    keys = codes.take(begins).astype(np.uint64)
    keys += np.uint64(1)
    keys <<= _BITS
    keys |= codes.take(begins + 1)
    third = np.flatnonzero(lengths > 2)
    keys[third] = (keys[third] << _BITS) | codes.take(begins[third] + 2)
    return keys
