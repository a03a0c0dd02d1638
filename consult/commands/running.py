"""``consult serve`` and ``consult worker``: what runs as long as the site does."""

from __future__ import annotations

import logging

import click

from consult import serving
from consult.cli import DEFAULT_PORT, Program
from consult.commands.common import explained, ready_app
from consult.web import logs


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="The next free port is taken when it is in use.",
)
@click.option("--no-worker", is_flag=True, help="Serve pages only; run `consult worker` elsewhere.")
@click.option(
    "--processes",
    type=click.IntRange(0, 64),
    default=0,
    help="Server processes; 0, the default, is one for each processor, at most 4.",
)
@click.pass_obj
@explained
def serve(program: Program, host: str, port: int, no_worker: bool, processes: int) -> None:
    """Serve the site, with a worker beside it; brings the database up to date first."""
    logs.configure()
    app, _settings = ready_app(program)
    program.serve(app, host, port, with_worker=not no_worker, processes=processes)


@click.command()
@click.option("--parent", type=int, hidden=True)
@click.option("--quiet", is_flag=True, hidden=True, help="Log warnings only.")
@click.pass_obj
@explained
def worker(program: Program, parent: int | None, quiet: bool) -> None:
    """Run background work: imports, analyses, bulletins. Several may run on one database."""
    logs.configure()
    if quiet:
        logging.getLogger("consult").setLevel(logging.WARNING)
    app = program.create_app()
    serving.work(program.make_worker(app), app, parent)
