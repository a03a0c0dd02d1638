"""The submissions a bulletin speaks of, and how they are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reports.bulletin.model import IssueLine, Quote
from reports.bulletin.numbers import date_text, local_day
from reports.bulletin.words import TONE_NAMES
from reports.bulletin.workbench import clean
from reports.masking import mask
from reports.model import Analysis, Finding, Issue, Kind, Period, Submission, Tone

#: A quotation longer than this is cut at the end of a clause and marked with an ellipsis.
QUOTE_LIMIT = 90


class NotAnalysed(ValueError):
    """A submission has no finding: the analysis belongs to other data."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"有{len(missing)}条诉求没有分析结果（例如编号{missing[0]}），请用同一批数据重新分析。")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: submissions of the period, in the order given, with their findings."""

    items: tuple[Submission, ...]
    by_id: Mapping[str, Submission]
    findings: Mapping[str, Finding]
    campaign_of: Mapping[str, str]
    days: Mapping[str, date]  #: id -> local day, for those that carry a time
    period: Period | None
    outside: tuple[str, ...]  #: ids left out because of the period

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids, in order."""
        return tuple(item.id for item in self.items)

    def where(self, test: Callable[[Submission], bool]) -> tuple[str, ...]:
        """Ids of the submissions that pass the test, in order."""
        return tuple(item.id for item in self.items if test(item))

    def tone(self, id_: str) -> Tone:
        """The tone of a submission: a person's word where there is one, or else the model's answer."""
        return self.findings[id_].tone.tone

    def is_corrected(self, id_: str) -> bool:
        """Whether a person's word stands in the place of the model's answer."""
        return self.findings[id_].tone.corrected_from is not None

    def kind(self, id_: str) -> Kind:
        """The kind stated by the source, or else the machine's proposal."""
        return self.findings[id_].kind

    def distinct(self, ids: Iterable[str]) -> tuple[str, ...]:
        """One id for each distinct text: the first of each campaign, and everyone outside campaigns."""
        seen: set[str] = set()
        firsts: list[str] = []
        for id_ in ids:
            text = self.campaign_of.get(id_, "")
            if text and text in seen:
                continue
            seen.add(text)
            firsts.append(id_)
        return tuple(firsts)

    def people(self, ids: Iterable[str]) -> tuple[str, ...]:
        """One id for each person: the first of each author, and everyone without an author's key."""
        seen: set[str] = set()
        firsts: list[str] = []
        for id_ in ids:
            author = self.by_id[id_].author
            if author and author in seen:
                continue
            seen.add(author)
            firsts.append(id_)
        return tuple(firsts)

    def tones(self, ids: Collection[str]) -> dict[str, int]:
        """Counts by the machine's name of the tone, zero included."""
        counts = Counter(self.tone(id_) for id_ in ids)
        return {tone.value: counts[tone] for tone in Tone}

    def answers(self, ids: Collection[str]) -> dict[str, int]:
        """Counts of the model's own answers, whatever people made of them; zero included."""
        counts = Counter(self.findings[id_].tone.answer for id_ in ids)
        return {tone.value: counts[tone] for tone in Tone}

    def between(self, first: date, last: date) -> tuple[str, ...]:
        """Ids whose day lies in the closed range, in order."""
        return tuple(id_ for id_ in self.ids if id_ in self.days and first <= self.days[id_] <= last)


def scope_of(submissions: Sequence[Submission], analysis: Analysis, period: Period | None) -> Scope:
    """Those of the submissions that fall into the period; undated ones only when no period is asked for."""
    days = {s.id: local_day(s.at) for s in submissions if s.at is not None}
    items = tuple(s for s in submissions if period is None or _within(days.get(s.id), period))
    missing = [s.id for s in items if s.id not in analysis.findings]
    if missing:
        raise NotAnalysed(missing)
    by_id = {s.id: s for s in items}
    days = {id_: day for id_, day in days.items() if id_ in by_id}
    if period is None and days:
        period = Period(min(days.values()), max(days.values()))
    campaign_of = {m.id: c.key for c in analysis.campaigns for m in c.members if m.id in by_id}
    findings = {s.id: analysis.findings[s.id] for s in items}
    outside = tuple(s.id for s in submissions if s.id not in by_id)
    return Scope(items, by_id, findings, campaign_of, days, period, outside)


def _within(day: date | None, period: Period) -> bool:
    return day is not None and period.start <= day <= period.end


def masked(text: str) -> str:
    """Text fit to be printed: personal data masked once more, nothing that breaks a document."""
    return clean(mask(text).text)


def one_line(text: str) -> str:
    """The text with every run of white space made one space."""
    return " ".join(text.split())


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters; a cut shows."""
    return text if len(text) <= limit else text[: limit - 1].rstrip("，、；：, ") + "…"


#: Where words may stop: after a sentence, or else after a clause.
_STOPS = ("。！？!?；;", "，,、：:")


def cut_at_clause(text: str, limit: int) -> str:
    """At most `limit` characters, ending where a sentence or a clause ends when one does in the second half."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    for stops in _STOPS:
        end = max(kept.rfind(stop) for stop in stops)
        if end >= limit // 2:
            return kept[: end + 1].rstrip("，,、：:；;") + "…"
    return clipped(text, limit)


def quote_of(scope: Scope, id_: str, sentence: str, *, limit: int = QUOTE_LIMIT) -> Quote:
    """A masked quotation of one submission."""
    day = scope.days.get(id_)
    text = cut_at_clause(one_line(masked(sentence)), limit)
    return Quote(id_, text, TONE_NAMES[scope.tone(id_)], date_text(day) if day else "")


def issue_lines(scope: Scope, issues: Sequence[Issue]) -> tuple[IssueLine, ...]:
    """The issues with at least one member in the scope, ranked as the analysis ranked them."""
    lines: list[IssueLine] = []
    for issue in issues:
        members = tuple(m.id for m in issue.members if m.id in scope.by_id)
        if members:
            lines.append(_line(scope, issue, members, rank=len(lines) + 1))
    return tuple(lines)


def _line(scope: Scope, issue: Issue, members: tuple[str, ...], *, rank: int) -> IssueLine:
    days = sorted(scope.days[id_] for id_ in members if id_ in scope.days)
    quotes = tuple(quote_of(scope, id_, text) for id_, text in issue.quotations if id_ in scope.by_id)
    return IssueLine(
        rank=rank,
        key=issue.key,
        title=one_line(masked(issue.title)),
        heat=issue.heat,
        heat_parts=dict(issue.heat_parts),
        members=members,
        place=one_line(masked(issue.place)),
        first=days[0] if days else None,
        last=days[-1] if days else None,
        received=len(members),
        distinct_texts=len(scope.distinct(members)),
        people=len(scope.people(members)),
        keywords=issue.keywords,
        tone=scope.tones(members),
        quotations=quotes,
    )


def days_of(period: Period) -> int:
    """The number of days in a period."""
    return (period.end - period.start).days + 1


def back(day: date, days: int) -> date:
    """The day so many days earlier."""
    return day - timedelta(days=days)
