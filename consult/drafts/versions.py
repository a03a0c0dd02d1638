"""Later versions of a draft: preparing and publishing them, and recording what became of every clause (rule R14)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.drafts.comparing import Comparison, Fate, Pair, Side, compare
from consult.drafts.holding import hold
from consult.drafts.models import Clause, ClauseFate, Draft, DraftState, DraftVersion, Stage
from consult.drafts.queries import clauses, current_version, public_versions, tree, version_in_preparation
from consult.drafts.texts import passage_sides
from consult.errors import Conflict, IllegalTransition, InvalidInput, NotFound

STAGE_NAMES = {Stage.CONSULTATION: "征求意见稿", Stage.REVISION: "修改稿", Stage.FINAL: "正式稿"}
#: A note says something about what is new.
MIN_NOTE = 4
MAX_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Matched:
    """Two versions' clauses as they are matched now."""

    comparison: Comparison
    old: tuple[Clause, ...]  #: rows of the comparison's sides, in their order
    new: tuple[Clause, ...]
    decided: frozenset[int]  #: ids of older clauses whose fate an officer decided

    @property
    def seen(self) -> str:
        """A digest of what a page shows of it: the newer words, and which clause continues which."""
        words = [repr((*side.above, side.label, side.heading, side.text)) for side in self.comparison.new]
        fates = [f"{pair.old} {pair.new} {pair.kind}" for pair in self.comparison.pairs]
        return hashlib.sha256("\0".join([*words, *fates, *self.comparison.fates]).encode()).hexdigest()[:32]


def begin_version(own: Session, actor: Actor, draft: Draft, stage: str, now: datetime) -> DraftVersion:
    """Begin the next version with the words of the present one.

    Raises `IllegalTransition` when the draft is not public, `Conflict` when the next version is in preparation already,
    `InvalidInput` for a stage that there is not or that would go backwards.
    """
    if draft.state not in (DraftState.PUBLISHED, DraftState.REPORTED):
        raise IllegalTransition("A further version needs a draft that is public.")
    if stage not in list(Stage):
        raise InvalidInput("Please choose what the version is.", field="stage")
    before = current_version(own, draft)
    order = list(Stage)
    if order.index(Stage(stage)) < order.index(Stage(before.stage)):
        raise InvalidInput("A version cannot go back behind the present one.", field="stage")
    if version_in_preparation(own, draft) is not None:
        raise Conflict("The next version is in preparation already.")
    version = DraftVersion(
        draft_id=draft.id,
        number=before.number + 1,
        label=_label(own, draft, Stage(stage)),
        stage=stage,
        source_name="",
        preamble=before.preamble,
        created_by=actor.id,
        created_at=now,
    )
    try:
        with own.begin_nested():
            own.add(version)
            own.flush()
    except IntegrityError:
        raise Conflict("The next version is in preparation already.") from None
    _copy(own, before, version)
    record(own, now, "drafts:version:begun", actor=actor, subject=f"draft:{draft.id}", version=version.number)
    return version


def _label(own: Session, draft: Draft, stage: Stage) -> str:
    """征求意见稿, 修改稿, 修改稿（二）…"""
    name = STAGE_NAMES[stage]
    n = sum(version.stage == stage for version in public_versions(own, draft))
    return name if n == 0 else f"{name}（{'零一二三四五六七八九十'[n + 1] if n < 10 else n + 1}）"


def _copy(own: Session, before: DraftVersion, version: DraftVersion) -> None:
    """The same clauses once more, under the same keys, a level of the tree at a time."""
    rows = clauses(own, before)
    copies: dict[int, Clause] = {}
    level = [row for row in rows if row.parent_id is None]
    while level:
        for row in level:
            copies[row.id] = copy = Clause(
                version_id=version.id,
                parent_id=copies[row.parent_id].id if row.parent_id is not None else None,
                **{
                    name: getattr(row, name)
                    for name in ("position", "stable_key", "ref", "kind", "number", "label", "heading", "text")
                },
            )
            own.add(copy)
        own.flush()
        parents = {row.id for row in level}
        level = [row for row in rows if row.parent_id in parents]


