"""The names of what is told, for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from consult.notices.models import Channel, OutboxState

#: By the kind of a message or notice; a kind without a label is shown as it is written.
KINDS = {
    "comment.decided": _l("Comment decided"),
    "comment.report": _l("Reported comment read again"),
    "draft.confirm": _l("Confirmation of a subscription"),
    "draft.opened": _l("Consultation opened"),
    "draft.closing": _l("Consultation closes soon"),
    "draft.extended": _l("Consultation extended"),
    "draft.version": _l("New version of a draft"),
    "draft.hearing": _l("Hearing announced"),
    "draft.results": _l("Results of a consultation"),
    "ledger.late": _l("Results that are late"),
    "phone.code": _l("Code for a phone"),
}
STATES = {
    OutboxState.WAITING: _l("Waiting to be sent"),
    OutboxState.SENT: _l("Sent"),
    OutboxState.FAILED: _l("Not delivered"),
    OutboxState.HELD: _l("Held for sending by hand"),
}
TONES = {
    OutboxState.WAITING: "action",
    OutboxState.SENT: "done",
    OutboxState.FAILED: "due",
    OutboxState.HELD: "attention",
}
CHANNELS = {Channel.MAIL: _l("E-mail"), Channel.SMS: _l("Text message")}
