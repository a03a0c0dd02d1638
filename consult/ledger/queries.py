"""Reading the working ledger at the desk: what is decided, what is missing, and who did what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from consult.accounts.models import User
from consult.campaigns.models import GroupMember
from consult.comments.models import Comment, CommentClause, CommentState, Stance
from consult.drafts.models import Clause, Draft, DraftState, DraftVersion
from consult.errors import NotFound
from consult.ledger import rules
from consult.ledger.models import Action, CommentOrigin, Entry, EntryLog, EntryState, Outcome, StoredReason
from consult.ledger.rules import Balance

#: Statuses of the working ledger to filter by, beside the outcomes.
UNDECIDED = "undecided"
STATUSES = (UNDECIDED, EntryState.DRAFTED.value, EntryState.REVIEWED.value, *(o.value for o in Outcome))
#: What is said on the draft as a whole, in the filter by clause.
WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which comments of a draft; every part may be empty."""

    draft_id: int
    version: int | None = None  #: its number
    clause: str = ""  #: a clause's name in addresses, or `WHOLE`
    stance: str = ""
    words: str = ""
    status: str = ""
    group: str = ""  #: text hash: comments of equal text
    copies: int | None = None  #: group of near-identical comments

    @property
    def is_empty(self) -> bool:
        return self == Filter(self.draft_id)

    def undecided(self) -> Filter:
        """The same with what is not decided yet only."""
        return replace(self, status=UNDECIDED)


def is_in_ledger() -> ColumnElement[bool]:
    """Comments that a disposition is about: received, and neither refused nor taken back."""
    return Comment.state == CommentState.ACCEPTED


def conditions(wanted: Filter) -> ColumnElement[bool]:
    """What a filter asks of (Comment left join Entry); versions and clauses are looked up in subqueries."""
    found: list[ColumnElement[bool]] = [Comment.draft_id == wanted.draft_id, is_in_ledger()]
    if wanted.version is not None:
        number = DraftVersion.number == wanted.version
        found.append(Comment.version_id.in_(select(DraftVersion.id).where(_of(wanted), number)))
    if wanted.clause == WHOLE:
        found.append(Comment.clause_id.is_(None))
    elif wanted.clause:
        named = select(Clause.id).join(DraftVersion, DraftVersion.id == Clause.version_id)
        named = named.where(_of(wanted), Clause.ref == wanted.clause)
        further = select(CommentClause.comment_id).where(CommentClause.clause_id.in_(named))
        found.append(or_(Comment.clause_id.in_(named), Comment.id.in_(further)))
    if wanted.stance in list(Stance):
        found.append(Comment.stance == wanted.stance)
    if wanted.words:
        contains = (column.contains(wanted.words, autoescape=True) for column in (Comment.body, Comment.rewording))
        found.append(or_(*contains))
    if wanted.group:
        found.append(Comment.text_hash == wanted.group)
    if wanted.copies is not None:
        members = select(GroupMember.comment_id).where(
            GroupMember.group_id == wanted.copies, GroupMember.is_out.is_(False)
        )
        found.append(Comment.id.in_(members))
    return and_(*found, _has_status(wanted.status))


def _of(wanted: Filter) -> ColumnElement[bool]:
    return DraftVersion.draft_id == wanted.draft_id


def _has_status(status: str) -> ColumnElement[bool]:
    if status == UNDECIDED:
        return Entry.id.is_(None)
    if status in list(EntryState):
        return Entry.state == status
    return Entry.outcome == status if status in list(Outcome) else true()


def with_entries(*columns: Any) -> Select[Any]:
    """Something about comments with what was decided on each, if anything."""
    return select(*columns).select_from(Comment).outerjoin(Entry, Entry.comment_id == Comment.id)


def in_order(statement: Select[Any]) -> Select[Any]:
    """By version, then as the text runs with the whole of it first, then by time."""
    return (
        statement.join(DraftVersion, DraftVersion.id == Comment.version_id)
        .outerjoin(Clause, Clause.id == Comment.clause_id)
        .order_by(DraftVersion.number, func.coalesce(Clause.position, 0), Comment.submitted_at, Comment.id)
    )


