"""snownlp's naive Bayes over the tables: the same sums in the same order, so the same figure to the last bit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reports.scoring.tables import Tables


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the classifier makes of a list of words."""

    probability: float  #: that the words are positive, as snownlp gives it
    log_odds: float  #: log(P(pos)/P(neg)), finite where the probability is 0.0 or 1.0
    counted: int  #: words that were counted: all but stop words
    unknown: int  #: those of them that the model has never seen


class Classifier:
    """Immutable once made, so threads may share it."""

    def __init__(self, tables: Tables) -> None:
        #: The logarithms of the classes' shares, from which every sum starts.
        self.start: tuple[float, float] = tuple(tables.arrays["bayes_start"].tolist())
        self._unknown: tuple[float, float] = tuple(tables.arrays["bayes_unknown"].tolist())
        logs = tables.arrays["bayes_words"]
        pairs = zip(logs[:, 0].tolist(), logs[:, 1].tolist(), strict=True)
        self._words: dict[str, tuple[float, float] | None] = dict(zip(tables.vocabulary, pairs, strict=True))
        for stop_word in np.flatnonzero(np.isnan(logs[:, 0])).tolist():
            self._words[tables.vocabulary[stop_word]] = None

    def classify(self, words: Iterable[str]) -> Verdict:
        """The verdict on words in their order; adding floats in another order would change the last bit."""
        negative, positive = self.start
        counted = unknown = 0
        find = self._words.get
        for word in words:
            logs = find(word, self._unknown)
            if logs is None:
                continue
            counted += 1
            if logs is self._unknown:
                unknown += 1
            negative += logs[0]
            positive += logs[1]
        return verdict(negative, positive, counted, unknown)

    def is_stop_word(self, word: str) -> bool:
        return self._words.get(word, self._unknown) is None

    def weight(self, word: str) -> float:
        """How much one occurrence adds to the log odds; 0.0 for a stop word."""
        logs = self._words.get(word, self._unknown)
        return 0.0 if logs is None else logs[1] - logs[0]

    def knows(self, word: str) -> bool:
        return word in self._words


def verdict(negative: float, positive: float, counted: int, unknown: int) -> Verdict:
    """The verdict that the two sums of logarithms make."""
    return Verdict(_probability(negative, positive), positive - negative, counted, unknown)


def _probability(negative: float, positive: float) -> float:
    """``Bayes.classify`` and ``Sentiment.classify`` of snownlp, overflow included."""
    of_negative = _share(negative, negative, positive)
    of_positive = _share(positive, negative, positive)
    if of_positive > of_negative:
        return of_positive
    return 1 - of_negative


def _share(own: float, negative: float, positive: float) -> float:
    try:
        return 1 / (0 + math.exp(negative - own) + math.exp(positive - own))
    except OverflowError:
        return 0.0
