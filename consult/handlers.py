"""Every feature's background work, by name: a worker imports what a job needs when the first job of its kind comes.

Analysis and documents need libraries of a hundred megabytes. A worker that only scores never imports those that draw
charts and set type, and a worker that waits imports neither.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask

from consult.bulletins.service import renew_what_is_behind
from consult.campaigns.service import look_for_work as look_for_copies
from consult.comments.challenges import sweep_challenges
from consult.comments.phone import sweep_phone_checks
from consult.config import Settings
from consult.drafts.around.subscriptions import sweep as sweep_subscriptions
from consult.drafts.assets import sweep_images
from consult.hotline.files import Place
from consult.hotline.retention import sweep_files
from consult.jobs.worker import Handler, JobContext, Worker
from consult.ledger.reminding import remind
from consult.notices.service import deliver_stranded, forget_letters
from consult.web.limits import sweep_windows
from consult.web.sessions import sweep_sessions


def _imported_at_first(place: str) -> Handler:
    module, name = place.split(":")

    def handle(ctx: JobContext) -> Mapping[str, Any]:
        found: Handler = getattr(importlib.import_module(module), name)
        return found(ctx)

    return handle


#: Where the handler of each kind of job stands, as module:function.
PLACES: Mapping[str, str] = {
    "hotline.import": "consult.hotline.jobs:run_import",
    "issues.analyse": "consult.issues.jobs:analyse",
    "issues.score": "consult.issues.part_jobs:score",
    "models.train": "consult.learning.jobs:train",
    "campaigns.group": "consult.campaigns.jobs:run",
    "drafts.tell": "consult.drafts.around.jobs:tell",
    "notices.deliver": "consult.notices.jobs:deliver",
    "bulletins.build": "consult.bulletins.jobs:build",
    "bulletins.publish": "consult.bulletins.jobs:publish",
    "bulletins.renew": "consult.bulletins.jobs:renew",
}
HANDLERS: Mapping[str, Handler] = {kind: _imported_at_first(place) for kind, place in PLACES.items()}


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
            sweep_challenges,
            sweep_phone_checks,
            partial(sweep_files, place=Place(settings, extensions["consult.vault"])),
            renew_what_is_behind,
            sweep_subscriptions,
            sweep_images,
            remind,
            deliver_stranded,
            partial(forget_letters, keep=timedelta(days=settings.outbox_days)),
        ),
        (look_for_copies,),
    )
