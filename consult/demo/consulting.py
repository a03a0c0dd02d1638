"""What comes after a consultation in the demo town: the revised text, the ledger, and groups of copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.campaigns.arriving import group
from consult.comments.models import Comment as CommentRow
from consult.comments.models import CommentState
from consult.demo.loading import DraftsAndComments, Staff, Timeline
from consult.demo.town import Comment, Draft, Town
from consult.drafts import service as drafts
from consult.drafts import versions
from consult.drafts.models import Clause, DraftState, Stage
from consult.drafts.models import Draft as DraftRow
from consult.drafts.parsing import parse_text
from consult.drafts.queries import current_version
from consult.ledger import publishing, queries, service
from consult.ledger.models import Outcome
from consult.ledger.publishing import Publication
from consult.ledger.queries import Filter
from consult.ledger.service import Found, Ticked, Verdict

SECOND_OFFICER = "officer2"
_OUTCOMES = {
    "采纳": Outcome.ADOPTED,
    "部分采纳": Outcome.PARTLY,
    "不采纳": Outcome.DECLINED,
    "重复": Outcome.DUPLICATE,
    "无关": Outcome.UNRELATED,
}
_NOTE = "吸收公开征求意见中的意见，对{labels}作了修改，其余条款未作改动。"


class Consulting:
    """Plans revised texts and published ledgers of the drafts whose results are out."""

    def __init__(self, own: Session, staff: Staff, timeline: Timeline, said: DraftsAndComments) -> None:
        self._own, self._staff, self._timeline, self._said = own, staff, timeline, said

    def plan(self, town: Town) -> None:
        """Plan everything; nothing is done before the timeline runs."""
        for draft in town.drafts:
            spoken = [comment for comment in town.comments if comment.draft == draft.slug]
            if len(draft.versions) > 1:
                at = draft.versions[1].published_at
                self._timeline.at(at, lambda now, d=draft: self._revise(d, now))  # type: ignore[misc]
            if draft.state == "results" and draft.results_at is not None:
                at = draft.results_at
                self._timeline.at(at, lambda now, d=draft, c=spoken: self._report(d, c, now))  # type: ignore[misc]

    def _revise(self, draft: Draft, now: datetime) -> None:
        row, officer, text = self._said.row_of(draft), self._staff.officer, draft.versions[1].text
        versions.begin_version(self._own, officer, row, Stage.REVISION, now)
        drafts.replace_text(self._own, officer, row, parse_text(f"{draft.title}\n{text}"), "", now)
        changed = [
            new.label
            for old, new in zip(draft.versions[0].clauses, draft.versions[1].clauses, strict=True)
            if old != new
        ]
        versions.publish_version(self._own, officer, row, _NOTE.format(labels="、".join(changed)), now)

    def _report(self, draft: Draft, said: Sequence[Comment], now: datetime) -> None:
        """Decide as the town says, confirm by the second officer, and publish."""
        row, first, second = self._said.row_of(draft), self._staff.officer, self._staff.by_login[SECOND_OFFICER]
        rows = self._said.stored_of(said)
        present = current_version(self._own, row)
        changed = {
            c.stable_key: c.id
            for c in self._own.scalars(select(Clause).where(Clause.version_id == present.id))
            if present.number > 1
        }
        batches: dict[Verdict, list[int]] = {}
        for comment in sorted(said, key=lambda c: c.disposition == "重复"):  # masters first
            stored = rows[comment.key]
            if comment.disposition and stored.state == CommentState.ACCEPTED:
                batches.setdefault(self._verdict(comment, stored, rows, changed), []).append(stored.id)
        for number, (verdict, ids) in enumerate(batches.items()):
            ticked = Ticked(tuple((i, 0) for i in ids))
            service.decide(self._own, first, row, ticked, verdict, f"demo-{draft.slug}-{number}"[:32], now)
        if queries.balance(self._own, row).disposed:
            wanted = Filter(row.id, status="drafted")
            found = Found(wanted, queries.count(self._own, wanted), queries.last_action(self._own, row))
            service.review(self._own, second, row, found, f"demo-{draft.slug}-review"[:32], now)
        publishing.publish(self._own, second, row, Publication(0, ""), now)

    def _verdict(
        self, comment: Comment, stored: CommentRow, rows: Mapping[str, CommentRow], changed: Mapping[str, int]
    ) -> Verdict:
        outcome = _OUTCOMES[comment.disposition]
        if outcome is Outcome.DUPLICATE:
            return Verdict(outcome, comment.reason, master_id=rows[comment.duplicate_of].id)
        is_change = outcome in (Outcome.ADOPTED, Outcome.PARTLY) and comment.stance != "赞成"
        return Verdict(outcome, comment.reason, change_clause_id=changed.get(stored.clause_key) if is_change else None)


def group_copies(own: Session, now: datetime) -> int:
    """Group near-identical comments on every public draft; how many were put into groups."""
    public = own.scalars(select(DraftRow).where(DraftRow.state.in_((DraftState.PUBLISHED, DraftState.REPORTED)))).all()
    return sum(group(own, row, now) for row in public)
