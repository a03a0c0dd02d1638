"""What the tone classifier looks at: the characters and the words of each clause, and snownlp's score of the whole.

A message is the mean of its clauses. People tell what happened in many calm clauses and complain in some, so a model
learnt from single sentences judges messages better by the mean of its clauses' verdicts than by the heap of their
n-grams (measured: docs/adr/0015-tone.md).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reports.model import Score, Submission
from reports.scoring.simplify import simplify

#: The words of a text.
Splitter = Callable[[str], Sequence[str]]
#: Raised when features change: a model made for other features is then refused.
FEATURES = 2
#: What the second stage weighs, in order: by how much each tone leads in the mean of the clauses, snownlp's weighted
#: score, and the number of clauses.
FIGURES = ("negative", "neutral", "positive", "weighted", "clauses")
#: The first clause, the title of a message, says what its author wants and counts twice.
FIRST_WEIGHT = 2.0
SHORTEST, LONGEST = 1, 3

#: Addresses, thanks for reading and closings: courtesy that says nothing of the matter's tone.
_COURTESY = re.compile(
    r"(?:尊敬|敬爱)的[^，。：:！!\s]{0,12}[：:，,！!\s]?|(?:您|你)们?好[！!，,。：:]?"
    r"|(?:首先)?(?:非常)?感谢您?(?:能)?(?:在百忙之中|百忙之中|百忙中)[^。！!，,；;]*|此致[\s，,]*敬礼|(?:谢谢|感谢)(?:您|你们?|领导|了)?[！!。，,～~\s]*$"
)
_ANONYMOUS = re.compile(r"[A-Za-z]\d{0,2}(?=[市区县镇])")
_DIGITS = re.compile(r"[0-9０-９]+(?:[.．][0-9]+)?")
_PIECE = re.compile(r"[\u4e00-\u9fa5#？！]+")
#: Where a clause ends, its mark included.
_CLAUSE = re.compile(r"[^。！？；;\n…]+[。！？；;\n…]*")
#: Shorter clauses say nothing by themselves and go with the one before.
_LEAST = 4


def plain(text: str) -> str:
    """`text` as the classifier reads it: simplified, without courtesy, places anonymised, numbers as #."""
    text = simplify(text)
    text = _ANONYMOUS.sub("", text)
    text = _COURTESY.sub("。", text)
    text = _DIGITS.sub("#", text)
    return text.replace("?", "？").replace("!", "！")


def submission_text(submission: Submission) -> str:
    return "。".join(submission.citizen_texts())


def clauses(text: str) -> list[str]:
    """The clauses of `plain` text, none of them empty; what is too short to stand alone goes with the one before."""
    found: list[str] = []
    for piece in _CLAUSE.findall(text):
        if found and len(piece.strip("。！？；;…\n ")) < _LEAST:
            found[-1] += piece
        elif piece.strip():
            found.append(piece)
    return found


def ngrams(clause: str) -> Counter[str]:
    """How often each character n-gram occurs in a clause."""
    found: list[str] = []
    for piece in _PIECE.findall(clause):
        for length in range(SHORTEST, LONGEST + 1):
            found += [piece[place : place + length] for place in range(len(piece) - length + 1)]
    # Counted in the order of the text: sums of floats depend on it.
    return Counter(found)


def word_grams(words: Sequence[str]) -> Counter[str]:
    """How often each word and each pair of neighbouring words occurs; a blank in them keeps them from n-grams apart."""
    return Counter([*(f"{word} " for word in words), *(f"{a} {b}" for a, b in pairwise(words))])


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause as the classifier reads it."""

    grams: Counter[str]  #: its character n-grams
    words: Counter[str]  #: its words and pairs of words


def read(text: str, split: Splitter) -> list[Clause]:
    """The clauses of a text; `split` gives the words of a text (``Scorer.words``)."""
    return [Clause(ngrams(clause), word_grams(split(clause))) for clause in clauses(plain(text))]


def vector(counts: Mapping[str, int], inverse: Mapping[str, float]) -> dict[str, float]:
    """TF-IDF of the known features of one clause, of length 1: damped counts, so that repetition adds little."""
    found = {
        name: weight if count == 1 else (1 + math.log(count)) * weight
        for name, count in counts.items()
        if (weight := inverse.get(name)) is not None
    }
    norm = math.sqrt(sum(value * value for value in found.values()))
    return {name: value / norm for name, value in found.items()}


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
