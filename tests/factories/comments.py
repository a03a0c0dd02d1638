"""Comments for tests, made by the service that the public form uses."""

from __future__ import annotations

import secrets

from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.clock import Clock
from consult.comments import service
from consult.comments.models import Comment, CommentState
from consult.drafts.models import Clause, Draft
from consult.drafts.queries import current_version
from consult.vault.service import Vault


class Comments:
    """Makes comments in any status and commits them."""

    def __init__(self, own: Session, clock: Clock, vault: Vault) -> None:
        self._own, self._clock, self._vault = own, clock, vault

    def pending(
        self,
        draft: Draft,
        body: str = "停放位应当装上充电桩。",
        *,
        clause: Clause | None = None,
        author: User | None = None,
        visitor: str = "",
        **typed: object,
    ) -> Comment:
        """A comment that waits for review; without an author, of another visitor each time."""
        values: dict[str, object] = {"stance": "support", "consent_publish": True, **typed}
        new = service.NewComment(body=body, idempotency_key=secrets.token_hex(16), **values)  # type: ignore[arg-type]
        comment = service.Commenting(self._vault).submit(
            self._own,
            author,
            service.Target(draft, current_version(self._own, draft), clause),
            new,
            self._clock.now(),
            visitor or secrets.token_hex(8),
        )
        self._own.commit()
        return comment

    def accepted(self, draft: Draft, officer: User, body: str = "停放位应当装上充电桩。", **more: object) -> Comment:
        return self.decided(
            self.pending(draft, body, **more),  # type: ignore[arg-type]
            officer,
            service.Decision(CommentState.ACCEPTED),
        )

    def refused(self, draft: Draft, officer: User, body: str = "加微信办贷款。", **more: object) -> Comment:
        return self.decided(
            self.pending(draft, body, **more),  # type: ignore[arg-type]
            officer,
            service.Decision(CommentState.REFUSED, "advertising"),
        )

    def decided(self, comment: Comment, officer: User, decision: service.Decision) -> Comment:
        service.decide(self._own, officer, [comment.id], decision, self._clock.now())
        self._own.commit()
        self._own.refresh(comment)
        return comment
