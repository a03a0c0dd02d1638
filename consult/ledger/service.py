"""Deciding what becomes of comments, and confirming it: one by one, ticked, or everything a filter finds.

Whatever its size, an action is a handful of statements: its targets are written into the log first, and what is decided
is written from there. Services flush, views commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from consult.audit.service import Actor, record
from consult.comments.models import Comment
from consult.drafts.models import Clause, Draft, DraftVersion
from consult.errors import Conflict, IllegalTransition, InvalidInput, NotFound
from consult.ledger import queries, rules
from consult.ledger.models import Action, ActionKind, Entry, EntryLog, EntryState, Outcome, StoredReason
from consult.ledger.queries import Filter
from reports.masking import mask


@dataclass(frozen=True, slots=True)
class Ticked:
    """Comments that an officer ticked, each with the revision of its entry that they saw; 0: nothing was decided."""

    seen: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that a filter finds, as an officer saw it: how many, and after which action."""

    filter: Filter
    count: int
    last_action: int


Selection = Ticked | Found


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided: an outcome with what it needs."""

    outcome: str
    reason: str = ""
    stored_reason: int | None = None  #: used when no other reason is typed
    master_id: int | None = None
    change_clause_id: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What an action came to."""

    count: int
    #: Ticked comments that somebody else had changed since they were seen; they stay as they are.
    left: tuple[int, ...] = ()
    #: Decided by the reviewer themself, and so not theirs to confirm.
    own_decisions: int = 0


def decide(
    own: Session, actor: Actor, draft: Draft, selection: Selection, verdict: Verdict, key: str, now: datetime
) -> Done:
    """Decide on comments; what was confirmed before waits for review again.

    Sent twice under one key it is done once. What somebody else changed since it was seen is left alone and told of.
    Raises `InvalidInput` naming the field, `Conflict` when nothing is left of the selection or the list has changed.
    """
    hold(own, draft)
    if (earlier := _done_before(own, draft, key)) is not None:
        return earlier
    verdict = _checked(own, draft, verdict)
    targets, left = _targets(own, draft, selection)
    if verdict.outcome == Outcome.DUPLICATE:
        targets = _without_master(own, targets, selection, verdict.master_id)
    action = _begin(own, actor, draft, ActionKind.DECIDE, key, now)
    action.outcome, action.reason = verdict.outcome, verdict.reason
    _log(own, action, targets, literal(verdict.outcome), literal(verdict.master_id))
    _write_entries(own, actor, action, verdict, now)
    return _end(own, actor, draft, action, left)


def merge_equal(own: Session, actor: Actor, draft: Draft, last_action: int, key: str, now: datetime) -> Done:
    """Mark every undecided comment that repeats another word for word as its duplicate (rule R13).

    The master is the first that was decided otherwise, else the first that came. Raises `Conflict` when somebody has
    done something since ``last_action``, or nothing repeats.
    """
    hold(own, draft)
    if (earlier := _done_before(own, draft, key)) is not None:
        return earlier
    _check_seen(own, draft, last_action)
    action = _begin(own, actor, draft, ActionKind.MERGE, key, now)
    action.outcome = Outcome.DUPLICATE
    masters = (
        queries.with_entries(
            Comment.text_hash.label("text_hash"),
            func.coalesce(
                func.min(Comment.id).filter(Entry.outcome != Outcome.DUPLICATE),
                func.min(Comment.id).filter(Entry.id.is_(None)),
            ).label("master_id"),
        )
        .where(Comment.draft_id == draft.id, queries.is_in_ledger())
        .group_by(Comment.text_hash)
        .having(func.count() > 1)
        .subquery()
    )
    repeated = (
        queries.with_entries(literal(action.id), Comment.id, literal(""), literal(action.outcome), masters.c.master_id)
        .join(masters, masters.c.text_hash == Comment.text_hash)
        .where(Comment.draft_id == draft.id, queries.is_in_ledger(), Entry.id.is_(None))
        .where(Comment.id != masters.c.master_id)
    )
    own.execute(insert(EntryLog).from_select(_LOGGED, repeated))
    _write_entries(own, actor, action, Verdict(Outcome.DUPLICATE), now)
    return _end(own, actor, draft, action, ())


def clear(own: Session, actor: Actor, draft: Draft, selection: Ticked, key: str, now: datetime) -> Done:
    """Take decisions back, so that the comments are undecided again. Raises `Conflict` as `decide` does."""
    hold(own, draft)
    if (earlier := _done_before(own, draft, key)) is not None:
        return earlier
    targets, left = _targets(own, draft, selection)
    action = _begin(own, actor, draft, ActionKind.CLEAR, key, now)
    _log(own, action, and_(targets, Entry.id.is_not(None)), literal(""), literal(None))
    own.execute(delete(Entry).where(Entry.comment_id.in_(_logged(action))))
    return _end(own, actor, draft, action, left)


