"""Accounts for tests."""

from __future__ import annotations

from itertools import count

from sqlalchemy.orm import Session

from consult.accounts import service
from consult.accounts.models import Role, User
from consult.clock import Clock

PASSWORD = "Correct-horse-7"
_numbers = count(1)


class Accounts:
    """Makes accounts of any role, all with the same password, and commits them."""

    def __init__(self, own: Session, clock: Clock) -> None:
        self._own, self._clock = own, clock

    def make(self, role: str = Role.CITIZEN, **more: str) -> User:
        number = next(_numbers)
        unit = {"unit_name": "临川县住房和城乡建设局"} if role == Role.UNIT else {}
        values = {
            "handle": f"{role}{number}",
            "display_name": f"测试{number}",
            "password": PASSWORD,
            "role": role,
        }
        new = service.NewAccount(**{**values, **unit, **more})
        account = service.create_account(self._own, new, self._clock.now())
        self._own.commit()
        return account
