"""Messages go out once, to whom they are for, and nobody learns more than they must."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from consult.app import create_app
from consult.audit.models import AuditEvent
from consult.clock import FixedClock
from consult.config import Settings, WrongSetting, load_settings
from consult.db import transaction
from consult.errors import InvalidInput
from consult.handlers import make_worker
from consult.notices.delivering import failure_name
from consult.notices.models import OutboxMessage, OutboxState
from consult.notices.rules import BACKOFF, mail_address, masked, mobile_number
from consult.notices.service import Mail, Outbox, Sms, ask_delivery, deliver_stranded, forget_letters
from tests.conftest import NOW
from tests.factories.accounts import Accounts
from tests.support import gateway
from tests.support.browser import Browser

ADDRESS, PHONE = "li.xiaomei@example.com", "13812345678"
TEXT = "您好：\n\n《停放管理办法》的结果已经公布。\n"


class Mailbox:
    """A mail server that takes messages, or answers as it is told."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.answers: list[str] = []
        self.connections = 0

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.raw.append(envelope.content)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def _with_server(settings: Settings, port: int) -> Settings:
    return replace(
        settings,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_from="wenji@linchuan.example",
        public_url="https://consult.linchuan.example",
    )


class Office:
    """An application with its worker, for messages that go out."""

    def __init__(self, settings: Settings, clock: FixedClock) -> None:
        self.app = create_app(settings, clock)
        self.engine: Engine = self.app.extensions["consult.engine"]
        self.outbox: Outbox = self.app.extensions["consult.outbox"]
        self._clock = clock

    def send(self, *messages: Mail | Sms) -> int:
        with transaction(self.engine) as own:
            return self.outbox.send_all(own, messages, self._clock.now())

    def work(self) -> None:
        make_worker(self.app).run_all()

    def rows(self) -> list[OutboxMessage]:
        with transaction(self.engine) as own:
            return list(own.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


@pytest.fixture
def office(settings: Settings, clock: FixedClock, mailbox: tuple[Mailbox, int]) -> Iterator[Office]:
    made = Office(_with_server(settings, mailbox[1]), clock)
    yield made
    made.engine.dispose()


def mail(**more: str) -> Mail:
    return Mail(**{"to": ADDRESS, "subject": "结果已公布", "text": TEXT, "kind": "draft.results", **more})


def test_an_e_mail_arrives_as_it_was_written_and_once(office: Office, mailbox: tuple[Mailbox, int]) -> None:
    office.send(mail())
    office.work()
    office.work()
    (arrived,) = mailbox[0].messages
    assert arrived["To"] == ADDRESS and arrived["Subject"] == "结果已公布"
    assert "wenji@linchuan.example" in arrived["From"]
    assert arrived.get_content().replace("\r\n", "\n") == TEXT
    assert arrived["Message-ID"].endswith("@consult.linchuan.example>")
    (row,) = office.rows()
    assert (row.state, row.attempts, row.ended_at) == ("sent", 1, NOW)


def test_a_transaction_that_is_taken_back_sends_nothing(
    office: Office, mailbox: tuple[Mailbox, int], clock: FixedClock
) -> None:
    with pytest.raises(ZeroDivisionError), transaction(office.engine) as own:
        office.outbox.send(own, mail(), clock.now())
        raise ZeroDivisionError
    office.work()
    assert office.rows() == [] and mailbox[0].messages == []


def test_asking_twice_under_one_key_sends_once(office: Office, mailbox: tuple[Mailbox, int]) -> None:
    assert office.send(mail(dedupe="draft:3:results:7"), mail(dedupe="draft:3:results:8")) == 2
    assert office.send(mail(dedupe="draft:3:results:7")) == 0
    assert office.send(mail(), mail()) == 2  # without a key every message is its own
    office.work()
    assert len(mailbox[0].messages) == 4
    assert mailbox[0].connections == 2  # a job keeps its line open


def test_the_address_for_unsubscribing_is_given_as_mail_programs_want_it(
    office: Office, mailbox: tuple[Mailbox, int]
) -> None:
    address = "https://consult.linchuan.example/subscriptions/" + "WzEsImU5NDZhZGRkMmVkNiIsInUiLDBd" * 3
    office.send(mail(unsubscribe=address))
    office.work()
    (arrived,), (raw,) = mailbox[0].messages, mailbox[0].raw
    assert arrived["List-Unsubscribe"] == f"<{address}>"
    assert f"\r\nList-Unsubscribe: <{address}>\r\n".encode() in raw  # as it is: an encoded word is no address
    assert arrived["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert all(len(line) <= 78 for line in raw.split(b"\r\n") if b"<https" not in line)


def test_nothing_typed_becomes_a_header(office: Office, mailbox: tuple[Mailbox, int]) -> None:
    office.send(mail(subject="好\r\nBcc: other@example.com\n\nbody"))
    for bad in (
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com, b@example.com",
        "A <a@example.com>",
        '"a b"@x.cn',
    ):
        with pytest.raises(InvalidInput):
            office.send(mail(to=bad))
    office.work()
    (arrived,) = mailbox[0].messages
    assert arrived["Bcc"] is None and arrived["Subject"] == "好 Bcc: other@example.com body"
    assert mailbox[0].envelopes[0][1] == [ADDRESS]


def test_a_server_that_is_away_is_asked_again_later_and_at_last_no_more(
    settings: Settings, clock: FixedClock, mailbox: tuple[Mailbox, int]
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        office = Office(_with_server(settings, closed.getsockname()[1]), clock)
        office.send(mail())
        for number, wait in enumerate(BACKOFF, 1):
            office.work()
            (row,) = office.rows()
            assert (row.state, row.attempts, row.error) == ("waiting", number, "ConnectionRefusedError")
            assert row.due_at == clock.now() + wait
            clock.advance(wait - timedelta(seconds=2))
            office.work()
            assert office.rows()[0].attempts == number  # not before its time
            clock.advance(timedelta(seconds=3))
        office.work()
    (row,) = office.rows()
    assert (row.state, row.attempts) == ("failed", len(BACKOFF) + 1)
    office.engine.dispose()


def test_a_server_that_comes_back_gets_the_message(
    office: Office, mailbox: tuple[Mailbox, int], clock: FixedClock
) -> None:
    mailbox[0].answers = ["451 try again"]
    office.send(mail(), mail(to="wang@example.com"))
    office.work()
    assert [row.state for row in office.rows()] == ["waiting", "sent"]
    assert office.rows()[0].error == "SMTPRecipientsRefused"
    clock.advance(BACKOFF[0] + timedelta(seconds=1))
    office.work()
    assert [row.state for row in office.rows()] == ["sent", "sent"]
    assert [m["To"] for m in mailbox[0].messages] == ["wang@example.com", ADDRESS]


def test_an_address_that_the_server_refuses_for_good_is_not_tried_again(
    office: Office, mailbox: tuple[Mailbox, int]
) -> None:
    mailbox[0].answers = [f"550 no mailbox {ADDRESS}"]
    office.send(mail())
    office.work()
    (row,) = office.rows()
    assert (row.state, row.attempts, row.error) == ("failed", 1, "SMTP 550")


def test_a_message_whose_job_was_cancelled_gets_another(
    office: Office, mailbox: tuple[Mailbox, int], clock: FixedClock
) -> None:
    office.send(mail())
    with transaction(office.engine) as own:
        own.execute(text("DELETE FROM job"))
    clock.advance(timedelta(hours=2))
    with transaction(office.engine) as own:
        deliver_stranded(own, clock.now())
        deliver_stranded(own, clock.now())
    office.work()
    assert len(mailbox[0].messages) == 1


def test_a_second_job_for_a_message_does_not_try_it_before_its_time(
    office: Office, mailbox: tuple[Mailbox, int], clock: FixedClock
) -> None:
    mailbox[0].answers = ["451 try again"]
    office.send(mail())
    office.work()
    with transaction(office.engine) as own:
        ask_delivery(own, [office.rows()[0].id], clock.now())
    office.work()
    assert office.rows()[0].attempts == 1 and mailbox[0].messages == []


def test_text_messages_go_through_the_gateway_that_is_named(settings: Settings, clock: FixedClock) -> None:
    gateway.TAKEN.clear()
    gateway.PLAN[:] = ["away", "", "refuse"]
    office = Office(replace(settings, sms_gateway="tests.support.gateway:take"), clock)
    office.send(Sms("+86 138-1234-5678", "验证码 135790", kind="phone.code"))
    office.work()
    assert gateway.TAKEN == [] and office.rows()[0].error == "ConnectionError"
    clock.advance(BACKOFF[0] + timedelta(seconds=1))
    office.work()
    assert [(p, t) for p, t, _ in gateway.TAKEN] == [(PHONE, "验证码 135790")]
    office.send(Sms(PHONE, "验证码 246801", kind="phone.code"))
    office.work()
    assert [(row.state, row.error) for row in office.rows()] == [("sent", ""), ("failed", "Refused")]
    office.engine.dispose()


def test_a_gateway_that_cannot_be_loaded_is_a_failed_delivery_and_no_failed_worker(
    settings: Settings, clock: FixedClock
) -> None:
    office = Office(replace(settings, sms_gateway="no.such:thing"), clock)
    office.send(Sms(PHONE, "验证码 135790", kind="phone.code"))
    office.work()
    assert (office.rows()[0].state, office.rows()[0].error) == ("waiting", "ModuleNotFoundError")
    office.engine.dispose()


def test_without_a_server_messages_are_held_and_no_job_is_made(app: Flask, own: Session, clock: FixedClock) -> None:
    outbox: Outbox = app.extensions["consult.outbox"]
    outbox.send(own, mail(), clock.now())
    outbox.send(own, Sms(PHONE, "验证码 135790", kind="phone.code"), clock.now())
    own.commit()
    assert {row.state for row in own.scalars(select(OutboxMessage))} == {OutboxState.HELD}
    assert own.scalar(text("SELECT count(*) FROM job")) == 0


def test_recipient_and_text_are_nowhere_readable_in_the_database(app: Flask, own: Session, clock: FixedClock) -> None:
    outbox: Outbox = app.extensions["consult.outbox"]
    outbox.send(own, mail(text="验证码 135790"), clock.now())
    own.commit()
    kept = repr(own.execute(text("SELECT * FROM outbox_message")).all()) + repr(
        own.execute(text("SELECT * FROM job")).all()
    )
    assert ADDRESS not in kept and "135790" not in kept
    assert failure_name(ConnectionError(f"no line for {PHONE}")) == "ConnectionError"


def test_what_is_over_is_forgotten_and_what_waits_is_not(app: Flask, own: Session, clock: FixedClock) -> None:
    outbox: Outbox = app.extensions["consult.outbox"]
    outbox.send_all(own, [mail(), mail()], clock.now())
    first, second = own.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    second.state = OutboxState.WAITING
    forget_letters(own, clock.now() + timedelta(days=30), timedelta(days=30))
    own.expire_all()
    assert first.sealed != b""
    forget_letters(own, clock.now() + timedelta(days=31), timedelta(days=30))
    own.expire_all()
    assert (first.sealed, outbox.letter(first).recipient) == (b"", "")
    assert outbox.letter(second).recipient == ADDRESS


def _held(app: Flask, own: Session, clock: FixedClock) -> int:
    app.extensions["consult.outbox"].send(own, mail(), clock.now())
    own.commit()
    return own.scalars(select(OutboxMessage.id)).one()


def test_an_officer_reads_a_held_message_to_send_it_by_hand_and_the_log_tells(
    app: Flask, own: Session, clock: FixedClock, sign_in: Callable[..., Browser]
) -> None:
    number = _held(app, own, clock)
    officer = sign_in("officer")
    page = officer.get("/desk/outbox")
    assert "l***@example.com" in page.words and ADDRESS not in page.text
    page = officer.get(f"/desk/outbox/{number}")
    assert ADDRESS not in page.text and "停放管理办法" not in page.text
    page = officer.submit(f"/desk/outbox/{number}/reading", {}, form_at=f"/desk/outbox/{number}")
    assert page.status == 200 and ADDRESS in page.words and "停放管理办法" in page.words
    read = own.scalars(select(AuditEvent).where(AuditEvent.action == "notices:message:read")).one()
    assert read.subject == f"message:{number}" and ADDRESS not in read.detail
    token = page.find(f'form[action$="/desk/outbox/{number}/sent"] input[name=csrf_token]')[0].get("value")
    assert officer.post(f"/desk/outbox/{number}/sent", {"csrf_token": token}).status == 303
    own.expire_all()
    assert own.get_one(OutboxMessage, number).state == "sent"
    assert officer.post(f"/desk/outbox/{number}/sent", {"csrf_token": token}).status == 409


def test_an_administrator_sees_the_outbox_and_reads_nothing_in_it(
    app: Flask, own: Session, clock: FixedClock, sign_in: Callable[..., Browser]
) -> None:
    number = _held(app, own, clock)
    administrator = sign_in("administrator")
    page = administrator.get(f"/desk/outbox/{number}")
    assert page.find("form[action$=reading]") == []
    token = page.find("input[name=csrf_token]")[0].get("value")
    assert administrator.post(f"/desk/outbox/{number}/reading", {"csrf_token": token}).status == 403
    refused = administrator.post(f"/desk/outbox/{number}/retry", {"csrf_token": token})
    assert refused.status == 503  # nothing is set up to send it


def test_a_failed_message_is_tried_again_at_the_press_of_a_button(
    office: Office, mailbox: tuple[Mailbox, int], accounts: Accounts
) -> None:
    mailbox[0].answers = ["550 no"]
    office.send(mail())
    office.work()
    officer = Browser(office.app).signed_in_as(accounts.make("officer").handle)
    (row,) = office.rows()
    page = officer.submit(f"/desk/outbox/{row.id}/retry", {}, form_at=f"/desk/outbox/{row.id}")
    assert page.status == 303
    office.work()
    assert [m["To"] for m in mailbox[0].messages] == [ADDRESS]


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("a@example.com", "a@example.com"),
        (" A.b+c@Example.COM ", "A.b+c@example.com"),
        ("ａ＠example．com", "a@example.com"),
        ("a@例子.中国", "a@xn--fsqu00a.xn--fiqs8s"),
        ("a@example", ""),
        ("a@b@example.com", ""),
        ("a..b@example.com", ""),
        ("a@-x.com", ""),
        ("李@example.com", ""),
        ("", ""),
        ("a" * 65 + "@example.com", ""),
    ],
)
def test_what_counts_as_an_address(typed: str, address: str) -> None:
    assert mail_address(typed) == address


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("138 1234 5678", PHONE),
        ("+86 138-1234-5678", PHONE),
        ("１３８１２３４５６７８", PHONE),
        ("0102345678", ""),
        ("", ""),
    ],
)
def test_what_counts_as_a_mobile_number(typed: str, digits: str) -> None:
    assert mobile_number(typed) == digits


def test_a_recipient_is_shown_without_being_told() -> None:
    assert (masked(ADDRESS), masked(PHONE), masked("")) == ("l***@example.com", "138****5678", "—")


def test_a_mail_server_is_refused_without_a_sender_and_an_address_for_links(tmp_path: Any) -> None:
    for missing in ({}, {"CONSULT_SMTP_FROM": "a@b.cn"}, {"CONSULT_PUBLIC_URL": "https://b.cn"}):
        with pytest.raises(WrongSetting):
            load_settings({"CONSULT_SMTP_HOST": "localhost", **missing}, instance=tmp_path)
    with pytest.raises(WrongSetting):
        load_settings({"CONSULT_PUBLIC_URL": "b.cn"}, instance=tmp_path)
    whole = {"CONSULT_SMTP_HOST": "localhost", "CONSULT_SMTP_FROM": "a@b.cn", "CONSULT_PUBLIC_URL": "https://b.cn/"}
    read = load_settings({**whole, "CONSULT_SMTP_STARTTLS": "1"}, instance=tmp_path)
    assert (read.public_url, read.smtp_port, read.smtp_security) == ("https://b.cn", 587, "starttls")
