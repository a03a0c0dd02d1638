"""Learns the stance model from the sentences written for this project: ``python -m reports.stance.training``.

Two stages, as for tone. The first looks at single clauses: logistic regression, one stance against the rest. The
second turns the clauses of a text into probabilities, learnt from messages put together of sentences whose topics
the first had not seen. The same sentences give the same file.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from reports.linear.clauses import Clause, Splitter, clause_vector
from reports.linear.learning import (
    SEED,
    examples_digest,
    folds,
    inverse_frequencies,
    matrix,
    mean,
    of_no_matter,
    one_against_rest,
    rounded,
)
from reports.linear.stages import ClauseStage
from reports.scoring import load_scorer
from reports.stance.model import (
    CLASSES,
    Stance,
    StanceModel,
    StanceWeights,
    clauses_of,
    figures,
    read_stance_model,
    write_stance_model,
)
from reports.tone.examples import read_sentences

#: Files of sentences for tone that are learnt here too: those with a stance, and those about no draft.
_FILES = ("stances.csv", "sentences.csv", "civic_1.csv", "civic_2.csv", "civic_3.csv", "civic_4.csv")
#: Forms of sentences about no draft, which are learnt as taking no stance; they fill up long messages too.
_FILLING = frozenset(
    {
        *("accusation", "complaint", "courtesy_letter", "follow_up", "grievance_question", "noisy", "plea"),
        *("polite_complaint", "praise", "question", "quoted_reply", "report", "request", "statement"),
        *("thanks", "thanks_grievance", "thanks_request"),
    }
)
#: A feature of fewer topics than this is about a matter.
LEAST_TOPICS = 3
#: Messages put together around each sentence that takes a stance, and how many sentences about no draft they hold.
MESSAGES_EACH, FILLED_WITH = 3, (0, 0, 1, 3, 6, 12, 20)
#: As many sentences about no draft make a message about none, one around each of them.
LONG_LETTERS = (3, 6, 12, 20, 30)
#: The least probability that leaves at most 2 % of the messages without a stance called support or opposition,
#: measured on messages put together of topics not seen.
THRESHOLD = 0.6

#: Stances that one message may hold together: who supports and wants a change wants a change; who is against it and
#: praises something else in it, or says what would be better, is against it; a question takes nothing back.
_BESIDE = {
    Stance.SUPPORT: (Stance.SUPPORT, Stance.UNCLEAR),
    Stance.OPPOSE: (Stance.OPPOSE, Stance.SUPPORT, Stance.AMEND, Stance.UNCLEAR),
    Stance.AMEND: (Stance.AMEND, Stance.SUPPORT, Stance.UNCLEAR),
    Stance.UNCLEAR: (Stance.UNCLEAR,),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence as the classifier reads it. Sentences of one topic never stand on both sides of a split."""

    text: str
    stance: Stance
    group: str
    clauses: tuple[Clause, ...]
    is_filler: bool = False


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How a model did on topics that it had not seen, beside always answering the commonest stance."""

    texts: int
    accuracy: float
    macro_f1: float
    majority: float
    majority_macro_f1: float
    #: Rows: the stance as written. Columns: the stance as decided. Both in the order of `CLASSES`.
    confusion: tuple[tuple[int, ...], ...]


def read_examples(split: Splitter) -> list[Example]:
    """The written sentences with a stance, then some about no draft at all; none without a clause."""
    rows = read_sentences(*_FILES)
    rows += csv.DictReader((files("reports.stance") / "sentences.csv").read_text(encoding="utf-8").splitlines())
    stanced = [(row["text"], Stance(row["stance"]), row["topic"], False) for row in rows if row.get("stance")]
    others = [
        (row["text"], Stance.UNCLEAR, row["topic"], True)
        for row in rows
        if not row.get("stance") and row["form"] in _FILLING
    ]
    found = [
        Example(text, stance, group, tuple(clauses_of(text, split)), is_filler)
        for text, stance, group, is_filler in stanced + others
    ]
    return [example for example in found if example.clauses]


def fit(examples: Sequence[Example]) -> StanceWeights:
    """Both stages, learnt from the examples."""
    logits: dict[int, list[list[float]]] = {}
    for seen, unseen in _folds(examples):
        stage = _fit_first([examples[place] for place in seen])
        logits.update({place: stage.all_logits(examples[place].clauses) for place in unseen})
    rows, truth = [], []
    for places, stance in messages(examples):
        rows.append(figures([row for place in places for row in logits[place]]))
        truth.append(CLASSES.index(stance))
    second = LogisticRegression(C=1.0, max_iter=2000).fit(np.array(rows), np.array(truth))
    first = _fit_first(examples)
    return StanceWeights(
        vocabulary=tuple(first.inverse),
        inverse=rounded(first.inverse.values()),
        grams=tuple(rounded(row) for row in zip(*first.pulls.values(), strict=True)),
        intercepts=rounded(first.intercepts),
        figures=tuple(rounded(row) for row in second.coef_),
        biases=rounded(second.intercept_),
        telling=_telling(examples, first.inverse),
        threshold=THRESHOLD,
    )


def messages(examples: Sequence[Example]) -> list[tuple[list[int], Stance]]:
    """Each example by itself, and messages as places in `examples` with the stance of the whole."""
    rng = random.Random(SEED)  # noqa: S311 - a choice to be repeated, not to be kept secret
    same: dict[tuple[str, Stance], list[int]] = {}
    fillers = [place for place, example in enumerate(examples) if example.is_filler]
    for place, example in enumerate(examples):
        same.setdefault((example.group, example.stance), []).append(place)
    made: list[tuple[list[int], Stance]] = [([place], example.stance) for place, example in enumerate(examples)]
    for place, example in enumerate(examples):
        for _ in range(1 if example.is_filler else MESSAGES_EACH):
            chosen = [place]
            for stance in _BESIDE[example.stance]:
                around = same.get((example.group, stance), [])
                chosen += rng.sample(around, min(len(around), rng.choice((0, 0, 1))))
            chosen += rng.sample(
                fillers, min(len(fillers), rng.choice(LONG_LETTERS if example.is_filler else FILLED_WITH))
            )
            rng.shuffle(chosen)
            made.append((list(dict.fromkeys(chosen)), example.stance))
    return made


def held_out(examples: Sequence[Example], split: Splitter) -> HeldOut:
    """Every written sentence with a stance, judged by a model that had seen nothing of its topic."""
    truth: list[int] = []
    found: list[int] = []
    for seen, unseen in _folds(examples):
        model = StanceModel(fit([examples[place] for place in seen]))
        for example in (examples[place] for place in unseen if not examples[place].is_filler):
            truth.append(CLASSES.index(example.stance))
            found.append(CLASSES.index(model.decide(example.text, split).stance))
    commonest = Counter(truth).most_common(1)[0][0]
    confusion = np.zeros((len(CLASSES), len(CLASSES)), int)
    np.add.at(confusion, (truth, found), 1)
    return HeldOut(
        texts=len(truth),
        accuracy=float(np.mean(np.array(truth) == np.array(found))),
        macro_f1=float(f1_score(truth, found, average="macro")),
        majority=truth.count(commonest) / len(truth),
        majority_macro_f1=float(f1_score(truth, [commonest] * len(truth), average="macro", zero_division=0)),
        confusion=tuple(map(tuple, confusion.tolist())),
    )


def train(split: Splitter, examples: Sequence[Example] | None = None) -> bytes:
    """The content of a model file."""
    known = list(examples) if examples is not None else read_examples(split)
    weights, measured = fit(known), held_out(known, split)
    written = [example for example in known if not example.is_filler]
    return write_stance_model(
        weights,
        {
            "sentences": len(written),
            "about_no_draft": len(known) - len(written),
            "by_stance": dict(sorted(Counter(str(example.stance) for example in written).items())),
            "texts_sha256": examples_digest((example.stance, example.text) for example in known),
            "seed": SEED,
            "held_out_accuracy": round(measured.accuracy, 4),
            "held_out_macro_f1": round(measured.macro_f1, 4),
            "majority": round(measured.majority, 4),
            "majority_macro_f1": round(measured.majority_macro_f1, 4),
            "confusion": [list(row) for row in measured.confusion],
        },
    )


def _folds(examples: Sequence[Example]) -> Iterator[tuple[list[int], list[int]]]:
    return folds([CLASSES.index(example.stance) for example in examples], [example.group for example in examples])


def _fit_first(examples: Sequence[Example]) -> ClauseStage:
    inverse = _of_many_topics(examples, inverse_frequencies([example.clauses for example in examples]))
    texts = matrix([mean([clause_vector(clause, inverse) for clause in e.clauses]) for e in examples], list(inverse))
    stances = np.array([CLASSES.index(example.stance) for example in examples])
    coefficients, intercepts = one_against_rest(texts, stances, len(CLASSES))
    return ClauseStage(inverse, coefficients.tolist(), intercepts.tolist())


def _of_many_topics(examples: Sequence[Example], inverse: Mapping[str, float]) -> dict[str, float]:
    """The features that are about no single matter: 电梯 is opposed and supported, and says nothing of either."""
    topics: dict[str, set[str]] = {}
    for example in examples:
        for clause in example.clauses:
            for name in (*clause.grams, *clause.words, *clause.cues):
                topics.setdefault(name, set()).add(example.group)
    return {name: value for name, value in inverse.items() if len(topics[name]) >= LEAST_TOPICS}


def _telling(examples: Sequence[Example], inverse: Collection[str]) -> tuple[str, ...]:
    """Words and pairs of words that belong to no topic."""
    return of_no_matter(
        (example.group, {name for clause in example.clauses for name in clause.words if name in inverse})
        for example in examples
    )


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] = print) -> None:
    parser = argparse.ArgumentParser(description="Train the stance model from the written sentences.")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("model.json"))
    options = parser.parse_args(arguments)
    content = train(load_scorer().words)
    model = read_stance_model(content)
    options.out.write_bytes(content)
    say(f"{model.version}: {dict(model.summary)}")


if __name__ == "__main__":
    main()
