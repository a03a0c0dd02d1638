"""Reading what was said on a draft, saying something, endorsing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.accounts.models import User
from consult.comments import queries, rules, service
from consult.comments.fates import fates, present_address
from consult.comments.forms import CommentForm
from consult.comments.labels import STANCE_LABELS
from consult.comments.models import Comment
from consult.drafts import queries as drafts
from consult.drafts import rules as draft_rules
from consult.drafts.models import DraftState, DraftVersion
from consult.errors import InvalidInput, NotFound, TooManyRequests
from consult.responses.queries import threads_about
from consult.web import limits
from consult.web.access import personal, public, signed_in
from consult.web.forms import EmptyForm, limited, refused_when_spent
from consult.web.languages import local_target
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("comments", __name__)
PAGE_SIZE = 20


@bp.record_once
def _lend_voices(setup: BlueprintSetupState) -> None:
    """Let the drafts' pages show how many spoke, without their knowing this feature."""
    setup.app.extensions["consult.drafts.voices"] = queries.CommentVoices()


def _target(slug: str, number: str | None) -> service.Target:
    """The draft, its current version and the clause of an address, as this viewer may know of them."""
    own = db.session()
    draft = drafts.access_draft(own, current_user, slug)
    if draft.state == DraftState.WITHDRAWN:
        raise NotFound()
    version = drafts.current_version(own, draft)
    clause = drafts.clause_by_ref(own, version, number) if number is not None else None
    return service.Target(draft, version, clause)


def _page(target: service.Target, form: CommentForm, status: int = 200) -> ResponseReturnValue:
    """The clause (or the whole), its figures, the form, and what others said."""
    own, moment = db.session(), now()
    order = "new" if request.args.get("order") == "new" else ""
    stance = request.args.get("stance", "") if request.args.get("stance") in STANCE_LABELS else ""
    listed = queries.shown_comments(target.draft, target.version, target.clause, order, stance)
    page = paginate(own, listed, number=requested_page(), size=PAGE_SIZE)
    rows = drafts.clauses(own, target.version)
    return (
        render_template(
            "comments/clause.html",
            draft=target.draft,
            version=target.version,
            clause=target.clause,
            passage=drafts.passage_of(rows, target.clause) if target.clause else None,
            place=queries.clause_label(target.clause),
            neighbours=drafts.neighbours(rows, target.clause),
            figures=queries.figures(own, target.draft, target.version, target.clause),
            form=form,
            is_open=draft_rules.is_open(target.draft, moment),
            phase=draft_rules.phase(target.draft, moment),
            page=page,
            order=order,
            stance=stance,
            stances=STANCE_LABELS,
            alike=queries.alike(own, target.draft, page.items),
            endorsed=queries.endorsed_by(own, current_user, page.items),
            threads=_answers(page.items),
            fates=fates(own, page.items, target.version),
        ),
        status,
    )


def _answers(comments: Sequence[Comment]) -> dict[int, list[object]]:
    """Public answers about these comments, by comment."""
    found = threads_about(db.session(), "comment", [c.id for c in comments])
    return {number: [t for t in threads if t.is_public and t.answered_at] for number, threads in found.items()}


@bp.get("/drafts/<slug>/clauses/<number>")
@public
def clause(slug: str, number: str) -> ResponseReturnValue:
    return _page(_target(slug, number), CommentForm())


@bp.get("/drafts/<slug>/comments")
@public
def whole(slug: str) -> ResponseReturnValue:
    return _page(_target(slug, None), CommentForm())


