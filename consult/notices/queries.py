"""Reading the outbox and the notices of an account."""

from __future__ import annotations

import json

from flask import g
from flask_babel import gettext
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from consult import db
from consult.errors import NotFound
from consult.notices.models import Notice, OutboxMessage


def messages(state: str = "", kind: str = "") -> Select[OutboxMessage]:
    """The outbox, the newest message first."""
    wanted = select(OutboxMessage)
    if state:
        wanted = wanted.where(OutboxMessage.state == state)
    if kind:
        wanted = wanted.where(OutboxMessage.kind == kind)
    return wanted.order_by(OutboxMessage.id.desc())


def access_message(own: Session, message_id: int) -> OutboxMessage:
    """A message, for somebody who may open the outbox. Raises `NotFound`."""
    message = own.get(OutboxMessage, message_id)
    if message is None:
        raise NotFound()
    return message


def counts_by_state(own: Session) -> dict[str, int]:
    """How many messages there are in each state."""
    rows = own.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
    return dict(rows.all())


def notices_of(account_id: int) -> Select[Notice]:
    """What an account was told, the newest first."""
    return select(Notice).where(Notice.account_id == account_id).order_by(Notice.id.desc())


def sentence(notice: Notice) -> str:
    """A notice in the reader's language."""
    return gettext(notice.message, **json.loads(notice.params))


def unread(account_id: int) -> int:
    """How much an account has not read; asked once a request."""
    if "unread_notices" not in g:
        wanted = select(func.count()).where(Notice.account_id == account_id, Notice.read_at.is_(None))
        g.unread_notices = db.session().scalar(wanted) or 0
    count: int = g.unread_notices
    return count
