"""What was published of a ledger, as everybody reads it: rows, figures, and what became of one comment."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from consult.comments.models import Comment, CommentState
from consult.drafts.changes import Credit
from consult.drafts.models import Clause, Draft, DraftState, DraftVersion
from consult.errors import NotFound
from consult.ledger import rules
from consult.ledger.models import LedgerEdition, LedgerRow, Outcome, Withheld
from consult.ledger.rules import OUTCOME_NAMES, Balance

#: What stands in place of a text.
NO_CONSENT = "（作者未同意公开）"
TAKEN_BACK = "（发布后由作者撤回）"
TAKEN_DOWN = "（发布后不再公开）"
CHANGE_WORD = "修改条款："
#: Characters of a comment beside the clause that it changed.
EXCERPT = 80
#: In place of a signature.
NOBODY = "—"


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the page and every file show it (rule R10)."""

    number: int  #: 序号
    signature: str  #: 反馈人
    place: str  #: 条款
    text: str  #: 意见内容
    outcome: str
    reason: str  #: 理由
    change: str  #: 修改条款
    comment_id: int
    is_shown: bool  #: whether the text stands here
    change_clause_id: int | None

    @property
    def outcome_name(self) -> str:
        """是否采纳, in the words of the documents."""
        return OUTCOME_NAMES[self.outcome]

    def cells(self) -> tuple[str, ...]:
        """The columns of `HEADINGS`, the same in every form."""
        change = f"{CHANGE_WORD}{self.change}。" if self.change else ""
        return (
            str(self.number),
            self.signature,
            self.place,
            self.text,
            self.outcome_name,
            "".join((self.reason, change)) or NOBODY,
        )


HEADINGS = ("序号", "反馈人", "条款", "意见内容", "是否采纳", "理由")


def current_edition(own: Session, draft: Draft) -> LedgerEdition | None:
    """The newest edition; None while nothing is published."""
    return own.scalar(
        select(LedgerEdition).where(LedgerEdition.draft_id == draft.id).order_by(LedgerEdition.number.desc()).limit(1)
    )


def access_edition(own: Session, draft: Draft, number: int | None) -> LedgerEdition:
    """An edition of a draft that was already accessed; without a number the newest. Raises `NotFound`."""
    if number is None:
        found = current_edition(own, draft)
    else:
        found = own.scalar(
            select(LedgerEdition).where(LedgerEdition.draft_id == draft.id, LedgerEdition.number == number)
        )
    if found is None:
        raise NotFound()
    return found


def figures(own: Session, edition: LedgerEdition) -> Balance:
    """The figures of an edition, counted from its rows."""
    rows = own.execute(
        select(LedgerRow.outcome, func.count()).where(LedgerRow.edition_id == edition.id).group_by(LedgerRow.outcome)
    )
    return Balance(
        decided={str(outcome): int(n) for outcome, n in rows},
        refused=json.loads(edition.refused),
        withdrawn=edition.withdrawn,
        distinct=edition.texts,
        people=edition.people,
    )


def statement(edition: LedgerEdition, outcome: str = "") -> Select[Any]:
    """The rows of an edition with what of the comments may be shown now, in their order."""
    wanted: Any = (
        select(LedgerRow, Comment.body, Comment.rewording, Comment.state, Comment.consent_publish)
        .join(Comment, Comment.id == LedgerRow.comment_id)
        .where(LedgerRow.edition_id == edition.id)
        .order_by(LedgerRow.number)
    )
    if outcome in list(Outcome):
        wanted = wanted.where(LedgerRow.outcome == outcome)
    found: Select[Any] = wanted
    return found


def line(row: Any) -> Line:
    """One row of `statement` as it is shown: never a text that its author did not agree to or took back."""
    stored, body, rewording, state, consents = row
    text, is_shown = NO_CONSENT, False
    if stored.withheld != Withheld.NO_CONSENT:
        text = rules.published_text(body, rewording)
        is_shown = state == CommentState.ACCEPTED and consents and rules.text_digest(text) == stored.text_sha256
        if not is_shown:
            text = TAKEN_BACK if state == CommentState.WITHDRAWN else TAKEN_DOWN
    return Line(
        number=stored.number,
        signature=stored.signature if is_shown else NOBODY,
        place=stored.place,
        text=text,
        outcome=stored.outcome,
        reason=rules.printed_reason(stored.reason, stored.master_number),
        change=stored.change,
        comment_id=stored.comment_id,
        is_shown=is_shown,
        change_clause_id=stored.change_clause_id,
    )


