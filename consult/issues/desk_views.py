"""Issues at the desk: what the machine proposes, with its evidence, and what people decide."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.accounts.queries import leaders, units
from consult.errors import InvalidInput
from consult.issues import page_parts, queries, service
from consult.issues.forms import DropForm, OpenThreadForm, RenameForm
from consult.issues.models import Issue, IssueState
from consult.responses.rules import DEFAULT_WORKING_DAYS
from consult.web.access import Permission, allow
from consult.web.forms import BaseForm
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("issues_desk", __name__, url_prefix="/desk/issues")


@bp.get("")
@allow(Permission.ISSUES_READ)
def index() -> ResponseReturnValue:
    own = db.session()
    asked = request.args.get("state", "")
    state = asked if asked in set(IssueState) else IssueState.PROPOSED.value
    page = paginate(own, queries.issues(state=state), number=requested_page(), size=30)
    return render_template(
        "issues/desk_index.html",
        page=page,
        state=state,
        counts=queries.counts(own),
        run=queries.latest_run(own),
    )


@bp.post("/analysis")
@allow(Permission.ISSUES_DECIDE)
def analyse() -> ResponseReturnValue:
    own = db.session()
    job = service.request_analysis(own, current_user, now())
    own.commit()
    return redirect(url_for("jobs_desk.show", job_id=job.id), 303)


@bp.get("/<int:issue_id>")
@allow(Permission.ISSUES_READ)
def show(issue_id: int) -> ResponseReturnValue:
    return _page(queries.access_issue(db.session(), issue_id))


def _page(issue: Issue, refused: BaseForm | None = None, status: int = 200) -> ResponseReturnValue:
    own = db.session()
    parts = page_parts.evidence(own, issue, current_user)
    forms = {
        "rename": refused if isinstance(refused, RenameForm) else RenameForm(formdata=None, title=issue.title),
        "drop": refused if isinstance(refused, DropForm) else DropForm(formdata=None),
    }
    page = render_template("issues/desk_show.html", issue=issue, forms=forms, refused=refused, **parts)
    return page, status


@bp.post("/<int:issue_id>/acceptance")
@allow(Permission.ISSUES_DECIDE)
def accept(issue_id: int) -> ResponseReturnValue:
    own = db.session()
    service.accept(own, current_user, queries.access_issue(own, issue_id), now())
    own.commit()
    flash(_("The issue is accepted. You can now put it to a leader."), "success")
    return redirect(url_for("issues_desk.show", issue_id=issue_id), 303)


@bp.post("/<int:issue_id>/drop")
@allow(Permission.ISSUES_DECIDE)
def drop(issue_id: int) -> ResponseReturnValue:
    own = db.session()
    issue = queries.access_issue(own, issue_id)
    form = DropForm()
    if not form.validate():
        return _page(issue, form, 422)
    try:
        service.drop(own, current_user, issue, form.reason.data, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _page(issue, form, 422)
    own.commit()
    flash(
        _("The proposal is set aside and will not come again. You can accept it later all the same."),
        "success",
    )
    return redirect(url_for("issues_desk.index"), 303)


@bp.post("/<int:issue_id>/title")
@allow(Permission.ISSUES_DECIDE)
def rename(issue_id: int) -> ResponseReturnValue:
    own = db.session()
    issue = queries.access_issue(own, issue_id)
    form = RenameForm()
    if not form.validate():
        return _page(issue, form, 422)
    service.rename(own, current_user, issue, form.title.data, now())
    own.commit()
    flash(_("The issue has a new title."), "success")
    return redirect(url_for("issues_desk.show", issue_id=issue_id), 303)


@bp.post("/<int:issue_id>/members/<any(comment,order):kind>/<int:subject_id>/removal")
@allow(Permission.ISSUES_DECIDE)
def remove_member(issue_id: int, kind: str, subject_id: int) -> ResponseReturnValue:
    own = db.session()
    issue = queries.access_issue(own, issue_id)
    service.remove_member(own, current_user, issue, kind, subject_id, now())
    own.commit()
    flash(_("The submission is taken out of this issue."), "success")
    return redirect(url_for("issues_desk.show", issue_id=issue_id) + "#members", 303)


def _thread_form(issue: Issue, form: OpenThreadForm) -> OpenThreadForm:
    own = db.session()
    form.leader.choices = [(u.id, f"{u.post} {u.display_name}".strip()) for u in leaders(own)]
    form.unit.choices = [(0, _("None")), *((u.id, u.name) for u in units(own))]
    return form


@bp.get("/<int:issue_id>/thread")
@allow(Permission.ISSUES_DECIDE)
def thread(issue_id: int) -> ResponseReturnValue:
    own = db.session()
    issue = queries.access_issue(own, issue_id)
    offered = OpenThreadForm(
        title=issue.title,
        summary=page_parts.proposed_summary(own, issue),
        working_days=DEFAULT_WORKING_DAYS,
        unit=0,
    )
    return render_template("issues/desk_thread.html", issue=issue, form=_thread_form(issue, offered))


@bp.post("/<int:issue_id>/thread")
@allow(Permission.ISSUES_DECIDE)
def open_thread(issue_id: int) -> ResponseReturnValue:
    own = db.session()
    issue = queries.access_issue(own, issue_id)
    form = _thread_form(issue, OpenThreadForm())
    if form.validate():
        try:
            made = service.open_thread(
                own,
                current_user,
                issue,
                title=form.title.data,
                summary=form.summary.data,
                leader_id=form.leader.data,
                unit_id=form.unit.data or None,
                working_days=form.working_days.data,
                now=now(),
            )
        except InvalidInput as refused:
            form.add_situation(refused)
        else:
            own.commit()
            flash(_("The issue is put to the leader and public, with its deadline."), "success")
            return redirect(url_for("responses_desk.show", thread_id=made.id), 303)
    return render_template("issues/desk_thread.html", issue=issue, form=form), 422
