"""What the tone classifier weighs of a message: the verdicts on its clauses, and snownlp's score of the whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from reports.linear.clauses import Clause, Splitter, read
from reports.model import Score, Submission
from reports.scoring.simplify import simplify
from reports.tone.signs import signs

#: What the second stage weighs, in order: by how much each tone leads in the mean of the clauses, snownlp's weighted
#: score, and the number of clauses.
FIGURES = ("negative", "neutral", "positive", "weighted", "clauses")
#: The first clause, the title of a message, says what its author wants and counts twice.
FIRST_WEIGHT = 2.0


def read_with_signs(text: str, split: Splitter, whole_below: int) -> list[Clause]:
    """The clauses of a text, each with the signs of feeling of the whole of it."""
    found = signs(simplify(text))
    return [replace(clause, cues=found) for clause in read(text, split, whole_below)]


def submission_text(submission: Submission) -> str:
    """The citizen's own words of a submission, as one text."""
    return "。".join(submission.citizen_texts())


def leads(logits: Sequence[float]) -> list[float]:
    """By how much each class leads the best of the others."""
    return [own - max(other for j, other in enumerate(logits) if j != i) for i, own in enumerate(logits)]


def figures(clause_logits: Sequence[Sequence[float]], score: Score) -> list[float]:
    """The figures of `FIGURES`, from the logits of each clause and snownlp's score of the whole."""
    weights = [FIRST_WEIGHT] + [1.0] * (len(clause_logits) - 1)
    led = [leads(logits) for logits in clause_logits]
    means = [
        sum(weight * row[i] for weight, row in zip(weights, led, strict=True)) / sum(weights)
        for i in range(len(led[0]))
    ]
    weighted = score.weighted if score.weighted is not None else 0.5
    return [*means, weighted * 2 - 1, math.tanh(math.log(len(clause_logits) / 3))]
