"""The name of an issue as an office would put it: place and matter, in at most thirty characters, in calm words.

No title of one citizen is taken as it stands. Each member's title is taken apart into clauses; manner of asking,
insults and emphasis are taken off; the clause whose words most members use is chosen, and the place is put before it
when it names none. What still accuses or speaks in the first person is chosen only when there is nothing else.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from reports.issues import settings
from reports.issues.nodes import Node
from reports.masking import mask

_INVISIBLE = re.compile("[\\s\u200b-\u200f\u2060\ufeff]+")
_REGION = re.compile(r"[A-Z]\d{0,2}[市区县镇]|[㐀-鿿]{2,3}[省市](?![场民政委长域内区])")
_LEADING_REGIONS = re.compile(rf"^(?:{_REGION.pattern})+")
_PARENT_CITY = re.compile(r"[A-Z]市(?=[A-Z]\d{1,2}[市区县])")
#: Ways to begin a title that say that something is asked, not what.
_OPENING = re.compile(
    r"^(?:尊敬的\S{0,6}[，,:：！!]|(?:各位)?领导|您好|你好|[，,:：！!、。\s“”\"《》【】]|惊+|再次|强烈|紧急|急|又|还|"
    r"第?[一二三四五六七八九十\d]+次|实名|联名|集体|投诉|举报|控诉|关于|对于|反映|反应|请问|再问|想问|咨询|询问|求助|恳请|恳求|"
    r"请求|申请|呼吁|希望|建议|要求|盼望?|坚决(?:反对|抵制)?|反对|抗议|我要|我想|我们?|请(?!愿|假)|(?:相关|有关)部门|政府|书记|市长|"
    r"区长|县长|局长|关注|过问|质疑|解决(?!方案)|查处|严查|严惩|彻查|取缔|制止|无视|救救|可怜|拯救|尽快|加紧|真正的?|"
    r"[对就将把在因为给让](?=\S{6})|谁来管管?|难道|不要让|能否|能不能|是否|可否|为什么|为何|凭什么)+"
)
_CLOSING = re.compile(
    r"(?:的?(?:问题|情况|事情|事宜|事件|投诉|建议|咨询|请求|反映|几点建议|相关建议|相关问题|一些问题|若干问题|诸多问题|诸多|些许建议|维权|请示|意见|"
    r"申诉|控诉书?|心声)|的事|一事|的|了|呢|吗|吧|啊|[！!？?。，,、：:；;~…\.\s“”\"《》]|求解决|盼解决|一直(?:得不到|没有)解决|"
    r"久久?未(?:能)?解决|(?:如何|何时能?)解决|请(?:政府)?(?:尽快|及时|予以)?(?:处理|解决|查处|管一管吧?)|(?:急)?需(?:要)?(?:处理|解决)|"
    r"怎么办|谁来管|谁管|(?:是否)?(?:真的)?合[理法]吗?|是否合理|是否合法|苦不堪言|何时(?:能|才能)?(?:休|了)|还要坏多久|"
    r"为谁做主|谁为\S{1,4}做主|盼(?:回复|整改)|依法)+$"
)
#: Emphasis and insults with what stands there in calm words; "" takes them off.
_CALM = tuple(
    (re.compile(pattern), calm)
    for pattern, calm in (
        (r"(?:究竟|到底)?要?拖到(?:何年何月|何时|什么时候|几时)(?:何[月时])*(?:才能?|能)?", "何时"),
        (r"(?:究竟|到底)?(?:什么时候|几时|哪天|何年何月|猴年马月)(?:才能?|会|能|可以)?", "何时"),
        (
            r"究竟|到底|竟然?|居然|简直|实在|真的|真心|依然|仍然|公然|肆意|野蛮|无良|无耻|黑心|恶劣的?|恶意|蓄意|特大|悍然|堂而皇之地?",
            "",
        ),
        (
            r"(?:违法|非法|违规|擅自|强行|强制性?|恶性|变相)(?=捆绑|搭售|经营|建设|施工|出售|售卖|销售|收取|收费|占用|搭建|营业|涨|修建|架设|退出|实习)",
            "",
        ),
        (r"违建(?=搅拌|垃圾|变电|加油|基站)", ""),
        (r"质量(?:问题)?(?:十分|非常|严重)?(?:(?:太|很|极)?差)+了?|质量(?:堪忧|低劣|不过关|没保障|太次)", "质量问题"),
        (r"质量问题问题", "质量问题"),
        (r"太(?=[暗差大小少多吵贵高低慢远窄短长])", "偏"),
        (r"(?:血汗钱|辛苦钱)", "款项"),
        (r"欺骗消费者|坑骗业主|欺诈消费者|坑客户|坑业主", "消费纠纷"),
        (r"(?<!涉嫌)诈骗(?=案|一案|$)", "涉嫌诈骗"),
    )
)
_CLAUSE = re.compile(r"[，,。！!？?；;：:…—~\n]+")
#: Said with indignation, or in the first person: true of the citizen, but not how an office names a matter.
_ACCUSES = re.compile(
    "(?<!涉嫌诈)骗|坑[^洼里道口]|霸|黑[心社恶]|惊|强买|欺|侵吞|勾结|贪|腐|保护伞|造假|老赖|不作为|乱作为|推诿|踢皮球|臭名|猖|无视|不管|不顾|"
    "践踏|助纣|恶|惨|死了|跑路|寒心|心寒|良心|血汗|哭|求求|救|痛苦|严惩|违法|非法|违规"
)
_FIRST_PERSON = re.compile("[我咱俺您你]们?的?|本人|吾")
_ASKS = re.compile("[吗呢嘛]|为什么|为何|怎么|凭什么|谁|难道|不要|不能|多久|哪里|不得|合理|到处|如此|怎样|这[样么种]")
#: Pieces of a sentence: what begins or ends so leans on words that are not there.
_UNFINISHED = re.compile(
    "^(?:有|存在|带着|督促|接管|加大|提高|促进|给|让|还|再|也|都|才|被|据|凭)|[后时前中间上下里内将有使令]$"
)
#: Characters in which a name may not end when a title is cut.
_LOOSE = "的了是在和与及或对被把给让将向从到为因由、“《（("
#: Fewer characters say no matter.
_SHORTEST = 4
#: Below this share of the members a clause is not what they have in common.
_COMMON = 0.34
#: A clause with so many pairs of characters that all members use says the matter in full.
_FULL_MASS = 6.0


def clean_title(title: str) -> str:
    """The title without greeting, manner of asking, doubled district and closing formula."""
    text = _PARENT_CITY.sub("", _INVISIBLE.sub("", title))
    for _ in range(3):
        text = _CLOSING.sub("", _OPENING.sub("", text))
    return re.sub(r"([！!？?。，,])[！!？?。，,]+", r"\1", text)


def calm(text: str) -> str:
    """The words without emphasis and insult."""
    for pattern, instead in _CALM:
        text = pattern.sub(instead, text)
    return text


def issue_title(nodes: Sequence[Node], closeness: Sequence[float], place: str, phrases: Sequence[str]) -> str:
    """Place and matter in at most `TITLE_CHARS` characters: no address, no question mark, masked."""
    common = _Common(nodes, place)
    best, best_score = "", -math.inf
    for node, close in zip(nodes, closeness, strict=True):
        for at, clause in enumerate(_clauses(node.title)):
            # What stands first in a title names the matter; later clauses lean on it.
            score = _score(clause, close, common, phrases, place) - 0.1 * (at > 1)
            if (score, clause) > (best_score, best):
                best, best_score = clause, score
    composed = _composed(place, phrases, common)
    if composed and (not best or best_score < _COMMON or _ACCUSES.search(best) or _FIRST_PERSON.search(best)):
        best = composed
    best = _FIRST_PERSON.sub("", best) or clean_title(nodes[0].title) or nodes[0].title.strip() or nodes[0].body.strip()
    if place and not _REGION.fullmatch(place) and not common.has_other_place(best, place):
        best = _with_place(best, common.shown)
    return mask(_fitting(best)).text


class _Common:
    """How many of the members use each pair of characters, titles counting as much as texts."""

    def __init__(self, nodes: Sequence[Node], place: str) -> None:
        self._count = len(nodes)
        self._texts: Counter[str] = Counter()
        self._titles: Counter[str] = Counter()
        for node in nodes:
            self._titles.update(_pairs(node.title))
            self._texts.update(_pairs(f"{node.title}。{node.lead}"))
        self._names = frozenset(name for node in nodes for name in node.names)
        with_tail = sum(f"{place}小区" in f"{node.title}。{node.lead}" for node in nodes) if place else 0
        #: The place as people write it.
        self.shown = f"{place}小区" if place and 2 * with_tail >= len(nodes) else place

    def share(self, text: str) -> float:
        """The mean share of the members who use the words of a text, 0..1."""
        pairs = _pairs(text)
        if not pairs:
            return 0.0
        return sum(map(self._share_of, pairs)) / len(pairs)

    def mass(self, text: str) -> float:
        """How much of what most members say the text says, 0..1: a longer clause may say more than a short one."""
        return min(1.0, sum(share for pair in _pairs(text) if (share := self._share_of(pair)) >= _COMMON) / _FULL_MASS)

    def has_other_place(self, text: str, place: str) -> bool:
        """Whether the text names a place, or a part of this one."""
        parts = {place[at : at + 3] for at in range(len(place) - 2)}
        return any(name in text for name in self._names) or any(part in text for part in parts)

    def _share_of(self, pair: str) -> float:
        return (self._texts[pair] + self._titles[pair]) / 2 / self._count


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _clauses(title: str) -> list[str]:
    """The title's clauses, and the whole of it, each without manner and emphasis."""
    whole = _INVISIBLE.sub("", title)
    found = []
    for part in [whole, *_CLAUSE.split(whole)]:
        text = clean_title(calm(clean_title(part))).strip('“”"《》【】()（）')
        if len(text) >= _SHORTEST and text not in found:
            found.append(text)
    return found


