"""Rate limits that hold across worker processes, because the counters are rows (T20)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Executable, Integer, String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from consult.db import Base, new_session, transaction
from consult.errors import TooManyRequests


class RateWindow(Base):
    """How often something happened within one bucket of time."""

    __tablename__ = "rate_window"

    key: Mapped[str] = mapped_column(String(96), primary_key=True)
    window: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(Integer)


def _counting_one(maker: Any) -> Executable:
    statement = maker(RateWindow.__table__).values(count=1)
    again = {"count": RateWindow.__table__.c.count + 1}
    counting: Executable = statement.on_conflict_do_update(index_elements=["key", "window"], set_=again)
    return counting


#: One more in a bucket. Made once: a statement with a row for each subject would be compiled at every request.
_COUNT_ONE = {"sqlite": _counting_one(sqlite.insert), "postgresql": _counting_one(postgresql.insert)}


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
#: Readers reporting comments.
REPORT = Limit("report", 20, 3600)
RECEIPT = Limit("receipt", 60, 600)
#: Files that are made when they are asked for.
FILES = Limit("files", 60, 600)
#: Codes sent to telephones, by the number and by the address that asks.
PHONE_CODE = Limit("phone-code", 5, 3600)
PHONE_TRY = Limit("phone-try", 30, 600)
SUBSCRIBE = Limit("subscribe", 10, 3600)
#: By the address that is to be written to, whoever asks: nobody fills another's mailbox.
SUBSCRIBED = Limit("subscribed", 6, 86400)


#: A limit's span is counted in this many buckets. A bucket counts until all of it lies outside the span, so that
#: no span of that length, wherever it begins, holds more than the limit.
BUCKETS = 10


def hit(engine: Engine, limit: Limit, subject: str, now: datetime) -> None:
    """Count one attempt of ``subject`` (an address or account), in a transaction of its own.

    The subject is stored hashed, since an address is personal data. Raises `TooManyRequests` when the
    limit is passed; that attempt is not counted, and the count survives whatever becomes of the request.
    """
    hit_all(engine, limit, [subject], now)


def hit_all(engine: Engine, limit: Limit, subjects: Sequence[str], now: datetime) -> None:
    """As `hit`, for an attempt that counts for several subjects; when one has used the limit up, for none.

    A power cut may forget the last attempts; a process that ends does not.
    """
    # In one order, so that two attempts never wait for each other's rows.
    keys = sorted(_bucket(limit, subject, now)[0] for subject in subjects)
    start = _bucket(limit, "", now)[1]
    with transaction(engine, may_be_lost=True) as own:
        # The rows of the present bucket are locked from here on: attempts of all processes pass one by one.
        own.connection().execute(_COUNT_ONE[engine.dialect.name], [{"key": key, "window": start} for key in keys])
        for counts in _counted(own, limit, keys, now).values():
            if sum(counts.values()) > limit.count:
                raise _refusal(limit, counts, now)  # and what was counted above is undone


def check(engine: Engine, limit: Limit, subject: str, now: datetime) -> None:
    """Raises `TooManyRequests` when ``subject`` has used the limit up; counts nothing."""
    key, start = _bucket(limit, subject, now)
    with new_session(engine, reads_only=True) as own:
        counts = _counted(own, limit, [key], now).get(key, {})
    counts[start] = counts.get(start, 0) + 1
    if sum(counts.values()) > limit.count:
        raise _refusal(limit, counts, now)


def _bucket(limit: Limit, subject: str, now: datetime) -> tuple[str, datetime]:
    size = limit.seconds / BUCKETS
    start = datetime.fromtimestamp(now.timestamp() // size * size, UTC)
    return f"{limit.name}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}", start


def _counts_for(limit: Limit) -> timedelta:
    """How long a bucket counts from its beginning."""
    return timedelta(seconds=limit.seconds + limit.seconds / BUCKETS)


def _counted(own: Session, limit: Limit, keys: Sequence[str], now: datetime) -> dict[str, dict[datetime, int]]:
    rows = own.execute(
        select(RateWindow.key, RateWindow.window, RateWindow.count)
        .where(RateWindow.key.in_(keys), RateWindow.window > now - _counts_for(limit))
        .order_by(RateWindow.window)
    )
    found: dict[str, dict[datetime, int]] = {}
    for key, window, count in rows:
        found.setdefault(key, {})[window] = count
    return found


def _refusal(limit: Limit, counts: dict[datetime, int], now: datetime) -> TooManyRequests:
    """With the seconds until so many buckets have run out that one more attempt passes."""
    surplus, free_at = sum(counts.values()) - limit.count, now
    for start, count in counts.items():
        if surplus <= 0:
            break
        surplus, free_at = surplus - count, start + _counts_for(limit)
    return TooManyRequests(int((free_at - now).total_seconds()) + 1)


def sweep_windows(own: Session, now: datetime) -> None:
    """Forget windows that can no longer matter."""
    own.execute(delete(RateWindow).where(RateWindow.window < now - timedelta(days=2)))
