"""Asking for an analysis, and deciding about what it proposes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.errors import IllegalTransition, InvalidInput, NotFound
from consult.issues import rules
from consult.issues.material import submissions_of
from consult.issues.models import Issue, IssueLog, IssueMember, IssueState
from consult.issues.queries import members_of, subjects_of
from consult.jobs.models import Job
from consult.jobs.service import enqueue
from consult.responses import service as responses
from consult.responses.models import Thread
from consult.responses.queries import thread_of

ANALYSE = "issues.analyse"


def request_analysis(own: Session, actor: Actor | None, now: datetime, *, chunk: int = 0) -> Job:
    """Ask for an analysis of everything new. While one waits or runs, that one is returned.

    With a ``chunk``, all workers share the scoring, so many submissions at a time.
    """
    job = enqueue(own, ANALYSE, {"chunk": chunk} if chunk else {}, now=now, actor=actor, unique_key=ANALYSE)
    record(own, now, "issues:analysis:requested", actor=actor, subject=f"job:{job.id}")
    return job


def accept(own: Session, actor: Actor, issue: Issue, now: datetime) -> None:
    """Say that this is an issue. Raises `IllegalTransition`, also when somebody decided meanwhile."""
    _decide(own, actor, issue, IssueState.ACCEPTED, now, "")
    record(own, now, "issues:issue:accepted", actor=actor, subject=f"issue:{issue.id}", people=issue.people)


def drop(own: Session, actor: Actor, issue: Issue, reason: str, now: datetime) -> None:
    """Say that this is no issue, with a reason; it is not proposed again. Raises `InvalidInput`."""
    if len(reason.strip()) < rules.MIN_REASON:
        raise InvalidInput("Please give the reason.", field="reason")
    if thread_of(own, "issue", issue.id) is not None:
        raise InvalidInput("A leader has been asked about this issue; withdraw the response thread first.")
    _decide(own, actor, issue, IssueState.DROPPED, now, reason.strip()[:500])
    record(own, now, "issues:issue:dropped", actor=actor, subject=f"issue:{issue.id}")


def _decide(own: Session, actor: Actor, issue: Issue, after: IssueState, now: datetime, note: str) -> None:
    own.refresh(issue, ["state"], with_for_update=True)
    if not rules.can_move(issue.state, after):
        raise IllegalTransition("Somebody has decided about this issue already; nothing was changed.")
    issue.state, issue.decided_by, issue.decided_at = after, actor.id, now
    issue.decision_note = note
    _log(own, issue, actor, after.value, now, note)


def rename(own: Session, actor: Actor, issue: Issue, title: str, now: datetime) -> None:
    """Call an issue something else; what the machine called it is kept. Raises `InvalidInput`."""
    plain = " ".join(title.split())
    if not rules.MIN_TITLE <= len(plain) <= rules.MAX_TITLE:
        raise InvalidInput("The title has between 2 and 120 characters.", field="title")
    if plain == issue.title:
        return
    _log(own, issue, actor, "renamed", now, issue.title)
    issue.title = plain
    record(own, now, "issues:issue:renamed", actor=actor, subject=f"issue:{issue.id}")


def remove_member(own: Session, actor: Actor, issue: Issue, kind: str, subject_id: int, now: datetime) -> IssueMember:
    """Take a submission out that does not belong there; the machine does not put it in again.

    The counts of the issue are of its members, so they go down with it. Raises `NotFound`.
    """
    for member in members_of(issue):
        if (member.kind, member.subject_id) == (kind, subject_id):
            member.removed = True
            _recount(own, issue)
            _log(own, issue, actor, "removed", now, f"{kind}:{subject_id}")
            record(
                own,
                now,
                "issues:member:removed",
                actor=actor,
                subject=f"issue:{issue.id}",
                member=f"{kind}:{subject_id}",
            )
            return member
    raise NotFound()


def _recount(own: Session, issue: Issue) -> None:
    """The three counts of the members that are left; none of them can be more than it was."""
    left = subjects_of(issue)
    found = submissions_of(own, left)
    texts = {"".join(filter(str.isalnum, s.text.casefold())) or s.title for s in found.values()}
    people = {s.author or s.id for s in found.values()}
    gone = len(left) - len(found)
    issue.received = len(left)
    issue.distinct_texts = min(issue.distinct_texts, len(texts) + gone)
    issue.people = min(issue.people, len(people) + gone)


def open_thread(
    own: Session,
    actor: Actor,
    issue: Issue,
    *,
    title: str,
    summary: str,
    leader_id: int,
    unit_id: int | None,
    working_days: int,
    now: datetime,
) -> Thread:
    """Put an accepted issue to a leader, for all its members. Raises `InvalidInput`, `IllegalTransition`."""
    if issue.state != IssueState.ACCEPTED:
        raise IllegalTransition("Accept the issue first; only accepted issues are put to a leader.")
    new = responses.NewThread(
        title=title,
        summary=summary,
        leader_id=leader_id,
        unit_id=unit_id,
        working_days=working_days,
        subjects=tuple(subjects_of(issue)),
        origin="issue",
        origin_id=issue.id,
        received=issue.received,
        distinct_texts=issue.distinct_texts,
        people=issue.people,
    )
    thread = responses.open_thread(own, actor, new, now)
    _log(own, issue, actor, "put to leader", now, f"thread:{thread.id}")
    return thread


def _log(own: Session, issue: Issue, actor: Actor, action: str, now: datetime, note: str = "") -> None:
    own.add(IssueLog(issue_id=issue.id, at=now, actor_id=actor.id, action=action, note=note[:500]))
    own.flush()
