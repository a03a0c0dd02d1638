"""Small grammars: texts with 〔one/or the other〕 and {slots}, and the text of an issue's member."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from consult.demo.reading import IssueBook, sections
from consult.demo.town import Person

_CHOICE = re.compile(r"〔(?:(\d):)?([^〕]*)〕")

#: A title has at most 22 characters (rule R19).
TITLE_LENGTH = 22

#: Share of common three-character runs (Jaccard) from which two texts count as near-duplicates.
NEAR = 0.5


def fill(text: str, slots: Mapping[str, str], rng: random.Random) -> str:
    """The text with one of each 〔a/b〕 chosen and its {slots} filled.

    Choices that carry the same number, as in 〔1:lift/roof〕 … 〔1:it stops/it leaks〕, go together.
    """
    together: dict[str, float] = {}

    def choose(match: re.Match[str]) -> str:
        number, options = match[1], match[2].split("/")
        share = together.setdefault(number, rng.random()) if number else rng.random()
        return options[int(share * len(options))]

    return _CHOICE.sub(choose, text).format_map(slots)


def grams(text: str) -> frozenset[str]:
    """The runs of three characters in a text."""
    return frozenset(text[i : i + 3] for i in range(max(1, len(text) - 2)))


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two texts share so many runs that a reader would call one a copy of the other."""
    shared = len(one & other)
    return shared >= NEAR * (len(one) + len(other) - shared)


class Novelty:
    """Remembers texts and says whether another is too much like one of them."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._known = [grams(text) for text in texts]

    def admits(self, text: str) -> bool:
        """True, and the text is remembered, when it is not a near-duplicate of a remembered one."""
        new = grams(text)
        if any(alike(new, old) for old in self._known):
            return False
        self._known.append(new)
        return True


@dataclass(frozen=True, slots=True)
class Telling:
    """One person's words about a latent issue, and the pieces they were made of."""

    title: str
    text: str
    place: str
    facts: tuple[str, ...]
    effects: tuple[str, ...]
    demands: tuple[str, ...]


class Deck:
    """Deals the pieces of a list in changing order, each as often as every other."""

    def __init__(self, pieces: Sequence[str], rng: random.Random) -> None:
        self._pieces = list(pieces)
        self._rng = rng
        self._hand: list[str] = []

    def deal(self, count: int) -> tuple[str, ...]:
        """`count` different pieces."""
        found: list[str] = []
        while len(found) < count:
            if not self._hand:
                self._hand = list(self._pieces)
                self._rng.shuffle(self._hand)
            piece = self._hand.pop()
            if piece not in found:
                found.append(piece)
        return tuple(found)


class Teller:
    """Tells one latent issue in as many ways as there are people who speak of it."""

    def __init__(self, book: IssueBook, rng: random.Random) -> None:
        self._book = book
        self._rng = rng
        self._wholes = list(book.wholes)
        self._frames = sections("answers", "prefixes.txt")
        self._titles = book.titles
        self._facts = Deck(book.facts, rng)
        self._effects = Deck(book.effects, rng)
        self._demands = Deck(book.demands, rng)

    def tell(self, channel: str, caller: Person, *, again: bool) -> Telling:
        """The words of one person through one channel."""
        rng = self._rng
        pieces = Telling(
            title="",
            text="",
            place=rng.choice(self._book.places),
            facts=self._facts.deal(rng.choice((1, 2, 2, 2, 3))),
            effects=self._effects.deal(rng.choice((0, 1, 1))),
            demands=self._demands.deal(1),
        )
        if self._wholes and channel in ("web", "wechat", "app", "weibo") and not again:
            text = self._wholes.pop()
        else:
            text = self._compose(pieces, channel, caller, again)
        return replace(pieces, title=self._title(text), text=text)

    def campaign(self) -> Telling:
        """A copy of the text that a group of people sends around."""
        rng = self._rng
        text = self._book.campaign + rng.choice(("", "", "！", "请回复。", "（业主代表整理）", "谢谢领导"))
        return Telling(self._book.titles[0], text, self._book.places[0], (), (), ())

    def _compose(self, pieces: Telling, channel: str, caller: Person, again: bool) -> str:
        rng = self._rng
        group = {"phone": "phone", "grid": "grid"}.get(channel, "web")
        opener = rng.choice(self._frames[f"opener_{group}"]) if group != "web" or rng.random() < 0.6 else ""
        if again:
            opener += rng.choice(
                ("上次反映以后没有解决，", "这是第二次反映，", "办结以后又复发，", "之前回复说处理了，可是")
            )
        frames = ["{p}，", "{p}", "{p}这边，"] if opener else ["{p}，", "关于{p}：", "就说{p}吧，"]
        story = rng.choice(frames).format(p=pieces.place) + pieces.facts[0]
        for piece in pieces.facts[1:]:
            story += rng.choice(("；", "，", "。另外，", "。还有，", "。")) + piece
        for piece in pieces.effects:
            story += rng.choice(("，", "。")) + piece
        if group == "web" and rng.random() < 0.12:  # the demand first, as some people write
            text = f"{opener}{pieces.demands[0]}。{story}"
        else:
            text = f"{opener}{story}{rng.choice('。。，')}{pieces.demands[0]}"
        return text + self._end(group, caller)

    def _end(self, group: str, caller: Person) -> str:
        rng = self._rng
        end = rng.choice(("。", "。", "！", ""))
        if rng.random() < 0.4:
            end = "。" + rng.choice(self._frames["end_phone" if group == "phone" else "end_web"])
        if rng.random() < 0.12:
            mark = "" if end.endswith(("。", "！")) else "。"
            form = rng.choice(("联系人{n}，电话{t}。", "我叫{n}，{t}。", "回电请打{t}（姓{s}）。"))
            end += mark + form.format(n=caller.name, t=caller.phone, s=caller.name[0])
        return end

    def _title(self, text: str) -> str:
        """The title that shares most with the text; a stray one now and then, as people write."""
        return max(
            self._titles,
            key=lambda title: len(set(title) & set(text)) / len(title) + self._rng.random() * 0.35,
        )
