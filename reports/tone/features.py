"""What the tone classifier looks at: character n-grams of the citizen's words, and snownlp's figures."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from reports.model import Score, Submission
from reports.scoring.simplify import simplify

#: Raised when features change: a model made for other features is then refused.
FEATURES = 1
#: The figures beside the n-grams, in order.
FIGURES = ("log_odds", "weighted", "unknown_share", "length", "questions", "exclamations")
SHORTEST, LONGEST = 1, 4
_BEGINNING = 50

#: Addresses, thanks for reading and closings: courtesy that says nothing of the matter's tone.
_COURTESY = re.compile(
    r"(?:尊敬|敬爱)的[^，。：:！!\s]{0,12}[：:，,！!\s]?|(?:您|你)们?好[！!，,。：:]?"
    r"|(?:首先)?(?:非常)?感谢您?(?:能)?(?:在百忙之中|百忙之中|百忙中)[^。！!，,；;]*|此致[\s，,]*敬礼|(?:谢谢|感谢)(?:您|你们?|领导|了)?[！!。，,～~\s]*$"
)
_ANONYMOUS = re.compile(r"[A-Za-z]\d{0,2}(?=[市区县镇])")
_DIGITS = re.compile(r"[0-9０-９]+(?:[.．][0-9]+)?")
_PIECE = re.compile(r"[\u4e00-\u9fa5#？！]+")


def plain(text: str) -> str:
    """`text` as the classifier reads it: simplified, without courtesy, places anonymised, numbers as #."""
    text = simplify(text)
    text = _ANONYMOUS.sub("", text)
    text = _COURTESY.sub("。", text)
    text = _DIGITS.sub("#", text)
    return text.replace("?", "？").replace("!", "！")


def submission_text(submission: Submission) -> str:
    return "。".join(submission.citizen_texts())


def ngrams(text: str, known: Mapping[str, int] | None = None) -> Counter[str]:
    """How often each character n-gram occurs in `plain` text; only `known` ones when a vocabulary is given.

    The beginning counts twice: there, in the title or the first sentence, people say what they want.
    """
    found: list[str] = []
    for piece in _PIECE.findall(text[:_BEGINNING]) + _PIECE.findall(text):
        for length in range(SHORTEST, LONGEST + 1):
            found += [piece[place : place + length] for place in range(len(piece) - length + 1)]
    # Counted in the order of the text: sums of floats depend on it.
    return Counter(found if known is None else [gram for gram in found if gram in known])


def figures(score: Score, text: str) -> list[float]:
    """The figures of `FIGURES`, each squashed to about -1..1 so that no long text outweighs its words."""
    length = max(len(text), 1)
    return [
        math.tanh((score.log_odds or 0.0) / 20),
        (score.weighted if score.weighted is not None else 0.5) * 2 - 1,
        score.unknown_share or 0.0,
        math.tanh(math.log(length / 60) / 2),
        math.tanh(text.count("？")),
        math.tanh(text.count("！") / 2),
    ]


def vector(
    counts: Mapping[str, int], vocabulary: Mapping[str, int], inverse: Sequence[float]
) -> list[tuple[int, float]]:
    """TF-IDF of one text, as (index, value), of length 1: damped counts, so that repetition adds little."""
    found = [
        (vocabulary[gram], (1 + math.log(count)) * inverse[vocabulary[gram]])
        for gram, count in counts.items()
        if gram in vocabulary
    ]
    norm = math.sqrt(sum(value * value for _, value in found))
    return [(index, value / norm) for index, value in found] if norm else []
