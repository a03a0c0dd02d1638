"""What may happen to a bulletin."""

from __future__ import annotations

import re
from datetime import date

from consult.bulletins.models import BulletinState

#: Which status may follow which.
TRANSITIONS: dict[str, frozenset[str]] = {
    BulletinState.BUILDING: frozenset({BulletinState.BUILT}),
    BulletinState.BUILT: frozenset({BulletinState.SIGNING, BulletinState.BUILDING}),
    BulletinState.SIGNING: frozenset({BulletinState.PUBLISHED}),
    BulletinState.PUBLISHED: frozenset({BulletinState.WITHDRAWN}),
    BulletinState.WITHDRAWN: frozenset(),
}
#: The longest period of one bulletin, in days: a year and a day.
MAX_DAYS = 366
FORMATS = ("pdf", "docx", "xlsx", "json", "html")
#: What everybody may download once a bulletin is published; it holds no single submission.
PUBLIC_FORMATS = ("pdf", "docx")
MIN_REASON = 4
_DOCUMENT_NUMBER = re.compile(r"^.+〔\d{4}〕[1-9]\d*号$")


def can_move(before: str, after: str) -> bool:
    """Whether a bulletin may go from one status to another."""
    return after in TRANSITIONS[before]


def is_document_number(text: str) -> bool:
    """Whether a 发文字号 has its official form (rule R63)."""
    return bool(_DOCUMENT_NUMBER.fullmatch(text))


def days_of(start: date, end: date) -> int:
    """Days of a period, both ends counted."""
    return (end - start).days + 1
