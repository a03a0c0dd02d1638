"""What is stored of a password, and whether one is right (Argon2id, RFC 9106)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from consult.accounts import rules


class Passwords:
    """Hashing takes long and much memory, and is meant to: how long is the hasher's matter."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._decoy = self._hasher.hash("no such account")

    def hash(self, password: str) -> str:
        """What is stored of a password."""
        return self._hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether a password is the stored one. For an account that there is not (None) the answer takes as long."""
        try:
            right = self._hasher.verify(self._decoy if stored is None else stored, password[: rules.MAX_PASSWORD])
        except (VerifyMismatchError, InvalidHashError):
            return False
        return right and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether it was hashed with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)
