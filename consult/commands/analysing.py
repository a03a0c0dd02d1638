"""``consult analyse`` and ``consult issues``."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import click

from consult import schema
from consult.cli import Program
from consult.commands.common import explained, ready_app, run_job, run_shared
from consult.config import load_settings
from consult.db import make_engine, new_session, transaction
from consult.issues import queries as issue_queries
from consult.issues import service as issue_service
from consult.issues.models import IssueState
from consult.jobs.queries import result_of

#: Submissions in one part of a shared analysis: seconds of work, so that a killed worker loses little.
DEFAULT_CHUNK = 500


@click.command()
@click.option(
    "--chunk",
    type=click.IntRange(1, 5000),
    help=f"Share the scoring among workers, so many submissions at a time; {DEFAULT_CHUNK} with --workers.",
)
@click.option(
    "--workers",
    type=click.IntRange(0, 256),
    help="Worker processes to start here for it; one for each processor with --chunk, and 0 leaves it to others.",
)
@click.pass_obj
@explained
def analyse(program: Program, chunk: int | None, workers: int | None) -> None:
    """Analyse everything new and propose issues.

    With --chunk or --workers the scoring is shared among worker processes, and any `consult worker` on another
    machine with the same database helps. Interrupted or killed, it is taken up where it was by running it again.
    """
    app, _settings = ready_app(program)
    is_shared = chunk is not None or workers is not None
    with transaction(app.extensions["consult.engine"]) as own:
        own.info["actor"] = "system"
        now = app.extensions["consult.clock"].now()
        size = (chunk or DEFAULT_CHUNK) if is_shared else 0
        job = issue_service.request_analysis(own, None, now, chunk=size)
    if is_shared:
        count = (os.cpu_count() or 1) if workers is None else workers
        _say(result_of(run_shared(app, job.id, count)))
    else:
        _say(result_of(run_job(program, app, job.id, "analyse")))


def _say(result: Mapping[str, Any]) -> None:
    scored = f"{result['scored']} of them new" if result["scored"] else "nothing new since the last analysis"
    click.echo(
        f"{result['submissions']} submissions, {scored}; "
        f"{result['proposed']} issues are proposed. See /desk/issues or `consult issues`."
    )


@click.command()
@click.option("--state", type=click.Choice([s.value for s in IssueState]), default="proposed", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@explained
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
