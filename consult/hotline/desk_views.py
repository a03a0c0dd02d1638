"""Work orders at the desk: the list, entering a call, reviewing messages, and every step."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.accounts.queries import leaders
from consult.clock import local_date
from consult.errors import InvalidInput
from consult.hotline import queries, rules, service
from consult.hotline.forms import AskForm, MoveForm, OrderForm, RevealForm, ReviewForm
from consult.hotline.models import OrderState, WorkOrder
from consult.hotline.queries import DeskFilter
from consult.responses.queries import threads_about
from consult.vault.service import Person, Vault
from consult.web.access import Permission, allow
from consult.web.forms import BaseForm
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("hotline_desk", __name__, url_prefix="/desk/hotline")


def _vault() -> Vault:
    found: Vault = current_app.extensions["consult.vault"]
    return found


def _deadlines() -> rules.Deadlines:
    return rules.deadlines(current_app.extensions["consult.settings"].extra)


@bp.get("")
@allow(Permission.HOTLINE_READ)
def index() -> ResponseReturnValue:
    own = db.session()
    args, today = request.args, local_date(now())
    chosen = DeskFilter(
        origin=args.get("origin", ""),
        channel=args.get("channel", ""),
        kind=args.get("kind", ""),
        state=args.get("state", ""),
        overdue_on=today if args.get("overdue") == "1" else None,
        text=args.get("q", "")[:100],
        import_id=int(args["import"]) if args.get("import", "").isdecimal() and len(args["import"]) < 9 else None,
    )
    page = paginate(own, queries.desk_orders(chosen), number=requested_page(), size=50)
    return render_template(
        "hotline/desk_index.html",
        page=page,
        chosen=chosen,
        today=today,
        rules=rules,
        to_review=queries.count(own, queries.messages_to_review()),
    )


@bp.get("/review")
@allow(Permission.HOTLINE_EDIT)
def review_queue() -> ResponseReturnValue:
    page = paginate(db.session(), queries.messages_to_review(), number=requested_page(), size=50)
    return render_template("hotline/desk_review.html", page=page)


@bp.get("/new")
@allow(Permission.HOTLINE_EDIT)
def new() -> ResponseReturnValue:
    return render_template("hotline/desk_new.html", form=OrderForm())


@bp.post("/new")
@allow(Permission.HOTLINE_EDIT)
def create() -> ResponseReturnValue:
    form = OrderForm()
    if not form.validate():
        return render_template("hotline/desk_new.html", form=form), 422
    own = db.session()
    try:
        order = service.enter_order(own, _vault(), current_user.account, form.as_order(), now(), _deadlines())
    except InvalidInput as refused:
        form.add_situation(refused)
        return render_template("hotline/desk_new.html", form=form), 422
    own.commit()
    flash(_("The work order %(number)s is entered.", number=order.number), "success")
    return redirect(url_for("hotline_desk.show", number=order.number), 303)


@bp.get("/orders/<number>")
@allow(Permission.HOTLINE_READ)
def show(number: str) -> ResponseReturnValue:
    return _page(queries.access_order(db.session(), number))


def _page(
    order: WorkOrder, form: BaseForm | None = None, status: int = 200, person: Person | None = None
) -> ResponseReturnValue:
    """The order's page; ``form`` is one that was sent and refused, ``person`` who was revealed just now."""
    own = db.session()
    people = leaders(own)
    offered = {
        "review": ReviewForm(formdata=None).offer(order, people),
        "move": MoveForm(formdata=None).offer(rules.desk_moves(order.state, order.return_decided)),
        "ask": AskForm(formdata=None).offer(people),
        "reveal": RevealForm(formdata=None),
    }
    offered["review"].leader.data = str(order.addressee_id or "")
    for name, made in offered.items():
        if form is not None and type(made) is type(form):
            offered[name] = form
    page = render_template(
        "hotline/desk_show.html",
        order=order,
        forms=offered,
        refused=form,
        person=person,
        history=queries.history(own, order.id),
        threads=threads_about(own, "order", [order.id]).get(order.id, []),
        is_pending=order.state == OrderState.PENDING,
        is_waiting=order.state in (OrderState.WAITING, OrderState.HANDLING),
        is_overdue=rules.is_overdue(order.state, order.due_on, local_date(now())),
        may_edit=current_user.can(Permission.HOTLINE_EDIT),
        may_reveal=current_user.can(Permission.IDENTITY_REVEAL) and order.identity_id is not None,
        rules=rules,
    )
    return page, status


@bp.post("/orders/<number>/review")
@allow(Permission.HOTLINE_EDIT)
def review(number: str) -> ResponseReturnValue:
    own = db.session()
    order = queries.access_order(own, number)
    form = ReviewForm().offer(order, leaders(own))
    if not form.validate():
        return _page(order, form, 422)
    try:
        if form.decision.data not in dict(form.decision.choices):
            raise InvalidInput("Please choose what becomes of this message.", field="decision")
        service.review_message(own, current_user.account, order, form.as_decision(), now(), _deadlines())
    except InvalidInput as refused:
        own.rollback()
        form.add_situation(refused)
        return _page(queries.access_order(own, number), form, 422)
    own.commit()
    flash(_("The review is kept. The author can see it with the receipt code."), "success")
    return redirect(url_for("hotline_desk.review_queue"), 303)


@bp.post("/orders/<number>/steps")
@allow(Permission.HOTLINE_EDIT)
def move(number: str) -> ResponseReturnValue:
    own = db.session()
    order = queries.access_order(own, number)
    form = MoveForm().offer(rules.desk_moves(order.state, order.return_decided))
    if not form.validate():
        return _page(order, form, 422)
    try:
        if form.after.data not in set(OrderState):
            raise InvalidInput("Please choose the next step.", field="after")
        service.move(own, current_user.account, order, form.as_move(), now(), _deadlines())
    except InvalidInput as refused:
        own.rollback()
        form.add_situation(refused)
        return _page(queries.access_order(own, number), form, 422)
    own.commit()
    flash(_("The step is kept."), "success")
    return redirect(url_for("hotline_desk.show", number=number), 303)


@bp.post("/orders/<number>/leader")
@allow(Permission.HOTLINE_EDIT)
def ask(number: str) -> ResponseReturnValue:
    own = db.session()
    order = queries.access_order(own, number)
    form = AskForm().offer(leaders(own))
    if not form.validate():
        return _page(order, form, 422)
    try:
        service.ask_leader(own, current_user.account, order, form.leader_id(), now(), _deadlines())
    except InvalidInput as refused:
        own.rollback()
        form.add_situation(refused)
        return _page(queries.access_order(own, number), form, 422)
    own.commit()
    flash(_("It is put to the leader, with a deadline."), "success")
    return redirect(url_for("hotline_desk.show", number=number), 303)


@bp.post("/orders/<number>/identity")
@allow(Permission.IDENTITY_REVEAL)
def reveal(number: str) -> ResponseReturnValue:
    """Who it was, shown once on the answer to this very request; reloading asks for a reason again."""
    own = db.session()
    order = queries.access_order(own, number)
    form = RevealForm()
    if not form.validate():
        return _page(order, form, 422)
    try:
        person = service.reveal_identity(own, _vault(), current_user.account, order, form.reason.data, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _page(order, form, 422)
    own.commit()
    return _page(order, person=person)
