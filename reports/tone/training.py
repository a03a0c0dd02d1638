"""Learns a tone model from the shipped sentences and, when there are some, from an office's own labels.

Two stages. The first looks at single clauses, by three linear models side by side: logistic regression over
character n-grams, the same over words, and complement naive Bayes (Rennie et al., ICML 2003) over n-grams; their
weights are added up, each divided by how far its verdicts spread. A fair sample of an office's own texts adds four
more, learnt from it alone. The second stage turns the mean of a message's clauses
into probabilities, learnt from messages put together of sentences whose topics the first had not seen.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB

from reports.linear.clauses import Clause, read, vector
from reports.linear.learning import (
    FOLDS,
    SEED,
    Floats,
    examples_digest,
    folds,
    inverse_frequencies,
    matrix,
    mean,
    one_against_rest,
    rounded,
)
from reports.linear.stages import ClauseStage
from reports.model import Progress, Score, Tone, silent
from reports.scoring import Scorer
from reports.tone.examples import Labelled, put_together, shipped_examples
from reports.tone.features import FIGURES, figures, read_with_signs
from reports.tone.model import CLASSES, Weights, write_tone_model
from reports.tone.signs import PREFIX

#: A word of so many own labels, of which so large a share is negative or positive, may be shown as evidence.
TELLING_TEXTS, TELLING_SHARE = 8, 0.85
SMOOTHING = 0.3
#: An office's own label counts as much as this many shipped sentences: a correction, and one of a fair sample.
LOCAL_WEIGHT, FAIR_WEIGHT = 3.0, 10.0
#: From so many labels of a fair sample on, linear models that learnt from these alone speak beside the others; they
#: know little, so they are held shorter.
LEAST_OWN, OWN_STRENGTH = 200, 2.0
#: The model that weighs signs of feeling speaks as often as this many others.
SIGNS_WEIGHT = 2
#: Where half of an office's texts are shorter than this they are posts, and such texts are read whole.
POST_LENGTH, WHOLE_BELOW = 80, 200
#: The messages put together weigh in the second stage as much as this many labels of one's own.
SHIPPED_MESSAGES = 300.0
#: Shares of negative, neutral and positive among messages to an office, as assumed where nobody has counted.
PRIOR = {Tone.NEGATIVE: 0.80, Tone.NEUTRAL: 0.16, Tone.POSITIVE: 0.04}
#: How far the shares of a fair sample are evened: 0 leaves them as they are, 1 makes them equal.
EVENING = 0.5
THRESHOLD = 0.6
POSITIVE_THRESHOLD = 0.65


@dataclass(frozen=True, slots=True)
class _Read:
    """One example as the classifier reads it."""

    clauses: list[Clause]
    score: Score
    tone: Tone
    group: str
    weight: float
    length: int
    is_fair: bool  #: of a fair sample of what comes in


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
    whole_below = WHOLE_BELOW if representative and _are_posts(local) else 0
    examples = _read_all(shipped, local, scorer, representative, whole_below)
    progress(1, steps)
    logits: dict[int, list[list[float]]] = {}
    for number, (seen, unseen) in enumerate(_folds(examples), start=1):
        stage = _fit_first([examples[place] for place in seen])
        logits.update({place: stage.all_logits(examples[place].clauses) for place in unseen})
        progress(1 + number, steps)
    second, held_out = _fit_second(examples, logits, len(shipped), representative)
    first = _fit_first(examples)
    progress(steps - 1, steps)
    weights = Weights(
        vocabulary=tuple(first.inverse),
        inverse=rounded(first.inverse.values()),
        grams=tuple(rounded(row) for row in zip(*first.pulls.values(), strict=True)),
        intercepts=rounded(first.intercepts),
        figures=tuple(rounded(row) for row in second.coef_),
        biases=rounded(second.intercept_),
        comments=rounded([0.0] * len(CLASSES) if representative else _comment_shifts()),
        telling=_telling(examples[len(shipped) :]),
        threshold=THRESHOLD,
        positive_threshold=POSITIVE_THRESHOLD,
        whole_below=whole_below,
    )
    told = {**_told(shipped, local, scorer), **held_out, **(summary or {})}
    progress(steps, steps)
    return write_tone_model(weights, told)


def _are_posts(local: Sequence[Labelled]) -> bool:
    return bool(local) and median(len(example.text) for example in local) < POST_LENGTH


def _read_all(
    shipped: Sequence[Labelled], local: Sequence[Labelled], scorer: Scorer, representative: bool, whole_below: int
) -> list[_Read]:
    every = [*shipped, *local]
    splitting = scorer.remembering(example.text for example in every)
    scores = scorer.score_many([example.text for example in every])
    own_weight = FAIR_WEIGHT if representative else LOCAL_WEIGHT
    reading = read_with_signs if representative and len(local) >= LEAST_OWN else read
    return [
        _Read(
            clauses=reading(example.text, splitting.words, whole_below),
            score=score,
            tone=example.tone,
            group=example.group if place < len(shipped) else f"own {example.group or place}",
            weight=1.0 if place < len(shipped) else own_weight,
            length=len(example.text),
            is_fair=representative and place >= len(shipped),
        )
        for place, (example, score) in enumerate(zip(every, scores, strict=True))
    ]


def _folds(examples: Sequence[_Read]) -> Iterator[tuple[list[int], list[int]]]:
    return folds([CLASSES.index(example.tone) for example in examples], [example.group for example in examples])


def _fit_first(examples: Sequence[_Read]) -> ClauseStage:
    inverse = inverse_frequencies([example.clauses for example in examples])
    characters = [name for name in inverse if " " not in name and not name.startswith(PREFIX)]
    words = [name for name in inverse if " " in name]
    tones = np.array([CLASSES.index(example.tone) for example in examples])
    weights = np.array([example.weight for example in examples])
    by_characters = matrix([mean([vector(c.grams, inverse) for c in e.clauses]) for e in examples], characters)
    by_words = matrix([mean([vector(c.words, inverse) for c in e.clauses]) for e in examples], words)
    parts = [
        (characters, by_characters, *one_against_rest(by_characters, tones, len(CLASSES), weights)),
        (words, by_words, *one_against_rest(by_words, tones, len(CLASSES), weights)),
        (characters, by_characters, *_bayes(by_characters, tones, weights)),
    ]
    fair = np.array([example.is_fair for example in examples])
    if fair.sum() >= LEAST_OWN and len(set(tones[fair])) == len(CLASSES):
        for names, texts in ((characters, by_characters), (words, by_words)):
            own = one_against_rest(texts[fair], tones[fair], len(CLASSES), strength=OWN_STRENGTH)
            parts += [(names, texts, *own), (names, texts, *_bayes(texts[fair], tones[fair]))]
        named = [name for name in inverse if name.startswith(PREFIX)]
        by_signs = matrix([mean([vector(c.cues, inverse) for c in e.clauses]) for e in examples], named)
        own = one_against_rest(by_signs[fair], tones[fair], len(CLASSES), strength=OWN_STRENGTH)
        parts += [(named, by_signs, *own)] * SIGNS_WEIGHT
    columns = {name: number for number, name in enumerate(inverse)}
    rows, intercepts = np.zeros((len(CLASSES), len(columns))), np.zeros(len(CLASSES))
    for names, texts, coefficients, constants in parts:
        spread = float(np.asarray(texts @ coefficients.T + constants).std()) or 1.0
        rows[:, [columns[name] for name in names]] += coefficients / spread
        intercepts += constants / spread
    return ClauseStage(inverse, rows.tolist(), intercepts.tolist())


def _bayes(texts: csr_matrix, tones: NDArray[Any], weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Coefficients of complement naive Bayes; its intercepts are none."""
    found = ComplementNB(alpha=SMOOTHING).fit(texts, tones, sample_weight=weights).feature_log_prob_
    return found - found.mean(axis=0), np.zeros(len(CLASSES))


