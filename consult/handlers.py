"""Every feature's background work. Apart from consult.registry, because analysis and documents need libraries
that a web process has no use for: a server that only serves pages starts faster and stays smaller without them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from flask import Flask

from consult.bulletins import jobs as bulletin_jobs
from consult.bulletins.service import renew_what_is_behind
from consult.config import Settings
from consult.hotline import jobs as hotline_jobs
from consult.hotline.files import Place
from consult.hotline.retention import sweep_files
from consult.issues import jobs as issues_jobs
from consult.jobs.worker import Handler, Worker
from consult.learning import jobs as learning_jobs
from consult.web.limits import sweep_windows
from consult.web.sessions import sweep_sessions

HANDLERS: Mapping[str, Handler] = {
    "hotline.import": hotline_jobs.run_import,
    "issues.analyse": issues_jobs.analyse,
    "models.train": learning_jobs.train,
    "issues.score": issues_jobs.score,
    "bulletins.build": bulletin_jobs.build,
    "bulletins.publish": bulletin_jobs.publish,
    "bulletins.renew": bulletin_jobs.renew,
}


def make_worker(app: Flask) -> Worker:
    """A worker over the application's database that knows every feature's jobs."""
    extensions = app.extensions
    settings: Settings = extensions["consult.settings"]
    return Worker(
        extensions["consult.engine"],
        extensions["consult.clock"],
        settings,
        extensions["consult.vault"],
        HANDLERS,
        (
            partial(sweep_sessions, idle=timedelta(minutes=settings.session_idle_minutes)),
            sweep_windows,
            partial(sweep_files, place=Place(settings, extensions["consult.vault"])),
            renew_what_is_behind,
        ),
    )
