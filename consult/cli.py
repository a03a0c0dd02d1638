"""The ``consult`` command: knows its sub-commands by name, and imports one when it is called.

What a sub-command stands on (analysis, documents, migrations) takes seconds to import; whoever asks for help, or
runs another one, does not wait for it. After the pattern of click's documentation ("Lazily Loading Subcommands").
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from consult.errors import Situation

if TYPE_CHECKING:
    from flask import Flask

    from consult.jobs.worker import Worker

DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """A sub-command that is not imported yet."""

    place: str  #: module:name
    help: str  #: one line for the list


COMMANDS: Mapping[str, LazyCommand] = {
    "analyse": LazyCommand("consult.commands.analysing:analyse", "Analyse everything new and propose issues."),
    "audit": LazyCommand("consult.commands.keeping:audit", "The audit log."),
    "bulletins": LazyCommand("consult.commands.publishing:bulletins_group", "Public-opinion bulletins."),
    "db": LazyCommand("consult.commands.keeping:db", "The database's schema."),
    "demo": LazyCommand("consult.demo.commands:demo", "Make the demo town and serve it."),
    "drafts": LazyCommand("consult.drafts.commands:drafts", "Draft plans."),
    "hotline": LazyCommand("consult.hotline.commands:hotline", "Work orders: calls, letters, messages."),
    "issues": LazyCommand("consult.commands.analysing:issues", "List issues, the hottest first."),
    "model": LazyCommand("consult.learning.commands:model", "Analysis models: learn, measure, choose."),
    "serve": LazyCommand("consult.commands.running:serve", "Serve the site, with a worker beside it."),
    "users": LazyCommand("consult.commands.keeping:users", "Accounts."),
    "worker": LazyCommand("consult.commands.running:worker", "Run background work; several may run on one database."),
}


def _found(place: str) -> Any:
    module, name = place.split(":")
    return getattr(importlib.import_module(module), name)


def _create_app(*args: Any, **more: Any) -> Flask:
    made: Flask = _found("consult.app:create_app")(*args, **more)
    return made


def _make_worker(app: Flask) -> Worker:
    made: Worker = _found("consult.handlers:make_worker")(app)
    return made


@dataclass(frozen=True, slots=True)
class Program:
    """What sub-commands need from the modules above them, imported when it is needed."""

    create_app: Callable[..., Flask] = _create_app
    make_worker: Callable[[Flask], Worker] = _make_worker

    def serve(self, app: Flask, host: str, port: int, *, with_worker: bool = True, processes: int = 1) -> None:
        """Serve, and say where; 0 processes means as many as the machine has processors, up to a few."""
        serving = importlib.import_module("consult.serving")
        port = serving.free_port(host, port)
        processes = processes or serving.processes_here()
        serving.serve(app, host, port, with_worker=with_worker, ready=_say_address, processes=processes)


def _say_address(address: str) -> None:
    click.echo(f"\nOpen {address}   (Ctrl+C stops)")


def _database_words(error: Exception) -> str | None:
    """What a person is told of a refusal by the database; None for any other error."""
    kinds = sys.modules.get("sqlalchemy.exc")  # not imported: then no error is of its kinds
    if kinds is None:
        return None
    if isinstance(error, kinds.ArgumentError):
        return "CONSULT_DATABASE_URL is no address of a database, like sqlite:////data/consult.sqlite3."
    if not isinstance(error, kinds.DBAPIError | kinds.NoSuchModuleError):
        return None
    # The first line only: what follows is the statement with its values.
    first = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    return f"The database cannot be used: {first}\nIs CONSULT_DATABASE_URL right? `consult db upgrade` makes it."


class Explaining(click.Group):
    """Imports a sub-command when it is asked for. What stops one for reasons outside the program is said in one
    sentence, with exit code 2."""

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
        except Exception as error:
            found = _database_words(error)
            if found is None:
                raise
            words = found
        click.echo(words, err=True)
        raise SystemExit(2)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = _found(COMMANDS[cmd_name].place)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].help) for name in self.list_commands(ctx)])


@click.group(cls=Explaining, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="consult")
def consult() -> None:
    """Consult 问计: draft plans for comment, public answers, bulletins that can be traced."""
