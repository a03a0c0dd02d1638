"""Forms for commenting and for reviewing."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from consult.comments import rules
from consult.comments.labels import REASON_LABELS, STANCE_LABELS
from consult.web.forms import BaseForm, OnceForm, TextLength


class CommentForm(OnceForm):
    """What somebody says. What the page sets (further clauses, the question) is filled in by `prepared`."""

    stance = RadioField(
        _l("Where do you stand?"),
        choices=[(s.value, label) for s, label in STANCE_LABELS.items()],
        validators=[InputRequired(_l("Please choose where you stand."))],
    )
    body = TextAreaField(
        _l("What would you like to say?"),
        description=_l("Please leave out names, phone numbers and addresses, your own and those of others."),
        validators=[TextLength(rules.MIN_BODY, rules.MAX_BODY)],
    )
    rewording = TextAreaField(_l("How should it read instead?"), validators=[TextLength(0, rules.MAX_REWORDING)])
    further = SelectMultipleField(
        _l("Which further clauses is it about?"),
        description=_l("At most ten. Your comment then also stands with them, and counts once."),
        choices=[],
        validate_choice=False,  # the service says what is not in this version
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    files = MultipleFileField(
        _l("Pictures or PDFs"),
        description=_l("Up to 3 files of up to 5 MB each: JPEG, PNG or PDF. Where a picture was taken is not kept."),
        render_kw={"accept": "image/jpeg,image/png,application/pdf,.jpg,.jpeg,.png,.pdf"},
    )
    #: Digest of the clause's words, which a rewording may start from and which by themselves are none.
    prefilled = HiddenField()
    name = StringField(
        _l("Your name"),
        description=_l("Others see only its first character."),
        validators=[TextLength(0, 40)],
    )
    phone = StringField(
        _l("Your phone number"),
        description=_l("Only for questions about your comment. It is never shown."),
        validators=[TextLength(0, 30)],
    )
    consent_contact = BooleanField(_l("You may keep my name and phone number for this purpose"))
    consent_publish = BooleanField(
        _l("You may show my comment to everybody"),
        description=_l("Without this it is read and counted in the same way, and not shown."),
    )
    #: Of the sum that a script works out, of the question, and what was answered to it.
    solution = HiddenField()
    question = HiddenField()
    answer = StringField(
        _l("Your answer"),
        description=_l("A question for people, against programs that flood the page. Digits or words, both are fine."),
        render_kw={"autocomplete": "off"},
    )
    #: Nobody sees this field; programs that fill in everything do.
    website = StringField(_l("Please leave this empty"))

    def validate_phone(self, field: Field) -> None:
        if (field.data or "").strip() and not rules.is_phone(field.data):
            raise ValidationError(gettext("This does not look like a phone number."))

    def validate_consent_contact(self, field: Field) -> None:
        named = (self.name.data or "").strip() or (self.phone.data or "").strip()
        if named and not field.data:
            raise ValidationError(
                gettext("Please agree to this, or leave name and phone empty: you can comment without them.")
            )

    def validate_website(self, field: Field) -> None:
        if field.data:
            field.data = ""
            raise ValidationError(gettext("Please leave this empty. Your text is kept: send it again."))


class PhoneForm(BaseForm):
    """Where a code is to go."""

    phone = StringField(
        _l("Your mobile number"),
        description=_l("Eleven digits. A text message with a code goes there."),
        validators=[TextLength(1, 30)],
    )
    consent = BooleanField(
        _l("You may keep this number with my comments, encrypted, to know that each person counts once"),
        validators=[InputRequired(_l("Without this the number cannot be checked."))],
    )
    solution = HiddenField()
    question = HiddenField()
    answer = StringField(
        _l("Your answer"),
        description=_l("A question for people, against programs that flood the page. Digits or words, both are fine."),
        render_kw={"autocomplete": "off"},
    )


class CodeForm(BaseForm):
    """The code that came."""

    code = StringField(
        _l("Code from the text message"),
        description=_l("Six digits. It holds for ten minutes."),
        validators=[TextLength(1, 40)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class DecisionForm(BaseForm):
    """What a reviewer decides about one comment or several."""

    seen = HiddenField()  #: the status that the officer saw, when it is about one comment
    reason = SelectField(
        _l("Reason for not publishing"),
        choices=[("", _l("Please choose")), *((r.value, label) for r, label in REASON_LABELS.items())],
        validate_choice=False,  # the service says what is missing
    )
    note = TextAreaField(
        _l("Note for the author"),
        description=_l("The author reads it on the receipt."),
        validators=[TextLength(0, rules.MAX_NOTE)],
    )
