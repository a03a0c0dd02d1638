"""The bulletin on paper: PDF by typst, laid out after GB/T 9704-2012 (rules R60–R63).

The text goes to typst as JSON, never as markup, so nothing that a citizen wrote can change the page.
The file is tagged and kept readable for the archive (PDF/UA-1 and PDF/A-2a), and every chart carries its words.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from reports import charts
from reports.bulletin.model import Block, Bulletin, Table
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
from reports.fonts import Faces, drawable, faces

TEMPLATE = Path(__file__).with_name("bulletin.typ")


def render_pdf(bulletin: Bulletin) -> bytes:
    """The PDF. Nothing outside the machine is asked for: fonts, template and data lie beside each other."""
    chosen = faces()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "bulletin.typ").write_bytes(TEMPLATE.read_bytes())
        for key, chart in bulletin.charts.items():
            (root / f"{_name(key)}.svg").write_bytes(charts.render(chart))
        (root / "data.json").write_text(
            json.dumps(_drawable(_data(bulletin, chosen)), ensure_ascii=False), encoding="utf-8"
        )
        made = typst.compile(
            str(root / "bulletin.typ"),
            root=str(root),
            font_paths=[str(path) for path in chosen.folders],
            ignore_system_fonts=True,
            pdf_standards=["a-2a", "ua-1"],
        )
    return bytes(made)


def _drawable(value: Any) -> Any:
    """Every text of the data without characters that no face has: PDF/UA refuses a page that cannot show one."""
    if isinstance(value, str):
        # The places to break have no form of their own and need no face.
        return "\u200b".join(drawable(run) for run in value.split("\u200b"))
    if isinstance(value, Mapping):
        return {key: _drawable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_drawable(item) for item in value]
    return value


#: Letters without a space that surely fit a line, and a cell of a table.
LINE_RUN, CELL_RUN = 24, 8


def _breakable(text: str, longest: int) -> str:
    """The text with a place to break (U+200B) in every run of letters that would leave the page."""
    return re.sub(rf"[!-~]{{{longest}}}(?=[!-~])", lambda run: run.group() + "\u200b", text)


def _name(key: str) -> str:
    """A file name for a chart: keys are our own, and may hold what files may not."""
    return "chart-" + "".join(c if c.isalnum() and c.isascii() else "_" for c in key)


def _data(bulletin: Bulletin, chosen: Faces) -> Mapping[str, Any]:
    day = bulletin.generated_at
    return {
        "title": balanced(bulletin.title),
        "organ": bulletin.masthead.organ,
        "issue": bulletin.masthead.issue,
        "number": bulletin.masthead.document_number,
        "date": bulletin.masthead.date,
        "mark": page_mark(bulletin),
        "made": {"year": day.year, "month": day.month, "day": day.day},
        "abstract_heading": ABSTRACT,
        "abstract": bulletin.abstract_text,
        "sections": [
            {
                "heading": f"{section.number}{section.heading}" if not section.annex else section.heading,
                "annex": section.number if section.annex else "",
                "blocks": _nested([b for block in section.blocks if (b := _block(bulletin, block)) is not None]),
            }
            for section in bulletin.sections
        ],
        "annex_note": list(annex_note([s for s in bulletin.sections if s.annex])),
        "closing": list(closing(bulletin)),
        "trace": f"内容校验值：{bulletin.content_sha256}。模型版本：{bulletin.model_version}。",
        "faces": {
            "fang": list(chosen.fang),
            "kai": list(chosen.kai),
            "hei": list(chosen.hei),
            "biaosong": list(chosen.biaosong),
            "song": list(chosen.song),
            "bold_biaosong": chosen.bold_biaosong,
        },
    }


def _nested(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Headings that go down one level at a time, as readers who hear the page need it (PDF/UA)."""
    deepest = 2
    for block in blocks:
        if block["kind"] == "heading":
            block["level"] = deepest = min(int(block["level"]) + 1, deepest + 1, 4)
    return blocks


def _block(bulletin: Bulletin, block: Block) -> dict[str, Any] | None:
    if block.kind == "table":
        table = bulletin.tables.get(block.ref)
        return _table(table) if table is not None and printed_rows(table) else None
    if block.kind == "chart":
        chart = bulletin.charts[block.ref]
        return {
            "kind": "chart",
            "file": f"{_name(block.ref)}.svg",
            "alt": chart_alt(chart),
        }
    if block.kind == "quotes":
        return {
            "kind": "quotes",
            "quotes": [{"text": _breakable(q.text, LINE_RUN), "on": q.said_on} for q in block.quotes],
        }
    return {"kind": block.kind, "text": _breakable(block.text, LINE_RUN), "level": block.level}


def _table(table: Table) -> dict[str, Any]:
    kinds = [column.kind for column in table.columns]

    def texts(row: tuple[Any, ...]) -> list[str]:
        return [_breakable(cell_text(value, kind), CELL_RUN) for value, kind in zip(row, kinds, strict=True)]

    return {
        "kind": "table",
        "caption": table.caption,
        "headings": [column.heading for column in table.columns],
        "weights": [column.weight for column in table.columns],
        "numeric": [is_numeric(kind) for kind in kinds],
        "rows": [texts(row) for row in printed_rows(table)],
        "total": texts(table.total) if table.total else [],
        "note": " ".join(text for text in (table.note, table.check.note if table.check else "") if text),
    }
