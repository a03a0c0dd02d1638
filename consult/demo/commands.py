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
from consult.issues import service as issues

#: Meant for a town that does not exist, and printed when it has been made.
PASSWORD = "Qingting-2026"  # noqa: S105


@click.command("demo")
@click.option("--seed", default=7, show_default=True, help="Another seed, other voices.")
@click.option("--password", default=PASSWORD, show_default=True, help="The password of every demo account.")
@click.pass_obj
def demo(program: Any, seed: int, password: str) -> None:
    """Make the demo town 青汀县 in the database, which must hold no accounts yet."""
    app: Flask = program.create_app()
    engine, settings = app.extensions["consult.engine"], app.extensions["consult.settings"]
    schema.upgrade(engine, settings)
    now = app.extensions["consult.clock"].now()
    with transaction(engine) as own:
        if own.scalar(select(func.count()).select_from(User)):
            raise click.ClickException("This database is in use: the demo town needs an empty one.")
        town = generate(seed, local_date(now))
        loaded = load(own, app.extensions["consult.vault"], town, password)
        issues.request_analysis(own, None, now)
    click.echo(f"{loaded.drafts} drafts, {loaded.comments} comments and {len(loaded.orders)} work orders.")
    worker = program.make_worker(app)
    worker.run_all()
    with transaction(engine) as own:
        done = decide_issues(own, town, loaded.orders, now)
        ask_for_bulletins(own, town, now)
    worker.run_all()
    click.echo(f"{done.accepted} issues accepted, {done.answered} of them answered.")
    for account in town.accounts:
        click.echo(f"  {account.login:10} {account.role:14} {account.name}")
    click.echo(f"Their password: {password}")
