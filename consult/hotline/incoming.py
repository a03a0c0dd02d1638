"""One record of a file as a work order: masked, keyed, and with who is behind it set apart."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult.clock import SHANGHAI, local_date
from consult.hotline import rules
from consult.hotline.models import OrderState
from consult.vault.service import Person, Vault
from reports.masking import mask
from reports.model import Channel, Rejected
from reports.tables import Row

#: Text columns of an order that a file may fill, with the most characters each holds (0: no limit).
TEXTS = {
    "title": 200,
    "body": 0,
    "category1": 80,
    "category2": 80,
    "category3": 80,
    "district": 80,
    "street": 80,
    "community": 80,
    "address": 300,
    "unit": 120,
    "co_unit": 120,
    "process": 0,
    "result": 0,
    "contacted": 40,
    "solved": 40,
    "satisfaction": 40,
    "callback": 500,
}
#: Words of a status column that say that a matter is over.
_OVER = ("办结", "已办", "完成", "已回复", "已答复", "已解决", "closed", "done", "resolved")
_NOT_OVER = ("未", "待", "不")
_SECRET = ("保密", "不公开", "confidential", "private", "secret")
_YES = ("是", "y", "yes", "1", "true", "√")
_NO = ("否", "n", "no", "0", "false", "×")
#: Beginnings that a spreadsheet would run as a formula, full-width twins included (T11).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record ready to be stored: `values` and `turns` are masked, `person` goes to the vault."""

    external_number: str
    row_hash: str
    person_key: str
    person: Person
    fallback: str
    values: dict[str, Any]
    turns: tuple[tuple[str, str, float | None], ...]  #: (speaker, masked text, seconds)


@dataclass(frozen=True, slots=True)
class Preparer:
    """How the records of one file are prepared."""

    source: str
    sha256: str
    vault: Vault
    mapping: Mapping[str, str]  #: field -> heading, as the file is read

    def __call__(self, row: Row) -> Prepared:
        """Mask a record and set apart who is behind it (rule R45)."""
        asks_publicity = any(w in self.mapping.get("confidential", "").casefold() for w in ("公开", "public"))
        return _prepare(row, self.source, self.sha256, self.vault, asks_publicity)


def _prepare(row: Row, source: str, sha256: str, vault: Vault, asks_publicity: bool) -> Prepared:
    said, extra = row.submission, row.extra
    reply = [extra.get(name, "") for name in ("result", "reply")]
    typed = {
        "title": said.title,
        "body": said.text,
        "category1": said.field,
        "category2": extra.get("field2", ""),
        "category3": extra.get("field3", ""),
        **{name: extra.get(name, "") for name in ("district", "street", "community", "co_unit", "process")},
        "address": said.place,
        "unit": said.unit,
        "result": "\n\n".join(part for part in reply if part),
        **{name: extra.get(name, "") for name in ("contacted", "solved", "satisfaction", "callback")},
    }
    texts = {name: mask(text).text for name, text in typed.items()}
    turns = tuple((str(t.speaker), mask(t.text).text, t.at_seconds) for t in said.turns)
    changed = [text for name, text in typed.items() if texts[name] != text]
    changed += [t.text for t, stored in zip(said.turns, turns, strict=True) if stored[1] != t.text]
    contact = row.contact
    person = Person(contact.name, contact.phone, contact.id_number, contact.email, "\n\n".join(changed))
    # Callers that a file numbers by itself are only the same persons within that file.
    scope = sha256 if said.author.startswith("caller-") else source
    fallback = f"{scope} {said.author}" if said.author else ""
    at = _aware(said.at)
    answered = _moment(extra.get("reply_at", ""))
    deadline = _moment(extra.get("deadline", ""))
    values: dict[str, Any] = {name: text[: TEXTS[name] or None] for name, text in texts.items()}
    values.update(
        channel=said.channel if "channel" in extra or not turns else Channel.PHONE,
        kind=said.kind,
        field=rules.field_of(said.field),
        likes=min(said.likes, 2**31 - 1),
        dislikes=min(said.dislikes, 2**31 - 1),
        said_at=at,
        answered_at=answered,
        due_on=local_date(deadline) if deadline else None,
        is_confidential=_is_confidential(extra.get("confidential", ""), asks_publicity),
        state=OrderState.DONE if texts["result"] or answered or _is_over(texts["process"]) else OrderState.WAITING,
    )
    return Prepared(
        external_number=_external_number(row, vault),
        row_hash=_row_hash(row, typed, vault),
        person_key=vault.person_key(person, fallback),
        person=person,
        fallback=fallback,
        values=values,
        turns=turns,
    )


def _keyed(text: str, vault: Vault) -> str:
    """A digest that nobody can try out without the key, unlike a plain hash of a phone number."""
    return vault.person_key(Person(), hashlib.sha256(text.encode()).hexdigest())


def _external_number(row: Row, vault: Vault) -> str:
    # A 编号 that is itself a phone or identity number is personal data; so is a plain hash of the content.
    if row.id_generated or mask(row.id).text != row.id:
        return f"h-{_keyed(row.id, vault)}"
    return row.id


def _row_hash(row: Row, typed: dict[str, str], vault: Vault) -> str:
    said, extra, contact = row.submission, row.extra, row.contact
    content = [
        typed,
        [[str(t.speaker), t.text, t.at_seconds] for t in said.turns],
        [str(said.channel), str(said.kind or ""), said.likes, said.dislikes, str(said.at or "")],
        ["" if said.author.startswith("caller-") else said.author],
        [contact.name, contact.phone, contact.id_number, contact.email],
        [extra.get(name, "") for name in ("reply_at", "deadline", "confidential")],
    ]
    return _keyed(json.dumps(content, ensure_ascii=False, sort_keys=True), vault)


def _aware(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _moment(written: str) -> datetime | None:
    """A moment that the reader of tables has understood; None for words such as "5个工作日"."""
    try:
        return _aware(datetime.fromisoformat(written)) if written else None
    except ValueError:
        return None


def _is_over(process: str) -> bool:
    words = process.casefold()[:40]
    return any(w in words for w in _OVER) and not any(w in words for w in _NOT_OVER)


def _is_confidential(cell: str, asks_publicity: bool) -> bool:
    """是否保密 and 是否公开 ask the opposite; a cell may also say the word itself."""
    said = cell.strip().casefold()
    return said in _SECRET or said in (_NO if asks_publicity else _YES)


@dataclass
class RejectedRows:
    """The rejected records as they stood in the file, for the officer who mends them."""

    headings: Sequence[str] = ()

    def __post_init__(self) -> None:
        self._rows: list[tuple[Rejected, tuple[str, ...]]] = []

    def add(self, rejected: Rejected, cells: tuple[str, ...]) -> None:
        self._rows.append((rejected, cells))

    def as_csv(self) -> bytes:
        """Line, reason and original columns; fields that a spreadsheet would run begin with an apostrophe."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([_safe(cell) for cell in ("行号", "原因", *self.headings)])
        for rejected, cells in self._rows:
            writer.writerow([_safe(cell) for cell in (str(rejected.line), rejected.message, *cells)])
        return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
