"""Template filters: times in Shanghai, plain text as paragraphs, numbers, versioned assets."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

from flask import Flask, url_for
from flask_babel import get_locale
from markupsafe import Markup, escape

from consult.clock import local


def _is_chinese() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "zh"


def localdate(value: datetime | date | None) -> str:
    """A day as this page's language writes it; "—" for none."""
    if value is None:
        return "—"
    day = local(value).date() if isinstance(value, datetime) else value
    return f"{day.year}年{day.month}月{day.day}日" if _is_chinese() else f"{day.day} {day:%B %Y}"


def localtime(value: datetime | None) -> str:
    """A moment on the clock of Shanghai, to the minute; "—" for none."""
    return "—" if value is None else f"{localdate(value)} {local(value):%H:%M}"


def isotime(value: datetime) -> str:
    """A moment for ``<time datetime>``."""
    return local(value).isoformat(timespec="seconds")


def paragraphs(text: str | None) -> Markup:
    """Plain text as escaped paragraphs; single line ends stay line breaks."""
    blocks = [b.strip("\n") for b in (text or "").split("\n\n")]
    return Markup("\n").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in block.split("\n")))
        for block in blocks
        if block.strip()
    )


def number(value: int | float | None) -> str:
    """A count with thousands separated; "—" for none."""
    return "—" if value is None else f"{value:,}"


def score(value: float | None) -> str:
    """A score from 0 to 1 with four decimals, never rounded to its ends; "—" for none."""
    if value is None:
        return "—"
    return "<0.0001" if 0 < value < 0.0001 else ">0.9999" if 0.9999 < value < 1 else f"{value:.4f}"


def likelihood(value: float) -> str:
    """A probability as whole percent; nothing that was estimated is certain."""
    return ">99%" if value > 0.99 else "<1%" if value < 0.01 else f"{value * 100:.0f}%"


def percent(value: float | None) -> str:
    """A share 0..1 as a percentage with one decimal; "—" for none (never 100 % of nothing)."""
    return "—" if value is None else f"{value * 100:.1f}%"


def labelled(cells: str, columns: Iterable[Mapping[str, object]]) -> Markup:
    """Table cells that each carry their column's heading, in order.

    On a phone every row stands as a card of its own; the headings, out of sight there, are drawn from
    ``data-label``. A cell of nothing but "—" says nothing there and is marked ``is-none``. ``cells`` is markup
    of one row; cells hold no tables of their own.
    """
    labels = iter([str(column["label"]) for column in columns])
    named = re.sub(r"<td(?=[ >])", lambda _cell: Markup('<td data-label="{}"').format(next(labels, "")), cells)
    # What comes in was written by a template, which has escaped its values.
    return Markup(re.sub(r'(<td data-label="[^"]*")(?: class="([^"]*)")?>\s*—\s*</td>', _nothing, named))  # noqa: S704


def _nothing(cell: re.Match[str]) -> str:
    return f'{cell[1]} class="{(cell[2] + " ") if cell[2] else ""}is-none">—</td>'


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def init(app: Flask) -> None:
    """Attach the filters and `asset` to an application's templates."""
    for helper in (localdate, localtime, isotime, paragraphs, number, score, likelihood, percent, labelled):
        app.jinja_env.filters[helper.__name__] = helper

    def asset(path: str) -> str:
        """Address of a static file that changes when the file does."""
        return url_for("static", filename=path, v=_digest(Path(app.static_folder or "") / path))

    app.jinja_env.globals["asset"] = asset
