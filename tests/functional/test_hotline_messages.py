"""Web messages to leaders: writing, reviewing, reading, and what the receipt tells."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.audit.models import AuditEvent
from consult.clock import FixedClock
from consult.errors import IllegalTransition, InvalidInput
from consult.hotline import intake, queries, rules, service
from consult.hotline.models import OrderState, WorkOrder, WorkOrderLog
from consult.responses import service as responses
from consult.responses.models import Thread
from consult.vault.models import Identity
from tests.factories.accounts import Accounts
from tests.factories.hotline import MESSAGE, Hotline
from tests.support.browser import Browser

LONG = "这是一段用来凑够字数的话，说的是路灯不亮晚上走路不安全。"
FORM = {
    "addressee": "",
    "kind": "plea",
    "field": "construction",
    "title": "望荻里路灯不亮",
    "body": LONG,
    "consents": "y",
    "publishes": "y",
}


@pytest.fixture
def hotline(app: Flask, own: Session, clock: FixedClock) -> Hotline:
    return Hotline(app, own, clock)


def orders(own: Session) -> int:
    return own.scalar(select(func.count()).select_from(WorkOrder)) or 0


def test_a_message_gives_a_receipt_code_and_is_not_public_before_review(visitor: Browser, own: Session) -> None:
    sent = visitor.submit("/messages/new", FORM)
    assert sent.status == 303
    page = visitor.follow(sent)
    order = own.scalars(select(WorkOrder)).unique().one()
    assert order.receipt_code and order.receipt_code in page.text
    assert order.state == OrderState.PENDING
    assert order.title not in visitor.get("/messages").words
    visitor.get(f"/messages/{order.number}", status=404)


def test_sending_a_form_twice_gives_one_message_and_the_same_receipt(visitor: Browser, own: Session) -> None:
    key = visitor.get("/messages/new").find("input[name=idempotency_key]")[0].get("value")
    first = visitor.submit("/messages/new", {**FORM, "idempotency_key": key})
    second = visitor.submit("/messages/new", {**FORM, "idempotency_key": key})
    assert first.location == second.location
    assert orders(own) == 1


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"kind": ""}, "kind", "choose what kind"),
        ({"kind": "report"}, "kind", "choose what kind"),
        ({"field": "moon"}, "field", "choose the field"),
        ({"title": ""}, "title", "a title"),
        ({"title": "字" * 23}, "title", "at most 22 characters; this one has 23"),
        ({"body": "字" * 19}, "body", "at least 20 characters; so far it is 19"),
        ({"body": "字" * 1001}, "body", "message has at most 1000"),
        ({"kind": "complaint", "demand": "字" * 19}, "demand", "at least 20 characters"),
        ({"kind": "complaint", "demand": "字" * 201}, "demand", "at most 200"),
        ({"kind": "complaint", "demand": "字" * 20, "body": "字" * 801}, "body", "supplement"),
        ({"consents": False}, "consents", "agreement"),
        ({"addressee_id": 99999}, "addressee", "takes no messages"),
    ],
)
def test_each_refusal_has_its_own_words_and_names_its_field(
    own: Session, change: dict[str, object], field: str, words: str
) -> None:
    problems = intake.problems_of(own, replace(MESSAGE, **change))
    assert [p.field for p in problems] == [field]
    assert words in str(problems[0])


@pytest.mark.parametrize(
    "change",
    [
        {"title": "字" * 22, "body": "字" * 20},
        {"body": "字" * 1000},
        {"kind": "complaint", "demand": "字" * 20, "body": ""},
        {"kind": "complaint", "demand": "字" * 200, "body": "字" * 800},
    ],
)
def test_the_longest_and_shortest_allowed_messages_are_taken(own: Session, change: dict[str, object]) -> None:
    assert intake.problems_of(own, replace(MESSAGE, **change)) == []


def test_a_refused_form_keeps_everything_that_was_typed(visitor: Browser, own: Session) -> None:
    page = visitor.submit("/messages/new", {**FORM, "title": "字" * 30, "place": "望荻里三号楼"})
    assert page.status == 422
    assert "字" * 30 in page.text and LONG in page.text and "望荻里三号楼" in page.text
    assert orders(own) == 0


def test_nul_bytes_are_taken_out_and_shown_before_anything_is_kept(visitor: Browser, own: Session) -> None:
    page = visitor.submit("/messages/new", {**FORM, "body": LONG + "\x00" + LONG})
    assert page.status == 422 and "\x00" not in page.text and LONG + LONG in page.text
    assert orders(own) == 0


def test_a_message_of_a_hundred_thousand_characters_is_answered_with_its_length(visitor: Browser, own: Session) -> None:
    page = visitor.submit("/messages/new", {**FORM, "body": "长" * 100_000})
    assert page.status == 422 and "现在是100000字" in page.words
    assert orders(own) == 0


def test_too_many_messages_from_one_address_are_stopped(visitor: Browser, own: Session) -> None:
    for _ in range(10):
        assert visitor.submit("/messages/new", FORM).status == 303
    assert visitor.submit("/messages/new", FORM).status == 429
    assert orders(own) == 10


def test_a_message_is_masked_before_it_is_stored_and_its_author_sealed(hotline: Hotline, own: Session) -> None:
    order = hotline.message(body=LONG + "请打13812345678找我。", name="柳青禾", phone="13812345678")
    assert "13812345678" not in order.body and "138****5678" in order.body
    sealed = own.scalars(select(Identity)).one()
    assert b"13812345678" not in sealed.sealed
    assert order.person_key and order.person_key == sealed.person_key


def test_accepting_starts_the_clock_and_shows_the_message_with_its_public_time(
    hotline: Hotline, accounts: Accounts, visitor: Browser, own: Session, clock: FixedClock
) -> None:
    order = hotline.accepted(accounts.make("officer"))
    assert order.state == OrderState.WAITING
    assert order.reviewed_at == clock.now()
    assert order.due_on is not None and order.due_on.isoformat() == "2026-09-21"  # 7 working days, 20 Sep works
    page = visitor.get(f"/messages/{order.number}")
    assert order.title in page.words and order.body in page.words
    assert order.title in visitor.get("/messages").words
    assert order.title in visitor.get("/messages.atom").response.get_data(as_text=True)


def test_a_message_whose_author_did_not_agree_is_handled_and_never_public(
    hotline: Hotline, accounts: Accounts, visitor: Browser
) -> None:
    order = hotline.accepted(accounts.make("officer"), consents_to_publish=False)
    assert order.state == OrderState.WAITING and not order.is_public
    visitor.get(f"/messages/{order.number}", status=404)


def test_a_refusal_needs_a_reason_and_tells_it_to_the_author(
    hotline: Hotline, accounts: Accounts, own: Session, app: Flask, clock: FixedClock
) -> None:
    officer, order = accounts.make("officer"), hotline.message()
    with pytest.raises(InvalidInput) as refused:
        service.review_message(own, officer, order, service.Decision(accepts=False), clock.now())
    assert refused.value.field == "reason"
    decision = service.Decision(accepts=False, reason="statutory", note="请向仲裁委员会申请")
    service.review_message(own, officer, order, decision, clock.now())
    own.commit()
    with app.test_request_context():
        told = queries.receipt(own, order.receipt_code or "", clock.now())
    assert told is not None and "请向仲裁委员会申请" in told.steps[-1].text


def test_a_message_is_reviewed_once(hotline: Hotline, accounts: Accounts, own: Session, clock: FixedClock) -> None:
    officer = accounts.make("officer")
    order = hotline.accepted(officer)
    with pytest.raises(IllegalTransition):
        service.review_message(own, officer, order, service.Decision(accepts=True), clock.now())


def test_every_change_of_status_is_one_log_row(
    hotline: Hotline, accounts: Accounts, own: Session, clock: FixedClock
) -> None:
    officer = accounts.make("officer")
    order = hotline.accepted(officer)
    service.move(own, officer, order, service.Move("handling"), clock.now())
    service.move(own, officer, order, service.Move("done", "路灯已经更换十二盏，今晚起照明恢复。"), clock.now())
    own.commit()
    rows = own.execute(
        select(WorkOrderLog.before, WorkOrderLog.after)
        .where(WorkOrderLog.order_id == order.id)
        .order_by(WorkOrderLog.id)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("", "pending"),
        ("pending", "waiting"),
        ("waiting", "handling"),
        ("handling", "done"),
    ]


def test_an_illegal_step_is_refused_and_changes_nothing(
    hotline: Hotline, accounts: Accounts, own: Session, clock: FixedClock
) -> None:
    officer = accounts.make("officer")
    for before, after in product(OrderState, OrderState):
        order = hotline.message()
        order.state, order.reason = before, "unlawful" if before == OrderState.REFUSED else ""
        own.commit()
        step = service.Move(after, "说明理由的一句话", "out_of_scope")
        # What is pending is accepted or refused in its review, never by a step.
        is_review = before == OrderState.PENDING and after != OrderState.CLOSED
        if rules.can_move(before, after) and not is_review:
            service.move(own, officer, order, step, clock.now())
            own.commit()
            assert order.state == after
        else:
            with pytest.raises(IllegalTransition):
                service.move(own, officer, order, step, clock.now())
            own.rollback()
            assert own.get_one(WorkOrder, order.id).state == before, (before, after)


def test_handing_back_needs_a_reason_and_is_decided_on_once(
    hotline: Hotline, accounts: Accounts, own: Session, clock: FixedClock
) -> None:
    officer = accounts.make("officer")
    order = hotline.accepted(officer)
    with pytest.raises(InvalidInput):
        service.move(own, officer, order, service.Move("returned"), clock.now())
    service.move(own, officer, order, service.Move("returned", "不属于本单位职责"), clock.now())
    service.move(own, officer, order, service.Move("waiting", "经核实仍由你单位办理"), clock.now())
    with pytest.raises(IllegalTransition):
        service.move(own, officer, order, service.Move("returned", "还是不属于"), clock.now())


def test_the_leaders_answer_ends_the_order_and_stands_on_its_page(
    hotline: Hotline, accounts: Accounts, own: Session, clock: FixedClock, visitor: Browser
) -> None:
    leader, officer = accounts.make("leader", post="副县长"), accounts.make("officer")
    order = hotline.message(addressee_id=leader.id)
    decision = service.Decision(accepts=True, publishes=True, leader_id=leader.id)
    service.review_message(own, officer, order, decision, clock.now())
    own.commit()
    thread = own.scalars(select(Thread)).unique().one()
    assert (thread.origin, thread.origin_id, thread.due_on) == ("order", order.id, order.due_on)
    responses.publish_answer(own, leader, thread, "路灯线路已经修复，今晚恢复照明，欢迎监督。", clock.now())
    own.commit()
    own.refresh(order)
    assert order.state == OrderState.DONE and order.answered_at == clock.now()
    page = visitor.get(f"/messages/{order.number}")
    assert "路灯线路已经修复" in page.words and "副县长" in page.words


def test_revealing_an_identity_needs_a_reason_and_leaves_one_audit_row(
    hotline: Hotline, accounts: Accounts, sign_in: object, own: Session
) -> None:
    order = hotline.message(name="柳青禾", phone="13812345678")
    officer = sign_in("officer")  # type: ignore[operator]
    url = f"/desk/hotline/orders/{order.number}"
    assert "13812345678" not in officer.get(url).text
    bare = officer.submit(f"{url}/identity", {"reason": ""}, form_at=url, form="#reveal")
    assert bare.status == 422 and "13812345678" not in bare.text
    shown = officer.submit(f"{url}/identity", {"reason": "回访核实路灯位置"}, form_at=url, form="#reveal")
    assert "13812345678" in shown.words and "柳青禾" in shown.words
    assert "no-store" in shown.response.headers["Cache-Control"]
    count = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "vault:identity:revealed")
    assert own.scalar(count) == 1
    assert "13812345678" not in officer.get(url).text


def test_an_officer_reviews_and_moves_a_message_by_the_pages(
    hotline: Hotline, accounts: Accounts, sign_in: object, own: Session, visitor: Browser
) -> None:
    order, officer = hotline.message(), sign_in("officer")  # type: ignore[operator]
    url = f"/desk/hotline/orders/{order.number}"
    assert order.title in officer.get("/desk/hotline/review").words
    unsaid = officer.submit(f"{url}/review", {}, form_at=url)
    assert unsaid.status == 422
    unreasoned = officer.submit(f"{url}/review", {"decision": "refuse"}, form_at=url)
    assert unreasoned.status == 422
    assert officer.submit(f"{url}/review", {"decision": "publish"}, form_at=url).status == 303
    visitor.get(f"/messages/{order.number}")
    assert officer.submit(f"{url}/steps", {"after": "handling"}, form_at=url, form="#move").status == 303
    assert officer.submit(f"{url}/steps", {"after": "done"}, form_at=url, form="#move").status == 422
    done = officer.submit(f"{url}/steps", {"after": "done", "note": "已经修好"}, form_at=url, form="#move")
    assert done.status == 303
    assert "已经修好" in visitor.get(f"/messages/{order.number}").words


def test_a_call_is_entered_with_its_transcript_split_by_speaker(sign_in: object, own: Session) -> None:
    officer = sign_in("officer")  # type: ignore[operator]
    sent = officer.submit(
        "/desk/hotline/new",
        {
            "channel": "phone",
            "kind": "",
            "field": "",
            "title": "路灯不亮",
            "transcript": "话务员：您好，请讲。市民：我们小区的路灯坏了，我电话是13812345678。话务员：好的。",
            "name": "柳青禾",
            "phone": "13812345678",
            "street": "望荻街道",
            "said_at": "2026-09-11T09:30",
        },
    )
    assert sent.status == 303
    page = officer.follow(sent)
    assert "13812345678" not in page.text
    order = own.scalars(select(WorkOrder)).unique().one()
    assert [turn.speaker for turn in order.turns] == ["operator", "citizen", "operator"]
    assert order.body.startswith("我们小区的路灯坏了")
    assert order.state == OrderState.WAITING and order.due_on is not None


def test_the_desk_list_is_narrowed_by_state_channel_and_words(
    hotline: Hotline, accounts: Accounts, sign_in: object, clock: FixedClock
) -> None:
    officer = accounts.make("officer")
    noise, lamp = hotline.call(officer, title="半夜打桩"), hotline.accepted(officer, title="路灯不亮")
    browser = sign_in("officer")  # type: ignore[operator]
    for query, shown in (
        ("q=打桩", {noise}),
        ("channel=phone", {noise}),
        ("origin=message", {lamp}),
        ("state=done", set()),
        ("q=%25", set()),
    ):
        words = browser.get(f"/desk/hotline?{query}").words
        assert {order for order in (noise, lamp) if order.number in words} == shown, query


def test_submissions_for_the_analysis_are_masked_and_leave_refused_ones_out(
    hotline: Hotline, accounts: Accounts, own: Session, clock: FixedClock
) -> None:
    officer = accounts.make("officer")
    said = "话务员：您好。市民：我电话13812345678，路灯坏了。"
    call = hotline.call(officer, transcript=said, phone="13812345678")
    refused = hotline.message()
    service.review_message(own, officer, refused, service.Decision(accepts=False, reason="advertising"), clock.now())
    own.commit()
    found = queries.submissions(own)
    assert [s.id for s in found] == [f"order:{call.id}"]
    assert found[0].author == call.person_key != ""
    assert "13812345678" not in str(found[0])
    assert [t.speaker for t in found[0].turns] == ["operator", "citizen"]
    assert queries.submissions(own, since=clock.now(), ids=[call.id]) == found
    assert queries.submissions(own, until=clock.now()) == []
