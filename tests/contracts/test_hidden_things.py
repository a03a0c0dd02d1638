"""What is hidden stays hidden (T1, T4): a word planted in each hidden thing, looked for in every answer of every route.

Each word of `World.hidden` stands in one thing that only some may see. Names, phone and ID numbers of authors
may be seen by nobody, but for the one answer to an audited reveal.
"""

from __future__ import annotations

import json
import logging
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.audit.models import AuditEvent
from consult.clock import FixedClock
from consult.hotline.models import WorkOrder
from consult.web.logs import JsonLines
from tests.factories.world import ID_NUMBER, NAME, PHONE, PUBLISHED, VIEWERS, Builder, World
from tests.support.database import everything_written

IDENTITIES = (NAME, PHONE, ID_NUMBER)
#: Asked of every list: nothing of this is a door to what the list does not show by itself.
DOOR = "state=pending&status=pending&phase=editing&all=1&include=hidden&format=json&sort=identity_id"


@pytest.fixture
def world(app: Flask, own: Session, clock: FixedClock) -> World:
    return Builder(app, own, clock).build()


def addresses(app: Flask, world: World) -> list[str]:
    """Every address that can be read, and a search for every hidden word."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            urls = world.addresses(app, rule)
            found += urls if rule.arguments else [*urls, f"{urls[0]}?{DOOR}"]
    searches = [f"/search?q={quote(word)}" for word in (*world.hidden, *IDENTITIES)]
    return found + searches


def test_no_route_shows_a_hidden_thing_to_whom_it_is_hidden_from(app: Flask, world: World) -> None:
    leaks, seen = [], set()
    for viewer in VIEWERS:
        for url in addresses(app, world):
            answer = world.browsers[viewer].client.get(url)
            text = answer.get_data().decode("utf-8", "replace") + str(answer.headers)
            if url.startswith("/search?q="):
                # The page repeats what was looked for; what counts is whether anything was found.
                leaks += [f"{viewer} finds {url}"] if 'class="cards"' in text else []
                continue
            for word, who in world.hidden.items():
                if word in text or json.dumps(word)[1:-1] in text:
                    seen.add((viewer, word))
                    if viewer not in who:
                        leaks.append(f"{viewer} sees {word} at {url}")
            leaks += [f"{viewer} sees {secret} at {url}" for secret in IDENTITIES if secret in text]
    assert leaks == []
    # The looking finds what there is: every word is seen by each of those who may.
    unseen = {(viewer, word) for word, who in world.hidden.items() for viewer in who} - seen
    assert unseen == set()


def test_what_a_published_bulletin_shows_is_seen_by_everybody(world: World) -> None:
    """The twin of the hidden quotations: this one may be shown, and where one was taken back it is said."""
    page = world.browsers["visitor"].get(f"/bulletins/{PUBLISHED}")
    assert "公开引文：东门路灯不亮" in page.words and "引文已撤回" in page.words
    assert world.browsers["visitor"].client.get(f"/bulletins/{PUBLISHED}.pdf").status_code == 503


def test_no_search_is_blind_to_what_is_public(world: World) -> None:
    """The twin of the searches above: they would have shown a hit."""
    assert 'class="cards"' in world.browsers["visitor"].get("/search?q=电动自行车").text


def test_identities_are_in_no_row_log_job_or_file(
    app: Flask, own: Session, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    logs: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logs.append(JsonLines().format(record))

    handler = Keep()
    logging.getLogger().addHandler(handler)
    with caplog.at_level(logging.DEBUG):
        world = Builder(app, own, clock).build()
        for viewer in ("visitor", "citizen"):
            world.browsers[viewer].client.get(f"/search?q={quote(NAME)}")
            world.browsers[viewer].client.get(f"/receipt/{PHONE}")
    logging.getLogger().removeHandler(handler)
    folder = app.extensions["consult.settings"].instance
    files = b"".join(f.read_bytes() for f in folder.rglob("*") if f.is_file())
    for secret in IDENTITIES:
        assert secret not in everything_written(app.extensions["consult.engine"])
        assert secret not in "\n".join(logs)
        assert secret.encode() not in files
    assert len(logs) > 10


def test_a_reveal_shows_the_person_once_and_leaves_one_audit_row(world: World, own: Session) -> None:
    order = own.scalars(select(WorkOrder).where(WorkOrder.body.contains("暗号来电辰"))).one()
    url, browser = f"/desk/hotline/orders/{order.number}", world.browsers["officer"]
    revealed = select(AuditEvent).where(AuditEvent.action == "vault:identity:revealed")
    assert PHONE not in browser.get(url).text
    shown = browser.submit(f"{url}/identity", {"reason": "回访核实办理情况"}, form_at=url)
    assert PHONE in shown.text and NAME in shown.text
    assert shown.response.headers["Cache-Control"] == "private, no-store"
    assert PHONE not in browser.get(url).text
    own.rollback()
    (event,) = own.scalars(revealed).all()
    assert event.actor == world.accounts["officer"].handle
    assert "回访核实办理情况" in event.detail and PHONE not in event.detail
