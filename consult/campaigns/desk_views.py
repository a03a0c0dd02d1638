"""Groups of near-identical comments at the desk."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.campaigns import queries, service
from consult.comments.labels import STATE_LABELS
from consult.drafts import queries as drafts
from consult.drafts.comparing import differences
from consult.errors import IllegalTransition
from consult.web.access import Permission, allow
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("campaigns_desk", __name__, url_prefix="/desk/campaigns")
PAGE_SIZE = 50
_SHOWN = ("", "additions", "out")


@bp.get("")
@allow(Permission.COMMENTS_REVIEW)
def index() -> ResponseReturnValue:
    return render_template("campaigns/desk_index.html", drafts=queries.drafts_with_groups(db.session()))


@bp.get("/drafts/<int:draft_id>")
@allow(Permission.COMMENTS_REVIEW)
def of_draft(draft_id: int) -> ResponseReturnValue:
    own = db.session()
    draft = drafts.access_draft_by_id(own, current_user, draft_id)
    total, merged = queries.merged_counts(own, draft)
    return render_template(
        "campaigns/desk_draft.html",
        draft=draft,
        cards=queries.cards(own, draft),
        dissolved=queries.cards(own, draft, dissolved=True),
        total=total,
        merged=merged,
    )


@bp.get("/<int:group_id>")
@allow(Permission.COMMENTS_REVIEW)
def show(group_id: int) -> ResponseReturnValue:
    own = db.session()
    found = queries.access_group(own, current_user, group_id)
    only = request.args.get("only", "") if request.args.get("only") in _SHOWN else ""
    page = paginate(own, queries.members(found, only), number=requested_page(), size=PAGE_SIZE, scalars=False)
    card = queries.card(own, found)
    return render_template(
        "campaigns/desk_show.html",
        draft=drafts.access_draft_by_id(own, current_user, found.draft_id),
        card=card,
        page=page,
        only=only,
        states=STATE_LABELS,
        pieces=lambda comment: differences(card.sample.body, comment.body),
    )


@bp.post("/<int:group_id>/members/<int:comment_id>")
@allow(Permission.COMMENTS_REVIEW)
def change_member(group_id: int, comment_id: int) -> ResponseReturnValue:
    """Take one comment out of the group, or put it back."""
    own = db.session()
    member = service.member_of(own, queries.access_group(own, current_user, group_id), comment_id)
    action = request.form.get("action")
    if action == "take_out":
        service.take_out(own, current_user.account, member, now())
        told = _("The comment counts on its own now.")
    elif action == "put_back":
        service.put_back(own, current_user.account, member, now())
        told = _("The comment is back in its group.")
    else:
        raise IllegalTransition()
    own.commit()
    flash(told, "success")
    only = request.args.get("only") if request.args.get("only") in _SHOWN else None
    return redirect(url_for("campaigns_desk.show", group_id=group_id, only=only or None), 303)


@bp.post("/<int:group_id>")
@allow(Permission.COMMENTS_REVIEW)
def change_group(group_id: int) -> ResponseReturnValue:
    """Dissolve a group that is none, or restore it."""
    own = db.session()
    found = queries.access_group(own, current_user, group_id)
    action = request.form.get("action")
    if action == "dissolve":
        service.dissolve(own, current_user.account, found, now())
        told = _("The group is dissolved. Its comments count on their own.")
    elif action == "restore":
        service.restore(own, current_user.account, found, now())
        told = _("The group is restored.")
    else:
        raise IllegalTransition()
    own.commit()
    flash(told, "success")
    return redirect(url_for("campaigns_desk.show", group_id=group_id), 303)
