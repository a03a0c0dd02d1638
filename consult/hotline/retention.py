"""How long files of work orders are kept: they hold what people said, with names and telephones (rule R49)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.hotline.files import Place, end
from consult.hotline.models import ImportFile, ImportState

_WAITING = (ImportState.UPLOADED, ImportState.AWAITING_MAPPING)


def sweep_files(own: Session, now: datetime, place: Place) -> int:
    """Delete the sealed files of imports that have run out; returns how many files there were.

    That is the rejected records of an import that ended that long ago, and a file that nobody started in that time.
    The rows that tell line and reason stay: they quote no person. Deleting twice does nothing.
    """
    before = now - timedelta(days=place.settings.import_files_days)
    gone = 0
    for file in own.scalars(select(ImportFile).where(ImportFile.state.in_(_WAITING), ImportFile.touched_at < before)):
        end(own, file.id, ImportState.CANCELLED, now)
        gone += _delete(place, file.id)
    ended = select(ImportFile.id).where(ImportFile.ended_at < before)
    kept = {path.name for path in place.settings.uploads.glob("hotline-*.sealed")}
    for import_id in own.scalars(ended):
        if {place.rejected(import_id).name, place.upload(import_id).name} & kept:
            gone += _delete(place, import_id)
    return gone


def _delete(place: Place, import_id: int) -> int:
    found = [path for path in (place.upload(import_id), place.rejected(import_id)) if path.exists()]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