def drop_version(own: Session, actor: Actor, draft: Draft, now: datetime) -> None:
    """Throw the version in preparation away. Raises `NotFound` when there is none, or it is the only one."""
    version = version_in_preparation(own, draft)
    if version is None or version.number == 1:
        raise NotFound()
    own.execute(delete(ClauseFate).where(ClauseFate.to_version_id == version.id))
    for row in reversed(clauses(own, version)):
        own.delete(row)
    own.flush()
    own.delete(version)
    own.flush()
    record(own, now, "drafts:version:dropped", actor=actor, subject=f"draft:{draft.id}", version=version.number)


def matched(own: Session, before: DraftVersion, version: DraftVersion) -> Matched:
    """How the clauses of the version before and of one in preparation belong together now.

    What an officer decided stands. Then clauses that carry the same key are one, as they were copied, edited or
    recognised at their import; the rest is matched by words.
    """
    (old, old_rows), (new, new_rows) = spoken(own, before), spoken(own, version)
    decisions = _decisions(own, version)
    by_id = {row.id: j for j, row in enumerate(new_rows)}
    known = {
        i: by_id[into]
        for i, row in enumerate(old_rows)
        if (into := decisions.get(row.id)) is not None and into in by_id
    }
    apart = {i for i, row in enumerate(old_rows) if row.id in decisions and decisions[row.id] is None}
    claimed = set(known.values())
    by_key = {row.stable_key: j for j, row in enumerate(new_rows) if j not in claimed}
    for i, row in enumerate(old_rows):
        if i not in known and i not in apart and row.stable_key in by_key:
            known[i] = by_key[row.stable_key]
    return Matched(compare(old, new, known=known, apart=apart), old_rows, new_rows, frozenset(decisions))


def spoken(own: Session, version: DraftVersion) -> tuple[list[Side], tuple[Clause, ...]]:
    """The clauses of a version that one can comment on, as they are compared, and their rows in the same order."""
    rows = clauses(own, version)
    by_id = {str(row.id): row for row in rows}
    sides = passage_sides(tree(rows))
    return sides, tuple(by_id[side.key] for side in sides)


def _decisions(own: Session, version: DraftVersion) -> Mapping[int, int | None]:
    rows = own.execute(
        select(ClauseFate.from_clause_id, ClauseFate.to_clause_id).where(
            ClauseFate.to_version_id == version.id, ClauseFate.decided_by.is_not(None)
        )
    )
    return {row.from_clause_id: row.to_clause_id for row in rows}


def decide_fate(
    own: Session, actor: Actor, draft: Draft, from_clause_id: int, to_clause_id: int | None, now: datetime
) -> None:
    """Say which clause of the version in preparation continues one of the present version; None: it is removed.

    Raises `NotFound` when there is no version in preparation or the clauses are not of these versions.
    """
    hold(own, draft)
    version, before = version_in_preparation(own, draft), current_version(own, draft)
    if version is None or version.id == before.id:
        raise NotFound()
    old = own.get(Clause, from_clause_id)
    new = own.get(Clause, to_clause_id) if to_clause_id is not None else None
    if old is None or old.version_id != before.id or old.ref is None:
        raise NotFound()
    if to_clause_id is not None and (new is None or new.version_id != version.id or new.ref is None):
        raise NotFound()
    own.execute(delete(ClauseFate).where(ClauseFate.from_clause_id == old.id, ClauseFate.to_version_id == version.id))
    own.add(
        ClauseFate(
            from_clause_id=old.id,
            to_version_id=version.id,
            to_clause_id=to_clause_id,
            fate=Fate.REMOVED if to_clause_id is None else Fate.CHANGED,
            decided_by=actor.id,
            at=now,
        )
    )
    own.flush()
    record(
        own,
        now,
        "drafts:clause:matched",
        actor=actor,
        subject=f"draft:{draft.id}",
        version=version.number,
        clause=old.id,
        into=to_clause_id,
    )