def review(own: Session, actor: Actor, draft: Draft, selection: Selection, key: str, now: datetime) -> Done:
    """Confirm decisions of others (四眼原则: nobody confirms their own).

    Raises `Conflict` when nothing of the selection waits for this person's review, or the list has changed.
    """
    hold(own, draft)
    if (earlier := _done_before(own, draft, key)) is not None:
        return earlier
    targets, left = _targets(own, draft, selection)
    drafted = and_(targets, Entry.state == EntryState.DRAFTED)
    mine = own.scalar(queries.with_entries(func.count()).where(drafted, Entry.decided_by == actor.id)) or 0
    if mine and not own.scalar(queries.with_entries(func.count()).where(drafted, Entry.decided_by != actor.id)):
        raise Conflict("You decided these yourself: a second person has to confirm them.")
    action = _begin(own, actor, draft, ActionKind.REVIEW, key, now)
    _log(own, action, and_(drafted, Entry.decided_by != actor.id), Entry.outcome, Entry.master_id)
    own.execute(
        update(Entry)
        .where(Entry.comment_id.in_(_logged(action)))
        .values(state=EntryState.REVIEWED, reviewed_by=actor.id, reviewed_at=now, revision=Entry.revision + 1)
        .execution_options(synchronize_session=False)
    )
    done = _end(own, actor, draft, action, left)
    return Done(done.count, done.left, mine)


def hold(own: Session, draft: Draft) -> None:
    """Of two officers who act on one ledger at the same moment the second waits for the first.

    Comments that come in meanwhile do not wait: their rows only need the draft to stay.
    """
    own.execute(select(Draft.id).where(Draft.id == draft.id).with_for_update(key_share=True))
    own.refresh(draft)
    if not rules.is_decidable(draft):
        raise IllegalTransition("Comments are decided on once the draft is public, and not when it was withdrawn.")


def _done_before(own: Session, draft: Draft, key: str) -> Done | None:
    """What the same press of the same button came to before (promise P4)."""
    action = own.scalar(select(Action).where(Action.key == key))
    if action is None:
        return None
    if action.draft_id != draft.id:
        raise InvalidInput("The form had grown old. Your text is kept: please send it again.", field="idempotency_key")
    return Done(action.count)


def _check_seen(own: Session, draft: Draft, last_action: int) -> None:
    if queries.last_action(own, draft) != last_action:
        raise Conflict("Somebody has changed this list since you opened it. Nothing was done: please look again.")


def _targets(own: Session, draft: Draft, selection: Selection) -> tuple[ColumnElement[bool], tuple[int, ...]]:
    """What is chosen as a condition, and the ticked comments that have changed since they were seen."""
    if isinstance(selection, Found):
        _check_seen(own, draft, selection.last_action)
        if queries.count(own, selection.filter) != selection.count:
            raise Conflict(
                "Comments have come or gone since you opened this list. Nothing was done: please look again."
            )
        return queries.conditions(selection.filter), ()
    wanted = dict(selection.seen[: rules.MAX_TICKED])
    if not wanted:
        raise InvalidInput("Please tick at least one comment.")
    rows = own.execute(
        queries.with_entries(Comment.id, func.coalesce(Entry.revision, 0)).where(
            Comment.draft_id == draft.id, queries.is_in_ledger(), Comment.id.in_(wanted)
        )
    )
    present = {int(number): int(revision) for number, revision in rows}
    chosen = [number for number, seen in wanted.items() if present.get(number) == seen]
    left = tuple(number for number in wanted if number not in chosen)
    if not chosen:
        raise Conflict(
            "Somebody else has changed these since you opened the page. Nothing was done: please look again."
        )
    return Comment.id.in_(chosen), left


def _checked(own: Session, draft: Draft, verdict: Verdict) -> Verdict:
    """The verdict as it is stored: masked, complete, and about this draft."""
    if verdict.outcome not in list(Outcome):
        raise InvalidInput("Please choose what became of it.", field="outcome")
    reason = verdict.reason.strip()
    if not reason and verdict.stored_reason is not None:
        stored = own.get(StoredReason, verdict.stored_reason)
        if stored is None or stored.draft_id != draft.id:
            raise InvalidInput("This reason is not in the list any more.", field="stored_reason")
        reason = stored.text
    reason = mask(reason).text
    if rules.needs_reason(verdict.outcome) and not reason:
        raise InvalidInput("Please give the reason: its author and everybody will read it.", field="reason")
    if len(reason) > rules.MAX_REASON:
        raise InvalidInput("A reason has at most %(most)d characters.", field="reason", most=rules.MAX_REASON)
    master = _master(own, draft, verdict) if verdict.outcome == Outcome.DUPLICATE else None
    change = _change(own, draft, verdict) if verdict.outcome in rules.CHANGING else None
    return Verdict(Outcome(verdict.outcome), reason, None, master, change)


