"""The words for kinds, fields, channels, states and reasons, as people read them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from consult.hotline.models import Field, ImportState, OrderState, Origin
from reports.model import Channel, Kind

KINDS = {
    Kind.ENQUIRY: _l("Enquiry"),
    Kind.PROPOSAL: _l("Proposal"),
    Kind.COMPLAINT: _l("Complaint"),
    Kind.PLEA: _l("Plea for help"),
    Kind.PRAISE: _l("Thanks"),
    Kind.REPORT: _l("Report of a breach"),
    Kind.OTHER: _l("Other kind"),
}

FIELDS = {
    Field.CONSTRUCTION: _l("Urban construction"),
    Field.TRANSPORT: _l("Transport"),
    Field.RURAL: _l("Countryside and farming"),
    Field.ENVIRONMENT: _l("Environment"),
    Field.EDUCATION: _l("Education"),
    Field.HEALTH: _l("Health care"),
    Field.SAFETY: _l("Public safety"),
    Field.TOURISM: _l("Tourism"),
    Field.EMPLOYMENT: _l("Employment"),
    Field.CULTURE: _l("Culture and leisure"),
    Field.FINANCE: _l("Finance"),
    Field.BUSINESS: _l("Businesses"),
    Field.GOVERNMENT: _l("Government services"),
    Field.OTHER: _l("Other field"),
}

CHANNELS = {
    Channel.PHONE: _l("Phone call"),
    Channel.WECHAT: _l("WeChat"),
    Channel.WEIBO: _l("Microblog"),
    Channel.MAIL: _l("Mail"),
    Channel.WEB: _l("Website"),
    Channel.APP: _l("App"),
    Channel.GRID: _l("Grid worker"),
    Channel.KIOSK: _l("Kiosk"),
    Channel.SUPERIOR: _l("Passed down from above"),
    Channel.DRAFT: _l("Comment on a draft"),
    Channel.OTHER: _l("Other channel"),
}

ORIGINS = {
    Origin.MESSAGE: _l("Message to a leader"),
    Origin.DESK: _l("Entered at the desk"),
    Origin.IMPORT: _l("Imported"),
}

STATES = {
    OrderState.PENDING: _l("Awaiting review"),
    OrderState.WAITING: _l("Awaiting a reply"),
    OrderState.HANDLING: _l("Being handled"),
    OrderState.DONE: _l("Handled"),
    OrderState.RETURNED: _l("Handed back"),
    OrderState.REFUSED: _l("Not accepted"),
    OrderState.CLOSED: _l("Closed"),
}
#: The tone of a state's tag (components/status.html); it only repeats what the words say.
TONES = {
    OrderState.PENDING: "attention",
    OrderState.WAITING: "attention",
    OrderState.HANDLING: "action",
    OrderState.DONE: "done",
    OrderState.RETURNED: "neutral",
    OrderState.REFUSED: "due",
    OrderState.CLOSED: "quiet",
}

#: What the button of a step says, by the status it leads to.
STEPS = {
    OrderState.PENDING: _l("Review again"),
    OrderState.WAITING: _l("Send it back to wait for a reply"),
    OrderState.HANDLING: _l("Start handling"),
    OrderState.DONE: _l("Record the result"),
    OrderState.RETURNED: _l("Hand back"),
    OrderState.REFUSED: _l("Do not accept"),
    OrderState.CLOSED: _l("Close"),
}

PATHS = {
    "emergency": _l("An emergency: please call 110, 119, 120 or 122"),
    "statutory": _l("It belongs to a court, arbitration, review or petition set by law"),
    "already_handled": _l("It has been handled already, and nothing new is told"),
    "secrecy": _l("It touches state secrets, business secrets or somebody's privacy"),
    "out_of_scope": _l("It is no matter of the government"),
    "unlawful": _l("It breaks the law or public order"),
}

CLASSES = {
    "constitution": _l("Opposes the basic principles of the Constitution"),
    "state_security": _l("Endangers state security, leaks state secrets or breaks national unity"),
    "state_honour": _l("Harms the honour and interests of the state"),
    "ethnic_hatred": _l("Incites ethnic hatred or discrimination"),
    "cults": _l("Spreads cults and superstition"),
    "rumours": _l("Spreads rumours that disturb public order"),
    "obscenity_violence": _l("Spreads obscenity, gambling, violence or incites crime"),
    "insult": _l("Insults or slanders others"),
    "forbidden_by_law": _l("Holds other content that laws forbid"),
    "privacy": _l("Tells personal data of others"),
    "advertising": _l("Advertising"),
    "irrelevant": _l("Has nothing to do with public affairs here"),
    "duplicate": _l("The same has been sent before"),
}
REASONS = {**PATHS, **CLASSES}

IMPORT_STATES = {
    ImportState.UPLOADED: _l("Ready to import"),
    ImportState.AWAITING_MAPPING: _l("Columns to be told"),
    ImportState.QUEUED: _l("Waiting"),
    ImportState.RUNNING: _l("Reading"),
    ImportState.DONE: _l("Imported"),
    ImportState.FAILED: _l("Failed"),
    ImportState.CANCELLED: _l("Cancelled"),
}
IMPORT_TONES = {
    ImportState.UPLOADED: "attention",
    ImportState.AWAITING_MAPPING: "attention",
    ImportState.QUEUED: "neutral",
    ImportState.RUNNING: "action",
    ImportState.DONE: "done",
    ImportState.FAILED: "due",
    ImportState.CANCELLED: "quiet",
}

#: Fields of a file that an officer can point to a column, in the order of the page.
COLUMNS = {
    "id": _l("Number in the source system"),
    "title": _l("Title"),
    "text": _l("Content"),
    "transcript": _l("Transcript of the call"),
    "at": _l("Time"),
    "channel": _l("Channel"),
    "kind": _l("Kind"),
    "field": _l("Category, first level"),
    "field2": _l("Category, second level"),
    "field3": _l("Category, third level"),
    "author": _l("Account of the author"),
    "name": _l("Name of the caller"),
    "phone": _l("Phone of the caller"),
    "id_number": _l("ID number of the caller"),
    "email": _l("E-mail of the caller"),
    "district": _l("District"),
    "street": _l("Street or township"),
    "community": _l("Community or village"),
    "place": _l("Address"),
    "unit": _l("Handling unit"),
    "co_unit": _l("Assisting unit"),
    "deadline": _l("Deadline"),
    "process": _l("Process"),
    "result": _l("Result"),
    "reply": _l("Reply"),
    "reply_at": _l("Time of the reply"),
    "contacted": _l("Call-back: contacted"),
    "solved": _l("Call-back: solved"),
    "satisfaction": _l("Call-back: satisfied"),
    "callback": _l("Call-back: words"),
    "confidential": _l("Confidential"),
    "likes": _l("Endorsements"),
    "dislikes": _l("Objections"),
}
