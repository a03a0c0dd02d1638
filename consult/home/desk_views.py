"""The start of the desk: what waits for the person who opens it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult import db
from consult.accounts.queries import has_officer
from consult.bulletins.models import Bulletin, BulletinState
from consult.clock import local_date
from consult.comments.queries import waiting_count
from consult.drafts.models import Draft
from consult.drafts.queries import open_drafts
from consult.drafts.rules import days_left
from consult.home.figures import tone_figures
from consult.hotline import queries as hotline
from consult.hotline.models import WorkOrder
from consult.issues.queries import counts as issue_counts
from consult.ledger import queries as ledger
from consult.responses.models import Thread, ThreadState
from consult.responses.queries import desk_threads
from consult.web.access import Permission, allow
from consult.web.visitor import now
from reports.estimates.model import LEAST_SAMPLE

bp = Blueprint("home_desk", __name__, url_prefix="/desk")


@bp.get("")
@allow(Permission.DESK)
def start() -> ResponseReturnValue:
    own = db.session()
    threads: Sequence[Thread] = []
    if current_user.can(Permission.RESPONSES_READ):
        statement = desk_threads(current_user.account, state=ThreadState.WAITING)
        threads = own.scalars(statement.limit(8)).unique().all()
    return render_template(
        "home/desk_start.html",
        tiles=_waiting(own),
        first_steps=_first_steps(own),
        threads=threads,
        tones=tone_figures(own, now()) if current_user.can(Permission.ISSUES_DECIDE) else None,
        least=LEAST_SAMPLE,
        days_left=lambda draft: days_left(draft, now()),
        drafts=open_drafts(own, now(), limit=5) if current_user.can(Permission.DRAFTS_EDIT) else [],
    )


def _first_steps(own: Session) -> list[dict[str, str]]:
    """What to begin with on a new site, in its order; nothing once it is in use."""
    if current_user.can(Permission.ACCOUNTS_MANAGE) and not has_officer(own):
        return _first_accounts()
    if current_user.can(Permission.DRAFTS_EDIT) and not _in_use(own):
        return _first_work()
    return []


def _first_accounts() -> list[dict[str, str]]:
    return [
        _step(
            url_for("accounts_desk.new", role="officer"),
            _("Make accounts for the policy office"),
            _("They open drafts, review, import calls and sign bulletins."),
        ),
        _step(
            url_for("accounts_desk.new", role="leader"),
            _("Then for leaders and handling units"),
            _("Leaders answer under their name; units prepare the answers."),
        ),
        _step(
            url_for("accounts_desk.new", role="auditor"),
            _("And for an auditor"),
            _("The auditor reads the log of who did what, and changes nothing."),
        ),
    ]


def _first_work() -> list[dict[str, str]]:
    return [
        _step(
            url_for("drafts_desk.new"),
            _("Prepare the first draft"),
            _("Paste its text; people then comment clause by clause."),
        ),
        _step(
            url_for("hotline_desk.imports"),
            _("Import calls of the hotline"),
            _("A table of calls or messages; you see how it is read before anything is kept."),
        ),
        _step(
            url_for("issues_desk.index"),
            _("Let them be analysed"),
            _("A program proposes issues; you accept them and put them to a leader."),
        ),
        _step(
            url_for("bulletins_desk.new"),
            _("Build a bulletin"),
            _("It reports a period; it is public when you have signed it off."),
        ),
    ]


def _step(href: str, text: str, note: str) -> dict[str, str]:
    return {"href": href, "text": text, "note": note}


def _in_use(own: Session) -> bool:
    return any(own.scalars(select(kind.id).limit(1)).first() is not None for kind in (Draft, WorkOrder))


def _waiting(own: Session) -> list[dict[str, object]]:
    """What needs this account's action, as numbers that lead to it."""
    tiles: list[dict[str, object]] = []

    def add(permission: Permission, value: int, label: str, href: str, tone: str = "") -> None:
        if current_user.can(permission):
            tiles.append({"value": value, "label": label, "href": href, "tone": tone if value else ""})

    if current_user.can(Permission.RESPONSES_READ):
        waiting = own.scalars(desk_threads(current_user.account, state=ThreadState.WAITING)).unique().all()
        overdue = [t for t in waiting if _is_overdue(t)]
        href = url_for("responses_desk.index", state="waiting")
        add(Permission.RESPONSES_READ, len(waiting), _("matters await an answer"), href)
        add(Permission.RESPONSES_READ, len(overdue), _("of them overdue"), href, "due")
    add(Permission.COMMENTS_REVIEW, waiting_count(own), _("comments to review"), url_for("comments_desk.queue"))
    due, late = ledger.results_due(own, now()), ledger.overdue_count(own, now())
    add(Permission.LEDGER_EDIT, due, _("drafts await their results"), url_for("ledger_desk.index", show="closed"))
    if late:
        add(Permission.LEDGER_EDIT, late, _("of them late"), url_for("ledger_desk.index", show="overdue"), "due")
    add(
        Permission.HOTLINE_EDIT,
        hotline.count(own, hotline.messages_to_review()),
        _("messages to review"),
        url_for("hotline_desk.review_queue"),
    )
    add(
        Permission.ISSUES_DECIDE,
        issue_counts(own)["proposed"],
        _("proposed issues"),
        url_for("issues_desk.index"),
    )
    built = hotline.count(own, select(Bulletin.id).where(Bulletin.state == BulletinState.BUILT))
    add(Permission.BULLETINS_SIGN, built, _("bulletins to sign off"), url_for("bulletins_desk.index"))
    return tiles


def _is_overdue(thread: Thread) -> bool:
    return thread.due_on < local_date(now())
