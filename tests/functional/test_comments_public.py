"""A citizen reads a clause, says something, and sees what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.orm import Session

from consult.accounts.models import Role
from consult.clock import FixedClock
from consult.comments.models import Comment, CommentLog, CommentState
from consult.comments.queries import submissions
from consult.comments.service import Decision
from consult.db import Base
from consult.drafts.models import Draft
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.support.browser import Browser, Page

SAID = "既有小区没有地方，希望利用闲置车棚。"


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def comments(own: Session, clock: FixedClock, app: Flask) -> Comments:
    return Comments(own, clock, app.extensions["consult.vault"])


def _say(browser: Browser, draft: Draft, body: str = SAID, *, at: str = "clauses/3", **more: str) -> Page:
    data = {"stance": "amend", "body": body, **more}
    return browser.submit(f"/drafts/{draft.slug}/{at}", data, form="#comment-form")


def _typed(page: Page) -> str:
    return page.find("#body")[0].text_content().lstrip("\n")


def test_somebody_without_an_account_comments_and_gets_a_receipt(
    visitor: Browser, drafts: Drafts, own: Session
) -> None:
    draft = drafts.open()
    sent = _say(visitor, draft, rewording="每户不少于一个，既有小区可以用闲置车棚。", consent_publish="y")
    assert sent.status == 303 and sent.location.startswith("/receipt/")
    words = visitor.follow(sent).words
    assert SAID in words and "工作人员阅看后才会公开显示" in words
    comment = own.scalars(select(Comment)).one()
    assert (comment.state, comment.stance, comment.clause_key) == ("pending", "amend", "article:3")
    assert own.scalars(select(CommentLog.to_state)).all() == ["pending"]


def test_one_can_speak_on_the_whole_draft(visitor: Browser, drafts: Drafts, own: Session) -> None:
    draft = drafts.open()
    assert _say(visitor, draft, at="comments").status == 303
    assert own.scalars(select(Comment.clause_id)).one() is None


@pytest.mark.parametrize(
    ("after", "is_accepted"), [(timedelta(0), True), (timedelta(seconds=1), False), (timedelta(days=3), False)]
)
def test_commenting_closes_to_the_second_and_what_was_typed_is_shown_again(
    visitor: Browser, drafts: Drafts, clock: FixedClock, own: Session, after: timedelta, is_accepted: bool
) -> None:
    draft = drafts.open()
    assert draft.closes_at is not None
    form = visitor.get(f"/drafts/{draft.slug}/clauses/3")
    hidden = {i.get("name"): i.get("value") for i in form.find("#comment-form input[type=hidden]")}
    clock.set(draft.closes_at + after)
    page = visitor.post(f"/drafts/{draft.slug}/clauses/3", {**hidden, "stance": "amend", "body": SAID})
    assert own.scalar(select(func.count()).select_from(Comment)) == int(is_accepted)
    if is_accepted:
        assert page.status == 303
    else:
        assert page.status == 422 and "已结束" in page.words and _typed(page) == SAID


def test_before_opening_one_reads_and_cannot_yet_comment(visitor: Browser, drafts: Drafts, own: Session) -> None:
    draft = drafts.published(opens_in=3, closes_in=60)
    page = visitor.get(f"/drafts/{draft.slug}/clauses/3")
    assert not page.find("#comment-form") and "开始征求意见" in page.words
    token = visitor.get("/sign-in").find("input[name=csrf_token]")[0].get("value")
    page = visitor.post(
        f"/drafts/{draft.slug}/clauses/3",
        {"csrf_token": token, "stance": "amend", "body": SAID, "idempotency_key": "0" * 32},
    )
    assert page.status == 422 and "还没有开始" in page.words
    assert not own.scalar(select(func.count()).select_from(Comment))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"body": "好"}, "至少"),
        ({"body": "字" * 100_000}, "100000"),
        ({"body": SAID, "stance": ""}, "请选择您的态度"),
        ({"body": SAID, "stance": "hate"}, ""),
        ({"body": SAID + "\x00"}, "控制字符"),
        ({"body": SAID, "phone": "不告诉你", "consent_contact": "y"}, "不像一个电话号码"),
        ({"body": SAID, "name": "王小明"}, "请勾选同意"),
        ({"body": SAID, "website": "http://spam.example"}, "请留空"),
        ({"body": SAID, "idempotency_key": "tampered"}, ""),
        ({"body": SAID, "rewording": "字" * 5_001}, "5001"),
    ],
)
def test_wrong_input_is_answered_in_words_and_nothing_typed_is_lost(
    visitor: Browser, drafts: Drafts, own: Session, typed: dict[str, str], said: str
) -> None:
    page = _say(visitor, drafts.open(), **typed)
    assert page.status == 422 and said in page.words.replace(",", "")
    assert _typed(page) == typed["body"].replace("\x00", "")
    assert not own.scalar(select(func.count()).select_from(Comment))


def test_five_thousand_characters_are_a_comment(visitor: Browser, drafts: Drafts) -> None:
    assert _say(visitor, drafts.open(), "字" * 5_000).status == 303


def test_the_same_form_sent_twice_is_received_once(visitor: Browser, drafts: Drafts, own: Session) -> None:
    draft = drafts.open()
    form = visitor.get(f"/drafts/{draft.slug}/clauses/3")
    data = {i.get("name"): i.get("value") for i in form.find("#comment-form input[type=hidden]")}
    data |= {"stance": "support", "body": SAID}
    first, second = (visitor.post(f"/drafts/{draft.slug}/clauses/3", data) for _ in range(2))
    assert first.status == second.status == 303 and first.location == second.location
    assert own.scalar(select(func.count()).select_from(Comment)) == 1


def test_a_retry_after_closing_leads_to_the_receipt_of_what_came_in_time(
    visitor: Browser, drafts: Drafts, clock: FixedClock, own: Session
) -> None:
    draft = drafts.open()
    form = visitor.get(f"/drafts/{draft.slug}/clauses/3")
    data = {i.get("name"): i.get("value") for i in form.find("#comment-form input[type=hidden]")}
    data |= {"stance": "support", "body": SAID}
    first = visitor.post(f"/drafts/{draft.slug}/clauses/3", data)
    clock.advance(timedelta(days=31))
    again = visitor.post(f"/drafts/{draft.slug}/clauses/3", data)
    assert again.status == 303 and again.location == first.location
    assert own.scalar(select(func.count()).select_from(Comment)) == 1


def test_no_phone_number_and_no_name_stands_in_any_table(
    visitor: Browser, drafts: Drafts, own: Session, app: Flask
) -> None:
    body = "请回电１３８ １２３４ ５６７８，或者13912345678，我叫王小明。"
    sent = _say(
        visitor, drafts.open(), body, name="王小明", phone="13712345678", consent_contact="y", consent_publish="y"
    )
    assert sent.status == 303
    rows = [
        json.dumps([str(v) for v in row], ensure_ascii=False)
        for table in Base.metadata.sorted_tables
        for row in own.execute(select(table))
    ]
    for canary in ("13712345678", "13912345678", "１３８ １２３４ ５６７８", "1234 5678", "王小明"):
        assert not [r for r in rows if canary in r], canary
    comment = own.scalars(select(Comment)).one()
    assert comment.signature == "王**" and comment.identity_id is not None
    sealed = own.execute(text("SELECT sealed FROM identity")).scalar_one()
    person = json.loads(app.extensions["consult.vault"].open_bytes(bytes(sealed)))
    assert (person["name"], person["phone"]) == ("王小明", "13712345678")
    assert person["original"] == body


def test_one_person_counts_once_and_each_text_once(visitor: Browser, drafts: Drafts, own: Session, app: Flask) -> None:
    draft = drafts.open()
    for body in (SAID, SAID, "另外，充电费用应当公示。"):
        assert _say(visitor, draft, body).status == 303
    other = Browser(app)
    assert _say(other, draft, SAID + "！！").status == 303
    assert "收到 4 条 / 不同文本 2 条 / 涉及 2 人" in visitor.get(f"/drafts/{draft.slug}/clauses/3").words


def test_a_comment_that_may_not_be_shown_is_counted_and_not_shown(
    visitor: Browser, drafts: Drafts, comments: Comments
) -> None:
    draft = drafts.open()
    clause = drafts.clause(draft)
    comment = comments.accepted(draft, drafts.officer, SAID, clause=clause, consent_publish=False)
    page = visitor.get(f"/drafts/{draft.slug}/clauses/3")
    assert SAID not in page.text and "收到 1 条" in page.words and "1条按作者意愿只计数" in page.words
    visitor.get(f"/drafts/{draft.slug}/comments/{comment.id}", status=404)
    assert "按您的意愿不公开显示" in visitor.get(f"/receipt/{comment.receipt_code}").words


HIDDEN = [
    ("pending", True),
    ("pending", False),
    ("accepted", False),
    ("refused", True),
    ("refused", False),
    ("withdrawn", True),
]
CANARY = "金丝雀也要停车位"


@pytest.mark.parametrize("role", [None, *Role])
def test_no_page_shows_a_hidden_comment_to_whom_it_does_not_concern(
    app: Flask,
    sign_in: Callable[..., Browser],
    drafts: Drafts,
    comments: Comments,
    own: Session,
    clock: FixedClock,
    role: Role | None,
) -> None:
    """T1: every hidden status on every page about the draft, for everybody but reviewers."""
    draft = drafts.open()
    clause = drafts.clause(draft)
    ids = []
    for state, consent in HIDDEN:
        comment = comments.pending(draft, CANARY, clause=clause, consent_publish=consent, rewording=CANARY)
        if state in ("accepted", "refused"):
            decision = Decision(CommentState(state), "insult" if state == "refused" else "", CANARY)
            comments.decided(comment, drafts.officer, decision)
        elif state == "withdrawn":
            comment.state = state
            own.commit()
        ids.append(comment.id)
    browser = sign_in(role) if role else Browser(app)
    pages = [
        "/drafts",
        "/drafts.atom",
        f"/drafts/{draft.slug}",
        f"/drafts/{draft.slug}/versions/1",
        f"/drafts/{draft.slug}/clauses/3",
        f"/drafts/{draft.slug}/clauses/3?order=new&stance=support&page=1",
        f"/drafts/{draft.slug}/comments",
        "/desk/comments",
        "/desk/comments?state=refused",
        *(f"/drafts/{draft.slug}/comments/{i}" for i in ids),
        *(f"/desk/comments/{i}" for i in ids),
    ]
    for url in pages:
        answer = browser.client.get(url)
        reads_all = role is Role.OFFICER and "/comments" in url
        assert answer.status_code in (200, 303, 403, 404), url
        assert reads_all or CANARY not in answer.get_data(as_text=True), url


def test_the_author_reads_the_reason_of_a_refusal_on_the_receipt(
    visitor: Browser, drafts: Drafts, comments: Comments
) -> None:
    draft = drafts.open()
    comment = comments.pending(draft, "加微信办贷款。")
    comments.decided(comment, drafts.officer, Decision(CommentState.REFUSED, "advertising", "欢迎就条款提意见。"))
    words = visitor.get(f"/receipt/{comment.receipt_code}").words
    assert "理由：广告" in words and "欢迎就条款提意见" in words
    assert "申请复核" in words and "咨询：临川县住房和城乡建设局 0000-7654321" in words


def test_a_comment_is_taken_back_with_its_receipt_code(
    visitor: Browser, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer, SAID)
    assert SAID in visitor.get(f"/drafts/{draft.slug}/comments").words
    url = f"/receipt/{comment.receipt_code}/take-back"
    assert visitor.submit(url, {}, form="form.confirm").status == 303
    assert SAID not in visitor.get(f"/drafts/{draft.slug}/comments").text
    own.refresh(comment)
    assert comment.state == "withdrawn"
    assert visitor.submit(url, {}, form="form.confirm").status == 409
    visitor.get("/receipt/AAAAAAAAAAAA/take-back", status=404)


def test_the_words_of_a_comment_are_shown_as_words(visitor: Browser, drafts: Drafts, comments: Comments) -> None:
    draft = drafts.open()
    payload = '<script>alert(1)</script><img src=x onerror="alert(2)"> {{ 7*7 }}'
    comments.accepted(draft, drafts.officer, payload, rewording=payload)
    page = visitor.get(f"/drafts/{draft.slug}/comments")
    assert "<script>alert(1)" not in page.text and "<img src=x" not in page.text
    assert page.words.count("<script>alert(1)</script>") == 2 and "{{ 7*7 }}" in page.words


def test_too_many_comments_in_a_short_time_are_stopped(visitor: Browser, drafts: Drafts) -> None:
    draft = drafts.open()
    answers = {_say(visitor, draft, f"第{n}次说。").status for n in range(20)}
    assert answers == {303}
    page = _say(visitor, draft, "再说一次。")
    assert page.status == 429 and _typed(page) == "再说一次。" and int(page.response.headers["Retry-After"]) > 0


def test_one_account_is_limited_wherever_it_comes_from(
    app: Flask, accounts: Accounts, drafts: Drafts, clock: FixedClock
) -> None:
    draft, browser = drafts.open(), Browser(app).signed_in_as(accounts.make("citizen").handle)
    for n in range(21):
        browser.client.environ_base["REMOTE_ADDR"] = f"10.0.0.{n}"
        page = _say(browser, draft, f"第{n}次说。")
        assert page.status == (303 if n < 20 else 429)
    clock.advance(timedelta(minutes=11))
    assert _say(browser, draft, "歇一会儿再说。").status == 303


def _statements(engine: Engine, browser: Browser, url: str) -> int:
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        browser.get(url)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len([s for s in seen if not s.startswith(("BEGIN", "PRAGMA"))])


@pytest.mark.parametrize("path", ["", "/clauses/1", "/comments", "/versions/1"])
def test_a_page_costs_the_same_number_of_statements_however_much_was_said(
    engine: Engine, visitor: Browser, drafts: Drafts, comments: Comments, path: str
) -> None:
    short = drafts.open()
    long = drafts.open(text="某办法\n" + "\n".join(f"第{n}条 内容。" for n in "一二三四五六七八九十"), title="另一办法")
    for n in range(25):
        clause = drafts.clause(long, "1") if n % 2 else None
        comments.accepted(long, drafts.officer, f"第{n}种说法。", clause=clause)
    costs = [_statements(engine, visitor, f"/drafts/{d.slug}{path}") for d in (short, long)]
    assert costs[1] <= (12 if path in ("", "/versions/1") else 9)
    # The longer one also looks up what stands beside each comment of its page, once for all of them.
    assert costs[1] - costs[0] <= 4


def test_comments_are_paged_and_ordered(visitor: Browser, drafts: Drafts, comments: Comments) -> None:
    draft = drafts.open()
    for n in range(25):
        comments.accepted(draft, drafts.officer, f"说法{n:02}号。")
    page = visitor.get(f"/drafts/{draft.slug}/comments?order=new")
    assert len(page.find("article.comment")) == 20 and "说法24号" in page.words
    page = visitor.get(f"/drafts/{draft.slug}/comments?order=new&page=2")
    assert len(page.find("article.comment")) == 5 and "说法00号" in page.words


def test_analysis_reads_what_counts_masked_and_nothing_else(own: Session, drafts: Drafts, comments: Comments) -> None:
    draft = drafts.open()
    waiting = comments.pending(draft, "电话13812345678，请加装充电桩。")
    silent = comments.accepted(draft, drafts.officer, SAID, consent_publish=False, rewording="改成这样。")
    comments.refused(draft, drafts.officer)
    found = {s.id: s for s in submissions(own)}
    assert set(found) == {f"comment:{waiting.id}", f"comment:{silent.id}"}
    assert found[f"comment:{silent.id}"].text == SAID
    assert "13812345678" not in found[f"comment:{waiting.id}"].text
    assert [s.id for s in submissions(own, ids=[silent.id])] == [f"comment:{silent.id}"]
    assert submissions(own, until=waiting.submitted_at) == []


def test_a_comment_s_card_follows_its_comment_its_viewer_and_the_language(
    visitor: Browser, sign_in: Callable[..., Browser], drafts: Drafts, comments: Comments, own: Session
) -> None:
    """Cards are kept between visitors: whatever stands on one must not outlive its comment, nor reach another."""
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer, "停车棚旁边应当留出消防通道。")
    own.commit()
    address = f"/drafts/{draft.slug}/comments"

    def card(browser: Browser) -> str:
        (found,) = browser.get(address).find(f"#comment-{comment.id}")
        return str(found.text_content())

    assert card(visitor) == card(visitor)
    assert "登录后可赞同" in card(visitor)
    citizen = sign_in("citizen")
    assert "登录后可赞同" not in card(citizen)
    citizen.submit(f"{address}/{comment.id}/endorse", {}, form_at=address)
    before = card(visitor)
    assert "登录后可赞同" in before
    own.refresh(comment)
    comment.endorsements, comment.signature = 7, "东门居民"
    own.commit()
    after = card(visitor)
    assert after != before and "7" in after and "东门居民" in after
    visitor.get("/preferences?lang=en", status=303)
    assert "Sign in to endorse" in card(visitor)