def _score(clause: str, close: float, common: _Common, phrases: Sequence[str], place: str) -> float:
    matter = _LEADING_REGIONS.sub("", clause.replace(place, "") if place else clause)
    if len(matter) < 2:
        return -math.inf
    covered = sum(len(phrase) for phrase in phrases if phrase in clause) / (6 + len(clause))
    length = len(clause)
    score = 0.7 * common.share(matter) + 0.4 * common.mass(matter) + 0.3 * covered + 0.2 * close
    score -= 0.015 * abs(length - 16) + 0.3 * (length > settings.TITLE_CHARS) + 0.15 * (len(matter) < _SHORTEST)
    score += 0.15 * bool(place and place in clause)
    score -= 0.25 * bool(_ACCUSES.search(clause)) + 0.4 * bool(_FIRST_PERSON.search(clause))
    score -= 0.15 * bool(_UNFINISHED.search(clause)) + 0.1 * (not common.has_other_place(clause, place))
    return score - 0.15 * bool(_ASKS.search(clause)) - 0.1 * bool(_CLAUSE.search(clause))


def _composed(place: str, phrases: Sequence[str], common: _Common) -> str:
    """Place and the phrases that most members share, for members who have no clause in common."""
    of_place = place or "\0"
    words = [
        p for p in phrases if p not in of_place and of_place not in p and 2 <= len(p) <= 6 and common.share(p) >= 0.4
    ]
    if not words or not (place or len(words) > 1):
        return ""
    return f"{common.shown}{'、'.join(words[:2])}问题"


def _with_place(title: str, shown: str) -> str:
    bare = _LEADING_REGIONS.sub("", title)
    bare = bare.removeprefix("小区") if shown.endswith("小区") else bare
    return f"{shown}{bare}" if len(shown) + len(bare) <= settings.TITLE_CHARS else title


def _fitting(title: str) -> str:
    """The title within `TITLE_CHARS`: without leading regions, else without its last clause, else cut."""
    for _ in range(2):
        if len(title) > settings.TITLE_CHARS:
            title = _LEADING_REGIONS.sub("", title) or title
    while len(title) > settings.TITLE_CHARS and _CLAUSE.search(title):
        title = title[: [match.start() for match in _CLAUSE.finditer(title)][-1]]
    if len(title) > settings.TITLE_CHARS:
        title = title[: settings.TITLE_CHARS - 1].rstrip(_LOOSE) + "…"
    return title
