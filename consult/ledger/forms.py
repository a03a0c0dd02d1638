"""Forms of the ledger: deciding, reasons, entering a comment, publishing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from consult.comments import rules as comment_rules
from consult.comments.labels import STANCE_LABELS
from consult.drafts.models import Clause, DraftVersion
from consult.drafts.queries import name_of
from consult.ledger import rules
from consult.ledger.labels import ORIGIN_LABELS, OUTCOME_LABELS
from consult.ledger.models import Origin, StoredReason
from consult.web.forms import BaseForm, OnceForm, TextLength


def whole_number(typed: str | None) -> int | None:
    """A number that somebody typed or a page sent; None for anything else, and for what no row can be numbered."""
    text = (typed or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class DecideForm(OnceForm):
    """What becomes of one comment or many. What is missing, the service says."""

    last_action = HiddenField()
    found = HiddenField()  #: how many the filter found
    outcome = SelectField(
        _l("Outcome"),
        choices=[("", _l("Please choose")), *((o.value, label) for o, label in OUTCOME_LABELS.items())],
        validate_choice=False,
    )
    stored_reason = SelectField(_l("Reason from the list"), choices=[], validate_choice=False)
    reason = TextAreaField(
        _l("Reason"),
        description=_l("Its author and everybody will read it. When it is empty, the one from the list is used."),
        validators=[TextLength(0, rules.MAX_REASON)],
    )
    master = StringField(
        _l("Repeats comment no."),
        description=_l("Only for duplicates."),
        validators=[TextLength(0, 12)],
    )
    change = SelectField(
        _l("Clause that it changed"),
        description=_l("Of a later version; only for what was adopted."),
        choices=[],
        validate_choice=False,
    )

    def offer(
        self, reasons: Iterable[StoredReason], clauses: Iterable[tuple[DraftVersion, Sequence[Clause]]]
    ) -> DecideForm:
        """Fill the lists of this draft in."""
        self.stored_reason.choices = [("", _l("Not from the list")), *((str(r.id), r.name) for r in reasons)]
        groups: dict[Any, list[tuple[str, str]]] = {"": [("", "—")]}
        for version, rows in clauses:
            groups[f"{version.number} {version.label}"] = [
                (str(row.id), name_of(row)[:60]) for row in rows if row.ref is not None
            ]
        self.change.choices = groups if len(groups) > 1 else [("", "—")]
        return self


class ReasonForm(BaseForm):
    name = StringField(_l("Short name"), validators=[TextLength(1, rules.MAX_NAME)])
    text = TextAreaField(_l("Text of the reason"), validators=[TextLength(1, rules.MAX_REASON)])


class PublishForm(BaseForm):
    editions_seen = HiddenField()
    reason = TextAreaField(
        _l("What is corrected"),
        description=_l("It stands on the public page. The earlier edition stays readable."),
        validators=[TextLength(0, rules.MAX_CORRECTION)],
    )


class EnterForm(OnceForm):
    """A comment that came by e-mail, by post, by phone."""

    channel = RadioField(
        _l("How it came"),
        choices=[(o.value, label) for o, label in ORIGIN_LABELS.items()],
        default=Origin.EMAIL.value,
        validators=[InputRequired(_l("Please choose how it came."))],
    )
    received_on = DateField(_l("Received on"), validators=[InputRequired(_l("Please give the day."))])
    reference = StringField(
        _l("File number"), description=_l("The office's own; no names here."), validators=[TextLength(0, 60)]
    )
    place = SelectField(_l("What the comment is about"), choices=[], validate_choice=False)
    stance = RadioField(
        _l("Where its author stands"),
        choices=[(s.value, label) for s, label in STANCE_LABELS.items()],
        default="other",
        validators=[InputRequired(_l("Please choose where the author stands."))],
    )
    body = TextAreaField(
        _l("What it says"),
        description=_l("As it was written. Personal data in it is masked before it is kept."),
        validators=[TextLength(comment_rules.MIN_BODY, comment_rules.MAX_BODY)],
    )
    rewording = TextAreaField(_l("Proposed wording"), validators=[TextLength(0, comment_rules.MAX_REWORDING)])
    name = StringField(_l("Name of the author"), validators=[TextLength(0, 40)])
    phone = StringField(_l("Phone number of the author"), validators=[TextLength(0, 30)])
    email = StringField(_l("E-mail address of the author"), validators=[TextLength(0, 120)])
    consent_publish = BooleanField(
        _l("The author agreed that the text is shown"),
        description=_l("Without this it is decided on and counted in the same way, and not shown."),
    )

    def offer(self, places: Mapping[Any, list[tuple[str, str]]]) -> EnterForm:
        """Fill in what it can be about: versions with their clauses."""
        self.place.choices = dict(places)
        return self
