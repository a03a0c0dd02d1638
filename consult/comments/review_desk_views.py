"""Second looks at the desk: appeals, reports, replies, the list of sensitive words, and the log of reviewing."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from wtforms import HiddenField, StringField, TextAreaField

from consult import db
from consult.audit.service import record
from consult.comments import after_service, queries, replies, review_figures, sensitive, sensitive_service
from consult.comments.forms import DecisionForm
from consult.comments.labels import REASON_LABELS
from consult.comments.review_labels import REPLY_LABELS
from consult.comments.review_models import ReplyState
from consult.drafts.views import filter_value
from consult.errors import Conflict, InvalidInput
from consult.web.access import Permission, allow
from consult.web.csv_files import csv_bytes
from consult.web.forms import BaseForm, TextLength, clean_text
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("comments_review", __name__, url_prefix="/desk/comments")


class ListForm(BaseForm):
    """The list of sensitive words."""

    words = TextAreaField(
        _l("Words"),
        description=_l("One entry on a line. A line in 【】 names the category of the entries below it."),
        validators=[TextLength(0, sensitive.MAX_LIST)],
    )
    note = StringField(_l("What changed and why"), validators=[TextLength(2, 200)])
    follows = HiddenField()


@bp.post("/<int:comment_id>/appeal")
@allow(Permission.COMMENTS_REVIEW)
def uphold(comment_id: int) -> ResponseReturnValue:
    """Let a refusal stand after a second look."""
    own = db.session()
    comment = queries.access_for_review(own, current_user, comment_id)
    after_service.uphold(own, current_user.account, comment, clean_text(request.form.get("note", "")), now())
    own.commit()
    flash(_("The refusal stands. Its author reads it on the receipt."), "success")
    return redirect(url_for("comments_desk.show", comment_id=comment_id), 303)


@bp.post("/<int:comment_id>/reports")
@allow(Permission.COMMENTS_REVIEW)
def keep(comment_id: int) -> ResponseReturnValue:
    """Leave a reported comment public."""
    own = db.session()
    comment = queries.access_for_review(own, current_user, comment_id)
    after_service.keep_reported(own, current_user.account, comment, now())
    own.commit()
    flash(_("The comment stays public, and its reports are settled."), "success")
    return redirect(url_for("comments_desk.show", comment_id=comment_id), 303)


@bp.get("/replies")
@allow(Permission.COMMENTS_REVIEW)
def reply_queue() -> ResponseReturnValue:
    return _replies(DecisionForm())


def _replies(form: DecisionForm, status: int = 200) -> ResponseReturnValue:
    own = db.session()
    state = filter_value("state", ReplyState) or ReplyState.PENDING.value
    page = paginate(own, replies.queue(state), number=requested_page(), size=50, scalars=False)
    return (
        render_template(
            "comments/desk_replies.html",
            page=page,
            form=form,
            state=state,
            states=REPLY_LABELS,
            reasons=REASON_LABELS,
            place=queries.clause_label,
        ),
        status,
    )


@bp.post("/replies")
@allow(Permission.COMMENTS_REVIEW)
def decide_replies() -> ResponseReturnValue:
    """Publish or refuse every ticked reply."""
    form, own = DecisionForm(), db.session()
    ids = [int(v) for v in request.form.getlist("ids") if v.isascii() and v.isdigit() and len(v) < 10]
    reason = None if request.form.get("action") == "accept" else form.reason.data or ""
    try:
        if not ids:
            raise InvalidInput("Please tick at least one reply.")
        done = replies.decide(own, current_user.account, ids, reason, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _replies(form, 422)
    if not done:
        raise Conflict("These replies have been decided in the meantime.")
    own.commit()
    flash(ngettext("%(num)s reply is decided.", "%(num)s replies are decided.", len(done)), "success")
    return redirect(url_for("comments_review.reply_queue", state=request.args.get("state") or None), 303)


@bp.get("/words")
@allow(Permission.COMMENTS_REVIEW)
def words() -> ResponseReturnValue:
    """The list of sensitive words in force, and its versions."""
    present = sensitive_service.in_force(db.session())
    return _words(ListForm(words=present.words, follows=str(present.number)))


def _words(form: ListForm, status: int = 200) -> ResponseReturnValue:
    own = db.session()
    present = sensitive_service.in_force(own)
    return (
        render_template(
            "comments/desk_words.html",
            form=form,
            present=present,
            entries=sensitive.read_list(present.words)[0],
            versions=sensitive_service.versions(own),
        ),
        status,
    )


@bp.post("/words")
@allow(Permission.COMMENTS_REVIEW)
def save_words() -> ResponseReturnValue:
    form, own = ListForm(), db.session()
    if not form.validate():
        return _words(form, 422)
    follows = form.follows.data or ""
    number = int(follows) if follows.isascii() and follows.isdigit() and len(follows) < 9 else -1
    try:
        is_new = sensitive_service.save(own, current_user.account, form.words.data, form.note.data, number, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _words(form, 422)
    own.commit()
    flash(_("The list is saved and marks comments from now on.") if is_new else _("Nothing was changed."), "success")
    return redirect(url_for("comments_review.words"), 303)


@bp.get("/log.csv")
@allow(Permission.REVIEW_LOG)
def log() -> Response:
    """Every decision about comments: no text, no author. Who downloads it is in the audit log."""
    body = csv_bytes([review_figures.HEADINGS, *review_figures.log_rows(db.session())])
    with db.transaction(db.engine()) as own:
        record(own, now(), "comments:log:downloaded", actor=current_user.account, subject="comments")
    answer = Response(body, mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="review-log.csv"'
    return answer
