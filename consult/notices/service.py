"""Putting messages into the outbox, and telling accounts inside the site. Services flush, views commit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.config import Settings
from consult.db import Base, look_again
from consult.errors import IllegalTransition, InvalidInput, Unavailable
from consult.jobs.service import enqueue
from consult.notices.models import Channel, Notice, OutboxMessage, OutboxState
from consult.notices.rules import mail_address, mobile_number, one_line
from consult.vault.service import Vault

#: So many rows are written with one statement, and so many messages delivered by one job.
AT_ONCE = 200
DELIVER = "notices.deliver"
#: A message that waits so long after its time has lost its job (somebody cancelled it) and gets another.
STRANDED_AFTER = timedelta(hours=1)
#: Nobody writes longer ones: a phone shows about eight parts of 67 characters.
MAX_SMS = 500


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail. ``subject`` stands open in the outbox: nothing personal and no code is in it."""

    to: str
    subject: str
    text: str
    kind: str
    dedupe: str = ""  #: unique over all time and without personal data; "" for no such guard
    unsubscribe: str = ""  #: full address that a POST to unsubscribes (RFC 8058)


@dataclass(frozen=True, slots=True)
class Sms:
    """One text message."""

    phone: str
    text: str
    kind: str
    dedupe: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a row of the outbox holds sealed; all empty once it is forgotten."""

    recipient: str = ""
    text: str = ""
    unsubscribe: str = ""


class Telling:
    """What an account is told: an English msgid, translated when it is read, and where more is said."""

    def __init__(self, message: str, *, url: str, kind: str, **params: str | int) -> None:
        self.message, self.url, self.kind, self.params = message, url, kind, params


class Outbox:
    """Takes messages in. Made once by the application, and by jobs with what they have in hand."""

    def __init__(self, vault: Vault, settings: Settings) -> None:
        self._vault, self._settings = vault, settings

    @property
    def can_mail(self) -> bool:
        """Whether e-mails go out by themselves here."""
        return bool(self._settings.smtp_host)

    @property
    def can_sms(self) -> bool:
        """Whether text messages go out by themselves here."""
        return bool(self._settings.sms_gateway)

    def can_deliver(self, channel: str) -> bool:
        """Whether messages of this channel go out by themselves here."""
        return self.can_mail if channel == Channel.MAIL else self.can_sms

    def send(self, own: Session, message: Mail | Sms, now: datetime) -> bool:
        """Write one message in the caller's transaction; it goes out after the commit.

        False when a message of the same dedupe key is there already. Raises `InvalidInput` for a recipient that is
        none (field "email" or "phone"), and for a text message that is too long.
        """
        return self.send_all(own, [message], now) == 1

    def send_all(self, own: Session, messages: Iterable[Mail | Sms], now: datetime) -> int:
        """Write many messages, as `send` does one; how many are new."""
        rows = [self._row(message, now) for message in messages]
        count = 0
        for start in range(0, len(rows), AT_ONCE):
            made = own.execute(
                _ignoring(own, OutboxMessage)
                .values(rows[start : start + AT_ONCE])
                .on_conflict_do_nothing()
                .returning(OutboxMessage.id, OutboxMessage.state)
            ).all()
            count += len(made)
            ask_delivery(own, [row_id for row_id, state in made if state == OutboxState.WAITING], now)
        return count

    def _row(self, message: Mail | Sms, now: datetime) -> Mapping[str, Any]:
        if isinstance(message, Mail):
            channel, recipient, goes_out = Channel.MAIL, mail_address(message.to), self.can_mail
            subject, unsubscribe = one_line(message.subject)[:200], message.unsubscribe
        else:
            channel, recipient, goes_out = Channel.SMS, mobile_number(message.phone), self.can_sms
            subject = unsubscribe = ""
        if not recipient:
            raise _no_recipient(channel)
        if channel is Channel.SMS and len(message.text) > MAX_SMS:
            raise InvalidInput("A text message has at most %(most)d characters.", most=MAX_SMS)
        held = {"recipient": recipient, "text": message.text, "unsubscribe": unsubscribe}
        return {
            "channel": channel,
            "kind": message.kind,
            "sealed": self._vault.seal_bytes(json.dumps(held, ensure_ascii=False).encode()),
            "subject": subject,
            "state": OutboxState.WAITING if goes_out else OutboxState.HELD,
            "attempts": 0,
            "due_at": now,
            "error": "",
            "dedupe": message.dedupe or None,
            "created_at": now,
        }

    def letter(self, row: OutboxMessage) -> Letter:
        """To whom a message goes and what it says. Raises `Unavailable` when the key does not fit."""
        return Letter(**json.loads(self._vault.open_bytes(row.sealed))) if row.sealed else Letter()

    def read(self, own: Session, actor: Actor, row: OutboxMessage, now: datetime) -> Letter:
        """A message for somebody who sends it by hand. Writes one audit row."""
        letter = self.letter(row)
        record(own, now, "notices:message:read", actor=actor, subject=f"message:{row.id}")
        return letter

    def retry(self, own: Session, actor: Actor, row: OutboxMessage, now: datetime) -> None:
        """Try a failed or held message again from the beginning.

        Raises `IllegalTransition` for another one, `Unavailable` where nothing could deliver it.
        """
        look_again(own, row)
        if row.state not in (OutboxState.FAILED, OutboxState.HELD) or not row.sealed:
            raise IllegalTransition("Only a message that failed or is held can be tried again.")
        if not self.can_deliver(row.channel):
            raise Unavailable("Nothing is set up to send it. Read it and send it by hand.")
        row.state, row.attempts, row.due_at, row.error, row.ended_at = OutboxState.WAITING, 0, now, "", None
        ask_delivery(own, [row.id], now)
        record(own, now, "notices:message:retried", actor=actor, subject=f"message:{row.id}")

    def mark_sent(self, own: Session, actor: Actor, row: OutboxMessage, now: datetime) -> None:
        """Note that somebody has sent a failed or held message by hand. Raises `IllegalTransition`."""
        look_again(own, row)
        if row.state not in (OutboxState.FAILED, OutboxState.HELD):
            raise IllegalTransition("Only a message that failed or is held can be sent by hand.")
        row.state, row.ended_at = OutboxState.SENT, now
        record(own, now, "notices:message:sent_by_hand", actor=actor, subject=f"message:{row.id}")


def _no_recipient(channel: Channel) -> InvalidInput:
    if channel is Channel.MAIL:
        return InvalidInput("This is no e-mail address. It should look like name@example.com.", field="email")
    return InvalidInput("This is no mobile number. It has eleven digits and begins with 1.", field="phone")


def outbox() -> Outbox:
    """The application's outbox."""
    found: Outbox = current_app.extensions["consult.outbox"]
    return found


