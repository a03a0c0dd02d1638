"""Around a draft, at the desk: extensions, hearings, related drafts and the poster."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.clock import local_date
from consult.drafts import queries as draft_queries
from consult.drafts.around import queries, rules, service
from consult.drafts.around.forms import CancelHearingForm, ExtensionForm, HearingForm, ReportForm
from consult.drafts.around.models import Hearing
from consult.drafts.forms import KIND_LABELS
from consult.drafts.models import Draft, DraftKind
from consult.drafts.rules import Phase, is_public, phase
from consult.errors import InvalidInput
from consult.web.access import Permission, allow
from consult.web.addresses import LARGEST, outside_root
from consult.web.forms import BaseForm
from consult.web.visitor import now

bp = Blueprint("drafts_around_desk", __name__, url_prefix="/desk/drafts/<int:draft_id>")


def _draft(draft_id: int) -> Draft:
    return draft_queries.access_draft_by_id(db.session(), current_user, draft_id)


def _hearing(draft_id: int, hearing_id: int) -> tuple[Draft, Hearing]:
    draft = _draft(draft_id)
    return draft, queries.access_hearing(db.session(), draft, hearing_id)


def _back(draft: Draft, why: str) -> ResponseReturnValue:
    """To the page of the draft, from one that has no use for it."""
    flash(why, "error")
    return redirect(url_for("drafts_desk.show", draft_id=draft.id), 303)


@bp.get("/extension")
@allow(Permission.DRAFTS_EDIT)
def extension(draft_id: int) -> ResponseReturnValue:
    return _extension_page(_draft(draft_id), ExtensionForm())


def _extension_page(draft: Draft, form: ExtensionForm, status: int = 200) -> ResponseReturnValue:
    if draft.closes_at is None or phase(draft, now()) not in (Phase.OPEN, Phase.UPCOMING):
        return _back(draft, _("Only a consultation that has not closed yet can be extended."))
    earliest = local_date(draft.closes_at) + timedelta(days=1)
    return render_template("drafts/around/desk_extension.html", draft=draft, form=form, earliest=earliest), status


@bp.post("/extension")
@allow(Permission.DRAFTS_EDIT)
def extension_post(draft_id: int) -> ResponseReturnValue:
    own, draft, form = db.session(), _draft(draft_id), ExtensionForm()
    try:
        if not form.validate():
            return _extension_page(draft, form, 422)
        service.extend(own, current_user.account, draft, form.closes_on.data, form.reason.data, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _extension_page(draft, form, 422)
    own.commit()
    flash(_("The consultation is extended. The public page says so, and subscribers are told."), "success")
    return redirect(url_for("drafts_desk.show", draft_id=draft.id), 303)


@bp.get("/hearings")
@allow(Permission.DRAFTS_EDIT)
def hearings(draft_id: int) -> ResponseReturnValue:
    draft = _draft(draft_id)
    earliest = rules.earliest_hearing(draft.kind, local_date(now()))
    return _hearings_page(draft, HearingForm(day=earliest, papers_on=rules.latest_papers(earliest)))


def _hearings_page(draft: Draft, form: HearingForm, status: int = 200) -> ResponseReturnValue:
    return (
        render_template(
            "drafts/around/desk_hearings.html",
            draft=draft,
            form=form,
            hearings=queries.hearings(db.session(), [draft.id]),
            may_announce=draft.state == "published",
            earliest=rules.earliest_hearing(draft.kind, local_date(now())),
            days=rules.hearing_notice_days(draft.kind),
            kind=KIND_LABELS[DraftKind(draft.kind)],
        ),
        status,
    )


@bp.post("/hearings")
@allow(Permission.DRAFTS_EDIT)
def announce_hearing(draft_id: int) -> ResponseReturnValue:
    own, draft, form = db.session(), _draft(draft_id), HearingForm()
    if not form.validate():
        return _hearings_page(draft, form, 422)
    names = ("day", "time", "place", "quota", "agenda", "papers_on")
    try:
        plan = service.HearingPlan(**{name: form[name].data for name in names})
        service.announce_hearing(own, current_user.account, draft, plan, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _hearings_page(draft, form, 422)
    own.commit()
    flash(_("The hearing is announced on the public page, and subscribers are told."), "success")
    return redirect(url_for("drafts_around_desk.hearings", draft_id=draft.id), 303)


def _hearing_page(name: str, draft: Draft, hearing: Hearing, form: BaseForm, status: int = 200) -> ResponseReturnValue:
    return render_template(f"drafts/around/{name}.html", draft=draft, hearing=hearing, form=form), status


@bp.get("/hearings/<int:hearing_id>/cancellation")
@allow(Permission.DRAFTS_EDIT)
def cancel_hearing(draft_id: int, hearing_id: int) -> ResponseReturnValue:
    return _hearing_page("desk_hearing_cancel", *_hearing(draft_id, hearing_id), CancelHearingForm())


@bp.post("/hearings/<int:hearing_id>/cancellation")
@allow(Permission.DRAFTS_EDIT)
def cancel_hearing_post(draft_id: int, hearing_id: int) -> ResponseReturnValue:
    own, form = db.session(), CancelHearingForm()
    draft, hearing = _hearing(draft_id, hearing_id)
    try:
        if not form.validate():
            return _hearing_page("desk_hearing_cancel", draft, hearing, form, 422)
        service.cancel_hearing(own, current_user.account, hearing, form.reason.data, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _hearing_page("desk_hearing_cancel", draft, hearing, form, 422)
    own.commit()
    flash(_("The hearing is cancelled. The public page says why."), "success")
    return redirect(url_for("drafts_around_desk.hearings", draft_id=draft.id), 303)


@bp.get("/hearings/<int:hearing_id>/report")
@allow(Permission.DRAFTS_EDIT)
def report_hearing(draft_id: int, hearing_id: int) -> ResponseReturnValue:
    draft, hearing = _hearing(draft_id, hearing_id)
    return _hearing_page("desk_hearing_report", draft, hearing, ReportForm(report=hearing.report))


@bp.post("/hearings/<int:hearing_id>/report")
@allow(Permission.DRAFTS_EDIT)
def report_hearing_post(draft_id: int, hearing_id: int) -> ResponseReturnValue:
    own, form = db.session(), ReportForm()
    draft, hearing = _hearing(draft_id, hearing_id)
    try:
        if not form.validate():
            return _hearing_page("desk_hearing_report", draft, hearing, form, 422)
        service.report_hearing(own, current_user.account, hearing, form.report.data, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _hearing_page("desk_hearing_report", draft, hearing, form, 422)
    own.commit()
    flash(_("The report of the hearing is public."), "success")
    return redirect(url_for("drafts_around_desk.hearings", draft_id=draft.id), 303)


@bp.get("/related")
@allow(Permission.DRAFTS_EDIT)
def related(draft_id: int) -> ResponseReturnValue:
    draft, words = _draft(draft_id), request.args.get("q", "")[:100].strip()
    found = queries.candidates(db.session(), draft, words)
    return render_template("drafts/around/desk_related.html", draft=draft, found=found, words=words)


@bp.post("/related")
@allow(Permission.DRAFTS_EDIT)
def related_post(draft_id: int) -> ResponseReturnValue:
    own, draft = db.session(), _draft(draft_id)
    wanted = {int(v) for v in request.form.getlist("ids") if v.isascii() and v.isdigit() and int(v[:11]) <= LARGEST}
    service.name_related(own, current_user.account, draft, wanted, now())
    own.commit()
    flash(_("The related drafts are kept."), "success")
    return redirect(url_for("drafts_around_desk.related", draft_id=draft.id), 303)


@bp.get("/poster")
@allow(Permission.DRAFTS_EDIT)
def poster(draft_id: int) -> ResponseReturnValue:
    draft = _draft(draft_id)
    if not is_public(draft) or draft.closes_at is None:
        return _back(draft, _("A poster is made once the draft is public: its code leads to the public page."))
    address = outside_root() + url_for("drafts.show", slug=draft.slug)
    return render_template("drafts/around/desk_poster.html", draft=draft, address=address)
