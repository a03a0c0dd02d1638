"""Where figures, tables and charts are put while a bulletin is being composed.

A sentence is written as an ordinary string with figures inside it: `say(figure)` leaves a mark that
`parts` turns into a reference, so that the words and the number can never drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reports.bulletin.model import (
    BaseCounts,
    Block,
    Chart,
    Column,
    Figure,
    Part,
    Quote,
    Section,
    ShareLine,
    Table,
    TrendLine,
)
from reports.bulletin.numbers import percent, percent_text, period_text, reconcile
from reports.bulletin.words import DASH
from reports.estimates.model import Change, Estimate

_OPEN, _MIDDLE, _CLOSE = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(f"{_OPEN}([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")

#: Control characters no XML file may hold, lone surrogates, and the marks used above.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\ue002\ufffe\uffff]")


def clean(text: str) -> str:
    """Text without characters that would break a document, and without our own marks."""
    return _UNPRINTABLE.sub("", text)


def say(figure: Figure) -> str:
    """The figure inside a sentence."""
    return f"{_OPEN}{figure.key}{_MIDDLE}{figure.text}{_CLOSE}"


def parts(sentence: str) -> tuple[Part, ...]:
    """The sentence cut into words and references."""
    found: list[Part] = []
    at = 0
    for mark in _MARK.finditer(sentence):
        if mark.start() > at:
            found.append((sentence[at : mark.start()], ""))
        found.append((mark.group(2), mark.group(1)))
        at = mark.end()
    if at < len(sentence):
        found.append((sentence[at:], ""))
    return tuple(found)


def plain(sentence: str) -> str:
    """The sentence as read, without references."""
    return _MARK.sub(lambda mark: mark.group(2), sentence)


@dataclass(slots=True)
class Workbench:
    """Figures, tables and charts by key, in the order they were made."""

    figures: dict[str, Figure] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    charts: dict[str, Chart] = field(default_factory=dict)
    estimates: dict[str, ShareLine] = field(default_factory=dict)
    trends: dict[str, TrendLine] = field(default_factory=dict)

    def add(self, figure: Figure) -> Figure:
        """Keep the figure. Two different figures under one key would make a number ambiguous."""
        known = self.figures.get(figure.key)
        if known is not None and known != figure:
            raise ValueError(f"two figures are called {figure.key}")
        self.figures[figure.key] = figure
        return figure

    def count(self, key: str, label: str, rule: str, ids: Sequence[str], *, unit: str = "条") -> Figure:
        """A count of submissions: its value is the number of ids."""
        return self.add(Figure(key, label, len(ids), unit, str(len(ids)), rule, tuple(ids)))

    def measure(self, key: str, label: str, value: float | None, rule: str, ids: Sequence[str]) -> Figure:
        """A number that is not the count of its ids; whoever wants a unit puts it into the label's sentence."""
        text = "—" if value is None else str(value)
        return self.add(Figure(key, label, value, "", text, rule, tuple(ids)))

    def base_count(self, key: str, label: str, base: BaseCounts, value: int, unit: str = "条") -> Figure:
        """A count of an earlier period; its ids are all that was received then, where they are known."""
        rule = f"{label}，基期为{period_text(base.period)}"
        return self.add(Figure(key, label, value, unit, str(value), rule, base.ids))

    def share(self, part: Figure, whole: Figure) -> Figure:
        """part / whole in per cent; its ids are the part's."""
        key, label = f"{part.key}.share", f"{part.label}占比"
        value = percent(int(part.value or 0), int(whole.value or 0))
        text = percent_text(int(part.value or 0), int(whole.value or 0))
        rule = f"“{part.label}”÷“{whole.label}”，百分数，两位小数，四舍五入"
        return self.add(
            Figure(
                key,
                label,
                None if value is None else float(value),
                "%",
                text,
                rule,
                part.ids,
            )
        )

    def estimate(self, of: Figure, found: Estimate, text: str, base: Figure) -> Figure:
        """An estimated share with its interval, written as `text`, of `base`, whose ids it has."""
        key, label = f"{of.key}.estimate", f"{of.label}占比（估计）"
        share, low, high = (round(100 * value, 1) for value in (found.share, found.low, found.high))
        self.estimates[key] = ShareLine(label, share, low, high, found.n, found.corrected, text)
        rule = f"“{base.label}”中的占比及95%区间，" + (
            "按模型的实测混淆矩阵校正" if found.corrected else "未按模型误差校正"
        )
        return self.add(Figure(key, label, share, "%", text, rule, base.ids))

    def trend(self, key: str, label: str, test: str, change: Change) -> str:
        """Keep what a test says; the words for it."""
        p = None if change.p is None else round(change.p, 4)
        self.trends[key] = TrendLine(label, change.trend.value, test, p)
        return change.trend.value

    def share_table(
        self,
        key: str,
        caption: str,
        heading: str,
        whole: Figure,
        rows: Iterable[Figure],
        *,
        least: int = 0,
    ) -> Table:
        """Name, count and share of each part, with a total that is checked against the whole.

        With fewer than `least` in the whole there are counts and no shares.
        """
        counted = list(rows)
        few = int(whole.value or 0) < least
        shares = [self._no_share(row, least) if few else self.share(row, whole) for row in counted]
        body = tuple((row.label, row.value, share.value) for row, share in zip(counted, shares, strict=True))
        check = reconcile(
            int(whole.value or 0),
            {row.key: int(row.value or 0) for row in counted},
            of=f"{heading}分项",
        )
        table = Table(
            key=key,
            caption=caption,
            columns=(
                Column("name", heading, weight=3),
                Column("count", "数量（条）", "int", 2),
                Column("share", "占比", "percent", 2),
            ),
            rows=body,
            total=(
                "合计",
                whole.value,
                float(percent(check.parts_sum, check.total) or 0) if check.total and not few else None,
            ),
            figures=tuple(row.key for row in counted),
            note=check.note,
            check=check,
        )
        return self.put_table(table)

    def _no_share(self, part: Figure, least: int) -> Figure:
        rule = f"不足{least}条，只列数量，不计占比"
        return self.add(Figure(f"{part.key}.share", f"{part.label}占比", None, "%", DASH, rule, part.ids))

    def put_table(self, table: Table) -> Table:
        """Keep the table."""
        self.tables[table.key] = table
        return table

    def put_chart(self, chart: Chart) -> Chart:
        """Keep the chart."""
        self.charts[chart.key] = chart
        return chart


