"""Who may see and do what with work orders: canaries in every state, and every route by every role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.accounts.models import Role
from consult.accounts.queries import Viewer, Visitor
from consult.clock import FixedClock
from consult.hotline import queries, service
from consult.hotline.models import ImportFile, OrderState, WorkOrder, WorkOrderLog
from tests.factories.accounts import Accounts
from tests.factories.hotline import Hotline
from tests.support.browser import Browser

CANARY = "青石嘴村口的老槐树"


@pytest.fixture
def hotline(app: Flask, own: Session, clock: FixedClock) -> Hotline:
    return Hotline(app, own, clock)


def everything(hotline: Hotline, accounts: Accounts, own: Session, clock: FixedClock) -> dict[str, WorkOrder]:
    """One order for each way in which something may be hidden, every one holding the canary."""
    officer = accounts.make("officer")
    body = f"{CANARY}下面的井盖不见了，晚上没有灯，已经有人掉下去过，请尽快处理。"
    made = {
        "pending": hotline.message(body=body, title=CANARY),
        "unconsented": hotline.accepted(officer, body=body, title=CANARY, consents_to_publish=False),
        "refused": hotline.message(body=body, title=CANARY),
        "call": hotline.call(officer, body=body, title=CANARY),
    }
    refusal = service.Decision(accepts=False, reason="duplicate")
    service.review_message(own, officer, made["refused"], refusal, clock.now())
    own.commit()
    return made


@pytest.mark.parametrize("role", [None, "citizen"])
def test_nothing_hidden_is_on_any_page_of_the_public(
    hotline: Hotline, accounts: Accounts, own: Session, clock: FixedClock, app: Flask, role: str | None, sign_in: Any
) -> None:
    made = everything(hotline, accounts, own, clock)
    browser: Browser = sign_in(role) if role else Browser(app)
    for order in made.values():
        assert CANARY not in browser.get(f"/messages/{order.number}", status=404).text
    fields = [column.key for column in WorkOrder.__table__.columns]
    asked = [
        "",
        "?state=pending",
        "?state=refused",
        "?kind=plea",
        "?page=2",
        *(f"?{f}=1&sort={f}&order={f}" for f in fields),
    ]
    for query in asked:
        assert CANARY not in browser.get(f"/messages{query}").text
    assert CANARY not in browser.get("/messages.atom").response.get_data(as_text=True)


def test_the_public_list_is_the_same_whatever_column_is_asked_for(
    hotline: Hotline, accounts: Accounts, visitor: Browser
) -> None:
    officer = accounts.make("officer")
    for title in ("甲处路灯不亮", "乙处路灯不亮"):
        hotline.accepted(officer, title=title)
    plain = visitor.get("/messages").words
    for column in WorkOrder.__table__.columns:
        if column.key not in ("kind", "field", "state"):
            assert visitor.get(f"/messages?{column.key}=x&sort={column.key}").words == plain


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (None, set()),
        ("citizen", set()),
        ("administrator", set()),
        ("auditor", set()),
        ("leader", {"pending", "unconsented", "refused", "call"}),
        ("officer", {"pending", "unconsented", "refused", "call"}),
    ],
)
def test_cards_of_hidden_orders_are_for_staff_who_read_issues(
    hotline: Hotline, accounts: Accounts, own: Session, clock: FixedClock, app: Flask, role: str | None, sees: set[str]
) -> None:
    made = everything(hotline, accounts, own, clock)
    viewer = Viewer(accounts.make(role)) if role else Visitor()
    with app.test_request_context():
        cards = queries.subject_cards(own, [order.id for order in made.values()], viewer)
    assert {name for name, order in made.items() if order.id in cards} == sees
    assert all((card.url is not None) == (role == "officer") for card in cards.values())
    assert not any(card.is_public for card in cards.values())


#: What each role may open at the desk; everybody else is sent away, and nothing changes.
READS = {Role.OFFICER}


@pytest.mark.parametrize("role", [None, *Role])
def test_only_officers_open_and_change_work_orders(
    hotline: Hotline,
    accounts: Accounts,
    own: Session,
    clock: FixedClock,
    app: Flask,
    role: str | None,
    sign_in: Callable[..., Browser],
) -> None:
    order = everything(hotline, accounts, own, clock)["pending"]
    browser = sign_in(role) if role else Browser(app)
    filled = {"number": order.number, "import_id": 1}
    routes = [r for r in app.url_map.iter_rules() if r.endpoint.startswith("hotline_desk.")]
    assert len(routes) >= 15
    app.config["WTF_CSRF_ENABLED"] = False  # the permission is to refuse, not the missing token
    before = own.scalar(select(func.count()).select_from(WorkOrderLog))
    own.rollback()
    for rule in routes:
        url = rule.rule
        for name, value in filled.items():
            url = url.replace(f"<int:{name}>", str(value)).replace(f"<{name}>", str(value))
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            answer = browser.client.open(url, method=method)
            allowed = role in READS
            sent_away = answer.status_code in (403,) or (answer.status_code == 303 and "/sign-in" in answer.location)
            assert sent_away is not allowed, f"{role} {method} {url}: {answer.status_code}"
            assert answer.status_code < 500
            if not allowed:
                assert CANARY not in answer.get_data(as_text=True)
    if role not in READS:
        assert own.scalar(select(func.count()).select_from(WorkOrderLog)) == before
        assert own.scalars(select(ImportFile)).all() == []
        assert own.get_one(WorkOrder, order.id).state == OrderState.PENDING


def test_a_receipt_is_found_by_its_code_alone_and_tells_every_step(
    hotline: Hotline, accounts: Accounts, own: Session, clock: FixedClock, app: Flask, visitor: Browser
) -> None:
    order = hotline.message(consents_to_publish=False)
    assert order.receipt_code is not None
    with app.test_request_context():
        told = queries.receipt(own, order.receipt_code.lower(), clock.now())
        assert told is not None and [s.state for s in told.steps] == ["done", "current"]
        assert queries.receipt(own, "ZZZZZZZZZZZZ", clock.now()) is None
    visitor.get("/messages/sent/ZZZZZZZZZZZZ", status=404)
