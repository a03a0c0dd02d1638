"""The desk's navigation: which pages there are, in which group, and who may open them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from consult.web.access import Permission


@dataclass(frozen=True, slots=True)
class DeskPage:
    """One entry of the desk's left rail."""

    endpoint: str
    label: object  #: lazily translated
    group: object
    permission: Permission


PAGES = (
    DeskPage("home_desk.start", _l("My desk"), "", Permission.DESK),
    DeskPage("drafts_desk.index", _l("Drafts"), _l("Consultation"), Permission.DRAFTS_EDIT),
    DeskPage("comments_desk.queue", _l("Review comments"), _l("Consultation"), Permission.COMMENTS_REVIEW),
    DeskPage("campaigns_desk.index", _l("Copies"), _l("Consultation"), Permission.COMMENTS_REVIEW),
    DeskPage("ledger_desk.index", _l("Adoption ledger"), _l("Consultation"), Permission.LEDGER_EDIT),
    DeskPage("hotline_desk.index", _l("Work orders"), _l("Hotline and messages"), Permission.HOTLINE_READ),
    DeskPage("hotline_desk.imports", _l("Imports"), _l("Hotline and messages"), Permission.HOTLINE_IMPORT),
    DeskPage("issues_desk.index", _l("Issues"), _l("Public opinion"), Permission.ISSUES_READ),
    DeskPage("responses_desk.index", _l("Responses"), _l("Public opinion"), Permission.RESPONSES_READ),
    DeskPage("bulletins_desk.index", _l("Bulletins"), _l("Public opinion"), Permission.BULLETINS_READ),
    DeskPage("models_desk.index", _l("Analysis model"), _l("Public opinion"), Permission.MODELS_MANAGE),
    DeskPage("jobs_desk.index", _l("Background work"), _l("Operation"), Permission.JOBS_READ),
    DeskPage("notices_desk.outbox", _l("Outbox"), _l("Operation"), Permission.OUTBOX_MANAGE),
    DeskPage("audit_desk.index", _l("Audit log"), _l("Operation"), Permission.AUDIT_READ),
    DeskPage("accounts_desk.index", _l("Accounts"), _l("Operation"), Permission.ACCOUNTS_MANAGE),
)


def navigation() -> list[DeskPage]:
    """The entries that the signed-in account may open."""
    return [page for page in PAGES if current_user.can(page.permission) and page.endpoint in current_app.view_functions]
