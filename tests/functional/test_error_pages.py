"""Error pages: in the site's own look, in both languages, without a trace, and without the database."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from consult import app as application
from consult.app import create_app
from consult.clock import FixedClock
from consult.config import Settings
from consult.db import make_engine
from consult.errors import TooManyRequests
from consult.web.access import public
from tests.factories.world import VIEWERS, Builder
from tests.support.browser import Browser

CODES = {400: "400", 403: "403", 404: "404", 409: "409", 413: "413", 422: "422", 429: "429", 500: "500", 503: "503"}
SECRET = "pw-und-geheim-4711"


@public
def fail(code: int) -> str:
    """A view that meets whatever it is told to."""
    if code == 429:
        raise TooManyRequests(77)
    if code == 500:
        raise ZeroDivisionError(SECRET)
    if code == 503:
        raise OperationalError("SELECT 1", {"p": SECRET}, Exception("away"))
    abort(code)


@pytest.fixture
def failing(settings: Settings, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application with one more route."""

    class Failing(Flask):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.add_url_rule("/fail/<int:code>", "fail", fail)

    monkeypatch.setattr(application, "Flask", Failing)
    return create_app(settings, clock)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_error_has_a_page_of_its_own_in_the_sites_look(failing: Flask, language: str) -> None:
    browser = Browser(failing)
    browser.get(f"/preferences?lang={language}", status=303)
    headings = set()
    for code in CODES:
        page = browser.get(f"/fail/{code}", status=code)
        assert page.find("html")[0].get("lang").startswith(language)
        assert page.find(".masthead") and page.find("main") and page.find("a[href='/']")
        heading = page.find("h1")[0].text_content().strip()
        assert any("\u4e00" <= c <= "\u9fff" for c in heading) is (language == "zh"), heading
        assert page.response.headers["Cache-Control"] == "private, no-store"
        assert SECRET not in page.text and "Traceback" not in page.text and "ZeroDivision" not in page.text
        headings.add(heading)
    assert len(headings) == len(CODES)
    assert browser.get("/fail/429", status=429).response.headers["Retry-After"] == "77"


def test_the_log_says_where_it_failed_and_not_with_what(failing: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="consult"):
        Browser(failing).get("/fail/500", status=500)
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == ["unexpected error"]


def test_a_method_that_a_page_does_not_know_is_no_failure(visitor: Browser) -> None:
    for method in ("put", "delete", "patch"):
        assert getattr(visitor.client, method)("/").status_code in (400, 405)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_when_the_database_is_away_everybody_is_told_so_and_nobody_is_signed_out(
    app: Flask, sign_in: Callable[..., Browser], method: str, tmp_path: Any
) -> None:
    officer, visitor = sign_in("officer"), Browser(app)
    cookie = officer.client.get_cookie("consult")
    engine = app.extensions["consult.engine"]
    gone = (
        engine.url.set(database="no_such_database")
        if engine.dialect.name == "postgresql"
        else engine.url.set(database=str(tmp_path / "gone" / "away.sqlite3"))
    )
    app.extensions["consult.engine"] = make_engine(gone.render_as_string(hide_password=False))
    for browser in (visitor, officer):
        for url in ("/", "/drafts", "/receipt", "/desk", "/no/such/page")[: 3 if browser is visitor else 5]:
            if method == "POST" or (browser is visitor and url == "/receipt"):
                continue
            page = browser.get(url, status=503)
            assert "暂时" in page.words or "503" in page.text
    if method == "POST":
        page = officer.post("/desk/issues/analysis", {})
        assert page.status == 503
        assert page.find("h1")
    app.extensions["consult.engine"].dispose()
    app.extensions["consult.engine"] = engine
    assert officer.client.get_cookie("consult") == cookie
    assert officer.get("/desk").status == 200


def test_a_form_of_two_megabytes_is_refused_before_it_is_read(visitor: Browser) -> None:
    for url in ("/sign-in", "/receipt", "/messages/new"):
        page = visitor.post(url, {"handle": "长" * 700_000})
        assert page.status == 413, url
        assert page.find("h1")


@pytest.mark.parametrize("url", ["/search?q=%00", "/drafts?x=a%00b", "/messages/new?leader=%00", "/drafts/a%00b"])
def test_nul_in_an_address_is_refused(visitor: Browser, url: str) -> None:
    assert visitor.get(url, status=400).find("h1")


HOSTILE = (
    "page=9999999999&state=%3Cscript%3E&leader=9999999999999&kind=%F0%9F%98%80&phase=x&field=x&q=%27%22%3B--",
    "page=-1&leader=%C2%B2&import=%C2%B2&origin=%E2%91%A0&overdue=x&sort=;drop&state=%ED%A0%80&q=%25_%5C&action=%25",
    "page=%D9%A3&leader=0&draft=abc&draft_id=99999999999999999999&stance=%00".replace("%00", "%01")
    + "&q="
    + "%E9%95%BF" * 600,
)


def test_no_address_with_hostile_parameters_breaks_anything(app: Flask, own: Session, clock: FixedClock) -> None:
    """P14: whatever is asked, by whomever, the answer is never a failure of ours."""
    world = Builder(app, own, clock).build()
    strange = {name: [0, 2147483647] for name in ("comment_id", "thread_id", "job_id", "issue_id", "bulletin_id")}
    strange |= {"slug": ["😀", "x" * 500], "code": ["😀", "A" * 5000], "key": ["../../etc/passwd", "😀"]}
    broken = []
    for viewer in VIEWERS:
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
                continue
            urls = [f"{world.addresses(app, rule)[0]}?{query}" for query in HOSTILE]
            if rule.arguments:
                urls = [urls[0], *world.addresses(app, rule, strange)[:2]]
            for url in urls:
                status = world.browsers[viewer].client.get(url).status_code
                if status >= 500:
                    broken.append(f"{viewer} {url[:120]}: {status}")
    assert broken == []


def test_the_twin_a_route_that_fails_would_be_seen(failing: Flask) -> None:
    assert Browser(failing).client.get("/fail/500").status_code == 500