@bp.get("/drafts/<slug>/versions/<int:version>/clauses/<number>")
@public
def earlier_clause(slug: str, version: int, number: str) -> ResponseReturnValue:
    """A clause of any public version, what was said on it until then, and what became of it; for reading."""
    own = db.session()
    target = _target(slug, None)
    of = drafts.access_version(own, current_user, target.draft, version)
    clause = drafts.clause_by_ref(own, of, number)
    if of.id == target.version.id:
        return redirect(url_for("comments.clause", slug=slug, number=number), 302)
    now_clause, fate = present_address(own, clause, target.version)
    page = paginate(own, queries.shown_comments(target.draft, of, clause), number=requested_page(), size=PAGE_SIZE)
    return render_template(
        "comments/earlier_clause.html",
        draft=target.draft,
        version=of,
        present=target.version,
        clause=clause,
        place=queries.clause_label(clause),
        passage=drafts.passage_of(drafts.clauses(own, of), clause),
        now_clause=now_clause,
        fate=fate,
        figures=queries.figures(own, target.draft, of, clause),
        page=page,
        alike=queries.alike(own, target.draft, page.items),
        endorsed=queries.endorsed_by(own, current_user, page.items),
        threads=_answers(page.items),
        fates=fates(own, page.items, target.version),
    )


@bp.post("/drafts/<slug>/clauses/<number>")
@public
def comment_on_clause(slug: str, number: str) -> ResponseReturnValue:
    return _receive(_target(slug, number))


@bp.post("/drafts/<slug>/comments")
@public
def comment_on_whole(slug: str) -> ResponseReturnValue:
    return _receive(_target(slug, None))


def _visitor() -> str:
    """An opaque token of this browser, so that one person without an account counts once."""
    if "visitor" not in session:
        session["visitor"] = secrets.token_hex(8)
    token: str = session["visitor"]
    return token


def _author() -> User | None:
    return current_user.account if current_user.is_authenticated else None


def _limited(limit: limits.Limit) -> None:
    """Count this request by address, and by account when there is one (rule R59)."""
    # Asked before the session is let go: reading it again would hold the database against the count.
    account = current_user.id if current_user.is_authenticated else None
    limited(limit)
    if account is not None:
        limits.hit(db.engine(), limit, f"account:{account}", now())


def _receive(target: service.Target) -> ResponseReturnValue:
    """Receive a comment, or show again what was typed with what is wrong with it."""
    form, own = CommentForm(), db.session()
    try:
        _limited(limits.COMMENT)
        if form.validate():
            desk = service.Commenting(current_app.extensions["consult.vault"])
            received = desk.submit(own, _author(), target, _typed(form), now(), _visitor())
            own.commit()
            return redirect(url_for("receipts.show", code=received.receipt_code), 303)
    except InvalidInput as refused:
        own.rollback()
        form.add_situation(refused)
    except TooManyRequests as refused:
        form.add_situation(InvalidInput("That was many comments in a short time. Your text is kept: wait a little."))
        page = make_response(_page(target, form, int(refused.status)))
        page.headers["Retry-After"] = str(refused.retry_after)
        return page
    return _page(target, form, 422)


def _typed(form: CommentForm) -> service.NewComment:
    return service.NewComment(
        stance=form.stance.data,
        body=form.body.data,
        idempotency_key=form.idempotency_key.data,
        rewording=form.rewording.data or "",
        consent_publish=form.consent_publish.data,
        name=form.name.data or "",
        phone=form.phone.data or "",
    )


@bp.get("/drafts/<slug>/comments/<int:comment_id>")
@public
def show(slug: str, comment_id: int) -> ResponseReturnValue:
    own = db.session()
    draft = drafts.access_draft(own, current_user, slug)
    comment = queries.access_comment(own, current_user, draft, comment_id)
    where, present = queries.place_of(own, comment)[1], drafts.current_version(own, draft)
    return render_template(
        "comments/show.html",
        draft=draft,
        comment=comment,
        clause=where,
        place=queries.clause_label(where),
        is_shown=rules.is_shown(comment),
        is_open=draft_rules.is_open(draft, now()),
        alike=queries.alike(own, draft, [comment]),
        endorsed=queries.endorsed_by(own, current_user, [comment]),
        threads=_answers([comment]),
        fates=fates(own, [comment], present),
        address=queries.clause_address(draft, where, own.get_one(DraftVersion, comment.version_id), present),
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
    _limited(limits.ENDORSE)
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
    _limited(limits.ENDORSE)
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
