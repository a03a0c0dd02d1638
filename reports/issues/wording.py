"""Key phrases and quotations of an issue, all taken from what its members wrote."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from reports.issues import settings
from reports.issues.nodes import MANNER, NOISE, Node
from reports.places import simplified

_SENTENCE = re.compile(r"[^。！？!?；;\n\r]+[。！？!?；;]*")
_RUNS = re.compile(r"[㐀-鿿豈-﫿𠀀-𲎯A-Za-z0-9]+")
_REGION = re.compile(r"[A-Z]\d{0,2}[市区县镇]")
_LONGEST_PHRASE = 8
_NEGATIVE = re.compile(
    "不|没|无|难|差|乱|违|骗|拒|拖|坏|堵|臭|噪|脏|危险|隐患|投诉|严重|污染|扰民|强制|欺|愤|失望|何时|竟"
)
_EDGE = frozenset(
    "的了是在吗呢吧啊和与及对被把也都就还又很我你他她它们个一有不为等于以从到这那要会能可将让使给请说去来上下中"
)
#: Begin no phrase, though some of them end one (理由, 原因).
_NO_BEGIN = _EDGE | frozenset("至由其该此而但且或如因才却已再并即亦仅均各每某堪")
_NO_END = _EDGE | frozenset("至其此而但且或如却已再即亦仅某")
#: Between two of these and a phrase there is a seam: they are words by themselves.
_WORD_OF_ITS_OWN = frozenset("的了是在吗呢吧啊和与及对被把也都就还又很我你他她它们个这那有不为到从将让使给请说")
#: What ends the name of a region stands before a name and not in it (A市 + 顺宇); 小区 ends in one, too.
_ENDS_REGION = frozenset("市区县镇省")
#: In this share of its places a phrase has the same neighbour: it is a piece and grows by it.
_USUAL_SHARE = 0.8
_GROWS = re.compile("[㐀-鿿]")
_MOST_GROWN = 4
#: What all texts of a small set say is still what they say.
_LEAST_RARITY = 0.3
_FULL_LENGTH = 4
#: A whole phrase stands free of other words, on each side, in at least this share of its occurrences.
_FREE_SHARE = 0.12
#: Phrases with one of these are pieces of speech, not names of a matter.
_SPOKEN = re.compile("[您我他她这那]|难道|一定|如此|[今去]年|已经|^内|才$")


def key_phrases(nodes: Sequence[Node], spread: Counter[str], total: int) -> list[str]:
    """Phrases of two to eight characters that many of the nodes share and few others use, best first.

    `spread` counts in how many of all `total` nodes a two-character gram occurs.
    """
    seen: Counter[str] = Counter()
    titles: Counter[str] = Counter()
    for node in nodes:
        in_title = phrases(node.title)
        titles.update(in_title)
        seen.update(in_title | phrases(node.lead))
    least = max(2, math.ceil(len(nodes) * 0.3)) if len(nodes) > 1 else 1
    texts = [f"{node.title}。{node.lead}" for node in nodes]
    free = _standing_free(texts, {p for p in seen if seen[p] >= least})
    frequent = {
        phrase: count
        for phrase, count in seen.items()
        if count >= least and len(phrase) <= _LONGEST_PHRASE and phrase in free and not _SPOKEN.search(phrase)
    }
    covered: dict[str, int] = {}
    for phrase, count in frequent.items():
        for size in range(2, len(phrase)):
            for start in range(len(phrase) - size + 1):
                piece = phrase[start : start + size]
                covered[piece] = max(covered.get(piece, 0), count)
    rating: dict[str, float] = {}
    for phrase, count in frequent.items():
        # A piece of a longer shared phrase says less than the whole.
        if covered.get(phrase, 0) >= 0.7 * count:
            continue
        pairs = [phrase[i : i + 2] for i in range(len(phrase) - 1)]
        rarity = sum(math.log((1 + total) / (1 + spread[pair])) for pair in pairs) / len(pairs)
        # Beyond four characters a longer phrase is no better a name; what titles say is what the matter is called.
        rating[phrase] = (count + titles[phrase]) * (rarity + _LEAST_RARITY) * math.sqrt(min(len(phrase), _FULL_LENGTH))
    chosen: list[str] = []
    whole_texts = "\n".join(texts)
    for found in sorted(rating, key=lambda phrase: (-rating[phrase], phrase)):
        phrase = _grown(found, whole_texts, is_titled=bool(titles[found]))
        if phrase and not any(phrase in other or other in phrase for other in chosen):
            chosen.append(phrase)
        if len(chosen) == settings.KEYWORDS:
            break
    return chosen


def _grown(phrase: str, text: str, *, is_titled: bool) -> str:
    """The phrase with the characters that nearly always stand beside it (心站 to 中心站); "" for a piece of speech."""
    grown = phrase
    for _ in range(_MOST_GROWN):
        before, after = _usual_neighbours(grown, text)
        if not before and not after:
            break
        grown = before + grown + after
    if is_titled:
        return grown if len(grown) <= _LONGEST_PHRASE else phrase
    # A long phrase that always stands in the same words is a line of a letter that people copied.
    return grown if len(grown) <= _FULL_LENGTH + 1 else ""


def _usual_neighbours(phrase: str, text: str) -> tuple[str, str]:
    """The characters that nearly always stand before and after a phrase and are no word of their own."""
    beside: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    at = text.find(phrase)
    while at >= 0:
        beside[0][text[at - 1 : at]] += 1
        beside[1][text[at + len(phrase) : at + len(phrase) + 1]] += 1
        at = text.find(phrase, at + 1)
    usual = []
    for counted, seams in zip(beside, (_WORD_OF_ITS_OWN | _ENDS_REGION, _WORD_OF_ITS_OWN), strict=True):
        character, count = counted.most_common(1)[0]
        grows = count > 1 and count >= _USUAL_SHARE * counted.total() and _GROWS.fullmatch(character)
        usual.append(character if grows and character not in seams else "")
    return usual[0], usual[1]


def _standing_free(texts: Sequence[str], wanted: set[str]) -> set[str]:
    """Those of the `wanted` phrases that are whole: 建搅拌, always followed by 站 or 厂, is a piece of something."""
    total: Counter[str] = Counter()
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for text in texts:
        for run in _matter_runs(text):
            for start, end in _pieces(run):
                piece = run[start:end]
                if piece in wanted:
                    total[piece] += 1
                    before[piece] += start == 0 or run[start - 1] in _EDGE
                    after[piece] += end == len(run) or run[end] in _EDGE
    return {p for p in wanted if min(before[p], after[p]) >= max(1, _FREE_SHARE * total[p])}


def phrases(text: str) -> set[str]:
    """All runs of two to nine characters of the text that neither begin nor end with a function word."""
    return {run[start:end] for run in _matter_runs(text) for start, end in _pieces(run)}


def _matter_runs(text: str) -> list[str]:
    return _RUNS.findall(MANNER.sub("，", _REGION.sub("，", NOISE.sub("，", text))))


def _pieces(run: str) -> Iterator[tuple[int, int]]:
    for size in range(2, _LONGEST_PHRASE + 2):
        for start in range(len(run) - size + 1):
            end = start + size
            if run[start] not in _NO_BEGIN and run[end - 1] not in _NO_END and not run[start:end].isdigit():
                yield start, end


def sentences(text: str) -> list[str]:
    """The text's sentences as they stand in it, trimmed."""
    return [sentence for match in _SENTENCE.finditer(text) if (sentence := match.group().strip())]


def quotation_of(text: str, phrases_of_issue: Sequence[str]) -> tuple[str, float, bool]:
    """The sentence that says most of the matter, how much it says, and whether it is critical."""
    shortest, longest = settings.QUOTATION_CHARS
    best = ("", -1.0, False)
    for sentence in sentences(text[:5_000]):
        if not shortest <= len(sentence) <= longest:
            continue
        plain = simplified(sentence)
        said = sum(len(phrase) for phrase in phrases_of_issue if phrase in plain)
        critical = len(_NEGATIVE.findall(plain))
        score = (said + min(critical, 4)) / math.sqrt(20 + len(sentence))
        if score > best[1]:
            best = (sentence, score, critical >= 2)
    return best
