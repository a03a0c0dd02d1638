"""``consult drafts …``: draft plans from the command line."""

from __future__ import annotations

from pathlib import Path

import click

from consult import schema
from consult.accounts.queries import user_by_handle
from consult.accounts.rules import can
from consult.clock import Clock
from consult.config import load_settings
from consult.db import make_engine, transaction
from consult.drafts import service
from consult.drafts.models import DraftKind
from consult.drafts.parsing import parse_file
from consult.drafts.structure import address_names
from consult.errors import Situation
from consult.web.access import Permission

#: Exit code when the file or the options cannot be used.
UNUSABLE = 2


@click.group()
def drafts() -> None:
    """Draft plans."""


@drafts.command("import")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "handle", required=True, help="User name of the officer whose draft it becomes.")
@click.option("--title", default="", help="The title found in the file when it is left out.")
@click.option("--kind", type=click.Choice([k.value for k in DraftKind]), default="decision", show_default=True)
@click.option("--business", is_flag=True, help="涉企: it touches businesses, so 30 days are the rule.")
def import_file(path: Path, handle: str, title: str, kind: str, business: bool) -> None:
    """Make a draft from a .docx, .txt or .md file. It is not public until somebody publishes it."""
    settings = load_settings()
    engine = make_engine(settings.database_url)
    schema.upgrade(engine, settings)
    try:
        parsed = parse_file(path.name, path.read_bytes())
        with transaction(engine) as own:
            officer = user_by_handle(own, handle)
            if officer is None or not can(officer.role, Permission.DRAFTS_EDIT):
                raise click.UsageError(f"{handle} is no account that may edit drafts.")
            new = service.NewDraft(title or parsed.title or path.stem, kind, business, path.name)
            draft = service.create_draft(own, officer, new, parsed, Clock().now())
            click.echo(
                f"{draft.title}: {len(address_names(parsed.nodes))} clauses. Continue at /desk/drafts/{draft.id}."
            )
    except Situation as situation:
        click.echo(str(situation), err=True)
        raise SystemExit(UNUSABLE) from None