def table(wanted: Filter) -> Select[Any]:
    """The rows of the working ledger: (Comment, Entry or None, Clause or None, DraftVersion)."""
    return in_order(with_entries(Comment, Entry, Clause, DraftVersion).where(conditions(wanted)))


def count(own: Session, wanted: Filter) -> int:
    """How many comments a filter finds."""
    return own.scalar(with_entries(func.count()).where(conditions(wanted))) or 0


def next_undecided(own: Session, draft: Draft, after: int = 0) -> int | None:
    """The comment to decide next, other than the present one."""
    wanted = conditions(Filter(draft.id, status=UNDECIDED))
    return own.scalar(in_order(with_entries(Comment.id).where(wanted, Comment.id != after)).limit(1))


def access_comment(own: Session, draft: Draft, comment_id: int) -> Comment:
    """A comment in the ledger of a draft that was accessed at the desk. Raises `NotFound`."""
    comment = own.get(Comment, comment_id)
    if comment is None or comment.draft_id != draft.id or comment.state != CommentState.ACCEPTED:
        raise NotFound()
    return comment


def entry_of(own: Session, comment: Comment) -> Entry | None:
    """What was decided on a comment, if anything."""
    return own.scalar(select(Entry).where(Entry.comment_id == comment.id))


def last_action(own: Session, draft: Draft) -> int:
    """The number of the last thing anybody did to this ledger: what an officer has seen."""
    return own.scalar(select(func.max(Action.id)).where(Action.draft_id == draft.id)) or 0


def balances(own: Session, draft_ids: Sequence[int]) -> dict[int, Balance]:
    """The figures of several ledgers; three statements, however many drafts and comments there are."""
    if not draft_ids:
        return {}
    rows = own.execute(
        with_entries(Comment.draft_id, Comment.state, Comment.refusal_reason, Entry.outcome, Entry.state, func.count())
        .where(Comment.draft_id.in_(draft_ids))
        .group_by(Comment.draft_id, Comment.state, Comment.refusal_reason, Entry.outcome, Entry.state)
    ).all()
    voices = own.execute(
        select(
            Comment.draft_id,
            func.count(Comment.text_hash.distinct()),
            func.count(Comment.person_key.distinct()),
        )
        .where(Comment.draft_id.in_(draft_ids), Comment.state != CommentState.WITHDRAWN)
        .group_by(Comment.draft_id)
    ).all()
    counted = {draft_id: (texts, people) for draft_id, texts, people in voices}
    drifting = own.execute(
        select(Entry.draft_id, func.count()).where(Entry.draft_id.in_(draft_ids), _adrift()).group_by(Entry.draft_id)
    )
    adrift = {int(draft_id): int(n) for draft_id, n in drifting}
    return {
        one: _balance([row[1:] for row in rows if row[0] == one], counted.get(one, (0, 0)), adrift.get(one, 0))
        for one in draft_ids
    }


def balance(own: Session, draft: Draft) -> Balance:
    """The figures of one ledger."""
    return balances(own, [draft.id])[draft.id]


def _balance(rows: Sequence[Any], counted: tuple[int, int], adrift: int) -> Balance:
    decided: dict[str, int] = {}
    refused: dict[str, int] = {}
    withdrawn = waiting = undecided = unreviewed = 0
    for state, refusal, outcome, entry_state, n in rows:
        if state == CommentState.WITHDRAWN:
            withdrawn += n
        elif state == CommentState.REFUSED:
            refused[refusal] = refused.get(refusal, 0) + n
        elif state == CommentState.PENDING:
            waiting += n
        elif outcome is None:
            undecided += n
        else:
            decided[outcome] = decided.get(outcome, 0) + n
            unreviewed += n if entry_state == EntryState.DRAFTED else 0
    return Balance(decided, refused, withdrawn, waiting, undecided, unreviewed, adrift, *counted)


