"""What is done with a comment that was sent: change it, ask for a second look, report it, reply to it."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import Blueprint, current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import InputRequired

from consult import db
from consult.comments import after_service, queries, replies, review_figures, rules
from consult.comments.labels import REASON_LABELS, STANCE_LABELS
from consult.comments.models import Comment
from consult.comments.review_labels import REPORT_LABELS
from consult.comments.views import limited_for_all
from consult.drafts import queries as drafts
from consult.drafts.models import Draft
from consult.errors import IllegalTransition, InvalidInput, NotFound
from consult.web import limits
from consult.web.access import Permission, personal, public, signed_in
from consult.web.forms import BaseForm, OnceForm, TextLength, limited, refused_when_spent
from consult.web.visitor import now

bp = Blueprint("comments_after", __name__)


class EditForm(OnceForm):
    """Other words for a comment."""

    stance = RadioField(
        _l("Where do you stand?"),
        choices=[(s.value, label) for s, label in STANCE_LABELS.items()],
        validators=[InputRequired(_l("Please choose where you stand."))],
    )
    body = TextAreaField(_l("Your comment"), validators=[TextLength(rules.MIN_BODY, rules.MAX_BODY)])
    rewording = TextAreaField(_l("Proposed wording"), validators=[TextLength(0, rules.MAX_REWORDING)])
    seen = HiddenField()


class AppealForm(BaseForm):
    """Why a refusal is wrong."""

    body = TextAreaField(
        _l("Why should it be published?"),
        description=_l("Another officer than the one who decided reads it. You can ask once."),
        validators=[TextLength(2, after_service.MAX_APPEAL)],
    )


class ReportForm(BaseForm):
    """What is wrong with a public comment."""

    reason = RadioField(
        _l("What is wrong with it?"),
        choices=[(r.value, label) for r, label in REPORT_LABELS.items()],
        validators=[InputRequired(_l("Please choose what is wrong with it."))],
    )


class ReplyForm(OnceForm):
    """A reply to a comment."""

    body = TextAreaField(_l("Your reply"), validators=[TextLength(rules.MIN_BODY, replies.MAX_REPLY)])


def _by_code(code: str) -> tuple[Comment, Draft]:
    """The comment of a receipt code; only wrong codes count against whoever guesses."""
    refused_when_spent(limits.RECEIPT)
    try:
        comment = queries.access_by_receipt(db.session(), code)
    except NotFound:
        limited(limits.RECEIPT)
        raise
    return comment, queries.place_of(db.session(), comment)[0]


@bp.get("/receipt/<code>/change")
@public
@personal
def edit(code: str) -> ResponseReturnValue:
    comment, draft = _by_code(code)
    if not after_service.may_edit(comment, draft, now()):
        raise IllegalTransition("This comment can no longer be changed.")
    form = EditForm(stance=comment.stance, body=comment.body, rewording=comment.rewording, seen=str(comment.edits))
    return render_template("comments/change.html", form=form, comment=comment, draft=draft)


@bp.post("/receipt/<code>/change")
@public
@personal
def edit_post(code: str) -> ResponseReturnValue:
    limited(limits.COMMENT)
    comment, draft = _by_code(code)
    form, own = EditForm(), db.session()
    try:
        if form.validate():
            seen = form.seen.data or ""
            number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1
            words = (form.stance.data, form.body.data, form.rewording.data or "")
            new = after_service.Changed(*words, seen=number, idempotency_key=form.idempotency_key.data)
            is_new = after_service.edit(own, comment, draft, new, now())
            own.commit()
            flash(_("Your comment is changed. A person reads it again.") if is_new else _("Nothing was changed."))
            return redirect(url_for("receipts.show", code=comment.receipt_code), 303)
    except InvalidInput as refused:
        form.add_situation(refused)
    return render_template("comments/change.html", form=form, comment=comment, draft=draft), 422


@bp.get("/receipt/<code>/second-look")
@public
@personal
def appeal(code: str) -> ResponseReturnValue:
    comment, draft = _by_code(code)
    if not after_service.may_appeal(comment, after_service.appeal_of(db.session(), comment), now()):
        raise IllegalTransition("A second look can be asked for once, within 30 days after the refusal.")
    return _appeal_page(AppealForm(), comment, draft)


def _appeal_page(form: AppealForm, comment: Comment, draft: Draft, status: int = 200) -> ResponseReturnValue:
    page = render_template("comments/appeal.html", form=form, comment=comment, draft=draft, reasons=REASON_LABELS)
    return page, status


@bp.post("/receipt/<code>/second-look")
@public
@personal
def appeal_post(code: str) -> ResponseReturnValue:
    limited(limits.COMMENT)
    comment, draft = _by_code(code)
    form, own = AppealForm(), db.session()
    try:
        if form.validate():
            after_service.appeal(own, comment, form.body.data, now())
            own.commit()
            flash(_("Another officer takes a second look. You read here what comes of it."), "success")
            return redirect(url_for("receipts.show", code=comment.receipt_code), 303)
    except InvalidInput as refused:
        form.add_situation(refused)
    return _appeal_page(form, comment, draft, 422)


def _public_comment(slug: str, comment_id: int) -> tuple[Draft, Comment]:
    own = db.session()
    draft = drafts.access_draft(own, current_user, slug)
    comment = queries.access_comment(own, current_user, draft, comment_id)
    if not rules.is_shown(comment):
        raise NotFound()
    return draft, comment


def _reporter() -> str:
    """An opaque key of whoever reports: of the account, or of the browser."""
    if not current_user.is_authenticated and "visitor" not in session:
        session["visitor"] = secrets.token_hex(8)
    who = f"account:{current_user.id}" if current_user.is_authenticated else f"visitor:{session['visitor']}"
    secret = current_app.extensions["consult.settings"].secret_key
    return hmac.new(secret.encode(), f"report:{who}".encode(), hashlib.sha256).hexdigest()[:32]


@bp.get("/drafts/<slug>/comments/<int:comment_id>/report")
@public
def report(slug: str, comment_id: int) -> ResponseReturnValue:
    draft, comment = _public_comment(slug, comment_id)
    return render_template("comments/report.html", form=ReportForm(), comment=comment, draft=draft)


@bp.post("/drafts/<slug>/comments/<int:comment_id>/report")
@public
def report_post(slug: str, comment_id: int) -> ResponseReturnValue:
    limited_for_all(limits.REPORT)
    draft, comment = _public_comment(slug, comment_id)
    form, own = ReportForm(), db.session()
    if not form.validate():
        return render_template("comments/report.html", form=form, comment=comment, draft=draft), 422
    is_new = after_service.report(own, comment, form.reason.data, _reporter(), current_user.id, now())
    own.commit()
    if is_new:
        flash(_("Thank you. An officer reads this comment again; until then it stays as it is."), "success")
    else:
        flash(_("You have reported this comment before. It counts once."), "info")
    return redirect(url_for("comments.show", slug=slug, comment_id=comment_id), 303)


@bp.get("/drafts/<slug>/comments/<int:comment_id>/reply")
@signed_in
def reply(slug: str, comment_id: int) -> ResponseReturnValue:
    draft, comment = _public_comment(slug, comment_id)
    return _reply_page(ReplyForm(), draft, comment)


def _organ(draft: Draft) -> str:
    """In whose name this account replies: an officer for the organ of the draft, others for themselves."""
    return (draft.organ or _("The drafting office")) if current_user.can(Permission.COMMENTS_REVIEW) else ""


def _reply_page(form: ReplyForm, draft: Draft, comment: Comment, status: int = 200) -> ResponseReturnValue:
    page = render_template("comments/reply.html", form=form, draft=draft, comment=comment, organ=_organ(draft))
    return page, status


@bp.post("/drafts/<slug>/comments/<int:comment_id>/reply")
@signed_in
def reply_post(slug: str, comment_id: int) -> ResponseReturnValue:
    limited_for_all(limits.COMMENT)
    draft, comment = _public_comment(slug, comment_id)
    form, own = ReplyForm(), db.session()
    try:
        if form.validate():
            new = replies.NewReply(form.body.data, form.idempotency_key.data, _organ(draft))
            replies.reply(own, current_user.account, comment, draft, new, now())
            own.commit()
            flash(_("Your reply is public.") if new.organ else _("Your reply is received. A person reads it first."))
            return redirect(url_for("comments.show", slug=slug, comment_id=comment_id), 303)
    except InvalidInput as refused:
        form.add_situation(refused)
    return _reply_page(form, draft, comment, 422)


@bp.get("/statistics/refusals")
@public
def refusals() -> ResponseReturnValue:
    """How many comments were not published, by month and reason (rule R54)."""
    months = review_figures.monthly(db.session(), now())
    return render_template("comments/refusals.html", months=months, reasons=REASON_LABELS)
