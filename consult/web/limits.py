"""Rate limits that hold across worker processes, because the counters are rows (T20)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, Integer, String, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from consult.db import Base, new_session, transaction
from consult.errors import TooManyRequests


class RateWindow(Base):
    """How often something happened within one window of time."""

    __tablename__ = "rate_window"

    key: Mapped[str] = mapped_column(String(96), primary_key=True)
    window: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(Integer)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` times in any window of ``seconds``, per subject."""

    name: str
    count: int
    seconds: int


SIGN_IN = Limit("sign-in", 20, 600)
SIGN_UP = Limit("sign-up", 10, 3600)
COMMENT = Limit("comment", 20, 600)
MESSAGE = Limit("message", 10, 3600)
ENDORSE = Limit("endorse", 120, 600)
RECEIPT = Limit("receipt", 60, 600)


def hit(engine: Engine, limit: Limit, subject: str, now: datetime) -> None:
    """Count one attempt of ``subject`` (an address or account), in a transaction of its own.

    The subject is stored hashed, since an address is personal data. Raises `TooManyRequests` when the
    limit is passed; the count survives whatever becomes of the request.
    """
    key, start = _window(limit, subject, now)
    maker = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    statement = (
        maker(RateWindow)
        .values(key=key, window=start, count=1)
        .on_conflict_do_update(index_elements=[RateWindow.key, RateWindow.window], set_={"count": RateWindow.count + 1})
        .returning(RateWindow.count)
    )
    with transaction(engine) as own:
        count = own.execute(statement).scalar_one()
    if count > limit.count:
        raise _refusal(limit, start, now)


def check(engine: Engine, limit: Limit, subject: str, now: datetime) -> None:
    """Raises `TooManyRequests` when ``subject`` has used the limit up; counts nothing."""
    key, start = _window(limit, subject, now)
    with new_session(engine, reads_only=True) as own:
        found = own.get(RateWindow, (key, start))
    if found is not None and found.count >= limit.count:
        raise _refusal(limit, start, now)


def _window(limit: Limit, subject: str, now: datetime) -> tuple[str, datetime]:
    start = datetime.fromtimestamp(now.timestamp() // limit.seconds * limit.seconds, UTC)
    return f"{limit.name}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}", start


def _refusal(limit: Limit, start: datetime, now: datetime) -> TooManyRequests:
    return TooManyRequests(int((start + timedelta(seconds=limit.seconds) - now).total_seconds()) + 1)


def sweep_windows(own: Session, now: datetime) -> None:
    """Forget windows that can no longer matter."""
    own.execute(delete(RateWindow).where(RateWindow.window < now - timedelta(days=2)))
