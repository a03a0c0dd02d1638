"""The base of every form: CSRF, text that a database can hold, and a key that makes a retry safe."""

from __future__ import annotations

import secrets
import unicodedata
from functools import lru_cache
from typing import Any

from babel import support
from flask import current_app
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.i18n import messages_path
from wtforms.validators import ValidationError

from consult.db import release
from consult.errors import InvalidInput
from consult.web import limits
from consult.web.languages import chosen_locale
from consult.web.visitor import allowance_of, client_address, now

#: Lines and paragraphs may be kept; every other control character may not.
_KEPT_CONTROLS = "\n\t"
#: No XML file can hold these (XML 1.0, 2.2), so that one of them would break a feed or a Word document.
_NO_CHARACTERS = "\ufffe\uffff"


def clean_text(text: str) -> str:
    """Line ends made plain and unstorable characters (NUL, other controls, lone surrogates) left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c
        for c in text
        if c in _KEPT_CONTROLS or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _NO_CHARACTERS)
    )


def length_of(text: str | None) -> int:
    """Length as a person counts it: code points, line ends as one."""
    return len(clean_text(text or "").strip())


class TextLength:
    """The text, trimmed, has between ``least`` and ``most`` characters (code points)."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def __call__(self, form: FlaskForm, field: Field) -> None:
        n = length_of(field.data)
        if n < self.least:
            if n == 0:
                raise ValidationError(gettext("Please write something here."))
            raise ValidationError(
                gettext("Please write at least %(least)d characters; so far it is %(n)d.", least=self.least, n=n)
            )
        if n > self.most:
            raise ValidationError(
                gettext(
                    "This is %(n)d characters long, and at most %(most)d are possible. "
                    "Your text is kept: please shorten it.",
                    n=n,
                    most=self.most,
                )
            )


@lru_cache
def _wtforms_catalog(language: str) -> support.NullTranslations:
    return support.Translations.load(messages_path(), [language], domain="wtforms")


class _WTFormsWords:
    """WTForms' own sentences in the language of the page. Flask-WTF reads their catalog anew at every request."""

    def gettext(self, text: str) -> str:
        return str(_wtforms_catalog(chosen_locale()).ugettext(text))

    def ngettext(self, one: str, many: str, n: int) -> str:
        return str(_wtforms_catalog(chosen_locale()).ungettext(one, many, n))


class BaseForm(FlaskForm):
    """Every form of the site. What was typed is always shown again, cleaned of what cannot be stored."""

    class Meta(FlaskForm.Meta):
        _words = _WTFormsWords()

        def get_translations(self, form: Any) -> _WTFormsWords:
            return self._words

    def validate(self, extra_validators: Any = None) -> bool:
        soiled = []
        for field in self:
            if isinstance(field, StringField | TextAreaField) and isinstance(field.data, str):
                plain = field.data.replace("\r\n", "\n").replace("\r", "\n")
                field.data = clean_text(plain)
                if field.data != plain:
                    soiled.append(field)
        valid = super().validate(extra_validators)
        for field in soiled:
            field.errors = [
                *field.errors,
                gettext("There were invisible control characters in this. They are removed; please send it again."),
            ]
        return valid and not soiled

    def add_situation(self, situation: InvalidInput) -> None:
        """Show a refusal of the service beside the field it is about, or above the form."""
        text = gettext(situation.message, **situation.params)
        field = self._fields.get(situation.field)
        if field is not None:
            field.errors = [*field.errors, text]
        else:
            self.form_errors.append(text)


class OnceForm(BaseForm):
    """A form whose sending twice has the effect of once (promise P4)."""

    idempotency_key = HiddenField(default=lambda: secrets.token_hex(16))

    def validate_idempotency_key(self, field: Field) -> None:
        key = field.data or ""
        if len(key) != 32 or not all(c in "0123456789abcdef" for c in key):
            field.data = secrets.token_hex(16)
            raise ValidationError(gettext("The form had grown old. Your text is kept: please send it again."))

    def add_situation(self, situation: InvalidInput) -> None:
        """As every form does; a key that cannot be used again is replaced."""
        super().add_situation(situation)
        if situation.field == "idempotency_key":
            self.idempotency_key.data = secrets.token_hex(16)


class EmptyForm(BaseForm):
    """Only the CSRF token: for buttons."""


def limited(limit: limits.Limit) -> None:
    """Count this request against a limit by the visitor's address. Raises `TooManyRequests`.

    To be called before the view changes anything: the count is a transaction of its own, and what the
    request's session has read so far is let go so that the two do not wait for each other.
    """
    release()
    limits.hit(current_app.extensions["consult.engine"], limit, allowance_of(client_address()), now())


def refused_when_spent(limit: limits.Limit) -> None:
    """Refuse a visitor whose address has used a limit up, before anything is looked up; counts nothing.

    With it, whoever guesses gets the same answer for a right guess as for a wrong one. Raises `TooManyRequests`.
    """
    release()
    limits.check(current_app.extensions["consult.engine"], limit, allowance_of(client_address()), now())


SAFE_CHARACTERS_HINT = lazy_gettext("Plain text; line breaks are kept.")
