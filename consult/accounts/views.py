"""Signing up, in and out, and one's own account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from consult import db
from consult.accounts import service
from consult.accounts.forms import ChangePasswordForm, SignInForm, SignUpForm
from consult.accounts.models import User
from consult.accounts.queries import Viewer, has_administrator
from consult.errors import InvalidInput
from consult.web import limits
from consult.web.access import public, signed_in
from consult.web.forms import EmptyForm, limited
from consult.web.languages import local_target
from consult.web.visitor import now

bp = Blueprint("accounts", __name__)


def _open_session(account: User) -> None:
    """Sign somebody in under a new session token; nothing of the visitor's session is taken along."""
    session.clear()
    login_user(Viewer(account))
    session.rotate = True  # type: ignore[attr-defined]


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("accounts.mine"), 303)
    form = SignInForm(next=local_target(request.args.get("next")))
    return render_template("accounts/sign_in.html", form=form, is_new=not has_administrator(db.session()))


@bp.post("/sign-in")
@public
def sign_in_post() -> ResponseReturnValue:
    limited(limits.SIGN_IN)
    form = SignInForm()
    if not form.validate():
        return render_template("accounts/sign_in.html", form=form), 422
    own = db.session()
    try:
        account = service.authenticate(own, form.handle.data, form.password.data, now())
    except service.SignInRefused as refused:
        own.commit()  # failed attempts are counted whatever the answer
        form.add_situation(refused)
        return render_template("accounts/sign_in.html", form=form), 422
    own.commit()
    _open_session(account)
    target = local_target(form.next.data)
    if target == "/" and Viewer(account).can("desk.open"):
        target = url_for("home_desk.start")
    return redirect(target, 303)


@bp.get("/sign-up")
@public
def sign_up() -> ResponseReturnValue:
    return render_template("accounts/sign_up.html", form=SignUpForm())


@bp.post("/sign-up")
@public
def sign_up_post() -> ResponseReturnValue:
    limited(limits.SIGN_UP)
    form = SignUpForm()
    if not form.validate():
        return render_template("accounts/sign_up.html", form=form), 422
    own = db.session()
    new = service.NewAccount(form.handle.data, form.display_name.data, form.password.data)
    try:
        account = service.create_account(own, new, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return render_template("accounts/sign_up.html", form=form), 422
    own.commit()
    _open_session(account)
    flash(_("Your account is ready and you are signed in."), "success")
    return redirect(url_for("accounts.mine"), 303)


@bp.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    own = db.session()
    service.note_signed_out(own, current_user.account, now())
    own.commit()
    logout_user()
    session.clear()
    flash(_("You are signed out."), "success")
    return redirect("/", 303)


@bp.get("/account")
@signed_in
def mine() -> ResponseReturnValue:
    return render_template("accounts/mine.html", form=ChangePasswordForm(), sign_out_form=EmptyForm())


@bp.post("/account/password")
@signed_in
def change_password() -> ResponseReturnValue:
    limited(limits.SIGN_IN)
    form = ChangePasswordForm()
    own = db.session()
    if form.validate():
        try:
            service.change_password(own, current_user.account, form.current.data, form.password.data, now())
        except InvalidInput as refused:
            form.add_situation(refused)
        else:
            own.commit()
            logout_user()
            session.clear()
            flash(_("Your password is changed. Please sign in with the new one."), "success")
            return redirect(url_for("accounts.sign_in"), 303)
    return render_template("accounts/mine.html", form=form, sign_out_form=EmptyForm()), 422
