"""What the tone model learns from: the sentences written for this project, and messages put together from them."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from reports.model import Tone

#: Messages put together around each written sentence.
MESSAGES_EACH = 3
#: A text of so many characters is a message by itself.
WHOLE_MESSAGE = 60
_TONES = {"-1": Tone.NEGATIVE, "0": Tone.NEUTRAL, "1": Tone.POSITIVE}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and the tone that a person gave it. Examples of one group never stand on both sides of a split."""

    text: str
    tone: Tone  #: NEGATIVE, NEUTRAL or POSITIVE
    group: str = ""


def read_sentences(*names: str) -> list[dict[str, str]]:
    """The written sentences as rows of ``training/*.csv``: of the files named, or of all, in the order of names."""
    rows: list[dict[str, str]] = []
    folder = files("reports.tone") / "training"
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".csv") and (not names or entry.name in names):
            rows += csv.DictReader(entry.read_text(encoding="utf-8").splitlines())
    return rows


def shipped_examples() -> list[Labelled]:
    """The written sentences; those of one topic are a group."""
    return [Labelled(row["text"], _TONES[row["tone"]], row["topic"]) for row in read_sentences()]


def put_together(examples: Sequence[Labelled], seed: int) -> list[tuple[list[int], Tone]]:
    """Messages as places in `examples`, each with its tone: one sentence and what people add to it.

    People tell a grievance among calm facts, so a negative message holds neutral sentences too; a proposal now and
    then holds a complaint. The sentences of a message are of one topic.
    """
    rng = random.Random(seed)  # noqa: S311 - a choice to be repeated, not to be kept secret
    same: dict[tuple[str, Tone], list[int]] = {}
    for place, example in enumerate(examples):
        same.setdefault((example.group, example.tone), []).append(place)
    messages: list[tuple[list[int], Tone]] = []
    for place, example in enumerate(examples):
        if len(example.text) >= WHOLE_MESSAGE:
            messages += [([place], example.tone)] * MESSAGES_EACH
            continue
        own = same[example.group, example.tone]
        calm = same.get((example.group, Tone.NEUTRAL), [])
        for _ in range(MESSAGES_EACH):
            chosen = [place, *rng.sample(own, min(len(own), rng.choice((0, 0, 1, 2, 3, 5))))]
            if example.tone is Tone.NEGATIVE:
                chosen += rng.sample(calm, min(len(calm), rng.randint(0, len(chosen))))
            elif example.tone is Tone.POSITIVE:
                chosen += rng.sample(calm, min(len(calm), rng.randint(0, len(chosen) // 2)))
            elif rng.random() < _COMPLAINING_PROPOSALS:
                upset = same.get((example.group, Tone.NEGATIVE), [])
                chosen += rng.sample(upset, min(len(upset), 1))
            rng.shuffle(chosen)
            messages.append((list(dict.fromkeys(chosen)), example.tone))
    return messages


_COMPLAINING_PROPOSALS = 0.15