def heading(text: str, level: int = 2) -> Block:
    """A heading inside a section, numbered by the caller."""
    return Block("heading", parts(text), level=level)


def paragraph(sentence: str) -> Block:
    """A paragraph of sentences with figures."""
    return Block("paragraph", parts(sentence))


def note(sentence: str) -> Block:
    """A remark in smaller type."""
    return Block("note", parts(sentence))


def item(sentence: str) -> Block:
    """One entry of a numbered list; the number is written in the sentence."""
    return Block("item", parts(sentence))


def table_block(table: Table) -> Block:
    """The place of a table in a section."""
    return Block("table", ref=table.key)


def chart_block(chart: Chart) -> Block:
    """The place of a chart in a section."""
    return Block("chart", ref=chart.key)


def quotes_block(quotes: Sequence[Quote]) -> Block:
    """Quotations, each on its own line."""
    return Block("quotes", quotes=tuple(quotes))


def section(key: str, title: str, blocks: Sequence[Block], *, annex: bool = False) -> Section:
    """A section without its number, which depends on the sections before it."""
    return Section(key, "", title, tuple(blocks), annex)


def as_counts(figures: Mapping[str, Figure]) -> dict[str, int]:
    """Name → value of counted figures."""
    return {name: int(figure.value or 0) for name, figure in figures.items()}
