"""Charts in one house style: horizontal bars sorted by value, direct labels, a light grid, no legend
where a label does, hatching for 不确定, small samples greyed and marked 样本少.

The text inside an SVG is drawn as paths, so that it looks the same wherever it is opened, and what
it says stands beside it in the document as words and as a table. The same chart gives the same bytes.
"""

from __future__ import annotations

import io
import re
import threading
from functools import lru_cache
from typing import Any, Literal

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.ticker import MaxNLocator

from reports.bulletin.model import Chart
from reports.fonts import UNKNOWN_GLYPH, sans_path

INK = "#1d2129"
MUTED = "#545d66"
LINE = "#d8dbd3"
MAIN = "#1b4b5a"
PALE = "#b9c3c4"

#: One colour-blind-safe set for tones everywhere: fill, hatching, colour of a label laid on it.
TONES: dict[str, tuple[str, str, str]] = {
    "negative": ("#a34716", "", "#ffffff"),
    "neutral": ("#aeb6bf", "", INK),
    # Hatched, because printed in black it has the grey of the negative.
    "positive": ("#1f6479", "\\\\\\\\", "#ffffff"),
    "uncertain": ("#f5f6f3", "////", INK),
    "no_text": ("#ffffff", "....", INK),
}

#: Drawn 120 mm wide and shown at the width of the page: letters stay legible on a phone, too.
WIDTH_IN = 120 / 25.4
PNG_DPI = 300

#: More time labels than this run into each other.
MOST_TICKS = 6

#: A bar's label longer than this many Han characters is folded.
LABEL_EM = 13

#: One em of a label as a share of the width.
_EM = 8.5 / 72 / WIDTH_IN

_STYLE: dict[Any, Any] = {
    "font.family": ["Noto Sans SC", "DejaVu Sans"],
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "axes.unicode_minus": False,
    "hatch.linewidth": 0.7,
    "hatch.color": MUTED,
    "svg.fonttype": "path",
    "svg.hashsalt": "consult-bulletin",
    "path.simplify": False,
}

_REFERENCE = re.compile(r'(url\(|href=")#([^")]+)')
_ID = re.compile(r' id="([^"]+)"')

#: matplotlib keeps its settings in one place for the whole process; two threads must not change them at once.
_LOCK = threading.Lock()


