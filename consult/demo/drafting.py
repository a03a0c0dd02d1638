"""Turns the plans under corpus/drafts into drafts with versions, dated from today."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from consult.clock import SHANGHAI
from consult.demo.reading import DRAFT_SLUGS, CorpusSlip, raw
from consult.demo.rhythm import midnight
from consult.demo.town import Clause, Draft, Version

_ARTICLE = re.compile(r"(第[一二三四五六七八九十]+条|（[一二三四五六七八九十]+）)\s*(.+)")
_CHAPTER = re.compile(r"第[一二三四五六七八九十]+章 .+|[一二三四五六七八九十]+、.+")


def drafts(today: date) -> tuple[Draft, ...]:
    """All drafts of the town, in the order of `DRAFT_SLUGS`."""
    return tuple(_draft(slug, today) for slug in DRAFT_SLUGS)


def _draft(slug: str, today: date) -> Draft:
    meta, parts = _split(raw("drafts", f"{slug}.md"))
    opens = midnight(today + timedelta(days=int(meta["opened"]))) + timedelta(hours=9)
    closes_on = today + timedelta(days=int(meta["closes"]))
    results = _at(meta.get("results"), today)
    first = Version(1, "征求意见稿", opens, _clauses(parts["正文"]), parts["正文"])
    versions = [first]
    if "修改稿" in parts:
        if results is None:
            raise CorpusSlip(f"{slug}: a second version needs a day of results")
        versions.append(_revised(first, parts["修改稿"], results - timedelta(days=2)))
    return Draft(
        slug=slug,
        title=meta["title"],
        kind=meta["kind"],
        touches_business=meta["business"] == "yes",
        unit=meta["unit"],
        state=meta["state"],
        explanation=parts["起草说明"],
        legal_basis=parts["制定依据"],
        opens_at=opens,
        closes_at=datetime.combine(closes_on, time(23, 59, 59), SHANGHAI),
        results_at=results,
        withdrawn_at=_at(meta.get("withdrawn"), today),
        withdrawn_reason=meta.get("withdrawn_reason", ""),
        contact_unit=meta["contact"],
        contact_address=meta["address"],
        contact_phone=meta["phone"],
        contact_email=meta["email"],
        versions=tuple(versions),
    )


def _at(days: str | None, today: date) -> datetime | None:
    """Ten in the morning of a relative day."""
    return None if days is None else midnight(today + timedelta(days=int(days))) + timedelta(hours=10)


def _split(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """The "key: value" lines of the head, and the parts under "## heading"."""
    head, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    meta = dict(line.split(": ", 1) for line in head.splitlines() if line.strip())
    bodies = {}
    for part in parts:
        heading, _, body = part.partition("\n")
        bodies[heading.strip()] = body.strip()
    return meta, bodies


def _clauses(text: str) -> tuple[Clause, ...]:
    chapter = ""
    found: list[Clause] = []
    for line in text.splitlines():
        match = _ARTICLE.match(line)
        if match:
            found.append(Clause(len(found) + 1, chapter, match[1], match[2]))
        elif _CHAPTER.fullmatch(line):
            chapter = line
        else:
            raise CorpusSlip(f"neither a chapter nor an article: {line[:30]}")
    return tuple(found)


def _revised(first: Version, changes: str, at: datetime) -> Version:
    """The second version: the first with the changed articles in their places."""
    changed = {c.label: c.text for c in _clauses(changes)}
    clauses = tuple(Clause(c.number, c.chapter, c.label, changed.get(c.label, c.text)) for c in first.clauses)
    lines = []
    for line in first.text.splitlines():
        match = _ARTICLE.match(line)
        lines.append(f"{match[1]} {changed[match[1]]}" if match and match[1] in changed else line)
    return Version(2, "修改稿", at, clauses, "\n".join(lines))
