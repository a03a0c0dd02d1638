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
_LINE = re.compile(r"\d+号线$")
#: Long things: many matters lie along them, so sharing one is less than sharing an estate or a school.
_LONG = re.compile(r"(?:路|街|大道|高速|国道|省道|县道|号线)$")
#: Whoever is blamed or asked on the way is no place of the matter, unless the title names them.
_BODY = re.compile("(?:公司|集团|派出所|居委会|村委会|驾校)$")
_TAIL_OF_ESTATE = re.compile("(?:小区|社区|花园)$")

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
    areas: frozenset[str]  #: wide areas named (街道, 镇), not cut in regions
    districts: frozenset[str]  #: districts under their short names (A3区)

    @property
    def lead(self) -> str:
        return self.body[: settings.LEAD_CHARS]


def make_nodes(submissions: Sequence[Submission], campaigns: Sequence[Campaign]) -> list[Node]:
    """One node for each campaign and for each other submission that has text, ordered by first id."""
    readable = {s.id: s for s in submissions if comparable(s)}
    group_of: dict[str, str] = {}
    for campaign in campaigns:
        for member in campaign.members:
            group_of[member.id] = campaign.members[0].id
    groups: dict[str, list[str]] = defaultdict(list)
    for identifier, submission in readable.items():
        # Word for word the same text is one node even when it is too short to be called a campaign.
        groups[group_of.get(identifier) or f"text:{submission.title}:{comparable(submission)}"].append(identifier)
    nodes = (_node([readable[identifier] for identifier in sorted(ids)]) for ids in groups.values())
    return _with_known_names(sorted(nodes, key=lambda node: node.ids))


def _with_known_names(nodes: list[Node]) -> list[Node]:
    """Names that several texts spell out, added where another text uses them without their ending (…海外滩二期)."""
    used = Counter(name for node in nodes for name in node.names if len(name) > 2)
    # Four characters in a row are hardly the same by chance, three need a second witness.
    known = {name for name, count in used.items() if count > 1 or len(name) > 3}
    sizes = sorted({len(name) for name in known})
    completed = []
    for node in nodes:
        text = f"{node.title}。{node.lead[: settings.NAMED_CHARS]}"
        also = {text[at : at + size] for size in sizes for at in range(len(text) - size + 1)} & known
        completed.append(replace(node, names=node.names | also) if also else node)
    return completed


def _node(group: list[Submission]) -> Node:
    speaker = group[0]
    # The commonest title of a campaign speaks for it; the first id decides between equals.
    titles = Counter(s.title.strip() for s in group)
    title = simplified(max(titles, key=lambda text: (titles[text], text)))
    spoken = [turn.text for turn in speaker.turns if turn.speaker is Speaker.CITIZEN]
    body = simplified("。".join(spoken) or speaker.text)
    found = places(f"{title}。{body[: settings.LEAD_CHARS]}。{simplified(speaker.place)}")
    return Node(
        ids=tuple(s.id for s in group),
        title=title or body[:40],
        body=body,
        names=frozenset(
            place_key(name) for name in found if not _is_wide(name) and (name in title or not _BODY.search(name))
        ),
        areas=frozenset(name for name in found if _WIDE.search(name) and not _is_region(name)),
        districts=frozenset(name for name in found if _DISTRICT.fullmatch(name)),
    )


def _is_region(name: str) -> bool:
    return bool(_DISTRICT.fullmatch(name) or _CITY.fullmatch(name))


def _is_wide(name: str) -> bool:
    return _is_region(name) or bool(_WIDE.search(name))


def points(names: frozenset[str]) -> frozenset[str]:
    """The names of places that are in one spot: not roads and lines."""
    return frozenset(name for name in names if not _LONG.search(name))


def place_key(name: str) -> str:
    """The name without a generic ending, so that 丽景新城 and 丽景新城小区 are one."""
    line = _LINE.search(name)
    if line:
        return line.group()
    bare = _TAIL_OF_ESTATE.sub("", name)
    return bare if len(bare) > 1 else name


def same_place(here: frozenset[str], there: frozenset[str]) -> bool:
    """Some name of the one is, or is part of, a name of the other."""
    return not here.isdisjoint(there) or any(
        (a in b or b in a) and not (_LINE.search(a) or _LINE.search(b)) for a in here for b in there
    )


def runs(text: str) -> list[str]:
    """The pieces of the text that say the matter, broken at punctuation, districts and turns of phrase."""
    plain = NOISE.sub("，", text)
    plain = MANNER.sub("，", _CITY.sub("，", _DISTRICT.sub("，", plain.upper())))
    return [run for run in _BETWEEN_RUNS.split(plain) if len(run) >= settings.SHORTEST_GRAM]


def grams(text: str) -> list[str]:
    """Character grams of the matter, none of them across a break."""
    return [gram for run in runs(text) for gram in grams_of_run(run)]


def grams_of_run(run: str) -> list[str]:
    """All character grams of a piece without breaks."""
    return [
        run[start : start + size]
        for size in range(settings.SHORTEST_GRAM, settings.LONGEST_GRAM + 1)
        for start in range(len(run) - size + 1)
    ]
