"""Titles, key phrases and quotations of an issue, all taken from what its members wrote."""

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
_PARENT_CITY = re.compile(r"[A-Z]市(?=[A-Z]\d{1,2}[市区县])")
#: Ways to begin a title that say that something is asked, not what.
_OPENING = re.compile(
    r"^(?:尊敬的\S{0,6}[，,:：！!]|(?:各位)?领导|您好|你好|[，,:：！!、。\s]|惊+|再次|强烈|紧急|第?[一二三四五六七八九十\d]+次|"
    r"投诉|举报|关于|对于|反映|反应|请问|咨询|询问|求助|恳请|恳求|请求|呼吁|希望|建议|要求|坚决|我要|我想|想问|请(?!愿|假)|"
    r"(?:相关|有关)部门|政府|书记|市长|区长|县长|局长|关注|过问|质疑|对)+"
)
_CLOSING = re.compile(
    r"(?:的(?:问题|情况|事情|事宜|投诉|建议|咨询|请求|反映|几点建议|相关建议|相关问题|一些问题|些许建议|维权投诉|请示|意见)|问题|一事|[！!？?。，,、：:；;~…\.\s]|"
    r"请(?:尽快|及时)?(?:处理|解决)|(?:急)?需(?:处理|解决)|怎么办|谁来管|谁管|(?:是否)?(?:真的)?合[理法]吗?|是否合理|是否合法)+$"
)
_NEGATIVE = re.compile(
    "不|没|无|难|差|乱|违|骗|拒|拖|坏|堵|臭|噪|脏|危险|隐患|投诉|严重|污染|扰民|强制|欺|愤|失望|何时|竟"
)
_EDGE = frozenset(
    "的了是在吗呢吧啊和与及对被把也都就还又很我你他她它们个一有不为等于以从到这那要会能可将让使给请说去来上下中"
)
#: Begin no phrase, though some of them end one (理由, 原因).
_NO_BEGIN = _EDGE | frozenset("至由其该此而但且或如因才却已再并即亦仅均各每某")
_NO_END = _EDGE | frozenset("至其此而但且或如却已再即亦仅某")
#: A whole phrase stands free of other words, on each side, in at least this share of its occurrences.
_FREE_SHARE = 0.12
#: Said with indignation: true of the citizen, but not how an office names a matter.
_HEATED = re.compile(
    "何年何月|究竟|到底|竟然|居然|太[差黑坑]|惊装|救救|血汗|凭什么|谁来|为什么|难道|[!！?？]|吗$|\\d{3,}"
)
#: Phrases with one of these are pieces of speech, not names of a matter.
_SPOKEN = re.compile("[您我他她这那]|难道|一定|如此|[今去]年|已经|^内|才$")
_INVISIBLE = re.compile("[\\s\u200b-\u200f\u2060\ufeff]+")


def key_phrases(nodes: Sequence[Node], spread: Counter[str], total: int) -> list[str]:
    """Phrases of two to eight characters that many of the nodes share and few others use, best first.

    `spread` counts in how many of all `total` nodes a two-character gram occurs.
    """
    seen: Counter[str] = Counter()
    for node in nodes:
        seen.update(phrases(f"{node.title}。{node.lead}"))
    least = max(2, math.ceil(len(nodes) * 0.3)) if len(nodes) > 1 else 1
    free = _standing_free([f"{node.title}。{node.lead}" for node in nodes], {p for p in seen if seen[p] >= least})
    frequent = {phrase: count for phrase, count in seen.items() if count >= least}
    covered: dict[str, int] = {}
    for phrase, count in frequent.items():
        for size in range(2, len(phrase)):
            for start in range(len(phrase) - size + 1):
                piece = phrase[start : start + size]
                covered[piece] = max(covered.get(piece, 0), count)
    rating: dict[str, float] = {}
    for phrase, count in frequent.items():
        # A piece of a longer shared phrase says less than the whole; a very long one is a copied sentence.
        if (
            covered.get(phrase, 0) >= 0.7 * count
            or len(phrase) > _LONGEST_PHRASE
            or phrase not in free
            or _SPOKEN.search(phrase)
        ):
            continue
        pairs = [phrase[i : i + 2] for i in range(len(phrase) - 1)]
        rarity = sum(math.log((1 + total) / (1 + spread[pair])) for pair in pairs) / len(pairs)
        rating[phrase] = count * rarity * math.sqrt(len(phrase))
    chosen: list[str] = []
    for phrase in sorted(rating, key=lambda phrase: (-rating[phrase], phrase)):
        if not any(phrase in other or other in phrase for other in chosen):
            chosen.append(phrase)
        if len(chosen) == settings.KEYWORDS:
            break
    return chosen


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


def clean_title(title: str) -> str:
    """The title without greeting, manner of asking, doubled district and closing formula."""
    text = _PARENT_CITY.sub("", _INVISIBLE.sub("", title))
    for _ in range(3):
        text = _CLOSING.sub("", _OPENING.sub("", text))
    return re.sub(r"([！!？?。，,])[！!？?。，,]+", r"\1", text)


def issue_title(nodes: Sequence[Node], closeness: Sequence[float], place: str, phrases_of_issue: Sequence[str]) -> str:
    """Place and matter in at most `TITLE_CHARS` characters, in the words of the member nearest to all others."""
    best, best_score = "", -math.inf
    for node, close in zip(nodes, closeness, strict=True):
        text = clean_title(node.title)
        if len(text) < 4:
            continue
        covered = sum(len(phrase) for phrase in phrases_of_issue if phrase in text) / (6 + len(text))
        score = close + 0.5 * covered - 0.02 * abs(len(text) - 16) - 0.3 * (len(text) > settings.TITLE_CHARS)
        score += 0.2 * bool(place and place in text) - 0.1 * bool(_HEATED.search(text))
        if (score, text) > (best_score, best):
            best, best_score = text, score
    if not best:
        best = clean_title(nodes[0].title) or nodes[0].title or nodes[0].body
    named = place in best or any(phrase in best for phrase in phrases_of_issue[:2])
    if place and not named and not _REGION.fullmatch(place) and len(place) + len(best) < settings.TITLE_CHARS:
        best = f"{place}：{best}"
    return best if len(best) <= settings.TITLE_CHARS else best[: settings.TITLE_CHARS - 1] + "…"


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
