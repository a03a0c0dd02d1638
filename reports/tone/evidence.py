"""Which words of a text may be shown as evidence of its tone, and how far each pulled.

A model over n-grams gives weight to every word, 红绿灯 and 上班 included, because complaints are made of matters; shown
to a reader such words explain nothing. So evidence is words of feeling and judgement (`reports/lexicon`), and words
that an office's own labels proved to go with one tone; each only when it pulled to the side that it speaks for. Where
no such word speaks for the tone decided, the phrase that pulled most to it does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from reports.lexicon import words as word_list

#: At most so many words are shown.
EVIDENCE_WORDS = 6
#: Less pull than this is not worth showing.
LEAST_PULL = 0.01
_DISPLEASED, _PLEASED = word_list("displeased"), word_list("pleased")
#: Longer words in which one of feeling is only a part (负责人), and words that tell a reader nothing.
_NO_EVIDENCE = word_list("no_evidence")
_KNOWN = _DISPLEASED | _PLEASED | _NO_EVIDENCE
_SHORTEST, _LONGEST = 2, max(map(len, _KNOWN))
_NEGATIONS = ("毫无", "没有", "并不", "都不", "从不", "绝不", "不太", "很不", "太不", "难以", "不", "没", "无", "未")

#: Fewer letters than this tell a tone only when one of them is a word of feeling.
LEAST_LETTERS = 4

DISPLEASED, PLEASED = -1, 1
#: Phrases end at any mark; what is shorter says nothing, what is longer is no phrase any more.
_PHRASE = re.compile(r"[\w*]+")
_PHRASE_LENGTHS = range(4, 25)


def evidence(
    pulls: Mapping[str, float], text: str, words: Sequence[str], own: Collection[str] = ()
) -> tuple[tuple[str, float], ...]:
    """Words of `text` (simplified) with their pull, strongest first; above 0 is to positive.

    `pulls` gives the pull of each feature of the text, `words` its words as snownlp splits them, `own` the words that
    an office's labels proved to be telling.
    """
    found: dict[str, float] = {}
    for term, side in _terms_of_feeling(text):
        pull = _pull_of(term, pulls)
        if pull * side >= LEAST_PULL:
            found[term] = pull
    for word in dict.fromkeys(words):
        # A part of a longer term that is shown already, as 满意 of 不满意, would say it twice or its opposite.
        if word in own and word not in _NO_EVIDENCE and not any(word in term for term in found):
            pull = _pull_of(word, pulls)
            if abs(pull) >= LEAST_PULL:
                found[word] = pull
    ranked = sorted(found.items(), key=lambda item: (-abs(item[1]), item[0]))
    return tuple((word, round(pull, 4)) for word, pull in ranked[:EVIDENCE_WORDS])


def phrases(text: str) -> list[str]:
    """The phrases of a text, between its marks, that a reader takes in at a glance."""
    return [phrase for phrase in _PHRASE.findall(text) if len(phrase) in _PHRASE_LENGTHS]


def says_enough(text: str) -> bool:
    """Whether a text (simplified) has a word of feeling, or letters enough to tell a tone by; "无" has neither."""
    return sum(map(str.isalpha, text)) >= LEAST_LETTERS or any(True for _ in _terms_of_feeling(text))


def _terms_of_feeling(text: str) -> Iterator[tuple[str, int]]:
    """Words of feeling from left to right, the longest at each place, with their side; a negation turns it round."""
    place = 0
    while place < len(text):
        word = _longest_at(text, place)
        if word in _DISPLEASED or word in _PLEASED:
            side = PLEASED if word in _PLEASED else DISPLEASED
            negation = next((before for before in _NEGATIONS if text.endswith(before, 0, place)), "")
            yield negation + word, -side if negation else side
        place += len(word) or 1


def _longest_at(text: str, place: int) -> str:
    for length in range(min(_LONGEST, len(text) - place), _SHORTEST - 1, -1):
        if (word := text[place : place + length]) in _KNOWN:
            return word
    return ""


def _pull_of(term: str, pulls: Mapping[str, float]) -> float:
    """The pull of a term: its own as a word, and that of the n-grams inside it."""
    inside = (term[a:b] for a in range(len(term)) for b in range(a + 2, min(len(term), a + 3) + 1))
    return pulls.get(f"{term} ", 0.0) + sum(pulls.get(gram, 0.0) for gram in inside)
