"""The whole story of one submission, told from every feature that had to do with it."""

from __future__ import annotations

from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from consult.comments import stories as comment_stories
from consult.responses.queries import ThreadCard, threads_about
from consult.web.filters import localdate
from consult.web.subjects import Receipt, Step

FINDERS: tuple = (comment_stories.receipt,)


def receipt(own: Session, code: str, now: datetime) -> Receipt | None:
    """The receipt of a code with every step so far; None for a code that was never given."""
    if len(code) < 10:
        return None
    for finder in FINDERS:
        found = finder(own, code, now)
        if found is not None:
            return with_story(own, found)
    return None


def with_story(own: Session, base: Receipt) -> Receipt:
    """A feature's receipt with the steps that features above it add, in order of time."""
    steps = list(base.steps)
    for thread in threads_about(own, base.kind, [base.id]).get(base.id, []):
        steps += thread_steps(thread)
    done = sorted((s for s in steps if s.at is not None), key=lambda s: s.at or base.submitted_at)
    return Receipt(
        base.kind,
        base.id,
        base.code,
        base.title,
        base.text,
        base.submitted_at,
        (*done, *(s for s in steps if s.at is None)),
    )


def thread_steps(thread: ThreadCard) -> list[Step]:
    """What a response thread means for a submission it answers."""
    url = url_for("responses.show", thread_id=thread.id) if thread.is_public else None
    steps = [Step(thread.opened_at, _("It was put to %(leader)s.", leader=thread.leader), url=url)]
    if thread.answered_at is not None:
        steps.append(
            Step(
                thread.answered_at,
                _("%(leader)s answered: %(answer)s", leader=thread.leader, answer=thread.answer),
                url=url,
            )
        )
    else:
        steps.append(
            Step(None, _("An answer is due by %(day)s.", day=localdate(thread.due_on)), "coming", url)
        )
    return steps