def _master(own: Session, draft: Draft, verdict: Verdict) -> int:
    """The comment that others repeat: in this ledger, and no duplicate itself, so that there is no circle."""
    if verdict.master_id is None:
        raise InvalidInput("Please give the number of the comment that it repeats.", field="master")
    try:
        master = queries.access_comment(own, draft, verdict.master_id)
    except NotFound:
        raise InvalidInput(
            "No. %(n)s is no comment of this draft that passed review.", field="master", n=verdict.master_id
        ) from None
    entry = queries.entry_of(own, master)
    if entry is not None and entry.outcome == Outcome.DUPLICATE:
        raise InvalidInput(
            "No. %(n)s is itself a duplicate, of no. %(master)s: give that one.",
            field="master",
            n=master.id,
            master=entry.master_id,
        )
    return master.id


def _change(own: Session, draft: Draft, verdict: Verdict) -> int | None:
    """The clause that was changed, of a version of this draft after the first."""
    if verdict.change_clause_id is None:
        return None
    found = own.scalar(
        select(Clause.id)
        .join(DraftVersion, DraftVersion.id == Clause.version_id)
        .where(Clause.id == verdict.change_clause_id, DraftVersion.draft_id == draft.id, DraftVersion.number > 1)
    )
    if found is None:
        raise InvalidInput("This is no clause of a later version of the draft.", field="change")
    return found


def _without_master(
    own: Session, targets: ColumnElement[bool], selection: Selection, master_id: int | None
) -> ColumnElement[bool]:
    """No comment repeats itself, and none that others are said to repeat."""
    if isinstance(selection, Ticked) and master_id in dict(selection.seen):
        raise InvalidInput("A comment cannot be a duplicate of itself: untick no. %(n)s.", field="master", n=master_id)
    targets = and_(targets, Comment.id != master_id)
    pointing = aliased(Entry)
    masters = select(pointing.master_id).where(pointing.master_id.is_not(None))
    led = own.scalars(queries.with_entries(Comment.id).where(targets, Comment.id.in_(masters)).limit(5)).all()
    if led:
        raise InvalidInput(
            "Others are marked as duplicates of no. %(list)s, which so cannot be one itself.",
            field="master",
            list=", ".join(str(n) for n in led),
        )
    return targets


def _begin(own: Session, actor: Actor, draft: Draft, kind: ActionKind, key: str, now: datetime) -> Action:
    action = Action(draft_id=draft.id, kind=kind, key=key, actor_id=actor.id, at=now)
    own.add(action)
    own.flush()
    return action


_LOGGED = ("action_id", "comment_id", "before", "after", "master_id")


def _log(own: Session, action: Action, targets: ColumnElement[bool], after: Any, master: Any) -> None:
    """Write down what the action is about: one row a comment, in one statement."""
    rows = queries.with_entries(literal(action.id), Comment.id, func.coalesce(Entry.outcome, ""), after, master).where(
        targets
    )
    own.execute(insert(EntryLog).from_select(_LOGGED, rows))


def _logged(action: Action) -> Select[Any]:
    return select(EntryLog.comment_id).where(EntryLog.action_id == action.id)


def _write_entries(own: Session, actor: Actor, action: Action, verdict: Verdict, now: datetime) -> None:
    """Write what was decided on everything that the action's log names, in one statement."""
    maker = postgresql.insert if own.get_bind().dialect.name == "postgresql" else sqlite.insert
    columns = {
        "comment_id": EntryLog.comment_id,
        "draft_id": literal(action.draft_id),
        "outcome": EntryLog.after,
        "reason": literal(verdict.reason),
        "master_id": EntryLog.master_id,
        "change_clause_id": literal(verdict.change_clause_id, Entry.change_clause_id.type),
        "state": literal(EntryState.DRAFTED.value),
        "decided_by": literal(actor.id),
        "decided_at": literal(now, Entry.decided_at.type),
        "revision": literal(1),
    }
    statement = maker(Entry).from_select(
        list(columns), select(*columns.values()).where(EntryLog.action_id == action.id)
    )
    kept = ("outcome", "reason", "master_id", "change_clause_id", "state", "decided_by", "decided_at")
    own.execute(
        statement.on_conflict_do_update(
            index_elements=[Entry.comment_id],
            set_={
                **{name: getattr(statement.excluded, name) for name in kept},
                "reviewed_by": None,
                "reviewed_at": None,
                "revision": Entry.revision + 1,
            },
        ).execution_options(synchronize_session=False)
    )


def _end(own: Session, actor: Actor, draft: Draft, action: Action, left: Sequence[int]) -> Done:
    """Count what was done, and tell the audit log of it once. Raises `Conflict` when it was nothing."""
    action.count = own.scalar(select(func.count()).where(EntryLog.action_id == action.id)) or 0
    if not action.count:
        raise Conflict("Nothing was left to do here: somebody may have been faster. Please look again.")
    own.flush()
    own.expire_all()
    record(
        own,
        action.at,
        f"ledger:comments:{_PAST[ActionKind(action.kind)]}",
        actor=actor,
        subject=f"draft:{draft.id}",
        comments=action.count,
        outcome=action.outcome,
        press=action.id,
    )
    return Done(action.count, tuple(left))


_PAST = {
    ActionKind.DECIDE: "disposed",
    ActionKind.CLEAR: "cleared",
    ActionKind.MERGE: "merged",
    ActionKind.REVIEW: "reviewed",
}
