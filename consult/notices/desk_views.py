"""The outbox at the desk. Administrators see that messages go out; what they say and to whom, only officers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.notices import queries
from consult.notices.labels import CHANNELS, KINDS, STATES, TONES
from consult.notices.models import OutboxMessage, OutboxState
from consult.notices.rules import masked
from consult.notices.service import Letter
from consult.notices.service import outbox as present_outbox
from consult.web.access import Permission, allow
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("notices_desk", __name__, url_prefix="/desk/outbox")
_WORDS = {"kinds": KINDS, "states": STATES, "tones": TONES, "channels": CHANNELS}


@bp.get("")
@allow(Permission.OUTBOX_MANAGE)
def outbox() -> ResponseReturnValue:
    own, sealed = db.session(), present_outbox()
    state = request.args.get("state", "")
    state = state if state in list(OutboxState) else ""
    return render_template(
        "notices/desk_outbox.html",
        page=paginate(own, queries.messages(state), number=requested_page(), size=50),
        counts=queries.counts_by_state(own),
        state=state,
        recipient=lambda row: masked(sealed.letter(row).recipient),
        outbox=sealed,
        **_WORDS,
    )


@bp.get("/<int:message_id>")
@allow(Permission.OUTBOX_MANAGE)
def show(message_id: int) -> ResponseReturnValue:
    sealed, message = present_outbox(), queries.access_message(db.session(), message_id)
    return _message_page(message, masked(sealed.letter(message).recipient))


def _message_page(message: OutboxMessage, recipient: str, letter: Letter | None = None) -> ResponseReturnValue:
    return render_template(
        "notices/desk_message.html",
        message=message,
        recipient=recipient,
        letter=letter,
        can_retry=present_outbox().can_deliver(message.channel),
        **_WORDS,
    )


@bp.post("/<int:message_id>/reading")
@allow(Permission.IDENTITY_REVEAL)
def read(message_id: int) -> ResponseReturnValue:
    own = db.session()
    message = queries.access_message(own, message_id)
    letter = present_outbox().read(own, current_user.account, message, now())
    own.commit()
    return _message_page(message, letter.recipient or "—", letter)


@bp.post("/<int:message_id>/retry")
@allow(Permission.OUTBOX_MANAGE)
def retry(message_id: int) -> ResponseReturnValue:
    own = db.session()
    message = queries.access_message(own, message_id)
    present_outbox().retry(own, current_user.account, message, now())
    own.commit()
    flash(_("The message is tried again."), "success")
    return redirect(url_for("notices_desk.show", message_id=message_id), 303)


@bp.post("/<int:message_id>/sent")
@allow(Permission.IDENTITY_REVEAL)
def sent(message_id: int) -> ResponseReturnValue:
    own = db.session()
    message = queries.access_message(own, message_id)
    present_outbox().mark_sent(own, current_user.account, message, now())
    own.commit()
    flash(_("Noted as sent by hand."), "success")
    return redirect(url_for("notices_desk.outbox"), 303)
