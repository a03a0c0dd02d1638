"""The words that every part of the analysis shares: what goes in and what comes out.

Everything here is a frozen dataclass of plain values, so that a finding can be stored, compared and
printed without knowing who made it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

#: Called with (done, total) while something long runs. May raise to stop the work.
Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """A `Progress` that says nothing."""


class Tone(StrEnum):
    """情感倾向 of a citizen's words. Never a statement about the person or the merit of the demand."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    UNCERTAIN = "uncertain"  #: 不确定: the model does not know, and says so
    NO_TEXT = "no_text"  #: nothing that could be read (empty, punctuation or digits only)


class Kind(StrEnum):
    """诉求类型 (rules R18, R33, R69)."""

    ENQUIRY = "enquiry"  #: 咨询
    PROPOSAL = "proposal"  #: 建言 / 建议
    COMPLAINT = "complaint"  #: 投诉
    PLEA = "plea"  #: 求助
    PRAISE = "praise"  #: 感谢 / 表扬
    REPORT = "report"  #: 举报
    OTHER = "other"  #: 其他


class Channel(StrEnum):
    """渠道 by which a submission came in (rule R33)."""

    PHONE = "phone"  #: 电话
    WECHAT = "wechat"  #: 微信
    WEIBO = "weibo"  #: 微博
    MAIL = "mail"  #: 邮箱 (post and e-mail)
    WEB = "web"  #: 网站
    APP = "app"  #: APP
    GRID = "grid"  #: 网格员
    KIOSK = "kiosk"  #: 信息亭
    SUPERIOR = "superior"  #: 上级派发
    DRAFT = "draft"  #: a comment on a draft plan (征求意见)
    OTHER = "other"


class Speaker(StrEnum):
    """Who speaks in a transcript's turn. Only a citizen's words are ever scored."""

    CITIZEN = "citizen"  #: 市民 / 来电人
    OPERATOR = "operator"  #: 话务员 / 坐席
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a call transcript, in order."""

    speaker: Speaker
    text: str
    at_seconds: float | None = None  #: seconds from the start of the call, when known


@dataclass(frozen=True, slots=True)
class Submission:
    """诉求: one comment, message or call as analysis input. Text is masked before it gets here."""

    id: str
    text: str  #: the citizen's words; for a call without transcript, the operator's written summary
    title: str = ""
    at: datetime | None = None  #: when it was said; aware, or naive meaning Asia/Shanghai
    channel: Channel = Channel.OTHER
    kind: Kind | None = None  #: as stated by the source; None when the source says nothing
    field: str = ""  #: 领域/分类 as stated by the source ("城乡建设"); "" when unknown
    place: str = ""  #: address as stated by the source
    unit: str = ""  #: handling unit as stated by the source
    author: str = ""  #: opaque key of the person, equal for equal persons; "" when unknown
    likes: int = 0  #: endorsements (赞同 / 点赞数)
    dislikes: int = 0  #: objections (反对数)
    turns: tuple[Turn, ...] = ()  #: the transcript, when there is one

    def citizen_texts(self) -> tuple[str, ...]:
        """The pieces of text that are the citizen's own: title and body, or their turns of a call."""
        spoken = tuple(t.text for t in self.turns if t.speaker is Speaker.CITIZEN)
        if spoken:
            return spoken
        return tuple(part for part in (self.title, self.text) if part.strip())


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be used, and why (promise P5)."""

    line: int  #: line (CSV, JSONL) or row (XLSX) number in the file, starting at 1, heading included
    code: str  #: stable machine name of the reason: "missing_text", "bad_date", "duplicate_id", …
    message: str  #: the reason for a person, in Chinese
    id: str = ""  #: the record's own id, when it could be read
    column: str = ""  #: the heading concerned, when there is one


@dataclass(frozen=True, slots=True)
class Score:
    """snownlp's view of one submission (see docs/analysis.md for what each figure means)."""

    #: exactly ``SnowNLP(text).sentiments`` of the whole text in simplified characters; None when no text
    raw: float | None
    log_odds: float | None  #: log(P(pos)/P(neg)) of the whole text; finite where raw saturates
    weighted: float | None  #: length-weighted mean over the citizen's sentences or turns
    unknown_share: float | None  #: share of tokens the model has never seen, 0..1
    parts: tuple[tuple[str, float], ...] = ()  #: (sentence or turn, its own raw score), in order
    #: ``SnowNLP(text).sentiments`` of the text as it was written, where that is not in simplified characters alone
    as_written: float | None = None


@dataclass(frozen=True, slots=True)
class ToneFinding:
    """The tone decided for one submission, with what decided it."""

    tone: Tone
    confidence: float  #: calibrated probability of the tone named, 0..1; of the likeliest when UNCERTAIN
    evidence: tuple[tuple[str, float], ...] = ()  #: (word, weight); positive weight pulls to POSITIVE
    #: What the model said, where `tone` is a person's correction of it; None where `tone` is the model's own
    corrected_from: Tone | None = None

    @property
    def answer(self) -> Tone:
        """What the model said, whatever a person made of it: its errors were measured on such answers."""
        return self.tone if self.corrected_from is None else self.corrected_from


@dataclass(frozen=True, slots=True)
class Finding:
    """Everything the machine says of one submission."""

    id: str
    score: Score
    tone: ToneFinding
    kind: Kind  #: the stated kind, or the machine's proposal
    kind_proposed: bool  #: True when `kind` is the machine's proposal
    keywords: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    note: str = ""  #: "" or the code of why it could not be analysed ("no_text")


@dataclass(frozen=True, slots=True)
class KnownIssue:
    """An issue that people accepted earlier. New submissions may join it; its members are never taken away."""

    key: str
    title: str
    member_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """One submission's place in a group, and the reason for it."""

    id: str
    similarity: float  #: 0..1 to the group's centre
    shared: tuple[str, ...] = ()  #: phrases or places in common that explain the membership


@dataclass(frozen=True, slots=True)
class Campaign:
    """同文意见: near-identical texts. A label, never a reason to hide or to count less silently."""

    key: str  #: stable for the same members' text
    members: tuple[Membership, ...]  #: at least two
    sample: str  #: the representative text


@dataclass(frozen=True, slots=True)
class Issue:
    """议题: one matter said by several people in different words."""

    key: str  #: stable for the same founding members
    title: str  #: place + matter, as a leader would say it
    members: tuple[Membership, ...]
    keywords: tuple[str, ...]
    place: str  #: 地点/人群, "" when none stands out
    first: datetime | None
    last: datetime | None
    received: int  #: 收到 N 条
    distinct_texts: int  #: 不同文本 M 条
    people: int  #: 涉及 K 人
    heat: float  #: 热度指数
    heat_parts: Mapping[str, float] = field(default_factory=dict)  #: the formula's parts, by name
    quotations: tuple[tuple[str, str], ...] = ()  #: (submission id, a real sentence of it)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The result of one run over a set of submissions."""

    model_version: str
    findings: Mapping[str, Finding]  #: by submission id
    campaigns: tuple[Campaign, ...]
    issues: tuple[Issue, ...]  #: sorted by heat, greatest first
    unplaced: Mapping[str, str]  #: submission id -> why it is in no issue


@dataclass(frozen=True, slots=True)
class Period:
    """A closed range of days in Asia/Shanghai."""

    start: date
    end: date
