"""Error pages in the site's own look: what happened, what is kept, what to do."""

from __future__ import annotations

import logging
import sqlite3

from flask import Flask, current_app, g, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from consult.db import close_session
from consult.errors import Situation, TooManyRequests

log = logging.getLogger("consult.errors")
PAGES = frozenset({400, 403, 404, 409, 413, 422, 429, 500, 503})


def page(status: int, message: str = "", retry_after: int | None = None) -> ResponseReturnValue:
    """The error page of a status; an unlisted 4xx is shown as 400 and an unlisted 5xx as 500.

    A page about a failure of ours is rendered as for a visitor: who is signed in stands in the database,
    and that may be the very thing that failed.
    """
    if status >= 500:
        g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]
    shown = status if status in PAGES else (400 if status < 500 else 500)
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return render_template(f"errors/{shown}.html", message=message, retry_after=retry_after), status, headers


def _situation(error: Situation) -> ResponseReturnValue:
    close_session()
    retry = error.retry_after if isinstance(error, TooManyRequests) else None
    return page(int(error.status), gettext(error.message, **error.params), retry)


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    close_session()
    return page(code)


def _csrf(error: CSRFError) -> ResponseReturnValue:
    close_session()
    again = getattr(current_app.view_functions.get(request.endpoint or ""), "__consult_again__", None)
    if again is not None:
        try:
            return again(**(request.view_args or {}))
        except Situation:
            close_session()  # what it was about is gone
    return page(400, gettext("The form had grown old, or cookies are off. Go back, reload the page and send again."))


def _database(error: DBAPIError) -> ResponseReturnValue:
    close_session()
    log.error("database refused", extra={"kind": type(error.orig).__name__, "rule": _rule()})
    return page(503)


def _session_unread() -> ResponseReturnValue | None:
    """Before every request: a session that could not be looked up is an outage, not a visitor (P8)."""
    error = getattr(session, "unread", None)
    return _database(error) if error is not None else None


def _unexpected(error: Exception) -> ResponseReturnValue:
    close_session()
    log.error("unexpected error", exc_info=error, extra={"rule": _rule()})
    return page(500)


def _rule() -> str:
    return request.url_rule.rule if request.url_rule else ""


def init(app: Flask) -> None:
    """Attach the handlers to an application."""
    app.before_request(_session_unread)
    app.register_error_handler(Situation, _situation)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(InterfaceError, _database)
    app.register_error_handler(sqlite3.OperationalError, _unexpected)
    app.register_error_handler(Exception, _unexpected)
