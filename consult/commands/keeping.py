"""``consult users``, ``consult db`` and ``consult audit``: what an administrator keeps in order."""

from __future__ import annotations

import click

from consult import schema
from consult.accounts import service as accounts
from consult.accounts.models import Role
from consult.audit.service import head_hash, verify
from consult.cli import Program
from consult.commands.common import explained, ready_app
from consult.config import load_settings
from consult.db import make_engine, new_session, transaction
from consult.jobs import queueing


@click.group()
def users() -> None:
    """Accounts."""


@users.command("add")
@click.argument("handle")
@click.option("--name", required=True, help="How the site addresses the person.")
@click.option("--role", type=click.Choice([r.value for r in Role]), default="citizen", show_default=True)
@click.option("--post", default="", help="Post, for leaders and staff.")
@click.option("--unit", default="", help="Handling unit; needed for the role unit.")
@click.password_option(help="Asked for when it is left out.")
@click.pass_obj
@explained
def users_add(program: Program, handle: str, name: str, role: str, post: str, unit: str, password: str) -> None:
    """Make an account."""
    app, _settings = ready_app(program)
    new = accounts.NewAccount(handle, name, password, role, post, unit)
    with transaction(app.extensions["consult.engine"]) as own:
        account = accounts.create_account(own, new, app.extensions["consult.clock"].now())
        click.echo(f"Account {account.handle} ({account.role}) is made.")


@click.group()
def db() -> None:
    """The database's schema."""


@db.command("upgrade")
@explained
def db_upgrade() -> None:
    """Bring the database to the schema of this program. Safe to run from several processes at once."""
    settings = load_settings()
    engine = make_engine(settings.database_url)
    schema.upgrade(engine, settings)
    queueing.make_tables(engine, settings)
    click.echo(f"The database is at revision {schema.newest()}.")


@click.group()
def audit() -> None:
    """The audit log."""


@audit.command("verify")
@explained
def audit_verify() -> None:
    """Check the whole chain; every breach is named, and the exit code is 1 when there is one."""
    with new_session(make_engine(load_settings().database_url), reads_only=True) as own:
        breaches = list(verify(own))
        count, last = head_hash(own)
    for breach in breaches:
        click.echo(f"event {breach.number}: {breach.reason}")
    if breaches:
        raise SystemExit(1)
    click.echo(f"{count} events, unbroken. Last hash: {last}")
