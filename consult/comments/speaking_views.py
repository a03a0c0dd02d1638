"""The form for saying something on a clause or on the whole draft, and what becomes of it when it is sent."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from flask import current_app, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from consult import db
from consult.accounts.models import User
from consult.comments import attachments, queries, robots, rules, service, targets
from consult.comments.fates import fates
from consult.comments.forms import CommentForm
from consult.comments.labels import STANCE_LABELS
from consult.comments.phone import PhoneChecks
from consult.comments.receiving import Reception, Sender, Sending
from consult.comments.views import PAGE_SIZE, beside, bp, limited_for_all, target_of
from consult.drafts import queries as drafts
from consult.drafts import rules as draft_rules
from consult.drafts.models import Clause, Draft, WhoMayComment
from consult.drafts.queries import Passage
from consult.drafts.texts import passage_text
from consult.errors import InvalidInput, NotFound, TooManyRequests
from consult.notices.service import outbox
from consult.web import limits
from consult.web.access import keeps_typed, public, upload
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

__all__ = ["PHONE_CHECK", "bp", "phone_checks"]

#: Where a browser's session keeps what stands for its phone check.
PHONE_CHECK = "phone"


def phone_checks() -> PhoneChecks:
    """The application's phone checks."""
    settings = current_app.extensions["consult.settings"]
    return PhoneChecks(current_app.extensions["consult.vault"], outbox(), settings.secret_key)


def _reception() -> Reception:
    return Reception(current_app.extensions["consult.vault"], phone_checks(), robots.robots())


def _account() -> User | None:
    return current_user.account if current_user.is_authenticated else None


def _sender() -> Sender:
    """Who sends; a browser gets an opaque token, so that one person without an account counts once."""
    if "visitor" not in session:
        session["visitor"] = secrets.token_hex(8)
    return Sender(_account(), session["visitor"], session.get(PHONE_CHECK, ""))


def _still_needed(draft: Draft) -> str:
    """What somebody must do before they can comment: "account", "phone" or nothing."""
    if draft.who_may_comment == WhoMayComment.ACCOUNT and not current_user.is_authenticated:
        return "account"
    if draft.who_may_comment == WhoMayComment.PHONE:
        verified = phone_checks().is_verified(db.session(), session.get(PHONE_CHECK, ""), now())
        return "" if verified else "phone"
    return ""


def _page(slug: str, number: str | None, form: CommentForm, status: int = 200) -> ResponseReturnValue:
    """The clause (or the whole), its figures, the form, and what others said."""
    own, moment = db.session(), now()
    target = target_of(slug, None)
    draft, rows = target.draft, drafts.clauses_to_read(own, target.version)
    if number is not None:
        target = service.Target(draft, target.version, _found(rows, number))
    order = "new" if request.args.get("order") == "new" else ""
    stance = request.args.get("stance", "") if request.args.get("stance") in STANCE_LABELS else ""
    listed = queries.shown_comments(draft, target.version, target.clause, order, stance)
    figures = queries.figures(own, draft, target.version, target.clause)
    total = None if stance else figures.shown
    page = paginate(own, listed, number=requested_page(), size=PAGE_SIZE, total=total)
    passage = drafts.passage_of(rows, target.clause) if target.clause else None
    return (
        render_template(
            "comments/clause.html",
            draft=draft,
            version=target.version,
            clause=target.clause,
            passage=passage,
            place=queries.clause_label(target.clause),
            neighbours=drafts.neighbours(rows, target.clause),
            figures=figures,
            form=form,
            is_open=draft_rules.is_open(draft, moment),
            phase=draft_rules.phase(draft, moment),
            page=page,
            order=order,
            stance=stance,
            stances=STANCE_LABELS,
            fates=fates(own, page.items, target.version),
            **_form_parts(target, form, rows, passage),
            **beside(target, page.items, rows),
        ),
        status,
    )


def _found(rows: Sequence[Clause], number: str) -> Clause:
    for row in rows:
        if row.ref == number:
            return row
    raise NotFound()


def _form_parts(
    target: service.Target, form: CommentForm, rows: Sequence[Clause], passage: Passage | None
) -> dict[str, Any]:
    """What the form needs: what must be done before, the further clauses, and the question for people."""
    form.further.choices = targets.choices(rows, target.clause)
    words = passage_text(passage) if passage else ""
    if request.args.get("reword") and form.rewording.data is None:
        form.rewording.data = words
    form.prefilled.data = rules.read_hash(words)
    is_asked = draft_rules.is_open(target.draft, now()) and _reception().needs_challenge(target.draft, _account())
    return {
        "present_words": words,
        "still_needed": _still_needed(target.draft),
        "is_asked": is_asked,
        "challenge": robots.pose(form) if is_asked else None,
    }