def ask_delivery(own: Session, message_ids: Sequence[int], now: datetime, unique_key: str | None = None) -> None:
    """Have these messages delivered once the caller's transaction is committed."""
    if message_ids:
        enqueue(own, DELIVER, {"messages": list(message_ids)}, now=now, unique_key=unique_key)


def deliver_stranded(own: Session, now: datetime) -> None:
    """A chore: messages whose delivery was cancelled or given up by the worker get a job again."""
    wanted = select(OutboxMessage.id).where(
        OutboxMessage.state == OutboxState.WAITING, OutboxMessage.due_at < now - STRANDED_AFTER
    )
    ids = own.scalars(wanted.order_by(OutboxMessage.id).limit(AT_ONCE)).all()
    ask_delivery(own, ids, now, unique_key=f"{DELIVER}:stranded")


def forget_letters(own: Session, now: datetime, keep: timedelta) -> None:
    """A chore: recipient and text of what is over are forgotten (R49); that something was sent stays known."""
    own.execute(
        update(OutboxMessage)
        .where(OutboxMessage.state != OutboxState.WAITING, OutboxMessage.created_at < now - keep)
        .where(OutboxMessage.sealed != b"")
        .values(sealed=b"")
    )


def tell(own: Session, account_ids: Iterable[int], telling: Telling, now: datetime, *, dedupe: str = "") -> None:
    """Tell accounts something inside the site, in the caller's transaction.

    With a ``dedupe`` key the same account is told once, however often this is called.
    """
    rows = [
        {
            "account_id": account_id,
            "at": now,
            "kind": telling.kind,
            "message": telling.message,
            "params": json.dumps(telling.params, ensure_ascii=False, sort_keys=True),
            "url": telling.url[:300],
            "dedupe": dedupe or None,
        }
        for account_id in sorted(set(account_ids))
    ]
    for start in range(0, len(rows), AT_ONCE):
        own.execute(_ignoring(own, Notice).values(rows[start : start + AT_ONCE]).on_conflict_do_nothing())


def mark_read(own: Session, account_id: int, now: datetime) -> None:
    """Everything an account was told counts as read."""
    own.execute(update(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None)).values(read_at=now))


def _ignoring(own: Session, model: type[Base]) -> Any:
    """An insert of which both databases can leave out what is there already."""
    return (postgresql.insert if own.get_bind().dialect.name == "postgresql" else sqlite.insert)(model)
