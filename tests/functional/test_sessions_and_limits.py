"""Sessions, limits and headers: what a copied, forged or old cookie is worth, and who is counted (T6, T19, T20)."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from consult.app import create_app
from consult.clock import FixedClock
from consult.config import Settings, load_settings
from consult.db import transaction
from consult.web import limits
from consult.web.sessions import ABSOLUTE_LIFETIME, WebSession
from tests.conftest import NOW
from tests.factories.accounts import PASSWORD, Accounts
from tests.support.browser import Browser

ROOT = Path(__file__).resolve().parents[2]
HIT = """
import sys
from datetime import datetime
from consult.db import make_engine
from consult.errors import TooManyRequests
from consult.web import limits
engine, passed = make_engine(sys.argv[1]), 0
for _ in range(10):
    try:
        limits.hit(engine, limits.SIGN_IN, "198.51.100.7", datetime.fromisoformat(sys.argv[2]))
        passed += 1
    except TooManyRequests as refused:
        assert 0 < refused.retry_after <= limits.SIGN_IN.seconds * 1.1 + 1
print(passed)
"""


def cookie(browser: Browser) -> str:
    held = browser.client.get_cookie("consult")
    return held.value if held else ""


def test_signing_in_gives_a_new_cookie_and_the_one_from_before_opens_nothing(app: Flask, accounts: Accounts) -> None:
    account = accounts.make("officer")
    browser, thief = Browser(app), Browser(app)
    browser.get("/sign-in")
    planted = cookie(browser)
    browser.signed_in_as(account.handle)
    assert cookie(browser) not in ("", planted)
    thief.client.set_cookie("consult", planted)
    assert thief.get("/desk", status=303).location.startswith("/sign-in")
    # Signing in again, in the same browser, ends the session before.
    before = cookie(browser)
    browser.submit("/sign-out", {}, form_at="/account")
    browser.signed_in_as(account.handle)
    thief.client.set_cookie("consult", before)
    assert thief.get("/desk", status=303).location.startswith("/sign-in")


@pytest.mark.parametrize("step", [timedelta(minutes=31), timedelta(minutes=20)])
def test_a_session_ends_when_idle_and_after_twelve_hours_whatever_is_done(
    app: Flask, accounts: Accounts, clock: FixedClock, step: timedelta
) -> None:
    browser = Browser(app).signed_in_as(accounts.make("officer").handle)
    opened = 0
    for _ in range(60):
        clock.advance(step)
        if browser.client.get("/desk").status_code != 200:
            break
        opened += 1
    assert opened == (0 if step > timedelta(minutes=30) else ABSOLUTE_LIFETIME // step)


def test_a_forged_cookie_signs_nobody_in(app: Flask, accounts: Accounts, own: Session) -> None:
    account = accounts.make("administrator")
    Browser(app).signed_in_as(account.handle)
    own.rollback()
    stored = own.scalars(select(WebSession.token_hash)).one()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    # Even one who can sign cookies, or who has read the table, gets no further.
    forged = [
        "s." + stored,
        "s.",
        "s." + "A" * 43,
        signer.dumps({"_user_id": str(account.id), "_fresh": True}),
        "x" * 4000,
    ]
    for value in forged:
        browser = Browser(app)
        browser.client.set_cookie("consult", value)
        assert browser.get("/desk/accounts", status=303).location.startswith("/sign-in"), value[:20]


def test_a_cookie_is_not_for_scripts_nor_for_other_sites(app: Flask, accounts: Accounts, settings: Settings) -> None:
    handle = accounts.make("officer").handle
    browser = Browser(app)
    sent = browser.submit("/sign-in", {"handle": handle, "password": PASSWORD}).response.headers["Set-Cookie"]
    assert "HttpOnly" in sent and "SameSite=Lax" in sent


def test_a_limit_holds_across_four_worker_processes(settings: Settings, engine: Any) -> None:
    command = [sys.executable, "-c", HIT, settings.database_url, NOW.isoformat()]
    started = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    passed = [int(process.communicate(timeout=90)[0]) for process in started]
    assert sum(passed) == limits.SIGN_IN.count


def _tries(app: Flask, forwarded: Callable[[int], str], remote: str, number: int) -> list[int]:
    browser, found = Browser(app), []
    options: dict[str, Any] = {"environ_overrides": {"REMOTE_ADDR": remote}}
    token = browser.get("/receipt").find("input[name=csrf_token]")[0].get("value")
    for n in range(number):
        headers = {"X-Forwarded-For": forwarded(n)}
        page = browser.post("/receipt", {"csrf_token": token, "code": "NNNN"}, headers=headers, **options)
        found.append(page.status)
    return found


def test_a_forged_header_gives_no_new_allowance(app: Flask) -> None:
    found = _tries(app, lambda n: f"203.0.113.{n}", "198.51.100.7", limits.RECEIPT.count + 2)
    assert found == [422] * limits.RECEIPT.count + [429] * 2


def test_our_own_proxy_is_believed_and_only_the_last_hop_that_is_not_ours(
    settings: Settings, clock: FixedClock
) -> None:
    behind = load_settings(
        {},
        instance=settings.instance,
        database_url=settings.database_url,
        secret_key="test",
        trusted_proxies=("10.0.0.0/8",),
    )
    app = create_app(behind, clock)
    most = limits.RECEIPT.count
    assert _tries(app, lambda n: f"1.2.3.{n}, 203.0.113.{n}, 10.0.0.9", "10.0.0.1", most + 1) == [422] * (most + 1)
    # The part that the visitor wrote himself changes nothing.
    assert _tries(app, lambda n: f"9.9.9.{n}, 192.0.2.1", "10.0.0.1", most + 1)[-1] == 429
    app.extensions["consult.engine"].dispose()


def test_every_answer_carries_the_headers_and_a_nonce_of_its_own(visitor: Browser) -> None:
    nonces = set()
    for _ in range(5):
        headers = visitor.get("/").response.headers
        policy = headers["Content-Security-Policy"]
        nonces |= set(re.findall(r"'nonce-([^']+)'", policy))
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
    assert len(nonces) == 5


def test_nobody_but_the_visitor_keeps_a_page_of_somebody_signed_in(
    visitor: Browser, sign_in: Callable[..., Browser]
) -> None:
    citizen = sign_in("citizen")
    for url in ("/", "/drafts", "/account", "/drafts.atom", "/responses"):
        assert citizen.get(url).response.headers["Cache-Control"] == "private, no-store", url
    assert visitor.get("/no/such/page", status=404).response.headers["Cache-Control"] == "private, no-store"
    seen = visitor.get("/").response.headers
    assert seen["Cache-Control"] == "private, no-cache" and "Cookie" in seen["Vary"]


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_no_link_leads_to_another_site(visitor: Browser, target: str) -> None:
    assert visitor.get("/preferences", status=303, query_string={"next": target, "lang": "en"}).location == "/"


def test_what_follows_a_counted_attempt_waits_for_the_disk_again(engine: Engine, clock: FixedClock) -> None:
    """P2: only the count itself may be forgotten by a power cut, whichever connection comes next."""
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no such setting of a connection")
    for _ in range(3):
        limits.hit(engine, limits.COMMENT, "198.51.100.7", clock.now())
        with transaction(engine) as own:
            assert own.scalar(text("PRAGMA synchronous")) == 2
