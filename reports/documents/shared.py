"""What the printed forms share: cells as text, rows that are printed, the words of page marks."""

from __future__ import annotations

from collections.abc import Sequence

from reports.bulletin.model import Bulletin, CellKind, CellValue, Chart, Section, Table
from reports.bulletin.words import DASH

ABSTRACT = "摘要"


def cell_text(value: CellValue, kind: CellKind) -> str:
    """A cell as it is printed; "—" where there is no value."""
    if value is None:
        return DASH
    if isinstance(value, float) and kind == "percent":
        return f"{value:.2f}%"
    if isinstance(value, float):
        # Two decimals throughout, so that the points of a column stand below each other.
        return f"{value:,.2f}" if kind == "number" else f"{value:g}"
    if isinstance(value, int) and kind in ("int", "number"):
        return f"{value:,}" if value >= 10_000 else str(value)
    return str(value)


def printed_rows(table: Table) -> Sequence[tuple[CellValue, ...]]:
    """The rows that a document shows; data files hold all of them."""
    return table.rows if table.printed_rows is None else table.rows[: table.printed_rows]


def is_numeric(kind: CellKind) -> bool:
    """Whether a column is set to the right."""
    return kind != "text"


def chart_alt(chart: Chart) -> str:
    """The chart in words, for those who do not see it."""
    return chart.alt or f"{chart.title}。{chart.caption}"


def page_mark(bulletin: Bulletin) -> str:
    """What stands on every page until a person has signed (rule R68); "" afterwards."""
    return bulletin.masthead.status


def closing(bulletin: Bulletin) -> tuple[str, ...]:
    """The last lines: organ and date, only as far as a person has set them."""
    return tuple(line for line in (bulletin.masthead.organ, bulletin.masthead.date) if line)


def annex_note(annexes: Sequence[Section]) -> tuple[str, ...]:
    """附件：1.…, one line each; the lines after the first stand under its number."""
    if len(annexes) == 1:
        return (f"附件：{annexes[0].heading}",)
    return tuple(f"{'附件：' if n == 1 else ''}{n}.{section.heading}" for n, section in enumerate(annexes, start=1))


#: A title of more characters than this is broken before what stands in brackets at its end.
_TITLE_LINE = 18


def balanced(title: str) -> str:
    """A long title on two lines, parted where its sense parts (GB/T 9704-2012, 7.3.1)."""
    head, bracket, tail = title.partition("（")
    return f"{head}\n{bracket}{tail}" if bracket and head and len(title) > _TITLE_LINE else title
