"""Two linear stages as they are used: clauses to logits, and figures of a text to probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.linear.clauses import Clause, clause_vector


@dataclass(frozen=True, slots=True)
class TwoStages:
    """The weights of both stages, as a model file holds them. Rows are classes, in an order that each model fixes."""

    vocabulary: tuple[str, ...]  #: character n-grams, and words and pairs of words, which hold a blank
    inverse: tuple[float, ...]  #: inverse document frequency of each
    grams: tuple[tuple[float, ...], ...]  #: the first stage: a weight for each class and feature
    intercepts: tuple[float, ...]
    figures: tuple[tuple[float, ...], ...]  #: the second stage: a weight for each class and figure
    biases: tuple[float, ...]  #: the second stage's intercepts


class ClauseStage:
    """The first stage: a logit for each class from the characters and words of one clause."""

    def __init__(
        self, inverse: Mapping[str, float], rows: Sequence[Sequence[float]], intercepts: Sequence[float]
    ) -> None:
        """`rows` hold, for each class, the weights of the features of `inverse` in its order."""
        self.inverse = inverse
        #: The weight of each feature for each class.
        self.pulls: Mapping[str, Sequence[float]] = dict(zip(inverse, zip(*rows, strict=True), strict=True))
        self.intercepts = tuple(intercepts)

    @classmethod
    def of(cls, weights: TwoStages) -> ClauseStage:
        inverse = dict(zip(weights.vocabulary, weights.inverse, strict=True))
        return cls(inverse, weights.grams, weights.intercepts)

    def vectors(self, clauses: Sequence[Clause]) -> list[dict[str, float]]:
        """The known features of each clause."""
        return [clause_vector(clause, self.inverse) for clause in clauses]

    def logits(self, found: Mapping[str, float]) -> list[float]:
        """The verdict on one clause, given as a vector; without a known feature it is the intercepts."""
        totals = list(self.intercepts)
        for name, value in found.items():
            for number, weight in enumerate(self.pulls[name]):
                totals[number] += weight * value
        return totals

    def all_logits(self, clauses: Sequence[Clause]) -> list[list[float]]:
        """The verdict on each clause."""
        return [self.logits(found) for found in self.vectors(clauses)]


def probabilities(rows: Sequence[Sequence[float]], biases: Sequence[float], figures: Sequence[float]) -> list[float]:
    """The second stage: a probability for each class, of sum one, from the figures of a text."""
    totals = [
        bias + sum(weight * number for weight, number in zip(row, figures, strict=True))
        for row, bias in zip(rows, biases, strict=True)
    ]
    highest = max(totals)
    exponents = [math.exp(total - highest) for total in totals]
    return [value / sum(exponents) for value in exponents]
