"""The ledger at the desk, by its pages: plain forms, shareable addresses, and nothing typed is lost."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.audit.models import AuditEvent
from consult.clock import FixedClock
from consult.ledger.models import Action, Entry, StoredReason
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.factories.ledger import REASON, Ledgers
from tests.support.browser import Browser, Page

LIST = "form.bulk"


@pytest.fixture
def ledgers(own: Session, clock: FixedClock, accounts: Accounts) -> Ledgers:
    return Ledgers(own, clock, accounts)


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def comments(own: Session, clock: FixedClock, app: Flask) -> Comments:
    return Comments(own, clock, app.extensions["consult.vault"])


@pytest.fixture
def officer(sign_in: Callable[..., Browser]) -> Browser:
    return sign_in("officer")


def entries(own: Session) -> dict[int, tuple[str, str]]:
    own.expire_all()
    return {e.comment_id: (e.outcome, e.state) for e in own.scalars(select(Entry))}


def ids_on(page: Page) -> list[str]:
    return [str(box.get("value")) for box in page.find("input[name=ids]")]


def test_ticked_comments_are_decided_and_the_filter_stays(
    officer: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    one, two = (comments.accepted(draft, drafts.officer, f"收费太高{n}。") for n in range(2))
    comments.accepted(draft, drafts.officer, "支持。")
    url = f"/desk/ledger/{draft.id}?q=收费"
    page = officer.get(url)
    assert ids_on(page) == [f"{one.id}.0", f"{two.id}.0"]
    sent = {"ids": ids_on(page)[:1], "action": "decide", "outcome": "declined", "reason": REASON}
    answer = officer.submit(url, sent, form=LIST)
    assert answer.status == 303 and "q=" in answer.location
    assert "已处理1条意见" in officer.follow(answer).words
    assert entries(own) == {one.id: ("declined", "drafted")}


def test_a_missing_reason_is_asked_for_with_everything_typed_and_ticked_kept(
    officer: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    url = f"/desk/ledger/{draft.id}"
    token = f"{comment.id}.0"
    page = officer.submit(url, {"ids": token, "action": "decide", "outcome": "partly", "master": "12"}, form=LIST)
    assert page.status == 422 and "请填写理由" in page.words
    assert [box.get("value") for box in page.find("input[name=ids][checked]")] == [token]
    assert page.find("#outcome option[selected]")[0].get("value") == "partly"
    assert page.find("#master")[0].get("value") == "12"
    assert entries(own) == {}
    for master in ("第3号", "99999999999999", "-1"):
        sent = {"ids": token, "action": "decide", "outcome": "duplicate", "master": master}
        assert officer.submit(url, sent, form=LIST).status == 422


def test_everything_undecided_of_a_filter_is_decided_with_one_press(
    officer: Browser, drafts: Drafts, comments: Comments, ledgers: Ledgers, own: Session
) -> None:
    draft = drafts.open()
    done = comments.accepted(draft, drafts.officer, "收费太高。")
    rest = [comments.accepted(draft, drafts.officer, f"收费太高{n}。") for n in range(3)]
    other = comments.accepted(draft, drafts.officer, "支持。")
    ledgers.decide(draft, [done])
    url = f"/desk/ledger/{draft.id}?q=收费"
    assert "处理本清单全部3条未处理的" in officer.get(url).words
    sent = {"action": "decide_found", "outcome": "declined", "reason": REASON}
    assert officer.submit(url, sent, form=LIST).status == 303
    assert entries(own) == {done.id: ("adopted", "drafted"), **{c.id: ("declined", "drafted") for c in rest}}
    assert other.id not in entries(own)


def test_a_page_that_has_grown_old_changes_nothing_that_another_officer_did(
    officer: Browser, drafts: Drafts, comments: Comments, ledgers: Ledgers, own: Session
) -> None:
    draft = drafts.open()
    one, two = (comments.accepted(draft, drafts.officer, f"说法{n}。") for n in range(2))
    url = f"/desk/ledger/{draft.id}"
    page = officer.get(url)
    held = {i.get("name"): i.get("value") for i in page.find(f"{LIST} input[type=hidden]")}
    ledgers.decide(draft, [one], "declined")
    whole = {**held, "action": "decide_found", "outcome": "adopted"}
    assert officer.post(url, whole).status == 409
    told = officer.follow(officer.post(url, {**held, "ids": ids_on(page), "action": "decide", "outcome": "adopted"}))
    assert f"保持不变：第{one.id}号" in told.words
    assert entries(own) == {one.id: ("declined", "drafted"), two.id: ("adopted", "drafted")}


def test_a_second_person_confirms_by_the_page_and_the_first_cannot(
    sign_in: Callable[..., Browser], drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    one, two = sign_in("officer"), sign_in("officer")
    url = f"/desk/ledger/{draft.id}"
    sent = {"ids": f"{comment.id}.0", "action": "decide", "outcome": "adopted"}
    assert one.submit(url, sent, form=LIST).status == 303
    for action in ("review_found", "review"):
        answer = one.submit(url, {"ids": f"{comment.id}.1", "action": action}, form=LIST)
        assert answer.status == 409 and "另一人复核" in answer.words
    assert two.submit(url, {"action": "review_found"}, form=LIST).status == 303
    assert entries(own) == {comment.id: ("adopted", "reviewed")}


def test_one_comment_after_the_other_is_decided_by_keyboard(
    officer: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    one, two = (comments.accepted(draft, drafts.officer, f"说法{n}。") for n in range(2))
    url = f"/desk/ledger/{draft.id}/comments"
    form = "main form"
    answer = officer.submit(f"{url}/{one.id}", {"action": "decide", "outcome": "adopted", "then": "next"}, form=form)
    assert answer.location.endswith(f"/comments/{two.id}")
    answer = officer.submit(f"{url}/{two.id}", {"action": "decide", "outcome": "unrelated"}, form=form)
    assert answer.status == 422 and "请填写理由" in answer.words
    sent = {"action": "decide", "outcome": "unrelated", "reason": REASON, "then": "next"}
    answer = officer.submit(f"{url}/{two.id}", sent, form=form)
    assert answer.location.endswith(f"/desk/ledger/{draft.id}")
    page = officer.get(f"{url}/{two.id}")
    assert "已处理：无关" in page.words and REASON in page.words
    assert officer.submit(f"{url}/{two.id}", {"action": "clear"}, form=form).status == 303
    assert entries(own) == {one.id: ("adopted", "drafted")}


def test_reasons_are_kept_used_and_taken_off_the_list(
    officer: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    url = f"/desk/ledger/{draft.id}"
    form = "form:has(#name)"
    assert officer.submit(f"{url}/reasons", {"name": "", "text": ""}, form=form).status == 422
    assert officer.submit(f"{url}/reasons", {"name": "上位法", "text": REASON}, form=form).status == 303
    stored = own.scalars(select(StoredReason)).one()
    sent = {"ids": f"{comment.id}.0", "action": "decide", "outcome": "declined", "stored_reason": str(stored.id)}
    assert officer.submit(url, sent, form=LIST).status == 303
    assert own.scalar(select(Entry.reason)) == REASON
    removal = f"{url}/reasons/{stored.id}/removal"
    assert officer.submit(removal, {}, form_at=f"{url}/reasons", form=f"form[action='{removal}']").status == 303
    assert "清单中还没有理由" in officer.get(f"{url}/reasons").words


def test_whatever_is_sent_is_answered_in_words_and_changes_nothing(
    officer: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    url = f"/desk/ledger/{draft.id}"
    officer.get(f"{url}?version=x&clause={'9' * 300}&stance=?&q={'%' * 200}&status=1&group={'0' * 99}&page=-3")
    officer.get("/desk/ledger?show=nonsense&page=99")
    wrong = [
        {"action": "decide", "outcome": "adopted"},
        {"action": "decide", "outcome": "adopted", "ids": ["x.y", "1.", f"{'9' * 30}.0"]},
        {"action": "decide", "outcome": "<b>", "ids": f"{comment.id}.0"},
        {"action": "nonsense", "ids": f"{comment.id}.0"},
        {"ids": f"{comment.id}.0"},
        {"action": "decide", "outcome": "declined", "reason": "长" * 2_001, "ids": f"{comment.id}.0"},
        {"action": "decide", "outcome": "declined", "stored_reason": "77", "ids": f"{comment.id}.0"},
        {"action": "decide", "outcome": "adopted", "change": "77", "ids": f"{comment.id}.0"},
    ]
    for sent in wrong:
        page = officer.submit(url, sent, form=LIST)
        assert page.status == 422 and page.find(".govuk-error-summary"), sent
    stale = {"action": "decide", "outcome": "adopted", "ids": [f"{comment.id}.5", f"{comment.id + 99}.0"]}
    assert officer.submit(url, stale, form=LIST).status == 409
    assert entries(own) == {} and own.scalars(select(Action)).all() == []
    officer.get("/desk/ledger/99", status=404)
    officer.get(f"{url}/comments/99", status=404)


def test_the_internal_list_holds_what_is_not_public_and_taking_it_is_logged(
    officer: Browser, drafts: Drafts, comments: Comments, ledgers: Ledgers, own: Session
) -> None:
    draft = drafts.open()
    silent = comments.accepted(draft, drafts.officer, "=不愿公开的话。", consent_publish=False)
    comments.accepted(draft, drafts.officer, "可以公开的话。", clause=drafts.clause(draft))
    ledgers.decide(draft, [silent], "declined")
    body = officer.client.get(f"/desk/ledger/{draft.id}/working.xlsx").get_data()
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    assert book.sheet_names == ["内部工作表，不得公开"]
    rows = book.get_sheet_by_index(0).to_python()
    assert [row[7] for row in rows[1:]] == ["=不愿公开的话。", "可以公开的话。"]
    assert rows[1][9:12] == ["否", "不采纳", REASON] and rows[1][14] == "待复核"
    own.expire_all()
    assert "ledger:list:downloaded" in own.scalars(select(AuditEvent.action)).all()


def test_the_desk_page_of_a_draft_leads_to_its_ledger(officer: Browser, drafts: Drafts) -> None:
    draft, editing = drafts.open(), drafts.editing()
    links = {a.get("href") for a in officer.get(f"/desk/drafts/{draft.id}").find("main a")}
    assert f"/desk/ledger/{draft.id}" in links
    links = {a.get("href") for a in officer.get(f"/desk/drafts/{editing.id}").find("main a")}
    assert f"/desk/ledger/{editing.id}" not in links
