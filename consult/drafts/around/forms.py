"""Forms around a draft."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, EmailField, IntegerField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired

from consult.drafts.around.rules import MAX_QUOTA
from consult.web.forms import BaseForm, TextLength


class SubscribeForm(BaseForm):
    email = EmailField(
        _l("Your e-mail address"),
        validators=[TextLength(1, 200)],
        render_kw={"autocomplete": "email", "spellcheck": "false", "inputmode": "email"},
    )
    consent = BooleanField(
        _l("You may use this address to write to me about this draft, until its results are out or I end it"),
        validators=[DataRequired(_l("Without your agreement we may not keep your address. The feed needs none."))],
    )


class ExtensionForm(BaseForm):
    closes_on = DateField(
        _l("New closing day"),
        description=_l("Comments are accepted until the end of this day."),
        validators=[InputRequired(_l("Please enter a closing day."))],
    )
    reason = TextAreaField(
        _l("Reason for the extension"),
        description=_l("It stands on the public page, and subscribers are told."),
        validators=[TextLength(1, 1_000)],
    )


class HearingForm(BaseForm):
    day = DateField(_l("Day of the hearing"), validators=[InputRequired(_l("Please enter a day."))])
    time = TimeField(
        _l("Time"),
        description=_l("On the clock of Beijing, for example 14:30."),
        validators=[InputRequired(_l("Please enter a time, for example 14:30."))],
    )
    place = StringField(_l("Place"), validators=[TextLength(1, 200)])
    quota = IntegerField(
        _l("How many may attend"),
        validators=[InputRequired(_l("Say how many may attend, from 1 to %(most)d.", most=MAX_QUOTA))],
        render_kw={"inputmode": "numeric"},
    )
    agenda = TextAreaField(_l("Agenda"), validators=[TextLength(1, 5_000)])
    papers_on = DateField(
        _l("Papers are handed out on"),
        description=_l("At least 7 days before the hearing."),
        validators=[InputRequired(_l("Please enter a day."))],
    )


class CancelHearingForm(BaseForm):
    reason = TextAreaField(
        _l("Reason"),
        description=_l("It stands on the public page, and subscribers are told."),
        validators=[TextLength(1, 1_000)],
    )


class ReportForm(BaseForm):
    report = TextAreaField(
        _l("Report of the hearing"),
        description=_l("Who attended, what was said, and what follows. It stands on the public page."),
        validators=[TextLength(1, 20_000)],
    )
