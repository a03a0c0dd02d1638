"""``consult hotline …``: work orders from the command line."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import click

from consult import schema
from consult.clock import Clock
from consult.config import load_settings
from consult.db import make_engine, new_session, transaction
from consult.errors import InvalidInput
from consult.hotline import files, importing
from consult.hotline.importing import Outcome, Plan
from consult.hotline.labels import COLUMNS
from consult.vault.service import Vault
from reports.tables import ColumnsMissing, EncodingUncertain, TableError

SOME_REJECTED = 1
UNUSABLE = 2


@click.group()
def hotline() -> None:
    """Work orders: calls, letters, messages."""


def _pairs(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    mapping = {}
    for value in values:
        field, sign, heading = value.partition("=")
        if not sign or field not in COLUMNS:
            raise click.BadParameter(f"{value!r}: write FIELD=HEADING, FIELD being one of {', '.join(COLUMNS)}")
        mapping[field] = heading
    return mapping


@hotline.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--source",
    default=files.DEFAULT_SOURCE,
    show_default=True,
    help="The system the file is from; numbers are unique within it.",
)
@click.option("--encoding", help="The encoding, when the file's bytes leave it in doubt: gb18030, big5, …")
@click.option("--map", "mapping", multiple=True, callback=_pairs, help="FIELD=HEADING; may be repeated.")
@click.option("--sheet", default="", help="The sheet of a workbook; the first one with texts when left out.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen; nothing is written.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON object.")
def import_file(
    path: Path, source: str, encoding: str | None, mapping: dict[str, str], sheet: str, dry_run: bool, as_json: bool
) -> None:
    """Import a CSV, XLSX, XLS, ODS, JSON or JSONL file of work orders.

    Importing a file twice changes nothing the second time: records are known again by their number. Every
    record is accounted for: accepted + rejected = records. Exit code 0: all accepted; 1: some records were
    rejected, all others are imported; 2: the file cannot be used, and nothing was imported.
    """
    try:
        outcome = _run(path, Plan(0, source, "", encoding, mapping, sheet=sheet), dry_run)
    except (TableError, InvalidInput) as error:
        _refuse(error, as_json)
    if as_json:
        click.echo(json.dumps(_as_json(outcome, dry_run), ensure_ascii=False, indent=2))
    else:
        _print(outcome, dry_run)
    if outcome.rejected:
        raise SystemExit(SOME_REJECTED)


def _run(path: Path, wanted: Plan, dry_run: bool) -> Outcome:
    settings = load_settings()
    engine = make_engine(settings.database_url)
    schema.upgrade(engine, settings)
    place, now = files.Place(settings, Vault(settings.vault_key)), Clock().now()
    try:
        if dry_run:
            with new_session(engine, reads_only=True) as own:
                return importing.rehearse(own, place.vault, wanted, path, now)
        files.sweep(engine, place, now)
        with transaction(engine) as own:
            file = files.new_file(own, path, wanted.source, now, None)
        plan = dataclasses.replace(wanted, import_id=file.id, source=file.source, sha256=file.sha256)
        return files.import_path(engine, place, path, plan, now, _progress)
    finally:
        engine.dispose()


def _progress(done: int, total: int) -> None:
    if done and sys.stderr.isatty():
        click.echo(f"\r{done} records read", err=True, nl=False)


def _refuse(error: TableError | InvalidInput, as_json: bool) -> None:
    code = error.code if isinstance(error, TableError) else "refused"
    message = error.message % error.params if isinstance(error, InvalidInput) and error.params else error.message
    if as_json:
        click.echo(json.dumps({"error": code, "message": message}, ensure_ascii=False))
    else:
        click.echo(message, err=True)
        if isinstance(error, ColumnsMissing):
            click.echo("Name the columns with --map text=HEADING and the like.", err=True)
        if isinstance(error, EncodingUncertain):
            for candidate in error.candidates:
                sample = " ".join(candidate.sample.split())[:60]
                click.echo(f"  --encoding {candidate.encoding}: {candidate.label}  {sample}", err=True)
    raise SystemExit(UNUSABLE)


def _as_json(outcome: Outcome, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "records": outcome.records,
        "accepted": outcome.accepted,
        "created": outcome.created,
        "unchanged": outcome.unchanged,
        "updated": outcome.updated,
        "rejected": [dataclasses.asdict(item) for item in outcome.rejected],
        "encoding": outcome.encoding,
        "mapping": outcome.mapping,
        "other_sheets": list(outcome.other_sheets),
    }


def _print(outcome: Outcome, dry_run: bool) -> None:
    if sys.stderr.isatty():
        click.echo(err=True)
    if dry_run:
        click.echo("Nothing was written. This is what would happen:")
    for field, heading in outcome.mapping.items():
        click.echo(f"  column {heading} is read as {field}")
    if outcome.other_sheets:
        click.echo(f"  sheets not read: {', '.join(outcome.other_sheets)} (choose one with --sheet)")
    for item in outcome.rejected:
        # The message names the line; no cell of the record is printed beyond what it quotes.
        click.echo(f"rejected: line {item.line}: {item.message}")
    click.echo(
        f"{outcome.records} records = {outcome.accepted} accepted ({outcome.created} new, "
        f"{outcome.unchanged} unchanged, {outcome.updated} updated) + {len(outcome.rejected)} rejected"
    )
