"""Whose phone a number is: a code goes to it by text message, and whoever types the code holds the phone (后台实名).

The number stands sealed in one row until the check expires. The browser holds a random token of which the row keeps
the digest; the token says nothing about the number.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta

from sqlalchemy import Integer, LargeBinary, Select, String, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from consult.db import Base
from consult.errors import InvalidInput
from consult.notices.rules import mobile_number
from consult.notices.service import Outbox, Sms
from consult.vault.service import Person, Vault

CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5
#: For so long the browser may comment without another code.
CHECK_LASTS = timedelta(hours=2)


class PhoneNotVerified(InvalidInput):
    """The draft wants a verified phone number, and this browser has none."""


class PhoneCheck(Base):
    """One code that was sent to one number."""

    __tablename__ = "phone_check"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: Digest of the browser's token.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: The number, sealed with the vault's key.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    #: Keyed digest of token and code.
    code_hash: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    sent_at: Mapped[datetime] = mapped_column(index=True)
    verified_at: Mapped[datetime | None]


class PhoneChecks:
    """Sends codes and checks them: bound to the vault and the outbox."""

    def __init__(self, vault: Vault, outbox: Outbox, secret: str) -> None:
        self._vault, self._outbox = vault, outbox
        self._key = hashlib.sha256(b"phone-code" + secret.encode()).digest()

    def subject(self, phone: str) -> str:
        """Whom a limit by number counts: a keyed digest, since plain digests of numbers can be searched through."""
        return self._vault.person_key(Person(phone=mobile_number(phone)), "none")

    def send(self, own: Session, phone: str, text: str, now: datetime) -> str:
        """Send a code to a number; ``text`` holds %(code)s. Returns the token for the browser to keep.

        Raises `InvalidInput` on the field "phone" for what is no mobile number.
        """
        number = mobile_number(phone)
        token, code = secrets.token_urlsafe(24), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        self._outbox.send(own, Sms(number, text % {"code": code}, kind="phone.code"), now)
        own.add(
            PhoneCheck(
                token_hash=_digest(token),
                sealed=self._vault.seal_bytes(number.encode()),
                code_hash=self._code_hash(token, code),
                tries=0,
                sent_at=now,
            )
        )
        own.flush()
        return token

    def verify(self, own: Session, token: str, typed: str, now: datetime) -> bool:
        """Whether the code is right, in time, and new. Commit either way: a wrong try counts.

        The row itself counts tries and decides who is first, whoever sends the same code at the same moment.
        """
        row_id = own.scalar(
            update(PhoneCheck)
            .where(PhoneCheck.token_hash == _digest(token), PhoneCheck.verified_at.is_(None))
            .where(PhoneCheck.tries < MOST_TRIES, PhoneCheck.sent_at > now - CODE_LASTS)
            .values(tries=PhoneCheck.tries + 1)
            .returning(PhoneCheck.id)
            .execution_options(synchronize_session=False)
        )
        if row_id is None:
            return False
        code = "".join(c for c in unicodedata.normalize("NFKC", typed[:40]) if c.isdigit())
        verified = own.scalar(
            update(PhoneCheck)
            .where(PhoneCheck.id == row_id, PhoneCheck.code_hash == self._code_hash(token, code))
            .where(PhoneCheck.verified_at.is_(None))
            .values(verified_at=now)
            .returning(PhoneCheck.id)
            .execution_options(synchronize_session=False)
        )
        return verified is not None

    def number(self, own: Session, token: str, now: datetime) -> str:
        """The number that this browser has proved to hold. Raises `PhoneNotVerified`."""
        sealed = own.scalar(_verified(token, now)) if token else None
        if sealed is None:
            raise PhoneNotVerified("This draft asks for a verified phone number. Your text is kept: verify it below.")
        return self._vault.open_bytes(sealed).decode()

    def is_verified(self, own: Session, token: str, now: datetime) -> bool:
        """Whether this browser may comment as the holder of a phone."""
        return bool(token) and own.scalar(_verified(token, now)) is not None

    def _code_hash(self, token: str, code: str) -> str:
        return hmac.new(self._key, f"{token}.{code}".encode(), hashlib.sha256).hexdigest()


def _verified(token: str, now: datetime) -> Select[bytes]:
    return select(PhoneCheck.sealed).where(
        PhoneCheck.token_hash == _digest(token), PhoneCheck.verified_at > now - CHECK_LASTS
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def sweep_phone_checks(own: Session, now: datetime) -> None:
    """A chore: numbers are forgotten once nobody can comment with their check any more (R49)."""
    own.execute(
        delete(PhoneCheck).where(
            or_(
                PhoneCheck.verified_at < now - CHECK_LASTS,
                PhoneCheck.verified_at.is_(None) & (PhoneCheck.sent_at < now - CODE_LASTS),
            )
        )
    )
