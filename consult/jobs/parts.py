"""Work that is split: one job hands out parts, any worker on any machine does them, and the job goes on after them.

While its parts are at work the job lies in the queue and holds no worker. The last part wakes it; should that
be missed, it looks for itself every `LOOK_AGAIN`. A part whose attempts are used up does not hold the others up:
the job finds out what is missing when it goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from consult.jobs import service
from consult.jobs.models import ENDED, Job, JobState

LOOK_AGAIN = timedelta(seconds=10)


def hand_out(own: Session, parent_id: int, kind: str, payloads: Iterable[Mapping[str, Any]], now: datetime) -> int:
    """Insert one part for each payload, in the caller's transaction (a `pause` of the parent); how many."""
    parts = [
        Job(
            kind=kind,
            payload=json.dumps(payload, ensure_ascii=False, sort_keys=True),
            parent_id=parent_id,
            run_after=now,
            created_at=now,
        )
        for payload in payloads
    ]
    own.add_all(parts)
    own.flush()
    for part in parts:
        service.announce(own, part, now)
    return len(parts)


def count_open(own: Session, parent_id: int) -> int:
    """Parts that have not ended."""
    found = select(func.count()).where(Job.parent_id == parent_id, Job.state.not_in(ENDED))
    return own.scalar(found.select_from(Job)) or 0


def has_failed(own: Session, parent_id: int) -> bool:
    """Whether a part was given up."""
    failed = select(Job.id).where(Job.parent_id == parent_id, Job.state == JobState.FAILED)
    return own.scalar(failed.limit(1)) is not None


def results(own: Session, parent_id: int) -> list[Mapping[str, Any]]:
    """What the parts that are done reported."""
    done = select(Job.result).where(Job.parent_id == parent_id, Job.state == JobState.DONE)
    return [json.loads(result) for result in own.scalars(done)]


def tell_parent(own: Session, part_id: int, done: int, now: datetime) -> None:
    """Add to the parent's progress, and wake it when this is its last part; in the part's `last_step`."""
    parent_id = own.scalar(select(Job.parent_id).where(Job.id == part_id))
    # The parent's row is locked from here on: of two last parts the second sees that the first has ended.
    moved = update(Job).where(Job.id == parent_id, Job.state.not_in(ENDED)).values(done=Job.done + done)
    if own.execute(moved.returning(Job.id)).scalar_one_or_none() is None:
        return
    others = select(Job.id).where(Job.parent_id == parent_id, Job.id != part_id, Job.state.not_in(ENDED)).limit(1)
    if own.scalar(others) is None:
        parent = own.get_one(Job, parent_id, populate_existing=True)
        if parent.state == JobState.QUEUED:
            parent.run_after = now
            service.announce(own, parent, now)
