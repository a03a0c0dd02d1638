"""赞同 exactly once (T14, P3), and the same form from two connections at once (P4)."""

from __future__ import annotations

import secrets
import threading
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest
import waitress.server
from flask import Flask
from lxml import html
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from consult.clock import FixedClock
from consult.comments import service
from consult.comments.models import Comment, Endorsement
from consult.db import transaction
from consult.drafts.models import Draft
from consult.drafts.queries import current_version
from tests.factories.accounts import PASSWORD, Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.support.browser import Browser


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def comments(own: Session, clock: FixedClock, app: Flask) -> Comments:
    return Comments(own, clock, app.extensions["consult.vault"])


def _together(work: Callable[[int], None], times: int) -> None:
    """Run something in several threads that start at the same moment; their errors are raised here."""
    start, errors = threading.Barrier(times), []

    def one(number: int) -> None:
        start.wait()
        try:
            work(number)
        except Exception as error:  # raised again below, in the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _counts(own: Session, comment: Comment) -> tuple[int, int]:
    """The counter, and the rows it counts."""
    own.rollback()
    own.refresh(comment)
    rows = own.scalar(select(func.count()).where(Endorsement.comment_id == comment.id)) or 0
    return comment.endorsements, rows


def test_one_endorses_once_is_told_so_kindly_and_can_take_it_back(
    sign_in: Callable[..., Browser], drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    browser = sign_in("citizen")
    page, url = f"/drafts/{draft.slug}/comments", f"/drafts/{draft.slug}/comments/{comment.id}"
    form = browser.get(page)
    token = {"csrf_token": form.find(f"form[action='{url}/endorse'] input")[0].get("value")}
    assert "您的赞同已计入" in browser.follow(browser.post(f"{url}/endorse", token)).text
    again = browser.follow(browser.post(f"{url}/endorse", token))
    assert "只计一次" in again.text and _counts(own, comment) == (1, 1)
    assert browser.submit(f"{url}/unendorse", {}, form_at=page).status == 303
    assert _counts(own, comment) == (0, 0)
    assert browser.post(f"{url}/unendorse", token).status == 303
    assert _counts(own, comment) == (0, 0)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/sign-out", "/drafts"])
def test_endorsing_leads_back_to_the_draft_s_page_and_nowhere_else(
    sign_in: Callable[..., Browser], drafts: Drafts, comments: Comments, elsewhere: str
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    browser, page = sign_in("citizen"), f"/drafts/{draft.slug}/comments"
    url = f"{page}/{comment.id}"
    done = browser.submit(f"{url}/endorse", {}, form_at=f"{page}?order=new")
    assert done.location == f"{page}?order=new#comment-{comment.id}"
    assert browser.submit(f"{url}/unendorse", {"next": elsewhere}, form_at=page).location == url


def test_who_is_not_signed_in_cannot_endorse(
    visitor: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    page = visitor.get(f"/drafts/{draft.slug}/comments")
    assert page.find("a[href^='/sign-in']")
    token = visitor.get("/sign-in").find("input[name=csrf_token]")[0].get("value")
    url = f"/drafts/{draft.slug}/comments/{comment.id}/endorse"
    assert visitor.post(url, {"csrf_token": token}).status == 403
    assert _counts(own, comment) == (0, 0)


@pytest.mark.parametrize("state", ["pending", "refused", "silent", "closed", "own"])
def test_what_is_hidden_closed_or_one_s_own_is_not_endorsed(
    app: Flask, accounts: Accounts, drafts: Drafts, comments: Comments, own: Session, clock: FixedClock, state: str
) -> None:
    draft, account = drafts.open(), accounts.make("citizen")
    if state == "pending":
        comment = comments.pending(draft)
    elif state == "refused":
        comment = comments.refused(draft, drafts.officer)
    else:
        author = account if state == "own" else None
        comment = comments.accepted(draft, drafts.officer, author=author, consent_publish=state != "silent")
    browser = Browser(app).signed_in_as(account.handle)
    token = browser.get("/account").find("input[name=csrf_token]")[0].get("value")
    if state == "closed":
        assert draft.closes_at is not None
        clock.set(draft.closes_at + timedelta(seconds=1))
        browser = Browser(app).signed_in_as(account.handle)
        token = browser.get("/account").find("input[name=csrf_token]")[0].get("value")
    page = browser.post(f"/drafts/{draft.slug}/comments/{comment.id}/endorse", {"csrf_token": token})
    assert page.status in (403, 404, 422) and _counts(own, comment) == (0, 0)


def test_endorsements_in_parallel_are_exactly_as_many_as_people(
    engine: Engine, accounts: Accounts, drafts: Drafts, comments: Comments, own: Session, clock: FixedClock
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    people = [accounts.make("citizen") for _ in range(6)]

    def endorse_all(number: int) -> None:
        for person in people:
            with transaction(engine) as session:
                row = session.get_one(Comment, comment.id)
                service.endorse(session, person, row, session.get_one(Draft, draft.id), clock.now())

    _together(endorse_all, 4)
    assert _counts(own, comment) == (6, 6)


def test_the_same_form_on_two_connections_is_received_once(
    engine: Engine, app: Flask, drafts: Drafts, own: Session, clock: FixedClock
) -> None:
    draft, desk = drafts.open(), service.Commenting(app.extensions["consult.vault"])
    new = service.NewComment("support", "希望尽早施行。", secrets.token_hex(16), name="王小明")
    codes: list[str] = []

    def send(number: int) -> None:
        with transaction(engine) as session:
            row = session.get_one(Draft, draft.id)
            target = service.Target(row, current_version(session, row))
            codes.append(desk.submit(session, None, target, new, clock.now(), "v").receipt_code)

    _together(send, 6)
    assert len(set(codes)) == 1 and own.scalar(select(func.count()).select_from(Comment)) == 1


@pytest.fixture
def server(app: Flask) -> Iterator[str]:
    """The application behind a real waitress server with several threads."""
    made = waitress.server.create_server(app, host="127.0.0.1", port=0, threads=6)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.effective_port}"  # type: ignore[union-attr]
    made.close()
    thread.join(timeout=5)


class _Visitor:
    """A browser over real HTTP."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        return self._opener.open(self._server + path).read().decode()

    def post(self, path: str, data: dict[str, str]) -> int:
        try:
            return self._opener.open(self._server + path, urlencode(data).encode()).status
        except HTTPError as error:
            return error.code

    def token(self, path: str) -> dict[str, str]:
        return {"csrf_token": html.fromstring(self.get(path)).cssselect("input[name=csrf_token]")[0].get("value")}


def test_a_hasty_person_clicking_many_times_over_http_counts_once(
    server: str, accounts: Accounts, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    account = accounts.make("citizen")
    browser = _Visitor(server)
    browser.post("/sign-in", {**browser.token("/sign-in"), "handle": account.handle, "password": PASSWORD})
    token, answers = browser.token("/account"), []
    url = f"/drafts/{draft.slug}/comments/{comment.id}/endorse"
    _together(lambda n: answers.append(browser.post(url, token)), 6)
    assert answers == [200] * 6 and _counts(own, comment) == (1, 1)
