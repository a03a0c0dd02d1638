"""What somebody of ill will tries, and what the site answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.audit.models import AuditEvent
from consult.clock import FixedClock
from consult.errors import InvalidInput, TooManyRequests
from consult.hotline import service as hotline_service
from consult.jobs import service as jobs
from consult.responses.models import Thread
from consult.vault.service import Person
from consult.web import limits
from tests.factories.accounts import PASSWORD, Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.factories.hotline import Hotline
from tests.support.browser import Browser


@pytest.fixture
def hotline(app: Flask, own: Session, clock: FixedClock) -> Hotline:
    return Hotline(app, own, clock)


#: Browsers leave tabs and line ends out of an address before they read it (URL Standard, 4.4).
HIDDEN_SLASHES = ("/\t/evil.example", "/\r/evil.example", "/\n/evil.example", "/\t\\evil.example", "\t//evil.example")


@pytest.mark.parametrize("target", HIDDEN_SLASHES)
def test_white_space_between_slashes_leads_to_no_other_site(visitor: Browser, target: str) -> None:
    assert visitor.get("/preferences", status=303, query_string={"next": target, "lang": "en"}).location == "/"


@pytest.mark.parametrize("target", HIDDEN_SLASHES)
def test_signing_in_leads_to_no_other_site(app: Flask, accounts: Accounts, target: str) -> None:
    handle = accounts.make("citizen").handle
    sent = Browser(app).submit("/sign-in", {"handle": handle, "password": PASSWORD, "next": target})
    assert (sent.status, sent.location) == (303, "/")


def test_a_message_taken_off_the_public_list_is_gone_from_the_thread_about_it(
    own: Session,
    hotline: Hotline,
    accounts: Accounts,
    clock: FixedClock,
    visitor: Browser,
) -> None:
    officer, leader = accounts.make("officer"), accounts.make("leader")
    order = hotline.accepted(officer, body="暗号留言戌：隔壁那家人的私事不该这样写出来，请收回去，不要让大家看。")
    thread = hotline_service.ask_leader(own, officer, order, leader.id, clock.now())
    own.commit()
    assert "暗号留言戌" in visitor.get(f"/responses/{thread.id}").words
    hotline_service.move(own, officer, order, hotline_service.Move("refused", reason="privacy"), clock.now())
    own.commit()
    visitor.get(f"/messages/{order.number}", status=404)
    visitor.get(f"/responses/{thread.id}", status=404)
    for address in ("/", "/responses", "/search?q=暗号留言戌", "/responses.atom", "/messages.atom"):
        page = visitor.get(address)
        assert "暗号留言戌：隔壁" not in page.response.get_data(as_text=True), address


def test_a_message_accepted_again_is_public_again_with_its_thread(
    own: Session,
    hotline: Hotline,
    accounts: Accounts,
    clock: FixedClock,
) -> None:
    officer, leader = accounts.make("officer"), accounts.make("leader")
    order = hotline.accepted(officer)
    thread = hotline_service.ask_leader(own, officer, order, leader.id, clock.now())
    for after, note in (("refused", ""), ("pending", "作者申诉有理")):
        step = hotline_service.Move(after, note, "privacy" if after == "refused" else "")
        hotline_service.move(own, officer, order, step, clock.now())
    assert not thread.is_public
    decision = hotline_service.Decision(accepts=True, publishes=True)
    hotline_service.review_message(own, officer, order, decision, clock.now())
    own.commit()
    assert own.scalars(select(Thread.is_public)).all() == [True]


@pytest.mark.parametrize("character", ["\ufffe", "\uffff"])
def test_a_character_that_no_xml_can_hold_breaks_no_feed(
    visitor: Browser, own: Session, hotline: Hotline, accounts: Accounts, character: str
) -> None:
    hotline.accepted(accounts.make("officer"), title=f"路灯{character}不亮")
    feed = visitor.get("/messages.atom").response.get_data()
    assert "路灯不亮" in "".join(ET.fromstring(feed).itertext())


def _wrong_codes(browser: Browser, address: str, number: int, status: int = 404) -> None:
    for n in range(number):
        browser.get(address.format(f"2222-2222-{n:04}".replace("0", "A").replace("1", "B")), status=status)


@pytest.mark.parametrize("address", ["/receipt/{}", "/receipt/{}/take-back", "/messages/sent/{}"])
def test_whoever_has_guessed_too_often_learns_nothing_even_from_a_right_code(
    visitor: Browser, hotline: Hotline, own: Session, accounts: Accounts, clock: FixedClock, app: Flask, address: str
) -> None:
    code = hotline.message().receipt_code
    if "take-back" in address:
        drafts = Drafts(own, clock, accounts)
        code = Comments(own, clock, app.extensions["consult.vault"]).pending(drafts.open(), "一条意见。").receipt_code
    assert code is not None
    visitor.get(address.format(code))
    _wrong_codes(visitor, address, limits.RECEIPT.count)
    visitor.get(address.format(code), status=429)


def test_a_household_with_a_whole_network_of_addresses_has_one_allowance(app: Flask) -> None:
    browser, found = Browser(app), []
    token = browser.get("/receipt").find("input[name=csrf_token]")[0].get("value")
    for n in range(limits.RECEIPT.count + 2):
        where: dict[str, Any] = {"environ_overrides": {"REMOTE_ADDR": f"2001:db8:0:7::{n:x}"}}
        found.append(browser.post("/receipt", {"csrf_token": token, "code": "NNNN"}, **where).status)
    assert found == [422] * limits.RECEIPT.count + [429] * 2


def test_the_reason_for_a_reveal_brings_no_phone_number_into_the_log(
    own: Session, hotline: Hotline, sign_in: Callable[..., Browser]
) -> None:
    order = hotline.message(name="欧阳鸣鹤", phone="13988887777")
    officer = sign_in("officer")
    page = f"/desk/hotline/orders/{order.number}"
    officer.submit(f"{page}/identity", {"reason": "回拨 13988887777 核实"}, form_at=page)
    kept = own.scalars(select(AuditEvent).where(AuditEvent.action == "vault:identity:revealed")).one()
    assert json.loads(kept.detail)["reason"] == "回拨 139****7777 核实"


def test_a_form_sent_again_with_other_words_is_not_taken_for_the_first(
    own: Session, visitor: Browser, accounts: Accounts, clock: FixedClock
) -> None:
    drafts = Drafts(own, clock, accounts)
    address = f"/drafts/{drafts.open().slug}/comments"
    key = visitor.get(address).find("input[name=idempotency_key]")[0].get("value")
    form = {"stance": "support", "idempotency_key": key}
    first = visitor.submit(address, {**form, "body": "前一位在这台机器上写下的话。"})
    second = visitor.submit(address, {**form, "body": "后一位按了返回键另写的话。"})
    assert first.status == 303 and second.status == 422
    again = second.find("input[name=idempotency_key]")[0].get("value")
    assert again != key and "后一位按了返回键另写的话。" in second.text
    third = visitor.submit(address, {**form, "idempotency_key": again, "body": "后一位按了返回键另写的话。"})
    assert third.status == 303 and third.location != first.location


def test_a_message_sent_again_with_other_words_is_not_taken_for_the_first(visitor: Browser) -> None:
    key = visitor.get("/messages/new").find("input[name=idempotency_key]")[0].get("value")
    form = {"kind": "plea", "field": "construction", "title": "路灯", "consents": "y", "idempotency_key": key}
    first = visitor.submit("/messages/new", {**form, "body": "前一位在这台机器上写下的话，说的是路灯不亮。"})
    second = visitor.submit("/messages/new", {**form, "body": "后一位按了返回键另写的话，说的是井盖松动。"})
    assert first.status == 303 and second.status == 422
    again = second.find("input[name=idempotency_key]")[0].get("value")
    assert again != key and "井盖松动" in second.text


@pytest.mark.parametrize("data", [b'[{"id": "1", "text": "x\\ud800 y"}]', b'[{"te\\ud800xt": "words"}]'])
def test_half_a_character_in_a_file_breaks_no_page(sign_in: Callable[..., Browser], data: bytes) -> None:
    officer = sign_in("officer")
    sent = officer.submit(
        "/desk/hotline/imports", {"source": "x", "file": (BytesIO(data), "a.json")}, content_type="multipart/form-data"
    )
    assert sent.status == 303
    officer.get(sent.location)


def test_a_limit_holds_in_every_span_of_its_length_also_across_the_edge_of_a_clock_hour(
    app: Flask, clock: FixedClock
) -> None:
    engine, limit = app.extensions["consult.engine"], limits.Limit("edge", 20, 600)
    passed: list[datetime] = []
    begin = clock.now()
    for second in range(0, 2400, 5):
        # Somebody who sends bursts when each clock window of ten minutes ends and begins, and tries in between.
        at = begin + timedelta(seconds=second)
        for _ in range(12 if second % 600 > 560 or second % 600 < 40 else 1):
            try:
                limits.hit(engine, limit, "198.51.100.7", at)
            except TooManyRequests as refused:
                assert 0 < refused.retry_after <= 661
            else:
                passed.append(at)
    most = max(sum(0 <= (b - a).total_seconds() < 600 for b in passed) for a in passed)
    assert most == 20
    assert len(passed) >= 60, "who waits is let in again"


def test_who_comes_back_when_told_to_is_let_in(app: Flask, clock: FixedClock) -> None:
    engine, limit = app.extensions["consult.engine"], limits.Limit("told", 5, 600)
    for _ in range(5):
        limits.hit(engine, limit, "198.51.100.7", clock.now())
        clock.advance(timedelta(seconds=7))
    for attempt in (limits.hit, limits.check):
        with pytest.raises(TooManyRequests) as refused:
            attempt(engine, limit, "198.51.100.7", clock.now())
    clock.advance(timedelta(seconds=refused.value.retry_after))
    limits.check(engine, limit, "198.51.100.7", clock.now())
    limits.hit(engine, limit, "198.51.100.7", clock.now())


def test_the_sign_in_page_answers_alike_for_accounts_that_there_are_and_are_not(
    app: Flask, accounts: Accounts, monkeypatch: pytest.MonkeyPatch, clock: FixedClock
) -> None:
    account = accounts.make("officer")
    checked: list[str] = []
    real = PasswordHasher.verify

    def counted(hasher: PasswordHasher, password_hash: str, password: str) -> bool:
        checked.append(password_hash)
        return real(hasher, password_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    answers: dict[str, set[str]] = {account.handle: set(), "nobody.here": set()}
    for handle, seen in answers.items():
        for n in range(7):
            # The seventh has the right password, and meets an account that is locked by then.
            password = PASSWORD if n == 6 else "Wrong-password-1"
            page = Browser(app).submit("/sign-in", {"handle": handle, "password": password})
            assert page.status == 422
            seen.add(" ".join(page.find(".govuk-error-summary")[0].text_content().split()))
    assert answers[account.handle] == answers["nobody.here"] and len(answers["nobody.here"]) == 1
    # The costly part is done once for each attempt, with a hash of the same cost.
    assert len(checked) == 14
    assert len({one.rsplit("$", 2)[0] for one in checked}) == 1
    clock.advance(timedelta(minutes=31))
    assert Browser(app).submit("/sign-in", {"handle": account.handle, "password": PASSWORD}).status == 303


@pytest.mark.parametrize(
    "handle", ["13812345678", "138-1234-5678", "１３８１２３４５６７８", "zhang@163.com", "430104199003074512"]
)
def test_a_user_name_that_tells_who_somebody_is_is_not_stored(app: Flask, own: Session, handle: str) -> None:
    form = {"handle": handle, "display_name": "张 13912345678", "password": PASSWORD, "consent": "y"}
    page = Browser(app).submit("/sign-up", form)
    assert page.status == 422 and "用户名不能是手机号" in page.words
    assert own.scalars(select(User)).all() == []
    own.rollback()
    assert Browser(app).submit("/sign-up", {**form, "handle": "zhang.wei"}).status == 303
    assert own.scalars(select(User.display_name)).all() == ["张 139****5678"]


@pytest.mark.parametrize("address", ["/receipt/{}", "/receipt/{}/take-back", "/messages/sent/{}"])
def test_no_shared_computer_keeps_what_somebody_said(
    visitor: Browser, hotline: Hotline, own: Session, accounts: Accounts, clock: FixedClock, app: Flask, address: str
) -> None:
    code = hotline.message().receipt_code
    if "take-back" in address:
        drafts = Drafts(own, clock, accounts)
        code = Comments(own, clock, app.extensions["consult.vault"]).pending(drafts.open(), "一条意见。").receipt_code
    headers = visitor.get(address.format(code)).response.headers
    assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("private, no-store", "noindex")


def test_a_job_that_failed_over_a_cell_keeps_no_phone_number(app: Flask, own: Session, clock: FixedClock) -> None:
    job = jobs.enqueue(own, "test", {}, now=clock.now())
    own.commit()
    engine = app.extensions["consult.engine"]
    claimed = jobs.claim(engine, clock.now())
    assert claimed is not None
    wrong = InvalidInput("第1行“13812345678”不是列名；%(cell)s，%(n)d", cell="电话138,1234,5678", n=3)
    jobs.fail(own, *claimed, clock.now(), wrong, final=True)
    own.commit()
    own.refresh(job)
    assert json.loads(job.error) == {
        "message": "第1行“138****5678”不是列名；%(cell)s，%(n)d",
        "params": {"cell": "电话138,****,5678", "n": 3},
    }


def test_one_phone_in_many_spellings_is_one_person(app: Flask) -> None:
    vault = app.extensions["consult.vault"]
    spellings = (
        "13812345678",
        "138 1234 5678",
        "１３８１２３４５６７８",
        "+86 138-1234-5678",
        "008613812345678",
        "013812345678",
    )
    assert len({vault.person_key(Person(phone=one)) for one in spellings}) == 1
    others = ("13812345679", "86138123", "861381234567")
    assert len({vault.person_key(Person(phone=one)) for one in (*others, spellings[0])}) == 4
