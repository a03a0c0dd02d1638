"""Hearing of one draft by e-mail: asked for, confirmed by whoever owns the address, ended by one press."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consult.clock import local
from consult.config import Settings
from consult.db import insert_ignoring
from consult.drafts.around import rules
from consult.drafts.around.happenings import LAST, Happening, of_draft
from consult.drafts.around.models import DraftSubscription, DraftTold
from consult.drafts.around.wording import (
    CONFIRM,
    CONFIRM_SUBJECT,
    LAST_MAIL,
    MAIL,
    MAIL_END,
    MAIL_SUBJECT,
)
from consult.drafts.models import Draft, DraftState
from consult.errors import InvalidInput, NotFound
from consult.jobs.service import enqueue
from consult.notices.rules import mail_address
from consult.notices.service import AT_ONCE, Mail, Outbox
from consult.vault.service import Person, Vault

TELL = "drafts.tell"
#: Of what subscribers are told. Publication comes before anybody can subscribe.
_TOLD = frozenset(
    {"opened", "closing", "extended", "version", "hearing", "hearing_cancelled", "hearing_reported", *LAST}
)
#: By the kind of a happening, where it differs from "draft." and the kind.
_MAIL_KINDS = {"hearing_cancelled": "draft.hearing", "hearing_reported": "draft.hearing"}
_CONFIRM, _END = "c", "u"


class LinkExpired(InvalidInput):
    """The link to confirm a subscription has run out, or the subscription is no longer there."""


class Subscriptions:
    """Keeps subscriptions: bound to the vault that seals addresses and to the outbox that writes to them.

    ``base`` is where the site is reached from outside: the setting, or what the request came to.
    """

    def __init__(self, vault: Vault, outbox: Outbox, settings: Settings, base: str = "") -> None:
        self._vault, self._outbox, self._settings = vault, outbox, settings
        self._base = settings.public_url or base
        self._signer = URLSafeSerializer(settings.secret_key, salt="draft-subscription")

    def key_of(self, typed: str) -> str:
        """The digest by which limits count an address. Raises `InvalidInput` for what is none."""
        address = mail_address(typed)
        if not address:
            raise InvalidInput("This is no e-mail address. It should look like name@example.com.", field="email")
        # The vault reads contacts as people do and leaves dots and dashes out; in an address they make a difference.
        return self._vault.person_key(Person(), fallback=hashlib.sha256(address.lower().encode()).hexdigest())

    def ask(self, own: Session, draft: Draft, typed: str, now: datetime) -> None:
        """Send a link to an address; only behind it the subscription begins.

        Who asks learns nothing of whether the address is subscribed already. Raises `InvalidInput` for what is no
        address, and for a draft of which there is nothing more to tell.
        """
        if draft.state != DraftState.PUBLISHED:
            raise InvalidInput("There is nothing more to be told of this draft.")
        key, address = self.key_of(typed), mail_address(typed)
        row = own.scalar(
            select(DraftSubscription).where(
                DraftSubscription.draft_id == draft.id, DraftSubscription.address_key == key
            )
        )
        if row is not None and (row.confirmed_at is not None or row.asked_at > now - rules.ASK_AGAIN_AFTER):
            return
        if row is None:
            sealed = self._vault.seal_bytes(address.encode())
            row = DraftSubscription(draft_id=draft.id, sealed=sealed, address_key=key, asked_at=now)
            try:
                with own.begin_nested():
                    own.add(row)
            except IntegrityError:
                return  # the same was asked for at the same moment, and that request sends the link
        row.asked_at = now
        until = int((now + rules.CONFIRM_WITHIN).timestamp())
        link = f"{self._base}/subscriptions/{self._token(row, _CONFIRM, until)}/confirmation"
        text = CONFIRM.format(title=draft.title, url=link, site=self._settings.site_name)
        subject = CONFIRM_SUBJECT.format(title=draft.title)
        self._outbox.send(own, Mail(address, subject, text, kind="draft.confirm"), now)

    def _token(self, row: DraftSubscription, purpose: str, until: int = 0) -> str:
        return str(self._signer.dumps([row.id, row.address_key[:12], purpose, until]))

    def _row(self, own: Session, token: str, purpose: str) -> tuple[DraftSubscription | None, int]:
        """The subscription that a link names, and until when the link works. Raises `NotFound` for a forged one."""
        try:
            row_id, key, found, until = self._signer.loads(token)
        except (BadSignature, ValueError, TypeError):
            raise NotFound() from None
        if found != purpose:
            raise NotFound()
        row = own.get(DraftSubscription, row_id)
        return (row if row is not None and row.address_key.startswith(key) else None), until

    def to_confirm(self, own: Session, token: str, now: datetime) -> DraftSubscription:
        """The subscription behind a link to confirm it. Raises `LinkExpired`, `NotFound`."""
        row, until = self._row(own, token, _CONFIRM)
        if row is None or (row.confirmed_at is None and now.timestamp() > until):
            raise LinkExpired("This link has run out. Please subscribe again on the draft's page.")
        return row

    def confirm(self, own: Session, token: str, now: datetime) -> DraftSubscription:
        """Begin a subscription; pressing twice is as once. Raises `LinkExpired`, `NotFound`."""
        row = self.to_confirm(own, token, now)
        row.confirmed_at = row.confirmed_at or now
        return row

    def to_end(self, own: Session, token: str) -> DraftSubscription | None:
        """The subscription behind a link that ends it; None when it has ended already. Raises `NotFound`."""
        return self._row(own, token, _END)[0]

    def end(self, own: Session, token: str) -> None:
        """End a subscription and forget its address; pressing twice is as once. Raises `NotFound`."""
        row = self.to_end(own, token)
        if row is not None:
            own.delete(row)

    def write(self, own: Session, draft: Draft, happening: Happening, after: int, now: datetime) -> int:
        """Write to the next subscribers who confirmed before a thing happened; the id of the last one, 0 for none.

        Each of them is written to once of each thing, however often this is called.
        """
        rows = own.scalars(
            select(DraftSubscription)
            .where(
                DraftSubscription.draft_id == draft.id,
                DraftSubscription.id > after,
                DraftSubscription.confirmed_at < happening.at,
            )
            .order_by(DraftSubscription.id)
            .limit(AT_ONCE)
        ).all()
        self._outbox.send_all(own, [self._mail(draft, happening, row) for row in rows], now)
        return rows[-1].id if rows else 0

    def _mail(self, draft: Draft, happening: Happening, row: DraftSubscription) -> Mail:
        page = f"{self._base}/drafts/{draft.slug}{happening.place if happening.kind == 'results' else ''}"
        end = f"{self._base}/subscriptions/{self._token(row, _END)}"
        text = MAIL.format(title=draft.title, what=happening.headline, summary=happening.summary, url=page)
        text += LAST_MAIL if happening.kind in LAST else ""
        text += MAIL_END.format(unsubscribe=end, site=self._settings.site_name)
        return Mail(
            self._vault.open_bytes(row.sealed).decode(),
            MAIL_SUBJECT.format(what=happening.headline, title=draft.title),
            text,
            kind=_MAIL_KINDS.get(happening.kind, f"draft.{happening.kind}"),
            dedupe=f"subscription:{row.id}:{local(row.asked_at):%Y%m%d%H%M%S}:{happening.key}",
            unsubscribe=end,
        )


def not_told(own: Session, draft: Draft, now: datetime) -> list[Happening]:
    """What happened to a draft and its subscribers have not been told, the oldest first."""
    happenings = [h for h in of_draft(own, draft, now) if h.kind in _TOLD]
    told = set(own.scalars(select(DraftTold.happening).where(DraftTold.draft_id == draft.id)))
    return [h for h in reversed(happenings) if h.key not in told]


def note_told(own: Session, draft: Draft, happenings: Sequence[Happening], now: datetime) -> None:
    """Note that subscribers have been told; after the last thing there is to tell, their addresses are deleted."""
    for happening in happenings:
        insert_ignoring(own, DraftTold, draft_id=draft.id, happening=happening.key, at=now)
    if any(h.kind in LAST for h in happenings):
        own.execute(delete(DraftSubscription).where(DraftSubscription.draft_id == draft.id))


def sweep(own: Session, now: datetime) -> None:
    """A chore: have subscribers told of what is new, and forget who did not confirm in time.

    Several workers may do so at once: a draft has one job at a time, and a failed one is asked for again.
    """
    own.execute(
        delete(DraftSubscription).where(
            DraftSubscription.confirmed_at.is_(None), DraftSubscription.asked_at < now - rules.CONFIRM_WITHIN
        )
    )
    followed = select(DraftSubscription.draft_id).where(DraftSubscription.confirmed_at.is_not(None)).distinct()
    for draft in own.scalars(select(Draft).where(Draft.id.in_(followed)).order_by(Draft.id)).all():
        if not_told(own, draft, now):
            enqueue(own, TELL, {"draft": draft.id}, now=now, unique_key=f"{TELL}:{draft.id}")
