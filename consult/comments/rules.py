"""What a comment may be, how it may change its status, and who may read it. Pure functions."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata

from consult.comments.models import Comment, CommentState, Stance

MIN_BODY = 2
MAX_BODY = 5_000
MAX_REWORDING = 5_000
MAX_NOTE = 500
MAX_BULK = 200
#: Of a correction of the stance that the machine judged.
MAX_REASON = 200

#: From which status a person may take a comment to which. A reviewer may correct a decision: take a
#: public comment down, or publish a refused one on appeal (rule R54). What was taken back stays so.
TRANSITIONS: dict[CommentState, frozenset[CommentState]] = {
    CommentState.PENDING: frozenset({CommentState.ACCEPTED, CommentState.REFUSED, CommentState.WITHDRAWN}),
    CommentState.ACCEPTED: frozenset({CommentState.REFUSED, CommentState.WITHDRAWN}),
    CommentState.REFUSED: frozenset({CommentState.ACCEPTED}),
    CommentState.WITHDRAWN: frozenset(),
}
#: Statuses that count: received and not taken out by review or by the author.
COUNTED = (CommentState.PENDING, CommentState.ACCEPTED)

#: Letters and digits that cannot be mistaken for each other when read aloud or written by hand.
RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_LENGTH = 12
_PHONE = re.compile(r"\+?[0-9][0-9 \-]{5,18}[0-9]")


def can_move(state: str, to: CommentState) -> bool:
    """Whether a comment may change from one status to another."""
    return to in TRANSITIONS[CommentState(state)]


def is_shown(comment: Comment) -> bool:
    """Whether everybody may read this comment: reviewed, and its author agreed."""
    return comment.state == CommentState.ACCEPTED and comment.consent_publish


def new_receipt_code() -> str:
    """A code of 12 random unambiguous characters, about 59 bits (rule R31)."""
    return "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(RECEIPT_LENGTH))


def normalise_receipt_code(typed: str) -> str:
    """A code as it is stored, however it was typed: spaces, hyphens, full width and case do not matter."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isalnum())


def text_hash(body: str, rewording: str = "") -> str:
    """Equal for texts that differ only in spaces, punctuation, width and case (不同文本, rule R13)."""
    plain = unicodedata.normalize("NFKC", body + rewording).casefold()
    letters = "".join(c for c in plain if unicodedata.category(c)[0] in "LN")
    return hashlib.sha256((letters or plain).encode()).hexdigest()[:32]


def is_phone(typed: str) -> bool:
    """Whether this can be a phone number: 7 to 20 digits, with + - and spaces between."""
    return bool(_PHONE.fullmatch(unicodedata.normalize("NFKC", typed).strip()))


def chose_a_stance(comment: Comment) -> bool:
    """Whether the author said where they stand. Then nobody judges it, and no judgement of it counts."""
    return comment.stance != Stance.OTHER


def read_hash(body: str) -> str:
    """Changes when anything that a stance is read out of changes."""
    return hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()