def publish_version(
    own: Session, actor: Actor, draft: Draft, note: str, now: datetime, *, seen: str | None = None
) -> DraftVersion:
    """Make the version in preparation public, with one record for every clause of every earlier one.

    ``seen`` is what `Matched.seen` was on the page that the officer read. Raises `NotFound` when none is in
    preparation, `IllegalTransition` when the draft is not public, `InvalidInput` without a note about what is new, or
    when the words or fates are no longer those that were seen.
    """
    hold(own, draft)
    version = version_in_preparation(own, draft)
    if version is None:
        raise NotFound()
    if draft.state not in (DraftState.PUBLISHED, DraftState.REPORTED):
        raise IllegalTransition("A further version needs a draft that is public.")
    note = note.strip()
    if not MIN_NOTE <= len(note) <= MAX_NOTE:
        raise InvalidInput("Please say in a sentence what is new in this version.", field="note")
    earlier = public_versions(own, draft)
    now_matched = matched(own, earlier[-1], version)
    if seen is not None and seen != now_matched.seen:
        raise InvalidInput("The text was changed after you opened this page. Please read the changes again.")
    _record_fates(own, version, earlier, now_matched, now)
    _take_over_keys(own, version, now_matched)
    version.published_at, version.note = now, note
    own.flush()
    record(own, now, "drafts:version:published", actor=actor, subject=f"draft:{draft.id}", version=version.number)
    return version


def _record_fates(
    own: Session, version: DraftVersion, earlier: Sequence[DraftVersion], found: Matched, now: datetime
) -> None:
    decisions = {
        row.from_clause_id: row.decided_by
        for row in own.scalars(select(ClauseFate).where(ClauseFate.to_version_id == version.id))
    }
    own.execute(delete(ClauseFate).where(ClauseFate.to_version_id == version.id))
    direct: dict[int, Clause | None] = {}
    for i, old in enumerate(found.old):
        pair = found.comparison.partner_of(i)
        direct[old.id] = new = found.new[pair.new] if pair is not None else None
        own.add(_fate(old, version, found.comparison.fates[i], pair, new, decisions.get(old.id), now))
    for past in earlier[:-1]:
        own.add_all(_through(own, past, earlier[-1], version, direct, now))
    own.flush()


def _fate(
    old: Clause,
    version: DraftVersion,
    fate: Fate,
    pair: Pair | None,
    new: Clause | None,
    decided_by: int | None,
    now: datetime,
) -> ClauseFate:
    return ClauseFate(
        from_clause_id=old.id,
        to_version_id=version.id,
        fate=fate,
        to_clause_id=new.id if new is not None else None,
        is_merged=pair is not None and pair.kind == "merged",
        likeness=pair.likeness if pair is not None else 0.0,
        decided_by=decided_by,
        at=now,
    )


def _through(
    own: Session,
    past: DraftVersion,
    last: DraftVersion,
    version: DraftVersion,
    direct: Mapping[int, Clause | None],
    now: datetime,
) -> list[ClauseFate]:
    """Fates of an older version's clauses: by way of the last one, so that no two records contradict."""
    found = []
    middle = {
        row.from_clause_id: row
        for row in own.scalars(
            select(ClauseFate)
            .join(Clause, Clause.id == ClauseFate.from_clause_id)
            .where(Clause.version_id == past.id, ClauseFate.to_version_id == last.id)
        )
    }
    (old, old_rows), (new, new_rows) = spoken(own, past), spoken(own, version)
    places = {row.id: j for j, row in enumerate(new_rows)}
    known, apart = {}, set()
    for i, row in enumerate(old_rows):
        via = middle[row.id].to_clause_id
        target = direct.get(via) if via is not None else None
        if target is None:
            apart.add(i)
        else:
            known[i] = places[target.id]
    comparison = compare(old, new, known=known, apart=apart)
    for i, row in enumerate(old_rows):
        pair = comparison.partner_of(i)
        target = new_rows[pair.new] if pair is not None else None
        found.append(_fate(row, version, comparison.fates[i], pair, target, None, now))
    return found


def _take_over_keys(own: Session, version: DraftVersion, found: Matched) -> None:
    """Give every clause that mainly continues another that one's key."""
    wanted = {
        found.new[pair.new].id: found.old[pair.old].stable_key for pair in found.comparison.pairs if pair.kind == "main"
    }
    rows = {row.id: row for row in found.new}
    changed = [rows[i] for i, key in wanted.items() if rows[i].stable_key != key]
    inherited = set(wanted.values())
    clashing = [row for row in found.new if row.id not in wanted and row.stable_key in inherited]
    for row in (*changed, *clashing):
        row.stable_key = f"v{version.number}:{row.id}"
    own.flush()
    for row in changed:
        row.stable_key = wanted[row.id]
    own.flush()
