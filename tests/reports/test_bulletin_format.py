"""docs/bulletin-format.md and the JSON that is really written name the same things, both ways."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from reports.bulletin import BulletinExtra, Consultation, SourceFile, compose
from reports.documents import render_json
from reports.model import Rejected
from tests.reports.test_bulletin_figures import town

PAGE = Path(__file__).parents[2] / "docs" / "bulletin-format.md"


def documented() -> dict[str, set[str]]:
    """The names in the first column of each part's table."""
    found: dict[str, set[str]] = {}
    for part in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        names = set(re.findall(r"^\| `(\w+)` \|", part, flags=re.MULTILINE))
        if names:
            found[part.splitlines()[0].strip()] = names
    return found


def written() -> dict[str, Any]:
    submissions, analysis = town()
    extra = BulletinExtra(
        consultations=(Consultation("办法", date(2026, 3, 1), date(2026, 3, 31), 2, 2, 2, stances={"赞成": 2}),),
        source=SourceFile("messages.csv", rejected=(Rejected(3, "missing_text", "没有内容。"),)),
    )
    made = compose(
        [replace(s, likes=2) for s in submissions],
        analysis,
        period=None,
        title=None,
        generated_at=datetime(2026, 4, 1, tzinfo=UTC),
        extra=extra,
    )
    return dict(json.loads(render_json(made)))


def _names(objects: Iterable[Mapping[str, Any]]) -> set[str]:
    return {name for one in objects for name in one}


def test_every_documented_name_is_written_and_every_written_name_is_documented() -> None:
    made = written()
    blocks = [block for section in made["sections"] for block in section["blocks"]]
    tables, charts = made["tables"].values(), made["charts"].values()
    really = {
        "Document": set(made),
        "Masthead": set(made["masthead"]),
        "Period": set(made["period"]),
        "Rejected": _names(made["rejected"]),
        "Issue": _names(made["issues"]),
        "Quote": _names(q for issue in made["issues"] for q in issue["quotations"]),
        "Section": _names(made["sections"]),
        "Block": _names(blocks),
        "Estimate": _names(made["estimates"].values()),
        "Trend": _names(made["trends"].values()),
        "Figure": _names(made["figures"].values()),
        "Table": _names(tables),
        "Column": _names(column for table in tables for column in table["columns"]),
        "Chart": _names(charts),
        "Series": _names(series for chart in charts for series in chart["series"]),
        "Item": _names(made["items"]),
        "Model": set(made["model"]),
    }
    assert really == documented()


def test_sections_and_kinds_of_blocks_that_are_written_are_documented() -> None:
    page = PAGE.read_text(encoding="utf-8")
    made = written()
    for section in made["sections"]:
        assert f"`{section['key']}`" in page
        for block in section["blocks"]:
            assert f"`{block['kind']}`" in page


def test_every_reference_of_the_document_leads_somewhere() -> None:
    made = written()
    for section in made["sections"]:
        for block in section["blocks"]:
            assert set(block.get("figures", [])) <= set(made["figures"])
            if "ref" in block:
                assert block["ref"] in (made["tables"] if block["kind"] == "table" else made["charts"])
    for table in made["tables"].values():
        assert set(table["figures"]) <= set(made["figures"])
        assert all(len(row) == len(table["columns"]) for row in table["rows"])
        assert len(table["figures"]) in (0, len(table["rows"]), len(table["rows"]) + 1)
