"""``consult drafts …``: draft plans from the command line."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from consult import schema
from consult.accounts.queries import user_by_handle
from consult.accounts.rules import can
from consult.clock import Clock
from consult.config import load_settings
from consult.db import make_engine, transaction
from consult.drafts import archives, assets, printing, service
from consult.drafts.comparing import Comparison, Fate, compare
from consult.drafts.models import DraftKind
from consult.drafts.parsing import FileText, ParsedDraft, parse_text
from consult.drafts.parsing.files import read_file
from consult.drafts.structure import address_names, sides_of
from consult.errors import Situation
from consult.web.access import Permission

#: Exit code when the file or the options cannot be used.
UNUSABLE = 2
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def drafts() -> None:
    """Draft plans."""


@drafts.command("import")
@click.argument("path", metavar="FILE", type=_FILE)
@click.option("--as", "handle", required=True, help="User name of the officer whose draft it becomes.")
@click.option("--title", default="", help="The title found in the file when it is left out.")
@click.option("--kind", type=click.Choice([k.value for k in DraftKind]), default="decision", show_default=True)
@click.option("--business", is_flag=True, help="涉企: it touches businesses, so 30 days are the rule.")
def import_file(path: Path, handle: str, title: str, kind: str, business: bool) -> None:
    """Make a draft from a .docx, .html, .txt or .md file. It is not public until somebody publishes it.

    Prints what became of every paragraph of the file.
    """
    settings = load_settings()
    engine = make_engine(settings.database_url)
    schema.upgrade(engine, settings)
    try:
        found = read_file(path.name, path.read_bytes())
        parsed = parse_text(found.text)
        with transaction(engine) as own:
            officer = user_by_handle(own, handle)
            if officer is None or not can(officer.role, Permission.DRAFTS_EDIT):
                raise click.UsageError(f"{handle} is no account that may edit drafts.")
            new = service.NewDraft(title or parsed.title or path.stem, kind, business, path.name)
            now = Clock().now()
            assets.keep(own, found.pictures, now)
            draft = service.create_draft(own, officer, new, parsed, now)
            for line in printing.account(parsed, found.left_out):
                click.echo(line)
            click.echo(
                f"{draft.title}: {len(address_names(parsed.nodes))} clauses. Continue at /desk/drafts/{draft.id}."
            )
    except Situation as situation:
        click.echo(str(situation), err=True)
        raise SystemExit(UNUSABLE) from None


def _found(path: Path) -> FileText:
    try:
        found = read_file(path.name, path.read_bytes())
        parse_text(found.text)
        return found
    except Situation as situation:
        click.echo(f"{path.name}: {situation}", err=True)
        raise SystemExit(UNUSABLE) from None


def _read(path: Path) -> ParsedDraft:
    return parse_text(_found(path).text)


def _as_json(what: dict[str, Any]) -> None:
    click.echo(json.dumps(what, ensure_ascii=False, indent=2))


@drafts.command("outline")
@click.argument("path", metavar="FILE", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="The whole tree as JSON.")
def outline(path: Path, as_json: bool) -> None:
    """Show how a draft's file is understood. Needs no database."""
    found = _found(path)
    parsed = parse_text(found.text)
    told = printing.outline(parsed, found.left_out)
    if as_json:
        _as_json(told)
        return
    click.echo(parsed.title or path.stem)
    for node in parsed.walk():
        depth = {"part": 0, "chapter": 0, "section": 1, "article": 1, "paragraph": 2, "item": 2}[str(node.kind)]
        line = " ".join(part for part in (node.label, node.heading, node.text) if part)
        click.echo("  " * depth + (line if len(line) <= 60 else line[:59] + "…"))
    click.echo()
    for account in printing.account(parsed, found.left_out):
        click.echo(account)
    for warning in told["warnings"]:
        click.echo(f"! {warning}", err=True)


@drafts.command("verify-archive")
@click.argument("path", metavar="FILE", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="What was found, as JSON.")
def verify_archive(path: Path, as_json: bool) -> None:
    """Verify the archive of a consultation: every hash, and that its figures add up. Needs no database.

    Exits with 0 for a sound archive and 1 for any other.
    """
    found = archives.verify(path)
    if as_json:
        _as_json({**asdict(found), "is_sound": found.is_sound})
    elif found.is_sound:
        click.echo(f"{found.title}: {found.files} files, {found.comments} comments, whole and unchanged.")
        click.echo(f"Fingerprint {found.fingerprint}")
    else:
        for fault in found.faults:
            click.echo(fault, err=True)
    raise SystemExit(0 if found.is_sound else 1)


@drafts.command("compare")
@click.argument("old", metavar="OLD", type=_FILE)
@click.argument("new", metavar="NEW", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Every clause of both with its fate, partner and difference.")
def compare_files(old: Path, new: Path, as_json: bool) -> None:
    """Show what became of each clause of OLD in NEW. Needs no database."""
    found = compare(*(sides_of(_read(path).nodes) for path in (old, new)))
    if as_json:
        _as_json(printing.comparison(found))
        return
    for line in _told(found):
        click.echo(line)


def _told(found: Comparison) -> list[str]:
    lines = []
    for i, side in enumerate(found.old):
        pair = found.partner_of(i)
        if found.fates[i] is not Fate.SAME:
            target = "" if pair is None else f" → {found.new[pair.new].label or found.new[pair.new].key}"
            lines.append(f"{side.label or side.key} {found.fates[i]}{target}")
    lines += [f"{found.new[j].label or found.new[j].key} added" for j in found.added]
    counts = ", ".join(f"{found.fates.count(fate)} {fate}" for fate in Fate)
    return [*lines, f"{len(found.old)} and {len(found.new)} clauses: {counts}, {len(found.added)} added"]
