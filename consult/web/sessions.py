"""Sessions: kept on the server as soon as somebody is signed in (T19).

A visitor without an account carries a signed cookie that holds nothing but a form token, a language and
messages to show. Signing in moves the session into the table `web_session` under a new random token, of
which only the hash is stored; signing out, disabling an account or changing a password deletes the rows,
and the copied cookie is then worth nothing.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from sqlalchemy import String, Text, bindparam, delete, select, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from consult.db import Base, close_session, transaction

PREFIX = "s."
#: A session ends after this long whatever is done in it.
ABSOLUTE_LIFETIME = timedelta(hours=12)
#: How stale `seen_at` may become before it is written again, to spare a write on every page.
SEEN_EVERY = timedelta(seconds=60)


class WebSession(Base):
    """One signed-in browser."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), index=True)
    data: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class BrowserSession(SecureCookieSession):
    """A session that knows the server token it came with, if any."""

    token: str | None = None
    #: Ask for a new token at the next save; set when somebody signs in.
    rotate: bool = False
    #: Why the database could not say what is in this session; the request is then answered with 503.
    unread: DBAPIError | None = None


_READ = select(WebSession.data, WebSession.created_at, WebSession.seen_at).where(
    WebSession.token_hash == bindparam("token_hash")
)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class ServerSessions(SecureCookieSessionInterface):
    """Flask's session interface over the table, with Flask's own signed cookie for the anonymous."""

    session_class = BrowserSession

    def __init__(self, idle: timedelta) -> None:
        self._idle = idle

    def open_session(self, app: Flask, request: Request) -> BrowserSession | None:
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        if not cookie.startswith(PREFIX):
            opened = super().open_session(app, request)
            if opened is not None:
                opened.pop("_user_id", None)  # only the table may say who is signed in
            return opened  # type: ignore[return-value]
        try:
            return self._read(app, cookie[len(PREFIX) :])
        except (OperationalError, InterfaceError) as error:
            opened = BrowserSession()
            opened.unread = error
            return opened

    def _read(self, app: Flask, token: str) -> BrowserSession:
        now = app.extensions["consult.clock"].now()
        # At every request of somebody signed in: plain columns, and no unit of work around them.
        with app.extensions["consult.engine"].execution_options(reads_only=True).connect() as connection:
            row = connection.execute(_READ, {"token_hash": _hash(token)}).one_or_none()
        if row is None or now - row.seen_at > self._idle or now - row.created_at > ABSOLUTE_LIFETIME:
            return BrowserSession()
        opened = BrowserSession(json.loads(row.data))
        opened.token = token
        opened.modified = False
        if now - row.seen_at > SEEN_EVERY:
            with transaction(app.extensions["consult.engine"]) as own:
                own.execute(update(WebSession).where(WebSession.token_hash == _hash(token)).values(seen_at=now))
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, BrowserSession)
        if session.unread is not None:
            return  # the cookie is as good as before, once the database is back
        # The request's own unit of work is committed or given up by now; it must not hold the write lock.
        close_session()
        if "_user_id" not in session:
            if session.token is not None:
                self._forget(app, session.token)
                session.modified = True
            super().save_session(app, session, response)
            return
        response.vary.add("Cookie")
        if session.token is not None and not session.modified and not session.rotate:
            return
        now = app.extensions["consult.clock"].now()
        data = json.dumps(dict(session), default=str)
        values = {"data": data, "user_id": str(session["_user_id"]), "seen_at": now}
        with transaction(app.extensions["consult.engine"]) as own:
            if session.token is not None and not session.rotate:
                own.execute(update(WebSession).where(WebSession.token_hash == _hash(session.token)).values(values))
                return
            if session.token is not None:
                own.execute(delete(WebSession).where(WebSession.token_hash == _hash(session.token)))
            session.token = secrets.token_urlsafe(32)
            own.add(WebSession(token_hash=_hash(session.token), created_at=now, **values))
        response.set_cookie(
            self.get_cookie_name(app),
            PREFIX + session.token,
            httponly=True,
            secure=self.get_cookie_secure(app),
            samesite=self.get_cookie_samesite(app),
            path=self.get_cookie_path(app),
        )

    def _forget(self, app: Flask, token: str) -> None:
        with transaction(app.extensions["consult.engine"]) as own:
            own.execute(delete(WebSession).where(WebSession.token_hash == _hash(token)))


def end_sessions(own: Session, user_id: int) -> None:
    """Sign an account out everywhere; part of disabling it or changing its password."""
    own.execute(delete(WebSession).where(WebSession.user_id == str(user_id)))


def sweep_sessions(own: Session, now: datetime, idle: timedelta) -> int:
    """Delete the rows that can no longer open a session; returns how many."""
    gone = delete(WebSession).where(
        (WebSession.seen_at < now - idle) | (WebSession.created_at < now - ABSOLUTE_LIFETIME)
    )
    result: Any = own.execute(gone)
    return int(result.rowcount)


def live_sessions(own: Session, user_id: int) -> int:
    """How many browsers an account is signed in with."""
    return len(own.scalars(select(WebSession.token_hash).where(WebSession.user_id == str(user_id))).all())