def _telling(own: Sequence[_Read]) -> tuple[str, ...]:
    """Words of the office's own labels that go with feeling of one kind nearly always."""
    tones: dict[str, Counter[Tone]] = {}
    for example in own:
        for word in {name[:-1] for clause in example.clauses for name in clause.words if name.endswith(" ")}:
            tones.setdefault(word, Counter())[example.tone] += 1
    return tuple(
        sorted(
            word
            for word, counts in tones.items()
            if len(word) > 1
            and word.isalpha()
            and counts.total() >= TELLING_TEXTS
            and max(counts[Tone.NEGATIVE], counts[Tone.POSITIVE]) >= TELLING_SHARE * counts.total()
        )
    )


def _fit_second(
    examples: Sequence[_Read], logits: Mapping[int, list[list[float]]], shipped: int, representative: bool
) -> tuple[LogisticRegression, dict[str, Any]]:
    """Probabilities from the means of clauses, and how well they do on what the first stage had not seen."""
    labelled = [Labelled("字" * example.length, example.tone, example.group) for example in examples[:shipped]]
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
    examples = [*shipped, *local]
    return {
        "sentences": len(shipped),
        "own_labels": len(local),
        "by_tone": dict(sorted(Counter(str(example.tone) for example in examples).items())),
        "texts_sha256": examples_digest((example.tone, example.text) for example in examples),
        "scorer": scorer.version,
        "seed": SEED,
        "figures": list(FIGURES),
    }
