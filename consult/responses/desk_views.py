"""The leader's desk: what waits for an answer, and answering it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.errors import InvalidInput
from consult.responses import queries, rules, service
from consult.responses.forms import AnswerForm, ExtensionForm, WithdrawForm
from consult.responses.models import Thread, ThreadState
from consult.web.access import Permission, allow
from consult.web.forms import BaseForm
from consult.web.pagination import paginate, requested_page
from consult.web.subjects import cards
from consult.web.visitor import now

bp = Blueprint("responses_desk", __name__, url_prefix="/desk/responses")


@bp.get("")
@allow(Permission.RESPONSES_READ)
def index() -> ResponseReturnValue:
    state = request.args.get("state", "")
    state = state if state in set(ThreadState) else ""
    page = paginate(
        db.session(),
        queries.desk_threads(current_user.account, state=state),
        number=requested_page(),
        size=50,
    )
    return render_template("responses/desk_index.html", page=page, state=state)


@bp.get("/<int:thread_id>")
@allow(Permission.RESPONSES_READ)
def show(thread_id: int) -> ResponseReturnValue:
    thread = queries.access_desk_thread(db.session(), thread_id, current_user.account)
    return _page(thread)


def _page(thread: Thread, form: BaseForm | None = None, status: int = 200) -> ResponseReturnValue:
    """The thread's desk page; ``form`` is the one that was sent and refused."""
    own = db.session()
    draft = queries.draft_of(thread)
    account = current_user.account
    forms = {
        "answer": form if isinstance(form, AnswerForm) else AnswerForm(formdata=None, body=draft.body if draft else ""),
        "extension": form if isinstance(form, ExtensionForm) else ExtensionForm(formdata=None),
        "withdrawal": form if isinstance(form, WithdrawForm) else WithdrawForm(formdata=None),
    }
    members = cards(own, queries.subjects_of(own, thread.id), current_user)
    page = render_template(
        "responses/desk_show.html",
        thread=thread,
        forms=forms,
        refused=form,
        draft=draft,
        members=list(members.values()),
        history=queries.history(own, thread.id),
        may_write=rules.may_write(account, thread) and thread.state == ThreadState.WAITING,
        may_publish=rules.may_publish(account, thread) and thread.state == ThreadState.WAITING,
    )
    return page, status


@bp.post("/<int:thread_id>/answer")
@allow(Permission.RESPONSES_DRAFT)
def answer(thread_id: int) -> ResponseReturnValue:
    """Save the text as a draft, or publish it: the button that was pressed says which."""
    own = db.session()
    thread = queries.access_desk_thread(own, thread_id, current_user.account)
    form = AnswerForm()
    if not form.validate():
        return _page(thread, form, 422)
    publishing = request.form.get("action") == "publish"
    act = service.publish_answer if publishing else service.save_draft
    try:
        act(own, current_user.account, thread, form.body.data, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _page(thread, form, 422)
    own.commit()
    if publishing:
        flash(_("Your answer is published, and everybody who raised the matter can see it."), "success")
    else:
        flash(_("The draft is saved. It is not public."), "success")
    return redirect(url_for("responses_desk.show", thread_id=thread_id), 303)


@bp.post("/<int:thread_id>/extension")
@allow(Permission.RESPONSES_PUBLISH)
def extension(thread_id: int) -> ResponseReturnValue:
    own = db.session()
    thread = queries.access_desk_thread(own, thread_id, current_user.account)
    form = ExtensionForm()
    if not form.validate():
        return _page(thread, form, 422)
    try:
        service.extend(own, current_user.account, thread, form.working_days.data, form.note.data, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _page(thread, form, 422)
    own.commit()
    flash(_("The deadline is extended, and the reason is public."), "success")
    return redirect(url_for("responses_desk.show", thread_id=thread_id), 303)


@bp.post("/<int:thread_id>/withdrawal")
@allow(Permission.ISSUES_DECIDE)
def withdrawal(thread_id: int) -> ResponseReturnValue:
    own = db.session()
    thread = queries.access_desk_thread(own, thread_id, current_user.account)
    form = WithdrawForm()
    if not form.validate():
        return _page(thread, form, 422)
    service.withdraw(own, current_user.account, thread, form.reason.data, now())
    own.commit()
    flash(_("The thread is withdrawn."), "success")
    return redirect(url_for("responses_desk.index"), 303)
