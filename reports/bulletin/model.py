"""What a bulletin is made of: plain values that can be compared, stored, hashed and printed.

Nothing here knows how a page looks. Every printed number is a `Figure` that names the rule by which
it was counted and the ids behind it (rule R65), and sentences refer to figures by key, so that a
reader can go from a number to the submissions it stands for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from reports.estimates.model import Confusion
from reports.model import Period, Rejected

#: The name of the documented JSON format. A change that breaks a reader raises the number.
FORMAT = "consult-bulletin/1"

CellValue = str | int | float | None
CellKind = Literal["text", "int", "percent", "number"]
BlockKind = Literal["heading", "paragraph", "note", "item", "table", "chart", "quotes"]
ChartKind = Literal["columns", "stacked", "bars"]

#: A piece of a sentence and the key of the figure it prints ("" for plain words).
Part = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed number, with what it counts and what is behind it."""

    key: str
    label: str
    value: int | float | None  #: None where the figure has no meaning (base 0); printed as "—"
    unit: str
    text: str  #: exactly as printed, unit excluded for counts, included for percentages
    rule: str  #: the query in words
    ids: tuple[str, ...]  #: the submissions counted, in the order of the file


@dataclass(frozen=True, slots=True)
class ShareLine:
    """An estimated share as the bulletin reports it, in per cent."""

    label: str
    share: float
    low: float  #: of the 95 % interval
    high: float
    n: int  #: submissions that it is a share of
    corrected: bool  #: for the measured errors of the model
    text: str  #: exactly as printed


@dataclass(frozen=True, slots=True)
class TrendLine:
    """What a test says of a change. `answer` is one of the words of `reports.estimates.Trend`."""

    label: str
    answer: str
    test: str  #: its name
    p: float | None  #: corrected where several were tested at once; None when nothing was tested


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    key: str
    heading: str
    kind: CellKind = "text"
    weight: int = 1  #: relative width on paper


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Whether parts make up their whole (rule R65)."""

    total: int
    parts_sum: int
    note: str  #: "" when they do; otherwise a sentence that says by how much they do not

    @property
    def adds_up(self) -> bool:
        """True when the parts sum to the whole."""
        return self.total == self.parts_sum


@dataclass(frozen=True, slots=True)
class Table:
    """A table with typed cells; `figures` holds for each row the key of the figure with its ids."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[CellValue, ...], ...]
    total: tuple[CellValue, ...] = ()
    figures: tuple[str, ...] = ()
    note: str = ""
    check: Reconciliation | None = None
    printed_rows: int | None = None  #: rows shown in a document; None for all, 0 for data files only


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values of a chart; `tone` names the colour and hatching of the house style."""

    name: str
    values: tuple[float, ...]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows, not how it is drawn. The title is the sentence it shows."""

    key: str
    kind: ChartKind
    title: str
    caption: str  #: n and how it was counted
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    label_heading: str  #: what the labels are, for the table beside the chart
    unit: str = "条"
    small: tuple[bool, ...] = ()  #: labels that stand on too few submissions to judge by
    shares: tuple[str, ...] = ()  #: text printed after each bar's value
    alt: str = ""  #: the chart in words


@dataclass(frozen=True, slots=True)
class Quote:
    """A masked quotation. `id` is the submission's; no name ever stands beside it."""

    id: str
    text: str
    tone: str
    said_on: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a section, in reading order."""

    kind: BlockKind
    parts: tuple[Part, ...] = ()
    level: int = 0  #: of a heading: 2 for （一）, 3 for 1.
    ref: str = ""  #: key of the table or chart
    quotes: tuple[Quote, ...] = ()

    @property
    def text(self) -> str:
        """The words without their references."""
        return "".join(text for text, _ in self.parts)


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the bulletin ("一、总体情况") or an annex ("附件1")."""

    key: str
    number: str
    heading: str
    blocks: tuple[Block, ...]
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands above the title. Empty strings are left out, never invented."""

    organ: str = ""
    issue: str = ""  #: 2026年第3期（总第15期）
    document_number: str = ""  #: 某政舆〔2026〕3号
    date: str = ""  #: the day of signing; the day of making until then
    status: str = ""  #: 自动生成，仅供参考, until a person signs it off


@dataclass(frozen=True, slots=True)
class IssueLine:
    """An issue as the bulletin reports it: only members within the bulletin's own submissions count."""

    rank: int
    key: str
    title: str
    heat: float
    heat_parts: Mapping[str, float]
    members: tuple[str, ...]
    place: str
    first: date | None
    last: date | None
    received: int
    distinct_texts: int
    people: int
    keywords: tuple[str, ...]
    tone: Mapping[str, int]
    quotations: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class SubmissionLine:
    """A submission as it stands in the data files: masked, with what the machine says of it."""

    id: str
    at: datetime | None
    title: str
    text: str
    channel: str
    kind: str
    kind_proposed: bool
    field: str
    place: str
    unit: str
    tone: str
    confidence: float | None
    score_raw: float | None
    score_weighted: float | None
    likes: int
    dislikes: int
    issue: str  #: title of the issue it belongs to, "" when in none
    campaign: str  #: key of the campaign it belongs to, "" when in none


