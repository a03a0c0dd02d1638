"""snownlp's word segmentation over the tables: the same words, in time linear in the text.

The model (``seg/y09_2047.py``) gives each Han character one of the tags b, m, e, s (begins, is inside, ends a
word, or is one), by the best path over character trigrams. A state is the pair (previous tag, current tag), so
sixteen of them; here `columns[current][previous]` holds the log probability of the best path into each.

What keeps the words exactly equal to snownlp's, ties included:

* A trigram that was never seen adds nothing, so its emission does not depend on the tag two back: one maximum
  per previous tag serves all such cells, and only the seen cells are patched.
* A tie keeps the first predecessor. Two predecessors that differ by less than rounding may tie once the
  emission is added, so such a step is redone in full.
* A tag never seen with its character is minus infinity from everywhere, and keeps the first predecessor.
* A character never seen adds no probability, and its states keep the *last* predecessor.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from reports.scoring.lockstep import Columns
from reports.scoring.tables import Tables

_INFINITY = float("inf")
#: snownlp splits these into words and leaves the rest as it stands.
FIRST_HAN, LAST_HAN = 0x4E00, 0x9FA5
_PIECES = re.compile("[\u4e00-\u9fa5]+|[^\u4e00-\u9fa5]+")
#: Tags: the character begins a word, is inside one, ends one, or is one.
BEGINS, INSIDE, ENDS, SINGLE = range(4)
_ALL_LAST = 0xFFFFFFFF
_NO_PAIRS: dict[int, int] = {}
#: Log probabilities of a run stay below 20 a character, so their rounding stays far below this much a character.
_NEAR_PER_CHARACTER = 2e-14
_NEAR_AT_LEAST = 1e-9

#: The best path into each of the four current tags, and the back pointers of two bits to their previous tags, one
#: current tag a byte.
_Best = tuple[float, float, float, float, int]


class Segmenter:
    """Splits text into snownlp's words. Threads may share one: what it remembers is the same whoever writes it."""

    def __init__(self, tables: Tables) -> None:
        arrays = tables.arrays
        self._ident = {chr(code): number for number, code in enumerate(arrays["characters"].tolist(), start=1)}
        self._start = len(self._ident) + 1
        self._known_pairs: dict[int, dict[int, int]] = {}
        emissions = arrays["emissions"].tolist()
        self._emissions = [tuple(row) for row in emissions]
        self._seen_tags = [_seen_tags_mask(row) for row in emissions]
        self._pair_rows = arrays["pair_rows"].data
        self._pair_characters = arrays["pair_characters"].data
        self._pair_firsts = arrays["pair_firsts"].data
        self._pair_cells = arrays["pair_cells"].data
        self._pair_values = arrays["pair_values"].data
        self._triple_rows = arrays["triple_rows"].data
        self._triple_characters = arrays["triple_characters"].data
        self._triple_firsts = arrays["triple_firsts"].data
        self._triple_cells = arrays["triple_cells"].data
        self._triple_values = arrays["triple_values"].data
        self._pair = (self._pair_firsts, self._pair_cells, self._pair_values)
        self._triple = (self._triple_firsts, self._triple_cells, self._triple_values)

    def words(self, text: str, memo: dict[str, list[str]] | None = None) -> list[str]:
        """The words of `text`, equal to ``snownlp.seg.seg(text)``.

        `memo` remembers the words of Han runs between calls on overlapping texts; the caller bounds it.
        """
        words: list[str] = []
        for piece in _PIECES.findall(text):
            if not "\u4e00" <= piece[0] <= "\u9fa5":
                words += piece.split()
            elif memo is None:
                words += self._run_words(piece)
            else:
                found = memo.get(piece)
                if found is None:
                    found = memo[piece] = self._run_words(piece)
                words += found
        return words

    def _run_words(self, run: str) -> list[str]:
        identify = self._ident.get
        return cut(run, self.tags_of([identify(character, 0) for character in run]))

    def tags_of(self, ids: Sequence[int]) -> list[int]:
        """The best path's tag for every character of a Han run, given as the characters' numbers (0: never seen)."""
        near = max(_NEAR_AT_LEAST, len(ids) * _NEAR_PER_CHARACTER)
        columns: Columns = [[0.0, -_INFINITY, -_INFINITY, -_INFINITY]] + [[-_INFINITY] * 4] * 3
        pairs = self._pairs_of(self._start)
        pair = pairs[self._start]
        rows, characters = self._triple_rows, self._triple_characters
        backs: list[int] = []
        for position, current in enumerate(ids):
            if not current:
                columns, back = _unseen_step(columns, position)
                pair, pairs = -1, _NO_PAIRS
            else:
                triple = -1
                if pair >= 0:
                    end = rows[pair + 1]
                    found = bisect_left(characters, current, rows[pair], end)
                    if found < end and characters[found] == current:
                        triple = found
                pair = pairs.get(current, -1)
                pairs = self._known_pairs.get(current) or self._pairs_of(current)
                best = _best_predecessors(columns, near) if position > 1 else _from_the_start(columns)
                if best is None:
                    columns, back = self.full_step(columns, current, pair, triple)
                else:
                    columns, back = self._quick_step(columns, current, pair, triple, best)
            backs.append(back)
        return _trace(columns, backs)

    def _quick_step(self, columns: Columns, current: int, pair: int, triple: int, best: _Best) -> tuple[Columns, int]:
        """One step when no two predecessors are near: one maximum a column, then the seen cells patched."""
        b, m, e, s, back = best
        back &= self._seen_tags[current]
        to_b, to_m, to_e, to_s = self._emissions[current]
        fresh = [
            [b + to_b, m + to_b, e + to_b, s + to_b],
            [b + to_m, m + to_m, e + to_m, s + to_m],
            [b + to_e, m + to_e, e + to_e, s + to_e],
            [b + to_s, m + to_s, e + to_s, s + to_s],
        ]
        if pair >= 0:
            firsts, cells, values = self._pair
            for entry in range(firsts[pair], firsts[pair + 1]):
                cell = cells[entry]
                middle = cell >> 2
                fresh[cell & 3][middle] = best[middle] + values[entry]
        if triple >= 0:
            firsts, cells, values = self._triple
            for entry in range(firsts[triple], firsts[triple + 1]):
                code = cells[entry]
                before, middle, last = code >> 4, code >> 2 & 3, code & 3
                candidate = columns[middle][before] + values[entry]
                standing = fresh[last][middle]
                if candidate >= standing:
                    shift = 2 * (code & 15)
                    if candidate > standing or before < back >> shift & 3:
                        fresh[last][middle] = candidate
                        back = back & ~(3 << shift) | before << shift
        return fresh, back

    def full_step(self, columns: Columns, current: int, pair: int, triple: int) -> tuple[Columns, int]:
        """One step as snownlp does it: all 64 candidates, the first of equals kept."""
        emissions = [self._emissions[current][code & 3] for code in range(64)]
        if pair >= 0:
            for entry in range(self._pair_firsts[pair], self._pair_firsts[pair + 1]):
                for before in range(4):
                    emissions[before * 16 + self._pair_cells[entry]] = self._pair_values[entry]
        if triple >= 0:
            for entry in range(self._triple_firsts[triple], self._triple_firsts[triple + 1]):
                emissions[self._triple_cells[entry]] = self._triple_values[entry]
        fresh: Columns = [[0.0] * 4 for _ in range(4)]
        back = 0
        for cell in range(16):
            middle, last = cell >> 2, cell & 3
            candidates = [columns[middle][before] + emissions[before * 16 + cell] for before in range(4)]
            best = max(candidates)
            fresh[last][middle] = best
            back |= candidates.index(best) << (2 * cell)
        return fresh, back

    def _pairs_of(self, first: int) -> dict[int, int]:
        """The place of each pair that begins with a character, by its second; read from the tables when first asked.

        All of them take 25 MB, those of the characters in use a few.
        """
        pairs = self._known_pairs.get(first)
        if pairs is None:
            begin, end = self._pair_rows[first], self._pair_rows[first + 1]
            pairs = dict(zip(self._pair_characters[begin:end], range(begin, end), strict=True))
            self._known_pairs[first] = pairs
        return pairs


