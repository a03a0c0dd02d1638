"""Reading a draft's text from a form: pasted or a file, shown for checking, then saved as shown.

The text that was read stands in the form's own field, so that it can be corrected there, and a digest of what was
last shown tells whether somebody has seen it. Only a file's pictures are kept in between, for a day (see `assets`).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from consult import db
from consult.drafts import assets
from consult.drafts.forms import MAX_TEXT, TextForm
from consult.drafts.parsing import Accounted, Became, LeftOut, ParsedDraft, ParsingRefused, parse_text
from consult.drafts.parsing.files import read_file
from consult.drafts.structure import address_names, count_nodes
from consult.errors import InvalidInput
from consult.web.forms import clean_text
from consult.web.visitor import now

#: What became of a paragraph, for people.
BECAME_LABELS = {
    Became.TITLE: _l("Title of the draft"),
    Became.PREAMBLE: _l("Before the first clause"),
    Became.CONTENTS: _l("Table of contents"),
    Became.HEADING: _l("Heading of a chapter"),
    Became.ANNEX: _l("Annex"),
    Became.CLAUSE: _l("Clause"),
    Became.PARAGRAPH: _l("Paragraph"),
    Became.ITEM: _l("Item"),
    Became.TABLE: _l("Row of a table"),
    Became.NOTE: _l("Note"),
    Became.PICTURE: _l("Picture"),
    Became.LEFT_OUT: _l("Left out"),
}
#: Why something was left out, for people.
REASON_LABELS = {
    "contents": _l("Table of contents: the page makes its own from the headings."),
    "rule": _l("Only a line, without words."),
    "comment": _l("A remark that pages do not show."),
    "linked": _l("The picture is not in the file, only a reference to it."),
    "picture": _l("The picture is no PNG, JPEG or GIF, is damaged or too large."),
    "pictures": _l("There are more pictures than a draft can have."),
    "page": _l("Part of the web page around the text."),
    "hidden": _l("Hidden text of the Word document."),
    "page_number": _l("The number of a page."),
    "running_head": _l("A heading that is repeated on every page."),
}


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading a form."""

    parsed: ParsedDraft | None
    may_be_saved: bool  #: somebody has seen this structure and pressed save
    status: int  #: of the answer when it may not
    left_out: Sequence[LeftOut] = ()  #: by whoever read the file, before its text

    @property
    def shown(self) -> dict[str, Any]:
        """For the template: the structure and how much of the text it accounts for."""
        if self.parsed is None:
            return {"parsed": None}
        account = [*self.parsed.account, *(Accounted(o.text, Became.LEFT_OUT, reason=o.reason) for o in self.left_out)]
        return {
            "account": account,
            "sums": sorted(Counter(entry.became for entry in account).items(), key=lambda n: list(Became).index(n[0])),
            "became_labels": BECAME_LABELS,
            "reason_labels": REASON_LABELS,
            "parsed": self.parsed,
            "paragraphs": len(self.parsed.paragraphs),
            "parts": count_nodes(self.parsed.nodes),
            "clauses": len(address_names(self.parsed.nodes)),
        }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def read(form: TextForm) -> Read:
    """Read the text of a form that was sent, leaving in the form what should be shown again."""
    is_valid = form.validate()
    file = request.files.get("file")
    left_out: Sequence[LeftOut] = ()
    try:
        if file is not None and file.filename:
            left_out = _from_file(form, file.filename, file.read())
            if not is_valid:
                return Read(None, False, 422)
        text = (form.text.data or "").strip("\n")
        if not text.strip():
            raise InvalidInput("Paste the text of the draft, or choose a file.", field="text")
        parsed = parse_text(text)
        if not address_names(parsed.nodes):
            raise InvalidInput("No clause was found in this text.", field="text")
    except InvalidInput as refused:
        form.add_situation(refused)
        return Read(None, False, 422)
    except ParsingRefused as refused:
        field = form.file if file is not None and file.filename else form.text
        field.errors = [*field.errors, gettext(refused.message, **refused.params)]
        return Read(None, False, 422)
    seen = _digest(text)
    is_seen = form.seen.data == seen and request.form.get("action") == "save"
    form.seen.data = seen
    return Read(parsed, is_valid and is_seen, 200 if is_valid else 422, left_out)


def _from_file(form: TextForm, name: str, data: bytes) -> Sequence[LeftOut]:
    """Put the text of a file into the form, whatever stood there before; return what of the file is not in it."""
    found = read_file(name, data)
    parsed = parse_text(found.text)
    text = clean_text("\n".join(parsed.paragraphs))
    if len(text) > MAX_TEXT:
        raise InvalidInput(
            "The text of this file has %(n)d characters; at most %(most)d are possible.",
            field="file",
            n=len(text),
            most=MAX_TEXT,
        )
    form.text.data, form.source_name.data = text, clean_text(name)[:200]
    if found.pictures:
        own = db.session()
        assets.keep(own, found.pictures, now())
        # They are shown with the text that is not kept yet.
        own.commit()
    dropped = [LeftOut(a.text, a.reason) for a in parsed.account if a.became is Became.LEFT_OUT]
    return [*found.left_out, *dropped]
