"""The ``consult`` command. Each sub-command calls one service and says what came of it."""

from __future__ import annotations

import functools
import io
import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from tqdm import tqdm

from consult import schema, serving
from consult.accounts import service as accounts
from consult.accounts.models import Role
from consult.audit.service import head_hash, verify
from consult.bulletins import service as bulletins
from consult.bulletins.models import Bulletin, Edition
from consult.bulletins.queries import files_of
from consult.config import Settings, load_settings
from consult.db import make_engine, new_session, transaction
from consult.demo.commands import demo
from consult.drafts.commands import drafts
from consult.errors import Situation
from consult.hotline.commands import hotline
from consult.issues import queries as issue_queries
from consult.issues import service as issue_service
from consult.issues.models import IssueState
from consult.jobs.models import Job, JobState
from consult.jobs.queries import result_of
from consult.jobs.worker import Worker
from consult.web import logs

DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class Program:
    """What the command needs from the module above it."""

    create_app: Callable[..., Flask]
    make_worker: Callable[[Flask], Worker]

    def serve(self, app: Flask, host: str, port: int, *, with_worker: bool = True) -> None:
        """Serve, and say where."""
        port = serving.free_port(host, port)
        serving.serve(app, host, port, with_worker=with_worker, ready=_say_address)


def _say_address(address: str) -> None:
    click.echo(f"\nOpen {address}   (Ctrl+C stops)")


def _explained(command: Callable[..., Any]) -> Callable[..., Any]:
    """Situations end a command with their words and exit code 2, never with a trace."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Situation as situation:
            words = situation.message % situation.params if situation.params else situation.message
            click.echo(words, err=True)
            raise SystemExit(2) from None

    return run


class Explaining(click.Group):
    """What stops a command for reasons outside the program is said in one sentence, with exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # A terminal without Chinese shows escapes; it does not end the command halfway.
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except Situation as situation:
            words = str(situation)
        except BrokenPipeError:
            raise
        except OSError as error:
            words = f"{error.filename or 'The system refused'}: {error.strerror or type(error).__name__}"
        except ArgumentError:
            words = "CONSULT_DATABASE_URL is no address of a database, like sqlite:////data/consult.sqlite3."
        except (DBAPIError, NoSuchModuleError) as error:
            # The first line only: what follows is the statement with its values.
            first = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            words = (
                f"The database cannot be used: {first}\nIs CONSULT_DATABASE_URL right? `consult db upgrade` makes it."
            )
        click.echo(words, err=True)
        raise SystemExit(2)


@click.group(cls=Explaining, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="consult")
def consult() -> None:
    """Consult 问计: draft plans for comment, public answers, bulletins that can be traced."""


consult.add_command(hotline)
consult.add_command(drafts)
consult.add_command(demo)


def _ready_app(program: Program) -> tuple[Flask, Settings]:
    """An application whose database is up to date."""
    app = program.create_app()
    settings: Settings = app.extensions["consult.settings"]
    schema.upgrade(app.extensions["consult.engine"], settings)
    return app, settings


def _run_job(program: Program, app: Flask, job_id: int, label: str) -> Job:
    """Run the queue in this process until one job has ended, with a progress bar on standard error."""
    engine = app.extensions["consult.engine"]
    worker = program.make_worker(app)
    thread = threading.Thread(target=worker.run_forever, kwargs={"idle_seconds": 0.2}, daemon=True)
    thread.start()

    def read() -> tuple[str, int, int]:
        with new_session(engine, reads_only=True) as own:
            job = own.get_one(Job, job_id)
            return job.state, job.done, job.total

    with tqdm(desc=label, unit="", file=sys.stderr, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total or None
            bar.n = done
            bar.refresh()

        state = serving.follow(read, show)
    worker.stop()
    thread.join(timeout=10)
    with new_session(engine, reads_only=True) as own:
        job = own.get_one(Job, job_id)
    if state != JobState.DONE:
        kept: dict[str, Any] = json.loads(job.error or "{}")
        raise Situation(kept.get("message", f"The work was {state}."), **kept.get("params", {}))
    return job


@consult.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="The next free port is taken when it is in use.",
)
@click.option("--no-worker", is_flag=True, help="Serve pages only; run `consult worker` elsewhere.")
@click.pass_obj
@_explained
def serve(program: Program, host: str, port: int, no_worker: bool) -> None:
    """Serve the site, with a worker beside it; brings the database up to date first."""
    logs.configure()
    app, _settings = _ready_app(program)
    program.serve(app, host, port, with_worker=not no_worker)


