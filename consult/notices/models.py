"""The outbox of e-mails and text messages, and the notices an account finds when it signs in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base


class Channel(StrEnum):
    """By what a message goes out."""

    MAIL = "mail"
    SMS = "sms"


class OutboxState(StrEnum):
    WAITING = "waiting"  #: a job delivers it
    SENT = "sent"  #: taken over by the mail server or the gateway, or sent by hand
    FAILED = "failed"  #: refused for good, or tried as often as it is tried
    HELD = "held"  #: there is no mail server or no gateway: somebody may read it here and send it by hand


class OutboxMessage(Base):
    """One e-mail or text message. To whom it goes and what it says are sealed with the vault's key."""

    __tablename__ = "outbox_message"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    channel: Mapped[str] = mapped_column(String(8))
    #: What it is about, one of `consult.notices.labels.KINDS`.
    kind: Mapped[str] = mapped_column(String(40))
    #: Sealed JSON of recipient, text and the address for unsubscribing; empty once it is forgotten.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    #: Stands open in the outbox, so that nothing personal may be in it; "" for a text message.
    subject: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    #: When it is tried next.
    due_at: Mapped[datetime]
    #: The kind of the last failure, never what a server said: that may quote the recipient.
    error: Mapped[str] = mapped_column(String(80), default="")
    #: Two messages never carry the same one, so that whoever asks twice sends once. Nothing personal is in it.
    dedupe: Mapped[str | None] = mapped_column(String(160), unique=True)
    created_at: Mapped[datetime]
    #: When it was sent or given up.
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("channel IN ('mail','sms')", name="channel"),
        CheckConstraint("state IN ('waiting','sent','failed','held')", name="state"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("state NOT IN ('sent','failed') OR ended_at IS NOT NULL", name="ended"),
        Index("ix_outbox_message_state_due_at", "state", "due_at"),
    )


class Notice(Base):
    """One sentence told to an account inside the site."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    #: English msgid, translated when it is shown, and the JSON of its parameters.
    message: Mapped[str] = mapped_column(Text)
    params: Mapped[str] = mapped_column(Text, default="{}")
    #: Path on this site where more is said.
    url: Mapped[str] = mapped_column(String(300), default="")
    read_at: Mapped[datetime | None]
    dedupe: Mapped[str | None] = mapped_column(String(160))

    __table_args__ = (
        UniqueConstraint("account_id", "dedupe"),
        Index("ix_notice_account_id_read_at", "account_id", "read_at"),
    )
