"""From a form to a comment: who may send it, whether a person does, what it is about, what comes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.comments import attachments, challenges, service, targets
from consult.comments.attachments import CleanFile
from consult.comments.challenges import Answer, ChallengeFailed, Challenges
from consult.comments.models import Comment
from consult.comments.phone import PhoneChecks
from consult.comments.service import NewComment, Target
from consult.drafts.models import Clause, Draft, WhoMayComment
from consult.errors import InvalidInput
from consult.vault.service import Vault


class SignInNeeded(InvalidInput):
    """The draft accepts comments of accounts only, and nobody is signed in (or no longer)."""


NO_ANSWER = Answer()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: an account or none, the opaque token of the browser, and that of its phone check."""

    account: User | None
    visitor: str
    phone_token: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """What is sent besides the words."""

    further: Sequence[Clause] = ()
    files: Sequence[CleanFile] = ()
    answer: Answer = NO_ANSWER


class Reception:
    """Receives comments from the public form. ``robots`` is None where no challenge is set."""

    def __init__(self, vault: Vault, phones: PhoneChecks, robots: Challenges | None) -> None:
        self._vault, self._phones, self._robots = vault, phones, robots
        self._desk = service.Commenting(vault)

    def needs_challenge(self, draft: Draft, account: User | None) -> bool:
        """Whether a form for this draft carries a challenge: only where nothing better says who sends it."""
        return self._robots is not None and account is None and draft.who_may_comment == WhoMayComment.ANYONE

    def receive(
        self, own: Session, sender: Sender, target: Target, new: NewComment, sent: Sending, now: datetime
    ) -> Comment:
        """Receive a comment with everything that came with it, or nothing.

        A form that arrives again is answered with the comment that came of it, whatever has changed since (P4).
        Raises `CommentingClosed`, `SignInNeeded`, `PhoneNotVerified`, `ChallengeFailed` or another `InvalidInput`.
        """
        try:
            service.check_open(target.draft, now)
            new = self._admitted(own, sender, target.draft, new, sent.answer, now)
            comment, is_new = self._desk.receive(own, sender.account, target, new, now, sender.visitor)
        except InvalidInput:
            known = service.comment_by_key(own, new.idempotency_key)
            if known is None:
                raise
            return service.same(known, new)
        if is_new:
            targets.keep(own, comment, sent.further)
            attachments.keep(own, self._vault, comment, sent.files)
        return comment

    def _admitted(
        self, own: Session, sender: Sender, draft: Draft, new: NewComment, answer: Answer, now: datetime
    ) -> NewComment:
        """What was typed, with the number that was verified. Spends the answer to the challenge."""
        if draft.who_may_comment == WhoMayComment.PHONE:
            return replace(new, phone=self._phones.number(own, sender.phone_token, now), is_verified=True)
        if draft.who_may_comment == WhoMayComment.ACCOUNT and sender.account is None:
            raise SignInNeeded("This draft asks for an account, and you are not signed in. Your text is kept below.")
        if self._robots is not None and self.needs_challenge(draft, sender.account):
            passed = self._robots.check(answer, now)
            if passed is None:
                raise ChallengeFailed("Please answer the question. Your text is kept.", field="answer")
            challenges.spend(own, passed)
        return new
