"""What happens to a comment after it was sent: second looks, reports, changes, replies, and how reviewing went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.audit.models import AuditEvent
from consult.clock import FixedClock
from consult.comments.models import Comment, CommentState
from consult.comments.review_models import CommentAppeal, CommentEdit, CommentReply, CommentReport, SensitiveList
from consult.comments.service import Decision
from consult.notices.models import Notice
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


def _again(own: Session, comment: Comment) -> Comment:
    own.rollback()
    own.expire_all()
    return own.get_one(Comment, comment.id)


def _count(own: Session, model: type) -> int:
    own.rollback()
    return own.scalar(select(func.count()).select_from(model)) or 0


# Second looks


def _appeal(browser: Browser, comment: Comment, body: str = "这不是广告，是我的意见，电话13988887777。") -> Page:
    return browser.submit(f"/receipt/{comment.receipt_code}/second-look", {"body": body})


def test_an_author_asks_once_for_a_second_look_and_another_officer_publishes(
    officer: Browser, visitor: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    comment = comments.refused(drafts.open(), drafts.officer, "这一条写得不好。")
    receipt = f"/receipt/{comment.receipt_code}"
    assert "申请复核" in visitor.get(receipt).words
    assert _appeal(visitor, comment).status == 303
    assert "13988887777" not in visitor.get(receipt).text and "正由另一名工作人员复核" in visitor.get(receipt).words
    assert visitor.get(f"{receipt}/second-look", status=409).status == 409
    queue = officer.get("/desk/comments?appealed=1")
    assert "这一条写得不好" in queue.words and "这不是广告" in queue.words
    url = f"/desk/comments/{comment.id}"
    page = officer.submit(url, {"action": "accept", "reason": "", "note": ""})
    assert page.status == 303 and _again(own, comment).state == CommentState.ACCEPTED
    assert own.scalars(select(CommentAppeal.state)).all() == ["granted"]
    assert "复核后改变了决定" in visitor.get(receipt).words


def test_whoever_refused_does_not_take_the_second_look(
    app: Flask, sign_in: Callable[..., Browser], visitor: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    comment = comments.refused(drafts.open(), drafts.officer)
    _appeal(visitor, comment)
    mine = Browser(app).signed_in_as(drafts.officer.handle)
    url = f"/desk/comments/{comment.id}"
    page = mine.get(url)
    assert "须由他人复核" in page.words and not page.find("button[value=accept]")
    for target, data in (
        (url, {"action": "accept", "reason": "", "note": "", "seen": "refused:0"}),
        (f"{url}/appeal", {"note": ""}),
    ):
        answer = mine.submit(target, data, form_at="/desk/comments?state=refused", form="form[method=post]")
        assert answer.status == 403
    assert _again(own, comment).state == CommentState.REFUSED
    other = sign_in("officer")
    assert other.submit(f"{url}/appeal", {"note": "仍是广告。"}, form_at=url).status == 303
    assert "维持不予公开" in visitor.get(f"/receipt/{comment.receipt_code}").words
    assert "仍是广告" in visitor.get(f"/receipt/{comment.receipt_code}").words


def test_a_second_look_is_not_to_be_had_after_thirty_days(
    visitor: Browser, drafts: Drafts, comments: Comments, clock: FixedClock, own: Session
) -> None:
    comment = comments.refused(drafts.open(), drafts.officer)
    clock.advance(timedelta(days=30, seconds=1))
    assert visitor.get(f"/receipt/{comment.receipt_code}/second-look", status=409).status == 409
    assert "申请复核" not in visitor.get(f"/receipt/{comment.receipt_code}").words
    assert _count(own, CommentAppeal) == 0


def test_an_author_with_an_account_is_told_of_the_decision(
    officer: Browser, accounts: Accounts, drafts: Drafts, comments: Comments, own: Session
) -> None:
    author = accounts.make("citizen")
    comment = comments.pending(drafts.open(), author=author)
    data = {"ids": [str(comment.id)], "action": "refuse", "reason": "advertising", "note": ""}
    officer.submit("/desk/comments/decide", data, form_at="/desk/comments", form="form.bulk")
    own.rollback()
    (notice,) = own.scalars(select(Notice).where(Notice.account_id == author.id)).all()
    assert notice.url == f"/receipt/{comment.receipt_code}"


# Reports


def test_a_report_counts_once_hides_nothing_and_is_settled_by_an_officer(
    officer: Browser,
    visitor: Browser,
    sign_in: Callable[..., Browser],
    drafts: Drafts,
    comments: Comments,
    own: Session,
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    url = f"/drafts/{draft.slug}/comments/{comment.id}"
    reader = sign_in("citizen")
    for browser in (visitor, visitor, reader):
        assert browser.submit(f"{url}/report", {"reason": "insult"}).status == 303
    assert _count(own, CommentReport) == 2
    assert comment.body in visitor.get(url).words and "侮辱" not in visitor.get(url).words
    queue = officer.get("/desk/comments?reported=1")
    assert comment.body in queue.words and "侮辱、诽谤他人：2" in queue.words
    desk = f"/desk/comments/{comment.id}"
    assert officer.submit(f"{desk}/reports", {}, form_at=desk).status == 303
    assert comment.body not in officer.get("/desk/comments?reported=1").words
    own.rollback()
    assert set(own.scalars(select(CommentReport.outcome))) == {"kept"}
    assert own.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "comment.report")) == 1


@pytest.mark.parametrize("reason", ["", "disagreement", "irrelevant"])
def test_a_report_needs_a_reason_of_the_list(
    visitor: Browser, drafts: Drafts, comments: Comments, own: Session, reason: str
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    page = visitor.submit(f"/drafts/{draft.slug}/comments/{comment.id}/report", {"reason": reason})
    assert page.status == 422 and _count(own, CommentReport) == 0


# Changes


def _change(browser: Browser, comment: Comment, body: str, **more: str) -> Page:
    url = f"/receipt/{comment.receipt_code}/change"
    return browser.submit(url, {"stance": "oppose", "body": body, "rewording": "", **more})


def test_a_change_goes_back_to_review_and_officers_read_what_it_said_before(
    officer: Browser, visitor: Browser, drafts: Drafts, comments: Comments, own: Session, accounts: Accounts
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer, "停放位应当装上充电桩。")
    assert _change(visitor, comment, "停放位应当装上快充桩，电话13988887777。").status == 303
    now = _again(own, comment)
    assert (now.state, now.edits, now.stance) == ("pending", 1, "oppose") and "13988887777" not in now.body
    assert "快充桩" not in visitor.get(f"/drafts/{draft.slug}/comments").words
    page = officer.get(f"/desk/comments/{comment.id}")
    assert [e.text_content() for e in page.find("del")] and "修改前的内容" in page.words
    (edit,) = own.scalars(select(CommentEdit)).all()
    assert edit.body == "停放位应当装上充电桩。"


def test_the_same_form_changes_a_comment_once_and_an_older_page_does_not_win(
    visitor: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    comment = comments.pending(drafts.open())
    url = f"/receipt/{comment.receipt_code}/change"
    key = "ab" * 16
    for _time in range(2):
        assert _change(visitor, comment, "第二种说法。", idempotency_key=key, seen="0").status == 303
    assert _again(own, comment).edits == 1
    old = visitor.submit(url, {"stance": "oppose", "body": "第三种说法。", "rewording": "", "seen": "0"})
    assert old.status == 409 and _again(own, comment).body == "第二种说法。"


def test_nothing_is_changed_once_the_draft_is_closed(
    visitor: Browser, drafts: Drafts, comments: Comments, own: Session, clock: FixedClock
) -> None:
    draft = drafts.open()
    comment = comments.pending(draft)
    page = visitor.get(f"/receipt/{comment.receipt_code}/change")
    assert page.status == 200
    clock.set(draft.closes_at + timedelta(seconds=1))
    data = {"stance": "oppose", "body": "太迟了。", "rewording": "", "seen": "0", "idempotency_key": "cd" * 16}
    form_at = f"/receipt/{comment.receipt_code}/take-back"
    late = visitor.submit(f"/receipt/{comment.receipt_code}/change", data, form_at=form_at)
    assert late.status == 422 and _again(own, comment).edits == 0


def test_an_officer_who_read_the_earlier_words_does_not_publish_the_later_ones(
    officer: Browser, visitor: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    comment = comments.pending(drafts.open(), "充电桩太少。")
    seen = officer.get("/desk/comments")
    assert seen.find("input[name=seen]")[0].get("value") == f"{comment.id}:0"
    _change(visitor, comment, "加微信办贷款。")
    data = {"ids": [str(comment.id)], "seen": f"{comment.id}:0", "action": "accept", "reason": "", "note": ""}
    answer = officer.submit("/desk/comments/decide", data, form_at="/desk/comments", form="form.bulk")
    assert answer.status == 409 and _again(own, comment).state == CommentState.PENDING


# Replies


def test_a_citizens_reply_waits_for_review_and_an_officers_is_public_at_once_and_marked(
    officer: Browser,
    visitor: Browser,
    sign_in: Callable[..., Browser],
    drafts: Drafts,
    comments: Comments,
    own: Session,
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    page, url = f"/drafts/{draft.slug}/comments", f"/drafts/{draft.slug}/comments/{comment.id}"
    assert sign_in("citizen").submit(f"{url}/reply", {"body": "我家小区也是这样。"}).status == 303
    assert "我家小区也是这样" not in visitor.get(url).words
    assert officer.submit(f"{url}/reply", {"body": "将于年底前安装。"}).status == 303
    shown = visitor.get(page)
    assert "将于年底前安装" in shown.words and "官方回复" in shown.words and draft.organ in shown.words
    (waiting,) = own.scalars(select(CommentReply).where(CommentReply.state == "pending")).all()
    data = {"ids": [str(waiting.id)], "action": "accept", "reason": ""}
    assert (
        officer.submit("/desk/comments/replies", data, form_at="/desk/comments/replies", form="form.bulk").status == 303
    )
    assert "我家小区也是这样" in visitor.get(page).words
    now = _again(own, comment)
    assert now.replies == 2 and own.scalar(select(func.count()).select_from(Comment)) == 1
    assert "（n = 1）" in visitor.get(page).words


def test_a_list_shows_three_replies_and_leads_to_all(
    officer: Browser, visitor: Browser, drafts: Drafts, comments: Comments
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    url = f"/drafts/{draft.slug}/comments/{comment.id}"
    for n in range(5):
        officer.submit(f"{url}/reply", {"body": f"答复之{n}。"})
    page = visitor.get(f"/drafts/{draft.slug}/comments")
    assert len(page.find("article.reply")) == 3 and "查看全部5条回复" in page.words
    assert len(visitor.get(url).find("article.reply")) == 5


# Sensitive words, filters, figures


def test_a_hit_marks_and_sorts_and_a_saved_list_holds_at_once(
    officer: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    marked, plain = comments.pending(draft, "请 加 微 信 联系。"), comments.pending(draft, "充电桩太少。")
    page = officer.get("/desk/comments")
    assert [m.text_content().rpartition("〕")[2] for m in page.find("mark")] == ["加 微 信"]
    assert plain.body in page.words
    only = officer.get("/desk/comments?hits=1")
    assert "充电桩太少" not in only.words and len(only.find("mark")) == 1
    saved = officer.submit("/desk/comments/words", {"words": "【试】\n充电桩\n", "note": "试一下"})
    assert saved.status == 303
    assert "充电桩" in [m.text_content().rpartition("〕")[2] for m in officer.get("/desk/comments").find("mark")]
    assert officer.get(f"/desk/comments/{marked.id}").find("mark") == []
    assert own.scalars(select(SensitiveList.number)).all() == [1]


def test_a_list_saved_from_an_older_page_or_with_broken_lines_is_refused(officer: Browser, own: Session) -> None:
    assert officer.submit("/desk/comments/words", {"words": "甲乙\n丙\n", "note": "说明"}).status == 422
    officer.submit("/desk/comments/words", {"words": "甲乙\n", "note": "说明"})
    old = {"words": "丙丁\n", "note": "说明", "follows": "0"}
    assert officer.submit("/desk/comments/words", old).status == 409
    assert _count(own, SensitiveList) == 1


@pytest.mark.parametrize(
    "query,found",
    [
        ("who=account", "登录的人说"),
        ("who=anonymous", "没登录的人说"),
        ("q=没登录", "没登录的人说"),
        ("stance=oppose", "登录的人说"),
        ("clause=-&draft={draft}", "没登录的人说"),
        ("version=1&stance=oppose", "登录的人说"),
    ],
)
def test_the_queue_is_narrowed_by_its_address(
    officer: Browser, accounts: Accounts, drafts: Drafts, comments: Comments, query: str, found: str
) -> None:
    draft = drafts.open()
    clause = drafts.clause(draft)
    comments.pending(draft, "登录的人说。", author=accounts.make("citizen"), stance="oppose", clause=clause)
    comments.pending(draft, "没登录的人说。")
    texts = [
        e.text_content() for e in officer.get(f"/desk/comments?{query.format(draft=draft.id)}").find(".queue__text")
    ]
    assert texts == [f"{found}。"]


def test_nonsense_in_the_address_narrows_nothing_and_breaks_nothing(
    officer: Browser, drafts: Drafts, comments: Comments
) -> None:
    comment = comments.pending(drafts.open())
    for query in ("state=x&who=y&stance=z&judged=w", "draft=abc&version=-1", "q=%25", "clause="):
        words = officer.get(f"/desk/comments?{query}").words
        assert comment.body in words or query == "q=%25"


def test_refusals_are_published_by_month_and_reason_with_the_median_wait(
    visitor: Browser, drafts: Drafts, comments: Comments, clock: FixedClock
) -> None:
    draft = drafts.open()
    waiting = [comments.pending(draft, f"第{n}条说法。") for n in range(3)]
    for hours, comment in zip((1, 3, 20), waiting, strict=True):
        clock.advance(timedelta(hours=hours))
        decision = Decision(CommentState.REFUSED, "privacy") if hours == 3 else Decision(CommentState.ACCEPTED)
        comments.decided(comment, drafts.officer, decision)
    page = visitor.get("/statistics/refusals")
    (row,) = [r for r in page.find("tbody tr") if "泄露" in r.text_content()]
    cells = [c.text_content().strip() for c in row.findall("td")]
    assert cells[:5] == ["2026-09", "3", "3", "4.0小时", "1"]
    assert len(page.find("tbody tr")) == 12


def test_the_log_of_reviewing_names_no_author_and_its_download_is_audited(
    officer: Browser, sign_in: Callable[..., Browser], drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open(title="=1+1管理办法（征求意见稿）")
    comments.refused(draft, drafts.officer, "加微信办贷款。")
    for browser in (officer, sign_in("auditor")):
        text = browser.client.get("/desk/comments/log.csv").get_data(as_text=True)
        assert "advertising" in text and drafts.officer.handle in text and "'=1+1" in text
        assert "加微信" not in text
    own.rollback()
    audited = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "comments:log:downloaded")
    assert own.scalar(audited) == 2
    assert sign_in("leader").client.get("/desk/comments/log.csv").status_code == 403
