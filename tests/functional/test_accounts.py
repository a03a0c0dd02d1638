"""Signing up, in and out, and what a role may open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.audit.models import AuditEvent
from consult.clock import FixedClock
from consult.web.sessions import WebSession
from tests.factories.accounts import PASSWORD, Accounts
from tests.support.browser import Browser

SIGN_UP = {"handle": "李梅2026", "display_name": "李梅", "password": PASSWORD, "consent": "y"}


def test_a_citizen_signs_up_and_is_signed_in(visitor: Browser) -> None:
    page = visitor.submit("/sign-up", SIGN_UP)
    assert page.status == 303
    assert "李梅" in visitor.follow(page).words


def test_without_consent_no_account_is_made_and_nothing_typed_is_lost(visitor: Browser, own: Session) -> None:
    page = visitor.submit("/sign-up", {**SIGN_UP, "consent": ""})
    assert page.status == 422
    assert page.find("input[name=handle]")[0].get("value") == "李梅2026"
    assert own.scalars(select(User)).all() == []


@pytest.mark.parametrize("password", ["short-1A", "alllowercase", "12345678", "Password"])
def test_a_weak_password_is_refused_and_a_sufficient_one_is_not(visitor: Browser, password: str) -> None:
    page = visitor.submit("/sign-up", {**SIGN_UP, "password": password})
    assert page.status == (303 if password == "short-1A" else 422)


def test_a_user_name_cannot_be_taken_twice_by_other_spelling(visitor: Browser, accounts: Accounts) -> None:
    accounts.make(handle="zhang.wei")
    page = visitor.submit("/sign-up", {**SIGN_UP, "handle": "ＺＨＡＮＧ.wei"})
    assert page.status == 422
    assert "已被使用" in page.words


def test_five_failures_lock_an_account_for_thirty_minutes(
    visitor: Browser, accounts: Accounts, clock: FixedClock
) -> None:
    account = accounts.make()
    right = {"handle": account.handle, "password": PASSWORD}
    for _ in range(5):
        assert visitor.submit("/sign-in", {**right, "password": "wrong-Pass-1"}).status == 422
    assert visitor.submit("/sign-in", right).status == 422
    clock.advance(timedelta(minutes=29))
    assert visitor.submit("/sign-in", right).status == 422
    clock.advance(timedelta(minutes=2))
    assert visitor.submit("/sign-in", right).status == 303


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(visitor: Browser, accounts: Accounts) -> None:
    known = accounts.make()
    first = visitor.submit("/sign-in", {"handle": known.handle, "password": "wrong-Pass-1"})
    second = visitor.submit("/sign-in", {"handle": "nobody", "password": "wrong-Pass-1"})
    assert first.find(".govuk-error-summary")[0].text_content() == second.find(".govuk-error-summary")[0].text_content()


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, sign_in: Callable[..., Browser]) -> None:
    officer = sign_in("officer")
    thief = Browser(app)
    cookie = officer.client.get_cookie("consult")
    assert cookie is not None
    thief.client.set_cookie("consult", cookie.value)
    assert thief.get("/desk").status == 200
    officer.submit("/sign-out", {}, form_at="/account")
    thief.get("/desk", status=303)


def test_disabling_an_account_ends_its_sessions_at_once(
    own: Session, sign_in: Callable[..., Browser], accounts: Accounts
) -> None:
    victim = sign_in("officer", handle="officer.x")
    administrator = sign_in("administrator")
    number = own.scalars(select(User.id).where(User.handle == "officer.x")).one()
    page = administrator.submit(f"/desk/accounts/{number}/state/disabled", {}, form_at=f"/desk/accounts/{number}")
    assert page.status == 303
    victim.get("/desk", status=303)
    own.expire_all()
    assert own.scalars(select(WebSession).where(WebSession.user_id == str(number))).all() == []


def test_changing_the_password_signs_every_browser_out(app: Flask, accounts: Accounts) -> None:
    account = accounts.make()
    here, there = Browser(app).signed_in_as(account.handle), Browser(app).signed_in_as(account.handle)
    page = here.submit("/account/password", {"current": PASSWORD, "password": "Another-horse-8"}, form_at="/account")
    assert page.status == 303
    there.get("/account", status=303)
    Browser(app).signed_in_as(account.handle, "Another-horse-8")


def test_an_idle_session_ends_after_thirty_minutes(sign_in: Callable[..., Browser], clock: FixedClock) -> None:
    citizen = sign_in("citizen")
    clock.advance(timedelta(minutes=29))
    citizen.get("/account")
    clock.advance(timedelta(minutes=29))
    citizen.get("/account")
    clock.advance(timedelta(minutes=31))
    citizen.get("/account", status=303)


def test_after_signing_in_one_comes_to_the_page_asked_for_and_never_to_another_site(
    visitor: Browser, accounts: Accounts
) -> None:
    account = accounts.make("auditor")
    asked = visitor.get("/desk/audit", status=303)
    assert "/sign-in?next=" in asked.location
    values = {"handle": account.handle, "password": PASSWORD}
    page = visitor.submit("/sign-in", {**values, "next": "//evil.example/"})
    assert page.location == "/desk"
    again = visitor.submit("/sign-out", {}, form_at="/account")
    assert again.status == 303
    assert visitor.submit("/sign-in", {**values, "next": "/desk/audit"}).location == "/desk/audit"


def test_the_log_names_no_password_and_no_address_of_a_page(
    visitor: Browser, own: Session, accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        visitor.submit("/sign-in", {"handle": accounts.make().handle, "password": "wrong-Pass-1"})
        visitor.client.get("/receipt/ABCDEFGHJK23")
    written = " ".join(f"{r.getMessage()} {vars(r)}" for r in caplog.records)
    assert "wrong-Pass-1" not in written
    assert "ABCDEFGHJK23" not in written
    assert all("wrong-Pass-1" not in e.detail for e in own.scalars(select(AuditEvent)))
