"""Serving what came with comments: to reviewers, and to everybody once a reviewer agreed."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from consult import db
from consult.comments import attachments, queries, rules
from consult.comments.models import CommentAttachment
from consult.drafts import queries as drafts
from consult.errors import NotFound
from consult.web.access import Permission, allow, public
from consult.web.visitor import now

bp = Blueprint("comment_files", __name__)
desk_bp = Blueprint("comment_files_desk", __name__, url_prefix="/desk/comments")


def _served(row: CommentAttachment) -> Response:
    """The file. A PDF is for saving, never for opening inside the site; a picture may stand in a page of ours."""
    data = current_app.extensions["consult.vault"].open_bytes(row.sealed)
    answer = make_response(data)
    kind = "attachment" if row.media_type == "application/pdf" else "inline"
    name = f"comment-{row.comment_id}-{row.number}.{attachments.SUFFIXES[row.media_type]}"
    answer.headers["Content-Type"] = row.media_type
    answer.headers["Content-Disposition"] = f'{kind}; filename="{name}"'
    # Opened alone, even a picture of ours may load and run nothing.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@bp.get("/drafts/<slug>/comments/<int:comment_id>/attachments/<int:number>")
@public
def show(slug: str, comment_id: int, number: int) -> ResponseReturnValue:
    """Only with a comment that everybody may read, and only what a reviewer accepted."""
    own = db.session()
    draft = drafts.access_draft(own, current_user, slug)
    comment = queries.access_comment(own, current_user, draft, comment_id)
    if not rules.is_shown(comment):
        raise NotFound()
    return _served(attachments.access(own, comment, number, only_public=True))


@desk_bp.get("/<int:comment_id>/attachments/<int:number>")
@allow(Permission.COMMENTS_REVIEW)
def review(comment_id: int, number: int) -> ResponseReturnValue:
    own = db.session()
    comment = queries.access_for_review(own, current_user, comment_id)
    return _served(attachments.access(own, comment, number, only_public=False))


@desk_bp.post("/<int:comment_id>/attachments/<int:number>")
@allow(Permission.COMMENTS_REVIEW)
def decide(comment_id: int, number: int) -> ResponseReturnValue:
    """Let everybody see an attachment, or no longer."""
    own = db.session()
    comment = queries.access_for_review(own, current_user, comment_id)
    is_accepted = request.form.get("action") == "accept"
    attachments.decide(own, current_user.account, comment, number, is_accepted, now())
    own.commit()
    told = _("Everybody may see the attachment while the comment is shown.") if is_accepted else _("It is hidden.")
    flash(told, "success")
    return redirect(url_for("comments_desk.show", comment_id=comment_id, _anchor="attachments"), 303)