def han_runs(text: str) -> list[str]:
    """The unbroken runs of Han characters in the text, which are what is split into words."""
    return [piece for piece in _PIECES.findall(text) if "\u4e00" <= piece[0] <= "\u9fa5"]


def cut(run: str, tags: Sequence[int]) -> list[str]:
    """The words that the tags make of a run."""
    words: list[str] = []
    begin = 0
    for position, tag in enumerate(tags):
        if tag == ENDS:
            words.append(run[begin : position + 1])
            begin = position + 1
        elif tag != INSIDE:
            if begin < position:
                words.append(run[begin:position])
            begin = position
    if begin < len(run):
        words.append(run[begin:])
    return words


def _best_predecessors(columns: Columns, near: float) -> _Best | None:
    """The best path into each current tag and the back pointers to it; None when two of a tag are near each other.

    Written out for the four tags: half of one comment's time goes here.
    """
    (b, bm, be, bs), (m, mm, me, ms), (e, em, ee, es), (s, sm, se, ss) = columns
    of_b = of_m = of_e = of_s = 0
    if bm > b:
        if bm - b < near:
            return None
        b, of_b = bm, 0x55
    if be > b:
        if be - b < near:
            return None
        b, of_b = be, 0xAA
    if bs > b:
        if bs - b < near:
            return None
        b, of_b = bs, 0xFF
    if mm > m:
        if mm - m < near:
            return None
        m, of_m = mm, 0x5500
    if me > m:
        if me - m < near:
            return None
        m, of_m = me, 0xAA00
    if ms > m:
        if ms - m < near:
            return None
        m, of_m = ms, 0xFF00
    if em > e:
        if em - e < near:
            return None
        e, of_e = em, 0x550000
    if ee > e:
        if ee - e < near:
            return None
        e, of_e = ee, 0xAA0000
    if es > e:
        if es - e < near:
            return None
        e, of_e = es, 0xFF0000
    if sm > s:
        if sm - s < near:
            return None
        s, of_s = sm, 0x55000000
    if se > s:
        if se - s < near:
            return None
        s, of_s = se, 0xAA000000
    if ss > s:
        if ss - s < near:
            return None
        s, of_s = ss, 0xFF000000
    return b, m, e, s, of_b | of_m | of_e | of_s


