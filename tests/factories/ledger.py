"""Ledgers for tests, made by the services that the desk uses; comments by the thousand are put in as rows."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.clock import Clock
from consult.comments import rules as comment_rules
from consult.comments.models import Comment, CommentState
from consult.drafts.models import Clause, Draft, DraftVersion
from consult.ledger import publishing, queries, service
from consult.ledger.models import Entry, LedgerEdition
from consult.ledger.publishing import Publication
from consult.ledger.queries import Filter
from consult.ledger.service import Done, Found, Ticked, Verdict
from tests.factories.accounts import Accounts

REASON = "与上位法的规定不一致。"


class Ledgers:
    """Decides, confirms and publishes, and commits; one officer decides, another confirms."""

    def __init__(self, own: Session, clock: Clock, accounts: Accounts) -> None:
        self._own, self._clock = own, clock
        self.first, self.second = accounts.make("officer"), accounts.make("officer")

    def seen(self, *comments: Comment | int) -> Ticked:
        """Comments ticked with the revisions they have now."""
        ids = [c if isinstance(c, int) else c.id for c in comments]
        rows = self._own.execute(select(Entry.comment_id, Entry.revision).where(Entry.comment_id.in_(ids)))
        revisions = {int(number): int(revision) for number, revision in rows}
        return Ticked(tuple((i, revisions.get(i, 0)) for i in ids))

    def found(self, wanted: Filter) -> Found:
        """Everything that a filter finds now."""
        draft = self._own.get_one(Draft, wanted.draft_id)
        return Found(wanted, queries.count(self._own, wanted), queries.last_action(self._own, draft))

    def decide(
        self,
        draft: Draft,
        comments: Sequence[Comment | int],
        outcome: str = "adopted",
        *,
        actor: User | None = None,
        **more: object,
    ) -> Done:
        """Decide on ticked comments; everything but 采纳 and 重复 gets a reason when none is given."""
        needs = service.rules.needs_reason(outcome)
        verdict = Verdict(outcome, **{"reason": REASON if needs else "", **more})  # type: ignore[arg-type]
        return self.press(draft, self.seen(*comments), verdict, actor=actor)

    def press(
        self,
        draft: Draft,
        selection: service.Selection,
        verdict: Verdict,
        *,
        actor: User | None = None,
        key: str = "",
    ) -> Done:
        done = service.decide(
            self._own, actor or self.first, draft, selection, verdict, key or secrets.token_hex(16), self._clock.now()
        )
        self._own.commit()
        return done

    def merge(self, draft: Draft) -> Done:
        last = queries.last_action(self._own, draft)
        done = service.merge_equal(self._own, self.first, draft, last, secrets.token_hex(16), self._clock.now())
        self._own.commit()
        return done

    def confirm(self, draft: Draft, actor: User | None = None) -> Done:
        """Confirm everything that waits for it."""
        selection = self.found(Filter(draft.id, status="drafted"))
        key = secrets.token_hex(16)
        done = service.review(self._own, actor or self.second, draft, selection, key, self._clock.now())
        self._own.commit()
        return done

    def clear(self, draft: Draft, *comments: Comment | int) -> Done:
        key = secrets.token_hex(16)
        done = service.clear(self._own, self.first, draft, self.seen(*comments), key, self._clock.now())
        self._own.commit()
        return done

    def publish(self, draft: Draft, reason: str = "") -> LedgerEdition:
        wanted = Publication(len(publishing.editions(self._own, draft)), reason)
        edition = publishing.publish(self._own, self.second, draft, wanted, self._clock.now())
        self._own.commit()
        return edition

    def many(
        self, draft: Draft, version: DraftVersion, places: Sequence[Clause | None], texts: Sequence[str]
    ) -> list[int]:
        """Accepted comments by the thousand, of another person each, over the places in turn; their ids."""
        now, start = self._clock.now(), len(self._own.scalars(select(Comment.id)).all())
        rows = []
        for n, text in enumerate(texts, start):
            place = places[n % len(places)]
            rows.append(
                {
                    "draft_id": draft.id,
                    "version_id": version.id,
                    "clause_id": place.id if place else None,
                    "clause_key": place.stable_key if place else "",
                    "stance": ("support", "oppose", "amend", "other")[n % 4],
                    "body": text,
                    "rewording": "",
                    "text_hash": comment_rules.text_hash(text),
                    "person_key": f"person{n}",
                    "signature": "李**",
                    "receipt_code": f"{n:012}",
                    "idempotency_key": f"{n:032x}",
                    "consent_publish": n % 5 != 4,
                    "state": CommentState.ACCEPTED,
                    "refusal_note": "",
                    "decided_at": now,
                    "submitted_at": now,
                    "endorsements": 0,
                }
            )
        self._own.execute(insert(Comment), rows)
        self._own.commit()
        return list(self._own.scalars(select(Comment.id).where(Comment.draft_id == draft.id).order_by(Comment.id)))
