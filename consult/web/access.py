"""Who may open what: every view carries exactly one mark, and an unmarked view stops the start (T2).

Marks say what a *view* needs. Which *objects* a person may see is decided by the ``access_*`` functions
of each feature, which take the viewer.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult.errors import NotAllowed

View = TypeVar("View", bound=Callable[..., Any])
MARK = "__consult_access__"


class Permission(StrEnum):
    """What an account may do at the desk. Roles are sets of these (`consult.accounts.rules`)."""

    DESK = "desk.open"
    DRAFTS_EDIT = "drafts.edit"
    COMMENTS_REVIEW = "comments.review"
    REVIEW_LOG = "comments.log"
    LEDGER_EDIT = "ledger.edit"
    HOTLINE_READ = "hotline.read"
    HOTLINE_EDIT = "hotline.edit"
    HOTLINE_IMPORT = "hotline.import"
    IDENTITY_REVEAL = "identity.reveal"
    ISSUES_READ = "issues.read"
    ISSUES_DECIDE = "issues.decide"
    TONES_CORRECT = "tones.correct"
    MODELS_MANAGE = "models.manage"
    RESPONSES_READ = "responses.read"
    RESPONSES_DRAFT = "responses.draft"
    RESPONSES_PUBLISH = "responses.publish"
    BULLETINS_READ = "bulletins.read"
    BULLETINS_BUILD = "bulletins.build"
    BULLETINS_SIGN = "bulletins.sign"
    JOBS_READ = "jobs.read"
    AUDIT_READ = "audit.read"
    OUTBOX_MANAGE = "outbox.manage"
    ACCOUNTS_MANAGE = "accounts.manage"


def public(view: View) -> View:
    """Anybody may open this, signed in or not."""
    return _mark(view, "public")


def signed_in(view: View) -> View:
    """Anybody with an account may open this."""
    return _mark(view, "signed_in")


def allow(permission: Permission) -> Callable[[View], View]:
    """Only accounts with this permission may open this."""
    return lambda view: _mark(view, permission)


def upload(view: View) -> View:
    """This view takes files, so its body may be as large as ``Settings.max_body_bytes``."""
    view.__consult_upload__ = True  # type: ignore[attr-defined]
    return view


def keeps_typed(again: Callable[..., ResponseReturnValue]) -> Callable[[View], View]:
    """When this view's form has lost its token with its session, ``again`` shows what was typed with a new one."""

    def marked(view: View) -> View:
        view.__consult_again__ = again  # type: ignore[attr-defined]
        return view

    return marked


def personal(view: View) -> View:
    """This view shows what one person said, to whoever holds its code: no browser keeps it, no robot lists it (T6)."""
    view.__consult_personal__ = True  # type: ignore[attr-defined]
    return view


def _mark(view: View, mark: str) -> View:
    if hasattr(view, MARK):
        raise TypeError(f"{view.__qualname__} carries two access marks")
    setattr(view, MARK, mark)
    return view


def mark_of(app: Flask, endpoint: str) -> str:
    """The mark of an endpoint; static files are public. Raises LookupError when there is none."""
    if endpoint == "static":
        return "public"
    mark: str | None = getattr(app.view_functions[endpoint], MARK, None)
    if mark is None:
        raise LookupError(f"the view {endpoint!r} carries no access mark")
    return mark


def check_marks(app: Flask) -> None:
    """Refuse to start while any route is unmarked."""
    missing = []
    for rule in app.url_map.iter_rules():
        try:
            mark_of(app, rule.endpoint)
        except LookupError:
            missing.append(f"{rule.rule} ({rule.endpoint})")
    if missing:
        raise RuntimeError("these routes carry no access mark: " + ", ".join(sorted(missing)))


def enforce() -> ResponseReturnValue | None:
    """Before every request: let it pass, send it to the sign-in page, or refuse it."""
    if request.endpoint is None:
        return None  # no such address: the 404 handler answers
    mark = mark_of(current_app, request.endpoint)
    if mark == "public":
        return None
    if not current_user.is_authenticated:
        if request.method in ("GET", "HEAD"):
            flash(_("Please sign in first; you will then come to the page you asked for."), "info")
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), 303)
        raise NotAllowed("You are not signed in, or your session has ended. Sign in and send it again.")
    if mark != "signed_in" and not current_user.can(mark):
        raise NotAllowed()
    return None
