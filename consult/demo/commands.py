"""``consult demo``: make the demo town in an empty database, with its analysis, answers and bulletins."""

from __future__ import annotations

from typing import Any

import click
from flask import Flask
from sqlalchemy import func, select

from consult import schema
from consult.accounts.models import User
from consult.clock import local_date
from consult.db import transaction
from consult.demo.aftermath import ask_for_bulletins, decide_issues
from consult.demo.generating import generate
from consult.demo.loader import load
from consult.demo.town import Town
from consult.issues import service as issues

#: Meant for a town that does not exist, and printed when it has been made.
PASSWORD = "Qingting-2026"  # noqa: S105
#: Stands in the instance folder once the town is complete.
MADE = "demo-town"


@click.command("demo")
@click.option("--seed", default=7, show_default=True, help="Another seed, other voices.")
@click.option("--password", default=PASSWORD, show_default=True, help="The password of every demo account.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="The next free port is taken when it is in use.")
@click.option("--no-serve", is_flag=True, help="Only make the town.")
@click.pass_obj
def demo(program: Any, seed: int, password: str, host: str, port: int, no_serve: bool) -> None:
    """Make the demo town 青汀县 in the database and serve it.

    The town is made once: when the database holds it already, it is only served again. A database that
    holds anything else is left alone.
    """
    app: Flask = program.create_app()
    engine, settings = app.extensions["consult.engine"], app.extensions["consult.settings"]
    schema.upgrade(engine, settings)
    now = app.extensions["consult.clock"].now()
    town = generate(seed, local_date(now))
    made = settings.instance / MADE
    if not made.exists():
        _make(program, app, town, password)
        made.write_text(password)
    click.echo("\nSign in at /sign-in with any of these; the password of all is " + made.read_text())
    for account in town.accounts:
        click.echo(f"  {account.login:10} {account.role:14} {account.name}")
    if not no_serve:
        program.serve(app, host, port)


def _make(program: Any, app: Flask, town: Town, password: str) -> None:
    """Fill an empty database: the town, its analysis, what people decided, two bulletins."""
    engine, now = app.extensions["consult.engine"], app.extensions["consult.clock"].now()
    with transaction(engine) as own:
        if own.scalar(select(func.count()).select_from(User)):
            raise click.ClickException(
                "This database is in use, or making the demo town was interrupted. The demo needs an empty one: "
                "set CONSULT_INSTANCE to another folder."
            )
        click.echo("Making the demo town …")
        loaded = load(own, app.extensions["consult.vault"], town, password)
        issues.request_analysis(own, None, now)
    click.echo(f"  {loaded.drafts} drafts, {loaded.comments} comments, {len(loaded.orders)} work orders")
    worker = program.make_worker(app)
    worker.run_all()
    with transaction(engine) as own:
        done = decide_issues(own, town, loaded.orders, now)
        asked = ask_for_bulletins(own, town, now)
    worker.run_all()
    click.echo(f"  {done.accepted} issues accepted, {done.answered} of them answered, {len(asked)} bulletins built")
