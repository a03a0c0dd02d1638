"""Reminding the policy office of results that are late (rule R12)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.models import AccountState, User
from consult.accounts.rules import ROLE_PERMISSIONS
from consult.drafts.models import Draft
from consult.ledger import rules
from consult.ledger.queries import is_late
from consult.notices.service import Telling, tell
from consult.web.access import Permission

#: Drafts in one round; further ones wait for the next.
AT_ONCE = 50
KIND = "ledger.late"


def remind(own: Session, now: datetime) -> None:
    """A chore: everybody who keeps ledgers is told of results that are late, once for every thirty days of lateness."""
    drafts = own.scalars(select(Draft).where(is_late(now)).order_by(Draft.closes_at).limit(AT_ONCE)).all()
    if not drafts:
        return
    roles = [role for role, held in ROLE_PERMISSIONS.items() if Permission.LEDGER_EDIT in held]
    officers = own.scalars(select(User.id).where(User.role.in_(roles), User.state == AccountState.ACTIVE)).all()
    for draft in drafts:
        days = rules.overdue_days(draft, now)
        telling = Telling(
            "Comments on “%(title)s” closed %(days)s days ago, and the results are not out.",
            url=f"/desk/ledger/{draft.id}",
            kind=KIND,
            title=draft.title,
            days=days,
        )
        tell(own, officers, telling, now, dedupe=f"ledger-late:{draft.id}:{days // rules.REMINDER_DAYS}")
