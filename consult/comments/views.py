"""Reading what was said on a draft, saying something, endorsing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.comments import attachments, cards, queries, replies, rules, service, targets
from consult.comments.fates import fates, present_address
from consult.comments.models import Comment
from consult.drafts import queries as drafts
from consult.drafts import rules as draft_rules
from consult.drafts.models import Clause, DraftState, DraftVersion
from consult.errors import NotFound
from consult.responses.queries import threads_about
from consult.web import limits
from consult.web.access import personal, public, signed_in
from consult.web.forms import EmptyForm, limited, refused_when_spent
from consult.web.languages import local_target
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import allowance_of, client_address, now

bp = Blueprint("comments", __name__)
bp.add_app_template_global(cards.card_key)
bp.add_app_template_global(cards.kept)
PAGE_SIZE = 20


@bp.record_once
def _lend_voices(setup: BlueprintSetupState) -> None:
    """Let the drafts' pages show how many spoke, without their knowing this feature."""
    setup.app.extensions["consult.drafts.voices"] = queries.CommentVoices()


def target_of(slug: str, number: str | None) -> service.Target:
    """The draft, its current version and the clause of an address, as this viewer may know of them."""
    own = db.session()
    draft = drafts.access_draft(own, current_user, slug)
    if draft.state == DraftState.WITHDRAWN:
        raise NotFound()
    version = drafts.current_version(own, draft)
    clause = drafts.clause_by_ref(own, version, number) if number is not None else None
    return service.Target(draft, version, clause)


def answers(comments: Sequence[Comment]) -> dict[int, list[object]]:
    """Public answers about these comments, by comment."""
    found = threads_about(db.session(), "comment", [c.id for c in comments])
    return {number: [t for t in threads if t.is_public and t.answered_at] for number, threads in found.items()}


def beside(target: service.Target, comments: Sequence[Comment], rows: Sequence[Clause]) -> dict[str, Any]:
    """What stands beside the comments of a page, once for all; ``rows`` are the clauses of the page's version."""
    own = db.session()
    return {
        "alike": queries.alike(own, target.draft, comments),
        "endorsed": queries.endorsed_by(own, current_user, comments),
        "threads": answers(comments),
        "also": targets.also_about(own, comments, target.clause, rows),
        "rewordings": targets.rewordings(comments, rows),
        "enclosed": attachments.of_comments(own, [comment.id for comment in comments], only_public=True),
        "below": replies.below(own, [c for c in comments if rules.is_shown(c)]),
    }


@bp.get("/drafts/<slug>/versions/<int:version>/clauses/<number>")
@public
def earlier_clause(slug: str, version: int, number: str) -> ResponseReturnValue:
    """A clause of any public version, what was said on it until then, and what became of it; for reading."""
    own = db.session()
    target = target_of(slug, None)
    of = drafts.access_version(own, current_user, target.draft, version)
    clause = drafts.clause_by_ref(own, of, number)
    if of.id == target.version.id:
        return redirect(url_for("comments.clause", slug=slug, number=number), 303)
    now_clause, fate = present_address(own, clause, target.version)
    page = paginate(own, queries.shown_comments(target.draft, of, clause), number=requested_page(), size=PAGE_SIZE)
    rows = drafts.clauses_to_read(own, of)
    return render_template(
        "comments/earlier_clause.html",
        draft=target.draft,
        version=of,
        present=target.version,
        clause=clause,
        place=queries.clause_label(clause),
        passage=drafts.passage_of(rows, clause),
        now_clause=now_clause,
        fate=fate,
        figures=queries.figures(own, target.draft, of, clause),
        page=page,
        fates=fates(own, page.items, target.version),
        **beside(service.Target(target.draft, of, clause), page.items, rows),
    )


def limited_for_all(limit: limits.Limit) -> None:
    """Count this request by address, and by account when there is one (rule R59). Before anything is changed."""
    subjects = [allowance_of(client_address())]
    if current_user.is_authenticated:
        subjects.append(f"account:{current_user.id}")
    # The request's own transaction ends, so that the two do not wait for each other; what it has read stays read.
    db.session().commit()
    limits.hit_all(db.engine(), limit, subjects, now())


