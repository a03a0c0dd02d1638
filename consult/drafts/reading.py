"""Reading a draft's text from a form: pasted or a file, shown for checking, then saved as shown.

Nothing is kept on the server in between: the text that was read stands in the form's own field, so that
it can be corrected there, and a digest of what was last shown tells whether somebody has seen it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext

from consult.drafts.forms import MAX_TEXT, TextForm
from consult.drafts.parsing import ParsedDraft, ParsingRefused, parse_file, parse_text
from consult.drafts.structure import address_names, count_nodes
from consult.errors import InvalidInput
from consult.web.forms import clean_text


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading a form."""

    parsed: ParsedDraft | None
    may_be_saved: bool  #: somebody has seen this structure and pressed save
    status: int  #: of the answer when it may not

    @property
    def shown(self) -> dict[str, Any]:
        """For the template: the structure and how much of the text it accounts for."""
        if self.parsed is None:
            return {"parsed": None}
        return {
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
    try:
        if file is not None and file.filename:
            _from_file(form, file.filename, file.read())
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
    return Read(parsed, is_valid and is_seen, 200 if is_valid else 422)


def _from_file(form: TextForm, name: str, data: bytes) -> None:
    """Put the text of a file into the form, whatever stood there before."""
    parsed = parse_file(name, data)
    text = clean_text("\n".join(parsed.paragraphs))
    if len(text) > MAX_TEXT:
        raise InvalidInput(
            "The text of this file has %(n)d characters; at most %(most)d are possible.",
            field="file",
            n=len(text),
            most=MAX_TEXT,
        )
    form.text.data, form.source_name.data = text, clean_text(name)[:200]
