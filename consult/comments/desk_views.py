"""Reviewing comments at the desk: 先审后发."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from consult import db
from consult.comments import (
    after_service,
    attachments,
    queries,
    replies,
    review_queries,
    rules,
    sensitive,
    sensitive_service,
    service,
    stance_queries,
    stance_service,
    targets,
)
from consult.comments.forms import DecisionForm
from consult.comments.labels import JUDGED_LABELS, REASON_LABELS, STANCE_LABELS, STATE_LABELS
from consult.comments.models import Comment, CommentState
from consult.comments.review_labels import APPEAL_LABELS, REPORT_LABELS
from consult.drafts.views import filter_value
from consult.errors import Conflict, InvalidInput
from consult.web.access import Permission, allow
from consult.web.forms import clean_text
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("comments_desk", __name__, url_prefix="/desk/comments")

_ACTIONS = {"accept": CommentState.ACCEPTED, "refuse": CommentState.REFUSED}


@bp.app_context_processor
def helpers() -> dict[str, object]:
    """What the workspace of a draft needs to show where those stand who spoke on it."""
    return {"stances_of_draft": lambda draft_id: stance_queries.figures(db.session(), draft_id)}


def _whole_number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


@bp.get("")
@allow(Permission.COMMENTS_REVIEW)
def queue() -> ResponseReturnValue:
    return _queue(DecisionForm())


def _filters() -> review_queries.Filters:
    """What the address narrows the queue to; nonsense narrows nothing."""
    asked = request.args.get
    return review_queries.Filters(
        state=filter_value("state", CommentState) or CommentState.PENDING.value,
        draft=_whole_number(asked("draft", "")),
        clause=clean_text(asked("clause", ""))[:120],
        version=_whole_number(asked("version", "")),
        stance=filter_value("stance", STANCE_LABELS),
        judged=filter_value("judged", JUDGED_LABELS),
        who=asked("who", "") if asked("who") in ("account", "anonymous") else "",
        q=clean_text(asked("q", "")).strip()[:100],
        **{name: "1" if asked(name) else "" for name in ("hits", "reported", "appealed", "files", "changed")},
    )


def _queue(form: DecisionForm, chosen: tuple[int, ...] = (), status: int = 200) -> ResponseReturnValue:
    own, filters = db.session(), _filters()
    words = sensitive.matcher(sensitive_service.in_force(own).words)
    listed = review_queries.queue(own, filters, words)
    page = paginate(own, listed, number=requested_page(), size=50, scalars=False)
    ids = [row[0].id for row in page.items]
    is_chosen = filters.draft is not None
    return (
        render_template(
            "comments/desk_queue.html",
            page=page,
            form=form,
            chosen=chosen,
            filters=filters,
            bulk=filters.state == CommentState.PENDING and not (filters.reported or filters.appealed),
            attention=review_queries.attention(own),
            replies_waiting=replies.waiting_count(own),
            counts=queries.state_counts(own, filters.draft),
            drafts=queries.drafts_with_comments(own),
            clauses=review_queries.clauses_to_choose(own, filters.draft) if is_chosen and filters.draft else [],
            versions=review_queries.versions_to_choose(own, filters.draft) if is_chosen and filters.draft else [],
            states=STATE_LABELS,
            stances=STANCE_LABELS,
            judged_names=JUDGED_LABELS,
            judgements=stance_queries.judgements(own, [row[0] for row in page.items]),
            marks={row[0].id: marked_parts(words, row[0], 400) for row in page.items},
            reports=review_queries.reports_of(own, ids),
            appeals=review_queries.appeals_of(own, ids),
            files=attachments.of_comments(own, ids, only_public=False),
            reasons=REASON_LABELS,
            report_names=REPORT_LABELS,
            place=queries.clause_label,
        ),
        status,
    )


def marked_parts(words: sensitive.Matcher, comment: Comment, most: int | None = None) -> dict[str, Any]:
    """A comment's texts cut at what the list of sensitive words finds in them, and the categories found."""
    hits = {name: words.hits(text) for name, text in (("body", comment.body), ("rewording", comment.rewording))}
    cut = {
        "body": sensitive.parts(comment.body, hits["body"], most),
        "rewording": sensitive.parts(comment.rewording, hits["rewording"], most),
    }
    found = dict.fromkeys(hit.category or hit.entry for one in hits.values() for hit in one)
    return {**cut, "categories": list(found), "entries": list(dict.fromkeys(h.entry for o in hits.values() for h in o))}


def _decision(form: DecisionForm) -> service.Decision:
    state = _ACTIONS.get(request.form.get("action", ""))
    if state is None:
        raise InvalidInput("Please choose what to do.")
    return service.Decision(state, form.reason.data or "", form.note.data or "")


@bp.post("/decide")
@allow(Permission.COMMENTS_REVIEW)
def decide() -> ResponseReturnValue:
    """Decide every ticked comment at once."""
    form, own = DecisionForm(), db.session()
    typed = (_whole_number(value) for value in request.form.getlist("ids"))
    ids = tuple(dict.fromkeys(i for i in typed if i is not None))[: rules.MAX_BULK]
    try:
        if not ids:
            raise InvalidInput("Please tick at least one comment.")
        if not form.validate():
            return _queue(form, ids, 422)
        decision = _decision(form)
        decided = service.decide(own, current_user.account, ids, decision, now(), _seen())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _queue(form, ids, 422)
    after_service.settle_reports(own, current_user.account, decided.done, decision.state, now())
    after_service.tell_authors(own, decided.done, now())
    own.commit()
    _tell(decided)
    return redirect(url_for("comments_desk.queue", **_filters().address()), 303)


