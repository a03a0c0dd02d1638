"""What a comparison of two texts says about each of their clauses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Fate(StrEnum):
    """What became of a clause in another text. Every clause of the older text has exactly one."""

    SAME = "same"  #: the same words under the same number
    MOVED = "moved"  #: the same words under another number
    CHANGED = "changed"  #: other words, under the same number or another
    REMOVED = "removed"  #: no clause of the newer text continues it


@dataclass(frozen=True, slots=True)
class Side:
    """One clause of one of the texts, as it is compared."""

    key: str  #: unique in its text
    label: str  #: 第十二条; "" for a clause without one
    number: str  #: "12", "10-1"; "" without one
    heading: str
    text: str  #: its words without label and heading, a paragraph (款, 项) a line
    above: tuple[str, ...] = ()  #: headings of the parts it stands in, from the outside in

    @property
    def words(self) -> str:
        """Heading and text, as people read them."""
        return f"{self.heading}\n{self.text}" if self.heading and self.text else self.heading or self.text


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters of a difference."""

    kind: Literal["same", "deleted", "inserted"]
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A clause of the older text and the one that continues it."""

    old: int  #: place in the older text, from 0
    new: int
    likeness: float  #: share of characters in common, 0 to 1
    #: "main": the pair that a clause's fate follows. "split": the newer clause took a part of the older one, which
    #: mainly continues elsewhere. "merged": the older clause went into one that mainly continues another.
    kind: Literal["main", "split", "merged"] = "main"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts clause by clause. Every clause of either is in a pair, removed or added."""

    old: tuple[Side, ...]
    new: tuple[Side, ...]
    pairs: tuple[Pair, ...]
    fates: tuple[Fate, ...]  #: of the older text's clauses, in their order
    #: Places in the newer text that nothing of the older one continues in.
    added: tuple[int, ...]
    #: Places in the older text whose words changed only where they name articles that got other numbers.
    only_references: frozenset[int] = frozenset()
    _partner: Mapping[int, Pair] = field(default_factory=dict)
    _origin: Mapping[int, Pair] = field(default_factory=dict)

    def partner_of(self, old: int) -> Pair | None:
        """The pair that the fate of a clause of the older text follows; None when it is removed."""
        return self._partner.get(old)

    def origin_of(self, new: int) -> Pair | None:
        """The clause of the older text that one of the newer continues or was split from; None when it is added."""
        return self._origin.get(new)

    def others_of(self, old: int) -> Iterator[Pair]:
        """Where further parts of a clause of the older text went."""
        main = self._partner.get(old)
        return (pair for pair in self.pairs if pair.old == old and pair is not main)

    def others_into(self, new: int) -> Iterator[Pair]:
        """What else went into a clause of the newer text."""
        main = self._origin.get(new)
        return (pair for pair in self.pairs if pair.new == new and pair is not main)
