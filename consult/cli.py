"""The ``consult`` command. Each sub-command calls one service and says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import click
from flask import Flask

from consult import schema
from consult.accounts import service as accounts
from consult.accounts.models import Role
from consult.audit.service import head_hash, verify
from consult.config import load_settings
from consult.db import make_engine, new_session, transaction
from consult.demo.commands import demo
from consult.errors import Situation
from consult.hotline.commands import hotline
from consult.jobs.worker import Worker
from consult.web import logs


@dataclass(frozen=True, slots=True)
class Program:
    """What the command needs from the module above it."""

    create_app: Callable[[], Flask]
    make_worker: Callable[[Flask], Worker]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="consult")
def consult() -> None:
    """Consult 问计: draft plans for comment, public answers, bulletins that can be traced."""


consult.add_command(hotline)
consult.add_command(demo)


@consult.group()
def db() -> None:
    """The database's schema."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the schema of this program. Safe to run from several processes at once."""
    settings = load_settings()
    schema.upgrade(make_engine(settings.database_url), settings)
    click.echo(f"The database is at revision {schema.newest()}.")


@consult.group()
def audit() -> None:
    """The audit log."""


@audit.command("verify")
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
