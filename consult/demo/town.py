"""What the demo town is made of: frozen dataclasses of plain values.

Nothing here knows the database. A loader turns these values into rows by calling the services, so the demo
data obeys the same rules as real data. Chinese words that the product shows are kept as written on the page.
All times are aware, in Asia/Shanghai, and lie before midnight of the `today` the town was made for,
except the openings, closings and deadlines that are still to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class County:
    """The fictional county itself."""

    name: str
    parent: str  #: the equally fictional city above it
    organ: str  #: its government's full name
    phone: str
    hotline: str
    email: str


@dataclass(frozen=True, slots=True)
class Township:
    """街道, 镇 or 乡."""

    key: str
    name: str
    kind: str  #: "street" or "town"


@dataclass(frozen=True, slots=True)
class Place:
    """A community, village, road, school, hospital, bus line, park, market or factory."""

    kind: str
    name: str
    town: str  #: key of the township it lies in


@dataclass(frozen=True, slots=True)
class Leader:
    """领导 to whom messages are addressed."""

    name: str
    post: str
    work: str  #: 分管工作


@dataclass(frozen=True, slots=True)
class Unit:
    """承办单位."""

    key: str
    name: str
    phone: str
    tier: str  #: department, street or company; comparisons stay inside one tier (rule R41)


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who can sign in to the demo. The loader sets the password."""

    login: str
    name: str
    role: str  #: citizen, leader, officer, handling_unit, auditor or administrator
    unit: str  #: key of the handling unit, or ""


@dataclass(frozen=True, slots=True)
class Person:
    """A citizen. Equal keys are equal people."""

    key: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Clause:
    """条款 of a draft, in order."""

    number: int
    chapter: str  #: heading of the chapter it stands in
    label: str  #: "第七条" or "（七）"
    text: str  #: without the label


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a draft's text."""

    number: int
    label: str  #: 征求意见稿 or 修改稿
    published_at: datetime
    clauses: tuple[Clause, ...]
    text: str  #: the whole text as an officer would paste it


@dataclass(frozen=True, slots=True)
class Draft:
    """征求意见稿 with everything its public page needs (rules R1–R5)."""

    slug: str
    title: str
    kind: str  #: 行政规范性文件 or 重大行政决策
    touches_business: bool
    unit: str  #: full name of the drafting unit
    state: str  #: scheduled, open, closed, results or withdrawn
    explanation: str
    legal_basis: str
    opens_at: datetime
    closes_at: datetime
    results_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str
    contact_unit: str
    contact_address: str
    contact_phone: str
    contact_email: str
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Comment:
    """意见 on a draft or on one of its clauses."""

    key: str
    draft: str  #: slug
    version: int
    clause: int | None  #: None: on the whole draft
    stance: str  #: 赞成, 反对, 建议修改 or 其他
    text: str
    author: Person
    anonymous: bool
    publishable: bool  #: the author's separate consent to publication (rule R46)
    at: datetime
    campaign: str  #: key of the campaign it belongs to, or ""
    refusal: str  #: "" or why moderation refuses it: advertising, privacy, irrelevant, abusive, duplicate
    endorsements: int
    disposition: str  #: "" or 采纳, 部分采纳, 不采纳, 重复, 无关
    reason: str  #: the reason of the disposition
    duplicate_of: str  #: key of the master comment when the disposition is 重复


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a call."""

    speaker: str  #: 话务员 or 市民
    text: str
    at_seconds: float


@dataclass(frozen=True, slots=True)
class CallBack:
    """回访 after an order was closed (rules R33, R39)."""

    at: datetime
    contacted: bool
    solved: bool
    satisfaction: str  #: 满意, 基本满意, 不满意, or "" when nobody was reached
    reason: str


@dataclass(frozen=True, slots=True)
class Order:
    """工单: one demand from any channel; a web message to a leader is one too."""

    number: str
    at: datetime
    channel: str  #: reports.model.Channel value: phone, web, wechat, app, grid, …
    kind: str  #: 咨询, 建议, 投诉, 求助, 感谢 or 举报
    category: tuple[str, str, str]
    title: str
    text: str
    caller: Person
    township: str  #: name of the township
    address: str
    unit: str  #: key of the handling unit
    leader: str  #: name of the leader addressed, or ""
    urgency: str  #: 2h, 24h, 7d or 15d (rule R35)
    confidential: bool
    status: str  #: received, in_progress, done or refused
    refusal: str  #: "" or the ground of rule R34
    result: str
    finished_at: datetime | None
    call_back: CallBack | None
    issue: str  #: key of the latent issue, or ""
    campaign: str  #: key of the campaign, or ""
    repeat_of: str  #: number of the earlier order by the same phone, or ""
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class LatentIssue:
    """What the analysis ought to find: one matter in one place, said in many words."""

    key: str
    name: str
    kind: str
    place: str
    unit: str
    members: tuple[str, ...]  #: numbers of orders


@dataclass(frozen=True, slots=True)
class FollowUp:
    """追问 and the answer to it."""

    at: datetime
    text: str
    answer: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """领导回应 to a latent issue."""

    issue: str
    leader: str
    unit: str
    title: str
    text: str
    at: datetime
    follow_ups: tuple[FollowUp, ...]


@dataclass(frozen=True, slots=True)
class BulletinPeriod:
    """The days, both included, that a bulletin looks at."""

    title: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Town:
    """Everything the demo shows."""

    seed: int
    today: date
    county: County
    townships: tuple[Township, ...]
    places: tuple[Place, ...]
    leaders: tuple[Leader, ...]
    units: tuple[Unit, ...]
    categories: tuple[tuple[str, str, str], ...]
    accounts: tuple[Account, ...]
    drafts: tuple[Draft, ...]
    comments: tuple[Comment, ...]
    orders: tuple[Order, ...]
    issues: tuple[LatentIssue, ...]
    answers: tuple[Answer, ...]
    bulletins: tuple[BulletinPeriod, ...]
