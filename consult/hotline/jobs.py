"""The background work of an import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consult.db import new_session, transaction
from consult.errors import Situation
from consult.hotline import files
from consult.hotline.files import Place
from consult.hotline.importing import import_rows
from consult.hotline.models import ImportFile, ImportState
from consult.jobs.service import CancelAsked
from consult.jobs.worker import JobContext
from reports.tables import TableError


def run_import(context: JobContext) -> Mapping[str, Any]:
    """Import a kept file. Started again after any interruption, it comes to the same end."""
    place = Place(context.settings, context.vault)
    import_id = int(context.payload["import_id"])
    now = context.clock.now()
    files.sweep(context.engine, place, now)
    with new_session(context.engine, reads_only=True) as own:
        file = own.get_one(ImportFile, import_id)
    if file.state == ImportState.DONE:  # only the job's own end was lost
        place.upload(import_id).unlink(missing_ok=True)
        return _result(file)
    plan = files.plan_of(file)
    try:
        data = context.vault.open_file(place.upload(import_id))
        with files.in_memory(data, file.name) as path:
            import_rows(
                context.transaction,
                context.vault,
                plan,
                path,
                now,
                lambda rows: context.vault.seal_file(rows, place.rejected(import_id)),
            )
    except TableError as error:
        with context.transaction() as own:
            files.end(own, import_id, ImportState.FAILED, now, error.message)
        place.upload(import_id).unlink(missing_ok=True)
        raise Situation(error.message) from None
    except CancelAsked:
        with transaction(context.engine) as own:
            files.end(own, import_id, ImportState.CANCELLED, now)
        place.upload(import_id).unlink(missing_ok=True)
        raise
    place.upload(import_id).unlink(missing_ok=True)
    with new_session(context.engine, reads_only=True) as own:
        return _result(own.get_one(ImportFile, import_id))


def _result(file: ImportFile) -> Mapping[str, Any]:
    return {
        "import_id": file.id,
        "next": f"/desk/hotline/imports/{file.id}",
        "records": file.records,
        "created": file.created,
        "unchanged": file.unchanged,
        "updated": file.updated,
        "rejected": file.rejected,
    }
