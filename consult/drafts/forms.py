"""Forms of the desk for drafts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from consult.drafts.models import DraftKind, Stage, WhoMayComment
from consult.drafts.rules import Phase
from consult.web.forms import BaseForm, TextLength

KIND_LABELS = {
    DraftKind.DECISION: _l("Major administrative decision"),
    DraftKind.REGULATION: _l("Regulation"),
    DraftKind.NORMATIVE: _l("Normative document"),
}
WHO_LABELS = {
    WhoMayComment.ANYONE.value: _l("Anybody, with a receipt code"),
    WhoMayComment.ACCOUNT.value: _l("Whoever is signed in"),
    WhoMayComment.PHONE.value: _l("Whoever verifies a phone number"),
}
PHASE_LABELS = {
    Phase.EDITING: _l("In preparation"),
    Phase.UPCOMING: _l("Opens soon"),
    Phase.OPEN: _l("Open for comment"),
    Phase.CLOSED: _l("Comments closed"),
    Phase.REPORTED: _l("Feedback published"),
    Phase.WITHDRAWN: _l("Withdrawn"),
}
STAGE_LABELS = {
    Stage.CONSULTATION: _l("Draft for comment"),
    Stage.REVISION: _l("Revised draft"),
    Stage.FINAL: _l("Final text"),
}
#: A draft's text has at most this many characters; the longest statutes have about 100,000.
MAX_TEXT = 200_000
_KINDS = [(k.value, label) for k, label in KIND_LABELS.items()]


class TextForm(BaseForm):
    """A draft's text, pasted or from a file. What was read from a file is shown in `text` for checking."""

    text = TextAreaField(
        _l("Text of the draft"),
        description=_l("Paste the whole text here, or choose a file below."),
        validators=[TextLength(0, MAX_TEXT)],
    )
    file = FileField(
        _l("File"),
        description=_l(
            "A Word document (.docx), a web page (.html) or a text file (.txt, .md). It is read into the field above."
        ),
    )
    source_name = HiddenField()
    #: Digest of the text whose structure was last shown, so that nothing is saved that nobody has seen.
    seen = HiddenField()


class NewDraftForm(TextForm):
    title = StringField(
        _l("Title"),
        description=_l("Leave it empty to take the first line of the text."),
        validators=[TextLength(0, 200)],
    )
    kind = SelectField(_l("What will it become?"), choices=_KINDS)
    touches_business = BooleanField(
        _l("It touches the business of enterprises"),
        description=_l("Then it is open for at least 30 days, whatever it will become."),
    )


class FactsForm(BaseForm):
    title = StringField(_l("Title"), validators=[TextLength(1, 200)])
    kind = SelectField(_l("What will it become?"), choices=_KINDS)
    touches_business = BooleanField(
        _l("It touches the business of enterprises"),
        description=_l("Then it is open for at least 30 days, whatever it will become."),
    )
    explanation = TextAreaField(
        _l("Explanation"),
        description=_l("Why it is needed, what it changes, how it was prepared. Needed for publication."),
        validators=[TextLength(0, 50_000)],
    )
    legal_basis = TextAreaField(_l("Legal basis"), validators=[TextLength(0, 5_000)])
    organ = StringField(_l("Organ that asks"), validators=[TextLength(0, 120)])
    contact_unit = StringField(_l("Contact unit"), validators=[TextLength(0, 120)])
    contact_address = StringField(_l("Postal address"), validators=[TextLength(0, 200)])
    contact_phone = StringField(_l("Phone"), validators=[TextLength(0, 60)])
    contact_email = StringField(_l("E-mail"), validators=[TextLength(0, 120)])
    who_may_comment = RadioField(
        _l("Who may comment?"),
        description=_l("Whoever it is, others never see who somebody is. The more is asked, the fewer speak."),
        choices=list(WHO_LABELS.items()),
        default=WhoMayComment.ANYONE.value,
    )


class ClauseForm(BaseForm):
    heading = StringField(_l("Heading"), validators=[TextLength(0, 300)])
    text = TextAreaField(_l("Text"), validators=[TextLength(0, 50_000)])


class PublishForm(BaseForm):
    opens_on = DateField(
        _l("Opening day"),
        description=_l("Leave it empty to open at once."),
        validators=[Optional()],
    )
    closes_on = DateField(
        _l("Closing day"),
        description=_l("Comments are accepted until the end of this day. The opening day does not count."),
        validators=[InputRequired(_l("Please enter a closing day."))],
    )
    shortening_reason = TextAreaField(
        _l("Reason for a shorter period"),
        description=_l("Only when the period is shorter than the minimum. It stands on the public page."),
        validators=[TextLength(0, 1_000)],
    )


class PublishVersionForm(BaseForm):
    #: Digest of the words and fates on the page, so that nothing is published that the officer has not seen.
    seen = HiddenField()
    note = TextAreaField(
        _l("What is new in this version"),
        description=_l("In a few sentences, for the public: what was taken up, what was not, and why."),
        validators=[TextLength(4, 2_000)],
    )


class WithdrawForm(BaseForm):
    reason = TextAreaField(
        _l("Reason"),
        description=_l("It stands on the public page in place of the draft."),
        validators=[TextLength(1, 1_000)],
    )
