"""One record's cells to a `Row`, or the reason why not.

Whoever stores a `Row` masks its text first (rule R45): nothing is masked here, because the vault needs the original.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reports.masking import mask
from reports.model import Rejected, Submission, Turn
from reports.tables.columns import MOMENT_FIELDS
from reports.tables.dates import UnreadableMoment, is_year_last, parse_moment
from reports.tables.encodings import DAMAGE
from reports.tables.limits import Limits
from reports.tables.results import Contact, Row
from reports.tables.transcripts import (
    UnreadableTranscript,
    citizen_words,
    is_dialogue,
    parse_transcript,
    split_dialogue,
)
from reports.tables.values import (
    Cell,
    UnreadableCount,
    channel_of,
    clean,
    count_of,
    is_mangled_number,
    is_nobody,
    kind_of,
    one_line,
    to_text,
)

#: Code of a rejection -> its sentence. The codes are stable; other programs may rely on them.
REASONS = {
    "missing_text": "没有内容",
    "bad_date": "{detail}",
    "bad_number": "“{detail}”不是数量",
    "bad_transcript": "{detail}",
    "too_long": "内容有{detail}字，超过上限{limit}字",
    "total_row": "这是合计一类的统计行，不是一条记录",
    "duplicate_row": "与第{detail}行完全相同",
    "duplicate_id": "编号与第{detail}行相同，但内容不同",
    "mangled_id": "编号被表格软件当作数字改写（{detail}），无法还原，请以文本格式重新导出，或不使用编号列",
    "nul_character": "含有空字符（NUL），数据已损坏",
    "undecodable": "有无法按此编码识别的字节",
    "lone_surrogate": "含有不成对的代理字符，数据已损坏",
    "too_many_cells": "有{detail}列，比标题行多，可能缺少引号",
    "unclosed_quote": "引号没有闭合",
    "bad_json": "不是有效的JSON：{detail}",
    "not_an_object": "不是由列名和值组成的JSON对象",
}

_MAX_ID = 200
#: A spreadsheet keeps 15 digits of a number; of a longer 编号 the end is lost.
_EXACT = 1e15
_TOTALS = re.compile(
    r"(?:本页|本表|全部)?\s*(?:[合总小共累]\s*计|总\s*数|total|subtotal)\s*[:：]?\s*[\d,.]*\s*[件条个]?", re.IGNORECASE
)
_PERSONAL = re.compile(r"(?:1[3-9]\d{9}|\d{15}|\d{17}[\dXx])")
_SURROGATE = re.compile("[\ud800-\udfff]")

_QUOTED = re.compile("“([^”]*)”")
#: A cell that was to be a moment or a count: figures, their marks, and the words of dates.
_FIGURES = re.compile(r"[\d\s:：./,，+\-—~年月日号时分秒点上下午零〇一二三四五六七八九十百千万TZtze%％*＊个次条人]*")


def _what_may_be_quoted(match: re.Match[str]) -> str:
    """A cell in the wrong column may be a name, an address or a phone: only what looks like a figure is repeated."""
    text = mask(match[1]).text
    return f"“{text}”" if _FIGURES.fullmatch(text) else "该内容"


class UnusableRecord(Exception):
    """A record is rejected: `code` is a key of `REASONS`."""

    def __init__(self, code: str, detail: object = "", *, column: str = "", limit: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.message = REASONS[code].format(detail=detail, limit=limit)
        self.column = column


@dataclass
class RecordReader:
    """Turns the records of one file into rows, remembering ids and callers from one to the next."""

    headings: Sequence[str]
    mapping: Mapping[str, str]
    limits: Limits = field(default_factory=Limits)
    #: Whether 3/5/2026 is in May, asked at the first such date; None where the file does not tell.
    day_first: Callable[[str], bool | None] = lambda _: None

    def __post_init__(self) -> None:
        position = {heading: index for index, heading in reversed(list(enumerate(self.headings)))}
        self._columns = {name: position[heading] for name, heading in self.mapping.items()}
        claimed = set(self._columns.values())
        self._rest = [(heading, i) for i, heading in enumerate(self.headings) if i not in claimed and heading]
        self._extras = [name for name in _EXTRA_FIELDS if name in self._columns]
        self._seen: dict[str, tuple[int, bytes]] = {}
        self._callers: dict[str, str] = {}
        self._orders: dict[str, bool | None] = {}

    def read(self, line: int, cells: Sequence[Cell]) -> Row | Rejected:
        """Return the record that starts at `line` as a row, or as rejected with the reason."""
        identity = ""
        try:
            self._refuse_damage(cells)
            self._refuse_totals(cells)
            identity = self._id(cells)
            return self._row(line, cells, identity)
        except UnusableRecord as reason:
            return self.reject(line, reason, identity)

    def reject(self, line: int, reason: UnusableRecord, identity: str = "") -> Rejected:
        """Say of a record why it cannot be used."""
        said = _QUOTED.sub(_what_may_be_quoted, reason.message)
        message = f"第{line}行{f'，列“{reason.column[:30]}”' if reason.column else ''}：{said}。"
        return Rejected(line, reason.code, message, identity, reason.column)

    def _row(self, line: int, cells: Sequence[Cell], identity: str) -> Row:
        text, turns = self._text(cells)
        title = one_line(self._cell(cells, "title"))
        generated = not identity
        identity = identity or f"h-{self._digest(cells).hex()[:16]}"
        said = hashlib.blake2b(f"{title}\0{text}".encode(), digest_size=8).digest()
        self._refuse_duplicate(identity, said)
        contact = self._contact(cells)
        submission = Submission(
            id=identity,
            text=text,
            title=title,
            at=self._moment(cells, "at"),
            channel=channel_of(self._cell(cells, "channel")),
            kind=kind_of(self._cell(cells, "kind")),
            field=one_line(self._cell(cells, "field")),
            place=self._place(cells),
            unit=one_line(self._cell(cells, "unit")),
            author=self._author(cells, contact),
            likes=self._count(cells, "likes"),
            dislikes=self._count(cells, "dislikes"),
            turns=turns,
        )
        row = Row(line, identity, submission, contact, self._extra(cells), generated)
        # Only a record that is used may make a later one a duplicate.
        self._seen[identity] = (line, said)
        return row

    def _cell(self, cells: Sequence[Cell], name: str) -> str:
        return to_text(self._raw(cells, name)) if name in self._columns else ""

    def _raw(self, cells: Sequence[Cell], name: str) -> Cell:
        column = self._columns.get(name)
        return "" if column is None or column >= len(cells) else cells[column]

    def _refuse_damage(self, cells: Sequence[Cell]) -> None:
        if len(cells) > len(self.headings) and any(to_text(cell).strip() for cell in cells[len(self.headings) :]):
            raise UnusableRecord("too_many_cells", len(cells))
        for index, cell in enumerate(cells[: len(self.headings)]):
            text = to_text(cell)
            heading = self.headings[index]
            if "\0" in text:
                raise UnusableRecord("nul_character", column=heading)
            if not text.isascii() and (found := _SURROGATE.search(text)):
                raise UnusableRecord("undecodable" if found[0] == DAMAGE else "lone_surrogate", column=heading)
            if len(text) > self.limits.max_text:
                raise UnusableRecord("too_long", len(text), column=heading, limit=self.limits.max_text)

    def _refuse_totals(self, cells: Sequence[Cell]) -> None:
        first = next((text for cell in cells if (text := to_text(cell).strip())), "")
        if len(self.headings) > 1 and _TOTALS.fullmatch(first):
            raise UnusableRecord("total_row")

    def _id(self, cells: Sequence[Cell]) -> str:
        raw = self._raw(cells, "id")
        identity = one_line(to_text(raw))
        heading = self.mapping.get("id", "")
        if is_mangled_number(identity) or (isinstance(raw, float) and abs(raw) >= _EXACT):
            raise UnusableRecord("mangled_id", identity, column=heading)
        if len(identity) > _MAX_ID:
            raise UnusableRecord("too_long", len(identity), column=heading, limit=_MAX_ID)
        # Excel exports keep long numbers as text by an apostrophe or a tab in front.
        return identity.lstrip("'`")

    def _refuse_duplicate(self, identity: str, said: bytes) -> None:
        earlier = self._seen.get(identity)
        if earlier is not None:
            code = "duplicate_row" if earlier[1] == said else "duplicate_id"
            raise UnusableRecord(code, earlier[0], column=self.mapping.get("id", ""))

    def _text(self, cells: Sequence[Cell]) -> tuple[str, tuple[Turn, ...]]:
        text = clean(self._cell(cells, "text"))
        try:
            turns = parse_transcript(clean(self._cell(cells, "transcript")))
        except UnreadableTranscript as error:
            raise UnusableRecord("bad_transcript", error.reason, column=self.mapping["transcript"]) from None
        if not turns and text:
            # A dialogue in the summary column is a transcript: the operator's words must not count as the citizen's.
            spoken = split_dialogue(text)
            if is_dialogue(spoken):
                turns, text = spoken, ""
        text = text or citizen_words(turns)
        if not text:
            raise UnusableRecord("missing_text", column=self.mapping.get("text") or self.mapping.get("transcript", ""))
        return text, turns

    def _moment(self, cells: Sequence[Cell], name: str) -> datetime | None:
        try:
            return self._parsed(cells, name)
        except UnreadableMoment as error:
            raise UnusableRecord("bad_date", error.reason, column=self.mapping[name]) from None

    def _parsed(self, cells: Sequence[Cell], name: str) -> datetime | None:
        raw = self._raw(cells, name)
        if isinstance(raw, str) and is_year_last(raw):
            if name not in self._orders:
                self._orders[name] = self.day_first(self.mapping[name])
            return parse_moment(raw, day_first=self._orders[name])
        return parse_moment(raw)

    def _count(self, cells: Sequence[Cell], name: str) -> int:
        text = self._cell(cells, name)
        try:
            return count_of(text)
        except UnreadableCount:
            raise UnusableRecord("bad_number", text.strip()[:30], column=self.mapping[name]) from None

    def _contact(self, cells: Sequence[Cell]) -> Contact:
        values = (one_line(self._cell(cells, name)).lstrip("'`") for name in ("name", "phone", "id_number", "email"))
        return Contact(*values)

    def _author(self, cells: Sequence[Cell], contact: Contact) -> str:
        """An opaque key, equal for equal persons within this file.

        What the source calls its users is kept. Where it names them by phone or identity number only, they are
        numbered in order of appearance: a hash of a phone number is as good as the number itself.
        """
        stated = one_line(self._cell(cells, "author")).lstrip("'`")
        if stated and not is_nobody(stated) and not _PERSONAL.fullmatch(stated):
            return stated
        key = contact.id_number or contact.phone or contact.email
        if _PERSONAL.fullmatch(stated):
            key = stated
        if not key or is_nobody(key):
            return ""
        return self._callers.setdefault(re.sub(r"[\s-]", "", key), f"caller-{len(self._callers) + 1}")

    def _place(self, cells: Sequence[Cell]) -> str:
        place = one_line(self._cell(cells, "place"))
        wider = ""
        for name in ("district", "street", "community"):
            part = one_line(self._cell(cells, name))
            if part and part not in place and part not in wider:
                wider += part
        return wider + place

    def _extra(self, cells: Sequence[Cell]) -> dict[str, str]:
        extra: dict[str, str] = {}
        for name in self._extras:
            value = clean(self._cell(cells, name))
            if value:
                extra[name] = value
        for name in MOMENT_FIELDS:
            if name in extra:
                extra[name] = self._moment_text(cells, name, extra[name])
        for heading, column in self._rest:
            value = clean(to_text(cells[column])) if column < len(cells) else ""
            if value:
                extra.setdefault(heading, value)
        return extra

    def _moment_text(self, cells: Sequence[Cell], name: str, written: str) -> str:
        """ISO 8601, or what is written where that is no moment at all ("5个工作日")."""
        try:
            moment = self._parsed(cells, name)
        except UnreadableMoment as error:
            if error.impossible:
                raise UnusableRecord("bad_date", error.reason, column=self.mapping[name]) from None
            return written
        return moment.isoformat() if moment else written

    def _digest(self, cells: Sequence[Cell]) -> bytes:
        """A hash of the content by heading, the same whatever the order of columns and the format of the file."""
        content = {
            heading: clean(to_text(cell)) for heading, cell in zip(self.headings, cells, strict=False) if heading
        }
        kept = {heading: value for heading, value in content.items() if value}
        return hashlib.sha256(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()).digest()


#: Fields that go to `Row.extra` under their own name. The raw words for channel and kind are among them.
_EXTRA_FIELDS = (
    "field2",
    "field3",
    "district",
    "street",
    "community",
    "co_unit",
    "deadline",
    "process",
    "result",
    "reply",
    "reply_at",
    "callback",
    "contacted",
    "solved",
    "satisfaction",
    "confidential",
    "public",
    "channel",
    "kind",
)
