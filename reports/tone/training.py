"""Learns a tone model from the shipped sentences and, when there are some, from an office's own labels.

Two stages. The first looks at single clauses, by three linear models side by side: logistic regression over
character n-grams, the same over words, and complement naive Bayes (Rennie et al., ICML 2003) over n-grams; their
weights are added up, each divided by how far its verdicts spread. The second turns the mean of a message's clauses
into probabilities, learnt from messages put together of sentences whose topics the first had not seen.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.naive_bayes import ComplementNB

from reports.model import Progress, Score, Tone, silent
from reports.scoring import Scorer
from reports.tone.examples import Labelled, put_together, shipped_examples
from reports.tone.features import FIGURES, Clause, figures, read, vector
from reports.tone.model import CLASSES, Weights, write_tone_model

SEED = 20261122
FOLDS = 5
#: A feature of fewer texts than this says more about those texts than about tone.
LEAST_TEXTS = 2
#: A word is about tone rather than about a matter when it occurs in so many topics, and mostly in none of them.
LEAST_GROUPS, MOST_OF_ONE = 4, 0.4
#: Sentences made from frames.
FRAMES = "frame"
STRENGTH = 8.0
SMOOTHING = 0.3
#: An office's own label counts as much as this many shipped sentences.
LOCAL_WEIGHT = 3.0
#: The messages put together weigh in the second stage as much as this many labels of one's own.
SHIPPED_MESSAGES = 300.0
#: Shares of negative, neutral and positive among messages to an office, as assumed where nobody has counted.
PRIOR = {Tone.NEGATIVE: 0.75, Tone.NEUTRAL: 0.20, Tone.POSITIVE: 0.05}
#: How far the shares of a fair sample are evened: 0 leaves them as they are, 1 makes them equal.
EVENING = 0.25
THRESHOLD = 0.6
POSITIVE_THRESHOLD = 0.65

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Read:
    """One example as the classifier reads it."""

    clauses: list[Clause]
    score: Score
    tone: Tone
    group: str
    weight: float
    length: int


@dataclass(frozen=True, slots=True)
class _FirstStage:
    inverse: dict[str, float]
    grams: dict[str, Floats]
    intercepts: Floats

    def logits(self, clause: Clause) -> Floats:
        total = self.intercepts.copy()
        for name, value in (vector(clause.grams, self.inverse) | vector(clause.words, self.inverse)).items():
            total += self.grams[name] * value
        return total

    def clause_logits(self, example: _Read) -> list[list[float]]:
        return [self.logits(clause).tolist() for clause in example.clauses]


def train(
    local: Sequence[Labelled] = (),
    *,
    scorer: Scorer,
    representative: bool = False,
    summary: Mapping[str, Any] | None = None,
    progress: Progress = silent,
) -> bytes:
    """The content of a model file learnt from the shipped sentences and `local` labels.

    With `representative` labels are a fair sample of what comes in, and their shares of tones are expected from then
    on; corrections are none, since people correct what is wrong. The same labels give the same file. `summary` is
    kept in the file beside what is told of the training.
    """
    shipped = shipped_examples()
    steps = FOLDS + 3
    progress(0, steps)
    examples = _read_all([*shipped, *local], scorer, len(shipped))
    progress(1, steps)
    logits: dict[int, list[list[float]]] = {}
    for number, (seen, unseen) in enumerate(_folds(examples), start=1):
        stage = _fit_first([examples[place] for place in seen])
        logits.update({place: stage.clause_logits(examples[place]) for place in unseen})
        progress(1 + number, steps)
    second, held_out = _fit_second(examples, logits, len(shipped), representative)
    first = _fit_first(examples)
    progress(steps - 1, steps)
    names = tuple(first.inverse)
    weights = Weights(
        vocabulary=names,
        inverse=_rounded(first.inverse.values()),
        grams=tuple(_rounded(first.grams[name][number] for name in names) for number in range(len(CLASSES))),
        intercepts=_rounded(first.intercepts),
        figures=tuple(_rounded(row) for row in second.coef_),
        biases=_rounded(second.intercept_),
        comments=_rounded([0.0] * len(CLASSES) if representative else _comment_shifts()),
        telling=_telling(examples),
        threshold=THRESHOLD,
        positive_threshold=POSITIVE_THRESHOLD,
    )
    told = {**_told(shipped, local, scorer), **held_out, **(summary or {})}
    progress(steps, steps)
    return write_tone_model(weights, told)


def _read_all(labelled: Sequence[Labelled], scorer: Scorer, shipped: int) -> list[_Read]:
    splitting = scorer.remembering(example.text for example in labelled)
    scores = scorer.score_many([example.text for example in labelled])
    return [
        _Read(
            clauses=read(example.text, splitting.words),
            score=score,
            tone=example.tone,
            group=example.group if place < shipped else f"own {example.group or place}",
            weight=1.0 if place < shipped else LOCAL_WEIGHT,
            length=len(example.text),
        )
        for place, (example, score) in enumerate(zip(labelled, scores, strict=True))
    ]


def _folds(examples: Sequence[_Read]) -> Iterator[tuple[list[int], list[int]]]:
    tones = [CLASSES.index(example.tone) for example in examples]
    groups = [example.group for example in examples]
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for seen, unseen in folds.split(np.zeros(len(examples)), tones, groups):
        yield seen.tolist(), unseen.tolist()


def _fit_first(examples: Sequence[_Read]) -> _FirstStage:
    documents: Counter[str] = Counter()
    for example in examples:
        documents.update({name for clause in example.clauses for name in (*clause.grams, *clause.words)})
    names = sorted(name for name, count in documents.items() if count >= LEAST_TEXTS)
    inverse = {name: math.log((1 + len(examples)) / (1 + documents[name])) + 1 for name in names}
    characters = [name for name in names if " " not in name]
    words = [name for name in names if " " in name]
    tones = np.array([CLASSES.index(example.tone) for example in examples])
    weights = np.array([example.weight for example in examples])
    by_characters = _matrix([[c.grams for c in example.clauses] for example in examples], characters, inverse)
    by_words = _matrix([[c.words for c in example.clauses] for example in examples], words, inverse)
    bayes = ComplementNB(alpha=SMOOTHING).fit(by_characters, tones, sample_weight=weights).feature_log_prob_
    parts = [
        (characters, by_characters, *_regression(by_characters, tones, weights)),
        (words, by_words, *_regression(by_words, tones, weights)),
        (characters, by_characters, bayes - bayes.mean(axis=0), np.zeros(len(CLASSES))),
    ]
    grams = {name: np.zeros(len(CLASSES)) for name in names}
    intercepts = np.zeros(len(CLASSES))
    for columns, matrix, coefficients, constants in parts:
        spread = float(np.asarray(matrix @ coefficients.T + constants).std()) or 1.0
        for name, column in zip(columns, (coefficients / spread).T, strict=True):
            grams[name] += column
        intercepts += constants / spread
    return _FirstStage(inverse, grams, intercepts)


def _telling(examples: Sequence[_Read]) -> tuple[str, ...]:
    """Words of at least `LEAST_GROUPS` topics of which none has more than `MOST_OF_ONE` of the word's texts."""
    seen: dict[str, Counter[str]] = {}
    for example in examples:
        if example.group.startswith(FRAMES):
            continue  # the same words over and over say nothing of how many topics a word occurs in
        for word in {name[:-1] for clause in example.clauses for name in clause.words if name.endswith(" ")}:
            seen.setdefault(word, Counter())[example.group] += 1
    return tuple(
        sorted(
            word
            for word, groups in seen.items()
            if len(groups) >= LEAST_GROUPS and max(groups.values()) <= MOST_OF_ONE * groups.total()
        )
    )