@bp.get("/drafts/<slug>/comments/<int:comment_id>")
@public
def show(slug: str, comment_id: int) -> ResponseReturnValue:
    own = db.session()
    draft = drafts.access_draft(own, current_user, slug)
    comment = queries.access_comment(own, current_user, draft, comment_id)
    where, present = queries.place_of(own, comment)[1], drafts.current_version(own, draft)
    said_on = own.get_one(DraftVersion, comment.version_id)
    parts = beside(service.Target(draft, said_on, where), [comment], drafts.clauses(own, said_on))
    reply_page = None
    if rules.is_shown(comment) and comment.replies:
        reply_page = paginate(
            own, replies.all_below(comment), number=requested_page(), size=PAGE_SIZE, total=comment.replies
        )
        parts["below"] = {comment.id: reply_page.items}
    return render_template(
        "comments/show.html",
        reply_page=reply_page,
        draft=draft,
        comment=comment,
        clause=where,
        place=queries.clause_label(where),
        is_shown=rules.is_shown(comment),
        is_open=draft_rules.is_open(draft, now()),
        fates=fates(own, [comment], present),
        address=queries.clause_address(draft, where, said_on, present),
        **parts,
    )


def _back(slug: str, comment_id: int) -> ResponseReturnValue:
    """Where the button was pressed, when that is a page about this draft; else the comment's own page."""
    here = local_target(request.form.get("next"))
    if here.startswith(url_for("drafts.show", slug=slug) + "/"):
        return redirect(here, 303)
    return redirect(url_for("comments.show", slug=slug, comment_id=comment_id), 303)


@bp.post("/drafts/<slug>/comments/<int:comment_id>/endorse")
@signed_in
def endorse(slug: str, comment_id: int) -> ResponseReturnValue:
    limited_for_all(limits.ENDORSE)
    own = db.session()
    draft = drafts.access_draft(own, current_user, slug)
    comment = queries.access_comment(own, current_user, draft, comment_id)
    is_new = service.endorse(own, current_user.account, comment, draft, now())
    own.commit()
    if is_new:
        flash(_("Thank you: your endorsement counts."), "success")
    else:
        flash(_("You have endorsed this comment before. It counts once."), "info")
    return _back(slug, comment_id)


@bp.post("/drafts/<slug>/comments/<int:comment_id>/unendorse")
@signed_in
def unendorse(slug: str, comment_id: int) -> ResponseReturnValue:
    limited_for_all(limits.ENDORSE)
    own = db.session()
    draft = drafts.access_draft(own, current_user, slug)
    comment = queries.access_comment(own, current_user, draft, comment_id)
    service.unendorse(own, current_user.account, comment, draft, now())
    own.commit()
    flash(_("Your endorsement is taken back."), "success")
    return _back(slug, comment_id)


@bp.get("/receipt/<code>/take-back")
@public
@personal
def take_back(code: str) -> ResponseReturnValue:
    refused_when_spent(limits.RECEIPT)
    try:
        comment = queries.access_by_receipt(db.session(), code)
    except NotFound:
        limited(limits.RECEIPT)  # only wrong codes count
        raise
    return render_template("comments/take_back.html", comment=comment, code=code, form=EmptyForm())


@bp.post("/receipt/<code>/take-back")
@public
def take_back_post(code: str) -> ResponseReturnValue:
    limited(limits.RECEIPT)
    own = db.session()
    comment = queries.access_by_receipt(own, code)
    service.withdraw(own, comment, now())
    own.commit()
    flash(_("Your comment is taken back."), "success")
    return redirect(url_for("receipts.show", code=comment.receipt_code), 303)


@bp.get("/account/comments")
@signed_in
def mine() -> ResponseReturnValue:
    page = paginate(db.session(), queries.mine(current_user), number=requested_page(), size=PAGE_SIZE, scalars=False)
    return render_template("comments/mine.html", page=page, place=queries.clause_label)
