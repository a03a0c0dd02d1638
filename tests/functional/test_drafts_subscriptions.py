"""Hearing of a draft by e-mail: only who owns the address begins it, everything is told once, one press ends it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from consult.app import create_app
from consult.clock import FixedClock
from consult.config import Settings
from consult.drafts import service as draft_service
from consult.drafts.around import service
from consult.drafts.around.models import DraftSubscription
from consult.drafts.around.subscriptions import Subscriptions, not_told
from consult.drafts.models import Draft, DraftLog, DraftState
from consult.handlers import make_worker
from consult.notices.models import OutboxMessage
from consult.notices.service import Letter
from tests.factories.accounts import Accounts
from tests.factories.drafts import Drafts
from tests.support.browser import Browser

ADDRESS = "li.xiaomei@example.com"
REASON = "汛期多个乡镇交通中断，不少居民未能按时发表意见。"


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


class Office:
    """What a test sees of the letters, and how it lets time go on."""

    def __init__(self, app: Flask, own: Session, clock: FixedClock) -> None:
        self.app, self._own, self._clock = app, own, clock
        self.settings: Settings = app.extensions["consult.settings"]

    def letters(self) -> list[tuple[OutboxMessage, Letter]]:
        self._own.rollback()
        self._own.expire_all()
        outbox = self.app.extensions["consult.outbox"]
        return [
            (row, outbox.letter(row)) for row in self._own.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        ]

    def kinds(self, address: str = ADDRESS) -> list[str]:
        return [row.kind for row, letter in self.letters() if letter.recipient in (address, "")]  # or forgotten since

    def link(self, number: int = -1) -> str:
        """The path of the last link to this site in a letter."""
        found = re.findall(r"https?://\S+/subscriptions/\S+", self.letters()[number][1].text)
        return urlsplit(found[-1]).path

    def sweep(self) -> None:
        """What a worker does within the hour, and a second one does no more."""
        self._own.rollback()
        for _ in range(2):
            worker = make_worker(self.app)
            worker.do_chores()
            worker.run_all()

    def pass_time(self, **span: float) -> None:
        self._clock.advance(timedelta(**span))
        self.sweep()


@pytest.fixture
def office(app: Flask, own: Session, clock: FixedClock) -> Office:
    return Office(app, own, clock)


def ask(visitor: Browser, draft: Draft, address: str = ADDRESS, **more: str) -> int:
    typed = {"email": address, "consent": "y", **more}
    return visitor.submit(f"/drafts/{draft.slug}/subscription", {k: v for k, v in typed.items() if v}).status


@pytest.fixture
def subscribed(visitor: Browser, office: Office) -> Callable[..., str]:
    """Subscribes an address to a draft; gives the path that was confirmed."""

    def done(draft: Draft, address: str = ADDRESS) -> str:
        assert ask(visitor, draft, address) == 303
        link = office.link()
        assert visitor.submit(link, {}).status == 303
        return link

    return done


def test_nothing_is_sent_to_an_address_before_its_owner_has_confirmed(
    own: Session, drafts: Drafts, visitor: Browser, office: Office
) -> None:
    draft = drafts.open(days=20)
    assert ask(visitor, draft) == 303
    assert office.kinds() == ["draft.confirm"]
    visitor.get(office.link())  # a mail scanner that opens the link confirms nothing
    assert own.scalars(select(DraftSubscription)).one().confirmed_at is None
    office.pass_time(days=1)
    service.extend(own, drafts.officer, own.get_one(Draft, draft.id), date(2026, 10, 20), REASON, office._clock.now())
    own.commit()
    office.sweep()
    assert office.kinds() == ["draft.confirm"]


def test_the_words_of_agreement_and_an_address_are_needed_and_what_was_typed_stays(
    drafts: Drafts, visitor: Browser, office: Office
) -> None:
    draft = drafts.open(days=20)
    page = visitor.get(f"/drafts/{draft.slug}/subscription")
    assert all(word in page.words for word in ("临川县人民政府", "用途", "保存多久", "您的权利", "您的权利"))
    page = visitor.submit(f"/drafts/{draft.slug}/subscription", {"email": ADDRESS})
    assert page.status == 422 and ADDRESS in page.text
    assert ask(visitor, draft, "no address") == 422
    assert office.letters() == []


def test_a_link_runs_out_after_two_days_and_the_address_is_forgotten(
    own: Session, drafts: Drafts, visitor: Browser, office: Office, clock: FixedClock
) -> None:
    draft = drafts.open(days=20)
    ask(visitor, draft)
    link = office.link()
    clock.advance(timedelta(hours=48, seconds=1))
    assert "已失效" in visitor.get(link, status=422).words
    office.sweep()
    assert own.scalars(select(DraftSubscription)).all() == []
    visitor.get(link, status=422)


def test_a_forged_link_and_a_link_for_another_purpose_open_nothing(
    drafts: Drafts, visitor: Browser, office: Office
) -> None:
    draft = drafts.open(days=20)
    ask(visitor, draft)
    link = office.link()
    token = link.split("/")[2]
    visitor.get(f"/subscriptions/{token}", status=404)
    assert visitor.post(f"/subscriptions/{token}").status == 404
    visitor.get(f"/subscriptions/{token[:-2]}xx/confirmation", status=404)
    visitor.get("/subscriptions/WzEsMl0.x/confirmation", status=404)


def test_everything_is_told_once_in_its_time(
    own: Session, drafts: Drafts, office: Office, clock: FixedClock, subscribed: Callable[..., str]
) -> None:
    draft = drafts.published(opens_in=2, closes_in=22)
    subscribed(draft)
    office.sweep()
    assert office.kinds() == ["draft.confirm"]
    office.pass_time(days=2)
    assert office.kinds()[1:] == ["draft.opened"]
    clock.set(datetime(2026, 9, 29, 15, 59, tzinfo=UTC))  # the last minute of the 29th in Shanghai
    office.sweep()
    assert office.kinds()[2:] == []
    office.pass_time(minutes=2)  # three days before the last day, the 3rd of October
    assert office.kinds()[2:] == ["draft.closing"]
    service.extend(own, drafts.officer, own.get_one(Draft, draft.id), date(2026, 10, 20), REASON, clock.now())
    own.commit()
    office.pass_time(minutes=1)
    assert office.kinds()[3:] == ["draft.extended"]
    clock.set(datetime(2026, 10, 17, 1, 0, tzinfo=UTC))
    office.sweep()
    assert office.kinds()[4:] == ["draft.closing"]  # once more, for the new last day
    clock.set(datetime(2026, 11, 1, 1, 0, tzinfo=UTC))
    office.sweep()
    _report(own, draft, clock)
    office.pass_time(hours=1)
    assert office.kinds()[5:] == ["draft.results"]
    last = office.letters()[-1][1].text
    assert "最后一封" in last and f"/drafts/{draft.slug}/feedback\n" in last
    assert own.scalars(select(DraftSubscription)).all() == []
    office.pass_time(days=1)
    assert office.kinds()[6:] == []


def _report(own: Session, draft: Draft, clock: FixedClock) -> None:
    own.rollback()
    kept = own.get_one(Draft, draft.id)
    kept.state = DraftState.REPORTED
    own.add(DraftLog(draft_id=draft.id, at=clock.now(), from_state="published", to_state="reported"))
    own.commit()


def test_what_has_been_told_is_not_even_written_again(
    own: Session, engine: Engine, drafts: Drafts, office: Office, clock: FixedClock, subscribed: Callable[..., str]
) -> None:
    draft = drafts.open(days=20)
    subscribed(draft)
    clock.advance(timedelta(hours=1))
    service.extend(own, drafts.officer, own.get_one(Draft, draft.id), date(2026, 10, 20), REASON, clock.now())
    own.commit()
    office.sweep()
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    office.sweep()
    assert said and not [statement for statement in said if "INSERT INTO outbox_message" in statement]


def test_who_comes_later_is_not_told_of_what_was_before(
    own: Session, drafts: Drafts, office: Office, clock: FixedClock, subscribed: Callable[..., str]
) -> None:
    draft = drafts.open(days=20)
    subscribed(draft)
    clock.advance(timedelta(hours=1))
    service.extend(own, drafts.officer, own.get_one(Draft, draft.id), date(2026, 10, 20), REASON, clock.now())
    own.commit()
    clock.advance(timedelta(minutes=1))
    subscribed(draft, "wang@example.com")
    office.sweep()
    assert office.kinds() == ["draft.confirm", "draft.extended"]
    assert office.kinds("wang@example.com") == ["draft.confirm"]


def test_a_withdrawal_is_told_with_its_reason(
    own: Session, drafts: Drafts, office: Office, clock: FixedClock, subscribed: Callable[..., str]
) -> None:
    draft = drafts.open(days=20)
    subscribed(draft)
    clock.advance(timedelta(days=1))
    reason = "上位法即将修订，待修订后重新起草。"
    draft_service.withdraw(own, drafts.officer, own.get_one(Draft, draft.id), reason, clock.now())
    own.commit()
    office.pass_time(hours=1)
    assert office.kinds()[1:] == ["draft.withdrawn"] and reason in office.letters()[-1][1].text


def test_one_press_ends_a_subscription_as_mail_programs_press(
    own: Session,
    drafts: Drafts,
    app: Flask,
    visitor: Browser,
    office: Office,
    clock: FixedClock,
    subscribed: Callable[..., str],
) -> None:
    draft = drafts.open(days=20)
    subscribed(draft)
    clock.advance(timedelta(hours=1))
    service.extend(own, drafts.officer, own.get_one(Draft, draft.id), date(2026, 10, 20), REASON, clock.now())
    own.commit()
    office.pass_time(hours=1)
    letter = office.letters()[-1][1]
    assert letter.unsubscribe in letter.text
    path = urlsplit(letter.unsubscribe).path
    page = visitor.get(path)
    assert draft.title in page.words and own.scalars(select(DraftSubscription)).all() != []
    stranger = Browser(app)  # no cookies, no token of a form
    assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status == 200
    assert own.scalars(select(DraftSubscription)).all() == []
    assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status == 200
    assert "订阅已结束" in visitor.get(path).words


def test_who_asks_does_not_learn_who_subscribes_and_no_mailbox_is_filled(
    drafts: Drafts, visitor: Browser, office: Office, clock: FixedClock, subscribed: Callable[..., str]
) -> None:
    draft = drafts.open(days=20)
    subscribed(draft)
    clock.advance(timedelta(hours=2))
    assert ask(visitor, draft) == 303  # the same answer, and no letter
    assert ask(visitor, draft, "Wang@example.com") == 303
    assert ask(visitor, draft, "wang@example.com") == 303  # within the hour, one link is enough
    assert office.kinds() == ["draft.confirm"]
    assert office.kinds("Wang@example.com") == ["draft.confirm"] and office.kinds("wang@example.com") == []


def test_an_address_is_written_to_so_often_and_no_more_whoever_asks(
    drafts: Drafts, app: Flask, office: Office, clock: FixedClock
) -> None:
    several = [drafts.open(days=20) for _ in range(8)]
    answers = []
    for number, draft in enumerate(several):
        browser = Browser(app)
        browser.client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        answers.append(ask(browser, draft))
    assert answers == [303] * 6 + [429] * 2
    assert len(office.letters()) == 6


def test_the_address_is_nowhere_readable_in_the_database(
    own: Session, drafts: Drafts, subscribed: Callable[..., str]
) -> None:
    subscribed(drafts.open(days=20))
    for table in ("draft_subscription", "outbox_message", "rate_window", "audit_event", "job", "identity"):
        assert ADDRESS not in repr(own.execute(text(f"SELECT * FROM {table}")).all())


def test_addresses_that_differ_in_a_dot_are_two(drafts: Drafts, visitor: Browser, office: Office) -> None:
    draft = drafts.open(days=20)
    assert [ask(visitor, draft, a) for a in ("ab@example.com", "a.b@example.com")] == [303, 303]
    assert len(office.letters()) == 2


def test_there_is_nothing_to_subscribe_to_once_the_results_are_out(
    own: Session, drafts: Drafts, visitor: Browser, clock: FixedClock, office: Office
) -> None:
    draft = drafts.open(days=20)
    page = visitor.get(f"/drafts/{draft.slug}/subscription")
    token = page.find("main input[name=csrf_token]")[0].get("value")
    clock.advance(timedelta(days=40))
    _report(own, draft, clock)
    assert "subscription" not in visitor.get(f"/drafts/{draft.slug}").text
    answer = visitor.post(f"/drafts/{draft.slug}/subscription", {"email": ADDRESS, "consent": "y", "csrf_token": token})
    assert answer.status == 422 and office.letters() == []


def test_a_job_that_failed_is_asked_for_again_until_they_are_told(
    own: Session, drafts: Drafts, office: Office, clock: FixedClock, settings: Settings, subscribed: Callable[..., str]
) -> None:
    draft = drafts.open(days=20)
    subscribed(draft)
    clock.advance(timedelta(hours=1))
    service.extend(own, drafts.officer, own.get_one(Draft, draft.id), date(2026, 10, 20), REASON, clock.now())
    own.commit()
    other = create_app(replace(settings, vault_key=Fernet.generate_key().decode()), clock)
    worker = make_worker(other)
    worker.do_chores()
    assert worker.run_all() == 1 and worker.run_all() == 0
    other.extensions["consult.engine"].dispose()
    assert office.kinds() == ["draft.confirm"]
    office.sweep()  # with the right key they are told after all
    assert office.kinds() == ["draft.confirm", "draft.extended"]


def test_letters_of_a_job_that_died_half_way_are_not_written_again(
    own: Session, drafts: Drafts, app: Flask, office: Office, clock: FixedClock, subscribed: Callable[..., str]
) -> None:
    draft = drafts.open(days=20)
    subscribed(draft)
    subscribed(draft, "wang@example.com")
    clock.advance(timedelta(hours=1))
    service.extend(own, drafts.officer, own.get_one(Draft, draft.id), date(2026, 10, 20), REASON, clock.now())
    own.commit()
    keeper = Subscriptions(app.extensions["consult.vault"], app.extensions["consult.outbox"], office.settings)
    (happening,) = not_told(own, own.get_one(Draft, draft.id), clock.now())[-1:]
    first = own.scalars(select(DraftSubscription.id).order_by(DraftSubscription.id)).first()
    assert first is not None and keeper.write(own, own.get_one(Draft, draft.id), happening, first, clock.now()) > first
    own.commit()  # the second of the two has been written to
    office.sweep()
    for address in (ADDRESS, "wang@example.com"):
        assert office.kinds(address) == ["draft.confirm", "draft.extended"]


def test_a_reminder_that_comes_too_late_is_not_written(
    drafts: Drafts, office: Office, clock: FixedClock, subscribed: Callable[..., str]
) -> None:
    draft = drafts.published(opens_in=2, closes_in=22)
    subscribed(draft)
    clock.advance(timedelta(days=23))  # no worker ran all the while
    office.sweep()
    assert office.kinds() == ["draft.confirm"]