@dataclass(frozen=True, slots=True)
class Bulletin:
    """舆情专报, complete: every renderer prints from this and computes nothing."""

    format: str
    title: str
    masthead: Masthead
    signed_off: bool
    period: Period | None
    period_text: str
    generated_at: datetime
    abstract: tuple[Part, ...]
    sections: tuple[Section, ...]
    figures: Mapping[str, Figure]
    tables: Mapping[str, Table]
    charts: Mapping[str, Chart]
    issues: tuple[IssueLine, ...]
    submissions: tuple[SubmissionLine, ...]
    tone: Mapping[str, int]  #: counts by the machine's names, zero included
    records: int  #: records met in the source: used + outside the period + rejected
    read: int  #: records that could be read: used + outside the period
    outside_period: int
    rejected: tuple[Rejected, ...]
    source_name: str
    model_version: str
    accuracy: str
    notes: tuple[str, ...]
    content_sha256: str
    estimates: Mapping[str, ShareLine] = field(default_factory=dict)  #: by the key of their figure
    trends: Mapping[str, TrendLine] = field(default_factory=dict)

    @property
    def abstract_text(self) -> str:
        """The abstract's words without their references."""
        return "".join(text for text, _ in self.abstract)


@dataclass(frozen=True, slots=True)
class BaseCounts:
    """The counts of an earlier period, to compare with (rule R66)."""

    period: Period
    received: int
    tone: Mapping[str, int] = field(default_factory=dict)  #: in force, a person's where there is one
    kinds: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, int] = field(default_factory=dict)
    ids: tuple[str, ...] = ()  #: of what was received; empty when only the counts are known
    answers: Mapping[str, int] = field(default_factory=dict)  #: the model's own, to test by; `tone` where unknown


@dataclass(frozen=True, slots=True)
class ResponseOutcome:
    """What became of an issue's response thread."""

    issue_key: str
    issue_title: str
    unit: str = ""
    leader: str = ""
    due: date | None = None
    answered_at: datetime | None = None
    summary: str = ""  #: of the public answer
    member_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consultation:
    """The state of one draft's consultation, counted three ways (rule R13) and by disposition (R9)."""

    title: str
    opens: date
    closes: date
    received: int
    distinct_texts: int
    people: int
    state: str = ""  #: 征集中 / 已结束 / 已反馈
    stances: Mapping[str, int] = field(default_factory=dict)  #: by the Chinese name of the stance
    dispositions: Mapping[str, int] = field(default_factory=dict)  #: by the Chinese name
    ids: tuple[str, ...] = ()  #: of the comments received; empty when only the counts are known
    stance_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: by the Chinese name of the stance
    #: Where those stand who chose none, as a program judged it; printed apart and never added to `stances`.
    judged: Mapping[str, int] = field(default_factory=dict)
    judged_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    judged_corrected: int = 0  #: of `judged`, corrected by people
    judged_by: str = ""  #: the version of what judged


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Where the submissions were read from, so that nothing is lost silently."""

    name: str
    rejected: tuple[Rejected, ...] = ()
    outside_period: int = 0  #: records read but left out because of the period asked for
    encoding: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BulletinExtra:
    """What people and other parts of the platform add to the figures. Everything may be left out."""

    organ: str = ""  #: named on the masthead only because a person set it
    year: int | None = None
    number_in_year: int | None = None  #: N of "2026年第N期"
    number_in_all: int | None = None  #: M of "（总第M期）"
    document_number: str = ""  #: checked against rule R63
    signed_off: bool = False
    signed_by: str = ""
    signed_on: date | None = None
    previous: BaseCounts | None = None  #: 环比
    last_year: BaseCounts | None = None  #: 同比
    responses: tuple[ResponseOutcome, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    accuracy: str = ""  #: measured accuracy of the tone model, in a Chinese sentence
    heat_rule: str = ""  #: the formula of 热度指数, in a Chinese sentence
    source: SourceFile | None = None
    confusion: Confusion | None = None  #: measured errors of the tone model, to correct shares by