def _regression(matrix: csr_matrix, tones: NDArray[Any], weights: Floats) -> tuple[Floats, Floats]:
    """One against the rest, for each class."""
    rows, constants = [], []
    for number in range(len(CLASSES)):
        fitted = LogisticRegression(
            C=STRENGTH, class_weight="balanced", solver="liblinear", dual=True, max_iter=1000, random_state=SEED
        ).fit(matrix, tones == number, sample_weight=weights)
        rows.append(fitted.coef_[0])
        constants.append(fitted.intercept_[0])
    return np.array(rows), np.array(constants)


def _matrix(
    documents: Sequence[Sequence[Counter[str]]], columns: Sequence[str], inverse: Mapping[str, float]
) -> csr_matrix:
    """The mean of each document's clauses."""
    index = {name: number for number, name in enumerate(columns)}
    values: list[float] = []
    places: list[int] = []
    ends = [0]
    for document in documents:
        total: dict[int, float] = {}
        for counts in document:
            for name, value in vector(counts, inverse).items():
                total[index[name]] = total.get(index[name], 0.0) + value / len(document)
        places += total.keys()
        values += total.values()
        ends.append(len(places))
    return csr_matrix((values, places, ends), shape=(len(documents), len(columns)))


def _fit_second(
    examples: Sequence[_Read], logits: Mapping[int, list[list[float]]], shipped: int, representative: bool
) -> tuple[LogisticRegression, dict[str, Any]]:
    """Probabilities from the means of clauses, and how well they do on what the first stage had not seen."""
    labelled = [Labelled("", example.tone, example.group) for example in examples[:shipped]]
    rows: list[list[float]] = []
    tones: list[int] = []
    for places, tone in put_together(labelled, SEED):
        together = [row for place in places for row in logits[place]]
        if together:
            rows.append(figures(together, _mean_score([examples[place] for place in places])))
            tones.append(CLASSES.index(tone))
    count = len(rows)
    for place in range(shipped, len(examples)):
        if logits[place]:
            rows.append(figures(logits[place], examples[place].score))
            tones.append(CLASSES.index(examples[place].tone))
    found, truth = np.array(rows), np.array(tones)
    weights = np.concatenate([_weights(truth[:count]) * SHIPPED_MESSAGES, np.ones(len(rows) - count)])
    if len(rows) > count:
        own = _evened(truth[count:]) if representative else _weights(truth[count:])
        weights[count:] = own * (len(rows) - count)
    fitted = LogisticRegression(C=10.0, max_iter=2000).fit(found, truth, sample_weight=weights)
    guessed = fitted.predict(found[:count])
    return fitted, {"messages": count, "held_out_topics_accuracy": round(float((guessed == truth[:count]).mean()), 4)}


