"""Forms of messages, of the call taker, of steps and of imports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional

from consult.accounts.models import User
from consult.clock import SHANGHAI
from consult.hotline import labels, rules
from consult.hotline.intake import NewMessage, NewOrder
from consult.hotline.models import WorkOrder
from consult.hotline.service import Decision, Move
from consult.responses.queries import leader_title
from consult.web.forms import BaseForm, OnceForm, TextLength
from reports.model import Channel

_NONE = ("", _l("Not stated"))


def _leader_choices(leaders: Iterable[User], none: object) -> list[tuple[str, object]]:
    return [("", none), *((str(leader.id), leader_title(leader)) for leader in leaders)]


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() else None


class MessageForm(OnceForm):
    """A message to a leader. Lengths are the service's to judge, so that each refusal has its own words."""

    addressee = SelectField(_l("Whom do you write to?"), validate_choice=False)
    kind = RadioField(
        _l("What is it?"),
        choices=[(k.value, labels.KINDS[k]) for k in rules.MESSAGE_KINDS],
        validate_choice=False,
    )
    field = SelectField(
        _l("Which field is it about?"),
        choices=[("", _l("Please choose")), *((f.value, label) for f, label in labels.FIELDS.items())],
        validate_choice=False,
    )
    title = StringField(_l("Title"), description=_l("At most 22 characters, for example what and where"))
    demand = TextAreaField(
        _l("What do you ask for?"),
        description=_l("Needed for a complaint: 20 to 200 characters. For everything else you may leave it empty."),
    )
    body = TextAreaField(
        _l("What happened?"),
        description=_l(
            "20 to 1,000 characters; the supplement of a complaint has at most 800. "
            "Please name no other persons: phone and ID numbers are masked before anybody reads it."
        ),
    )
    place = StringField(_l("Where is it?"), validators=[TextLength(0, 200)])
    name = StringField(
        _l("Your name"),
        description=_l("Sealed; it is never public."),
        validators=[TextLength(0, 40)],
    )
    phone = StringField(
        _l("Your phone number"),
        description=_l("Sealed; the handling unit may ask you back."),
        validators=[TextLength(0, 40)],
    )
    consents = BooleanField(_l("I have read how my data are used and agree to it"))
    publishes = BooleanField(
        _l("My message may be published after review"),
        description=_l("Without your name. If you leave this empty, you get your answer all the same."),
    )

    def offer(self, leaders: Iterable[User]) -> MessageForm:
        """Name the leaders that can be written to."""
        self.addressee.choices = _leader_choices(leaders, _l("I do not know; please find the right one"))
        return self

    def as_message(self, author_id: int | None) -> NewMessage:
        """What was typed, as the service takes it."""
        return NewMessage(
            kind=self.kind.data or "",
            field=self.field.data or "",
            title=self.title.data or "",
            body=self.body.data or "",
            demand=self.demand.data or "",
            # 0 names nobody: an address made by hand is refused like an unknown leader.
            addressee_id=(_number(self.addressee.data) or 0) if self.addressee.data else None,
            consents=bool(self.consents.data),
            consents_to_publish=bool(self.publishes.data),
            name=self.name.data or "",
            phone=self.phone.data or "",
            place=self.place.data or "",
            author_id=author_id,
            idempotency_key=self.idempotency_key.data,
        )


class OrderForm(OnceForm):
    """What a call taker enters (rule R33)."""

    channel = SelectField(
        _l("Channel"),
        choices=[(c.value, label) for c, label in labels.CHANNELS.items() if c is not Channel.DRAFT],
        default=Channel.PHONE.value,
    )
    said_at = DateTimeLocalField(
        _l("When it was said"),
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        description=_l("Empty: now"),
        validators=[Optional()],
    )
    name = StringField(_l("Name of the caller"), description=_l("Sealed"), validators=[TextLength(0, 40)])
    phone = StringField(_l("Phone of the caller"), description=_l("Sealed"), validators=[TextLength(0, 40)])
    kind = SelectField(_l("Kind"), choices=[_NONE, *((k.value, v) for k, v in labels.KINDS.items())])
    field = SelectField(_l("Field"), choices=[_NONE, *((f.value, v) for f, v in labels.FIELDS.items())])
    category1 = StringField(_l("Category, first level"), validators=[TextLength(0, 80)])
    category2 = StringField(_l("Category, second level"), validators=[TextLength(0, 80)])
    category3 = StringField(_l("Category, third level"), validators=[TextLength(0, 80)])
    title = StringField(_l("In one line"), validators=[TextLength(1, rules.CALL_TITLE)])
    body = TextAreaField(
        _l("Content"),
        description=_l("May stay empty when there is a transcript."),
        validators=[TextLength(0, rules.CALL_BODY)],
    )
    transcript = TextAreaField(
        _l("Transcript"),
        description=_l("Each turn begins with who speaks, for example 话务员：… 市民：…"),
        validators=[TextLength(0, 60_000)],
    )
    district = StringField(_l("District"), validators=[TextLength(0, 80)])
    street = StringField(_l("Street or township"), validators=[TextLength(0, 80)])
    community = StringField(_l("Community or village"), validators=[TextLength(0, 80)])
    address = StringField(_l("Address"), validators=[TextLength(0, 300)])
    unit = StringField(_l("Handling unit"), validators=[TextLength(0, 120)])
    co_unit = StringField(_l("Assisting unit"), validators=[TextLength(0, 120)])
    is_confidential = BooleanField(_l("Confidential"))

    def as_order(self) -> NewOrder:
        """What was typed, as the service takes it; times are those of Shanghai."""
        said: datetime | None = self.said_at.data
        names = "title body transcript field name phone district street community address unit co_unit"
        return NewOrder(
            channel=self.channel.data,
            kind=self.kind.data or None,
            categories=(self.category1.data or "", self.category2.data or "", self.category3.data or ""),
            said_at=said.replace(tzinfo=SHANGHAI) if said else None,
            is_confidential=bool(self.is_confidential.data),
            idempotency_key=self.idempotency_key.data,
            **{name: getattr(self, name).data or "" for name in names.split()},
        )


