"""The bulletin as JSON: the documented, stable form (docs/bulletin-format.md)."""

from __future__ import annotations

import json
from typing import Any

from reports.bulletin.canonical import to_plain
from reports.bulletin.model import Bulletin, Figure, IssueLine, Table


def render_json(bulletin: Bulletin) -> bytes:
    """UTF-8 JSON, keys in a fixed order, readable by eye."""
    return (json.dumps(document(bulletin), ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


def document(bulletin: Bulletin) -> dict[str, Any]:
    """The document as plain values. ``submissions`` is the number of rows read, ``rejected`` every other row."""
    return {
        "format": bulletin.format,
        "title": bulletin.title,
        "status": bulletin.masthead.status or "signed",
        "masthead": to_plain(bulletin.masthead),
        "generated_at": bulletin.generated_at.isoformat(),
        "period": (
            {"from": bulletin.period.start.isoformat(), "to": bulletin.period.end.isoformat()}
            if bulletin.period
            else {"from": None, "to": None}
        ),
        "submissions": bulletin.read,
        "records": bulletin.records,
        "outside_period": bulletin.outside_period,
        "rejected": [
            {"line": r.line, "reason": r.message, "code": r.code, "id": r.id, "column": r.column}
            for r in bulletin.rejected
        ],
        "tone": dict(bulletin.tone),
        "issues": [_issue(issue) for issue in bulletin.issues],
        "abstract": bulletin.abstract_text,
        "sections": [
            {
                "key": s.key,
                "number": s.number,
                "heading": s.heading,
                "blocks": [_block(bulletin, block) for block in s.blocks],
            }
            for s in bulletin.sections
        ],
        "estimates": to_plain(bulletin.estimates),
        "trends": to_plain(bulletin.trends),
        "figures": {key: _figure(figure) for key, figure in bulletin.figures.items()},
        "tables": {key: _table(table) for key, table in bulletin.tables.items()},
        "charts": to_plain(bulletin.charts),
        "items": to_plain(bulletin.submissions),
        "source": bulletin.source_name,
        "model": {"version": bulletin.model_version, "accuracy": bulletin.accuracy},
        "notes": list(bulletin.notes),
        "content_sha256": bulletin.content_sha256,
    }


def _issue(issue: IssueLine) -> dict[str, Any]:
    return {
        "rank": issue.rank,
        "key": issue.key,
        "title": issue.title,
        "heat": issue.heat,
        "heat_parts": dict(issue.heat_parts),
        "members": list(issue.members),
        "place": issue.place,
        "first": issue.first.isoformat() if issue.first else None,
        "last": issue.last.isoformat() if issue.last else None,
        "received": issue.received,
        "distinct_texts": issue.distinct_texts,
        "people": issue.people,
        "keywords": list(issue.keywords),
        "tone": dict(issue.tone),
        "quotations": to_plain(issue.quotations),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "label": figure.label,
        "value": figure.value,
        "unit": figure.unit,
        "text": figure.text,
        "rule": figure.rule,
        "ids": list(figure.ids),
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "columns": [{"key": c.key, "heading": c.heading, "kind": c.kind} for c in table.columns],
        "rows": [list(row) for row in table.rows],
        "total": list(table.total),
        "figures": list(table.figures),
        "note": table.note,
        "adds_up": table.check.adds_up if table.check else None,
    }


def _block(bulletin: Bulletin, block: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": block.kind}
    if block.parts:
        plain["text"] = block.text
        plain["figures"] = [key for _, key in block.parts if key]
    if block.level:
        plain["level"] = block.level
    if block.ref:
        plain["ref"] = block.ref
    if block.quotes:
        plain["quotes"] = to_plain(block.quotes)
    return plain
