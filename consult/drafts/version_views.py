"""Further versions at the desk: begun, compared with the present one, published."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.drafts import changes, queries, versions
from consult.drafts.desk_views import bp
from consult.drafts.forms import PublishVersionForm
from consult.drafts.models import Draft, DraftVersion
from consult.errors import InvalidInput, NotFound
from consult.web.access import Permission, allow
from consult.web.visitor import now

#: The desk's blueprint, with the pages of this module.
__all__ = ["bp"]


def _prepared(draft_id: int) -> tuple[Draft, DraftVersion, DraftVersion]:
    """The draft, its present version and the one in preparation."""
    own = db.session()
    draft = queries.access_draft_by_id(own, current_user, draft_id)
    version = queries.version_in_preparation(own, draft)
    if version is None or version.number == 1:
        raise NotFound()
    return draft, queries.current_version(own, draft), version


@bp.post("/<int:draft_id>/versions")
@allow(Permission.DRAFTS_EDIT)
def begin_version(draft_id: int) -> ResponseReturnValue:
    own = db.session()
    draft = queries.access_draft_by_id(own, current_user, draft_id)
    versions.begin_version(own, current_user.account, draft, request.form.get("stage", ""), now())
    own.commit()
    flash(_("The next version is begun with the present words. Change its clauses, or read in its text."), "success")
    return redirect(url_for("drafts_desk.show", draft_id=draft.id), 303)


def _page(draft_id: int, form: PublishVersionForm, status: int = 200) -> ResponseReturnValue:
    draft, before, version = _prepared(draft_id)
    found = versions.matched(db.session(), before, version)
    form.seen.data = found.seen
    listed = changes.in_preparation(found)
    continued = {change.new.id for change in listed if change.new is not None and change.old is not None}
    return (
        render_template(
            "drafts/desk_changes.html",
            draft=draft,
            old=before,
            new=version,
            runs=changes.runs(listed),
            counts=changes.counts(listed),
            targets=found.new,
            continued=continued,
            decided=found.decided,
            form=form,
        ),
        status,
    )


@bp.get("/<int:draft_id>/changes")
@allow(Permission.DRAFTS_EDIT)
def changes_in_preparation(draft_id: int) -> ResponseReturnValue:
    return _page(draft_id, PublishVersionForm())


@bp.post("/<int:draft_id>/changes")
@allow(Permission.DRAFTS_EDIT)
def publish_version(draft_id: int) -> ResponseReturnValue:
    own, form = db.session(), PublishVersionForm()
    draft = queries.access_draft_by_id(own, current_user, draft_id)
    try:
        valid = form.validate()
        if valid:
            seen = form.seen.data or ""
            version = versions.publish_version(own, current_user.account, draft, form.note.data, now(), seen=seen)
    except InvalidInput as refused:
        form.add_situation(refused)
        valid = False
    if not valid:
        own.rollback()
        return _page(draft_id, form, 422)
    own.commit()
    flash(_("Version %(n)s is public. What was said on earlier ones is bound to it.", n=version.number), "success")
    return redirect(url_for("drafts_desk.show", draft_id=draft_id), 303)


@bp.post("/<int:draft_id>/changes/<int:clause_id>")
@allow(Permission.DRAFTS_EDIT)
def decide_fate(draft_id: int, clause_id: int) -> ResponseReturnValue:
    """Say which clause continues an earlier one, where the machine is wrong."""
    own = db.session()
    draft, _before, _version = _prepared(draft_id)
    typed = request.form.get("into", "")
    into = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
    if into is None and typed != "removed":
        raise InvalidInput("Please choose the clause that continues it.")
    versions.decide_fate(own, current_user.account, draft, clause_id, into, now())
    own.commit()
    flash(_("The fate of the clause is as you said."), "success")
    return redirect(url_for("drafts_desk.changes_in_preparation", draft_id=draft_id), 303)


@bp.post("/<int:draft_id>/changes/drop")
@allow(Permission.DRAFTS_EDIT)
def drop_version(draft_id: int) -> ResponseReturnValue:
    own = db.session()
    draft = queries.access_draft_by_id(own, current_user, draft_id)
    versions.drop_version(own, current_user.account, draft, now())
    own.commit()
    flash(_("The version in preparation is thrown away."), "success")
    return redirect(url_for("drafts_desk.show", draft_id=draft_id), 303)
