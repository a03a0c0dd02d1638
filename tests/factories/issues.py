"""Issues for tests, stored by the function that stores what an analysis found."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.clock import Clock
from consult.issues import storing
from consult.issues.models import Issue
from consult.web.subjects import Subject
from reports.model import Issue as FoundIssue
from reports.model import Membership


def found(title: str, *subjects: Subject, key: str = "", quotation: str = "") -> FoundIssue:
    """An issue as the analysis reports it."""
    ids = tuple(s.key for s in subjects)
    return FoundIssue(
        key=key or hashlib.sha256("|".join(ids).encode()).hexdigest()[:16],
        title=title,
        members=tuple(Membership(i, 0.8, ("路灯",)) for i in ids),
        keywords=("路灯",),
        place="",
        first=None,
        last=None,
        received=len(ids),
        distinct_texts=len(ids),
        people=len(ids),
        heat=10.0,
        heat_parts={"people": 10.0},
        quotations=((ids[0], quotation or title),),
    )


class Issues:
    """Stores proposals as a run of the analysis does, and commits them."""

    def __init__(self, own: Session, clock: Clock) -> None:
        self._own, self._clock = own, clock

    def run(self, *issues: FoundIssue) -> int:
        """What one analysis found; how many proposals wait afterwards."""
        waiting = storing.keep_groups(self._own, (), issues, {}, "test", self._clock.now())
        self._own.commit()
        return waiting

    def by_key(self, key: str) -> Issue:
        self._own.expire_all()
        return self._own.scalars(select(Issue).where(Issue.key == key)).one()
