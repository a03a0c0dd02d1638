"""Forms of the issues' desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from consult.issues import rules
from consult.web.forms import BaseForm, TextLength


class RenameForm(BaseForm):
    title = StringField(_l("Title"), validators=[TextLength(rules.MIN_TITLE, rules.MAX_TITLE)])


class DropForm(BaseForm):
    reason = StringField(
        _l("Why this is no issue"),
        description=_l("For example: different matters, wrong place, settled already."),
        validators=[TextLength(rules.MIN_REASON, 500)],
    )


class OpenThreadForm(BaseForm):
    title = StringField(
        _l("Title"),
        description=_l("Public. Place and matter."),
        validators=[TextLength(rules.MIN_TITLE, rules.MAX_TITLE)],
    )
    summary = TextAreaField(
        _l("What people say"),
        description=_l("Public. No names and no phone numbers."),
        validators=[TextLength(10, 2000)],
    )
    leader = SelectField(_l("Leader who answers"), coerce=int)
    unit = SelectField(_l("Unit that prepares the answer"), coerce=int)
    working_days = IntegerField(
        _l("Working days to answer"), validators=[InputRequired(_l("Please enter a whole number."))]
    )
