"""What an issue's page shows as evidence: figures, tone, quotations, members with their reasons."""

from __future__ import annotations

import json
import re
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from consult.issues import queries
from consult.issues.material import quotable
from consult.issues.models import Issue
from consult.responses.queries import thread_of
from consult.web.subjects import cards, subject_of

#: Members listed on the page; an issue of thousands is read through its quotations and its list in parts.
SHOWN_MEMBERS = 200

#: A thread's first summary: so many quotations, none shorter (it says nothing) or longer (nobody reads it).
QUOTED, SHORTEST_QUOTATION, LONGEST_QUOTATION = 4, 10, 60
#: How an operator begins what somebody said: 来电人（老年人）反映， 市民来电反映： 网格走访记录：
_INTRODUCTION = re.compile(
    r"^(?:(?:市民|来电人|网格)[^：。；]{0,16}?(?:反映|记录|称|表示)|反映(?:一个)?问题)[：，:,]?\s*"
)

HEAT_PARTS = {
    "people": _l("People"),
    "endorsements": _l("Endorsements"),
    "recency": _l("How recent"),
    "growth": _l("Growth"),
    "negativity": _l("Negative tone"),
}


def evidence(own: Session, issue: Issue, viewer: Any) -> dict[str, Any]:
    """Everything the desk page of an issue shows beside the issue itself."""
    subjects = queries.subjects_of(issue)
    run = queries.latest_run(own)
    found = queries.findings(own, [s.key for s in subjects], run.model_version) if run else {}
    shown = cards(own, subjects[:SHOWN_MEMBERS], viewer)
    detail = queries.detail_of(issue)
    members = [
        {
            "card": shown[subject],
            "kind": member.kind,
            "subject_id": member.subject_id,
            "similarity": member.similarity,
            "shared": json.loads(member.shared),
            "finding": found.get(subject.key),
        }
        for member, subject in zip(queries.members_of(issue), subjects, strict=True)
        if subject in shown
    ]
    quoted = cards(own, [subject_of(key) for key, _ in detail["quotations"]], viewer)
    return {
        "members": members,
        "hidden_members": max(0, len(subjects) - len(members)),
        "tones": queries.tone_counts(found.values()),
        "heat_bars": [
            {"label": HEAT_PARTS.get(name, name), "value": round(value, 1)}
            for name, value in sorted(detail["heat"].items(), key=lambda part: -part[1])
        ],
        "keywords": detail["keywords"],
        "quotations": [(quoted.get(subject_of(key)), sentence) for key, sentence in detail["quotations"]],
        "thread": thread_of(own, "issue", issue.id),
        "run": run,
        "history": queries.history(own, issue.id),
    }


def proposed_summary(own: Session, issue: Issue) -> str:
    """A first text for the thread, for the officer to edit: up to four short sentences of members, quoted.

    The thread is public, so only words that their authors agreed to publish are quoted. Where there are none the
    text says what the issue's figures say.
    """
    quotations = queries.detail_of(issue)["quotations"]
    public = quotable(own, [key for key, _ in quotations])
    told = (_quotable(sentence) for key, sentence in quotations if key in public)
    kept = [sentence for sentence in dict.fromkeys(told) if len(sentence) >= SHORTEST_QUOTATION]
    if kept:
        return "\n".join(f"“{sentence}”" for sentence in kept[:QUOTED])
    where = f"主要集中在{issue.place}。" if issue.place else ""
    return f"{issue.people}人反映“{issue.title}”，共收到诉求{issue.received}条。{where}"


def _quotable(sentence: str) -> str:
    """The citizen's part of a sentence, without what an operator put before it, cut where it grows long."""
    plain = _INTRODUCTION.sub("", sentence.strip().strip('“”"「」'))
    plain = plain.replace("“", "‘").replace("”", "’").rstrip("；;，,、：: ")
    if len(plain) <= LONGEST_QUOTATION:
        return plain
    end = max(plain.rfind(mark, 0, LONGEST_QUOTATION) for mark in "，；,;、")
    return plain[: end if end > SHORTEST_QUOTATION else LONGEST_QUOTATION] + "……"
