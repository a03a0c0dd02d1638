"""``consult bulletins``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from consult.bulletins import service as bulletins
from consult.bulletins.models import Bulletin, Edition
from consult.bulletins.queries import files_of
from consult.cli import Program
from consult.commands.common import explained, ready_app, run_job
from consult.db import new_session, transaction


@click.group("bulletins")
def bulletins_group() -> None:
    """Public-opinion bulletins."""


def _day(context: click.Context, parameter: click.Parameter, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day; write it like 2026-11-22") from None


@bulletins_group.command("build")
@click.option("--from", "start", required=True, callback=_day, help="First day, like 2026-11-01.")
@click.option("--to", "end", required=True, callback=_day, help="Last day, included.")
@click.option("--title", default="", help="Made from the period when it is left out.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Also write the files into this folder.")
@click.pass_obj
@explained
def bulletins_build(program: Program, start: date, end: date, title: str, out: Path | None) -> None:
    """Build a bulletin over a period; it waits at the desk to be signed off."""
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)  # before minutes of work, not after them
    app, _settings = ready_app(program)
    engine = app.extensions["consult.engine"]
    with transaction(engine) as own:
        own.info["actor"] = "system"
        wanted = bulletins.Request(start, end, title)
        bulletin, job = bulletins.request_bulletin(own, None, wanted, app.extensions["consult.clock"].now())
    run_job(program, app, job.id, "build")
    click.echo(f"Bulletin {bulletin.id} is built; read and sign it off at /desk/bulletins/{bulletin.id}.")
    if out is not None:
        with new_session(engine, reads_only=True) as own:
            for file in files_of(own, own.get_one(Bulletin, bulletin.id), Edition.DRAFT):
                path = out / f"bulletin.{file.format}"
                path.write_bytes(file.data)
                click.echo(f"  {path}")
