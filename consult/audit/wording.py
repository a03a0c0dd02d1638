"""What an entry of the audit log says besides its action, in words: no auditor should have to read JSON.

The log stands below the features it tells about, so that the words of their values are named here once more;
what has no words here is shown as it was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from consult.web.filters import localdate, number

#: What an entry is about, by the kind before the colon of its subject.
SUBJECTS = {
    "account": _l("Account"),
    "bulletin": _l("Bulletin"),
    "clause": _l("Clause"),
    "comment": _l("Comment"),
    "draft": _l("Draft"),
    "identity": _l("Sealed identity"),
    "import": _l("Import"),
    "issue": _l("Issue"),
    "job": _l("Background work"),
    "model": _l("Analysis model"),
    "message": _l("Message of the outbox"),
    "order": _l("Work order"),
    "thread": _l("Response thread"),
}
LABELS = {
    "after": _l("now"),
    "before": _l("before"),
    "channel": _l("Channel"),
    "closes_on": _l("Closing day"),
    "content": _l("Content hash"),
    "due_on": _l("Due"),
    "end": _l("Last day"),
    "format": _l("Format"),
    "kind": _l("Kind"),
    "member": _l("Submission"),
    "number": _l("Number"),
    "opens_on": _l("Opening day"),
    "overdue": _l("Overdue"),
    "part": _l("What was edited"),
    "people": _l("People"),
    "public": _l("Public"),
    "reason": _l("Reason"),
    "records": _l("Records"),
    "rejected": _l("Rejected"),
    "response": _l("Response no."),
    "role": _l("Role"),
    "shortened": _l("Shorter period"),
    "source": _l("Source system"),
    "start": _l("First day"),
    "submissions": _l("Submissions"),
    "was": _l("before"),
}
_STATES = {
    "pending": _l("Awaiting review"),
    "accepted": _l("Passed review"),
    "waiting": _l("Awaiting a reply"),
    "handling": _l("Being handled"),
    "done": _l("Handled"),
    "returned": _l("Handed back"),
    "refused": _l("Not accepted"),
    "closed": _l("Closed"),
    "withdrawn": _l("Taken back"),
    "positive": _l("Positive"),
    "negative": _l("Negative"),
    "neutral": _l("Neutral"),
    "uncertain": _l("Uncertain"),
    "no_text": _l("No text"),
}
_CHANNELS = {
    "phone": _l("Phone call"),
    "wechat": _l("WeChat"),
    "weibo": _l("Microblog"),
    "mail": _l("Mail"),
    "web": _l("Website"),
    "app": _l("App"),
    "grid": _l("Grid worker"),
    "kiosk": _l("Kiosk"),
    "superior": _l("Passed down from above"),
    "draft": _l("Comment on a draft"),
    "other": _l("Other channel"),
}
_ROLES = {
    "citizen": _l("Citizen"),
    "leader": _l("Leader"),
    "officer": _l("Policy officer"),
    "unit": _l("Handling unit"),
    "auditor": _l("Auditor"),
    "administrator": _l("Administrator"),
}
_REASONS = {
    "unknown": _l("no such user name"),
    "locked": _l("the account is locked"),
    "password": _l("wrong password"),
    "disabled": _l("the account is disabled"),
    "constitution": _l("opposes the basic principles of the Constitution"),
    "state_security": _l("endangers national security or unity, or gives away state secrets"),
    "national_honour": _l("harms the honour and interests of the state"),
    "ethnic_hatred": _l("stirs up ethnic hatred or discrimination"),
    "cults": _l("violates religious policy, spreads cults or superstition"),
    "rumours": _l("spreads rumours and disturbs public order"),
    "obscenity_violence": _l("obscenity, gambling, violence, terror or incitement to crime"),
    "insult": _l("insults or slanders others, or violates their rights"),
    "other_unlawful": _l("other content that laws and regulations forbid"),
    "privacy": _l("gives away personal data of the author or of others"),
    "advertising": _l("advertising"),
    "irrelevant": _l("has nothing to do with the matter"),
    "duplicate": _l("the same was already received from the same person"),
    "emergency": _l("An emergency: please call 110, 119, 120 or 122"),
    "statutory": _l("It belongs to a court, arbitration, review or petition set by law"),
    "already_handled": _l("It has been handled already, and nothing new is told"),
    "secrecy": _l("It touches state secrets, business secrets or somebody's privacy"),
    "out_of_scope": _l("It is no matter of the government"),
    "unlawful": _l("It breaks the law or public order"),
    "state_honour": _l("Harms the honour and interests of the state"),
    "forbidden_by_law": _l("Holds other content that laws forbid"),
}
_WORK = {
    "hotline.import": _l("Import of a hotline file"),
    "issues.analyse": _l("Analysis of new submissions"),
    "issues.score": _l("Scoring a part of new submissions"),
    "models.train": _l("Training of an analysis model"),
    "campaigns.group": _l("Grouping comments that are alike"),
    "drafts.tell": _l("Writing to the subscribers of a draft"),
    "notices.deliver": _l("Delivery of messages"),
    "bulletins.build": _l("Building a bulletin"),
    "bulletins.publish": _l("Making the signed files of a bulletin"),
    "bulletins.renew": _l("Making the public files of a bulletin anew"),
}
VALUES = {
    "after": _STATES,
    "before": _STATES,
    "was": _STATES,
    "channel": _CHANNELS,
    "kind": _WORK,
    "part": {"text": _l("Text"), "facts": _l("Facts")},
    "reason": _REASONS,
    "role": _ROLES,
}


def subject_words(subject: str) -> str:
    """What an entry is about: "Draft 3" for ``draft:3``; as written when its kind has no words."""
    kind, colon, name = subject.partition(":")
    return f"{SUBJECTS[kind]} {name}" if colon and kind in SUBJECTS else subject


def details(written: str) -> list[tuple[str, str]]:
    """The detail of an entry, its canonical JSON, as pairs of a name and what it says; empty values are left out."""
    try:
        found = json.loads(written)
    except ValueError:
        return [("", written)]
    return list(_pairs(found)) if isinstance(found, dict) else [("", written)]


def _pairs(found: dict[str, object]) -> Iterator[tuple[str, str]]:
    for name in sorted(found, key=_reading_order):
        value = found[name]
        if value is not None and value != "":
            yield str(LABELS.get(name, name)), _value_words(name, value)


def _reading_order(name: str) -> tuple[int, str]:
    """What was stands before what is, and a beginning before its end."""
    first = ("number", "before", "was", "after", "start", "opens_on", "end", "closes_on")
    return (first.index(name) if name in first else len(first), name)


def _value_words(name: str, value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return number(value)
    text = str(value)
    known = VALUES.get(name, {}).get(text)
    if known is not None:
        return str(known)
    if name == "content":
        return f"{text[:16]}…"
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return localdate(date.fromisoformat(text))
    return text.upper() if name == "format" else subject_words(text)
