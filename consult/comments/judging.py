"""Reading stances out of texts. For workers and commands only: a web process never loads the model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from reports.scoring import Scorer
from reports.stance import StanceFinding, load_stance_model

#: The one that comes with the program cannot change while the program runs.
shipped = lru_cache(maxsize=1)(load_stance_model)


def model_version(scorer: Scorer) -> str:
    """One name for everything that a stored stance depends on."""
    return f"{scorer.version}/{shipped().version}"


def judge(texts: Mapping[int, str], scorer: Scorer) -> dict[int, StanceFinding]:
    """The stance of each text; 无法判断 where there is nothing to read. Masked texts in, no other may be stored."""
    model = shipped()
    return {number: model.decide(text, scorer.words) for number, text in texts.items()}