def _adrift() -> ColumnElement[bool]:
    """A duplicate in the ledger whose master is not, or is itself a duplicate."""
    own_comment, master = aliased(Comment), aliased(Comment)
    of_master = aliased(Entry)
    in_ledger = select(own_comment.id).where(own_comment.state == CommentState.ACCEPTED)
    sound = (
        select(master.id)
        .outerjoin(of_master, of_master.comment_id == master.id)
        .where(
            master.state == CommentState.ACCEPTED,
            or_(of_master.id.is_(None), of_master.outcome != Outcome.DUPLICATE),
        )
    )
    return and_(Entry.outcome == Outcome.DUPLICATE, Entry.comment_id.in_(in_ledger), Entry.master_id.not_in(sound))


@dataclass(frozen=True, slots=True)
class Missing:
    """What stands between a ledger and its publication: the first comments of each kind, by number."""

    waiting: Sequence[int] = ()
    undecided: Sequence[int] = ()
    unreviewed: Sequence[int] = ()
    adrift: Sequence[int] = ()


def missing(own: Session, draft: Draft, figures: Balance) -> Missing:
    """The rows that are missing, at most `rules.NAMED` of each kind; only what the figures tell of is looked up."""

    def named(n: int, statement: Select[Any]) -> Sequence[int]:
        return own.scalars(statement.limit(rules.NAMED)).all() if n else ()

    here = Comment.draft_id == draft.id
    waiting = select(Comment.id).where(here, Comment.state == CommentState.PENDING).order_by(Comment.id)
    decided = with_entries(Comment.id).where(here, is_in_ledger()).order_by(Comment.id)
    return Missing(
        named(figures.waiting, waiting),
        named(figures.undecided, decided.where(Entry.id.is_(None))),
        named(figures.unreviewed, decided.where(Entry.state == EntryState.DRAFTED)),
        named(figures.adrift, decided.where(_adrift())),
    )


def groups(own: Session, draft: Draft, hashes: Collection[str]) -> dict[str, int]:
    """How many comments in the ledger carry each of these texts, where there is more than one."""
    if not hashes:
        return {}
    rows = own.execute(
        select(Comment.text_hash, func.count())
        .where(Comment.draft_id == draft.id, is_in_ledger(), Comment.text_hash.in_(hashes))
        .group_by(Comment.text_hash)
        .having(func.count() > 1)
    )
    return {str(key): int(n) for key, n in rows}


def mergeable(own: Session, draft: Draft) -> int:
    """How many undecided comments repeat the text of another, word for word."""
    undecided = func.count().filter(Entry.id.is_(None))
    whole = func.count().filter(or_(Entry.id.is_(None), Entry.outcome != Outcome.DUPLICATE))
    per_text = (
        with_entries(undecided.label("undecided"), whole.label("whole"))
        .where(Comment.draft_id == draft.id, is_in_ledger())
        .group_by(Comment.text_hash)
        .having(func.count() > 1)
        .subquery()
    )
    # Of the texts whose masters are all undecided, the first is the master.
    rest = per_text.c.undecided - case((per_text.c.undecided == per_text.c.whole, 1), else_=0)
    return int(own.scalar(select(func.coalesce(func.sum(rest), 0)).where(per_text.c.whole > 0)) or 0)


def reasons(own: Session, draft: Draft) -> list[StoredReason]:
    """The draft's own list of reasons, by name."""
    return list(own.scalars(select(StoredReason).where(StoredReason.draft_id == draft.id).order_by(StoredReason.name)))


def history(own: Session, comment: Comment) -> list[tuple[EntryLog, Action, str]]:
    """What was done about a comment, with the name of who did it, oldest first."""
    rows = own.execute(
        select(EntryLog, Action, User.display_name)
        .join(Action, Action.id == EntryLog.action_id)
        .join(User, User.id == Action.actor_id)
        .where(EntryLog.comment_id == comment.id)
        .order_by(EntryLog.id)
    )
    return [(log, action, name) for log, action, name in rows]


