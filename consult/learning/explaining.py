"""What moved the machine to the tone that it found, in the words of the text and in snownlp's own figures."""

from __future__ import annotations

import json
from dataclasses import dataclass

from consult.issues.models import SubmissionFinding

#: So many sentences or turns are shown with their scores; the page says how many there are.
PARTS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a finding says what it says, for the page of a submission. Scores lie from 0 to 1; low is negative."""

    probability: float  #: calibrated, of the tone found; of the likeliest when uncertain
    to_negative: tuple[str, ...]  #: words or phrases of the text that pulled to negative, the strongest first
    to_positive: tuple[str, ...]
    raw: float | None  #: snownlp's score of the whole text; None without text
    as_written: float | None  #: its score of the text in traditional characters, where it was written in them
    weighted: float | None
    log_odds: float | None
    unknown_share: float | None
    parts: tuple[tuple[str, float], ...]  #: sentences or turns with their scores
    parts_in_all: int
    model_version: str


def explain(finding: SubmissionFinding) -> Explanation:
    """The explanation of a finding."""
    detail = json.loads(finding.detail)
    evidence = [(str(word), float(pull)) for word, pull in detail["evidence"]]
    parts = [(str(text), float(score)) for text, score in detail["parts"]]
    return Explanation(
        probability=finding.confidence,
        to_negative=tuple(word for word, pull in evidence if pull < 0),
        to_positive=tuple(word for word, pull in evidence if pull > 0),
        raw=finding.raw_score,
        # Findings stored before this figure was kept are without it.
        as_written=detail.get("as_written"),
        weighted=finding.weighted_score,
        log_odds=finding.log_odds,
        unknown_share=finding.unknown_share,
        parts=tuple(parts[:PARTS_SHOWN]),
        parts_in_all=len(parts),
        model_version=finding.model_version,
    )