def _seen() -> dict[int, int]:
    """How often each comment of the page had been changed when it was shown."""
    found = {}
    for value in request.form.getlist("seen"):
        number, edits = (_whole_number(part) for part in value.partition(":")[::2])
        if number is not None and edits is not None:
            found[number] = edits
    return found


def _tell(decided: service.Decided) -> None:
    """Say what was done, and which comments another officer had decided before."""
    if decided.done:
        n = len(decided.done)
        flash(ngettext("%(num)s comment is decided.", "%(num)s comments are decided.", n), "success")
    if not decided.already:
        return
    rows = queries.already_decided(db.session(), decided.already)
    told = _("; ").join(
        _("no. %(id)s: %(state)s", id=number, state=STATE_LABELS[CommentState(state)])
        + (_(" by %(name)s", name=name) if name else "")
        for number, state, name in rows
    )
    text = _("These had been decided before and stay as they are: %(list)s", list=told or "—")
    if not decided.done:
        raise Conflict("Nothing was changed. %(what)s", what=text)
    flash(text, "warning")


def _page(comment: Comment, form: DecisionForm, status: int = 200) -> ResponseReturnValue:
    own = db.session()
    draft, clause = queries.place_of(own, comment)
    words = sensitive.matcher(sensitive_service.in_force(own).words)
    appeal = review_queries.appeals_of(own, [comment.id]).get(comment.id)
    return (
        render_template(
            "comments/desk_show.html",
            comment=comment,
            draft=draft,
            clause=clause,
            place=queries.clause_label(clause),
            further="、".join(map(queries.clause_label, targets.further_of(own, [comment.id]).get(comment.id, []))),
            rewording=targets.rewording_of(own, comment),
            files=attachments.of_comments(own, [comment.id], only_public=False).get(comment.id, []),
            form=form,
            marks=marked_parts(words, comment),
            earlier=review_queries.earlier_words(own, comment),
            reports=review_queries.reports_of(own, [comment.id]).get(comment.id, {}),
            report_names=REPORT_LABELS,
            appeal=appeal,
            appeal_names=APPEAL_LABELS,
            refused_by_me=appeal is not None and appeal.refused_by == current_user.id,
            history=queries.history(own, comment),
            judged_names=JUDGED_LABELS,
            judgement=stance_queries.judgements(own, [comment]).get(comment.id),
            stance_history=stance_queries.history(own, comment),
            is_judged=comment.state in rules.COUNTED and not rules.chose_a_stance(comment),
            may_accept=rules.can_move(comment.state, CommentState.ACCEPTED),
            may_refuse=rules.can_move(comment.state, CommentState.REFUSED),
            states=STATE_LABELS,
            reasons=REASON_LABELS,
        ),
        status,
    )


@bp.get("/<int:comment_id>")
@allow(Permission.COMMENTS_REVIEW)
def show(comment_id: int) -> ResponseReturnValue:
    comment = queries.access_for_review(db.session(), current_user, comment_id)
    return _page(comment, DecisionForm(seen=f"{comment.state}:{comment.edits}"))


def _seen_one(form: DecisionForm) -> tuple[str, int]:
    """The status that the officer saw, and how often the comment had been changed by then: "pending:0"."""
    state, _colon, edits = (form.seen.data or "").partition(":")
    return state, _whole_number(edits) or 0


@bp.post("/<int:comment_id>")
@allow(Permission.COMMENTS_REVIEW)
def decide_one(comment_id: int) -> ResponseReturnValue:
    own, form = db.session(), DecisionForm()
    comment = queries.access_for_review(own, current_user, comment_id)
    if not form.validate():
        return _page(comment, form, 422)
    try:
        after_service.redecide(own, current_user.account, comment, _seen_one(form), _decision(form), now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _page(comment, form, 422)
    own.commit()
    flash(_("The comment is decided."), "success")
    return redirect(url_for("comments_desk.show", comment_id=comment_id), 303)


def _follows() -> int:
    # What no page of ours sends is answered as an old page is.
    typed = _whole_number(request.form.get("follows", ""))
    return -1 if typed is None else typed


@bp.post("/<int:comment_id>/stance")
@allow(Permission.TONES_CORRECT)
def correct_stance(comment_id: int) -> ResponseReturnValue:
    """Say where the words stand of an author who chose no stance."""
    own = db.session()
    comment = queries.access_for_review(own, current_user, comment_id)
    stance, reason = request.form.get("stance", ""), clean_text(request.form.get("reason", ""))
    stance_service.correct(own, current_user.account, comment, stance, reason, _follows(), now())
    own.commit()
    flash(_("The machine's stance is corrected. It counts like this from now on."), "success")
    return redirect(url_for("comments_desk.show", comment_id=comment_id, _anchor="stance"), 303)


@bp.post("/<int:comment_id>/stance/taking-back")
@allow(Permission.TONES_CORRECT)
def take_stance_back(comment_id: int) -> ResponseReturnValue:
    own = db.session()
    comment = queries.access_for_review(own, current_user, comment_id)
    stance_service.take_back(own, current_user.account, comment, _follows(), now())
    own.commit()
    flash(_("The correction is taken back; the machine's stance counts again."), "success")
    return redirect(url_for("comments_desk.show", comment_id=comment_id, _anchor="stance"), 303)
