"""Forms of the bulletins' desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import InputRequired

from consult.bulletins import rules
from consult.web.forms import BaseForm, TextLength


class RequestForm(BaseForm):
    start = DateField(_l("From"), validators=[InputRequired(_l("Please enter a day, for example 2026-11-22."))])
    end = DateField(
        _l("To"),
        description=_l("This day is included."),
        validators=[InputRequired(_l("Please enter a day, for example 2026-11-22."))],
    )
    title = StringField(
        _l("Title"), description=_l("Leave it empty to have one made from the period."), validators=[TextLength(0, 120)]
    )
    organ = StringField(
        _l("Issuing organ"),
        description=_l("Printed on the masthead only if you enter it."),
        validators=[TextLength(0, 80)],
    )
    document_number = StringField(
        _l("Document number"), description=_l("Printed only if you enter it."), validators=[TextLength(0, 80)]
    )


class WithdrawForm(BaseForm):
    reason = TextAreaField(_l("Reason"), validators=[TextLength(rules.MIN_REASON, 500)])
