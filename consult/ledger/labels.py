"""The words of outcomes, statuses and origins, for forms and pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from consult.ledger.models import ActionKind, EntryState, Origin, Outcome

OUTCOME_LABELS = {
    Outcome.ADOPTED: _l("Adopted"),
    Outcome.PARTLY: _l("Adopted in part"),
    Outcome.DECLINED: _l("Not adopted"),
    Outcome.DUPLICATE: _l("Duplicate"),
    Outcome.UNRELATED: _l("Unrelated"),
}
#: Colours of tags, see templates/components/status.html.
OUTCOME_TONES = {
    Outcome.ADOPTED: "done",
    Outcome.PARTLY: "action",
    Outcome.DECLINED: "neutral",
    Outcome.DUPLICATE: "quiet",
    Outcome.UNRELATED: "quiet",
}
STATUS_LABELS: dict[str, object] = {
    "undecided": _l("Undecided"),
    EntryState.DRAFTED: _l("Awaiting confirmation"),
    EntryState.REVIEWED: _l("Confirmed"),
    **{str(outcome): label for outcome, label in OUTCOME_LABELS.items()},
}
ORIGIN_LABELS = {
    Origin.EMAIL: _l("By e-mail"),
    Origin.LETTER: _l("Letter"),
    Origin.PHONE: _l("Phone call"),
    Origin.VISIT: _l("Visit"),
    Origin.MEETING: _l("Meeting or hearing"),
    Origin.OTHER: _l("Other channel"),
}
ACTION_LABELS = {
    ActionKind.DECIDE: _l("Decided"),
    ActionKind.CLEAR: _l("Decision taken back"),
    ActionKind.MERGE: _l("Marked as a duplicate"),
    ActionKind.REVIEW: _l("Confirmed"),
}
