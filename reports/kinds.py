"""A proposal for the kind of a submission (诉求类型) by cues that can be read and argued about.

Each cue that occurs in the text adds its weight once to its kind, twice when it stands in the title: people say
in the title what they want. The kind with most weight is proposed; a person decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.lexicon import lines
from reports.model import Kind
from reports.sentences import sentences

#: Only the beginning and the end of a long text count: in between it tells its story.
_HEAD, _TAIL = 160, 120
_TITLE_FACTOR = 2.0


@dataclass(frozen=True, slots=True)
class Cue:
    """A pattern that speaks for a kind, with its weight."""

    kind: Kind
    weight: float
    pattern: re.Pattern[str]
    in_title: bool  #: counted in the title only, or in the first sentence where there is no title


def _read_cue(line: str) -> Cue:
    kind, weight, where, pattern = line.split("\t")
    return Cue(Kind(kind), float(weight), re.compile(pattern), where == "title")


#: Kept as data, so that they can be read and argued about without reading code.
CUES: tuple[Cue, ...] = tuple(map(_read_cue, lines("kind_cues")))
#: Words of courtesy that speak for no kind: nearly every message ends with them.
_COURTESY = re.compile(
    r"(?:首先|先)?(?:非常|十分|衷心)?感谢(?:您|领导|书记|市长|政府)?"
    r"(?:在百忙之中|百忙中|的?(?:关注|阅读|答复|回复|支持))[^。！]*"
    r"|(?:谢谢|感谢)[您你]?[！!。]?\s*$|此致敬礼"
)
#: Who asks for something thanks for it beforehand; a complaint called praise is the worst mistake.
_REQUEST = re.compile(
    r"希望(?!.{0,6}(?:保持|发扬))|恳|盼|望(?=[^。]{0,12}(?:能|解决|处理|领导|部门))|请求|[请求](?=[^。]{0,16}(?:解决|处理|查|帮|给|为|考虑|领导|部门|政府))|督促|能否|能不能|怎么办|[？?]"
)
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
    first = next(iter(sentences(body)), "")
    weights = dict.fromkeys(_ORDER, 0.0)
    for cue in CUES:
        if cue.pattern.search(heading):
            weights[cue.kind] += cue.weight * _TITLE_FACTOR
        # Without a title the first sentence is where people say what they want.
        place = body if not cue.in_title else "" if heading else first
        if cue.pattern.search(place):
            weights[cue.kind] += cue.weight
    if _REQUEST.search(f"{heading}\n{body}") and not any(
        c.kind is Kind.PRAISE and c.pattern.search(heading) for c in CUES
    ):
        weights[Kind.PRAISE] = 0.0
    return weights
