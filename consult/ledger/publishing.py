"""Publishing the ledger of a draft, and correcting it: each time as an edition that stays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.comments.models import Comment
from consult.comments.queries import clause_label
from consult.drafts import rules as draft_rules
from consult.drafts import service as drafts
from consult.drafts.models import Clause, Draft, DraftVersion
from consult.drafts.queries import name_of
from consult.errors import Conflict, IllegalTransition, InvalidInput
from consult.ledger import queries, rules
from consult.ledger.models import Entry, LedgerEdition, LedgerRow, Outcome, Withheld
from consult.ledger.rules import Balance
from consult.ledger.service import hold
from consult.ledger.telling import tell_authors
from reports.masking import mask

#: Rows written with one statement.
AT_ONCE = 500


class LedgerIncomplete(InvalidInput):
    """The ledger does not add up, or waits for review; it holds what is missing, row by row."""

    message = "The ledger cannot be published yet: see what is missing."

    def __init__(self, figures: Balance, missing: queries.Missing) -> None:
        super().__init__(type(self).message)
        self.figures, self.missing = figures, missing


@dataclass(frozen=True, slots=True)
class Publication:
    """What the person who publishes has seen and says."""

    editions_seen: int = 0  #: how many there were when they opened the page
    correction_reason: str = field(default="")  #: public; needed from the second edition on


def editions(own: Session, draft: Draft) -> list[LedgerEdition]:
    """Every published edition, the newest first."""
    return list(
        own.scalars(
            select(LedgerEdition).where(LedgerEdition.draft_id == draft.id).order_by(LedgerEdition.number.desc())
        )
    )


def publish(own: Session, actor: Actor, draft: Draft, wanted: Publication, now: datetime) -> LedgerEdition:
    """Publish the ledger as it stands: with it the draft has its results (征集中 → 已结束 → 已反馈),
    and everybody who spoke with an account is told.

    Raises `LedgerIncomplete` with the rows that are missing, `IllegalTransition` before commenting has closed,
    `Conflict` when somebody has published meanwhile or nothing has changed since the last edition, `InvalidInput`
    for a correction without a reason.
    """
    hold(own, draft)
    if not rules.is_publishable(draft, now):
        raise IllegalTransition("The results of a consultation are published after it has closed.")
    earlier = editions(own, draft)
    if len(earlier) != wanted.editions_seen:
        raise Conflict("Somebody has published this ledger in the meantime. Please look at it first.")
    reason = _correction(earlier, wanted.correction_reason)
    figures = queries.balance(own, draft)
    if not figures.is_complete:
        raise LedgerIncomplete(figures, queries.missing(own, draft, figures))
    rows = _rows(own, draft)
    sha256 = rules.digest(rows, figures.refused, (figures.distinct, figures.people, figures.withdrawn))
    if earlier and earlier[0].sha256 == sha256:
        raise Conflict("Nothing has changed since the last edition.")
    edition = LedgerEdition(
        draft_id=draft.id,
        number=len(earlier) + 1,
        correction_reason=reason,
        published_by=actor.id,
        published_at=now,
        texts=figures.distinct,
        people=figures.people,
        withdrawn=figures.withdrawn,
        refused=json.dumps(dict(sorted(figures.refused.items()))),
        sha256=sha256,
    )
    own.add(edition)
    own.flush()
    _write(own, edition, rows)
    if draft_rules.phase(draft, now) is draft_rules.Phase.CLOSED:
        drafts.report(own, actor, draft, now)
    tell_authors(own, draft, edition, now)
    record(
        own,
        now,
        "ledger:edition:published",
        actor=actor,
        subject=f"draft:{draft.id}",
        number=edition.number,
        comments=figures.received,
        content=sha256,
    )
    return edition


def _correction(earlier: Sequence[LedgerEdition], typed: str) -> str:
    if not earlier:
        return ""
    reason = mask(typed.strip()[: rules.MAX_CORRECTION]).text
    if not rules.is_correction_of_substance(reason):
        raise InvalidInput(
            "Please say in at least %(least)d characters what is corrected; it is public.",
            field="reason",
            least=draft_rules.REASON_LETTERS,
        )
    return reason


@dataclass(frozen=True, slots=True)
class _Row:
    """A row as it will be stored; the names are those of `LedgerRow`."""

    number: int
    comment_id: int
    signature: str
    place: str
    text_sha256: str
    withheld: str
    outcome: str
    reason: str
    master_number: int | None
    change_clause_id: int | None
    change: str


def _rows(own: Session, draft: Draft) -> list[_Row]:
    """The rows in the order of the versions and their texts; three statements."""
    found = own.execute(
        queries.in_order(queries.with_entries(*_READ).where(Comment.draft_id == draft.id, queries.is_in_ledger()))
    ).all()
    numbers = {row.comment_id: number for number, row in enumerate(found, 1)}
    changed = queries.clause_names(own, {row.change_clause_id for row in found})
    places = _Places(own, draft, [row.clause_id for row in found])
    return [
        _Row(
            number=numbers[row.comment_id],
            comment_id=row.comment_id,
            signature=row.signature if row.consent_publish else "",
            place=places.of(row),
            text_sha256=rules.text_digest(rules.published_text(row.body, row.rewording)) if row.consent_publish else "",
            withheld="" if row.consent_publish else Withheld.NO_CONSENT,
            outcome=row.outcome,
            reason=row.reason,
            master_number=numbers[row.master_id] if row.outcome == Outcome.DUPLICATE else None,
            change_clause_id=row.change_clause_id if row.change_clause_id in changed else None,
            change=_place(*changed[row.change_clause_id]) if row.change_clause_id in changed else "",
        )
        for row in found
    ]


_READ: tuple[Any, ...] = (
    Comment.id.label("comment_id"),
    Comment.clause_id,
    Comment.signature,
    Comment.body,
    Comment.rewording,
    Comment.consent_publish,
    DraftVersion.label.label("version_label"),
    Entry.outcome,
    Entry.reason,
    Entry.master_id,
    Entry.change_clause_id,
)


class _Places:
    """The words for where comments are, each clause read once."""

    def __init__(self, own: Session, draft: Draft, clause_ids: Sequence[int | None]) -> None:
        self._known = queries.clause_names(own, clause_ids)
        self._further = queries.further_clauses(own, draft)

    def of(self, row: Any) -> str:
        if row.clause_id is None:
            return f"{row.version_label} {clause_label(None)}"
        names = [name_of(self._known[row.clause_id][1]), *map(name_of, self._further.get(row.comment_id, ()))]
        return f"{row.version_label} {'、'.join(names)}"[:400]


def _place(version: DraftVersion, clause: Clause) -> str:
    return f"{version.label} {name_of(clause)}"[:400]


def _write(own: Session, edition: LedgerEdition, rows: Sequence[_Row]) -> None:
    names = _Row.__slots__
    values = [{"edition_id": edition.id, **{name: getattr(row, name) for name in names}} for row in rows]
    table = cast(Table, LedgerRow.__table__)
    for start in range(0, len(values), AT_ONCE):
        # Past the mapper, which would write rows with and without a value apart.
        own.execute(insert(table), values[start : start + AT_ONCE])
