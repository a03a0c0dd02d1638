"""Making accounts, signing in, changing passwords, disabling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts import rules
from consult.accounts.models import AccountState, Role, Unit, User
from consult.accounts.passwords import Passwords
from consult.accounts.queries import user_by_handle
from consult.audit.service import Actor, record
from consult.errors import InvalidInput
from consult.web.sessions import end_sessions
from reports.masking import mask

passwords = Passwords()


class SignInRefused(InvalidInput):
    """Handle and password do not go together, or the account is locked or disabled.

    One answer for an unknown handle, a wrong password and a locked account, so that it tells nobody which there are.
    """

    message = "User name and password do not go together, or the account is locked for 30 minutes after five failures."

    def __init__(self, message: str = message) -> None:
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account is made from."""

    handle: str
    display_name: str
    password: str
    role: str = Role.CITIZEN
    post: str = ""
    unit_name: str = ""
    #: `hash_of` the password, when the accounts of a demo share one: hashing takes long, and is meant to.
    password_hash: str = ""


def hash_of(password: str) -> str:
    """What is stored of a password."""
    return passwords.hash(password)


def create_account(own: Session, new: NewAccount, now: datetime, *, actor: Actor | None = None) -> User:
    """Make an account. Raises `InvalidInput` naming the field that cannot be accepted."""
    handle = rules.normalise_handle(new.handle)
    if not rules.is_handle(handle):
        raise InvalidInput(
            "A user name has 3 to 40 letters, digits or Chinese characters; . _ - and @ may stand inside.",
            field="handle",
        )
    if mask(handle).text != handle:
        # It is kept and shown in clear, unlike everything else that tells who somebody is (T4).
        raise InvalidInput(
            "Please choose a user name that is no phone number, ID number or e-mail address.", field="handle"
        )
    if not rules.is_strong_password(new.password):
        raise InvalidInput(
            "A password needs at least 8 characters, of three kinds: lower case, upper case, digits, others.",
            field="password",
        )
    if not new.display_name.strip():
        raise InvalidInput("Please say how we should address you.", field="display_name")
    if new.role == Role.UNIT and not new.unit_name:
        raise InvalidInput("An account of a handling unit needs its unit.", field="unit_name")
    if user_by_handle(own, handle) is not None:
        raise InvalidInput("This user name is taken. Please choose another.", field="handle")
    account = User(
        handle=handle,
        display_name=mask(new.display_name.strip()[:40]).text,
        role=Role(new.role),
        post=new.post.strip()[:60],
        unit=unit_by_name(own, new.unit_name) if new.unit_name else None,
        password_hash=new.password_hash or hash_of(new.password),
        created_at=now,
        password_changed_at=now,
    )
    own.add(account)
    own.flush()
    record(
        own,
        now,
        "accounts:account:created",
        actor=actor or account,
        subject=f"account:{account.id}",
        role=new.role,
    )
    return account


def unit_by_name(own: Session, name: str) -> Unit:
    """The handling unit of this name; made when it is new."""
    unit = own.scalar(select(Unit).where(Unit.name == name.strip()))
    if unit is None:
        unit = Unit(name=name.strip())
        own.add(unit)
        own.flush()
    return unit


def authenticate(own: Session, typed_handle: str, password: str, now: datetime) -> User:
    """The account that handle and password open.

    Raises `SignInRefused`; the caller commits all the same, because failures are counted: five in a row
    lock the account for 30 minutes (rule R52). The refusal tells neither in its words nor by its time whether the
    account exists; that an account is disabled is said only to whoever knows its password.
    """
    account = user_by_handle(own, typed_handle)
    matches = passwords.matches(account.password_hash if account else None, password)
    if account is None:
        record(own, now, "accounts:session:refused", actor=None, success=False, reason="unknown")
        raise SignInRefused()
    # Attempts at the same moment count one after the other: a failure that another has not seen would not count.
    own.refresh(account, ["failed_attempts", "locked_until", "state"], with_for_update=True)
    subject = f"account:{account.id}"
    if account.locked_until is not None and account.locked_until > now:
        record(own, now, "accounts:session:refused", actor=None, subject=subject, success=False, reason="locked")
        raise SignInRefused()
    if not matches:
        account.failed_attempts += 1
        if account.failed_attempts >= rules.MAX_FAILURES:
            account.failed_attempts = 0
            account.locked_until = now + rules.LOCK_FOR
            record(own, now, "accounts:account:locked", actor=None, subject=subject, success=False)
        record(
            own,
            now,
            "accounts:session:refused",
            actor=None,
            subject=subject,
            success=False,
            reason="password",
        )
        raise SignInRefused()
    if account.state != AccountState.ACTIVE:
        record(
            own,
            now,
            "accounts:session:refused",
            actor=None,
            subject=subject,
            success=False,
            reason="disabled",
        )
        raise SignInRefused("This account is disabled. Please ask the administrator.")
    account.failed_attempts = 0
    account.locked_until = None
    if passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hash(password)
    record(own, now, "accounts:session:opened", actor=account, subject=subject)
    return account


def change_password(own: Session, account: User, current: str, new: str, now: datetime) -> None:
    """Change one's own password and sign every browser out (T19). Raises `InvalidInput`."""
    if not passwords.matches(account.password_hash, current):
        raise InvalidInput("This is not your present password.", field="current")
    _set_password(own, account, new, now)
    record(own, now, "accounts:password:changed", actor=account, subject=f"account:{account.id}")


def reset_password(own: Session, actor: Actor, account: User, new: str, now: datetime) -> None:
    """Give somebody a new password, as an administrator. Raises `InvalidInput`."""
    _set_password(own, account, new, now)
    account.failed_attempts, account.locked_until = 0, None
    record(own, now, "accounts:password:reset", actor=actor, subject=f"account:{account.id}")


def _set_password(own: Session, account: User, new: str, now: datetime) -> None:
    if not rules.is_strong_password(new):
        raise InvalidInput(
            "A password needs at least 8 characters, of three kinds: lower case, upper case, digits, others.",
            field="password",
        )
    account.password_hash = passwords.hash(new)
    account.password_changed_at = now
    end_sessions(own, account.id)


def set_state(own: Session, actor: Actor, account: User, state: AccountState, now: datetime) -> None:
    """Disable or enable an account; disabling signs it out everywhere. Raises `InvalidInput` for oneself."""
    if account.id == actor.id:
        raise InvalidInput("You cannot disable your own account.")
    if account.state == state:
        return
    account.state = state
    if state is AccountState.DISABLED:
        end_sessions(own, account.id)
    record(
        own,
        now,
        f"accounts:account:{state.replace('active', 'enabled')}",
        actor=actor,
        subject=f"account:{account.id}",
    )


def note_signed_out(own: Session, account: User, now: datetime) -> None:
    """Write the end of a session into the log."""
    record(own, now, "accounts:session:closed", actor=account, subject=f"account:{account.id}")
