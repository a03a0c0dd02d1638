"""领导回应: the public pages of threads."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.accounts.queries import leaders
from consult.clock import local_date
from consult.responses import queries
from consult.responses.models import Thread
from consult.web.access import public
from consult.web.feeds import Entry, atom
from consult.web.pagination import paginate, requested_page
from consult.web.subjects import cards
from consult.web.visitor import now

bp = Blueprint("responses", __name__)


@bp.app_context_processor
def helpers() -> dict[str, object]:
    """What the templates of threads need to say about time."""
    today = local_date(now())

    def due(thread: Thread) -> int:
        return (thread.due_on - today).days

    return {"thread_days_left": due, "leader_title": queries.leader_title, "published": queries.published}


@bp.get("/responses")
@public
def index() -> ResponseReturnValue:
    own = db.session()
    leader = request.args.get("leader", "")
    statement = queries.public_threads(
        leader_id=int(leader) if leader.isascii() and leader.isdigit() and len(leader) < 10 else None,
        state=request.args.get("state", ""),
    )
    page = paginate(own, statement, number=requested_page())
    return render_template("responses/index.html", page=page, leaders=leaders(own))


@bp.get("/responses.atom")
@public
def feed() -> Response:
    threads = db.session().scalars(queries.public_threads().limit(50)).all()
    entries = [
        Entry(
            thread.title,
            url_for("responses.show", thread_id=thread.id),
            thread.answered_at or thread.opened_at,
            queries.card_of(thread).answer or thread.summary,
        )
        for thread in threads
    ]
    return atom(_("Leadership responses"), entries, empty_since=now())


@bp.get("/responses/<int:thread_id>")
@public
def show(thread_id: int) -> ResponseReturnValue:
    own = db.session()
    thread = queries.access_public_thread(own, thread_id)
    members = cards(own, queries.subjects_of(own, thread.id), current_user)
    shown = [card for card in members.values() if card.is_public and card.url]
    return render_template("responses/show.html", thread=thread, shown=shown[:50], shown_total=len(shown))
