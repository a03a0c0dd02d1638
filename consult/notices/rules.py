"""What an address must look like, how a recipient is shown, and when a message is tried again. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

#: Wait before the next attempt, by the number of attempts made; after the last one a message has failed.
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")


def mail_address(typed: str) -> str:
    """The one plain address that was typed, its host in lower case and ASCII; "" when it is none.

    Names, comments, quotes, lists and line ends are no addresses, so that nothing typed becomes a header.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    local, at, host = text.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local) > 64:
        return ""
    try:
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    labels = host.split(".")
    if len(labels) < 2 or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return ""
    return f"{local}@{host}"


def mobile_number(typed: str) -> str:
    """The eleven digits of a mobile phone however they were typed; "" when it is none."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", typed) if c.isdigit() or c == "+")
    found = _PHONE.fullmatch(digits)
    return found[1] if found else ""


def masked(recipient: str) -> str:
    """A recipient as a list shows it: z***@example.com, 138****5678; "—" when it is forgotten."""
    if not recipient:
        return "—"
    local, at, host = recipient.rpartition("@")
    if at:
        return f"{local[:1]}***@{host}"
    return f"{recipient[:3]}****{recipient[-4:]}"


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts; None when there is no further one."""
    return BACKOFF[attempts - 1] if attempts <= len(BACKOFF) else None


def one_line(text: str) -> str:
    """A header's text: one line, without control characters."""
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in text).split())
