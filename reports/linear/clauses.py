"""A text as the classifiers read it: clauses, and of each its characters and its words.

People tell what happened in many calm clauses and say what they want in some, so a model learnt from single sentences
judges messages better clause by clause than by the heap of their n-grams (measured: docs/adr/0015-tone.md).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reports.scoring.simplify import simplify

#: The words of a text.
Splitter = Callable[[str], Sequence[str]]
#: Raised when a text is read in another way: a model that learnt from the old way is then refused.
FEATURES = 3
SHORTEST, LONGEST = 1, 3

#: Addresses, thanks for reading and closings: courtesy that says nothing of the matter.
_COURTESY = re.compile(
    r"(?:尊敬|敬爱)的[^，。：:！!\s]{0,12}[：:，,！!\s]?|(?:您|你)们?好[！!，,。：:]?"
    r"|(?:首先)?(?:非常)?感谢您?(?:能)?(?:在百忙之中|百忙之中|百忙中)[^。！!，,；;]*|此致[\s，,]*敬礼|(?:谢谢|感谢)(?:您|你们?|领导|了)?[！!。，,～~\s]*$"
)
_ANONYMOUS = re.compile(r"[A-Za-z]\d{0,2}(?=[市区县镇])")
_DIGITS = re.compile(r"[0-9０-９]+(?:[.．][0-9]+)?")
#: Who is addressed or passed on in a post, and addresses of pages: names and hosts say nothing.
_HANDLE = re.compile(r"@[\w\-·]{1,30}(?:[:：\s]|$)|https?://\S+|O?网页链接")
#: What n-grams are taken from: marks too, since 【, [ and … tell news, feeling and hesitation apart; no Latin letters.
_PIECE = re.compile(r"[^\sA-Za-z]+")
#: Where a clause ends, its mark included.
_CLAUSE = re.compile(r"[^。！？；;\n…]+[。！？；;\n…]*")
#: Shorter clauses say nothing by themselves and go with the one before.
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause as the classifiers read it."""

    grams: Counter[str]  #: its character n-grams
    words: Counter[str]  #: its words and pairs of words
    cues: Counter[str] = field(default_factory=Counter)  #: what else a model looks for in it, under names of its own


def read(text: str, split: Splitter, whole_below: int = 0) -> list[Clause]:
    """The clauses of a text; `split` gives the words of a text (``Scorer.words``).

    A text of fewer than `whole_below` characters is one clause: short posts are one utterance, not a story.
    """
    smoothed = plain(text)
    pieces = clauses(smoothed) if len(smoothed) >= whole_below else [smoothed] if smoothed.strip() else []
    return [Clause(ngrams(clause), word_grams(split(clause))) for clause in pieces]


def plain(text: str) -> str:
    """`text` simplified, without courtesy, handles and links, places anonymised, numbers as #."""
    text = simplify(text)
    text = _ANONYMOUS.sub("", text)
    without = _COURTESY.sub("。", text)
    # Who says thanks and nothing else means it.
    text = without if any(map(str.isalpha, without)) else text
    text = _HANDLE.sub(" ", text)
    text = _DIGITS.sub("#", text)
    return text.replace("?", "？").replace("!", "！")


def clauses(text: str) -> list[str]:
    """The clauses of `plain` text, none of them empty; what is too short to stand alone goes with the one before."""
    found: list[str] = []
    for piece in _CLAUSE.findall(text):
        if found and len(piece.strip("。！？；;…\n ")) < _LEAST:
            found[-1] += piece
        elif piece.strip():
            found.append(piece)
    return found


def ngrams(clause: str) -> Counter[str]:
    """How often each character n-gram occurs in a clause."""
    found: list[str] = []
    for piece in _PIECE.findall(clause):
        for length in range(SHORTEST, LONGEST + 1):
            found += [piece[place : place + length] for place in range(len(piece) - length + 1)]
    # Counted in the order of the text: sums of floats depend on it.
    return Counter(found)


def word_grams(words: Sequence[str]) -> Counter[str]:
    """How often each word and each pair of neighbouring words occurs; a blank in them keeps them from n-grams apart."""
    return Counter([*(f"{word} " for word in words), *(f"{a} {b}" for a, b in pairwise(words))])


def vector(counts: Mapping[str, int], inverse: Mapping[str, float]) -> dict[str, float]:
    """TF-IDF of the known features of one clause, of length 1: damped counts, so that repetition adds little."""
    found = {
        name: weight if count == 1 else (1 + math.log(count)) * weight
        for name, count in counts.items()
        if (weight := inverse.get(name)) is not None
    }
    norm = math.sqrt(sum(value * value for value in found.values()))
    return {name: value / norm for name, value in found.items()}


def clause_vector(clause: Clause, inverse: Mapping[str, float]) -> dict[str, float]:
    """The known features of a clause: its n-grams, its words, and its cues, each of length 1."""
    found = vector(clause.grams, inverse) | vector(clause.words, inverse)
    return found | vector(clause.cues, inverse) if clause.cues else found


def is_known(vectors: Iterable[Mapping[str, float]]) -> bool:
    """Whether anything was recognised but marks; without it only the intercepts speak, which is no knowledge."""
    return any(any(map(str.isalpha, name)) for found in vectors for name in found)
