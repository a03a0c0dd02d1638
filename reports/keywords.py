"""Keywords of a set of texts: words frequent in it and rare elsewhere, as a person would underline them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from reports.lexicon import words
from reports.scoring import Scorer
from reports.scoring.simplify import simplify
from reports.sentences import sentences

#: Words of address, time, courtesy and quantity: frequent everywhere and about nothing.
_EMPTY = words("no_keywords")
#: Anonymised places of published data (A2区, K市), and anything that is not wholly Han.
_HAN = re.compile(r"[\u4e00-\u9fa5]{2,}")
_ANONYMOUS_PLACE = re.compile(r"(?<![A-Za-z0-9])[A-Z]\d{0,2}(?:市|区|县|镇)")
_BOUNDARY = re.compile(r"[^\u4e00-\u9fa5]")
#: Characters that a keyword neither begins nor ends with: what remains is then a piece of something.
_PIECES = "的了是在我你他她它们和与及或也都就而被把让给对向从到为因不没很太更最会能要可请这那哪此其该每某之于以"
_NO_END = frozenset(_PIECES)
_NO_BEGIN = frozenset(_PIECES + "各有个些")
#: Two words that nearly always stand together are one: 停车 + 位. Seen at least so often, in this share of cases.
_JOIN_COUNT = 2
_JOIN_SHARE = 0.6
_LONGEST = 6
#: From so many occurrences on, neighbours tell whether something is a word; in this share of them the same one.
_OFTEN = 3
_PIECE_SHARE = 0.7
_LONGEST_WHOLE = 7
#: Words whose rarity is remembered; a worker that never stops must not remember every word it met.
_RARITIES = 50_000
_FIRST_FACTOR = 3
_PARTICLES = (_NO_BEGIN | _NO_END) - {"之"}
_HAN_CHARACTER = re.compile("[\u4e00-\u9fa5]")
#: What makes of a rare word a piece of a number or a pointer.
_COUNTING = frozenset("0123456789０１２３４５６７８９一二三四五六七八九十这那每")
_NUMBERING = frozenset("0123456789０１２３４５６７８９一二三四五六七八九十两几这那每各某该此第")


def keywords(texts: Sequence[str], *, scorer: Scorer, top: int = 10) -> list[str]:
    """The `top` keywords of `texts` taken together, weightiest first; fewer when there are fewer.

    No stop words, no single characters, no pieces of words, no anonymised place names. A word that stands inside
    a longer keyword chosen before it is left out.
    """
    # A campaign's copies must not make pieces of its one text look like terms of many people.
    texts = list(dict.fromkeys(texts))
    joined = _joined([_words(text, scorer) for text in texts])
    plain = "\n".join(without_anonymous_places(simplify(text)) for text in texts)
    whole: dict[str, str] = {}
    documents: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for row in joined:
        found: list[str] = []
        is_first = True
        for word in row:
            if not word:
                is_first = False
                continue
            if word not in whole:
                whole[word] = _whole(word, plain, scorer) if _is_candidate(word, scorer) else ""
            if whole[word]:
                # What people put first is what they write about.
                found += [whole[word]] * (_FIRST_FACTOR if is_first else 1)
        total.update(found)
        documents.update(set(found))
    weights = {word: _weight(word, count, documents[word], len(texts)) for word, count in total.items()}
    chosen: list[str] = []
    for word in sorted(weights, key=lambda word: (-weights[word], word)):
        if any(word in longer or longer in word for longer in chosen):
            continue
        chosen.append(word)
        if len(chosen) == top:
            break
    return chosen


def without_anonymous_places(text: str) -> str:
    """The text as keywords are looked for in it: without the places that publishers made anonymous (A2区)."""
    return _ANONYMOUS_PLACE.sub(" ", text)


def _words(text: str, scorer: Scorer) -> list[str]:
    """The words of a text with a mark ("") wherever something other than Han characters stands between them."""
    row: list[str] = []
    for sentence in sentences(without_anonymous_places(text)):
        for run in _BOUNDARY.split(sentence):
            row += scorer.words(run) if run else []
            row.append("")
    return row


def _joined(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Rows with words put together that nearly always stand together."""
    single = Counter(word for row in rows for word in row if word)
    pairs = Counter(pair for row in rows for pair in pairwise(row) if all(pair))
    fixed = {
        pair
        for pair, count in pairs.items()
        if count >= _JOIN_COUNT
        and count >= _JOIN_SHARE * min(single[pair[0]], single[pair[1]])
        and len(pair[0] + pair[1]) <= _LONGEST
        and not any(_is_empty(word) for word in pair)
    }
    return [_join_row(row, fixed) for row in rows]


