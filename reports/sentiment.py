"""The two calls for whoever wants figures and nothing else: snownlp's scores, and tones that can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from reports.model import Tone as Named
from reports.scoring import Scorer, load_scorer
from reports.tone import ToneModel, load_tone_model

_LABELS = {Named.NEGATIVE: -1, Named.NEUTRAL: 0, Named.POSITIVE: 1}


@dataclass(frozen=True, slots=True)
class Tone:
    """The tone of one text."""

    label: int | None  #: -1 negative, 0 neutral, 1 positive; None for 不确定 or when there is no text
    probability: dict[int, float]  #: of each label, summing to 1; empty when there is no text
    score: float  #: from -1 to 1, by which texts can be ranked: P(positive) - P(negative); 0.0 without text
    evidence: tuple[tuple[str, float], ...]  #: words that moved the result; above 0: to positive


def snownlp_scores(texts: Sequence[str]) -> list[float]:
    """Exactly ``SnowNLP(text).sentiments`` of each text, in order, to the last bit; snownlp is not imported.

    Probabilities from 0 to 1 that a text is positive, as a model of shopping reviews sees it. Where snownlp itself
    fails, on an empty text, this is what it gives for a text without words. The first call on a machine builds tables
    (see `reports.scoring.load_scorer`, whose errors it raises). What is no string counts as an empty text; one string
    in the place of the sequence is a TypeError.
    """
    return _scorer().sentiments_of(_given(texts))


def tones(texts: Sequence[str]) -> list[Tone]:
    """The tone of each text, in order, by the shipped model.

    Any string is answered; what is no string counts as no text; one string in the place of the sequence is a
    TypeError. Raises what `reports.scoring.load_scorer` raises.
    """
    scorer, model = _scorer(), _model()
    given = _given(texts)
    splitting = scorer.remembering(given)
    found: list[Tone] = []
    for text, score in zip(given, scorer.score_many(given), strict=True):
        if score.raw is None:
            found.append(Tone(None, {}, 0.0, ()))
            continue
        finding = model.decide_text(text, score, splitting.words)
        negative, neutral, positive = model.probabilities(text, score, splitting.words)
        shares = {-1: negative, 0: neutral, 1: positive}
        found.append(Tone(_LABELS.get(finding.tone), shares, positive - negative, finding.evidence))
    return found


def _given(texts: Sequence[str]) -> list[str]:
    if isinstance(texts, str):
        raise TypeError("a sequence of texts is expected, not one text")
    return [text if isinstance(text, str) else "" for text in texts]


@cache
def _scorer() -> Scorer:
    return load_scorer()


@cache
def _model() -> ToneModel:
    return load_tone_model()
