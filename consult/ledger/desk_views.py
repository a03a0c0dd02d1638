"""The ledger at the desk: deciding on comments, confirming decisions, publishing."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from consult import db
from consult.comments.labels import STANCE_LABELS
from consult.comments.models import Comment
from consult.comments.queries import clause_label, place_of
from consult.comments.targets import further_of
from consult.drafts import queries as drafts
from consult.drafts.comparing import differences
from consult.drafts.models import Clause, Draft, DraftVersion
from consult.drafts.texts import passage_text
from consult.drafts.views import filter_value
from consult.errors import InvalidInput
from consult.ledger import queries, rewordings, rules, service
from consult.ledger.forms import DecideForm, whole_number
from consult.ledger.labels import ACTION_LABELS, ORIGIN_LABELS, OUTCOME_LABELS, OUTCOME_TONES, STATUS_LABELS
from consult.ledger.models import Origin
from consult.ledger.queries import Filter
from consult.ledger.service import Done, Found, Selection, Ticked, Verdict
from consult.web.access import Permission, allow
from consult.web.forms import OnceForm
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("ledger_desk", __name__, url_prefix="/desk/ledger")
PAGE_SIZE = 50
_SHOWN = ("closed", "overdue", "reported")
#: The parts of a filter that stand in addresses.
_FILTER = ("version", "clause", "stance", "q", "status", "group", "copies")


def desk_draft(draft_id: int) -> Draft:
    """A draft for the desk. Raises `NotFound`."""
    return drafts.access_draft_by_id(db.session(), current_user, draft_id)


@bp.get("")
@allow(Permission.LEDGER_EDIT)
def index() -> ResponseReturnValue:
    own = db.session()
    only = filter_value("show", _SHOWN)
    page = paginate(own, queries.desk_drafts(now(), only), number=requested_page(), size=30)
    return render_template(
        "ledger/desk_index.html",
        page=page,
        balances=queries.balances(own, [d.id for d in page.items]),
        days=lambda draft: rules.overdue_days(draft, now()),
        is_closed=lambda draft: rules.is_publishable(draft, now()),
        reminder=rules.REMINDER_DAYS,
        only=only,
    )


def wanted_filter(draft: Draft) -> Filter:
    """What the address asks for."""
    asked = request.args
    return Filter(
        draft.id,
        version=whole_number(asked.get("version")),
        clause=asked.get("clause", "")[:24],
        stance=filter_value("stance", STANCE_LABELS),
        words=asked.get("q", "").strip()[:100],
        status=filter_value("status", queries.STATUSES),
        group=asked.get("group", "")[:32],
        copies=whole_number(asked.get("copies")),
    )


def _kept() -> dict[str, Any]:
    """The filter as it stands in the address, for coming back to it."""
    return {name: request.args.get(name) or None for name in _FILTER}


def _later(draft: Draft) -> list[tuple[DraftVersion, list[Clause]]]:
    """Versions that a comment can have changed, with their clauses."""
    own = db.session()
    return [(version, drafts.clauses(own, version)) for version in drafts.versions(own, draft) if version.number > 1]


@bp.get("/<int:draft_id>")
@allow(Permission.LEDGER_EDIT)
def show(draft_id: int) -> ResponseReturnValue:
    return _table(desk_draft(draft_id), DecideForm(formdata=None))


def _table(draft: Draft, form: DecideForm, status: int = 200) -> ResponseReturnValue:
    own, wanted = db.session(), wanted_filter(draft)
    page = paginate(own, queries.table(wanted), number=requested_page(), size=PAGE_SIZE, scalars=False)
    figures = queries.balance(own, draft)
    form.last_action.data, form.found.data = queries.last_action(own, draft), _undecided(wanted, page.total, figures)
    entries = [row[1] for row in page.items if row[1] is not None]
    return (
        render_template(
            "ledger/desk_show.html",
            draft=draft,
            page=page,
            form=form.offer(queries.reasons(own, draft), _later(draft)),
            chosen=request.form.getlist("ids"),
            figures=figures,
            missing=queries.missing(own, draft, figures),
            groups=queries.groups(own, draft, {row[0].text_hash for row in page.items}),
            repeated=queries.mergeable(own, draft) if figures.undecided else 0,
            people=queries.names(own, {i for e in entries for i in (e.decided_by, e.reviewed_by)}),
            further=further_of(own, [row[0].id for row in page.items]),
            changes=queries.clause_names(own, {e.change_clause_id for e in entries}),
            filters=_kept(),
            found_undecided=form.found.data,
            is_publishable=rules.is_publishable(draft, now()),
            days=rules.overdue_days(draft, now()),
            **_choices(draft),
        ),
        status,
    )


def _undecided(wanted: Filter, total: int, figures: rules.Balance) -> int:
    """How many comments the button for all that was found would decide on."""
    if wanted.is_empty:
        return figures.undecided
    return total if wanted.status else queries.count(db.session(), wanted.undecided())


def _choices(draft: Draft) -> dict[str, object]:
    own = db.session()
    return {
        "versions": drafts.versions(own, draft),
        "clauses": queries.spoken_on(own, draft),
        "statuses": STATUS_LABELS,
        "stances": STANCE_LABELS,
        "outcomes": OUTCOME_LABELS,
        "tones": OUTCOME_TONES,
        "place": clause_label,
        "reminder": rules.REMINDER_DAYS,
    }


def ticked() -> Ticked:
    """The rows that were ticked: "12.3" is comment 12 at revision 3."""
    seen = []
    for value in request.form.getlist("ids"):
        number, _dot, revision = value.partition(".")
        pair = whole_number(number), whole_number(revision)
        if pair[0] is not None and pair[1] is not None:
            seen.append((pair[0], pair[1]))
    return Ticked(tuple(dict(seen).items()))


def _found(form: DecideForm, draft: Draft) -> Found:
    wanted = wanted_filter(draft)
    wanted = wanted if wanted.status else wanted.undecided()
    return Found(wanted, whole_number(form.found.data) or 0, whole_number(form.last_action.data) or 0)


def verdict(form: DecideForm) -> Verdict:
    """What the form says."""
    master = (form.master.data or "").strip()
    number = whole_number(master)
    if master and number is None:
        raise InvalidInput("Please type the number alone, as it stands in the list.", field="master")
    return Verdict(
        form.outcome.data or "",
        form.reason.data or "",
        whole_number(form.stored_reason.data),
        number,
        whole_number(form.change.data),
    )


@bp.post("/<int:draft_id>")
@allow(Permission.LEDGER_EDIT)
def act(draft_id: int) -> ResponseReturnValue:
    """Decide, confirm, take back: the button says what, and about which comments."""
    own, draft, form = db.session(), desk_draft(draft_id), DecideForm()
    form.offer((), ())
    try:
        done = _acted(draft, form) if form.validate() else None
    except InvalidInput as refused:
        form.add_situation(refused)
        done = None
    if done is None:
        return _table(draft, form, 422)
    own.commit()
    tell(done)
    return redirect(url_for("ledger_desk.show", draft_id=draft.id, **_kept()), 303)


def _acted(draft: Draft, form: DecideForm) -> Done:
    own, actor, key = db.session(), current_user.account, form.idempotency_key.data
    action, about = request.form.get("action", "").partition("_")[::2]
    if action == "merge":
        return service.merge_equal(own, actor, draft, whole_number(form.last_action.data) or 0, key, now())
    selection: Selection = _found(form, draft) if about == "found" else ticked()
    if action == "decide":
        return service.decide(own, actor, draft, selection, verdict(form), key, now())
    if action == "review":
        return service.review(own, actor, draft, _to_review(selection, draft, form), key, now())
    if action == "clear" and isinstance(selection, Ticked):
        return service.clear(own, actor, draft, selection, key, now())
    raise InvalidInput("Please choose what to do.")


def _to_review(selection: Selection, draft: Draft, form: DecideForm) -> Selection:
    """Of what was found, everything that waits for confirmation, as it was counted on the page."""
    if isinstance(selection, Ticked):
        return selection
    waiting = Filter(draft.id, status="drafted")
    return Found(waiting, whole_number(request.form.get("waiting")) or 0, selection.last_action)


def tell(done: Done) -> None:
    """Say what was done, and what was left alone and why."""
    flash(ngettext("%(num)s comment is done.", "%(num)s comments are done.", done.count), "success")
    if done.left:
        listed = _(", ").join(str(n) for n in done.left[: rules.NAMED])
        flash(_("Somebody else had changed these, and they stay as they are: no. %(list)s", list=listed), "warning")
    if done.own_decisions:
        n = done.own_decisions
        flash(_("%(n)s more are your own decisions: a second person confirms them.", n=n), "warning")


@bp.get("/<int:draft_id>/comments/<int:comment_id>")
@allow(Permission.LEDGER_EDIT)
def comment(draft_id: int, comment_id: int) -> ResponseReturnValue:
    draft = desk_draft(draft_id)
    found = queries.access_comment(db.session(), draft, comment_id)
    entry = queries.entry_of(db.session(), found)
    form = DecideForm(formdata=None)
    if entry is not None:
        form.outcome.data, form.reason.data = entry.outcome, entry.reason
        form.master.data, form.change.data = str(entry.master_id or ""), str(entry.change_clause_id or "")
    return _comment_page(draft, found, form)


def _comment_page(draft: Draft, found: Comment, form: DecideForm, status: int = 200) -> ResponseReturnValue:
    own = db.session()
    entry, clause = queries.entry_of(own, found), place_of(own, found)[1]
    origin = queries.origin_of(own, found)
    return (
        render_template(
            "ledger/desk_comment.html",
            draft=draft,
            comment=found,
            clause=clause,
            **_proposal(draft, found),
            further=further_of(own, [found.id]).get(found.id, ()),
            entry=entry,
            revision=entry.revision if entry else 0,
            form=form.offer(queries.reasons(own, draft), _later(draft)),
            alike=queries.groups(own, draft, {found.text_hash}).get(found.text_hash, 1),
            people=queries.names(own, {entry.decided_by, entry.reviewed_by} if entry else ()),
            history=queries.history(own, found),
            origin=origin,
            origin_label=ORIGIN_LABELS[Origin(origin.channel)] if origin else None,
            next_one=queries.next_undecided(own, draft, found.id),
            may_review=bool(entry and entry.state == "drafted" and entry.decided_by != current_user.id),
            outcomes=OUTCOME_LABELS,
            tones=OUTCOME_TONES,
            actions=ACTION_LABELS,
            place=clause_label,
        ),
        status,
    )


def _proposal(draft: Draft, found: Comment) -> dict[str, Any]:
    """The proposed wording as a difference to the clause of the version in preparation that it would change."""
    if not found.rewording:
        return {"proposal": None, "target": None, "prepared": None}
    own = db.session()
    version, target = rewordings.target_of(own, draft, found)
    if target is None:
        return {"proposal": None, "target": None, "prepared": version}
    take = OnceForm(formdata=None)
    rows = drafts.clauses(own, cast(DraftVersion, version))
    present = passage_text(drafts.passage_of(rows, target))
    return {"proposal": differences(present, found.rewording), "target": target, "prepared": version, "take": take}


@bp.post("/<int:draft_id>/comments/<int:comment_id>/rewording")
@allow(Permission.LEDGER_EDIT)
def take_rewording(draft_id: int, comment_id: int) -> ResponseReturnValue:
    """Take the proposed wording into the version in preparation."""
    own, draft, form = db.session(), desk_draft(draft_id), OnceForm()
    found = queries.access_comment(own, draft, comment_id)
    if not form.validate():
        return _comment_page(draft, found, DecideForm(formdata=None), 422)
    seen, key = whole_number(request.form.get("revision")) or 0, str(form.idempotency_key.data)
    try:
        changed = rewordings.take(own, current_user.account, draft, found, seen, key, now())
    except InvalidInput as refused:
        own.rollback()
        form = DecideForm(formdata=None)
        form.add_situation(refused)
        return _comment_page(desk_draft(draft_id), queries.access_comment(own, draft, comment_id), form, 422)
    own.commit()
    flash(_("%(clause)s of the next version reads as proposed now.", clause=clause_label(changed)), "success")
    return redirect(url_for("ledger_desk.comment", draft_id=draft.id, comment_id=comment_id), 303)


@bp.post("/<int:draft_id>/comments/<int:comment_id>")
@allow(Permission.LEDGER_EDIT)
def decide_one(draft_id: int, comment_id: int) -> ResponseReturnValue:
    own, draft, form = db.session(), desk_draft(draft_id), DecideForm()
    found = queries.access_comment(own, draft, comment_id)
    form.offer((), ())
    try:
        done = _acted(draft, form) if form.validate() else None
    except InvalidInput as refused:
        form.add_situation(refused)
        done = None
    if done is None:
        return _comment_page(draft, found, form, 422)
    own.commit()
    tell(done)
    following = queries.next_undecided(own, draft, comment_id) if request.form.get("then") == "next" else comment_id
    if following is None:
        return redirect(url_for("ledger_desk.show", draft_id=draft.id), 303)
    return redirect(url_for("ledger_desk.comment", draft_id=draft.id, comment_id=following), 303)
