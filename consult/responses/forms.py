"""Forms of the leader's desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired

from consult.responses import rules
from consult.web.forms import BaseForm, TextLength


class AnswerForm(BaseForm):
    body = TextAreaField(
        _l("Answer"),
        description=_l(
            "Say what was found, what is done by when, on which rule it rests, and whom to ask. "
            "It is published under your name and told to everybody who raised the matter."
        ),
        validators=[TextLength(rules.MIN_ANSWER, rules.MAX_ANSWER)],
    )


class ExtensionForm(BaseForm):
    working_days = IntegerField(
        _l("Working days counted from the opening"),
        validators=[InputRequired(_l("Please enter a whole number."))],
    )
    note = TextAreaField(
        _l("Reason"),
        description=_l("Published in the thread. An extension is possible once."),
        validators=[TextLength(rules.MIN_NOTE, 500)],
    )


class WithdrawForm(BaseForm):
    reason = TextAreaField(_l("Reason"), validators=[TextLength(rules.MIN_NOTE, 500)])
