"""What the desk of the demo town does once the analysis has found its issues: accept, put to leaders, answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from consult.accounts import service as accounts
from consult.accounts.models import Role, User
from consult.bulletins import service as bulletins
from consult.bulletins.models import Bulletin
from consult.demo.rhythm import office_time
from consult.demo.town import Answer, Town
from consult.hotline.models import OrderState, WorkOrder
from consult.issues import rules, service
from consult.issues.models import Issue, IssueState
from consult.issues.page_parts import proposed_summary
from consult.responses import service as responses
from consult.responses.queries import thread_of

#: Issues that are accepted and put to a leader, but that nobody has answered yet, by how many days ago: what a
#: leader's desk shows. The first is overdue.
WAITING = (16, 5, 1)
WORKING_DAYS = 7


@dataclass(frozen=True, slots=True)
class Answered:
    """How far the desk came."""

    accepted: int
    answered: int
    missing: tuple[str, ...]  #: keys of latent issues that the analysis did not find


def decide_issues(own: Session, town: Town, orders: Mapping[str, int], now: datetime) -> Answered:
    """Accept the proposals that are the town's latent issues, and answer those that have an answer.

    ``orders`` gives the row of each of the town's order numbers, as `consult.demo.loader.load` returned it.
    Of the latent issues without an answer as many as `WAITING` has are put to a leader; the others stay
    proposals. Flushes, never commits.
    """
    officer = own.scalars(select(User).where(User.role == Role.OFFICER).order_by(User.id)).first()
    if officer is None:
        raise LookupError("the demo town has not been loaded into this database")
    leaders = {u.display_name: u for u in own.scalars(select(User).where(User.role == Role.LEADER))}
    answers = {answer.issue: answer for answer in town.answers}
    proposals = _proposals(own)
    accepted = answered = waiting = 0
    missing = []
    for latent in town.issues:
        members = {f"order:{orders[number]}" for number in latent.members if number in orders}
        issue = _best(proposals, members)
        if issue is None:
            missing.append(latent.key)
            continue
        answer = answers.get(latent.key)
        if answer is not None:
            said = _answer_moment(own, issue, answer, now)
            opened = said - timedelta(days=4)
        elif waiting < len(WAITING):
            opened = office_time(now - timedelta(days=WAITING[waiting]))
            waiting += 1
        else:
            continue
        service.accept(own, officer, issue, opened)
        service.rename(own, officer, issue, latent.name, opened)
        accepted += 1
        leader = leaders[answer.leader] if answer else next(iter(leaders.values()))
        _put(own, officer, issue, latent.unit, leader, opened)
        if answer is not None:
            _answer(own, issue, leader, answer, said)
            answered += 1
    return Answered(accepted, answered, tuple(missing))


def ask_for_bulletins(own: Session, town: Town, now: datetime) -> list[Bulletin]:
    """Ask for the bulletins of the town's periods; a worker builds them. Flushes, never commits."""
    officer = own.scalars(select(User).where(User.role == Role.OFFICER).order_by(User.id)).first()
    found = []
    for period in town.bulletins:
        wanted = bulletins.Request(start=period.first, end=period.last, title=period.title, organ=town.county.organ)
        bulletin, _ = bulletins.request_bulletin(own, officer, wanted, now)
        found.append(bulletin)
    return found


def sign_bulletins(own: Session, now: datetime) -> None:
    """The second officer signs every bulletin that the first one had built. Flushes, never commits.

    Raises `IllegalTransition` when one of them has not been built.
    """
    _, reader = own.scalars(select(User).where(User.role == Role.OFFICER).order_by(User.id).limit(2))
    for bulletin in own.scalars(select(Bulletin).order_by(Bulletin.id)):
        bulletins.sign_off(own, reader, bulletin, now)


def _proposals(own: Session) -> dict[int, tuple[Issue, set[str]]]:
    rows = own.scalars(select(Issue).where(Issue.state == IssueState.PROPOSED).options(selectinload(Issue.members)))
    return {row.id: (row, {f"{m.kind}:{m.subject_id}" for m in row.members}) for row in rows}


def _best(proposals: dict[int, tuple[Issue, set[str]]], members: set[str]) -> Issue | None:
    """The proposal that is mostly this matter, taken out of those that are left; None when there is none."""
    ranked = sorted(proposals.values(), key=lambda pair: (-len(pair[1] & members), pair[0].id))
    if not ranked or rules.overlap(ranked[0][1], members) < rules.SAME_ISSUE_OVERLAP:
        return None
    issue, _ = proposals.pop(ranked[0][0].id)
    return issue


def _put(own: Session, officer: User, issue: Issue, unit: str, leader: User, now: datetime) -> None:
    service.open_thread(
        own,
        officer,
        issue,
        title=issue.title,
        summary=proposed_summary(own, issue),
        leader_id=leader.id,
        unit_id=accounts.unit_by_name(own, unit).id,
        working_days=WORKING_DAYS,
        now=now,
    )


def _answer_moment(own: Session, issue: Issue, answer: Answer, now: datetime) -> datetime:
    """When the answer is published: after everybody whom it ends the waiting of has spoken."""
    ids = [member.subject_id for member in issue.members if member.kind == "order"]
    newest = own.scalar(
        select(func.max(WorkOrder.received_at)).where(
            WorkOrder.id.in_(ids), WorkOrder.state.in_((OrderState.WAITING, OrderState.HANDLING))
        )
    )
    return (
        answer.at.astimezone(UTC)
        if newest is None
        else min(now, max(answer.at.astimezone(UTC), newest + timedelta(hours=1)))
    )


def _answer(own: Session, issue: Issue, leader: User, answer: Answer, now: datetime) -> None:
    thread = thread_of(own, "issue", issue.id)
    if thread is None:
        raise LookupError(f"no thread was opened for {issue.title}")
    responses.publish_answer(own, leader, thread, answer.text, now)
