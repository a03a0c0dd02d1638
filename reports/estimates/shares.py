"""Shares of tones with intervals that hold the sample's uncertainty and the classifier's measured errors.

In plain Python: pages of the web application show these shares, and its processes load no numerical library.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import NormalDist

from reports.estimates.model import (
    ANSWERS,
    CONFIDENCE,
    LEAST_SAMPLE,
    LEAST_TESTED,
    TONES,
    Confusion,
    Estimate,
)
from reports.model import Tone

#: The chi-square bound of one degree of freedom, 3.84: the square of 1.96.
BOUND = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) ** 2

#: Shares that are tried before the ends of an interval are narrowed down, by so many halvings.
_STEPS = 24
_HALVINGS = 10
#: Rounds of fitting the mix of the other tones; after three nothing moves any more.
_ROUNDS = 4
#: Added to every cell of the confusion matrix (Jeffreys): an error not seen in a few dozen tests is not impossible.
#: With a quarter of it, intervals of a model tested on 50 texts covered a rare tone in 61 to 90 % of simulations.
_UNSEEN = 0.5

_Rates = Sequence[Sequence[float]]


def effective_size(groups: Iterable[int]) -> float:
    """How many independent texts groups of identical ones are worth (Kish 1965): (Σm)² ÷ Σm².

    Forty copies of one letter tell once what the tone is, not forty times.
    """
    sizes = list(groups)
    squares = sum(size * size for size in sizes)
    return sum(sizes) ** 2 / squares if squares else 0.0


def tone_shares(
    counts: Mapping[str, int],
    confusion: Confusion | None = None,
    *,
    effective: float | None = None,
) -> dict[Tone, Estimate]:
    """The share of each tone, or nothing when there are fewer than `LEAST_SAMPLE` texts to estimate it from.

    `counts` are those of the model's answers, by the names of `Tone`. With a `confusion` the share is that of *all*
    texts with words, the uncertain ones among them, corrected for the model's errors; that of the negative tone alone
    when the others were tested too little. Without, it is the share of the
    texts that the model decided. `effective` is the number of independent texts they are worth.
    """
    answers = [counts.get(tone.value, 0) for tone in ANSWERS]
    decided = sum(answers[:-1])
    n = decided if confusion is None else sum(answers)
    if n < LEAST_SAMPLE:
        return {}
    worth = min(1.0, (effective or sum(answers)) / sum(answers))
    if confusion is None:
        return {tone: _wilson(k, n, worth) for tone, k in zip(TONES, answers, strict=False)}
    return _corrected(answers, confusion, worth)


def estimated_shares(
    answers: Mapping[str, int],
    in_force: Mapping[str, int],
    confusion: Confusion | None,
    *,
    worth: float = 1.0,
) -> dict[Tone, Estimate]:
    """The share of each tone as every page and document of the platform prints it.

    `answers` counts what the model said, `in_force` the same texts by a person's word where there is one. A model's
    measured errors are those of its answers, so with a `confusion` the shares are estimated from the answers to all
    texts; people correct what looks wrong to them, which is no sample. Without one nothing is known of the errors, and
    the shares are those of the tones in force. `worth` is the share of independent texts among them.
    """
    counts = in_force if confusion is None else answers
    read = sum(counts.get(tone.value, 0) for tone in ANSWERS)
    return tone_shares(counts, confusion, effective=worth * read)


def _wilson(k: int, n: int, worth: float) -> Estimate:
    low, high = wilson(k, n, worth)
    return Estimate(k / n, low, high, n, corrected=False)


def wilson(k: int, n: int, worth: float = 1.0) -> tuple[float, float]:
    """Wilson's score interval (1927) of k in n, for the sampling alone; `worth` is the share of independent texts.

    scipy has it for whole numbers of trials only, and with copies among the texts there is no whole number.
    """
    size, share = n * worth, k / n
    middle = (share + BOUND / (2 * size)) / (1 + BOUND / size)
    half = math.sqrt(BOUND * (share * (1 - share) / size + BOUND / (4 * size * size))) / (1 + BOUND / size)
    # Rounding may leave the last bit of an end beyond the share itself, or beyond 0 and 1.
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def _corrected(answers: Sequence[int], confusion: Confusion, worth: float) -> dict[Tone, Estimate]:
    """The shares of the true tones that would make the model answer so, by minimum chi-square.

    If π are the true shares and A the rates at which a tone is answered so, the answers have the shares Aᵀπ (Rogan and
    Gladen 1978 for two classes). The residual's covariance is that of the sample plus that of the measured rates,
    Σ π²Cov(A) (as in Lang and Reiczigel 2014). A share belongs to the interval when the best mix of the other tones
    that goes with it is not worse than the best of all by more than the chi-square bound. For a model that never errs
    this is Wilson's interval.
    """
    whole = min(map(sum, confusion)) >= LEAST_TESTED
    if not whole:
        # Too few tests of a tone to know how it is taken: what is not negative is taken together, and only the negative
        # share is corrected.
        rest = tuple(map(sum, zip(*confusion[1:], strict=True)))
        confusion = (confusion[0], rest, rest)
    rates = [[(n + _UNSEEN) / (sum(row) + _UNSEEN * len(row)) for n in row] for row in confusion]
    tested = [sum(row) for row in confusion]
    total = sum(answers)
    seen = [n / total for n in answers]
    found: dict[Tone, Estimate] = {}
    for k, tone in enumerate(TONES if whole else TONES[:1]):
        fit = _Fit(k, rates, tested, seen, total * worth)
        share, low, high = _interval(fit.misfit)
        found[tone] = Estimate(share, low, high, total, corrected=True)
    return found


def _interval(misfit: Callable[[float], float]) -> tuple[float, float, float]:
    """Where between 0 and 1 a misfit is least, and the ends of what is not worse by more than the bound."""
    tried = [(misfit(step / _STEPS), step / _STEPS) for step in range(_STEPS + 1)]
    _, near = min(tried)
    step = 1 / _STEPS
    share = _lowest(misfit, max(0.0, near - step), min(1.0, near + step))
    limit = misfit(share) + BOUND
    kept = [at for value, at in tried if value <= limit]
    low, high = min([share, *kept]), max([share, *kept])
    return share, _edge(misfit, limit, low, max(0.0, low - step)), _edge(misfit, limit, high, min(1.0, high + step))


def _lowest(misfit: Callable[[float], float], low: float, high: float) -> float:
    """The place of the least value between two, by thirds."""
    for _ in range(_HALVINGS + 2):
        first, second = low + (high - low) / 3, high - (high - low) / 3
        if misfit(first) <= misfit(second):
            high = second
        else:
            low = first
    ends = (low, (low + high) / 2, high)
    return min(ends, key=misfit)


def _edge(misfit: Callable[[float], float], limit: float, inside: float, outside: float) -> float:
    """Where the misfit passes the limit between a place within and one without; the outer one when it does not."""
    if misfit(outside) <= limit:
        return outside
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if misfit(middle) <= limit:
            inside = middle
        else:
            outside = middle
    return inside


class _Fit:
    """How badly a share of one tone, with the best mix of the other two, explains the answers: a chi-square.

    One answer is left out, because all sum to one. The mix is fitted by generalised least squares, in rounds because
    the covariance depends on it.
    """

    def __init__(self, k: int, rates: _Rates, tested: Sequence[int], seen: Sequence[float], size: float) -> None:
        self._order = (k, *(i for i in range(len(TONES)) if i != k))
        self._told = [list(rates[i][:-1]) for i in self._order]
        self._seen = seen[:-1]
        self._size = size
        self._measuring = [_spread(rates[i][:-1], tested[i] / _student(tested[i])) for i in self._order]

    def misfit(self, share: float) -> float:
        """The chi-square of a share, from 0 to 1."""
        # All of the rest in one tone, unless the fit says otherwise: two alike have nothing to be told apart by.
        rest, part = 1 - share, 1.0
        pull = [rest * (a - b) for a, b in zip(self._told[1], self._told[2], strict=True)]
        for _ in range(_ROUNDS):
            residual, inverse = self._residual((share, rest * part, rest * (1 - part)))
            strength = _form(pull, inverse, pull)
            if strength <= 0:
                break
            part = min(1.0, max(0.0, part + _form(pull, inverse, residual) / strength))
        residual, inverse = self._residual((share, rest * part, rest * (1 - part)))
        return _form(residual, inverse, residual)

    def _residual(self, mix: Sequence[float]) -> tuple[list[float], list[list[float]]]:
        """What the mix leaves unexplained, and the inverse of its covariance."""
        expected = [sum(m * row[j] for m, row in zip(mix, self._told, strict=True)) for j in range(len(self._seen))]
        spread = _spread(expected, self._size)
        for m, measured in zip(mix, self._measuring, strict=True):
            for i, row in enumerate(measured):
                for j, value in enumerate(row):
                    spread[i][j] += m * m * value
        return [s - e for s, e in zip(self._seen, expected, strict=True)], _inverse(spread)


def _student(tested: int) -> float:
    """By how much a variance estimated from so many tests counts for more: Student's bound squared over the normal's,
    by the first term of its expansion in 1/ν (Fisher 1925)."""
    return (1 + (BOUND + 1) / (4 * max(1, tested - 1))) ** 2


def _spread(shares: Sequence[float], size: float) -> list[list[float]]:
    """The covariance of the shares of `size` draws from a multinomial: (diag(p) − ppᵀ) ÷ size."""
    return [[((i == j) * p - p * q) / size for j, q in enumerate(shares)] for i, p in enumerate(shares)]


def _inverse(m: Sequence[Sequence[float]]) -> list[list[float]]:
    """The inverse of a symmetric 3 × 3 matrix by its cofactors."""
    (a, b, c), (_, d, e), (_, _, f) = m
    first, second, third = d * f - e * e, c * e - b * f, b * e - c * d
    whole = a * first + b * second + c * third
    return [
        [first / whole, second / whole, third / whole],
        [second / whole, (a * f - c * c) / whole, (b * c - a * e) / whole],
        [third / whole, (b * c - a * e) / whole, (a * d - b * b) / whole],
    ]


def _form(left: Sequence[float], matrix: Sequence[Sequence[float]], right: Sequence[float]) -> float:
    return sum(a * sum(m * b for m, b in zip(row, right, strict=True)) for a, row in zip(left, matrix, strict=True))
