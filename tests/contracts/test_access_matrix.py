"""Who may open what (T2): every route of the URL map, every role, every method, against one table.

A route that is not in the table fails the test, so that nobody adds one without saying who may use it.
A denial leads a reading visitor to the sign-in page and is 403 otherwise, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from consult import app as application
from consult.app import create_app
from consult.clock import FixedClock
from consult.config import Settings
from tests.factories.world import PUBLISHED, VIEWERS, Builder, World
from tests.support.browser import Browser
from tests.support.database import rows

ROLES = frozenset({"citizen", "leader", "officer", "unit", "auditor", "administrator"})
LEADER, OFFICER, UNIT = frozenset({"leader"}), frozenset({"officer"}), frozenset({"unit"})
AUDITOR, ADMINISTRATOR = frozenset({"auditor"}), frozenset({"administrator"})
DESK = ROLES - {"citizen"}
SIGNED_IN = ROLES
EVERYBODY = ROLES | {"visitor"}

#: Who may use which route. Written down here a second time on purpose: the marks in the code are checked against it.
TABLE = {
    EVERYBODY: """
        GET /
        GET /bulletins
        GET /bulletins.atom
        GET /bulletins/<int:number>
        GET /bulletins/<int:number>.<any(pdf,docx):format>
        GET /bulletins/<int:number>/charts/<key>.svg
        GET /drafts
        GET /drafts.atom
        GET /drafts.ics
        GET /drafts/<slug>.atom
        GET /drafts/<slug>.ics
        GET /drafts/<slug>/print
        GET /drafts/<slug>/qr.<any(svg,png):format>
        GET /drafts/<slug>/subscription
        POST /drafts/<slug>/subscription
        GET /subscriptions/<token>
        POST /subscriptions/<token>
        GET /subscriptions/<token>/confirmation
        POST /subscriptions/<token>/confirmation
        GET /drafts/<slug>
        GET /drafts/<slug>/clauses/<number>
        POST /drafts/<slug>/clauses/<number>
        GET /drafts/<slug>/comments
        POST /drafts/<slug>/comments
        GET /drafts/<slug>/comments/<int:comment_id>
        GET /drafts/<slug>/comments/<int:comment_id>/report
        POST /drafts/<slug>/comments/<int:comment_id>/report
        GET /drafts/<slug>/archive.zip
        GET /drafts/<slug>/compare/<int:a>/<int:b>
        GET /drafts/versions/<int:version_id>/images/<image_id>
        GET /drafts/<slug>/feedback
        GET /drafts/<slug>/feedback.<any(csv,xlsx,docx):format>
        GET /drafts/<slug>/feedback/<int:edition>
        GET /drafts/<slug>/feedback/<int:edition>.<any(csv,xlsx,docx):format>
        GET /drafts/<slug>/comments/<int:comment_id>/attachments/<int:number>
        GET /drafts/<slug>/phone
        POST /drafts/<slug>/phone
        POST /drafts/<slug>/phone/code
        GET /drafts/<slug>/versions/<int:number>
        GET /drafts/<slug>/versions/<int:version>/clauses/<number>
        GET /messages
        GET /messages.atom
        GET /messages/<number>
        GET /messages/new
        POST /messages/new
        GET /messages/sent/<code>
        GET /preferences
        GET /privacy
        GET /receipt
        POST /receipt
        GET /receipt/<code>
        GET /receipt/<code>/change
        POST /receipt/<code>/change
        GET /receipt/<code>/second-look
        POST /receipt/<code>/second-look
        GET /receipt/<code>/take-back
        POST /receipt/<code>/take-back
        GET /responses
        GET /responses.atom
        GET /responses/<int:thread_id>
        GET /search
        GET /sign-in
        POST /sign-in
        GET /sign-up
        POST /sign-up
        GET /static/<path:filename>
        GET /statistics
        GET /statistics/refusals
    """,
    SIGNED_IN: """
        GET /account
        GET /account/comments
        GET /account/notices
        POST /account/notices/reading
        POST /account/password
        POST /drafts/<slug>/comments/<int:comment_id>/endorse
        GET /drafts/<slug>/comments/<int:comment_id>/reply
        POST /drafts/<slug>/comments/<int:comment_id>/reply
        POST /drafts/<slug>/comments/<int:comment_id>/unendorse
        POST /sign-out
    """,
    DESK: """
        GET /desk
    """,
    ADMINISTRATOR: """
        GET /desk/accounts
        GET /desk/accounts/<int:user_id>
        POST /desk/accounts/<int:user_id>/password
        POST /desk/accounts/<int:user_id>/state/<any(active,disabled):state>
        GET /desk/accounts/new
        POST /desk/accounts/new
    """,
    AUDITOR: """
        GET /desk/audit
        GET /desk/audit/verification
    """,
    LEADER | OFFICER: """
        GET /desk/bulletins
        GET /desk/bulletins/<int:bulletin_id>
        GET /desk/bulletins/<int:bulletin_id>/charts/<key>.svg
        GET /desk/bulletins/<int:bulletin_id>/files/<any(pdf,docx,xlsx,json,html):format>
        GET /desk/issues
        GET /desk/issues/<int:issue_id>
    """,
    OFFICER: """
        POST /desk/bulletins/<int:bulletin_id>/attempts
        POST /desk/bulletins/<int:bulletin_id>/signature
        POST /desk/bulletins/<int:bulletin_id>/withdrawal
        GET /desk/bulletins/new
        POST /desk/bulletins/new
        GET /desk/comments
        GET /desk/comments/<int:comment_id>
        POST /desk/comments/<int:comment_id>
        GET /desk/comments/<int:comment_id>/attachments/<int:number>
        POST /desk/comments/<int:comment_id>/attachments/<int:number>
        POST /desk/comments/<int:comment_id>/stance
        POST /desk/comments/<int:comment_id>/stance/taking-back
        POST /desk/comments/<int:comment_id>/appeal
        POST /desk/comments/<int:comment_id>/reports
        POST /desk/comments/decide
        GET /desk/comments/replies
        POST /desk/comments/replies
        GET /desk/comments/words
        POST /desk/comments/words
        GET /desk/drafts
        GET /desk/drafts/<int:draft_id>
        GET /desk/drafts/images/<image_id>
        GET /desk/drafts/<int:draft_id>/changes
        POST /desk/drafts/<int:draft_id>/changes
        POST /desk/drafts/<int:draft_id>/changes/<int:clause_id>
        POST /desk/drafts/<int:draft_id>/changes/drop
        POST /desk/drafts/<int:draft_id>/versions
        GET /desk/drafts/<int:draft_id>/clauses/<int:clause_id>
        POST /desk/drafts/<int:draft_id>/clauses/<int:clause_id>
        GET /desk/drafts/<int:draft_id>/extension
        POST /desk/drafts/<int:draft_id>/extension
        GET /desk/drafts/<int:draft_id>/hearings
        POST /desk/drafts/<int:draft_id>/hearings
        GET /desk/drafts/<int:draft_id>/hearings/<int:hearing_id>/cancellation
        POST /desk/drafts/<int:draft_id>/hearings/<int:hearing_id>/cancellation
        GET /desk/drafts/<int:draft_id>/hearings/<int:hearing_id>/report
        POST /desk/drafts/<int:draft_id>/hearings/<int:hearing_id>/report
        GET /desk/drafts/<int:draft_id>/poster
        GET /desk/drafts/<int:draft_id>/related
        POST /desk/drafts/<int:draft_id>/related
        GET /desk/drafts/<int:draft_id>/facts
        POST /desk/drafts/<int:draft_id>/facts
        GET /desk/drafts/<int:draft_id>/publish
        POST /desk/drafts/<int:draft_id>/publish
        GET /desk/drafts/<int:draft_id>/text
        POST /desk/drafts/<int:draft_id>/text
        GET /desk/drafts/<int:draft_id>/withdraw
        POST /desk/drafts/<int:draft_id>/withdraw
        GET /desk/drafts/new
        POST /desk/drafts/new
        GET /desk/campaigns
        GET /desk/campaigns/drafts/<int:draft_id>
        GET /desk/campaigns/<int:group_id>
        POST /desk/campaigns/<int:group_id>
        POST /desk/campaigns/<int:group_id>/members/<int:comment_id>
        GET /desk/hotline
        GET /desk/hotline/imports
        POST /desk/hotline/imports
        GET /desk/hotline/imports/<int:import_id>
        POST /desk/hotline/imports/<int:import_id>
        POST /desk/hotline/imports/<int:import_id>/cancellation
        GET /desk/hotline/imports/<int:import_id>/rejected.csv
        GET /desk/hotline/new
        POST /desk/hotline/new
        GET /desk/hotline/orders/<number>
        POST /desk/hotline/orders/<number>/identity
        POST /desk/hotline/orders/<number>/leader
        POST /desk/hotline/orders/<number>/review
        POST /desk/hotline/orders/<number>/steps
        GET /desk/hotline/review
        GET /desk/ledger
        GET /desk/ledger/<int:draft_id>
        POST /desk/ledger/<int:draft_id>
        GET /desk/ledger/<int:draft_id>/comments/<int:comment_id>
        POST /desk/ledger/<int:draft_id>/comments/<int:comment_id>
        POST /desk/ledger/<int:draft_id>/comments/<int:comment_id>/rewording
        GET /desk/ledger/<int:draft_id>/entry
        POST /desk/ledger/<int:draft_id>/entry
        GET /desk/ledger/<int:draft_id>/publication
        POST /desk/ledger/<int:draft_id>/publication
        GET /desk/ledger/<int:draft_id>/reasons
        POST /desk/ledger/<int:draft_id>/reasons
        POST /desk/ledger/<int:draft_id>/reasons/<int:reason_id>/removal
        GET /desk/ledger/<int:draft_id>/archive.zip
        GET /desk/ledger/<int:draft_id>/working.xlsx
        POST /desk/issues/<int:issue_id>/acceptance
        POST /desk/issues/<int:issue_id>/drop
        POST /desk/issues/<int:issue_id>/members/<any(comment,order):kind>/<int:subject_id>/removal
        GET /desk/issues/<int:issue_id>/thread
        POST /desk/issues/<int:issue_id>/thread
        POST /desk/issues/<int:issue_id>/title
        POST /desk/issues/analysis
        POST /desk/outbox/<int:message_id>/reading
        POST /desk/outbox/<int:message_id>/sent
        POST /desk/tones/<any(comment,order):kind>/<int:subject_id>/correction
        POST /desk/tones/<any(comment,order):kind>/<int:subject_id>/taking-back
        POST /desk/responses/<int:thread_id>/withdrawal
    """,
    OFFICER | AUDITOR: """
        GET /desk/comments/log.csv
    """,
    OFFICER | ADMINISTRATOR: """
        GET /desk/jobs
        GET /desk/jobs/<int:job_id>
        POST /desk/jobs/<int:job_id>/cancellation
        GET /desk/models
        POST /desk/models/choice
        POST /desk/models/training
        GET /desk/outbox
        GET /desk/outbox/<int:message_id>
        POST /desk/outbox/<int:message_id>/retry
    """,
    LEADER | OFFICER | UNIT: """
        GET /desk/responses
        GET /desk/responses/<int:thread_id>
        POST /desk/responses/<int:thread_id>/answer
    """,
    LEADER: """
        POST /desk/responses/<int:thread_id>/extension
    """,
}
#: A mail program sends these without having seen a form (RFC 8058): the signed address is its right to.
ONE_PRESS = frozenset({"/subscriptions/<token>"})
WHO = {line.strip(): who for who, lines in TABLE.items() for line in lines.strip().splitlines()}


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Method, pattern and endpoint of every route."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, rule.endpoint


@pytest.fixture
def world(app: Flask, own: Session, clock: FixedClock) -> World:
    return Builder(app, own, clock).build()


def test_the_table_names_every_route_and_no_other(app: Flask) -> None:
    assert {f"{method} {rule}" for method, rule, _ in routes(app)} == set(WHO)


def asked(app: Flask, world: World, *, allowed: bool) -> Iterator[tuple[str, str, str]]:
    """Viewer, method and address of everything that the table allows, or of everything that it does not."""
    for viewer in VIEWERS:
        for rule in app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                if (_role(viewer) in WHO[f"{method} {rule.rule}"]) is allowed:
                    yield from ((viewer, method, url) for url in world.addresses(app, rule))


def _role(viewer: str) -> str:
    return {"stranger": "leader", "elsewhere": "unit"}.get(viewer, viewer)


def _token(browser: Browser, viewer: str) -> str:
    page = browser.get("/sign-in" if viewer == "visitor" else "/account")
    return str(page.find("input[name=csrf_token]")[0].get("value"))


@pytest.mark.any_database
def test_whoever_may_not_is_refused_everywhere_and_nothing_changes(app: Flask, world: World) -> None:
    engine = app.extensions["consult.engine"]
    tokens = {viewer: _token(world.browsers[viewer], viewer) for viewer in VIEWERS}
    before, refused, wrong = rows(engine), 0, []
    for viewer, method, url in asked(app, world, allowed=False):
        client = world.browsers[viewer].client
        if method == "GET":
            answer = client.get(url)
            good = answer.status_code == (303 if viewer == "visitor" else 403)
            good &= viewer != "visitor" or answer.headers["Location"].startswith("/sign-in?next=")
        else:
            answer = client.post(url, data={"csrf_token": tokens[viewer], "reason": "不应成功的请求"})
            good = answer.status_code == 403
        refused += 1
        if not good:
            wrong.append(f"{viewer}: {method} {url}: {answer.status_code}")
    assert wrong == []
    assert refused > 500
    assert rows(engine) == before


@pytest.mark.any_database
def test_whoever_may_is_let_in_to_every_page_that_is_theirs(app: Flask, world: World) -> None:
    """403 is never the answer to a page that the table gives; what is not public or not theirs is 404.

    The town's bulletin prints words that were taken back, so its public files are for now being made anew: 503.
    """
    wrong, opened = [], dict.fromkeys(VIEWERS, 0)
    for viewer, method, url in asked(app, world, allowed=True):
        if method == "GET":
            status = world.browsers[viewer].client.get(url).status_code
            opened[viewer] += status == 200
            renewed = status == 503 and url.startswith(f"/bulletins/{PUBLISHED}.")
            if status not in (200, 303, 404) and not renewed:
                wrong.append(f"{viewer}: {url}: {status}")
    assert wrong == []
    assert min(opened.values()) > 20, opened


@pytest.mark.any_database
def test_no_form_is_taken_without_its_token_and_nothing_changes(app: Flask, world: World) -> None:
    engine = app.extensions["consult.engine"]
    before, wrong = rows(engine), []
    for viewer in ("visitor", "citizen", "leader", "officer", "unit", "administrator"):
        for rule in app.url_map.iter_rules():
            if "POST" not in (rule.methods or ()) or rule.rule in ONE_PRESS or viewer not in WHO[f"POST {rule.rule}"]:
                continue
            for url in world.addresses(app, rule)[:2]:
                for data in ({}, {"csrf_token": "forged"}):
                    answer = world.browsers[viewer].client.post(url, data={"reason": "没有令牌的请求", **data})
                    if answer.status_code != 400 or "<h1" not in answer.get_data(as_text=True):
                        wrong.append(f"{viewer} {url}: {answer.status_code}")
    assert wrong == []
    assert rows(engine) == before


def test_a_route_without_a_mark_stops_the_start(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Careless(Flask):
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)  # type: ignore[arg-type]
            self.add_url_rule("/backdoor", "backdoor", lambda: "open")

    monkeypatch.setattr(application, "Flask", Careless)
    with pytest.raises(RuntimeError, match="/backdoor"):
        create_app(settings)
