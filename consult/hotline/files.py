"""Files of work orders: how one waits sealed, is looked at, started, and what is left of it."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path, PurePath

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from consult.audit.service import Actor
from consult.config import Settings
from consult.db import transaction
from consult.errors import Conflict, InvalidInput
from consult.hotline.importing import Outcome, Plan, discard, import_rows
from consult.hotline.models import ImportFile, ImportState
from consult.hotline.queries import job_of, shown_state
from consult.jobs import service as jobs
from consult.vault.service import Vault
from consult.web.forms import clean_text
from reports.masking import mask
from reports.model import Rejected
from reports.tables import Inspection, TableError, UnreadableFile, inspect_table, open_table

JOB = "hotline.import"
#: Which system a file is from when nobody says it: 编号 are unique within one system.
DEFAULT_SOURCE = "hotline"
#: An import of the command line that has not taken a step for so long was killed.
STANDSTILL = timedelta(hours=1)


class FileRefused(InvalidInput):
    """A file that cannot be read as work orders; the words are those of the reader of tables."""


#: Files up to this size are read to the end for the preview, so that it can say what will be rejected.
CHECKED_BYTES = 8 * 1024 * 1024
SHOWN_REJECTIONS = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where files wait, and what seals them."""

    settings: Settings
    vault: Vault

    def upload(self, import_id: int) -> Path:
        """The file as uploaded, until its import has ended."""
        return self.settings.uploads / f"hotline-{import_id}.sealed"

    def rejected(self, import_id: int) -> Path:
        """The rejected records, for the officer who mends them."""
        return self.settings.uploads / f"hotline-{import_id}-rejected.sealed"


@contextmanager
def in_memory(data: bytes, name: str) -> Iterator[Path]:
    """A path under which ``data`` can be read while this lasts, without its bytes reaching a disk.

    The reader of tables wants a path, and what people said must not lie in plain text where a killed
    process would leave it. The bytes live in anonymous memory (``memfd_create(2)``); the path is a link.
    """
    descriptor = os.memfd_create("hotline")
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(data)
        with tempfile.TemporaryDirectory(prefix="consult-") as folder:
            # Only the ending of the name is kept: it tells .json from .jsonl.
            suffix = PurePath(name).suffix.lower()
            path = Path(folder, f"file{suffix if suffix.isascii() and len(suffix) < 8 else ''}")
            path.symlink_to(f"/proc/{os.getpid()}/fd/{descriptor}")
            yield path
    finally:
        os.close(descriptor)


def inspect(data: bytes, name: str, encoding: str | None = None) -> Inspection:
    """The top of a file for the preview. Raises `FileRefused`."""
    try:
        with in_memory(data, name) as path:
            seen = inspect_table(path, encoding=encoding or None)
    except TableError as error:
        raise FileRefused(error.message, field="file") from None
    # JSON can spell half a character, which no page can carry; the record itself is rejected when it is read.
    return replace(seen, rows=tuple(tuple(_shown(cell) for cell in row) for row in seen.rows))


def _is_torn(text: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in text)


def _shown(cell: str) -> str:
    return clean_text(cell) if _is_torn(cell) else cell


@dataclass(frozen=True, slots=True)
class Check:
    """What reading a file with these columns would give."""

    records: int
    rejected: int
    first: tuple[Rejected, ...]  #: the first of those rejected


def check(data: bytes, name: str, encoding: str, mapping: Mapping[str, str]) -> Check | None:
    """Read a whole file without storing anything; of a large one only the headings, and then None.

    Raises `FileRefused` when it cannot be read with this encoding and these columns.
    """
    rejected: list[Rejected] = []
    try:
        with in_memory(data, name) as path, open_table(path, mapping=mapping, encoding=encoding or None) as table:
            if len(data) > CHECKED_BYTES:
                return None
            rejected += (item for item in table if isinstance(item, Rejected))
            return Check(table.records, len(rejected), tuple(rejected[:SHOWN_REJECTIONS]))
    except TableError as error:
        raise FileRefused(error.message, field="file") from None


def keep_upload(
    own: Session, place: Place, actor: Actor, upload: tuple[str, bytes], source: str, now: datetime
) -> ImportFile:
    """Keep an uploaded file, sealed, until somebody starts or removes its import.

    ``upload`` is its name and its bytes. Raises `FileRefused` for what is no table; then nothing is kept.
    """
    name, data = upload
    seen = inspect(data, name)
    is_plain = seen.encoding_sure and "text" not in seen.missing
    file = _new_row(own, (name, len(data), hashlib.sha256(data).hexdigest()), source, now, actor)
    file.state = ImportState.UPLOADED if is_plain else ImportState.AWAITING_MAPPING
    file.encoding = seen.encoding[:20] if seen.encoding_sure else ""
    place.vault.seal_file(data, place.upload(file.id))
    return file


