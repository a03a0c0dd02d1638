"""How messages leave the machine: e-mails by SMTP, text messages by the gateway that an office plugs in.

A gateway is any callable named by ``CONSULT_SMS_GATEWAY`` as ``module:callable`` and called as
``gateway(phone, text, key=…)``: eleven digits, the whole text, and a key that is the same each time the same message
is tried, by which a gateway can leave out what it has sent already. It returns when the message is taken over,
raises `Refused` for a message that will never be taken, and anything else for a failure worth another attempt.
"""

from __future__ import annotations

import hashlib
import importlib
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from consult.clock import local
from consult.config import Settings
from consult.notices.models import Channel, OutboxMessage
from consult.notices.rules import one_line
from consult.notices.service import Letter

TIMEOUT_SECONDS = 20
Gateway = Callable[..., Any]


class _Policy(EmailPolicy):
    """E-mails as SMTP wants them.

    The standard library would write a long address in a header as an encoded word, which no mail program reads as an
    address (RFC 2369 knows none there): such a header goes out as it is, in one line, which may have 998 characters.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name == UNSUBSCRIBE:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


UNSUBSCRIBE = "List-Unsubscribe"


class Refused(Exception):
    """This message will not be taken, however often it is tried."""


class Post:
    """Delivers messages one by one; the connection to the mail server is opened with the first e-mail."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Post:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def deliver(self, row: OutboxMessage, letter: Letter) -> None:
        """Hand a message over. Raises `Refused` when there is no use in trying again, else what went wrong."""
        key = message_key(self._settings, row)
        if row.channel == Channel.SMS:
            load_gateway(self._settings.sms_gateway)(letter.recipient, letter.text, key=key)
            return
        if not self._settings.smtp_host:
            raise Refused("no mail server")
        try:
            self._connected().send_message(compose(self._settings, row, letter, key))
        except smtplib.SMTPRecipientsRefused as refused:
            self._hang_up()
            code = next((code for code, _ in refused.recipients.values()), 550)
            if code >= 500:
                raise Refused(f"SMTP {code}") from None
            raise
        except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as refused:
            self._hang_up()
            if refused.smtp_code >= 500:
                raise Refused(f"SMTP {refused.smtp_code}") from None
            raise
        except Exception:
            self._hang_up()
            raise

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            wanted = self._settings
            context = ssl.create_default_context()
            if wanted.smtp_security == "tls":
                self._server = smtplib.SMTP_SSL(
                    wanted.smtp_host, wanted.smtp_port, timeout=TIMEOUT_SECONDS, context=context
                )
            else:
                self._server = smtplib.SMTP(wanted.smtp_host, wanted.smtp_port, timeout=TIMEOUT_SECONDS)
            if wanted.smtp_security == "starttls":
                self._server.starttls(context=context)
            if wanted.smtp_user:
                self._server.login(wanted.smtp_user, wanted.smtp_password)
        return self._server

    def _hang_up(self) -> None:
        if self._server is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._server.quit()
        self._server = None


def message_key(settings: Settings, row: OutboxMessage) -> str:
    """The same for every attempt at one message, and different for all others."""
    basis = f"{settings.secret_key}:{row.id}:{row.created_at.isoformat()}"
    return hashlib.sha256(basis.encode()).hexdigest()[:32]


def compose(settings: Settings, row: OutboxMessage, letter: Letter, key: str) -> EmailMessage:
    """The e-mail of a row. Its Message-ID is the same for every attempt, so that a server that was handed it twice
    because the line broke at the wrong moment can see that."""
    message = EmailMessage(policy=_Policy(linesep="\r\n"))
    sender = settings.smtp_from
    host = urlsplit(settings.public_url).hostname or sender.rpartition("@")[2]
    message["From"] = Address(one_line(settings.organ or settings.site_name), addr_spec=sender)
    message["To"] = Address(addr_spec=letter.recipient)
    message["Subject"] = one_line(row.subject)
    message["Date"] = local(row.created_at)
    message["Message-ID"] = f"<{key}@{host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office answers stay away
    if letter.unsubscribe:
        message[UNSUBSCRIBE] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message.set_content(letter.text)
    return message


def load_gateway(place: str) -> Gateway:
    """The gateway that the setting names. Raises `Refused` when none is set, ImportError or AttributeError when it
    cannot be loaded."""
    module, colon, name = place.partition(":")
    if not place:
        raise Refused("no gateway")
    if not colon:
        raise ImportError("CONSULT_SMS_GATEWAY is written module:callable")
    found: Gateway = getattr(importlib.import_module(module), name)
    return found


def failure_name(error: Exception) -> str:
    """What is kept of a failure: its kind and number. What a server said may quote whom the message was for."""
    if isinstance(error, Refused):
        # Our own refusals are words of ours; a gateway's may be anything.
        text = str(error)
        return text if text.startswith("SMTP ") or text in ("no mail server", "no gateway") else "Refused"
    code = getattr(error, "smtp_code", None)
    return f"SMTP {code}" if isinstance(code, int) else type(error).__name__[:80]
