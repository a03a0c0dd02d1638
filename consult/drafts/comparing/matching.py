"""Which clause of a newer text continues which of an older one: by their words first, by number and place second.

How it works, in the order of the code:

1. Clauses with the same words belong together; of several with the same words, those in the same order.
2. Every other pair with words in common gets a likeness: half from the characters both have in the same order (Indel
   similarity), half from the pairs of characters they share, rare ones weighing more (cosine of TF-IDF), so that the
   formulas every penalty clause repeats do not tie them together. The likest pairs are taken first.
3. Between clauses that are matched already, what is left over and has the same number, heading or neighbours is
   believed with less likeness: a clause rewritten in its place.
4. What is still left is a split or a merge when most of its characters stand, in long runs, in one clause of the other
   text; else it is removed or added.

Measured in benchmarks/versions.py on regulations with known changes.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal

from rapidfuzz.distance import Indel

from consult.drafts.comparing.model import Comparison, Fate, Pair, Side

#: Likeness from which two clauses anywhere in their texts are one clause rewritten.
ALIKE = 0.5
#: … and between the same neighbours.
ALIKE_IN_PLACE = 0.3
#: … and under the same heading or number there.
ALIKE_BY_NAME = 0.16
#: Share of a clause's characters that stand in runs in another clause when it was split from it or went into it.
CONTAINED = 0.6
#: A run of common characters that is no accident and no formula.
_RUN = 6
#: A shared pair of characters found in more clauses than this says nothing about any two of them.
_COMMON = 0.4
_CANDIDATES = 8

_BLANK = re.compile(r"\s+")
_REFERENCE = re.compile(r"第([零〇一二三四五六七八九十百千两0-9]+)条(之[一二三四五六七八九十]+)?")


def compare(
    old: Sequence[Side],
    new: Sequence[Side],
    *,
    known: Mapping[int, int] | None = None,
    apart: Collection[int] = (),
) -> Comparison:
    """Match the clauses of two texts. The result does not depend on anything but what is given.

    Args:
        known: places in ``old`` to places in ``new`` that are known to continue them; several may go into one, which
            then mainly continues the first of them.
        apart: places in ``old`` that nothing continues, whatever the words say.
    """
    matching = _Matching(tuple(old), tuple(new))
    matching.begin_with(known or {}, apart)
    return matching.result()


class _Matching:
    def __init__(self, old: tuple[Side, ...], new: tuple[Side, ...]) -> None:
        self._old, self._new = old, new
        self._plain_old = [_plain(side.words) for side in old]
        self._plain_new = [_plain(side.words) for side in new]
        self._partner: dict[int, int] = {}
        self._origin: dict[int, int] = {}
        self._likeness: dict[tuple[int, int], float] = {}
        self._bags_old = [_bigrams(text) for text in self._plain_old]
        self._bags_new = [_bigrams(text) for text in self._plain_new]
        self._weights = _weights([*self._bags_old, *self._bags_new])
        self._vectors: dict[tuple[str, int], dict[str, float]] = {}
        self._apart: frozenset[int] = frozenset()
        self._known_merged: dict[int, int] = {}

    def begin_with(self, known: Mapping[int, int], apart: Collection[int]) -> None:
        """Take for granted what is known before any words are looked at."""
        for i, j in sorted(known.items()):
            if j in self._origin:
                self._known_merged[i] = j
            else:
                self._take(i, j)
        self._apart = frozenset(apart)

    def result(self) -> Comparison:
        self._match_equal()
        self._match_alike()
        self._match_in_place()
        further = self._splits_and_merges()
        return self._told(further)

    def _take(self, old: int, new: int) -> None:
        self._partner[old], self._origin[new] = new, old

    def _left(self) -> tuple[list[int], list[int]]:
        return (
            [
                i
                for i in range(len(self._old))
                if i not in self._partner and i not in self._apart and i not in self._known_merged
            ],
            [j for j in range(len(self._new)) if j not in self._origin],
        )

    def _match_equal(self) -> None:
        left_old, left_new = self._left()
        places: defaultdict[str, list[int]] = defaultdict(list)
        for j in left_new:
            places[self._plain_new[j]].append(j)
        of_old: defaultdict[str, list[int]] = defaultdict(list)
        for i in left_old:
            if self._plain_old[i] in places:
                of_old[self._plain_old[i]].append(i)
        for text, mine in of_old.items():
            theirs = places[text]
            if len(mine) == len(theirs):
                for i, j in zip(mine, theirs, strict=True):
                    self._take(i, j)
                continue
            self._match_repeated(mine, theirs)

    def _match_repeated(self, mine: list[int], theirs: list[int]) -> None:
        """Clauses that say the same several times, not as often in both: the same number first, then the order."""
        by_number = {self._new[j].number: j for j in theirs if self._new[j].number}
        for i in mine:
            j = by_number.get(self._old[i].number)
            if j is not None and j not in self._origin:
                self._take(i, j)
        free = [j for j in theirs if j not in self._origin]
        for i, j in zip((i for i in mine if i not in self._partner), free, strict=False):
            self._take(i, j)

    def _match_alike(self) -> None:
        left_old, left_new = self._left()
        for likeness, i, j in self._ranked(left_old, left_new):
            if likeness < ALIKE:
                break
            if i not in self._partner and j not in self._origin:
                self._take(i, j)

    def _ranked(self, left_old: Sequence[int], left_new: Sequence[int]) -> list[tuple[float, int, int]]:
        """Pairs with words in common, the likest first; of equals, those in the same place first."""
        place_old = {i: place for place, i in enumerate(left_old)}
        place_new = {j: place for place, j in enumerate(left_new)}
        found = [(self._likeness_of(i, j), i, j) for i, j in self._candidates(left_old, left_new)]
        found.sort(key=lambda entry: (-round(entry[0], 3), abs(place_old[entry[1]] - place_new[entry[2]]), entry[1:]))
        return found

    def _candidates(self, left_old: Sequence[int], left_new: Sequence[int]) -> Iterator[tuple[int, int]]:
        """The likeliest partners of each clause by rare pairs of characters, without looking at all of them."""
        postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for j in left_new:
            for gram, value in self._vector("new", j).items():
                postings[gram].append((j, value))
        most = max(4.0, _COMMON * len(left_new))
        for i in left_old:
            likeness: defaultdict[int, float] = defaultdict(float)
            vector = self._vector("old", i)
            for gram, value in vector.items():
                listed = postings.get(gram, ())
                if len(listed) <= most or len(vector) < 12:
                    for j, other in listed:
                        likeness[j] += value * other
            yield from ((i, j) for j, _ in sorted(likeness.items(), key=lambda e: (-e[1], e[0]))[:_CANDIDATES])

    def _vector(self, side: Literal["old", "new"], place: int) -> dict[str, float]:
        known = self._vectors.get((side, place))
        if known is None:
            bag = (self._bags_old if side == "old" else self._bags_new)[place]
            known = self._vectors[side, place] = _unit(bag, self._weights)
        return known

    def _match_in_place(self) -> None:
        """Clauses rewritten where they stood: between the same neighbours, with less in common."""
        anchors = _longest_rise(sorted(self._partner.items()))
        left_old, left_new = self._left()
        olds, news = [a for a, _ in anchors], [b for _, b in anchors]
        gaps: defaultdict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for i in left_old:
            gaps[bisect_left(olds, i)][0].append(i)
        for j in left_new:
            gaps[bisect_left(news, j)][1].append(j)
        for mine, theirs in gaps.values():
            entries = []
            for i in mine:
                for j in theirs:
                    likeness = self._likeness_of(i, j)
                    least = ALIKE_BY_NAME if self._has_same_name(i, j) else ALIKE_IN_PLACE
                    if likeness >= least:
                        entries.append((-likeness, i, j))
            for _, i, j in sorted(entries):
                if i not in self._partner and j not in self._origin:
                    self._take(i, j)

    def _has_same_name(self, i: int, j: int) -> bool:
        mine, theirs = self._old[i], self._new[j]
        if mine.heading and theirs.heading:
            return _plain(mine.heading) == _plain(theirs.heading)
        return bool(mine.number) and mine.number == theirs.number

    def _likeness_of(self, i: int, j: int) -> float:
        known = self._likeness.get((i, j))
        if known is None:
            same = Indel.normalized_similarity(self._plain_old[i], self._plain_new[j])
            theirs = self._vector("new", j)
            cosine = sum(value * theirs.get(gram, 0.0) for gram, value in self._vector("old", i).items())
            known = self._likeness[i, j] = (same + cosine) / 2
        return known

    def _splits_and_merges(self) -> list[Pair]:
        left_old, left_new = self._left()
        found = [Pair(i, j, self._likeness_of(i, j), "merged") for i, j in self._known_merged.items()]
        for j in left_new:
            # What the rest of the older clause became takes its own share: only what is free can have come here.
            share, i = _best_holder(self._plain_new[j], self._bags_new[j], self._plain_old, self._bags_old)
            if share >= CONTAINED and i in self._partner and self._is_free(i, j):
                found.append(Pair(i, j, self._likeness_of(i, j), "split"))
        for i in left_old:
            share, j = _best_holder(self._plain_old[i], self._bags_old[i], self._plain_new, self._bags_new)
            if share >= CONTAINED and j in self._origin and self._is_added(i, j):
                found.append(Pair(i, j, self._likeness_of(i, j), "merged"))
        return found

    def _is_free(self, i: int, j: int) -> bool:
        """Whether the words that a newer clause has from an older one are missing in what mainly continues that."""
        rest = self._plain_new[self._partner[i]]
        return _held(self._plain_new[j], rest) < CONTAINED

    def _is_added(self, i: int, j: int) -> bool:
        """Whether the words that an older clause gave to a newer one were not in what that mainly continues."""
        return _held(self._plain_old[i], self._plain_old[self._origin[j]]) < CONTAINED

    def _told(self, further: list[Pair]) -> Comparison:
        pairs = [Pair(i, j, self._likeness_or_one(i, j)) for i, j in sorted(self._partner.items())]
        partner = {pair.old: pair for pair in pairs}
        origin = {pair.new: pair for pair in pairs}
        for pair in further:
            if pair.kind == "merged":
                partner[pair.old] = pair
            else:
                origin[pair.new] = pair
        pairs = sorted([*pairs, *further], key=lambda pair: (pair.old, pair.new))
        return Comparison(
            old=self._old,
            new=self._new,
            pairs=tuple(pairs),
            fates=tuple(self._fate(i, partner.get(i)) for i in range(len(self._old))),
            added=tuple(j for j in range(len(self._new)) if j not in origin),
            only_references=self._only_references(),
            _partner=partner,
            _origin=origin,
        )

    def _likeness_or_one(self, i: int, j: int) -> float:
        if self._plain_old[i] == self._plain_new[j]:
            return 1.0
        return Indel.normalized_similarity(self._plain_old[i], self._plain_new[j])

    def _fate(self, i: int, pair: Pair | None) -> Fate:
        if pair is None:
            return Fate.REMOVED
        if self._plain_old[i] != self._plain_new[pair.new]:
            return Fate.CHANGED
        return Fate.SAME if _name(self._old[i]) == _name(self._new[pair.new]) else Fate.MOVED

    def _only_references(self) -> frozenset[int]:
        """Clauses that would be the same if the articles they name had kept their numbers."""
        renamed = {
            self._old[i].label: self._new[j].label
            for i, j in self._partner.items()
            if self._old[i].label and self._new[j].label
        }
        return frozenset(
            i
            for i, j in self._partner.items()
            if self._plain_old[i] != self._plain_new[j]
            and _REFERENCE.sub(lambda match: renamed.get(match[0], match[0]), self._plain_old[i]) == self._plain_new[j]
        )


def _name(side: Side) -> str:
    return side.number or side.label or side.key


def _plain(text: str) -> str:
    return _BLANK.sub("", text)


def _bigrams(text: str) -> Counter[str]:
    return Counter(text[i : i + 2] for i in range(len(text) - 1)) or Counter([text])


def _weights(bags: Sequence[Counter[str]]) -> dict[str, float]:
    """Weight of each pair of characters: the fewer clauses have it, the more it says."""
    spread: Counter[str] = Counter()
    for bag in bags:
        spread.update(bag.keys())
    return {gram: math.log((1 + len(bags)) / (1 + found)) + 0.1 for gram, found in spread.items()}


def _unit(bag: Counter[str], weight: dict[str, float]) -> dict[str, float]:
    vector = {gram: (1 + math.log(count)) * weight[gram] for gram, count in bag.items()}
    length = math.sqrt(sum(value * value for value in vector.values())) or 1.0
    return {gram: value / length for gram, value in vector.items()}


def _best_holder(
    text: str, bag: Counter[str], others: Sequence[str], bags: Sequence[Counter[str]]
) -> tuple[float, int]:
    """The clause that most of a text's characters stand in, in runs, and the share."""
    best, at = 0.0, -1
    least = CONTAINED * 0.8 * bag.total()
    for place, other in enumerate(others):
        # Runs consist of pairs: without enough of those in common there is nothing to look for.
        if (bag & bags[place]).total() >= least and (share := _held(text, other)) > best:
            best, at = share, place
    return best, at


def _held(text: str, other: str) -> float:
    """Share of a text's characters that stand in another in runs of some length."""
    if not text:
        return 0.0
    runs = sum(
        step.src_end - step.src_start
        for step in Indel.opcodes(text, other)
        if step.tag == "equal" and step.src_end - step.src_start >= min(_RUN, len(text))
    )
    return runs / len(text)


def _longest_rise(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs, ordered by the first, whose second rise too: what was not moved."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for place, (_, new) in enumerate(pairs):
        slot = bisect_left(ends, new)
        if slot == len(ends):
            ends.append(new)
            at.append(place)
        else:
            ends[slot], at[slot] = new, place
        before.append(at[slot - 1] if slot else -1)
    rise, place = [], at[-1] if at else -1
    while place >= 0:
        rise.append(pairs[place])
        place = before[place]
    return rise[::-1]