def _weights(truth: NDArray[Any]) -> Floats:
    """Weights of sum one that give each class its share of `PRIOR`."""
    counts = np.bincount(truth, minlength=len(CLASSES))
    shares = np.array([PRIOR[tone] if count else 0.0 for tone, count in zip(CLASSES, counts, strict=True)])
    return (shares / shares.sum() / np.maximum(counts, 1))[truth]


def _comment_shifts() -> list[float]:
    """From `PRIOR` to equal shares: what Bayes' rule adds to the logits where every view is as likely."""
    return [math.log(1 / len(CLASSES)) - math.log(PRIOR[tone]) for tone in CLASSES]


def _evened(truth: NDArray[Any]) -> Floats:
    """Weights of sum one that leave the classes nearly their own shares, but let the rare ones be heard."""
    shares = np.bincount(truth, minlength=len(CLASSES)) / len(truth)
    weights = np.maximum(shares, 1e-9)[truth] ** -EVENING
    return np.asarray(weights / weights.sum())


def _mean_score(examples: Sequence[_Read]) -> Score:
    """snownlp's weighted figure of texts put together."""
    weighed = [(example.length, example.score.weighted) for example in examples if example.score.weighted is not None]
    length = sum(n for n, _ in weighed)
    mean = sum(n * value for n, value in weighed) / length if length else None
    return Score(raw=mean, log_odds=None, weighted=mean, unknown_share=None)


def _told(shipped: Sequence[Labelled], local: Sequence[Labelled], scorer: Scorer) -> dict[str, Any]:
    """What the file says of its training."""
    lines = "\n".join(f"{example.tone}\t{example.text}" for example in (*shipped, *local))
    return {
        "sentences": len(shipped),
        "own_labels": len(local),
        "by_tone": dict(sorted(Counter(str(example.tone) for example in (*shipped, *local)).items())),
        "texts_sha256": hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest(),
        "scorer": scorer.version,
        "seed": SEED,
        "figures": list(FIGURES),
    }


def _rounded(values: Any) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in values)
