"""Languages and reading preferences: Chinese unless the visitor chose English; elder mode on request."""

from __future__ import annotations

from pathlib import Path

from babel import support
from flask import Blueprint, Flask, g, has_request_context, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_domain

from consult.clock import SHANGHAI
from consult.web.access import public

LANGUAGES = {"zh": "中文", "en": "English"}
DEFAULT = "zh"
_YEAR = 365 * 24 * 3600

bp = Blueprint("preferences", __name__)


def chosen_locale() -> str:
    """The language of this page: the visitor's choice, else Chinese."""
    chosen = request.cookies.get("lang", DEFAULT) if request else DEFAULT
    return chosen if chosen in LANGUAGES else DEFAULT


def is_elder_mode() -> bool:
    """Whether the visitor chose 长辈版 (rule R70)."""
    return request.cookies.get("elder") == "1"


def local_target(target: str | None) -> str:
    """The given address when it is a path on this site, else the home page (no open redirects)."""
    # Browsers and urlsplit leave tabs and line ends out before they read an address: "/<tab>/host" is "//host".
    if not target or any(c < " " or c == "\x7f" for c in target):
        return "/"
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/"


@bp.get("/preferences")
@public
def choose() -> ResponseReturnValue:
    """Keep a language or elder mode in a cookie and go back to where the visitor was."""
    response = redirect(local_target(request.args.get("next")), 303)
    if request.args.get("lang") in LANGUAGES:
        response.set_cookie("lang", request.args["lang"], max_age=_YEAR, samesite="Lax", httponly=True)
    if request.args.get("elder") in ("0", "1"):
        response.set_cookie("elder", request.args["elder"], max_age=_YEAR, samesite="Lax", httponly=True)
    return response


def _translations() -> support.NullTranslations:
    """The catalog of this page, looked up once a request rather than at each of its thousand words."""
    if not has_request_context():
        return get_domain().get_translations()
    found: support.NullTranslations | None = g.get("translations")
    if found is None:
        found = g.translations = get_domain().get_translations()
    return found


def init(app: Flask, catalogs: list[Path]) -> None:
    """Attach the languages; ``catalogs`` are the translation folders of the features."""
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    app.config["BABEL_DEFAULT_TIMEZONE"] = str(SHANGHAI)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(c) for c in catalogs)
    Babel(app, locale_selector=chosen_locale)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of jinja2.ext.i18n
        lambda text: _translations().ugettext(text),
        lambda one, many, n: _translations().ungettext(one, many, n),
        newstyle=True,
    )
    app.jinja_env.globals.update(languages=LANGUAGES, is_elder_mode=is_elder_mode, chosen_locale=chosen_locale)
