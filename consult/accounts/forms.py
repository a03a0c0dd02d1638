"""Forms of signing up, signing in and keeping accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired

from consult.accounts.models import Role
from consult.web.forms import BaseForm, TextLength

ROLE_LABELS = {
    Role.CITIZEN: _l("Citizen"),
    Role.LEADER: _l("Leader"),
    Role.OFFICER: _l("Policy officer"),
    Role.UNIT: _l("Handling unit"),
    Role.AUDITOR: _l("Auditor"),
    Role.ADMINISTRATOR: _l("Administrator"),
}


class SignInForm(BaseForm):
    handle = StringField(
        _l("User name"),
        validators=[TextLength(1, 80)],
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(_l("Please enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class SignUpForm(BaseForm):
    handle = StringField(
        _l("User name"),
        description=_l(
            "3 to 40 letters, digits or Chinese characters. You sign in with it; it is not shown to others."
        ),
        validators=[TextLength(1, 80)],
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )
    display_name = StringField(
        _l("How should we address you?"),
        description=_l("Others see only its first character."),
        validators=[TextLength(1, 40)],
        render_kw={"autocomplete": "name"},
    )
    password = PasswordField(
        _l("Password"),
        description=_l("At least 8 characters of three kinds: lower case, upper case, digits, others."),
        validators=[InputRequired(_l("Please choose a password."))],
        render_kw={"autocomplete": "new-password"},
    )
    consent = BooleanField(
        _l("I have read how my data are used and agree to it"),
        validators=[DataRequired(_l("Without your agreement no account can be made. You can comment without one."))],
    )


class ChangePasswordForm(BaseForm):
    current = PasswordField(
        _l("Present password"),
        validators=[InputRequired(_l("Please enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        _l("New password"),
        description=_l("At least 8 characters of three kinds: lower case, upper case, digits, others."),
        validators=[InputRequired(_l("Please choose a password."))],
        render_kw={"autocomplete": "new-password"},
    )


class NewAccountForm(BaseForm):
    handle = StringField(_l("User name"), validators=[TextLength(1, 80)], render_kw={"autocomplete": "off"})
    display_name = StringField(_l("Name"), validators=[TextLength(1, 40)], render_kw={"autocomplete": "off"})
    role = SelectField(_l("Role"), choices=[(r.value, label) for r, label in ROLE_LABELS.items()])
    post = StringField(_l("Post"), description=_l("For leaders and staff"), validators=[TextLength(0, 60)])
    unit_name = StringField(_l("Unit"), description=_l("Needed for a handling unit"), validators=[TextLength(0, 80)])
    password = PasswordField(
        _l("First password"),
        description=_l("At least 8 characters of three kinds: lower case, upper case, digits, others."),
        validators=[InputRequired(_l("Please choose a password."))],
        render_kw={"autocomplete": "new-password"},
    )


class ResetPasswordForm(BaseForm):
    password = PasswordField(
        _l("New password"),
        validators=[InputRequired(_l("Please choose a password."))],
        render_kw={"autocomplete": "new-password"},
    )