def _again(slug: str, number: str | None = None) -> ResponseReturnValue:
    """What was typed, with a fresh token: the session ended meanwhile, or the browser keeps no cookies."""
    form = CommentForm()
    form.form_errors.append(
        _("The page had been open for too long, or cookies are off. Your text is kept: please send it again.")
    )
    return _page(slug, number, _with_files_named(form), 400)


@bp.get("/drafts/<slug>/clauses/<number>")
@public
def clause(slug: str, number: str) -> ResponseReturnValue:
    return _page(slug, number, CommentForm())


@bp.get("/drafts/<slug>/comments")
@public
def whole(slug: str) -> ResponseReturnValue:
    return _page(slug, None, CommentForm())


@bp.post("/drafts/<slug>/clauses/<number>")
@upload
@keeps_typed(_again)
@public
def comment_on_clause(slug: str, number: str) -> ResponseReturnValue:
    return _receive(slug, number)


@bp.post("/drafts/<slug>/comments")
@upload
@keeps_typed(_again)
@public
def comment_on_whole(slug: str) -> ResponseReturnValue:
    return _receive(slug, None)


def _receive(slug: str, number: str | None) -> ResponseReturnValue:
    """Receive a comment, or show again what was typed with what is wrong with it."""
    db.only_read()
    form = CommentForm()
    try:
        limited_for_all(limits.COMMENT)
        if form.validate():
            return redirect(url_for("receipts.show", code=_received(slug, number, form)), 303)
    except InvalidInput as refused:
        db.session().rollback()
        form.add_situation(refused)
        robots.give_up(form, refused)
    except TooManyRequests as refused:
        form.add_situation(InvalidInput("That was many comments in a short time. Your text is kept: wait a little."))
        page = make_response(_page(slug, number, _with_files_named(form), int(refused.status)))
        page.headers["Retry-After"] = str(refused.retry_after)
        return page
    return _page(slug, number, _with_files_named(form), 422)


def _received(slug: str, number: str | None, form: CommentForm) -> str:
    """The receipt code of what was sent. Files are read before the database is asked: that takes a while."""
    files = attachments.read_files(_files(form)) if _is_admitted(form) else ()
    own = db.session()
    whole_draft = target_of(slug, None)
    refs = set(form.further.data or []) - {number}
    named = targets.named(own, whole_draft.version, {*refs, *([number] if number else [])})
    if number is not None and number not in named:
        raise NotFound()
    target = service.Target(whole_draft.draft, whole_draft.version, named.get(number) if number else None)
    sent = Sending(targets.chosen(named, refs), files, robots.given(form))
    reception, sender, typed = _reception(), _sender(), _typed(form)
    own = db.begin_writing()
    comment = reception.receive(own, sender, target, typed, sent, now())
    own.commit()
    return comment.receipt_code


def _is_admitted(form: CommentForm) -> bool:
    """Whether files are worth opening: programs, which are refused in a moment, could keep a process busy with them."""
    setter = robots.robots()
    if setter is None or current_user.is_authenticated or PHONE_CHECK in session:
        return True
    return setter.check(robots.given(form), now()) is not None


def _files(form: CommentForm) -> list[FileStorage]:
    return [file for file in form.files.data or [] if isinstance(file, FileStorage) and file.filename]


def _with_files_named(form: CommentForm) -> CommentForm:
    """No browser keeps the files of a form that comes back; whoever chose some is told."""
    if _files(form):
        form.files.errors = [*form.files.errors, _("Please choose the files again: a browser does not keep them.")]
    return form


def _typed(form: CommentForm) -> service.NewComment:
    rewording = form.rewording.data or ""
    if rules.read_hash(rewording.strip()) == form.prefilled.data:
        rewording = ""  # the present words, unchanged, are no proposal
    return service.NewComment(
        stance=form.stance.data,
        body=form.body.data,
        idempotency_key=form.idempotency_key.data,
        rewording=rewording,
        consent_publish=form.consent_publish.data,
        name=form.name.data or "",
        phone=form.phone.data or "",
    )
