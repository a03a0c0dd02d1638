"""What may happen to a thread, by whom, and by when."""

from __future__ import annotations

from datetime import date, datetime

from consult.accounts.models import Role, User
from consult.clock import local_date
from consult.responses.models import Thread, ThreadState
from consult.workdays import DueDay, add_working_days

#: Working days to answer, as offered when a thread is opened (rule R22), and the ceiling with extension.
DEFAULT_WORKING_DAYS = 7
MAX_WORKING_DAYS = 15
MIN_ANSWER, MAX_ANSWER = 10, 10_000
MIN_NOTE = 4

#: Which status may follow which (rule R20).
TRANSITIONS: dict[str, frozenset[str]] = {
    ThreadState.WAITING: frozenset({ThreadState.ANSWERED, ThreadState.WITHDRAWN}),
    ThreadState.ANSWERED: frozenset(),
    ThreadState.WITHDRAWN: frozenset(),
}


def can_move(before: str, after: str) -> bool:
    """Whether a thread may go from one status to another."""
    return after in TRANSITIONS[before]


def due_day(opened_at: datetime, working_days: int) -> DueDay:
    """The day by which a thread opened at this moment is due."""
    return add_working_days(local_date(opened_at), working_days)


def ceiling(thread: Thread) -> DueDay:
    """The last day to which a thread may be extended (rule R24)."""
    return due_day(thread.opened_at, MAX_WORKING_DAYS)


def is_overdue(thread: Thread, today: date) -> bool:
    """Whether an answer is late."""
    return thread.state == ThreadState.WAITING and thread.due_on < today


def may_write(account: User, thread: Thread) -> bool:
    """Whether this account may prepare texts of the thread: its leader, its unit, the policy office."""
    if account.role == Role.OFFICER:
        return True
    if account.role == Role.UNIT:
        return thread.unit_id is not None and thread.unit_id == account.unit_id
    return account.role == Role.LEADER and thread.leader_id == account.id


def may_publish(account: User, thread: Thread) -> bool:
    """Only the leader who is asked answers in public."""
    return account.role == Role.LEADER and thread.leader_id == account.id
