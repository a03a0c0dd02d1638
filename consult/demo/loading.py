"""Fills a database with the demo town, by doing through the services what its people did, in the order of time.

Nothing is written past a service, so the demo obeys the rules that real data obeys, and its audit log tells
the same story. Steps wait in a queue sorted by time; a step may add later ones.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts import service as accounts
from consult.accounts.models import Role, User
from consult.clock import SHANGHAI
from consult.comments import service as comments
from consult.comments.models import Comment as CommentRow
from consult.comments.models import CommentState, RefusalReason, Stance
from consult.demo.rhythm import review_slot
from consult.demo.town import Account, Comment, Draft, Leader, Town
from consult.demo.town import Clause as SpokenClause
from consult.drafts import service as drafts
from consult.drafts.models import Clause, DraftKind, DraftVersion
from consult.drafts.models import Draft as DraftRow
from consult.drafts.parsing import parse_text
from consult.vault.service import Vault
from reports.model import Progress, silent

#: What happens at one moment.
Step = Callable[[datetime], None]

_ROLES = {
    "citizen": Role.CITIZEN,
    "leader": Role.LEADER,
    "officer": Role.OFFICER,
    "handling_unit": Role.UNIT,
    "auditor": Role.AUDITOR,
    "administrator": Role.ADMINISTRATOR,
}
_KINDS = {"行政规范性文件": DraftKind.NORMATIVE, "重大行政决策": DraftKind.DECISION}
_STANCES = {"赞成": Stance.SUPPORT, "反对": Stance.OPPOSE, "建议修改": Stance.AMEND, "其他": Stance.OTHER}
_REFUSALS = {
    "advertising": RefusalReason.ADVERTISING,
    "privacy": RefusalReason.PRIVACY,
    "irrelevant": RefusalReason.IRRELEVANT,
    "abusive": RefusalReason.INSULT,
    "duplicate": RefusalReason.DUPLICATE,
}


@dataclass
class Timeline:
    """Steps in the order of time."""

    end: datetime  #: steps after this moment have not happened yet and are left out
    _steps: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _count: int = 0

    def at(self, moment: datetime, step: Step) -> None:
        """Plan a step; one that would lie after the end is forgotten."""
        if moment <= self.end:
            self._count += 1
            heapq.heappush(self._steps, (moment, self._count, step))

    def run(self, progress: Progress = silent) -> int:
        """Do every step, earliest first; how many there were. Steps add others, so the total grows on the way."""
        done = 0
        while self._steps:
            moment, _, step = heapq.heappop(self._steps)
            step(moment.astimezone(UTC))
            done += 1
            progress(done, done + len(self._steps))
        return done


@dataclass
class Staff:
    """The accounts of the demo, by login and by name."""

    by_login: dict[str, User]
    by_name: dict[str, User]

    @property
    def officer(self) -> User:
        return self.by_login["officer"]


def settle(own: Session, town: Town, password: str, now: datetime) -> Staff:
    """Make the units and every account; all share the password. Raises `InvalidInput` for a weak one."""
    for unit in town.units:
        accounts.unit_by_name(own, unit.name).phone = unit.phone
    posts = {leader.name: leader for leader in town.leaders}
    secret = password, accounts.hash_of(password)
    made = {a.login: _account(own, town, a, posts.get(a.name), secret, now) for a in town.accounts}
    by_name = {user.display_name: user for user in made.values()}
    for leader in town.leaders:
        if leader.name not in by_name:
            as_account = Account(leader.name, leader.name, "leader", "")
            by_name[leader.name] = _account(own, town, as_account, leader, secret, now)
    return Staff(made, by_name)


def _account(
    own: Session, town: Town, account: Account, leader: Leader | None, secret: tuple[str, str], now: datetime
) -> User:
    units = {unit.key: unit.name for unit in town.units}
    new = accounts.NewAccount(
        handle=account.login,
        display_name=account.name,
        password=secret[0],
        password_hash=secret[1],
        role=_ROLES[account.role],
        post=leader.post if leader else "",
        unit_name=units.get(account.unit, ""),
    )
    return accounts.create_account(own, new, now)


class DraftsAndComments:
    """Plans the life of every draft, and what is said about it."""

    def __init__(self, own: Session, vault: Vault, staff: Staff, timeline: Timeline) -> None:
        self._own = own
        self._commenting = comments.Commenting(vault)
        self._staff = staff
        self._timeline = timeline
        self._targets: dict[str, tuple[DraftRow, DraftVersion, dict[str, Clause]]] = {}
        #: What waits for each review, by its time in Shanghai.
        self._waiting: dict[datetime, list[tuple[Comment, CommentRow, DraftRow]]] = {}
        self._stored: dict[str, CommentRow] = {}

    def row_of(self, draft: Draft) -> DraftRow:
        """The stored draft, once it is written."""
        return self._targets[draft.slug][0]

    def stored_of(self, said: Iterable[Comment]) -> dict[str, CommentRow]:
        """The stored comments by the town's keys, as they are now."""
        found = {comment.key: self._stored[comment.key] for comment in said if comment.key in self._stored}
        for row in found.values():
            self._own.refresh(row)
        return found

    def plan(self, town: Town) -> None:
        """Plan everything; nothing is done before the timeline runs."""
        for draft in town.drafts:
            written = min(draft.opens_at, self._timeline.end) - timedelta(days=3)
            self._timeline.at(written, lambda now, d=draft: self._write(d, now))  # type: ignore[misc]
            published = min(draft.opens_at, self._timeline.end - timedelta(hours=14))
            self._timeline.at(published, lambda now, d=draft: self._publish(d, now))  # type: ignore[misc]
            if draft.withdrawn_at:
                self._timeline.at(draft.withdrawn_at, lambda now, d=draft: self._withdraw(d, now))  # type: ignore[misc]
        texts = {draft.slug: draft.versions[0].clauses for draft in town.drafts}
        for said in town.comments:
            spoken = texts[said.draft][said.clause - 1] if said.clause else None
            self._timeline.at(said.at, lambda now, c=said, at=spoken: self._submit(c, at, now))  # type: ignore[misc]

    def _write(self, draft: Draft, now: datetime) -> None:
        parsed = parse_text(f"{draft.title}\n{draft.versions[0].text}")
        new = drafts.NewDraft(draft.title, _KINDS[draft.kind], draft.touches_business)
        row = drafts.create_draft(self._own, self._staff.officer, new, parsed, now)
        facts = drafts.DraftFacts(
            title=f"{draft.title}（征求意见稿）",
            kind=_KINDS[draft.kind],
            touches_business=draft.touches_business,
            explanation=draft.explanation,
            legal_basis=draft.legal_basis,
            organ=draft.unit,
            contact_unit=draft.contact_unit,
            contact_address=draft.contact_address,
            contact_phone=draft.contact_phone,
            contact_email=draft.contact_email,
        )
        drafts.edit_facts(self._own, self._staff.officer, row, facts, now)
        version = self._own.scalars(select(DraftVersion).where(DraftVersion.draft_id == row.id)).one()
        clauses = self._own.scalars(select(Clause).where(Clause.version_id == version.id, Clause.ref.is_not(None)))
        self._targets[draft.slug] = (row, version, {clause.label: clause for clause in clauses})

    def _publish(self, draft: Draft, now: datetime) -> None:
        row, _, _ = self._targets[draft.slug]
        opens = draft.opens_at.astimezone(SHANGHAI).date()
        schedule = drafts.Schedule(
            closes_on=draft.closes_at.astimezone(SHANGHAI).date(),
            opens_on=opens if opens > now.astimezone(SHANGHAI).date() else None,
        )
        drafts.publish(self._own, self._staff.officer, row, schedule, now)

    def _withdraw(self, draft: Draft, now: datetime) -> None:
        drafts.withdraw(self._own, self._staff.officer, self._targets[draft.slug][0], draft.withdrawn_reason, now)

    def _submit(self, said: Comment, spoken: SpokenClause | None, now: datetime) -> None:
        row, version, clauses = self._targets[said.draft]
        clause = _found(clauses, spoken) if spoken else None
        new = comments.NewComment(
            stance=_STANCES[said.stance],
            body=said.text,
            idempotency_key=f"demo-{said.key}",
            consent_publish=said.publishable,
            name="" if said.anonymous else said.author.name,
            phone="" if said.anonymous else said.author.phone,
        )
        target = comments.Target(row, version, clause)
        stored = self._commenting.submit(self._own, None, target, new, now, said.author.key)
        self._stored[said.key] = stored
        slot = review_slot(now)
        if slot not in self._waiting:
            self._waiting[slot] = []
            self._timeline.at(slot, self._review)
        self._waiting[slot].append((said, stored, row))

    def _review(self, now: datetime) -> None:
        """The officer goes through everything that came in since the last time, as one does at the queue."""
        batch = self._waiting.pop(now.astimezone(SHANGHAI))
        decisions: dict[comments.Decision, list[int]] = {}
        for said, stored, _ in batch:
            refused = comments.Decision(CommentState.REFUSED, _REFUSALS[said.refusal]) if said.refusal else None
            decisions.setdefault(refused or comments.Decision(CommentState.ACCEPTED), []).append(stored.id)
        for decision, ids in decisions.items():
            comments.decide(self._own, self._staff.officer, ids, decision, now)
        later = now + timedelta(hours=2)
        for said, stored, row in batch:
            self._own.expire(stored)
            is_endorsed = said.publishable and not said.refusal and said.endorsements
            if is_endorsed and row.closes_at and later < row.closes_at and not said.anonymous:
                supporter = self._staff.by_login["citizen" if said.endorsements < 3 else "citizen2"]
                self._timeline.at(later, lambda at, who=supporter, c=stored, d=row: self._endorse(who, c, d, at))  # type: ignore[misc]

    def _endorse(self, supporter: User, stored: CommentRow, row: DraftRow, now: datetime) -> None:
        comments.endorse(self._own, supporter, stored, row, now)


def _found(clauses: dict[str, Clause], spoken: SpokenClause) -> Clause | None:
    """The stored clause that was spoken of; where only its chapter can be commented on, that one."""
    if spoken.label in clauses:
        return clauses[spoken.label]
    chapter = spoken.chapter.partition("、")[0]
    return next((c for label, c in clauses.items() if label.rstrip("、") == chapter), None)
