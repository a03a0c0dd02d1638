"""留言: writing to a leader, and what everybody may read."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.accounts.queries import leaders
from consult.errors import InvalidInput, NotFound
from consult.hotline import intake, labels, queries, rules, service
from consult.hotline.forms import MessageForm
from consult.hotline.queries import PublicFilter
from consult.responses.queries import threads_about
from consult.web import limits
from consult.web.access import personal, public
from consult.web.feeds import Entry, atom
from consult.web.forms import limited, refused_when_spent
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("hotline", __name__)


@bp.app_context_processor
def helpers() -> dict[str, object]:
    """The words that templates need to speak of work orders."""
    return {
        "order_words": labels,
        "order_title": queries.display_title,
        "order_excerpt": queries.excerpt,
    }


@bp.get("/messages")
@public
def index() -> ResponseReturnValue:
    own = db.session()
    leader = request.args.get("leader", "")
    chosen = PublicFilter(
        kind=request.args.get("kind", ""),
        field=request.args.get("field", ""),
        leader_id=int(leader) if leader.isascii() and leader.isdigit() and len(leader) < 10 else None,
        state=request.args.get("state", ""),
    )
    page = paginate(own, queries.public_messages(chosen), number=requested_page())
    answers = threads_about(own, "order", [order.id for order in page.items])
    return render_template(
        "hotline/index.html", page=page, chosen=chosen, leaders=leaders(own), answers=answers, rules=rules
    )


@bp.get("/messages.atom")
@public
def feed() -> Response:
    messages = db.session().scalars(queries.public_messages().limit(50)).unique().all()
    entries = [
        Entry(
            order.title,
            url_for("hotline.show", number=order.number),
            order.answered_at or order.reviewed_at or order.received_at,
            queries.excerpt(order.body or order.demand, 200),
        )
        for order in messages
    ]
    return atom(_("Messages to leaders"), entries, empty_since=now())


@bp.get("/messages/new")
@public
def new_message() -> ResponseReturnValue:
    form = MessageForm().offer(leaders(db.session()))
    if request.args.get("leader"):
        form.addressee.data = request.args["leader"]
    return render_template("hotline/new.html", form=form, rules=rules)


@bp.post("/messages/new")
@public
def send_message() -> ResponseReturnValue:
    own = db.session()
    form = MessageForm().offer(leaders(own))
    valid = form.validate()
    new = form.as_message(current_user.id)
    problems = intake.problems_of(own, new)
    for problem in problems:
        form.add_situation(problem)
    if problems or not valid:
        return render_template("hotline/new.html", form=form, rules=rules), 422
    own.rollback()  # the counter below is written in a transaction of its own
    limited(limits.MESSAGE)
    try:
        order = service.receive_message(own, current_app.extensions["consult.vault"], new, now())
    except InvalidInput as refused:
        own.rollback()
        form.add_situation(refused)
        return render_template("hotline/new.html", form=form, rules=rules), 422
    own.commit()
    return redirect(url_for("hotline.sent", code=order.receipt_code), 303)


@bp.get("/messages/sent/<code>")
@public
@personal
def sent(code: str) -> ResponseReturnValue:
    refused_when_spent(limits.RECEIPT)
    try:
        receipt = queries.access_receipt(db.session(), code, now())
    except NotFound:
        limited(limits.RECEIPT)  # only wrong codes count
        raise
    return render_template("hotline/sent.html", receipt=receipt)


@bp.get("/messages/<number>")
@public
def show(number: str) -> ResponseReturnValue:
    own = db.session()
    order = queries.access_public_message(own, number)
    threads = threads_about(own, "order", [order.id]).get(order.id, [])
    return render_template("hotline/show.html", order=order, threads=threads)
