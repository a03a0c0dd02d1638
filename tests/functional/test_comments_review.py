"""先审后发: officers review comments, in bulk, each exactly once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from consult.accounts.models import Role, User
from consult.audit.models import AuditEvent
from consult.audit.service import verify
from consult.clock import FixedClock
from consult.comments import service
from consult.comments.models import Comment, CommentLog, CommentState, RefusalReason
from consult.comments.service import Decided, Decision
from consult.db import transaction
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.support.browser import Browser, Page


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def comments(own: Session, clock: FixedClock, app: Flask) -> Comments:
    return Comments(own, clock, app.extensions["consult.vault"])


@pytest.fixture
def officer(sign_in: Callable[..., Browser]) -> Browser:
    return sign_in("officer")


def _decide(officer: Browser, ids: list[int], action: str, **more: str) -> Page:
    data = {"ids": [str(i) for i in ids], "action": action, "reason": "", "note": "", **more}
    return officer.submit("/desk/comments/decide", data, form_at="/desk/comments", form="form.bulk")


def _states(own: Session) -> list[str]:
    own.expire_all()
    return list(own.scalars(select(Comment.state).order_by(Comment.id)))


def test_ticked_comments_are_accepted_at_once_and_the_others_wait(
    officer: Browser, visitor: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    rows = [comments.pending(draft, f"说法{n}号。") for n in range(4)]
    page = _decide(officer, [rows[0].id, rows[2].id], "accept")
    assert page.status == 303 and "已处理2条意见" in officer.follow(page).text
    assert _states(own) == ["accepted", "pending", "accepted", "pending"]
    words = visitor.get(f"/drafts/{draft.slug}/comments").words
    assert "说法0号" in words and "说法1号" not in words
    logs = own.execute(
        select(CommentLog.comment_id, CommentLog.from_state, CommentLog.to_state).where(CommentLog.from_state != "")
    ).all()
    assert [tuple(r) for r in logs] == [(r.id, "pending", "accepted") for r in (rows[0], rows[2])]
    audited = own.scalars(select(AuditEvent.subject).where(AuditEvent.action == "comments:comment:accepted")).all()
    assert audited == [f"comment:{rows[0].id}", f"comment:{rows[2].id}"]
    assert list(verify(own)) == []


@pytest.mark.parametrize("reason", ["", "criticism", "批评政府"])
def test_refusing_needs_a_reason_from_the_list(
    officer: Browser, drafts: Drafts, comments: Comments, own: Session, reason: str
) -> None:
    comment = comments.pending(drafts.open())
    page = _decide(officer, [comment.id], "refuse", reason=reason, note="说明在此")
    assert page.status == 422 and "请选择不予公开的理由" in page.words
    assert page.find("#note")[0].text_content().strip() == "说明在此"
    assert _states(own) == ["pending"]


@pytest.mark.parametrize("reason", RefusalReason)
def test_every_reason_of_the_list_can_be_given(
    drafts: Drafts, comments: Comments, own: Session, reason: RefusalReason
) -> None:
    comment = comments.pending(drafts.open())
    comments.decided(comment, drafts.officer, Decision(CommentState.REFUSED, reason))
    assert (comment.state, comment.refusal_reason) == ("refused", reason)


def test_a_second_officer_is_told_what_was_decided_before(
    officer: Browser, sign_in: Callable[..., Browser], drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    rows = [comments.pending(draft, f"说法{n}号。") for n in range(3)]
    other = sign_in("officer", display_name="李慎")
    seen = officer.get("/desk/comments")
    token = seen.find("form.bulk input[name=csrf_token]")[0].get("value")
    assert _decide(other, [rows[0].id, rows[1].id], "refuse", reason="advertising").status == 303
    data = {"csrf_token": token, "ids": [str(r.id) for r in rows[:2]], "action": "accept", "reason": "", "note": ""}
    page = officer.post("/desk/comments/decide", data)
    assert page.status == 409 and f"第{rows[0].id}号：未公开（李慎）" in page.words
    data["ids"] = [str(r.id) for r in rows]
    page = officer.follow(officer.post("/desk/comments/decide", data))
    assert "已处理1条意见" in page.text and f"第{rows[1].id}号：未公开（李慎）" in page.text
    assert _states(own) == ["refused", "refused", "accepted"]
    assert own.scalar(select(func.count()).select_from(CommentLog).where(CommentLog.from_state != "")) == 3


def test_two_officers_at_the_same_moment_decide_each_comment_once(
    engine: Engine, accounts: Accounts, drafts: Drafts, comments: Comments, own: Session, clock: FixedClock
) -> None:
    draft = drafts.open()
    ids = [comments.pending(draft, f"说法{n}号。").id for n in range(20)]
    officers = [accounts.make("officer"), accounts.make("officer")]
    outcomes: list[Decided] = []
    start = threading.Barrier(2)

    def work(actor: User, decision: Decision) -> None:
        start.wait()
        with transaction(engine) as session:
            outcomes.append(service.decide(session, actor, ids, decision, clock.now()))

    decisions = (Decision(CommentState.ACCEPTED), Decision(CommentState.REFUSED, "irrelevant"))
    threads = [threading.Thread(target=work, args=pair) for pair in zip(officers, decisions, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [i for outcome in outcomes for i in outcome.done]
    assert sorted(done) == ids and sum(len(o.already) for o in outcomes) == 20
    assert own.scalar(select(func.count()).select_from(CommentLog).where(CommentLog.from_state != "")) == 20


def test_a_decision_is_corrected_from_the_status_that_was_seen(
    officer: Browser, visitor: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer, "这条后来发现写了别人的事。")
    url = f"/desk/comments/{comment.id}"
    take_down = {"action": "refuse", "reason": "privacy", "note": ""}
    stale = officer.get(url)
    hidden = {i.get("name"): i.get("value") for i in stale.find("main form input[type=hidden]")}
    assert officer.submit(url, take_down, form="main form").status == 303
    assert "别人的事" not in visitor.get(f"/drafts/{draft.slug}/comments").text
    assert officer.post(url, {**hidden, **take_down}).status == 409
    assert officer.submit(url, {"action": "accept", "reason": "", "note": ""}, form="main form").status == 303
    own.refresh(comment)
    assert (comment.state, comment.refusal_reason, comment.refusal_note) == ("accepted", None, "")


def test_what_its_author_took_back_is_not_decided_any_more(
    officer: Browser, drafts: Drafts, comments: Comments, own: Session, clock: FixedClock
) -> None:
    draft = drafts.open()
    comments.pending(draft, "另一条。")
    comment = comments.pending(draft)
    service.withdraw(own, comment, clock.now())
    own.commit()
    assert _decide(officer, [comment.id], "accept").status == 409
    assert _states(own) == ["pending", "withdrawn"]


def test_ticking_nothing_is_answered_in_words(officer: Browser, drafts: Drafts, comments: Comments) -> None:
    comments.pending(drafts.open())
    page = _decide(officer, [], "accept")
    assert page.status == 422 and "至少勾选一条" in page.words


def test_the_queue_is_filtered_by_draft_status_and_stance(officer: Browser, drafts: Drafts, comments: Comments) -> None:
    one, two = drafts.open(), drafts.open(title="临川县养犬管理办法（征求意见稿）")
    comments.pending(one, "甲草案待审。", stance="oppose")
    comments.pending(two, "乙草案待审。")
    comments.refused(two, drafts.officer, "乙草案不予公开。")
    assert "乙草案待审" not in officer.get(f"/desk/comments?draft={one.id}").words
    assert "甲草案待审" not in officer.get("/desk/comments?stance=support").words
    words = officer.get(f"/desk/comments?state=refused&draft={two.id}").words
    assert "乙草案不予公开" in words and "广告" in words and "乙草案待审" not in words
    officer.get("/desk/comments?draft=99999999999999999999&state=nonsense&stance=x&page=-1")


@pytest.mark.parametrize("role", [r for r in Role if r != Role.OFFICER])
def test_nobody_but_an_officer_reviews(
    sign_in: Callable[..., Browser], drafts: Drafts, comments: Comments, own: Session, role: Role
) -> None:
    comment = comments.pending(drafts.open())
    browser = sign_in(role)
    browser.get("/desk/comments", status=403)
    browser.get(f"/desk/comments/{comment.id}", status=403)
    token = browser.get("/account").find("input[name=csrf_token]")[0].get("value")
    data = {"csrf_token": token, "ids": str(comment.id), "action": "accept", "seen": "pending"}
    assert browser.post("/desk/comments/decide", data).status == 403
    assert browser.post(f"/desk/comments/{comment.id}", data).status == 403
    assert _states(own) == ["pending"]


def test_a_reviewer_s_note_is_masked_and_an_acceptance_carries_no_reason(
    drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    refused, accepted = comments.pending(draft), comments.pending(draft, "另一条。")
    note = "已与作者13812345678核实。"
    comments.decided(refused, drafts.officer, Decision(CommentState.REFUSED, "privacy", note))
    comments.decided(accepted, drafts.officer, Decision(CommentState.ACCEPTED, "13812345678", note))
    stored = [refused.refusal_note, *own.scalars(select(CommentLog.note)), *own.scalars(select(AuditEvent.detail))]
    assert not [text for text in stored if "13812345678" in text]
    assert "138****5678" in refused.refusal_note and accepted.refusal_reason is None


def test_the_status_of_what_passed_review_is_said_in_words(
    officer: Browser, drafts: Drafts, comments: Comments, accounts: Accounts
) -> None:
    draft, reviewer = drafts.open(), accounts.make("officer")
    public = comments.accepted(draft, reviewer, "可以公开的话。")
    silent = comments.accepted(draft, reviewer, "不愿公开的话。", consent_publish=False)
    assert "已公开" in officer.get(f"/desk/comments/{public.id}").words
    assert "计入统计，不公开" in officer.get(f"/desk/comments/{silent.id}").words
    queue = officer.get("/desk/comments?state=accepted").words
    assert "published" not in queue and "unlisted" not in queue