def _join_row(row: Sequence[str], fixed: set[tuple[str, str]]) -> list[str]:
    joined: list[str] = []
    place = 0
    while place < len(row):
        if place + 1 < len(row) and (row[place], row[place + 1]) in fixed:
            joined.append(row[place] + row[place + 1])
            place += 2
        else:
            joined.append(row[place])
            place += 1
    return joined


def _is_empty(word: str) -> bool:
    return word in _EMPTY or word[0] in _NO_BEGIN or word[-1] in _NO_END


def _is_candidate(word: str, scorer: Scorer) -> bool:
    return bool(_HAN.fullmatch(word)) and not _is_empty(word) and not scorer.is_stop_word(word)


def _whole(word: str, plain: str, scorer: Scorer) -> str:
    """`word`, or the longer word that it is a piece of, or "" when neither can be made out.

    A word the model does not know must occur often enough to tell. What has nearly always the same neighbour is
    a piece and grows by it (城小区 to 魅力之城小区); what stands after a number (4 号线) is a piece as well.
    """
    if plain.count(word) < _OFTEN:
        known = scorer.knows(word) and _COUNTING.isdisjoint(_before(word, plain))
        return word if known else ""
    while len(word) <= _LONGEST_WHOLE:
        before, after = _usual_neighbours(word, plain)
        if not before and not after:
            numbered = sum(plain.count(number + word) for number in _NUMBERING.intersection(_before(word, plain)))
            return word if numbered <= plain.count(word) / 2 and not _is_empty(word) else ""
        word = before + word + after
    return ""


def _usual_neighbours(word: str, plain: str) -> tuple[str, str]:
    """The Han characters that nearly always stand before and after `word`, "" where there is none."""
    places = _occurrences(word, plain)
    if places[:2] == [0, 1]:  # One character repeated at the very beginning: seen once, as it begins the text.
        del places[1]
    usual: list[str] = []
    for offset in (-1, len(word)):
        character, count = Counter(plain[max(p + offset, 0) : p + offset + 1] for p in places).most_common(1)[0]
        is_usual = count > _PIECE_SHARE * len(places) and _HAN_CHARACTER.match(character)
        usual.append(character if is_usual and character not in _PARTICLES else "")
    return usual[0], usual[1]


def _before(word: str, plain: str) -> set[str]:
    """The characters that stand right before `word` somewhere."""
    return {plain[place - 1] for place in _occurrences(word, plain) if place}


def _occurrences(word: str, plain: str) -> list[int]:
    """Where `word` stands, overlapping places included."""
    places: list[int] = []
    place = plain.find(word)
    while place >= 0:
        places.append(place)
        place = plain.find(word, place + 1)
    return places


def _weight(word: str, count: int, documents: int, texts: int) -> float:
    """Frequency damped, spread over texts, against how common the word's characters make it in general."""
    return (1 + math.log(count)) * (documents / texts) ** 0.5 * _rarity(word) * _length_factor(word)


def _length_factor(word: str) -> float:
    return 1.0 if len(word) == 2 else 1.25


@cache
def _background() -> tuple[str, int]:
    """The project's own civic sentences, as the background of ordinary complaint."""
    folder = files("reports.tone") / "training"
    lines = [
        line
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".csv")
        for line in entry.read_text(encoding="utf-8").splitlines()[1:]
    ]
    return "\n".join(lines), len(lines)


@lru_cache(maxsize=_RARITIES)
def _rarity(word: str) -> float:
    """Inverse share of background lines that hold the word, never below a floor."""
    text, lines = _background()
    return math.log((lines + 1) / (text.count(word) + 1)) + 0.5
