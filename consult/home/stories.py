"""The whole story of one submission, told from every feature that had to do with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from consult.bulletins.queries import bulletins_counting
from consult.comments import stories as comments
from consult.hotline import queries as hotline
from consult.issues.queries import accepted_issues_about
from consult.ledger.telling import step_of
from consult.responses.queries import ThreadCard, threads_about
from consult.web.filters import localdate
from consult.web.subjects import Receipt, Step


def receipt(own: Session, code: str, now: datetime) -> Receipt | None:
    """The receipt of a code with every step so far; None for a code that was never given."""
    found = comments.receipt(own, code, now) or hotline.receipt(own, code, now)
    return with_story(own, found) if found is not None else None


def with_story(own: Session, base: Receipt) -> Receipt:
    """A feature's receipt with the steps that features above it add, in order of time (rule R31)."""
    steps = list(base.steps)
    for issue in accepted_issues_about(own, base.kind, [base.id]).get(base.id, []):
        if issue.decided_at is not None:
            text = _(
                "The policy office put it together with %(n)s alike, as the issue “%(title)s”.",
                n=max(0, issue.received - 1),
                title=issue.title,
            )
            steps.append(Step(issue.decided_at, text))
    for bulletin in bulletins_counting(own, base.kind, [base.id]).get(base.id, []):
        text = _("It is counted in the bulletin “%(title)s”.", title=bulletin.title)
        url = url_for("bulletins.show", number=bulletin.number_in_all)
        steps.append(Step(bulletin.published_at, text, url=url, link=_("Read the bulletin")))
    if base.kind == "comment" and (result := step_of(own, base.id)) is not None:
        steps.append(result)
    for thread in threads_about(own, base.kind, [base.id]).get(base.id, []):
        steps += thread_steps(thread)
    return replace(base, steps=in_order(steps))


def in_order(steps: list[Step]) -> tuple[Step, ...]:
    """What happened in order of time with the newest marked as the present step, then what is to come."""
    past = sorted(
        (step for step in steps if step.at is not None and step.state != "coming"),
        key=lambda step: step.at.timestamp() if step.at else 0.0,
    )
    ahead = [step for step in steps if step.at is None or step.state == "coming"]
    told = [replace(step, state="done") for step in past]
    # One step only is the present one: what is being waited for without a date, or else what happened last.
    if told and not any(step.state == "current" for step in ahead):
        told[-1] = replace(told[-1], state="current")
    return (*told, *ahead)


def thread_steps(thread: ThreadCard) -> list[Step]:
    """What a response thread means for a submission it answers."""
    url = url_for("responses.show", thread_id=thread.id) if thread.is_public else None
    matter = _("See the whole matter") if url else ""
    steps = [Step(thread.opened_at, _("It was put to %(leader)s.", leader=thread.leader), url=url, link=matter)]
    if thread.answered_at is not None:
        answered = _("%(leader)s answered: %(answer)s", leader=thread.leader, answer=thread.answer)
        steps.append(Step(thread.answered_at, answered, url=url, link=_("Read the answer") if url else ""))
    else:
        steps.append(Step(None, _("An answer is due by %(day)s.", day=localdate(thread.due_on)), "coming"))
    return steps
