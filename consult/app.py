"""The application factory: puts the features together."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Flask, abort, current_app, g, request
from flask_babel import get_locale
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect

from consult.accounts.queries import Viewer, Visitor, viewer_by_id
from consult.clock import Clock
from consult.config import Settings, load_settings
from consult.db import check_engine, close_session, make_engine, session
from consult.jobs import queueing
from consult.notices.service import Outbox
from consult.registry import BLUEPRINTS, CARDS
from consult.vault.service import Vault
from consult.web import access, desk, error_pages, filters, languages, logs, security
from consult.web.addresses import RowNumber
from consult.web.proxies import TrustedProxies
from consult.web.sessions import ServerSessions
from consult.web.visitor import client_address, now

PACKAGE = Path(__file__).parent


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """The WSGI application.

    Does not touch the database's schema: migrations are a step of their own (``consult db upgrade``).
    Raises RuntimeError when a route carries no access mark, or the database lacks a promised setting.
    """
    settings = settings or load_settings()
    app = Flask("consult", root_path=str(PACKAGE))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        SESSION_COOKIE_NAME="consult",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session it is bound to
        MAX_CONTENT_LENGTH=settings.max_form_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_form_bytes,
    )
    app.extensions["consult.settings"] = settings
    app.extensions["consult.clock"] = clock or Clock()
    app.extensions["consult.engine"] = make_engine(settings.database_url)
    app.extensions["consult.vault"] = Vault(settings.vault_key)
    app.extensions["consult.outbox"] = Outbox(app.extensions["consult.vault"], settings)
    app.extensions["consult.cards"] = CARDS
    check_engine(app.extensions["consult.engine"])
    queueing.use(app.extensions["consult.engine"], settings)

    app.session_interface = ServerSessions(timedelta(minutes=settings.session_idle_minutes))
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    logs.init(app)
    app.before_request(_prepare)
    app.teardown_appcontext(close_session)
    error_pages.init(app)
    security.init(app)
    filters.init(app)
    languages.init(app, sorted(PACKAGE.glob("*/translations")))
    _init_templates(app, settings)
    CSRFProtect(app)
    _init_accounts(app)
    app.before_request(access.enforce)
    app.url_map.converters["int"] = RowNumber
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.check_marks(app)
    return app


def _prepare() -> None:
    """Before anything is read: how much may be sent, whether it can be stored, and who is asking."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "__consult_upload__", False):
        request.max_content_length = current_app.extensions["consult.settings"].max_body_bytes
    if "\x00" in request.path or any("\x00" in value for value in request.args.values()):
        abort(400)
    g.reads_only = request.method in ("GET", "HEAD", "OPTIONS")
    g.client_address = client_address()


def _init_templates(app: Flask, settings: Settings) -> None:
    app.jinja_env.globals.update(site=settings, get_locale=get_locale, now=now, desk_nav=desk.navigation)
    app.jinja_env.globals["has_page"] = app.url_map.bind("").test  # menus name only pages that exist
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _init_accounts(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # sessions are rows; see consult.web.sessions
    manager.anonymous_user = Visitor

    @manager.user_loader
    def load(user_id: str) -> Viewer | None:
        return viewer_by_id(session(), user_id)
