"""Verifying a phone number before commenting on a draft that asks for one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.comments import challenges, robots
from consult.comments.challenges import ChallengeFailed
from consult.comments.forms import CodeForm, PhoneForm
from consult.comments.speaking_views import PHONE_CHECK, phone_checks
from consult.drafts import queries as drafts
from consult.drafts import rules as draft_rules
from consult.drafts.models import Draft, WhoMayComment
from consult.errors import InvalidInput, NotFound
from consult.notices.rules import mobile_number
from consult.web import limits
from consult.web.access import personal, public
from consult.web.forms import limited
from consult.web.languages import local_target
from consult.web.visitor import now

bp = Blueprint("comment_phone", __name__)


def _draft(slug: str) -> Draft:
    """A draft that asks for verified numbers and is open. Raises `NotFound`."""
    draft = drafts.access_draft(db.session(), current_user, slug)
    if draft.who_may_comment != WhoMayComment.PHONE or not draft_rules.is_open(draft, now()):
        raise NotFound()
    return draft


def _back(slug: str) -> str:
    """The page that was left for this one, when it is a page of the draft."""
    here = local_target(request.args.get("next"))
    home = url_for("drafts.show", slug=slug)
    return here if here.startswith(home + "/") else home


def _page(draft: Draft, form: PhoneForm, code: CodeForm | None, status: int = 200) -> ResponseReturnValue:
    challenge = robots.pose(form) if code is None and not current_user.is_authenticated else None
    is_asked = code is None and robots.robots() is not None and not current_user.is_authenticated
    return (
        render_template(
            "comments/phone.html",
            draft=draft,
            form=code or form,
            waits=code is not None,
            is_asked=is_asked,
            challenge=challenge,
            next=_back(draft.slug),
        ),
        status,
    )


@bp.get("/drafts/<slug>/phone")
@public
@personal
def ask(slug: str) -> ResponseReturnValue:
    """Where the code is to go; with a code under way, the code."""
    waits = bool(request.args.get("sent")) and PHONE_CHECK in session
    return _page(_draft(slug), PhoneForm(), CodeForm() if waits else None)


@bp.post("/drafts/<slug>/phone")
@public
def send(slug: str) -> ResponseReturnValue:
    """Send a code. Each number and each address gets a few in an hour."""
    form = PhoneForm()
    try:
        if not form.validate():
            return _page(_draft(slug), form, None, 422)
        _check_number(form)
        limited(limits.PHONE_CODE)
        limits.hit(db.engine(), limits.PHONE_CODE, f"phone:{phone_checks().subject(form.phone.data)}", now())
        session[PHONE_CHECK] = _sent(_draft(slug), form)
    except InvalidInput as refused:
        db.session().rollback()
        form.add_situation(refused)
        robots.give_up(form, refused)
        return _page(_draft(slug), form, None, 422)
    return redirect(url_for("comment_phone.ask", slug=slug, sent=1, next=_back(slug)), 303)


def _check_number(form: PhoneForm) -> None:
    if not mobile_number(form.phone.data):
        raise InvalidInput("This is no mobile number. It has eleven digits and begins with 1.", field="phone")
    setter = robots.robots()
    if setter is not None and not current_user.is_authenticated and not setter.check(robots.given(form), now()):
        raise ChallengeFailed("Please answer the question. Your text is kept.", field="answer")


def _sent(draft: Draft, form: PhoneForm) -> str:
    own, setter = db.session(), robots.robots()
    if setter is not None and not current_user.is_authenticated:
        passed = setter.check(robots.given(form), now())
        if passed is not None:
            challenges.spend(own, passed)
    text = _("Your code for commenting on “%(title)s”: %(code)s. It holds for ten minutes. Tell it to nobody.")
    words = text.replace("%(title)s", draft.title[:40].replace("%", "%%"))
    token = phone_checks().send(own, form.phone.data, words, now())
    own.commit()
    return token


@bp.post("/drafts/<slug>/phone/code")
@public
def verify(slug: str) -> ResponseReturnValue:
    """Take the code. A wrong one counts as a try."""
    limited(limits.PHONE_TRY)
    form, own, draft = CodeForm(), db.session(), _draft(slug)
    token = session.get(PHONE_CHECK, "")
    if form.validate():
        is_right = phone_checks().verify(own, token, form.code.data, now())
        own.commit()
        if is_right or phone_checks().is_verified(own, token, now()):
            flash(_("Your phone number is verified. You can comment for two hours."), "success")
            return redirect(_back(slug), 303)
        form.code.errors = [_("This code is not right, or no longer. After five tries or ten minutes ask for another.")]
    return _page(draft, PhoneForm(), form, 422)
