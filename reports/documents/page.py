"""The bulletin as one web page: self-contained, readable on a phone, printable, with no outside host."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports import charts
from reports.bulletin.model import Bulletin
from reports.documents.shared import (
    ABSTRACT,
    annex_note,
    balanced,
    cell_text,
    chart_alt,
    closing,
    is_numeric,
    page_mark,
    printed_rows,
)

FOLDER = Path(__file__).parent


def render_html(bulletin: Bulletin) -> bytes:
    """The page, UTF-8. Text is escaped by the template; only our own drawings go in as markup."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cell"] = cell_text
    page = environment.get_template("bulletin.html").render(
        b=bulletin,
        title_lines=balanced(bulletin.title).split("\n"),
        abstract_heading=ABSTRACT,
        drawings={key: _drawing(charts.render(chart)) for key, chart in bulletin.charts.items()},
        alt=chart_alt,
        rows_of=printed_rows,
        is_numeric=is_numeric,
        mark=page_mark(bulletin),
        closing=closing(bulletin),
        annex_note=annex_note([section for section in bulletin.sections if section.annex]),
    )
    return page.encode("utf-8")


def _drawing(svg: bytes) -> Markup:
    """An SVG for standing inside a page: without its XML prologue, hidden from readers who have the table."""
    text = svg.decode("utf-8")
    text = text[text.index("<svg") :]
    return Markup(text.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1))  # noqa: S704 - our own drawing