def new_file(own: Session, path: Path, source: str, now: datetime, actor: Actor | None) -> ImportFile:
    """The row of a file of the machine. Raises `InvalidInput` for a source's name, `UnreadableFile`."""
    try:
        with path.open("rb") as file:
            size, digest = os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableFile(f"文件不存在或无法打开（{type(error).__name__}）。") from None
    return _new_row(own, (path.name, size, digest), source, now, actor)


def _new_row(own: Session, about: tuple[str, int, str], source: str, now: datetime, actor: Actor | None) -> ImportFile:
    name, size, digest = about
    file = ImportFile(
        # Masked like any text, since people name files after people.
        name=mask(clean_text(PurePath(name).name)).text[:200] or "file",
        source=_source(source),
        sha256=digest,
        size=size,
        state=ImportState.UPLOADED,
        created_by=actor.id if actor else None,
        created_at=now,
        touched_at=now,
    )
    own.add(file)
    own.flush()
    return file


def _source(typed: str) -> str:
    source = clean_text(typed).strip() or DEFAULT_SOURCE
    if len(source) > 40:
        raise InvalidInput("The name of the source system has at most 40 characters.", field="source")
    return source


def start(
    own: Session,
    actor: Actor,
    file: ImportFile,
    encoding: str,
    mapping: Mapping[str, str],
    now: datetime,
) -> None:
    """Let the import of a kept file begin, as background work. Raises `Conflict` when it has begun."""
    own.refresh(file, with_for_update=True)
    if file.state not in (ImportState.UPLOADED, ImportState.AWAITING_MAPPING):
        raise Conflict("This file is being imported already, or its import has ended.")
    file.encoding, file.mapping = encoding[:20], json.dumps(dict(mapping), ensure_ascii=False)
    file.state, file.touched_at = ImportState.QUEUED, now
    job = jobs.enqueue(own, JOB, {"import_id": file.id}, now=now, actor=actor, unique_key=f"{JOB}:{file.id}")
    file.job_id = job.id
    own.flush()


def cancel(own: Session, place: Place, actor: Actor, file: ImportFile, now: datetime) -> None:
    """Stop an import, or remove a file that waits for its columns. What has ended stays as it is."""
    own.refresh(file, with_for_update=True)
    if file.state in (ImportState.UPLOADED, ImportState.AWAITING_MAPPING):
        end(own, file.id, ImportState.CANCELLED, now)
        place.upload(file.id).unlink(missing_ok=True)
    elif file.job_id is not None and file.state in (ImportState.QUEUED, ImportState.RUNNING):
        jobs.ask_cancel(own, actor, file.job_id, now)


def end(own: Session, import_id: int, state: ImportState, now: datetime, error: str = "") -> None:
    """End an import without effect: nothing of what it staged is left."""
    discard(own, import_id)
    file = own.get_one(ImportFile, import_id)
    file.state, file.error, file.ended_at = state, mask(error).text[:500], now
    own.flush()


def sweep(engine: Engine, place: Place, now: datetime) -> int:
    """Clear up after imports whose work ended without its own word: cancelled in waiting, given up, killed.

    Returns how many there were. Their rows were never visible; this frees the space and the sealed files.
    """
    swept = 0
    with transaction(engine) as own:
        open_states = (ImportState.QUEUED, ImportState.RUNNING)
        for file in own.scalars(select(ImportFile).where(ImportFile.state.in_(open_states))):
            stands = file.job_id is None and file.touched_at < now - STANDSTILL
            shown = ImportState.FAILED if stands else shown_state(file, job_of(own, file))
            if shown in open_states:
                continue
            end(own, file.id, ImportState(shown), now)
            place.upload(file.id).unlink(missing_ok=True)
            swept += 1
    return swept


def plan_of(file: ImportFile) -> Plan:
    """How a kept file is to be read."""
    return Plan(
        import_id=file.id,
        source=file.source,
        sha256=file.sha256,
        encoding=file.encoding or None,
        mapping=json.loads(file.mapping),
        total=file.records,
    )


def import_path(
    engine: Engine, place: Place, path: Path, plan: Plan, now: datetime, progress: object = None
) -> Outcome:
    """Import a file of the machine at once, without a job: what ``consult hotline import`` does.

    Raises `reports.tables.TableError`; then the import is kept as failed, and nothing of it is left.
    """

    def unit(done: int = 0, total: int = 0) -> object:
        if callable(progress):
            progress(done, total)
        return transaction(engine)

    def reject(rows: bytes) -> None:
        place.vault.seal_file(rows, place.rejected(plan.import_id))

    try:
        return import_rows(unit, place.vault, plan, path, now, reject)  # type: ignore[arg-type]
    except BaseException as error:
        with transaction(engine) as own:
            said = error.message if isinstance(error, TableError) else type(error).__name__
            end(own, plan.import_id, ImportState.FAILED, now, said)
        raise
