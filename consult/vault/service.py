"""Sealing and revealing identities and files.

Whoever reads the database file, a log, a job or an export finds no name, phone or ID number there: they
are sealed here with a Fernet key (AES-128-CBC with HMAC-SHA256, see the ``cryptography`` documentation)
that lives outside the database. Revealing one is a deliberate act with a reason, and leaves one audit row.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.errors import InvalidInput, NotFound, Unavailable
from consult.vault.models import Identity
from reports.masking import mask


@dataclass(frozen=True, slots=True)
class Person:
    """What is kept of a person. Every part may be empty."""

    name: str = ""
    phone: str = ""
    id_number: str = ""
    email: str = ""
    original: str = ""  #: the text as typed, when its masked form differs

    def is_empty(self) -> bool:
        return not any((self.name, self.phone, self.id_number, self.email, self.original))


_COUNTRY_CODE = re.compile(r"^(?:00)?860?(?=1[3-9]\d{9}$)|^0(?=1[3-9]\d{9}$)")


def _plain(text: str) -> str:
    """Letters and digits alone, in one spelling."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum() or c == "@")


class Vault:
    """Seals with one key. Made once by the application."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key.encode())
        self._digest_key = hashlib.sha256(b"person-key" + key.encode()).digest()

    def person_key(self, person: Person, fallback: str = "") -> str:
        """Equal for equal contacts, and not reversible without the key; "" when nothing identifies."""
        # However a phone is written (full-width, spaced, with the country's code), it is one person's.
        phone = _COUNTRY_CODE.sub("", _plain(person.phone))
        basis = phone or _plain(person.id_number) or _plain(person.email) or _plain(fallback)
        if not basis:
            return ""
        return hmac.new(self._digest_key, basis.encode(), hashlib.sha256).hexdigest()[:32]

    def seal(self, own: Session, person: Person, now: datetime, fallback: str = "") -> Identity | None:
        """Store a person; None when there is nothing to store."""
        if person.is_empty() and not fallback:
            return None
        identity = Identity(
            sealed=self.seal_bytes(json.dumps(asdict(person), ensure_ascii=False).encode()),
            person_key=self.person_key(person, fallback),
            created_at=now,
        )
        own.add(identity)
        own.flush()
        return identity

    def seal_bytes(self, data: bytes) -> bytes:
        """Encrypt bytes, for what must wait on disk."""
        return self._fernet.encrypt(data)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Decrypt. Raises `Unavailable` when the key does not fit."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise Unavailable("This was sealed with another key than the one in use.") from None

    def seal_file(self, data: bytes, target: Path) -> None:
        """Write bytes to a file that only the key's holder can read."""
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_bytes(self.seal_bytes(data))

    def open_file(self, source: Path) -> bytes:
        """Read a file written by `seal_file`."""
        return self.open_bytes(source.read_bytes())

    def reveal(self, own: Session, actor: Actor, identity_id: int, reason: str, now: datetime) -> Person:
        """Who it was, for somebody who says why. Writes one audit row.

        Raises `InvalidInput` without a reason of at least four characters, `NotFound` for no identity.
        """
        if len(reason.strip()) < 4:
            raise InvalidInput("Please say why you need to know who this is.", field="reason")
        identity = own.get(Identity, identity_id)
        if identity is None:
            raise NotFound()
        record(
            own,
            now,
            "vault:identity:revealed",
            actor=actor,
            subject=f"identity:{identity_id}",
            # Masked like any text: the log is for ever, and the reason may quote the very number it is about.
            reason=mask(reason.strip()[:200]).text,
        )
        return Person(**json.loads(self.open_bytes(identity.sealed)))