def _from_the_start(columns: Columns) -> _Best:
    """The best paths while nothing but the start of the run comes before."""
    return columns[0][0], columns[1][0], columns[2][0], columns[3][0], 0


def _unseen_step(columns: Columns, position: int) -> tuple[Columns, int]:
    """A character the model never saw: probabilities are carried over from the last predecessor."""
    if position == 0:
        return [[0.0, -_INFINITY, -_INFINITY, -_INFINITY]] * 4, 0
    last = 0 if position == 1 else 3
    carried = [column[last] for column in columns]
    return [carried] * 4, 0 if position == 1 else _ALL_LAST


def _trace(columns: Columns, backs: list[int]) -> list[int]:
    """Follow the back pointers from the first of the best final states."""
    tops = [max(column) for column in columns]
    current = tops.index(max(tops))
    previous = columns[current].index(tops[current])
    tags: list[int] = []
    for back in reversed(backs):
        tags.append(current)
        current, previous = previous, back >> (2 * (previous * 4 + current)) & 3
    tags.reverse()
    return tags


def _seen_tags_mask(emissions: list[float]) -> int:
    """Clears the back pointers of tags that never occur with the character, so that they keep the first."""
    mask = _ALL_LAST
    for tag, value in enumerate(emissions):
        if value == -_INFINITY:
            mask &= ~(0x03030303 << (2 * tag))
    return mask