def lines(own: Session, edition: LedgerEdition) -> list[Line]:
    """Every row of an edition, as its files print it; one statement."""
    return [line(row) for row in own.execute(statement(edition))]


def stored_rows(own: Session, edition: LedgerEdition) -> Sequence[LedgerRow]:
    """The rows as they were fixed, for computing the digest again."""
    return own.scalars(select(LedgerRow).where(LedgerRow.edition_id == edition.id).order_by(LedgerRow.number)).all()


def is_intact(own: Session, edition: LedgerEdition) -> bool:
    """Whether the rows still give the digest that was published with them."""
    others = (edition.texts, edition.people, edition.withdrawn)
    return rules.digest(stored_rows(own, edition), json.loads(edition.refused), others) == edition.sha256


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one comment, for its author."""

    published_at: datetime
    edition: int
    number: int
    outcome: str
    reason: str
    change: str
    slug: str
    change_clause_id: int | None


def _newest() -> Any:
    other = select(func.max(LedgerEdition.number)).where(LedgerEdition.draft_id == Draft.id)
    return LedgerEdition.number == other.correlate(Draft).scalar_subquery()


def fates(own: Session, comment_ids: Collection[int]) -> Mapping[int, Fate]:
    """What became of comments, as the newest edition of their drafts says; only what is published."""
    if not comment_ids:
        return {}
    rows = own.execute(
        select(LedgerRow, LedgerEdition, Draft.slug)
        .join(LedgerEdition, LedgerEdition.id == LedgerRow.edition_id)
        .join(Draft, Draft.id == LedgerEdition.draft_id)
        .where(LedgerRow.comment_id.in_(comment_ids), Draft.state == DraftState.REPORTED, _newest())
    )
    return {
        row.comment_id: Fate(
            edition.published_at,
            edition.number,
            row.number,
            row.outcome,
            rules.printed_reason(row.reason, row.master_number),
            row.change,
            slug,
            row.change_clause_id,
        )
        for row, edition, slug in rows
    }


def changes_of(own: Session, clause_ids: Collection[int]) -> dict[int, list[Any]]:
    """The published rows that changed these clauses, by clause: (row, slug, body, rewording, state, consent)."""
    if not clause_ids:
        return {}
    rows = own.execute(
        select(LedgerRow, Draft.slug, Comment.body, Comment.rewording, Comment.state, Comment.consent_publish)
        .join(LedgerEdition, LedgerEdition.id == LedgerRow.edition_id)
        .join(Draft, Draft.id == LedgerEdition.draft_id)
        .join(Comment, Comment.id == LedgerRow.comment_id)
        .where(LedgerRow.change_clause_id.in_(clause_ids), Draft.state == DraftState.REPORTED, _newest())
        .order_by(LedgerRow.number)
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0].change_clause_id or 0, []).append(row)
    return found


class LedgerCredits:
    """What the comparison of versions asks for, see `consult.drafts.changes.Credits`."""

    def of_clauses(self, own: Session, clause_ids: Sequence[int]) -> Mapping[int, Sequence[Credit]]:
        return {
            clause_id: [_credit(slug, line((row, *said))) for row, slug, *said in rows]
            for clause_id, rows in changes_of(own, clause_ids).items()
        }


def _credit(slug: str, shown: Line) -> Credit:
    excerpt = shown.text[:EXCERPT] + ("…" if len(shown.text) > EXCERPT else "")
    url = url_for("comments.show", slug=slug, comment_id=shown.comment_id) if shown.is_shown else None
    return Credit(shown.comment_id, shown.signature, excerpt, url)


def changed_places(own: Session, clause_ids: Collection[int | None]) -> Mapping[int, tuple[int, str]]:
    """Where the public can read changed clauses: version number and name in addresses, by clause id."""
    wanted = {i for i in clause_ids if i is not None}
    if not wanted:
        return {}
    rows = own.execute(
        select(Clause.id, DraftVersion.number, Clause.ref)
        .join(DraftVersion, DraftVersion.id == Clause.version_id)
        .where(Clause.id.in_(wanted), DraftVersion.published_at.is_not(None), Clause.ref.is_not(None))
    )
    return {int(number): (int(version), str(ref)) for number, version, ref in rows}
