"""The ledger at the desk, around the decisions: publishing it, reasons, comments that came another way, the list."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.audit.service import record
from consult.drafts import queries as drafts
from consult.drafts.models import Clause, Draft, DraftVersion
from consult.drafts.queries import name_of
from consult.errors import InvalidInput
from consult.ledger import archive, exports, publishing, queries, reasons, rules, working
from consult.ledger.desk_views import bp, desk_draft
from consult.ledger.entering import Entered, Entering, Place
from consult.ledger.forms import EnterForm, PublishForm, ReasonForm, whole_number
from consult.ledger.publishing import Publication
from consult.ledger.views import MAKERS
from consult.web.access import Permission, allow
from consult.web.forms import EmptyForm
from consult.web.visitor import now

#: The desk's blueprint, with the pages of this module.
__all__ = ["bp"]


@bp.get("/<int:draft_id>/publication")
@allow(Permission.LEDGER_EDIT)
def publication(draft_id: int) -> ResponseReturnValue:
    return _publication(desk_draft(draft_id), PublishForm(formdata=None))


def _publication(draft: Draft, form: PublishForm, status: int = 200) -> ResponseReturnValue:
    own = db.session()
    editions = publishing.editions(own, draft)
    form.editions_seen.data = len(editions)
    figures = queries.balance(own, draft)
    return (
        render_template(
            "ledger/desk_publication.html",
            draft=draft,
            form=form,
            editions=editions,
            figures=figures,
            missing=queries.missing(own, draft, figures),
            may_publish=figures.is_complete and rules.is_publishable(draft, now()),
            is_publishable=rules.is_publishable(draft, now()),
        ),
        status,
    )


@bp.post("/<int:draft_id>/publication")
@allow(Permission.LEDGER_EDIT)
def publish(draft_id: int) -> ResponseReturnValue:
    own, draft, form = db.session(), desk_draft(draft_id), PublishForm()
    wanted = Publication(whole_number(form.editions_seen.data) or 0, form.reason.data or "")
    try:
        edition = publishing.publish(own, current_user.account, draft, wanted, now()) if form.validate() else None
    except InvalidInput as refused:
        form.add_situation(refused)
        edition = None
    if edition is None:
        own.rollback()
        return _publication(draft, form, 422)
    own.commit()
    flash(_("The ledger is public."), "success")
    return redirect(url_for("ledger.show", slug=draft.slug), 303)


@bp.get("/<int:draft_id>/reasons")
@allow(Permission.LEDGER_EDIT)
def reason_list(draft_id: int) -> ResponseReturnValue:
    return _reasons(desk_draft(draft_id), ReasonForm(formdata=None))


def _reasons(draft: Draft, form: ReasonForm, status: int = 200) -> ResponseReturnValue:
    listed = queries.reasons(db.session(), draft)
    page = render_template("ledger/desk_reasons.html", draft=draft, form=form, reasons=listed)
    return page, status


@bp.post("/<int:draft_id>/reasons")
@allow(Permission.LEDGER_EDIT)
def keep_reason(draft_id: int) -> ResponseReturnValue:
    own, draft, form = db.session(), desk_draft(draft_id), ReasonForm()
    if not form.validate():
        return _reasons(draft, form, 422)
    reasons.keep_reason(own, current_user.account, draft, form.name.data, form.text.data, now())
    own.commit()
    flash(_("The reason is in the list."), "success")
    return redirect(url_for("ledger_desk.reason_list", draft_id=draft.id), 303)


@bp.post("/<int:draft_id>/reasons/<int:reason_id>/removal")
@allow(Permission.LEDGER_EDIT)
def drop_reason(draft_id: int, reason_id: int) -> ResponseReturnValue:
    own, draft = db.session(), desk_draft(draft_id)
    EmptyForm()
    reasons.drop_reason(own, current_user.account, draft, reason_id, now())
    own.commit()
    flash(_("The reason is off the list. Where it was used it stays."), "success")
    return redirect(url_for("ledger_desk.reason_list", draft_id=draft.id), 303)


def _places(draft: Draft) -> dict[Any, list[tuple[str, str]]]:
    """What a comment can be about: each public version as a whole, and its clauses."""
    own = db.session()
    return {
        f"{version.number} {version.label}": [
            (f"v{version.id}", _("The draft as a whole")),
            *((f"c{row.id}", name_of(row)[:60]) for row in drafts.clauses(own, version) if row.ref is not None),
        ]
        for version in reversed(drafts.public_versions(own, draft))
    }


def _place(draft: Draft, chosen: str) -> Place:
    own, kind, number = db.session(), chosen[:1], whole_number(chosen[1:])
    clause = own.get(Clause, number) if kind == "c" and number is not None else None
    version_id = clause.version_id if clause is not None else number if kind == "v" else None
    version = own.get(DraftVersion, version_id) if version_id is not None else None
    if version is None or version.draft_id != draft.id or version.published_at is None:
        raise InvalidInput("Please choose what it is about.", field="place")
    return Place(draft, version, clause)


@bp.get("/<int:draft_id>/entry")
@allow(Permission.LEDGER_EDIT)
def entry(draft_id: int) -> ResponseReturnValue:
    draft = desk_draft(draft_id)
    form = EnterForm(formdata=None).offer(_places(draft))
    return render_template("ledger/desk_entry.html", draft=draft, form=form)


@bp.post("/<int:draft_id>/entry")
@allow(Permission.LEDGER_EDIT)
def enter(draft_id: int) -> ResponseReturnValue:
    own, draft = db.session(), desk_draft(draft_id)
    form = EnterForm().offer(_places(draft))
    made = None
    try:
        if form.validate():
            typed: dict[str, Any] = {name: form[name].data or "" for name in Entered.__slots__}
            new = Entered(**{**typed, "consent_publish": bool(form.consent_publish.data)})
            entering = Entering(current_app.extensions["consult.vault"])
            made = entering.enter(own, current_user.account, _place(draft, form.place.data or ""), new, now())
    except InvalidInput as refused:
        form.add_situation(refused)
    if made is None:
        return render_template("ledger/desk_entry.html", draft=draft, form=form), 422
    own.commit()
    told = _(
        "It is entered as no. %(n)s. Its receipt code, for its author: %(code)s", n=made.id, code=made.receipt_code
    )
    flash(told, "success")
    return redirect(url_for("ledger_desk.entry", draft_id=draft.id), 303)


@bp.get("/<int:draft_id>/working.xlsx")
@allow(Permission.LEDGER_EDIT)
def working_file(draft_id: int) -> Response:
    """Everything at once, with what is not public; taking it is logged."""
    draft = desk_draft(draft_id)
    body = exports.working_xlsx(draft, working.rows(db.session(), draft))
    with db.transaction(db.engine()) as own:
        own.info.update(db.session().info)
        record(own, now(), "ledger:list:downloaded", actor=current_user.account, subject=f"draft:{draft.id}")
    answer = Response(body, mimetype=MAKERS["xlsx"][1])
    answer.headers["Content-Disposition"] = f'attachment; filename="internal-{draft.slug}.xlsx"'
    return answer


@bp.get("/<int:draft_id>/archive.zip")
@allow(Permission.LEDGER_EDIT)
def archive_file(draft_id: int) -> Response:
    """The office's archive of a consultation; taking it is logged with the fingerprint of what was taken."""
    draft = desk_draft(draft_id)
    body, fingerprint = archive.archive(db.session(), draft, archive.Kind.INTERNAL, now())
    with db.transaction(db.engine()) as own:
        own.info.update(db.session().info)
        record(
            own,
            now(),
            "ledger:archive:downloaded",
            actor=current_user.account,
            subject=f"draft:{draft.id}",
            fingerprint=fingerprint,
        )
    answer = Response(body, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="internal-archive-{draft.slug}.zip"'
    return answer