@consult.command()
@click.option("--parent", type=int, hidden=True)
@click.pass_obj
@_explained
def worker(program: Program, parent: int | None) -> None:
    """Run background work: imports, analyses, bulletins. Several may run on one database."""
    logs.configure()
    serving.work(program.make_worker(program.create_app()), parent)


@consult.command()
@click.pass_obj
@_explained
def analyse(program: Program) -> None:
    """Analyse everything new and propose issues."""
    app, _settings = _ready_app(program)
    with transaction(app.extensions["consult.engine"]) as own:
        own.info["actor"] = "system"
        job = issue_service.request_analysis(own, None, app.extensions["consult.clock"].now())
    result = result_of(_run_job(program, app, job.id, "analyse"))
    scored = f"{result['scored']} of them new" if result["scored"] else "nothing new since the last analysis"
    click.echo(
        f"{result['submissions']} submissions, {scored}; "
        f"{result['proposed']} issues are proposed. See /desk/issues or `consult issues`."
    )


@consult.command()
@click.option("--state", type=click.Choice([s.value for s in IssueState]), default="proposed", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@_explained
def issues(state: str, limit: int, as_json: bool) -> None:
    """List issues, the hottest first."""
    settings = load_settings()
    engine = make_engine(settings.database_url)
    schema.upgrade(engine, settings)
    with new_session(engine, reads_only=True) as own:
        rows = own.scalars(issue_queries.issues(state=state).limit(limit)).all()
        for row in rows:
            members = [f"{m.kind}:{m.subject_id}" for m in issue_queries.members_of(row)]
            if as_json:
                line = {"id": row.id, "title": row.title, "heat": row.heat, "people": row.people, "members": members}
                click.echo(json.dumps(line, ensure_ascii=False))
            else:
                click.echo(f"{row.id:>5}  {row.heat:6.1f}  {row.people:>4} people  {row.title}")
    if not rows and not as_json:
        click.echo(f"No issue is {state}.")


@consult.group("bulletins")
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
@_explained
def bulletins_build(program: Program, start: date, end: date, title: str, out: Path | None) -> None:
    """Build a bulletin over a period; it waits at the desk to be signed off."""
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)  # before minutes of work, not after them
    app, _settings = _ready_app(program)
    engine = app.extensions["consult.engine"]
    with transaction(engine) as own:
        own.info["actor"] = "system"
        wanted = bulletins.Request(start, end, title)
        bulletin, job = bulletins.request_bulletin(own, None, wanted, app.extensions["consult.clock"].now())
    _run_job(program, app, job.id, "build")
    click.echo(f"Bulletin {bulletin.id} is built; read and sign it off at /desk/bulletins/{bulletin.id}.")
    if out is not None:
        with new_session(engine, reads_only=True) as own:
            for file in files_of(own, own.get_one(Bulletin, bulletin.id), Edition.DRAFT):
                path = out / f"bulletin.{file.format}"
                path.write_bytes(file.data)
                click.echo(f"  {path}")


@consult.group()
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
@_explained
def users_add(program: Program, handle: str, name: str, role: str, post: str, unit: str, password: str) -> None:
    """Make an account."""
    app, _settings = _ready_app(program)
    new = accounts.NewAccount(handle, name, password, role, post, unit)
    with transaction(app.extensions["consult.engine"]) as own:
        account = accounts.create_account(own, new, app.extensions["consult.clock"].now())
        click.echo(f"Account {account.handle} ({account.role}) is made.")


@consult.group()
def db() -> None:
    """The database's schema."""


@db.command("upgrade")
@_explained
def db_upgrade() -> None:
    """Bring the database to the schema of this program. Safe to run from several processes at once."""
    settings = load_settings()
    schema.upgrade(make_engine(settings.database_url), settings)
    click.echo(f"The database is at revision {schema.newest()}.")


@consult.group()
def audit() -> None:
    """The audit log."""


@audit.command("verify")
@_explained
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
