"""A proposal for the kind of a submission (诉求类型) by cues that can be read and argued about.

Each cue that occurs in the text adds its weight once to its kind, twice when it stands in the title: people say
in the title what they want. The kind with most weight is proposed; a person decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.model import Kind

#: Only the beginning and the end of a long text count: in between it tells its story.
_HEAD, _TAIL = 160, 120
_TITLE_FACTOR = 2.0


@dataclass(frozen=True, slots=True)
class Cue:
    """A pattern that speaks for a kind, with its weight."""

    kind: Kind
    weight: float
    pattern: re.Pattern[str]


def _cue(kind: Kind, weight: float, pattern: str) -> Cue:
    return Cue(kind, weight, re.compile(pattern))


CUES: tuple[Cue, ...] = (
    _cue(Kind.ENQUIRY, 3.0, r"咨询|请问|想问|想了解|想知道|问一下|问下|请教|询问"),
    _cue(Kind.ENQUIRY, 1.5, r"什么时候|何时|几时|多久|是否|能否|可否|有没有|怎么办理|如何|怎样|哪里|哪些|多少|有无"),
    _cue(Kind.ENQUIRY, 1.0, r"[吗呢么][？?]|？|\?|政策|相关规定|流程|条件"),
    _cue(Kind.PROPOSAL, 3.0, r"建议|提议|提案|建言|倡议|献策|合理化"),
    _cue(Kind.PROPOSAL, 1.5, r"希望(?:能|可以|政府|在|尽早|增设|增加|开通|对)|恳请增加|增设|增加.{0,8}(?:公交|路灯|站|车位|班次|设施|线路)|开通|应(?:该|当)(?:增|设|考虑|修改|明确)"),
    _cue(Kind.PROPOSAL, 1.0, r"完善|优化|加强|推广|引入|规划|第[一二三四五六七八九十百\d]+条|改为|修改为|不妨|可以考虑"),
    _cue(Kind.COMPLAINT, 3.0, r"投诉|扰民|强烈(?:要求|反对|抗议|不满)|维权|控诉"),
    _cue(Kind.COMPLAINT, 2.0, r"不合理|乱收费|霸王|欺骗|拖延|拖欠|违规|违建|推诿|踢皮球|不作为|无人管|没人管|反对|质疑|态度(?:恶劣|差)|拒不|噪音|噪声|污染|恶臭|臭味|侵占|强制|坑(?:人|害)"),
    _cue(Kind.COMPLAINT, 1.0, r"严重|影响|多次(?:反映|反应|投诉)|至今|一直|根本|居然|竟然|问题|忍无可忍|苦不堪言|为何|为什么|凭什么|不达标|不退|质量"),
    _cue(Kind.PLEA, 3.0, r"求助|救救|帮帮|求求|帮忙解决|困难群众|走投无路"),
    _cue(Kind.PLEA, 1.5, r"(?:恳请|请求|恳求|请|求|望|希望|盼)(?:求|求于|领导|政府|书记|市长|有关部门|相关部门|各级)*.{0,6}(?:帮助|帮我|解决|协调|救助|关注|做主|主持公道)"),
    _cue(Kind.PLEA, 1.0, r"低保|重病|残疾|生活困难|无力|孤寡|停水|停电|讨薪|血汗钱|怎么活|无家可归|受害者"),
    _cue(Kind.PRAISE, 4.0, r"(?:^|[。！，,!])(?:特别|非常|衷心|十分|真诚|向.{0,10})?(?:感谢信|表扬|点赞|致谢|表示感谢|锦旗)|为.{0,20}点赞|特此(?:感谢|表扬)|感谢.{0,16}(?:及时|圆满|帮我|帮助我|解决了|处理了|为民办)"),
    _cue(Kind.PRAISE, 1.0, r"得到了?(?:圆满|及时|妥善|重视)?解决|热情(?:周到|服务)|很满意|辛苦了|好样的"),
    _cue(Kind.REPORT, 4.0, r"举报|检举|揭发"),
    _cue(Kind.REPORT, 2.5, r"受贿|贪污|贿赂|传销|赌博|涉黑|黑社会|保护伞|偷税|漏税|诈骗|无证(?:经营|无照|行医)|无照|假(?:药|酒|证|冒)|非法(?:集资|采砂|采矿|占用|营运|行医)|偷排|盗采"),
)
#: Words of courtesy that speak for no kind: nearly every message ends with them.
_COURTESY = re.compile(r"(?:首先|先)?(?:非常|十分|衷心)?感谢(?:您|领导|书记|市长|政府)?(?:在百忙之中|百忙中|的?(?:关注|阅读|答复|回复|支持))[^。！]*|(?:谢谢|感谢)[您你]?[！!。]?\s*$|此致敬礼")
#: Questions come first of equals: answering one harms nobody, and it is due soonest.
_ORDER = (Kind.REPORT, Kind.COMPLAINT, Kind.PLEA, Kind.ENQUIRY, Kind.PROPOSAL, Kind.PRAISE)
#: Below this nothing in the text speaks clearly for any kind.
_ENOUGH = 1.0


def propose_kind(title: str, text: str) -> Kind:
    """The likeliest kind, or `Kind.OTHER` when no cue speaks for any."""
    weights = kind_weights(title, text)
    best = max(_ORDER, key=lambda kind: weights[kind])
    return best if weights[best] >= _ENOUGH else Kind.OTHER


def kind_weights(title: str, text: str) -> dict[Kind, float]:
    """The sum of cues for each kind, so that a proposal can be explained."""
    heading = _COURTESY.sub("", title)
    body = _COURTESY.sub("", text)
    if len(body) > _HEAD + _TAIL:
        body = body[:_HEAD] + "\n" + body[-_TAIL:]
    weights = dict.fromkeys(_ORDER, 0.0)
    for cue in CUES:
        if cue.pattern.search(heading):
            weights[cue.kind] += cue.weight * _TITLE_FACTOR
        if cue.pattern.search(body):
            weights[cue.kind] += cue.weight
    return weights