def _reason_field(label: object) -> SelectField:
    return SelectField(
        label,
        choices={
            _l("No reason chosen"): [("", _l("Please choose"))],
            _l("Not a matter for this platform"): list(labels.PATHS.items()),
            _l("May not be published"): list(labels.CLASSES.items()),
        },
        validate_choice=False,
    )


class ReviewForm(BaseForm):
    decision = RadioField(
        _l("Decision"),
        choices=[
            ("publish", _l("Accept, and publish it")),
            ("accept", _l("Accept, without publishing it")),
            ("refuse", _l("Do not accept")),
        ],
        validate_choice=False,
    )
    leader = SelectField(_l("Put it to a leader at once"), validate_choice=False)
    reason = _reason_field(_l("Reason, when it is not accepted"))
    note = TextAreaField(_l("A word to the author"), description=_l("The author reads it with the receipt code."))

    def offer(self, order: WorkOrder, leaders: Iterable[User]) -> ReviewForm:
        """Offer what is possible for this message."""
        self.leader.choices = _leader_choices(leaders, _l("Not now"))
        if not order.consents_to_publish:
            self.decision.choices = [c for c in self.decision.choices if c[0] != "publish"]
        return self

    def as_decision(self) -> Decision:
        """What was chosen, as the service takes it."""
        return Decision(
            accepts=self.decision.data in ("publish", "accept"),
            publishes=self.decision.data == "publish",
            reason=self.reason.data or "",
            note=self.note.data or "",
            leader_id=_number(self.leader.data),
        )


class MoveForm(BaseForm):
    after = RadioField(_l("Next step"), validate_choice=False)
    reason = _reason_field(_l("Reason, when it is not accepted"))
    note = TextAreaField(
        _l("Reason or result"),
        description=_l("The result of what is handled, or why it is handed back or closed; the author reads it."),
    )

    def offer(self, steps: Sequence[str]) -> MoveForm:
        """Offer the steps that are possible now."""
        self.after.choices = [(step, labels.STEPS[rules.S(step)]) for step in steps]
        return self

    def as_move(self) -> Move:
        """What was chosen, as the service takes it."""
        return Move(self.after.data or "", self.note.data or "", self.reason.data or "")


class AskForm(BaseForm):
    leader = SelectField(_l("Leader"), validate_choice=False)

    def offer(self, leaders: Iterable[User]) -> AskForm:
        """Name the leaders that can be asked."""
        self.leader.choices = _leader_choices(leaders, _l("Please choose"))
        return self

    def leader_id(self) -> int:
        """Whom to ask; 0 for nobody."""
        return _number(self.leader.data) or 0


class RevealForm(BaseForm):
    reason = StringField(
        _l("Why do you need to know who this is?"),
        description=_l("Your name, the time and this reason go into the audit log."),
        validators=[TextLength(4, 200)],
    )


class UploadForm(BaseForm):
    file = FileField(
        _l("File"),
        description=_l("CSV, TSV, XLSX, XLS, ODS, JSON or JSONL, at most 50 MB. The columns are shown to you first."),
    )
    source = StringField(
        _l("From which system?"),
        description=_l("Numbers are unique within one system. Leave it as it is when there is only one."),
        validators=[TextLength(0, 40)],
    )


class ColumnsForm(BaseForm):
    """Which column is what; the selects are made for the file at hand by `columns_form`."""

    encoding = HiddenField()

    def mapping(self) -> dict[str, str]:
        """Field -> heading as chosen; "" takes a proposed column away."""
        return {name: self[f"map_{name}"].data or "" for name in labels.COLUMNS}

    def columns(self) -> list[SelectField]:
        """The selects, in the order of the page."""
        return [self[f"map_{name}"] for name in labels.COLUMNS]


def columns_form(headings: Sequence[str], chosen: Mapping[str, str], encoding: str) -> ColumnsForm:
    """A form with one select for each thing a column can be, over these headings."""
    none = gettext("No column")
    choices = [("", none), *((h, h[:60]) for h in dict.fromkeys(headings) if h)]
    fields = {
        f"map_{name}": SelectField(label, choices=choices, default=chosen.get(name, ""))
        for name, label in labels.COLUMNS.items()
    }
    made: ColumnsForm = type("FileColumnsForm", (ColumnsForm,), fields)()
    if not made.is_submitted():
        made.encoding.data = encoding
    return made