@lru_cache(maxsize=64)
def render(chart: Chart, form: Literal["svg", "png"] = "svg") -> bytes:
    """The chart as a picture. One bulletin is printed in several forms and editions: each chart is drawn once."""
    with _LOCK, mpl.rc_context(_STYLE):
        _use_font()
        figure = _draw(chart)
        out = io.BytesIO()
        if form == "svg":
            FigureCanvasSVG(figure).print_svg(
                out, metadata={"Date": None, "Creator": None, "Title": legible(chart.title)}
            )
        else:
            FigureCanvasAgg(figure)
            figure.savefig(out, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return _own_ids(out.getvalue(), chart.key) if form == "svg" else out.getvalue()


def _own_ids(svg: bytes, key: str) -> bytes:
    """Ids that stay unique when several charts stand in one page: those nothing refers to go, others get the key."""
    text = svg.decode("utf-8")
    wanted = {target for _, target in _REFERENCE.findall(text)}
    text = _REFERENCE.sub(rf"\1#{key}-\2", text)
    return _ID.sub(lambda m: f' id="{key}-{m[1]}"' if m[1] in wanted else "", text).encode("utf-8")


def legible(text: str) -> str:
    """The text with 〓 for whatever the chart's fonts cannot draw, and no mark-up of matplotlib's."""
    known = _known_characters()
    drawn = "".join(c if ord(c) in known else UNKNOWN_GLYPH for c in text.replace("\n", " "))
    return drawn.replace("$", r"\$")


@lru_cache(maxsize=1)
def _use_font() -> None:
    font_manager.fontManager.addfont(str(sans_path()))


@lru_cache(maxsize=1)
def _known_characters() -> frozenset[int]:
    fallback = font_manager.findfont("DejaVu Sans")
    return frozenset(FT2Font(str(sans_path())).get_charmap()) | frozenset(FT2Font(fallback).get_charmap())


def _draw(chart: Chart) -> Figure:
    if chart.kind == "bars":
        return _bars(chart)
    return _columns(chart)


def _bars(chart: Chart) -> Figure:
    n = len(chart.labels)
    labels = [_folded(label) for label in chart.labels]
    row = 0.36 if any("\n" in label for label in labels) else 0.27
    height = 0.62 + row * n
    figure = Figure(figsize=(WIDTH_IN, height))
    longest = max(_width(line) for label in labels for line in label.split("\n"))
    left = 0.045 + longest * _EM
    axes = figure.add_axes((left, 0.28 / height, 0.98 - left, row * n / height))
    values = list(chart.series[0].values)
    small = chart.small or (False,) * n
    where = range(n - 1, -1, -1)
    axes.barh(where, values, height=0.62, color=[PALE if s else MAIN for s in small])
    top = max([*values, 1])
    for y, value, is_small, share in zip(where, values, small, chart.shares or ("",) * n, strict=True):
        label = _bar_label(chart, value, share, is_small)
        axes.text(value + top * 0.012, y, legible(label), va="center", ha="left", color=MUTED if is_small else INK)
    axes.set_yticks(list(where), labels)
    axes.set_ylim(-0.6, n - 0.4)
    room = 0.98 - left
    labelled = max(
        _width(_bar_label(chart, *one)) for one in zip(values, chart.shares or ("",) * n, small, strict=True)
    )
    axes.set_xlim(0, top * room / max(room - (labelled + 0.6) * _EM, room * 0.3))
    axes.set_xticks([])
    axes.tick_params(length=0)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    _words(figure, chart, height)
    return figure


def _bar_label(chart: Chart, value: float, share: str, is_small: bool) -> str:
    return f"{_number(value)}{chart.unit}" + (f"（{share}）" if share else "") + ("  样本少" if is_small else "")


def _folded(label: str) -> str:
    """A long label on two lines of about equal length."""
    clean = legible(label)
    if _width(clean) <= LABEL_EM:
        return clean
    half = -(-len(clean) // 2)
    return clean[:half] + "\n" + clean[half:]


def _columns(chart: Chart) -> Figure:
    height = 2.75
    figure = Figure(figsize=(WIDTH_IN, height))
    axes = figure.add_axes((0.075, 0.56 / height, 0.87, (height - 0.56 - 0.5) / height))
    where = range(len(chart.labels))
    width = 0.74 if len(chart.labels) < 70 else 0.9
    bottom = [0.0] * len(chart.labels)
    for series in chart.series:
        face, hatch, on_it = TONES.get(series.tone, (MAIN, "", "#ffffff"))
        # White lines on a dark fill, dark ones on a light one.
        lines = on_it if on_it == "#ffffff" else MUTED
        axes.bar(
            where,
            series.values,
            width,
            bottom=bottom,
            color=face,
            hatch=hatch,
            edgecolor=lines if hatch else face,
            hatchcolor=lines,
            linewidth=0.3,
        )
        bottom = [b + v for b, v in zip(bottom, series.values, strict=True)]
    top = max([*bottom, 1])
    axes.set_ylim(0, top * 1.16)
    axes.set_xlim(-0.7, len(chart.labels) - 0.3)
    _time_axis(axes, chart)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=8)
    axes.tick_params(axis="y", labelcolor=MUTED)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    if len(chart.series) == 1:
        if chart.labels[0].endswith("前"):
            axes.patches[0].set_facecolor(PALE)
        peak = max(where, key=lambda i: bottom[i])
        axes.text(peak, bottom[peak] + top * 0.02, _number(bottom[peak]), ha="center", va="bottom", weight="normal")
    else:
        _series_names(axes, chart)
    _words(figure, chart, height)
    return figure


def _series_names(axes: Axes, chart: Chart) -> None:
    """Names in the order of stacking, each beside a patch of its own look, so that black-and-white print is read."""
    handles = [axes.patches[i * len(chart.labels)] for i in range(len(chart.series))]
    axes.legend(
        handles,
        [legible(series.name) for series in chart.series],
        loc="upper left",
        bbox_to_anchor=(-0.01, 1.14),
        ncols=len(chart.series),
        frameon=False,
        handlelength=1.1,
        handleheight=0.9,
        handletextpad=0.4,
        columnspacing=1.2,
        borderaxespad=0,
    )


def _time_axis(axes: Axes, chart: Chart) -> None:
    n = len(chart.labels)
    step = max(1, -(-n // MOST_TICKS))
    first = 1 if n > 1 and chart.labels[0].endswith("前") else 0
    ticks = list(range(first, n, step))
    axes.set_xticks(ticks, [_time_label(chart.labels[i]) for i in ticks])


def _time_label(label: str) -> str:
    """The year on a line of its own, so that labels stay narrow."""
    year, cut, rest = label.partition("年")
    return f"{legible(rest)}\n{legible(year)}年" if cut and rest else legible(label)


def _words(figure: Figure, chart: Chart, height: float) -> None:
    figure.text(0.02, 1 - 0.06 / height, legible(chart.title), ha="left", va="top", size=10.5, color=INK)
    figure.text(0.02, 0.05 / height, legible(chart.caption), ha="left", va="bottom", size=7.5, color=MUTED)


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else f"{value:.2f}"


def _width(text: str) -> float:
    """Rough width in em: a Han character is one, a Latin one a little over half."""
    return sum(1.0 if ord(c) > 0x2E7F else 0.56 for c in text)
