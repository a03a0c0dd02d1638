"""Around a draft, for the public: calendars, feeds, subscriptions, QR codes and the text on paper."""

from __future__ import annotations

import io

import segno
from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.drafts import queries as draft_queries
from consult.drafts import rules
from consult.drafts.around import calendar, happenings, queries
from consult.drafts.around.forms import SubscribeForm
from consult.drafts.around.subscriptions import Subscriptions
from consult.drafts.around.wording import CALENDAR_OF_ALL, CALENDAR_OF_DRAFT, FEED_TITLE
from consult.drafts.forms import KIND_LABELS
from consult.drafts.models import Draft, DraftState
from consult.errors import InvalidInput, NotFound
from consult.notices.service import outbox
from consult.web import feeds, limits
from consult.web.access import personal, public
from consult.web.addresses import outside_root
from consult.web.forms import EmptyForm, limited
from consult.web.visitor import now

bp = Blueprint("drafts_around", __name__)
#: How many drafts the calendar of all shows.
SHOWN = 100


@bp.app_template_global("around_draft")
def around_draft(draft: Draft) -> queries.Around:
    """What stands around a draft, for its page."""
    return queries.around(db.session(), draft)


@bp.record_once
def _end_without_a_form(state: BlueprintSetupState) -> None:
    # A mail program presses "unsubscribe" without having seen any page (RFC 8058): the signed address is its right.
    state.app.extensions["csrf"].exempt(f"{end_post.__module__}.{end_post.__name__}")


def _public_draft(slug: str) -> Draft:
    """A draft that everybody may know of, whoever asks: what leaves the site by feed or paper is public."""
    draft = draft_queries.access_draft(db.session(), current_user, slug)
    if not rules.is_public(draft):
        raise NotFound()
    return draft


def _subscriptions() -> Subscriptions:
    extensions = current_app.extensions
    return Subscriptions(extensions["consult.vault"], outbox(), extensions["consult.settings"], outside_root())


@bp.get("/drafts.ics")
@public
def all_dates() -> ResponseReturnValue:
    own = db.session()
    drafts = draft_queries.newest_public_drafts(own, SHOWN)
    site = current_app.extensions["consult.settings"].site_name
    return feeds.calendar(CALENDAR_OF_ALL.format(site=site), calendar.of_drafts(own, drafts))


@bp.get("/drafts/<slug>.ics")
@public
def dates(slug: str) -> ResponseReturnValue:
    draft = _public_draft(slug)
    return feeds.calendar(CALENDAR_OF_DRAFT.format(title=draft.title), calendar.of_drafts(db.session(), [draft]))


@bp.get("/drafts/<slug>.atom")
@public
def atom(slug: str) -> ResponseReturnValue:
    draft, moment = _public_draft(slug), now()
    page = url_for("drafts.show", slug=slug)
    entries = [
        feeds.Entry(f"{h.headline}：{draft.title}", page + h.place, h.at, h.summary, h.at, draft.organ)
        for h in happenings.for_feed(happenings.of_draft(db.session(), draft, moment))
    ]
    return feeds.atom(FEED_TITLE.format(title=draft.title), entries, empty_since=moment)


@bp.get("/drafts/<slug>/print")
@public
def paper(slug: str) -> ResponseReturnValue:
    own, draft = db.session(), _public_draft(slug)
    if draft.state == DraftState.WITHDRAWN:
        return render_template("drafts/withdrawn.html", draft=draft, kinds=KIND_LABELS)
    version = draft_queries.current_version(own, draft)
    return render_template(
        "drafts/around/print.html",
        draft=draft,
        version=version,
        passages=draft_queries.tree(draft_queries.clauses(own, version)),
        address=outside_root() + url_for("drafts.show", slug=slug),
    )


@bp.get("/drafts/<slug>/qr.<any(svg,png):format>")
@public
def qr_code(slug: str, format: str) -> ResponseReturnValue:
    draft, picture = _public_draft(slug), io.BytesIO()
    # Level M: still read with a sixth of it torn or smudged. The border of four modules is part of the code.
    code = segno.make_qr(outside_root() + url_for("drafts.show", slug=draft.slug), error="m")
    if format == "svg":
        code.save(picture, kind="svg", scale=8, xmldecl=False, svgclass=None, lineclass=None, unit="")
        return Response(picture.getvalue(), mimetype="image/svg+xml")
    code.save(picture, kind="png", scale=16)
    return Response(picture.getvalue(), mimetype="image/png")


@bp.get("/drafts/<slug>/subscription")
@public
def subscribe(slug: str) -> ResponseReturnValue:
    return _subscribe_page(_public_draft(slug), SubscribeForm())


def _subscribe_page(draft: Draft, form: SubscribeForm, status: int = 200) -> ResponseReturnValue:
    possible = draft.state == DraftState.PUBLISHED
    return (
        render_template(
            "drafts/around/subscribe.html", draft=draft, form=form, possible=possible, by_hand=not outbox().can_mail
        ),
        status,
    )


@bp.post("/drafts/<slug>/subscription")
@public
def subscribe_post(slug: str) -> ResponseReturnValue:
    limited(limits.SUBSCRIBE)
    form, keeper = SubscribeForm(), _subscriptions()
    try:
        valid = form.validate()
        if valid:
            engine, key = current_app.extensions["consult.engine"], keeper.key_of(form.email.data)
            limits.hit(engine, limits.SUBSCRIBED, key, now())
        own, draft = db.session(), _public_draft(slug)
        if valid:
            keeper.ask(own, draft, form.email.data, now())
    except InvalidInput as refused:
        form.add_situation(refused)
        return _subscribe_page(_public_draft(slug), form, 422)
    if not valid:
        return _subscribe_page(draft, form, 422)
    own.commit()
    flash(_("A link is on its way to this address. The subscription begins when you press it."), "success")
    return redirect(url_for("drafts.show", slug=slug), 303)


@bp.get("/subscriptions/<token>/confirmation")
@public
@personal
def confirm(token: str) -> ResponseReturnValue:
    own = db.session()
    row = _subscriptions().to_confirm(own, token, now())
    draft = own.get_one(Draft, row.draft_id)
    return render_template("drafts/around/confirm.html", draft=draft, form=EmptyForm(), done=row.confirmed_at)


@bp.post("/subscriptions/<token>/confirmation")
@public
@personal
def confirm_post(token: str) -> ResponseReturnValue:
    own = db.session()
    row = _subscriptions().confirm(own, token, now())
    draft = own.get_one(Draft, row.draft_id)
    own.commit()
    flash(_("You will hear of this draft by e-mail. Every e-mail has a link to end it."), "success")
    return redirect(url_for("drafts.show", slug=draft.slug), 303)


@bp.get("/subscriptions/<token>")
@public
@personal
def end(token: str) -> ResponseReturnValue:
    own = db.session()
    row = _subscriptions().to_end(own, token)
    draft = own.get_one(Draft, row.draft_id) if row is not None else None
    return render_template("drafts/around/end.html", draft=draft)


@bp.post("/subscriptions/<token>")
@public
@personal
def end_post(token: str) -> ResponseReturnValue:
    own = db.session()
    _subscriptions().end(own, token)
    own.commit()
    return render_template("drafts/around/end.html", draft=None)
