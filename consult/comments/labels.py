"""The words of stances, statuses and reasons, for forms, pages and receipts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from consult.comments.models import CommentState, JudgedStance, RefusalReason, Stance

STANCE_LABELS = {
    Stance.SUPPORT: _l("I agree"),
    Stance.OPPOSE: _l("I disagree"),
    Stance.AMEND: _l("I suggest a change"),
    Stance.OTHER: _l("Something else"),
}
#: Of a comment whose author ticked 其他, as its words were judged.
JUDGED_LABELS = {
    JudgedStance.SUPPORT: _l("Supports"),
    JudgedStance.OPPOSE: _l("Opposes"),
    JudgedStance.AMEND: _l("Suggests a change"),
    JudgedStance.UNCLEAR: _l("Cannot be told"),
}
#: Questions for people, by kind; the numbers stand in words.
QUESTION_LABELS = {
    "plus": _l("How much is %(a)s plus %(b)s?"),
    "minus": _l("How much is %(a)s minus %(b)s?"),
    "after": _l("Which article comes directly after article %(a)s?"),
    "before": _l("Which article stands directly before article %(a)s?"),
}
STATE_LABELS = {
    CommentState.PENDING: _l("Awaiting review"),
    CommentState.ACCEPTED: _l("Passed review"),
    CommentState.REFUSED: _l("Not published"),
    CommentState.WITHDRAWN: _l("Taken back"),
}
REASON_LABELS = {
    RefusalReason.CONSTITUTION: _l("opposes the basic principles of the Constitution"),
    RefusalReason.STATE_SECURITY: _l("endangers national security or unity, or gives away state secrets"),
    RefusalReason.NATIONAL_HONOUR: _l("harms the honour and interests of the state"),
    RefusalReason.ETHNIC_HATRED: _l("stirs up ethnic hatred or discrimination"),
    RefusalReason.CULTS: _l("violates religious policy, spreads cults or superstition"),
    RefusalReason.RUMOURS: _l("spreads rumours and disturbs public order"),
    RefusalReason.OBSCENITY_VIOLENCE: _l("obscenity, gambling, violence, terror or incitement to crime"),
    RefusalReason.INSULT: _l("insults or slanders others, or violates their rights"),
    RefusalReason.OTHER_UNLAWFUL: _l("other content that laws and regulations forbid"),
    RefusalReason.PRIVACY: _l("gives away personal data of the author or of others"),
    RefusalReason.ADVERTISING: _l("advertising"),
    RefusalReason.IRRELEVANT: _l("has nothing to do with this draft"),
    RefusalReason.DUPLICATE: _l("the same was already received from the same person"),
}