def origin_of(own: Session, comment: Comment) -> CommentOrigin | None:
    """How a comment came that an officer entered; None for one written on the site."""
    return own.get(CommentOrigin, comment.id)


def names(own: Session, ids: Collection[int | None]) -> Mapping[int, str]:
    """The names of accounts, for those who decided and reviewed."""
    wanted = {i for i in ids if i is not None}
    if not wanted:
        return {}
    rows = own.execute(select(User.id, User.display_name).where(User.id.in_(wanted)))
    return {int(number): str(name) for number, name in rows}


def clause_names(own: Session, clause_ids: Collection[int | None]) -> Mapping[int, tuple[DraftVersion, Clause]]:
    """Clauses with their versions, by id."""
    wanted = {i for i in clause_ids if i is not None}
    if not wanted:
        return {}
    rows = own.execute(
        select(Clause, DraftVersion)
        .join(DraftVersion, DraftVersion.id == Clause.version_id)
        .where(Clause.id.in_(wanted))
    )
    return {clause.id: (version, clause) for clause, version in rows}


def further_clauses(own: Session, draft: Draft) -> dict[int, list[Clause]]:
    """The further clauses that comments of a draft speak about, by comment, in reading order."""
    rows = own.execute(
        select(CommentClause.comment_id, Clause)
        .join(Clause, Clause.id == CommentClause.clause_id)
        .join(Comment, Comment.id == CommentClause.comment_id)
        .where(Comment.draft_id == draft.id)
        .order_by(Clause.position)
    )
    found: dict[int, list[Clause]] = {}
    for comment_id, clause in rows:
        found.setdefault(comment_id, []).append(clause)
    return found


def spoken_on(own: Session, draft: Draft) -> list[tuple[str, str]]:
    """The clauses that comments are about, to filter by: (name in addresses, label), as the text runs."""
    said = select(Comment.clause_id).where(Comment.draft_id == draft.id, is_in_ledger(), Comment.clause_id.is_not(None))
    rows = own.execute(
        select(Clause.ref, Clause.label, Clause.heading, func.min(Clause.position).label("place"))
        .where(Clause.id.in_(said), Clause.ref.is_not(None))
        .group_by(Clause.ref, Clause.label, Clause.heading)
        .order_by("place")
    )
    found: dict[str, str] = {}
    for ref, label, heading, _place in rows:
        found.setdefault(str(ref), " ".join(part for part in (label, heading) if part) or str(ref))
    return list(found.items())


def desk_drafts(now: datetime, only: str = "") -> Select[Draft]:
    """Drafts that have or need a ledger: closed without results first, the longest closed foremost."""
    closed = and_(Draft.state == DraftState.PUBLISHED, Draft.closes_at <= now - timedelta(seconds=1))
    wanted = select(Draft).where(Draft.state.in_((DraftState.PUBLISHED, DraftState.REPORTED)))
    if only == "closed":
        wanted = wanted.where(closed)
    elif only == "overdue":
        wanted = wanted.where(is_late(now))
    elif only == "reported":
        wanted = wanted.where(Draft.state == DraftState.REPORTED)
    return wanted.order_by(closed.desc(), Draft.state, Draft.closes_at, Draft.id)


def is_late(now: datetime) -> ColumnElement[bool]:
    """Drafts that closed so long ago that their results are late (rule R12)."""
    late = now - timedelta(days=rules.REMINDER_DAYS)
    return and_(Draft.state == DraftState.PUBLISHED, Draft.closes_at <= late)


def overdue_count(own: Session, now: datetime) -> int:
    """Of how many drafts the results are overdue (rule R12); for the start of the desk."""
    return own.scalar(select(func.count()).select_from(Draft).where(is_late(now))) or 0


def results_due(own: Session, now: datetime) -> int:
    """How many drafts have closed and wait for their results; for the start of the desk."""
    closed = Draft.closes_at <= now - timedelta(seconds=1)
    return own.scalar(select(func.count()).where(Draft.state == DraftState.PUBLISHED, closed)) or 0
