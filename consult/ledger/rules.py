"""What a disposition must say, when a ledger adds up, and the words of its sentence. Pure functions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from consult.drafts.models import Draft, DraftState
from consult.drafts.rules import Phase, is_reason_of_substance, phase
from consult.ledger.models import Outcome

#: Results not out so many days after closing raise a reminder (rule R12; no source, our own choice).
REMINDER_DAYS = 30
MAX_REASON = 2_000
MAX_NAME = 40
MAX_CORRECTION = 500
#: Comments that one press on ticked rows may name: a page of the desk.
MAX_TICKED = 200
#: Problems that are named one by one; how many there are in all stands beside them.
NAMED = 50

#: 采纳情况, as documents print it.
OUTCOME_NAMES: Mapping[str, str] = {
    Outcome.ADOPTED: "采纳",
    Outcome.PARTLY: "部分采纳",
    Outcome.DECLINED: "不采纳",
    Outcome.DUPLICATE: "重复",
    Outcome.UNRELATED: "无关",
}
#: Of which a clause of a later version can be named as changed.
CHANGING = frozenset({Outcome.ADOPTED, Outcome.PARTLY})


@dataclass(frozen=True, slots=True)
class Balance:
    """The figures of a ledger: received = what was decided + refused in moderation + what is still open (rule R9)."""

    decided: Mapping[str, int] = field(default_factory=dict)  #: by outcome
    refused: Mapping[str, int] = field(default_factory=dict)  #: by reason of moderation
    withdrawn: int = 0  #: by their authors; apart, see `received`
    waiting: int = 0  #: for moderation
    undecided: int = 0
    unreviewed: int = 0  #: decided, not confirmed by a second person
    adrift: int = 0  #: duplicates whose master does not stand in the ledger
    distinct: int = 0
    people: int = 0

    @property
    def received(self) -> int:
        """Everything that came and was not taken back by its author.

        Who takes a comment back asks for nothing any more, and on no page of the site does it count.
        """
        return self.disposed + self.rejected + self.waiting + self.undecided

    @property
    def disposed(self) -> int:
        return sum(self.decided.values())

    @property
    def rejected(self) -> int:
        """Refused in moderation, for whatever reason."""
        return sum(self.refused.values())

    @property
    def merged(self) -> int:
        """归并后: with what is a duplicate counted once, with its master (rule R13)."""
        return self.received - self.decided.get(Outcome.DUPLICATE, 0) - self.refused.get("duplicate", 0)

    @property
    def is_balanced(self) -> bool:
        """Whether everything received has its outcome: received = sum over outcomes + refused (rule R9)."""
        return self.received == self.disposed + self.rejected and not self.adrift

    @property
    def is_complete(self) -> bool:
        """Whether it could be published: it balances, and a second person has confirmed every row."""
        return self.is_balanced and not self.unreviewed

    def sentence(self) -> str:
        """The sentence of the ledger, computed from the figures; every part that is not zero is named."""
        if not self.received:
            return "征求意见期间未收到意见。"
        parts = [f"{OUTCOME_NAMES[o]}{self.decided[o]}条" for o in Outcome if self.decided.get(o)]
        if self.rejected:
            parts.append(f"审核未通过{self.rejected}条")
        if self.waiting + self.undecided:
            parts.append(f"尚未处理{self.waiting + self.undecided}条")
        return f"共收到意见{self.received}条，{'，'.join(parts)}。"

    def three_ways(self) -> str:
        """Every count of comments is shown three ways (rule R13)."""
        return f"收到{self.received}条，不同文本{self.distinct}条，涉及{self.people}人；重复意见归并后{self.merged}条。"


def is_decidable(draft: Draft) -> bool:
    """Whether comments of this draft are decided on: once it is public, and as long as it is not withdrawn."""
    return draft.state in (DraftState.PUBLISHED, DraftState.REPORTED)


def is_publishable(draft: Draft, now: datetime) -> bool:
    """Whether the time for publishing has come: after closing."""
    return phase(draft, now) in (Phase.CLOSED, Phase.REPORTED)


def is_overdue(draft: Draft, now: datetime, days: int = REMINDER_DAYS) -> bool:
    """Whether results are not out so many days after closing (rule R12)."""
    return overdue_days(draft, now) >= days


def overdue_days(draft: Draft, now: datetime) -> int:
    """Whole days since closing while results are not out; 0 before closing and once they are."""
    if draft.closes_at is None or phase(draft, now) is not Phase.CLOSED:
        return 0
    return (now - draft.closes_at) // timedelta(days=1)


def needs_reason(outcome: str) -> bool:
    """All but 采纳 carry a reason; that of a duplicate is its master (rule R8)."""
    return outcome not in (Outcome.ADOPTED, Outcome.DUPLICATE)


def is_correction_of_substance(reason: str) -> bool:
    """Whether the reason for another edition says something."""
    return is_reason_of_substance(reason)


def text_digest(text: str) -> str:
    """SHA-256 of a published text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


#: What of a row goes into the digest, in this order.
DIGESTED = (
    "number",
    "signature",
    "place",
    "text_sha256",
    "withheld",
    "outcome",
    "reason",
    "master_number",
    "change",
)


def digest(rows: Iterable[Any], refused: Mapping[str, int], others: Sequence[int]) -> str:
    """SHA-256 of an edition: of its rows in order, of what was refused by reason, and of the other counts.

    Each row is one line of JSON, an array of the values of `DIGESTED`; a last line holds the refused and
    [distinct, people, withdrawn]. Lines end with a line feed, in UTF-8, so that anybody can compute it again.
    """
    made = hashlib.sha256()
    for row in rows:
        made.update(_line([getattr(row, name) for name in DIGESTED]))
    made.update(_line([dict(sorted(refused.items())), list(others)]))
    return made.hexdigest()


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def published_text(body: str, rewording: str) -> str:
    """A comment as the ledger prints it."""
    return f"{body}\n建议修改为：{rewording}" if rewording else body


def printed_reason(reason: str, master_number: int | None) -> str:
    """The column 理由: of a duplicate it begins with where its master stands."""
    pointer = f"与序号{master_number}的意见重复，处理情况见该条。" if master_number else ""
    return pointer + reason
