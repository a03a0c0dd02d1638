"""The demo town in a database: `load` makes it, in one transaction of the caller's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta

from sqlalchemy.orm import Session

from consult.demo.consulting import Consulting, group_copies
from consult.demo.hotline_loading import Hotline
from consult.demo.loading import DraftsAndComments, Timeline, settle
from consult.demo.rhythm import WINDOW_DAYS, midnight
from consult.demo.town import Town
from consult.vault.service import Vault
from reports.model import Progress, silent


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came to be."""

    steps: int
    drafts: int
    comments: int
    #: The rows of the work orders, by the town's own numbers.
    orders: dict[str, int]


def load(own: Session, vault: Vault, town: Town, password: str, progress: Progress = silent) -> Loaded:
    """Play the town's story into an empty database; flushes, never commits.

    Everything happens at the moment at which the town says that it happened, up to the midnight with which
    the town's `today` begins; `progress` counts what has happened. Raises
    `InvalidInput` when the password is too weak for an account.
    """
    end = midnight(town.today).astimezone(UTC)
    staff = settle(own, town, password, end - timedelta(days=WINDOW_DAYS + 10))
    timeline = Timeline(end)
    said = DraftsAndComments(own, vault, staff, timeline)
    said.plan(town)
    Consulting(own, staff, timeline, said).plan(town)
    hotline = Hotline(own, vault, staff, timeline)
    hotline.plan(town)
    steps = timeline.run(progress)
    group_copies(own, end)
    return Loaded(
        steps=steps,
        drafts=len(town.drafts),
        comments=len(town.comments),
        orders={number: row.id for number, row in hotline.rows.items()},
    )
