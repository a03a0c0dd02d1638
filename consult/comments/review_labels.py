"""The words of reports, appeals and replies."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from consult.comments.review_models import AppealState, ReplyState, ReportReason

REPORT_LABELS = {
    ReportReason.PRIVACY: _l("It gives away somebody's personal data"),
    ReportReason.ADVERTISING: _l("It is advertising"),
    ReportReason.INSULT: _l("It insults or slanders somebody"),
    ReportReason.RUMOURS: _l("It spreads a rumour"),
    ReportReason.OTHER_UNLAWFUL: _l("It is unlawful in another way"),
}
APPEAL_LABELS = {
    AppealState.WAITING: _l("A second look is asked for"),
    AppealState.GRANTED: _l("Published after a second look"),
    AppealState.UPHELD: _l("The refusal stands after a second look"),
}
REPLY_LABELS = {
    ReplyState.PENDING: _l("Awaiting review"),
    ReplyState.ACCEPTED: _l("Passed review"),
    ReplyState.REFUSED: _l("Not published"),
}
