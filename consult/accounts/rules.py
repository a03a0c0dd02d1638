"""What roles may do, and what a password and a handle must be."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from consult.accounts.models import Role
from consult.web.access import Permission as P

#: What each role may do. The auditor changes nothing, the administrator reads no identity and no
#: submission's text, and nobody can alter the audit log (rule R53).
ROLE_PERMISSIONS: dict[str, frozenset[P]] = {
    Role.CITIZEN: frozenset(),
    Role.LEADER: frozenset(
        {P.DESK, P.ISSUES_READ, P.RESPONSES_READ, P.RESPONSES_DRAFT, P.RESPONSES_PUBLISH, P.BULLETINS_READ}
    ),
    Role.OFFICER: frozenset(
        {
            P.DESK,
            P.DRAFTS_EDIT,
            P.COMMENTS_REVIEW,
            P.REVIEW_LOG,
            P.LEDGER_EDIT,
            P.HOTLINE_READ,
            P.HOTLINE_EDIT,
            P.HOTLINE_IMPORT,
            P.IDENTITY_REVEAL,
            P.ISSUES_READ,
            P.ISSUES_DECIDE,
            P.TONES_CORRECT,
            P.MODELS_MANAGE,
            P.RESPONSES_READ,
            P.RESPONSES_DRAFT,
            P.BULLETINS_READ,
            P.BULLETINS_BUILD,
            P.BULLETINS_SIGN,
            P.JOBS_READ,
            P.OUTBOX_MANAGE,
        }
    ),
    Role.UNIT: frozenset({P.DESK, P.RESPONSES_READ, P.RESPONSES_DRAFT}),
    Role.AUDITOR: frozenset({P.DESK, P.AUDIT_READ, P.REVIEW_LOG}),
    Role.ADMINISTRATOR: frozenset({P.DESK, P.ACCOUNTS_MANAGE, P.JOBS_READ, P.MODELS_MANAGE, P.OUTBOX_MANAGE}),
}

MAX_FAILURES = 5  #: rule R52
LOCK_FOR = timedelta(minutes=30)  #: rule R52
MIN_PASSWORD = 8
MAX_PASSWORD = 128
_HANDLE = re.compile(r"[0-9a-z\u4e00-\u9fff][0-9a-z_.@\-\u4e00-\u9fff]{1,38}[0-9a-z\u4e00-\u9fff]")


def can(role: str, permission: str) -> bool:
    """Whether a role holds a permission."""
    return permission in ROLE_PERMISSIONS.get(role, frozenset())


def normalise_handle(typed: str) -> str:
    """One spelling for a handle: full-width and case differences make no second account."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def is_handle(handle: str) -> bool:
    """Whether a normalised handle is acceptable: 3–40 letters, digits, Han, and . _ - @ inside."""
    return bool(_HANDLE.fullmatch(handle))


def is_strong_password(password: str) -> bool:
    """At least 8 characters from at least 3 of: lower case, upper case, digits, everything else (R52)."""
    classes = (
        any(c.islower() for c in password),
        any(c.isupper() for c in password),
        any(c.isdigit() for c in password),
        any(not c.isalnum() or ord(c) > 127 for c in password),
    )
    return MIN_PASSWORD <= len(password) <= MAX_PASSWORD and sum(classes) >= 3


def masked_name(name: str) -> str:
    """A person's name as the public sees it: the first character and stars (rule R57)."""
    name = name.strip()
    return name[:1] + "**" if name else "市民"
