"""Fictional people with fictional telephone numbers."""

from __future__ import annotations

import random

from consult.demo.reading import sections
from consult.demo.town import Person

#: No network hands out numbers whose middle is 0000 in this order, so nobody can be rung by mistake.
_PREFIXES = ("1380000", "1390000", "1370000")


class Crowd:
    """Hands out new people and never the same telephone number twice."""

    def __init__(self, rng: random.Random) -> None:
        words = sections("", "county.txt")
        self._surnames = words["surnames"][0].split()
        self._given = words["given"][0].split()
        self._rng = rng
        self._phones = [f"{prefix}{number:04d}" for prefix in _PREFIXES for number in range(10000)]
        self._next = 0
        rng.shuffle(self._phones)

    def someone(self) -> Person:
        """A person who has not spoken before."""
        self._next += 1
        name = self._rng.choice(self._surnames) + self._rng.choice(self._given)
        return Person(f"P{self._next:04d}", name, self._phones[self._next])
