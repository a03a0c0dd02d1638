"""Submissions made ready for grouping: same texts collapsed to one node, words cleaned, places found."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.campaigns import comparable
from reports.issues import settings
from reports.model import Campaign, Speaker, Submission
from reports.places import places, simplified, word_list

_DISTRICT = re.compile(r"[A-Z]\d{1,2}[市区县镇]")
_CITY = re.compile(r"[A-Z]市")
#: Wide areas: sharing one, or naming two, says as little as sharing a district.
_WIDE = re.compile("(?:街道办事处|街道办|街道|镇|乡|县|新区|开发区|高新区|经开区|片区)$")
#: Neither a name nor a matter: addresses of pages, dates, times, sums and lengths.
NOISE = re.compile(
    r"https?://[\w./?=&%#:\-]+|www\.[\w./]+|[\d.．]+\s*(?:年|月|日|号(?!线)|点|时|分|元|万|米|个|多|%|％|余|天|岁|家|人|户|楼|层|栋|平)+"
)
_BETWEEN_RUNS = re.compile(r"[^㐀-鿿豈-﫿𠀀-𲎯A-Za-z0-9]+")
_LINE = re.compile(r"(?:BRT)?\d+号线$")
_LINE_IN_WORDS = re.compile("([一二三四五六七八九十]{1,3})号线$")
#: Long things: many matters lie along them, so sharing one is less than sharing an estate or a school.
LONG = re.compile(r"(?:路|街|大道|高速|国道|省道|县道|号线)$")
#: Whoever is blamed or asked on the way is no place of the matter, unless the title names them.
_BODY = re.compile("(?:公司|集团|派出所|居委会|村委会|驾校)$")
_TAIL_OF_ESTATE = re.compile("(?:小区|社区|花园)$")
#: A name found inside a text must be told from the words around it: shorter ones are found by chance.
_SHORTEST_KNOWN = 3
_NUMERALS = {character: value for value, character in enumerate("零一二三四五六七八九")}
#: Digits and letters of full width; punctuation stays as people wrote it.
_HALF_WIDTH = {
    wide: wide - 0xFEE0 for start, end in ("０９", "ＡＺ", "ａｚ") for wide in range(ord(start), ord(end) + 1)
}

#: The manner of asking, not the matter asked about. Replaced by a break, so that no gram runs across it.
MANNER = re.compile(
    "|".join(
        sorted(
            word_list(
                """
    尊敬的 领导 您好 你好 书记 市长 区长 县长 局长 省长 主任 请问 咨询 询问 反映 反应 投诉 举报 关于 建议 希望
    请求 恳请 恳求 强烈 要求 呼吁 求助 请 关注 重视 解决 处理 尽快 尽早 早日 加快 加大 加强 力度 步伐 建设力度
    问题 情况 事宜 一事 什么时候 何时 几时 可以 能否 能不能 是否 可否 为什么 为何 怎么 如何 什么 多久 究竟
    到底 有没有 是不是 会不会 相关部门 有关部门 政府 部门 相关 有关 谢谢 感谢 此致 敬礼 为盼 百忙之中 麻烦
    一下 我们 我是 我家 本人 居民 业主 市民 群众 老百姓 百姓 村民 大家 他们 现在 目前 至今 已经 一直 因为 所以
    但是 而且 如果 没有 不能 不要 这个 那个 这样 非常 特别 十分 严重 影响 再次 第三次 多次 附近 小区 的 了 是
    在 吗 呢 吧 啊 呀 和 与 及 对 被 把 也 都 就 还 又 很
    """
            ),
            key=len,
            reverse=True,
        )
    )
)


@dataclass(frozen=True, slots=True)
class Node:
    """One text, said by one submission or by all of a campaign."""

    ids: tuple[str, ...]
    title: str
    body: str
    names: frozenset[str]  #: places finer than a district, in simplified characters without a generic ending
    districts: frozenset[str]  #: districts under their short names (A3区)
    spots: frozenset[str] = frozenset()  #: the names that are in one spot (no road or line), the longest ones only
    titled: frozenset[str] = frozenset()  #: the names that stand in the title
    lines: frozenset[str] = frozenset()  #: the lines (3号线) that stand in the title, or else anywhere

    @property
    def lead(self) -> str:
        return self.body[: settings.LEAD_CHARS]


def make_nodes(submissions: Sequence[Submission], campaigns: Sequence[Campaign]) -> list[Node]:
    """One node for each campaign and for each other submission that has text, ordered by first id."""
    said = {s.id: text for s in submissions if (text := comparable(s))}
    readable = {s.id: s for s in submissions if s.id in said}
    group_of: dict[str, str] = {}
    for campaign in campaigns:
        for member in campaign.members:
            group_of[member.id] = campaign.members[0].id
    groups: dict[str, list[str]] = defaultdict(list)
    for identifier, submission in readable.items():
        # Word for word the same text is one node even when it is too short to be called a campaign.
        groups[group_of.get(identifier) or f"text:{submission.title}:{said[identifier]}"].append(identifier)
    nodes = (_node([readable[identifier] for identifier in sorted(ids)]) for ids in groups.values())
    return _with_known_names(sorted(nodes, key=lambda node: node.ids))


def _with_known_names(nodes: list[Node]) -> list[Node]:
    """Names that several texts spell out, added where another text uses them without their ending (…海外滩二期)."""
    used = Counter(name for node in nodes for name in node.names)
    # Four characters in a row are hardly the same by chance, three need a second witness.
    known = [n for n in used if len(n) >= _SHORTEST_KNOWN and (used[n] > 1 or len(n) > _SHORTEST_KNOWN)]
    beginning: dict[str, list[str]] = defaultdict(list)
    for name in known:
        beginning[name[:_SHORTEST_KNOWN]].append(name)
    completed = []
    for node in nodes:
        text = f"{node.title}。{node.lead[: settings.NAMED_CHARS]}"
        also = {
            name
            for at in range(len(text) - _SHORTEST_KNOWN + 1)
            for name in beginning.get(text[at : at + _SHORTEST_KNOWN], ())
            # Line 1 is no part of line 11.
            if text.startswith(name, at) and not (at and name[0].isdigit() and text[at - 1].isdigit())
        }
        completed.append(_placed(node, node.names | also))
    return completed


def _placed(node: Node, names: frozenset[str]) -> Node:
    """The node with its names sorted by what they tell."""
    spots = [name for name in names if not LONG.search(name)]
    in_title = _lines_in(node.title)
    lines = frozenset(name for name in names if _LINE.search(name))
    return replace(
        node,
        names=names,
        # Beside 碧桂园天玺湾 the developer's name alone is no place of its own.
        spots=frozenset(name for name in spots if not any(name != other and name in other for other in spots)),
        titled=frozenset(name for name in names - lines if name in node.title) | (lines & in_title),
        lines=(lines & in_title) or lines,
    )


def _lines_in(text: str) -> set[str]:
    return {place_key(name) for name in places(text)} if "号线" in text else set()


def _node(group: list[Submission]) -> Node:
    speaker = group[0]
    # The commonest title of a campaign speaks for it; the first id decides between equals.
    titles = Counter(s.title.strip() for s in group)
    title = _even(max(titles, key=lambda text: (titles[text], text)))
    spoken = [turn.text for turn in speaker.turns if turn.speaker is Speaker.CITIZEN]
    body = _even("。".join(spoken) or speaker.text)
    found = places(f"{title}。{body[: settings.LEAD_CHARS]}。{_even(speaker.place)}")
    return Node(
        ids=tuple(s.id for s in group),
        title=title or body[:40],
        body=body,
        names=frozenset(
            place_key(name) for name in found if not _is_wide(name) and (name in title or not _BODY.search(name))
        ),
        districts=frozenset(name for name in found if _DISTRICT.fullmatch(name)),
    )


def _even(text: str) -> str:
    """The text in simplified characters and digits of one width."""
    return simplified(text).translate(_HALF_WIDTH)


def _is_region(name: str) -> bool:
    return bool(_DISTRICT.fullmatch(name) or _CITY.fullmatch(name))


def _is_wide(name: str) -> bool:
    return _is_region(name) or bool(_WIDE.search(name))


def place_key(name: str) -> str:
    """The name without a generic ending, so that 丽景新城 and 丽景新城小区 are one, and 三号线 is 3号线."""
    line = _LINE.search(name)
    if line:
        return line.group()
    in_words = _LINE_IN_WORDS.search(name)
    if in_words:
        return f"{_number(in_words.group(1))}号线"
    bare = _TAIL_OF_ESTATE.sub("", name)
    return bare if len(bare) > 1 else name


def _number(words: str) -> int:
    """十二 as 12; up to 99."""
    tens, ten, ones = words.rpartition("十")
    return (_NUMERALS.get(tens, 1) * 10 if ten else 0) + _NUMERALS.get(ones[-1:], 0)


def without_names(node: Node, text: str) -> str:
    """The text of the node with a break for each name of a place: what is said of the places."""
    for name in sorted(node.names, key=lambda name: (-len(name), name)):
        text = text.replace(name, "，")
    return text


def runs(text: str) -> list[str]:
    """The pieces of the text that say the matter, broken at punctuation, districts and turns of phrase."""
    plain = NOISE.sub("，", text)
    plain = MANNER.sub("，", _CITY.sub("，", _DISTRICT.sub("，", plain.upper())))
    return [run for run in _BETWEEN_RUNS.split(plain) if len(run) >= settings.SHORTEST_GRAM]


def grams_of_run(run: str) -> list[str]:
    """All character grams of a piece without breaks."""
    return [
        run[start : start + size]
        for size in range(settings.SHORTEST_GRAM, settings.LONGEST_GRAM + 1)
        for start in range(len(run) - size + 1)
    ]
