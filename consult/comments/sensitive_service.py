"""The list of sensitive words in force, and saving a new version of it. Services flush, views commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.audit.service import Actor, record
from consult.comments import sensitive
from consult.comments.review_models import SensitiveList
from consult.db import insert_ignoring
from consult.errors import Conflict, InvalidInput


@dataclass(frozen=True, slots=True)
class ListInForce:
    """The words that mark comments now; number 0 is the list that comes along."""

    number: int
    words: str


def in_force(own: Session) -> ListInForce:
    """The newest version of the list."""
    row = own.execute(
        select(SensitiveList.number, SensitiveList.words).order_by(SensitiveList.number.desc()).limit(1)
    ).first()
    return ListInForce(*row) if row else ListInForce(0, sensitive.SHIPPED)


def versions(own: Session) -> list[tuple[SensitiveList, str]]:
    """Every version with the name of who saved it, newest first."""
    rows = own.execute(
        select(SensitiveList, User.display_name)
        .join(User, User.id == SensitiveList.by)
        .order_by(SensitiveList.number.desc())
        .limit(100)
    )
    return [(version, name) for version, name in rows]


def save(own: Session, actor: Actor, words: str, note: str, follows: int, now: datetime) -> bool:
    """Put a new version in force; False when it says what the present one says.

    Raises `Conflict` when somebody saved another version since ``follows`` was read, and `InvalidInput` naming the
    lines that are no entries.
    """
    words = words.strip() + "\n"
    entries, problems = sensitive.read_list(words)
    if problems:
        lines = ", ".join(str(problem.line) for problem in problems[:10])
        raise InvalidInput(
            "Each entry has 2 to 40 letters. Please look at these lines: %(lines)s", field="words", lines=lines
        )
    if len(entries) > sensitive.MAX_ENTRIES or len(words) > sensitive.MAX_LIST:
        raise InvalidInput("The list has at most %(most)d entries.", field="words", most=sensitive.MAX_ENTRIES)
    present = in_force(own)
    if present.words == words:
        return False
    if present.number != follows or not insert_ignoring(
        own, SensitiveList, number=follows + 1, words=words, note=note.strip()[:200], by=actor.id, at=now
    ):
        raise Conflict("Somebody else has saved the list in the meantime. Please open it again.")
    record(
        own,
        now,
        "comments:sensitive_list:saved",
        actor=actor,
        subject=f"sensitive_list:{follows + 1}",
        entries=str(len(entries)),
    )
    return True
