"""Importing a file of work orders: every record accounted for, nothing half-imported (rule R44, promise P5).

Records are staged in chunks: their rows stand in the table with ``staged_by`` set, and no query shows them.
One last unit of work puts all of them into the stream together with the end of the import. An import that
is cancelled, fails or is killed leaves nothing but its own row; started again, it begins from nothing. A
record is known again by its source and 编号, so importing a file twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, aliased

from consult.accounts.models import User
from consult.audit.service import record
from consult.clock import local_date
from consult.hotline.incoming import TEXTS, Prepared, Preparer, RejectedRows
from consult.hotline.intake import next_numbers
from consult.hotline.models import (
    ImportFile,
    ImportRejection,
    ImportState,
    OrderState,
    Origin,
    Turn,
    WorkOrder,
    WorkOrderLog,
)
from consult.vault.models import Identity
from consult.vault.service import Vault
from reports.masking import mask
from reports.model import Rejected
from reports.tables import EmptyFile, Row, TableStream, open_table

CHUNK = 500
#: What an update takes over from the file. Status, publicity and deadlines are not the file's to undo.
COPIED = (
    *TEXTS,
    "channel",
    "kind",
    "field",
    "likes",
    "dislikes",
    "said_at",
    "answered_at",
    "is_confidential",
    "person_key",
    "row_hash",
    "import_id",
)

#: Opens one unit of work; keyword arguments ``done`` and ``total`` tell the progress.
Unit = Callable[..., AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or would do. ``created + unchanged + updated + rejected == records``."""

    records: int
    created: int
    unchanged: int
    updated: int
    rejected: tuple[Rejected, ...]
    encoding: str
    mapping: dict[str, str]
    other_sheets: tuple[str, ...] = ()  #: sheets of the workbook that were not read

    @property
    def accepted(self) -> int:
        """Records that are in the stream now."""
        return self.created + self.unchanged + self.updated


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is read: what a person said of it."""

    import_id: int  #: 0 for a rehearsal
    source: str
    sha256: str
    encoding: str | None
    mapping: dict[str, str]
    total: int = 0  #: records, as far as known before reading
    sheet: str = ""  #: of a workbook; the first with texts by default

    def open(self, path: Path) -> TableStream:
        """The file as a stream of records. Raises `reports.tables.TableError`."""
        return open_table(path, mapping=self.mapping or None, encoding=self.encoding or None, sheet=self.sheet)


def import_rows(
    unit: Unit, vault: Vault, plan: Plan, path: Path, now: datetime, reject: Callable[[bytes], None]
) -> Outcome:
    """Import a file. ``reject`` is given the rejected records as CSV, before the end is committed.

    Raises `reports.tables.TableError` when the file as a whole cannot be read; then, as after any error, the
    caller discards what was staged (`discard`).
    """
    with unit(done=0, total=plan.total) as own:
        discard(own, plan.import_id)
        _touch(own, plan.import_id, now, state=ImportState.RUNNING)
    records = unchanged = 0
    rejected: list[Rejected] = []
    kept = RejectedRows()
    with plan.open(path) as table:
        kept.headings = table.headings
        prepare = Preparer(plan.source, plan.sha256, vault, table.mapping)
        for chunk in _chunks(table, kept):
            records += len(chunk)
            with unit(done=records, total=plan.total if plan.total >= records else 0) as own:
                refused = [item for item in chunk if isinstance(item, Rejected)]
                unchanged += _stage(own, plan, prepare, [r for r in chunk if isinstance(r, Row)], now)
                _keep_rejections(own, plan.import_id, refused)
                _touch(own, plan.import_id, now)
            rejected += refused
        encoding, mapping, others = table.encoding, dict(table.mapping), table.other_sheets
    if not records:
        raise EmptyFile
    if rejected:
        reject(kept.as_csv())
    with unit(done=records, total=records) as own:
        file = own.get_one(ImportFile, plan.import_id)
        actor = own.get(User, file.created_by) if file.created_by else None
        # First of all: on PostgreSQL this also lets one import settle at a time.
        record(
            own,
            now,
            "hotline:file:imported",
            actor=actor,
            subject=f"import:{file.id}",
            records=records,
            rejected=len(rejected),
            source=plan.source,
        )
        created, updated, same = _settle(own, plan.import_id, now, actor)
        outcome = Outcome(records, created, unchanged + same, updated, tuple(rejected), encoding, mapping, others)
        file.records, file.created, file.updated = records, created, updated
        file.unchanged, file.rejected = outcome.unchanged, len(rejected)
        file.state, file.encoding, file.ended_at, file.touched_at = ImportState.DONE, encoding, now, now
    return outcome


def rehearse(own: Session, vault: Vault, plan: Plan, path: Path, now: datetime) -> Outcome:
    """What importing a file would do; nothing is written. Raises `reports.tables.TableError`."""
    records = created = unchanged = updated = 0
    rejected: list[Rejected] = []
    with plan.open(path) as table:
        prepare = Preparer(plan.source, plan.sha256, vault, table.mapping)
        for chunk in _chunks(table, None):
            records += len(chunk)
            rows = [r for r in chunk if isinstance(r, Row)]
            rejected += [r for r in chunk if isinstance(r, Rejected)]
            prepared = [prepare(row) for row in rows]
            known = _known(own, plan.source, prepared)
            for p in prepared:
                created += p.external_number not in known
                unchanged += known.get(p.external_number) == p.row_hash
            updated = records - len(rejected) - created - unchanged
        encoding, mapping, others = table.encoding, dict(table.mapping), table.other_sheets
    if not records:
        raise EmptyFile
    return Outcome(records, created, unchanged, updated, tuple(rejected), encoding, mapping, others)


def discard(own: Session, import_id: int) -> None:
    """Take away everything that an import has staged: orders, turns, identities, rejections."""
    staged = select(WorkOrder.id).where(WorkOrder.staged_by == import_id)
    identities = list(
        own.scalars(
            select(WorkOrder.identity_id).where(WorkOrder.staged_by == import_id, WorkOrder.identity_id.is_not(None))
        )
    )
    own.execute(delete(Turn).where(Turn.order_id.in_(staged)))
    own.execute(delete(WorkOrderLog).where(WorkOrderLog.order_id.in_(staged)))
    own.execute(delete(WorkOrder).where(WorkOrder.staged_by == import_id))
    _forget(own, identities)
    own.execute(delete(ImportRejection).where(ImportRejection.import_id == import_id))


def _chunks(table: TableStream, kept: RejectedRows | None) -> Iterator[list[Row | Rejected]]:
    chunk: list[Row | Rejected] = []
    for item in table:
        if kept is not None and isinstance(item, Rejected):
            kept.add(item, table.cells)
        chunk.append(item)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _touch(own: Session, import_id: int, now: datetime, **values: object) -> None:
    own.execute(update(ImportFile).where(ImportFile.id == import_id).values(touched_at=now, **values))


def _known(own: Session, source: str, prepared: list[Prepared]) -> dict[str, str]:
    """Row hashes of the records that are in the stream already, by their 编号."""
    rows = own.execute(
        select(WorkOrder.external_number, WorkOrder.row_hash).where(
            WorkOrder.source == source,
            WorkOrder.staged_by == 0,
            WorkOrder.external_number.in_([p.external_number for p in prepared]),
        )
    )
    return {number or "": row_hash for number, row_hash in rows}


def _stage(own: Session, plan: Plan, prepare: Preparer, rows: list[Row], now: datetime) -> int:
    """Stage the new and changed records of a chunk; how many were known and unchanged."""
    prepared = [prepare(row) for row in rows]
    known = _known(own, plan.source, prepared)
    fresh = [p for p in prepared if known.get(p.external_number) != p.row_hash]
    if not fresh:
        return len(rows)
    orders = []
    for number, p in zip(next_numbers(own, local_date(now), len(fresh)), fresh, strict=True):
        identity = None if p.person.is_empty() else prepare.vault.seal(own, p.person, now, p.fallback)
        order = WorkOrder(
            number=number,
            origin=Origin.IMPORT,
            source=plan.source,
            external_number=p.external_number,
            staged_by=plan.import_id,
            import_id=plan.import_id,
            row_hash=p.row_hash,
            person_key=p.person_key,
            identity_id=identity.id if identity else None,
            received_at=now,
            **p.values,
        )
        order.turns = [
            Turn(position=n, speaker=speaker, text=text, at_seconds=at) for n, (speaker, text, at) in enumerate(p.turns)
        ]
        orders.append(order)
    own.add_all(orders)
    own.flush()
    own.add_all(WorkOrderLog(order_id=o.id, at=now, before="", after=o.state) for o in orders)
    own.flush()
    return len(rows) - len(fresh)


def _keep_rejections(own: Session, import_id: int, refused: list[Rejected]) -> None:
    own.add_all(
        ImportRejection(
            import_id=import_id,
            line=item.line,
            code=item.code,
            # The reason may quote a cell, and a heading may be a misread row: both are masked like any text.
            message=mask(item.message).text[:500],
            column=mask(item.column).text[:100],
            external_number=mask(item.id).text[:200],
        )
        for item in refused
    )


def _settle(own: Session, import_id: int, now: datetime, actor: User | None) -> tuple[int, int, int]:
    """Put everything staged into the stream: (created, updated, unchanged after all)."""
    standing = aliased(WorkOrder)
    pairs = own.execute(
        select(WorkOrder, standing)
        .join(
            standing,
            (standing.source == WorkOrder.source)
            & (standing.external_number == WorkOrder.external_number)
            & (standing.staged_by == 0),
        )
        .where(WorkOrder.staged_by == import_id)
    ).unique()
    updated = unchanged = 0
    for staged, order in pairs.all():
        if order.row_hash == staged.row_hash:
            unchanged += 1
            spare = staged.identity_id
        else:
            updated += 1
            spare = _take_over(own, order, staged, now, actor)
        own.execute(delete(Turn).where(Turn.order_id == staged.id))
        own.execute(delete(WorkOrderLog).where(WorkOrderLog.order_id == staged.id))
        own.execute(delete(WorkOrder).where(WorkOrder.id == staged.id))
        own.expunge(staged)
        _forget(own, [spare] if spare else [])
    flipped = own.execute(update(WorkOrder).where(WorkOrder.staged_by == import_id).values(staged_by=0))
    created: int = flipped.rowcount  # type: ignore[attr-defined]
    return created, updated, unchanged


def _take_over(own: Session, order: WorkOrder, staged: WorkOrder, now: datetime, actor: User | None) -> int | None:
    """Bring an order to what the file says now, with one log row; the identity that is spare now."""
    own.refresh(order, with_for_update=True)
    changed = [
        name
        for name in COPIED
        if name not in ("row_hash", "import_id", "person_key") and getattr(order, name) != getattr(staged, name)
    ]
    for name in COPIED:
        setattr(order, name, getattr(staged, name))
    old = [(t.speaker, t.text, t.at_seconds) for t in order.turns]
    new = [(t.speaker, t.text, t.at_seconds) for t in staged.turns]
    if old != new:
        changed.append("turns")
        order.turns.clear()
        own.flush()
        order.turns = [Turn(position=n, speaker=s, text=text, at_seconds=at) for n, (s, text, at) in enumerate(new)]
    order.due_on = staged.due_on or order.due_on
    spare, order.identity_id = order.identity_id, staged.identity_id
    staged.identity_id = None
    before = order.state
    if staged.state == OrderState.DONE and before in (OrderState.WAITING, OrderState.HANDLING):
        order.state = OrderState.DONE
    own.add(
        WorkOrderLog(
            order_id=order.id,
            at=now,
            actor_id=actor.id if actor else None,
            before=before,
            after=order.state,
            note="changed: " + ", ".join(changed or ["contact"]),
        )
    )
    own.flush()
    return spare


def _forget(own: Session, identities: list[int | None]) -> None:
    own.flush()
    for start in range(0, len(identities), CHUNK):
        own.execute(delete(Identity).where(Identity.id.in_(identities[start : start + CHUNK])))
