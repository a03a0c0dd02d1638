"""The one masked stream: every submission of every feature, as the analysis reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.comments import queries as comments
from consult.comments.models import Comment, CommentState
from consult.comments.rules import COUNTED
from consult.hotline import queries as hotline
from consult.hotline.models import OrderState, WorkOrder
from consult.web.subjects import Subject, subject_of
from reports.model import Submission

#: Ids in one statement; the limits of both databases lie far above.
CHUNK = 500


def submissions(own: Session, *, since: datetime | None = None, until: datetime | None = None) -> list[Submission]:
    """Comments, messages and calls that were not refused, oldest first; ``since`` and ``until`` bound when
    they were said."""
    found = comments.submissions(own, since=since, until=until) + hotline.submissions(own, since=since, until=until)
    return sorted(found, key=lambda s: (s.at is None, s.at or since, s.id))


def submissions_of(own: Session, subjects: Iterable[Subject]) -> dict[str, Submission]:
    """The given submissions by analysis id; what was refused or withdrawn meanwhile is left out."""
    wanted = list(subjects)
    found = comments.submissions(own, ids=[s.id for s in wanted if s.kind == "comment"])
    found += hotline.submissions(own, ids=[s.id for s in wanted if s.kind == "order"])
    return {s.id: s for s in found}


def quotable(own: Session, keys: Iterable[str]) -> frozenset[str]:
    """Those of the submissions whose words everybody may read: reviewed, and published with their author's consent."""
    subjects = [subject_of(key) for key in keys]
    found: set[str] = set()
    for start in range(0, len(subjects), CHUNK):
        part = subjects[start : start + CHUNK]
        shown = own.scalars(
            select(Comment.id).where(
                Comment.id.in_([s.id for s in part if s.kind == "comment"]),
                Comment.state == CommentState.ACCEPTED,
                Comment.consent_publish,
            )
        )
        public = own.scalars(
            select(WorkOrder.id).where(WorkOrder.id.in_([s.id for s in part if s.kind == "order"]), WorkOrder.is_public)
        )
        found |= {f"comment:{n}" for n in shown} | {f"order:{n}" for n in public}
    return frozenset(found)


def taken_back(own: Session, keys: Iterable[str]) -> frozenset[str]:
    """Those of the submissions that their authors took back, or that were refused, since they were counted."""
    subjects = [subject_of(key) for key in keys]
    there: set[str] = set()
    for start in range(0, len(subjects), CHUNK):
        part = subjects[start : start + CHUNK]
        said = own.scalars(
            select(Comment.id).where(
                Comment.id.in_([s.id for s in part if s.kind == "comment"]), Comment.state.in_(COUNTED)
            )
        )
        asked = own.scalars(
            select(WorkOrder.id).where(
                WorkOrder.id.in_([s.id for s in part if s.kind == "order"]), WorkOrder.state != OrderState.REFUSED
            )
        )
        there |= {f"comment:{n}" for n in said} | {f"order:{n}" for n in asked}
    return frozenset(s.key for s in subjects) - there


def text_hash(submission: Submission) -> str:
    """Changes when anything that is scored changes."""
    digest = hashlib.sha256()
    for part in (submission.title, submission.text, *(f"{t.speaker}:{t.text}" for t in submission.turns)):
        digest.update(part.encode("utf-8", "replace") + b"\x00")
    return digest.hexdigest()


def parsed(key: str) -> tuple[str, int]:
    """Kind and number of an analysis id."""
    subject = subject_of(key)
    return subject.kind, subject.id
