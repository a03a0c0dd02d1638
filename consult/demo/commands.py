"""``consult demo``: make the demo town in an empty database, with its analysis, answers and bulletins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click
from flask import Flask
from sqlalchemy import func, select

from consult import schema
from consult.accounts.models import User
from consult.bulletins.models import Bulletin, BulletinState
from consult.clock import Clock, local_date
from consult.config import Settings, load_settings
from consult.db import new_session, transaction
from consult.demo.aftermath import ask_for_bulletins, decide_issues, sign_bulletins
from consult.demo.generating import generate
from consult.demo.handing_in import hand_in
from consult.demo.loader import load
from consult.demo.town import Town
from consult.demo.watching import run_jobs, step, tables_beside
from consult.hotline.files import Place
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
    town = generate(seed, local_date(Clock().now()))
    app: Flask = program.create_app(_settings(town))
    settings: Settings = app.extensions["consult.settings"]
    schema.upgrade(app.extensions["consult.engine"], settings)
    made = settings.instance / MADE
    if not made.exists():
        _make(program, app, town, password)
        made.write_text(password)
    click.echo("\nSign in at /sign-in with any of these; the password of all is " + made.read_text())
    for account in town.accounts:
        click.echo(f"  {account.login:10} {account.role:14} {account.name}")
    if not no_serve:
        program.serve(app, host, port)


def _settings(town: Town) -> Settings:
    """The installation's settings, with the town's names where nothing else is set."""
    given, county = load_settings(), town.county
    return replace(
        given,
        organ=given.organ or county.organ,
        contact_unit=given.contact_unit or f"{county.organ}办公室",
        contact_phone=given.contact_phone or county.phone,
        contact_email=given.contact_email or county.email,
    )


def _make(program: Any, app: Flask, town: Town, password: str) -> None:
    """Fill an empty database: the town, its analysis, what people decided, two signed bulletins."""
    engine, now = app.extensions["consult.engine"], app.extensions["consult.clock"].now()
    click.echo("Making the demo town …")
    with transaction(engine) as own:
        if own.scalar(select(func.count()).select_from(User)):
            raise click.ClickException(
                "This database is in use, or making the demo town was interrupted. The demo needs an empty one: "
                "set CONSULT_INSTANCE to another folder."
            )
        with tables_beside(app.extensions["consult.settings"].cache), step("letting people speak") as tell:
            loaded = load(own, app.extensions["consult.vault"], town, password, tell)
        hand_in(own, Place(app.extensions["consult.settings"], app.extensions["consult.vault"]), town.today, now)
        issues.request_analysis(own, None, now)
    click.echo(f"  {loaded.drafts} drafts, {loaded.comments} comments, {len(loaded.orders)} work orders")
    worker = program.make_worker(app)
    run_jobs(worker, engine, "taking in a file, analysing what was said")
    with transaction(engine) as own:
        done = decide_issues(own, town, loaded.orders, now)
        ask_for_bulletins(own, town, now)
    click.echo(f"  {done.accepted} issues accepted, {done.answered} of them answered")
    run_jobs(worker, engine, "building the bulletins")
    with transaction(engine) as own:
        sign_bulletins(own, app.extensions["consult.clock"].now())
    run_jobs(worker, engine, "publishing the signed bulletins")
    with new_session(engine, reads_only=True) as own:
        published = select(func.count()).where(Bulletin.state == BulletinState.PUBLISHED)
        click.echo(f"  {own.scalar(published)} bulletins signed and published")
