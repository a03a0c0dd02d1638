"""Accounts at the desk: for administrators."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.accounts import queries, service
from consult.accounts.forms import ROLE_LABELS, NewAccountForm, ResetPasswordForm
from consult.accounts.models import AccountState, User
from consult.errors import InvalidInput
from consult.web.access import Permission, allow
from consult.web.forms import EmptyForm
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("accounts_desk", __name__, url_prefix="/desk/accounts")


@bp.get("")
@allow(Permission.ACCOUNTS_MANAGE)
def index() -> ResponseReturnValue:
    page = paginate(db.session(), queries.all_users(), number=requested_page(), size=50)
    return render_template("accounts/desk_index.html", page=page, roles=ROLE_LABELS)


@bp.get("/new")
@allow(Permission.ACCOUNTS_MANAGE)
def new() -> ResponseReturnValue:
    return render_template("accounts/desk_new.html", form=NewAccountForm(role=request.args.get("role")))


@bp.post("/new")
@allow(Permission.ACCOUNTS_MANAGE)
def create() -> ResponseReturnValue:
    form = NewAccountForm()
    if not form.validate():
        return render_template("accounts/desk_new.html", form=form), 422
    own = db.session()
    wanted = service.NewAccount(
        form.handle.data,
        form.display_name.data,
        form.password.data,
        form.role.data,
        form.post.data or "",
        form.unit_name.data or "",
    )
    try:
        account = service.create_account(own, wanted, now(), actor=current_user.account)
    except InvalidInput as refused:
        form.add_situation(refused)
        return render_template("accounts/desk_new.html", form=form), 422
    own.commit()
    flash(_("The account %(handle)s is made.", handle=account.handle), "success")
    return redirect(url_for("accounts_desk.index"), 303)


@bp.get("/<int:user_id>")
@allow(Permission.ACCOUNTS_MANAGE)
def show(user_id: int) -> ResponseReturnValue:
    account = queries.access_user(db.session(), user_id)
    return _page(account, ResetPasswordForm())


def _page(account: User, form: ResetPasswordForm, status: int = 200) -> ResponseReturnValue:
    return (
        render_template("accounts/desk_show.html", account=account, form=form, button=EmptyForm(), roles=ROLE_LABELS),
        status,
    )


@bp.post("/<int:user_id>/state/<any(active,disabled):state>")
@allow(Permission.ACCOUNTS_MANAGE)
def set_state(user_id: int, state: str) -> ResponseReturnValue:
    own = db.session()
    account = queries.access_user(own, user_id)
    service.set_state(own, current_user.account, account, AccountState(state), now())
    own.commit()
    flash(_("The account is changed."), "success")
    return redirect(url_for("accounts_desk.show", user_id=user_id), 303)


@bp.post("/<int:user_id>/password")
@allow(Permission.ACCOUNTS_MANAGE)
def reset_password(user_id: int) -> ResponseReturnValue:
    own = db.session()
    account = queries.access_user(own, user_id)
    form = ResetPasswordForm()
    if not form.validate():
        return _page(account, form, 422)
    try:
        service.reset_password(own, current_user.account, account, form.password.data, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _page(account, form, 422)
    own.commit()
    flash(_("The password is changed, and the account is signed out everywhere."), "success")
    return redirect(url_for("accounts_desk.show", user_id=user_id), 303)
