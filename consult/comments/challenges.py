"""Whether a person sends a form: a sum that the browser works out, or a written question. No outside host is asked.

The sum has ALTCHA's first wire format (SHA-256, https://altcha.org): find the number that, behind the salt, gives the
challenge. The written question is for browsers without JavaScript; it is read, not looked at. Neither is kept on the
server before it is answered: both are signed and expire. What was answered is kept until then, so that one answer
serves once (threat T21).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from consult.comments.numerals import read_number
from consult.db import Base, insert_ignoring
from consult.errors import InvalidInput

#: Long enough to write a long comment in peace.
LASTS = timedelta(hours=6)
#: The number is below this; a phone works through it in a few seconds while its owner types.
WORK = 200_000
_LONGEST = 1_000
_SALT = re.compile(r"([0-9a-f]{32})\?expires=([0-9]{1,11})&")


class ChallengeFailed(InvalidInput):
    """Nothing shows that a person sent the form; it comes back with another question."""


class UsedChallenge(Base):
    """A challenge that was answered, rightly or wrongly, and serves no more."""

    __tablename__ = "used_challenge"

    nonce: Mapped[str] = mapped_column(String(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a form carries. ``sum`` is what the script reads; ``question`` and ``token`` are for people."""

    sum: str  #: JSON in ALTCHA's format
    question: tuple[str, str, str]  #: kind and two numbers, see `worded`
    token: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with the form."""

    solution: str = ""  #: of the sum, as base64 of JSON
    token: str = ""
    answer: str = ""  #: to the question, as typed


@dataclass(frozen=True, slots=True)
class Passed:
    """A right answer that was not spent yet."""

    nonce: str
    expires_at: datetime


class Challenges:
    """Sets challenges and checks answers. Made with the installation's secret."""

    def __init__(self, secret: str, work: int = WORK) -> None:
        self._key = hashlib.sha256(b"challenge" + secret.encode()).digest()
        self._work = work

    def new(self, now: datetime) -> Challenge:
        """A fresh challenge. Nothing is written."""
        expires = int((now + LASTS).timestamp())
        # The mark at its end keeps digits of the number from being taken for digits of the date.
        salt = f"{secrets.token_hex(16)}?expires={expires}&"
        goal = _digest(f"{salt}{secrets.randbelow(self._work)}")
        wanted = {"algorithm": "SHA-256", "challenge": goal, "maxnumber": self._work, "salt": salt}
        wanted["signature"] = self._sign(goal)
        question, answer = _question()
        head = f"{secrets.token_hex(16)}.{expires}"
        return Challenge(json.dumps(wanted), question, f"{head}.{self._sign(f'{head}.{answer}')}")

    def check(self, given: Answer, now: datetime) -> Passed | None:
        """The challenge that was answered rightly and has not expired; None otherwise."""
        return self._solved(given.solution, now) or self._answered(given, now)

    def asked(self, token: str, now: datetime) -> Passed | None:
        """The question of a token, whatever was answered; None for what no page of ours can have sent."""
        parts = token[:_LONGEST].split(".")
        if len(parts) != 3 or len(parts[0]) != 32:
            return None
        return _lasting(parts[0], parts[1], now)

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    def _solved(self, solution: str, now: datetime) -> Passed | None:
        try:
            given = json.loads(base64.b64decode(solution[:_LONGEST], validate=True))
            salt, goal, number = str(given["salt"]), str(given["challenge"]), int(given["number"])
            signature = str(given["signature"])
        except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None
        if not hmac.compare_digest(self._sign(goal).encode(), signature.encode("utf-8", "replace")):
            return None
        if _digest(f"{salt}{number}") != goal:
            return None
        parts = _SALT.fullmatch(salt)
        return _lasting(parts[1], parts[2], now) if parts else None

    def _answered(self, given: Answer, now: datetime) -> Passed | None:
        asked = self.asked(given.token, now)
        number = read_number(given.answer)
        if asked is None or number is None:
            return None
        head, _, signature = given.token.rpartition(".")
        right = self._sign(f"{head}.{number}")
        return asked if hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace")) else None


def spend(own: Session, passed: Passed) -> None:
    """Use an answer up, in the caller's transaction. Raises `ChallengeFailed` when it was used before."""
    if not insert_ignoring(own, UsedChallenge, nonce=passed.nonce, expires_at=passed.expires_at):
        raise ChallengeFailed(
            "The question whether you are a person had been answered once before. Your text is kept: send it again.",
            field="answer",
        )


def burn(own: Session, asked: Passed) -> None:
    """Use a question up that was answered wrongly."""
    insert_ignoring(own, UsedChallenge, nonce=asked.nonce, expires_at=asked.expires_at)


def sweep_challenges(own: Session, now: datetime) -> None:
    """A chore: what has expired is refused by its date and need not be remembered."""
    own.execute(delete(UsedChallenge).where(UsedChallenge.expires_at < now))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _lasting(nonce: str, expires: str, now: datetime) -> Passed | None:
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 11):
        return None
    until = datetime.fromtimestamp(int(expires), now.tzinfo)
    return Passed(nonce, until) if until >= now else None


def _question() -> tuple[tuple[str, str, str], int]:
    kind = secrets.choice(("plus", "minus", "after", "before"))
    first, second = secrets.randbelow(20) + 11, secrets.randbelow(9) + 2
    answers = {"plus": first + second, "minus": first - second, "after": first + 1, "before": first - 1}
    return (kind, str(first), str(second)), answers[kind]
