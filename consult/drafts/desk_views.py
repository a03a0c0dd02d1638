"""Drafts at the desk: preparing, publishing and withdrawing them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.clock import local_date
from consult.drafts import queries, reading, rules, service, texts
from consult.drafts.forms import (
    KIND_LABELS,
    PHASE_LABELS,
    STAGE_LABELS,
    ClauseForm,
    FactsForm,
    NewDraftForm,
    PublishForm,
    TextForm,
    WithdrawForm,
)
from consult.drafts.models import Draft, DraftState, DraftVersion, Stage
from consult.drafts.views import filter_value
from consult.errors import InvalidInput, NotFound
from consult.web.access import Permission, allow, upload
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("drafts_desk", __name__, url_prefix="/desk/drafts")


def _draft(draft_id: int) -> Draft:
    return queries.access_draft_by_id(db.session(), current_user, draft_id)


@bp.get("")
@allow(Permission.DRAFTS_EDIT)
def index() -> ResponseReturnValue:
    own, moment = db.session(), now()
    state, words = filter_value("state", DraftState), request.args.get("q", "")[:100]
    page = paginate(own, queries.desk_drafts(state, words), number=requested_page(), size=30)
    return render_template(
        "drafts/desk_index.html",
        page=page,
        counts=queries.voices().of_drafts(own, [d.id for d in page.items]),
        phase_of=lambda draft: rules.phase(draft, moment),
        filters={"state": state, "q": words},
        states=[(s.value, PHASE_LABELS[rules.Phase(s.replace("published", "open"))]) for s in DraftState],
        kinds=KIND_LABELS,
    )


@bp.get("/new")
@allow(Permission.DRAFTS_EDIT)
def new() -> ResponseReturnValue:
    return render_template("drafts/desk_new.html", form=NewDraftForm(), parsed=None)


@bp.post("/new")
@upload
@allow(Permission.DRAFTS_EDIT)
def create() -> ResponseReturnValue:
    form, own = NewDraftForm(), db.session()
    read = reading.read(form)
    if read.parsed is not None and not form.title.data:
        form.title.data = read.parsed.title[:200]
    if not read.may_be_saved:
        return render_template("drafts/desk_new.html", form=form, **read.shown), read.status
    assert read.parsed is not None
    wanted = service.NewDraft(form.title.data, form.kind.data, form.touches_business.data, form.source_name.data)
    try:
        draft = service.create_draft(own, current_user.account, wanted, read.parsed, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return render_template("drafts/desk_new.html", form=form, **read.shown), 422
    own.commit()
    flash(_("The draft is kept. Now say what it is about and who can be asked."), "success")
    return redirect(url_for("drafts_desk.facts", draft_id=draft.id), 303)


@bp.get("/<int:draft_id>")
@allow(Permission.DRAFTS_EDIT)
def show(draft_id: int) -> ResponseReturnValue:
    own, draft = db.session(), _draft(draft_id)
    current, prepared = queries.current_version(own, draft), queries.version_in_preparation(own, draft)
    version = prepared or current
    return render_template(
        "drafts/desk_show.html",
        draft=draft,
        version=version,
        current=current,
        versions=queries.versions(own, draft),
        is_prepared=prepared is not None and draft.state != DraftState.WITHDRAWN,
        stages=_stages_after(current) if draft.state in (DraftState.PUBLISHED, DraftState.REPORTED) else (),
        passages=queries.tree(queries.clauses(own, version)),
        missing=service.missing_for_publication(own, draft),
        phase=rules.phase(draft, now()),
        total=queries.voices().of_drafts(own, [draft.id]).get(draft.id, queries.Count()),
        history=queries.history(own, draft),
        may_withdraw=rules.can_move(draft.state, DraftState.WITHDRAWN),
        kinds=KIND_LABELS,
        phases=PHASE_LABELS,
    )


def _stages_after(present: DraftVersion) -> list[tuple[str, object]]:
    """What the next version may be, for a choice."""
    stages = list(Stage)
    return [(stage.value, STAGE_LABELS[stage]) for stage in stages[stages.index(Stage(present.stage)) :]]


def _in_work(draft: Draft) -> DraftVersion:
    """The version whose text can be changed now, for showing; a public one when there is none."""
    own = db.session()
    return queries.version_in_preparation(own, draft) or queries.current_version(own, draft)


@bp.get("/<int:draft_id>/facts")
@allow(Permission.DRAFTS_EDIT)
def facts(draft_id: int) -> ResponseReturnValue:
    draft = _draft(draft_id)
    return render_template("drafts/desk_facts.html", draft=draft, form=FactsForm(obj=draft))


@bp.post("/<int:draft_id>/facts")
@allow(Permission.DRAFTS_EDIT)
def save_facts(draft_id: int) -> ResponseReturnValue:
    own, draft, form = db.session(), _draft(draft_id), FactsForm()
    if not form.validate():
        return render_template("drafts/desk_facts.html", draft=draft, form=form), 422
    values = {name: form[name].data for name in service.DraftFacts.__slots__}
    service.edit_facts(own, current_user.account, draft, service.DraftFacts(**values), now())
    own.commit()
    flash(_("The facts about the draft are kept."), "success")
    return redirect(url_for("drafts_desk.show", draft_id=draft.id), 303)


@bp.get("/<int:draft_id>/text")
@allow(Permission.DRAFTS_EDIT)
def text(draft_id: int) -> ResponseReturnValue:
    own, draft = db.session(), _draft(draft_id)
    version = queries.version_in_preparation(own, draft)
    if version is None:
        raise NotFound()
    form = TextForm(text=texts.written(version, queries.clauses(own, version), draft.title))
    return render_template("drafts/desk_text.html", draft=draft, version=version, form=form, parsed=None)


@bp.post("/<int:draft_id>/text")
@upload
@allow(Permission.DRAFTS_EDIT)
def replace_text(draft_id: int) -> ResponseReturnValue:
    own, draft, form = db.session(), _draft(draft_id), TextForm()
    read = reading.read(form)
    if not read.may_be_saved:
        return render_template("drafts/desk_text.html", draft=draft, form=form, **read.shown), read.status
    assert read.parsed is not None
    try:
        service.replace_text(own, current_user.account, draft, read.parsed, form.source_name.data or "", now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return render_template("drafts/desk_text.html", draft=draft, form=form, **read.shown), 422
    own.commit()
    flash(_("The text is replaced."), "success")
    return redirect(url_for("drafts_desk.show", draft_id=draft.id), 303)


@bp.get("/<int:draft_id>/clauses/<int:clause_id>")
@allow(Permission.DRAFTS_EDIT)
def clause(draft_id: int, clause_id: int) -> ResponseReturnValue:
    own, draft = db.session(), _draft(draft_id)
    found = queries.clause_of(own, _in_work(draft), clause_id)
    return render_template("drafts/desk_clause.html", draft=draft, clause=found, form=ClauseForm(obj=found))


@bp.post("/<int:draft_id>/clauses/<int:clause_id>")
@allow(Permission.DRAFTS_EDIT)
def save_clause(draft_id: int, clause_id: int) -> ResponseReturnValue:
    own, draft, form = db.session(), _draft(draft_id), ClauseForm()
    found = queries.clause_of(own, _in_work(draft), clause_id)
    try:
        valid = form.validate()
        if valid:
            words = (form.heading.data or "", form.text.data or "")
            service.edit_clause(own, current_user.account, draft, found, words, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        valid = False
    if not valid:
        return render_template("drafts/desk_clause.html", draft=draft, clause=found, form=form), 422
    own.commit()
    flash(_("The clause is changed."), "success")
    return redirect(url_for("drafts_desk.show", draft_id=draft.id) + f"#row-{clause_id}", 303)


def _publish_page(draft: Draft, form: PublishForm, status: int = 200) -> ResponseReturnValue:
    opens_on = form.opens_on.data or local_date(now())
    return (
        render_template(
            "drafts/desk_publish.html",
            draft=draft,
            form=form,
            missing=service.missing_for_publication(db.session(), draft),
            minimums=rules.minimums(draft.kind, draft.touches_business),
            opens_on=opens_on,
            earliest=rules.earliest_closing(draft.kind, draft.touches_business, opens_on),
        ),
        status,
    )


@bp.get("/<int:draft_id>/publish")
@allow(Permission.DRAFTS_EDIT)
def publish(draft_id: int) -> ResponseReturnValue:
    draft = _draft(draft_id)
    earliest = rules.earliest_closing(draft.kind, draft.touches_business, local_date(now()))
    return _publish_page(draft, PublishForm(closes_on=earliest))


@bp.post("/<int:draft_id>/publish")
@allow(Permission.DRAFTS_EDIT)
def publish_post(draft_id: int) -> ResponseReturnValue:
    own, draft, form = db.session(), _draft(draft_id), PublishForm()
    if not form.validate():
        return _publish_page(draft, form, 422)
    schedule = service.Schedule(form.closes_on.data, form.opens_on.data, form.shortening_reason.data or "")
    try:
        service.publish(own, current_user.account, draft, schedule, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _publish_page(draft, form, 422)
    own.commit()
    flash(_("The draft is public."), "success")
    return redirect(url_for("drafts_desk.show", draft_id=draft.id), 303)


@bp.get("/<int:draft_id>/withdraw")
@allow(Permission.DRAFTS_EDIT)
def withdraw(draft_id: int) -> ResponseReturnValue:
    return render_template("drafts/desk_withdraw.html", draft=_draft(draft_id), form=WithdrawForm())


@bp.post("/<int:draft_id>/withdraw")
@allow(Permission.DRAFTS_EDIT)
def withdraw_post(draft_id: int) -> ResponseReturnValue:
    own, draft, form = db.session(), _draft(draft_id), WithdrawForm()
    try:
        valid = form.validate()
        if valid:
            service.withdraw(own, current_user.account, draft, form.reason.data, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        valid = False
    if not valid:
        return render_template("drafts/desk_withdraw.html", draft=draft, form=form), 422
    own.commit()
    flash(_("The draft is withdrawn."), "success")
    return redirect(url_for("drafts_desk.show", draft_id=draft.id), 303)
