"""Makes call transcripts: the ones written out in full, and ones composed around an issue's own words."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from consult.demo.reading import Script, sections
from consult.demo.town import Person, Turn

_OPERATOR, _CITIZEN = "话务员", "市民"
_DUE = {"2h": "两小时", "24h": "二十四小时", "7d": "七个工作日", "15d": "十五个工作日"}


@dataclass(frozen=True, slots=True)
class Matter:
    """What a caller has to say."""

    place: str
    facts: Sequence[str]
    effects: Sequence[str]
    demands: Sequence[str]
    unit_name: str
    urgency: str
    caller: Person
    again: bool  #: the same caller has called before about it


def scripted(script: Script, rng: random.Random) -> tuple[Turn, ...]:
    """A call that was written out in full."""
    return _timed([(_OPERATOR if mark == "O" else _CITIZEN, text) for mark, text in script.turns], rng)


def composed(matter: Matter, rng: random.Random) -> tuple[Turn, ...]:
    """A call about a matter, of 8 to 30 turns, calm, elderly or angry."""
    call = _Call(matter, rng)
    call.beginning()
    call.telling()
    call.ending()
    return _timed(call.turns, rng)


def _timed(said: Sequence[tuple[str, str]], rng: random.Random) -> tuple[Turn, ...]:
    """Gives each turn its second: people speak about four characters a second."""
    turns, clock = [], rng.uniform(1.5, 6.0)
    for speaker, text in said:
        turns.append(Turn(speaker, text, round(clock, 1)))
        clock += len(text) / 4.2 + rng.uniform(0.4, 2.2)
    return tuple(turns)


class _Call:
    def __init__(self, matter: Matter, rng: random.Random) -> None:
        self._matter = matter
        self._rng = rng
        self._words = sections("calls", "phrases.txt")
        self._mood = rng.choices(("calm", "old", "angry"), (5, 3, 6 if matter.again else 3))[0]
        self._left = list(matter.facts)
        self.turns: list[tuple[str, str]] = []

    def _pick(self, section: str) -> str:
        matter, rng = self._matter, self._rng
        return rng.choice(self._words[section]).format_map(
            {
                "no": f"{rng.randint(11, 96):03d}",
                "n": rng.choice("三四五"),
                "m": rng.randint(3, 10),
                "p": matter.place,
                "u": matter.unit_name,
                "due": _DUE[matter.urgency],
                "s": matter.caller.name[0],
                "full": matter.caller.name,
                "tel": matter.caller.phone,
            }
        )

    def _o(self, *parts: str) -> None:
        self.turns.append((_OPERATOR, "".join(parts)))

    def _c(self, *parts: str) -> None:
        self.turns.append((_CITIZEN, "".join(parts)))

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def beginning(self) -> None:
        self._o(self._pick("greet"))
        if self._mood == "old":
            self._c(self._pick("open_old"))
            self._o("听得到的，您请讲。" if self._chance(0.5) else "老人家，您慢慢说，不着急。")
            self._c(f"就是{self._matter.place}，", self._left.pop(0), "。")
        else:
            self._c(self._pick(f"open_{self._mood}"), self._matter.place, "，", self._left.pop(0), "。")
        if self._chance(0.75):
            self._o(self._pick("ask_place"))
            self._c(self._pick("say_place"))
        if self._chance(0.7):
            self._o(self._pick("ask_since"))
            self._c(self._pick("say_since"))

    def telling(self) -> None:
        effects = list(self._matter.effects)
        while self._left:
            self._o(self._pick("ask_more"))
            self._c(self._pick("lead"), self._left.pop(0), "。")
            if self._chance(0.25):
                self._c(self._pick("interrupt"))
                self._o(self._pick("reply_interrupt"))
            if effects and self._chance(0.7):
                self._o(self._pick("empathy"))
                feeling = {"angry": "angrier", "old": "calmer"}.get(self._mood, "")
                lead = self._pick(feeling) if feeling and self._chance(0.7) else ""
                self._c(lead, effects.pop(0), "。")
        if self._chance(0.55) or self._matter.again:
            self._o(self._pick("ask_before"))
            self._c(self._pick("say_before"))

    def ending(self) -> None:
        self._o(self._pick("ask_demand"))
        self._c("；".join(self._matter.demands[:2]), "。")
        if self._chance(0.45):
            self._o(self._pick("wrong_unit"))
            self._c(self._pick("calmer") if self._mood == "angry" else self._pick("confirm"))
        if self._chance(0.7):
            self._o(self._pick("no_name"))
            self._c(self._pick("name"))
        if self._chance(0.5):
            self._o(self._pick("repeat"))
            self._c(self._pick("confirm"))
        self._o(self._pick("promise"))
        self._c(self._pick("bye_c"))
        self._o(self._pick("bye_o"))
