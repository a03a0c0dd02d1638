"""Reading accounts and units."""

from __future__ import annotations

from flask_login import UserMixin
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from consult.accounts.models import AccountState, Role, Unit, User
from consult.accounts.rules import can, normalise_handle
from consult.errors import NotFound


class Viewer(UserMixin):
    """The signed-in account as flask-login and the templates see it."""

    def __init__(self, account: User) -> None:
        self.account = account

    @property
    def id(self) -> int:
        return self.account.id

    @property
    def handle(self) -> str:
        return self.account.handle

    @property
    def display_name(self) -> str:
        return self.account.display_name

    @property
    def role(self) -> str:
        return self.account.role

    def can(self, permission: str) -> bool:
        """Whether this account may do something."""
        return can(self.account.role, permission)


class Visitor:
    """Somebody who is not signed in."""

    is_authenticated = False
    is_active = False
    is_anonymous = True
    id: int | None = None
    display_name = ""
    role = ""

    def get_id(self) -> None:
        return None

    def can(self, permission: str) -> bool:
        return False


def viewer_by_id(own: Session, user_id: str) -> Viewer | None:
    """The active account of a session, for flask-login."""
    account = own.get(User, int(user_id)) if user_id.isdigit() else None
    if account is None or account.state != AccountState.ACTIVE:
        return None
    return Viewer(account)


def user_by_handle(own: Session, typed: str) -> User | None:
    """The account of a handle, however it was typed."""
    return own.scalar(select(User).where(User.handle == normalise_handle(typed)))


def access_user(own: Session, user_id: int) -> User:
    """An account, for an administrator. Raises `NotFound`."""
    account = own.get(User, user_id)
    if account is None:
        raise NotFound()
    return account


def all_users() -> Select[User]:
    """Every account, staff first."""
    return select(User).order_by(User.role == Role.CITIZEN, User.role, User.handle)


def leaders(own: Session) -> list[User]:
    """The leaders who answer, in the order their accounts were made."""
    return list(
        own.scalars(select(User).where(User.role == Role.LEADER, User.state == AccountState.ACTIVE).order_by(User.id))
    )


def units(own: Session) -> list[Unit]:
    """Every handling unit."""
    return list(own.scalars(select(Unit).order_by(Unit.id)))


def has_administrator(own: Session) -> bool:
    """Whether anybody can make accounts at the desk; a new installation has to make the first on the server."""
    wanted = select(User.id).where(User.role == Role.ADMINISTRATOR, User.state == AccountState.ACTIVE)
    return own.scalars(wanted.limit(1)).first() is not None


def has_officer(own: Session) -> bool:
    """Whether anybody can work at the desk yet."""
    wanted = select(User.id).where(User.role == Role.OFFICER, User.state == AccountState.ACTIVE)
    return own.scalars(wanted.limit(1)).first() is not None
