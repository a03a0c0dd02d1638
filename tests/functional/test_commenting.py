"""What can come with a comment, who may send it, and what is kept when it cannot be taken."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from lxml import html
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.orm import Session

from consult.app import create_app
from consult.clock import FixedClock
from consult.comments.challenges import Answer, Challenges, UsedChallenge, sweep_challenges
from consult.comments.models import Comment, CommentAttachment, CommentClause
from consult.comments.numerals import chinese_number, english_number, read_number
from consult.comments.phone import PhoneCheck, PhoneChecks, sweep_phone_checks
from consult.config import Settings
from consult.db import new_session, transaction
from consult.drafts.models import Draft
from consult.notices.models import OutboxMessage
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import FACTS, Drafts
from tests.support.browser import Browser, Page
from tests.support.robots import answer_to

SAID = "既有小区没有地方，希望利用闲置车棚。"
NUMBER = "13712345678"


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def comments(own: Session, clock: FixedClock, app: Flask) -> Comments:
    return Comments(own, clock, app.extensions["consult.vault"])


@pytest.fixture
def asking(settings: Settings, clock: FixedClock, app: Flask) -> Iterator[Flask]:
    """The same site with the challenge against robots, as it comes."""
    made = create_app(replace(settings, challenge=True), clock)
    made.extensions["test.sessions"] = app.extensions.setdefault("test.sessions", [])
    yield made
    made.extensions["consult.engine"].dispose()


def _for(draft: Draft, who: str, own: Session) -> Draft:
    draft.who_may_comment = who
    own.commit()
    return draft


def _say(browser: Browser, draft: Draft, body: str = SAID, *, at: str = "clauses/3", **more: Any) -> Page:
    data = {"stance": "amend", "body": body, "consent_publish": "y", **more}
    options = {"content_type": "multipart/form-data"} if "files" in more else {}
    return browser.submit(f"/drafts/{draft.slug}/{at}", data, form="#comment-form", **options)


def _typed(page: Page) -> str:
    return str(page.find("#body")[0].text_content()).lstrip("\n")


def _count(own: Session, model: Any = Comment) -> int:
    own.rollback()
    return own.scalar(select(func.count()).select_from(model)) or 0


# Several clauses


def test_a_comment_names_further_clauses_stands_with_each_and_counts_once(
    visitor: Browser, drafts: Drafts, own: Session
) -> None:
    draft = drafts.open()
    assert _say(visitor, draft, further=["1", "4"]).status == 303
    comment = own.scalars(select(Comment)).one()
    comment.state, comment.decided_at = "accepted", comment.submitted_at
    own.commit()
    assert _count(own, CommentClause) == 2
    here = visitor.get(f"/drafts/{draft.slug}/clauses/3")
    assert SAID in here.words and "还涉及：第一条，第四条" in here.words
    there = visitor.get(f"/drafts/{draft.slug}/clauses/4")
    assert SAID in there.words and "还涉及：第三条，第一条" in there.words and "收到 1 条" in there.words
    assert SAID not in visitor.get(f"/drafts/{draft.slug}/clauses/2").words
    page = visitor.get(f"/drafts/{draft.slug}")
    assert page.words.count("1 条意见 / 1 人") == 3, "each of the three clauses shows it"
    assert "收到 1 条" in page.words, "the draft counts it once"


def test_a_comment_on_the_whole_may_name_clauses_too(visitor: Browser, drafts: Drafts, own: Session) -> None:
    draft = drafts.open()
    assert _say(visitor, draft, at="comments", further=["2"]).status == 303
    assert own.scalars(select(Comment.clause_id)).one() is None
    assert _count(own, CommentClause) == 1


@pytest.mark.parametrize("refs", [["99"], ["1", "ch1"], [str(n) for n in range(1, 13)]])
def test_further_clauses_that_are_too_many_or_of_no_version_are_refused(
    visitor: Browser, drafts: Drafts, own: Session, refs: list[str]
) -> None:
    page = _say(visitor, drafts.open(), further=refs)
    assert page.status == 422 and _typed(page) == SAID and not _count(own)
    assert {i.get("value") for i in page.find("input[name=further]:checked, input[name=further][checked]")} <= set(refs)


def test_the_clause_one_speaks_on_is_not_named_a_second_time(visitor: Browser, drafts: Drafts, own: Session) -> None:
    assert _say(visitor, drafts.open(), further=["3", "4"]).status == 303
    assert _count(own, CommentClause) == 1


# Rewording


def test_a_rewording_is_shown_as_what_it_takes_out_and_puts_in(
    visitor: Browser, sign_in: Callable[..., Browser], drafts: Drafts, comments: Comments
) -> None:
    draft = drafts.open()
    clause = drafts.clause(draft, "4")
    comment = comments.accepted(
        draft, drafts.officer, SAID, clause=clause, rewording="禁止在楼道、门厅和车库停放电动自行车或者为其充电。"
    )
    for page in (
        visitor.get(f"/drafts/{draft.slug}/clauses/4"),
        visitor.get(f"/drafts/{draft.slug}/comments/{comment.id}"),
        sign_in("officer").get(f"/desk/comments/{comment.id}"),
    ):
        assert [i.text_content() for i in page.find(".rewording ins")] == ["[新增：和车库]"]
        assert not page.find(".rewording del")


def test_the_present_words_can_be_the_start_and_unchanged_are_no_proposal(
    visitor: Browser, drafts: Drafts, own: Session
) -> None:
    draft = drafts.open()
    url = f"/drafts/{draft.slug}/clauses/3"
    opened = visitor.get(f"{url}?reword=1")
    words = opened.find("#rewording")[0].text_content().strip()
    assert words.startswith("新建小区应当") and "既有小区由街道组织增设。" in words
    hidden = {i.get("name"): i.get("value", "") for i in opened.find("#comment-form input[type=hidden]")}
    sent = visitor.post(url, {**hidden, "stance": "amend", "body": SAID, "rewording": words.replace("\n", "\r\n")})
    assert sent.status == 303
    assert own.scalars(select(Comment.rewording)).one() == ""


# Attachments


def _picture(kind: str = "JPEG", **more: Any) -> bytes:
    out = io.BytesIO()
    picture = Image.new("RGB", (60, 40), "teal")
    if kind == "JPEG":
        exif = Image.Exif()
        exif[0x010E] = "暗号说明"
        exif.get_ifd(0x8825)[2] = (28.0, 1.0, 2.0)
        more = {"exif": exif, "comment": b"secret-comment", **more}
    picture.save(out, kind, **more)
    return out.getvalue()


def _pdf(change: Callable[[PdfWriter], object] = lambda writer: None) -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": "暗号作者"})
    change(writer)
    writer.write(out)
    return out.getvalue()


def _file(data: bytes, name: str = "x.jpg") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def test_pictures_and_pdfs_are_kept_sealed_and_shown_only_after_a_reviewer_agreed(
    visitor: Browser, sign_in: Callable[..., Browser], drafts: Drafts, own: Session
) -> None:
    draft = drafts.open()
    files = [_file(_picture(), "王小明家.jpg"), _file(_picture("PNG"), "b.png"), _file(_pdf(), "身份证.pdf")]
    assert _say(visitor, draft, files=files).status == 303
    comment = own.scalars(select(Comment)).one()
    rows = own.execute(text("SELECT media_type, sealed FROM comment_attachment ORDER BY number")).all()
    assert [row[0] for row in rows] == ["image/jpeg", "image/png", "application/pdf"]
    assert all(bytes(row[1]).startswith(b"gAAAA") for row in rows), "sealed with the vault's key"
    public, desk = (
        f"/drafts/{draft.slug}/comments/{comment.id}/attachments",
        f"/desk/comments/{comment.id}/attachments",
    )
    officer = sign_in("officer")
    officer.submit(
        f"/desk/comments/{comment.id}", {"action": "accept", "note": "", "reason": ""}, form="main form:has(#note)"
    )
    for number in (1, 2, 3):
        visitor.get(f"{public}/{number}", status=404)
        kept = officer.get(f"{desk}/{number}").response
        assert kept.headers["Cache-Control"] == "private, no-store"
    page = officer.get(f"/desk/comments/{comment.id}")
    for number in (1, 3):
        token = page.find("input[name=csrf_token]")[0].get("value")
        assert officer.post(f"{desk}/{number}", {"csrf_token": token, "action": "accept"}).status == 303
    seen, saved = visitor.get(f"{public}/1").response, visitor.get(f"{public}/3").response
    visitor.get(f"{public}/2", status=404)
    assert seen.mimetype == "image/jpeg" and seen.headers["X-Content-Type-Options"] == "nosniff"
    assert saved.headers["Content-Disposition"] == f'attachment; filename="comment-{comment.id}-3.pdf"'
    assert not Image.open(io.BytesIO(seen.data)).getexif()
    for secret in (b"secret-comment", "暗号说明".encode(), b"Exif"):
        assert secret not in seen.data
    assert "/Author" not in (PdfReader(io.BytesIO(saved.data)).metadata or {})
    assert len(visitor.get(f"/drafts/{draft.slug}/clauses/3").find(".enclosures li")) == 2
    officer.post(f"{desk}/1", {"csrf_token": token, "action": "hide"})
    visitor.get(f"{public}/1", status=404)
    comment.consent_publish = False
    own.commit()
    visitor.get(f"{public}/3", status=404)


def _with_script(writer: PdfWriter) -> None:
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)


REFUSED = {
    "a script under another name": (b"<script>alert(1)</script>", "x.jpg", "既不是图片"),
    "a page": (b"GIF89a....", "x.gif", "既不是图片"),
    "nothing": (b"", "x.png", "是空的"),
    "half a picture": (_picture()[:200], "x.jpg", "已损坏"),
    "a picture in name": (b"\xff\xd8\xff" + b"no picture", "x.jpg", "已损坏"),
    "too many bytes": (b"%PDF-" + b"0" * (5 * 1024 * 1024), "x.pdf", "超过 5 MB"),
    "a broken PDF": (b"%PDF-1.7 no more", "x.pdf", "已损坏"),
    "a PDF with a program": (_pdf(_with_script), "x.pdf", "程序"),
    "a PDF with a file": (_pdf(lambda w: w.add_attachment("a.exe", b"MZ")), "x.pdf", "程序"),
    "a locked PDF": (_pdf(lambda w: w.encrypt("secret")), "x.pdf", "密码"),
    "a long PDF": (_pdf(lambda w: [w.add_blank_page(9, 9) for _ in range(50)]), "x.pdf", "最多 50 页"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_cannot_be_taken_is_refused_in_words_and_the_text_is_kept(
    visitor: Browser, drafts: Drafts, own: Session, what: str
) -> None:
    data, name, said = REFUSED[what]
    page = _say(visitor, drafts.open(), files=[_file(data, name)])
    assert page.status == 422 and said in page.words and "请重新选择文件" in page.words
    assert _typed(page) == SAID and not _count(own)


def test_a_fourth_file_is_refused_and_a_huge_picture_is_made_smaller(
    visitor: Browser, drafts: Drafts, own: Session
) -> None:
    draft = drafts.open()
    assert _say(visitor, draft, files=[_file(_picture()) for _ in range(4)]).status == 422
    out = io.BytesIO()
    Image.new("L", (6000, 3000)).save(out, "JPEG")
    assert _say(visitor, draft, files=[_file(out.getvalue())]).status == 303
    own.rollback()
    assert (own.scalars(select(CommentAttachment.size)).one()) < 100_000


def test_a_form_sent_twice_keeps_its_files_once(visitor: Browser, drafts: Drafts, own: Session) -> None:
    draft = drafts.open()
    url = f"/drafts/{draft.slug}/clauses/3"
    opened = visitor.get(url)
    hidden = {i.get("name"): i.get("value", "") for i in opened.find("#comment-form input[type=hidden]")}
    for _ in range(2):
        data = {**hidden, "stance": "amend", "body": SAID, "further": ["1"], "files": [_file(_picture())]}
        assert visitor.post(url, data, content_type="multipart/form-data").status == 303
    assert (_count(own), _count(own, CommentAttachment), _count(own, CommentClause)) == (1, 1, 1)


# The challenge against robots


def _solved(challenge: str) -> str:
    wanted = json.loads(challenge)
    number = next(
        n
        for n in range(wanted["maxnumber"] + 1)
        if hashlib.sha256(f"{wanted['salt']}{n}".encode()).hexdigest() == wanted["challenge"]
    )
    return base64.b64encode(json.dumps({**wanted, "number": number}).encode()).decode()


def _by_words(page: Page) -> str:
    return answer_to(str(page.find("label[for=answer]")[0].text_content()))


def test_without_javascript_a_written_question_is_answered_once(asking: Flask, drafts: Drafts, own: Session) -> None:
    draft, browser = drafts.open(), Browser(asking)
    url = f"/drafts/{draft.slug}/clauses/3"
    for n in range(8):  # whatever the question is
        opened = browser.get(url)
        hidden = {i.get("name"): i.get("value", "") for i in opened.find("#comment-form input[type=hidden]")}
        data = {**hidden, "stance": "amend", "body": f"{SAID}{n}", "answer": _by_words(opened)}
        assert browser.post(url, data).status == 303
    assert _count(own) == 8
    again = browser.post(url, {**data, "idempotency_key": secrets.token_hex(16)})
    assert again.status == 422 and "已经用过一次" in again.words and _typed(again) == f"{SAID}7"
    assert browser.post(url, data).status == 303, "the same form leads to its receipt, whatever was spent"
    assert _count(own) == 8


@pytest.mark.parametrize("wrong", ["", "九百", "<script>"])
def test_a_wrong_answer_keeps_the_text_asks_another_question_and_burns_the_first(
    asking: Flask, drafts: Drafts, own: Session, wrong: str
) -> None:
    draft, browser = drafts.open(), Browser(asking)
    page = _say(browser, draft, answer=wrong)
    assert page.status == 422 and "请回答下面的问题" in page.words and _typed(page) == SAID
    assert page.find("#answer")[0].get("value", "") == "" and not _count(own)
    hidden = {i.get("name"): i.get("value", "") for i in page.find("#comment-form input[type=hidden]")}
    data = {**hidden, "stance": "amend", "body": SAID, "answer": _by_words(page)}
    assert browser.post(f"/drafts/{draft.slug}/clauses/3", data).status == 303


def test_guessing_at_one_question_is_stopped_by_the_first_wrong_answer(
    asking: Flask, drafts: Drafts, own: Session
) -> None:
    draft, browser = drafts.open(), Browser(asking)
    url = f"/drafts/{draft.slug}/clauses/3"
    opened = browser.get(url)
    right = _by_words(opened)
    hidden = {i.get("name"): i.get("value", "") for i in opened.find("#comment-form input[type=hidden]")}
    data = {**hidden, "stance": "amend", "body": SAID}
    assert browser.post(url, {**data, "answer": "0" if right != "零" else "1"}).status == 422
    assert browser.post(url, {**data, "answer": right}).status == 422
    assert not _count(own)


def test_who_answered_rightly_and_forgot_something_else_is_not_asked_again(
    asking: Flask, drafts: Drafts, own: Session
) -> None:
    draft, browser = drafts.open(), Browser(asking)
    url = f"/drafts/{draft.slug}/clauses/3"
    opened = browser.get(url)
    hidden = {i.get("name"): i.get("value", "") for i in opened.find("#comment-form input[type=hidden]")}
    page = browser.post(url, {**hidden, "body": SAID, "answer": _by_words(opened)})
    assert page.status == 422 and not page.find("label[for=answer]") and "已经答过" in page.words
    hidden = {i.get("name"): i.get("value", "") for i in page.find("#comment-form input[type=hidden]")}
    assert browser.post(url, {**hidden, "stance": "amend", "body": SAID}).status == 303


def test_a_hundred_comments_at_once_with_one_solution_are_one_comment(
    asking: Flask, drafts: Drafts, own: Session
) -> None:
    """T21: the same solution, under a hundred forms."""
    draft = drafts.open()
    url = f"/drafts/{draft.slug}/clauses/3"
    opened = Browser(asking).get(url)
    solution = _solved(opened.find("[data-challenge]")[0].get("data-challenge"))

    def send(n: int) -> int:
        client = asking.test_client()
        client.environ_base["REMOTE_ADDR"] = f"10.1.0.{n}"
        tree = html.fromstring(client.get(url).get_data(as_text=True))
        hidden = {i.get("name"): i.get("value", "") for i in tree.cssselect("#comment-form input[type=hidden]")}
        data = {**hidden, "stance": "amend", "body": f"{SAID}{n}", "solution": solution}
        return client.post(url, data=data).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, range(100)))
    assert sorted(statuses) == [303] + [422] * 99
    assert _count(own) == 1 and _count(own, UsedChallenge) == 1


def test_a_challenge_is_neither_forged_nor_stretched_nor_kept_for_ever(clock: FixedClock, engine: Engine) -> None:
    robots, now = Challenges("secret", 300), clock.now()
    made = robots.new(now)
    good = _solved(made.sum)
    assert robots.check(Answer(good), now) is not None
    assert robots.check(Answer(good), now + timedelta(hours=7)) is None
    assert Challenges("another", 300).check(Answer(good), now) is None
    given = json.loads(base64.b64decode(good))
    for change in (
        {"number": -1},
        {"number": "1" * 500},
        {"signature": "é"},
        {"salt": given["salt"].replace("expires=", "expires=9")},
        # The last digits of the date handed over to the number: the digest stays what it was.
        {"salt": given["salt"][:-3] + "&", "number": int(given["salt"][-3:-1] + str(given["number"]))},
        {"challenge": None},
    ):
        forged = base64.b64encode(json.dumps({**given, **change}).encode()).decode()
        assert robots.check(Answer(forged), now) is None, change
    for rubbish in ("", "x", "e30=", base64.b64encode(b"[" * 700).decode(), "é"):
        assert robots.check(Answer(rubbish, rubbish, rubbish), now) is None
    passed = robots.check(Answer(good), now)
    assert passed is not None
    with transaction(engine) as own:
        own.add(UsedChallenge(nonce=passed.nonce, expires_at=passed.expires_at))
    with transaction(engine) as own:
        sweep_challenges(own, now + timedelta(hours=7))
    with new_session(engine) as own:
        assert not own.scalar(select(func.count()).select_from(UsedChallenge))


def test_whoever_is_signed_in_is_asked_nothing(asking: Flask, accounts: Accounts, drafts: Drafts) -> None:
    draft = drafts.open()
    browser = Browser(asking).signed_in_as(accounts.make("citizen").handle)
    assert not browser.get(f"/drafts/{draft.slug}/clauses/3").find("[data-challenge]")
    assert _say(browser, draft).status == 303


@pytest.mark.parametrize("number", range(100))
def test_numbers_are_read_however_they_are_written(number: int) -> None:
    for written in (str(number), chinese_number(number), english_number(number), f"第{chinese_number(number)}条"):
        assert read_number(f" {written}。") == number
    assert read_number(english_number(number).upper().replace("-", " ")) == number


def test_words_that_are_no_number_are_none() -> None:
    for typed in ("", "一百", "十十", "1e3", "-1", "二十个半", "９９９"):
        assert read_number(typed) is None
    assert (read_number("２６"), read_number("贰拾陆"), read_number("两")) == (26, 26, 2)


# Who may comment


def test_a_draft_for_accounts_says_so_before_anybody_writes_and_keeps_what_was_written(
    visitor: Browser, app: Flask, accounts: Accounts, drafts: Drafts, own: Session
) -> None:
    draft = _for(drafts.open(), "account", own)
    url = f"/drafts/{draft.slug}/clauses/3"
    page = visitor.get(url)
    assert "需要账号" in page.words and not page.find("#comment-form")
    browser = Browser(app).signed_in_as(accounts.make("citizen").handle)
    opened = browser.get(url)
    hidden = {i.get("name"): i.get("value", "") for i in opened.find("#comment-form input[type=hidden]")}
    token = visitor.get("/sign-in").find("input[name=csrf_token]")[0].get("value")
    late = visitor.post(url, {**hidden, "csrf_token": token, "stance": "amend", "body": SAID})
    assert late.status == 422 and "您还没有登录" in late.words and _typed(late) == SAID and not _count(own)
    assert _say(browser, draft).status == 303


def _code(app: Flask, own: Session) -> str:
    row = own.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert row is not None
    letter = app.extensions["consult.outbox"].letter(row)
    assert letter.recipient == NUMBER
    return "".join(c for c in letter.text.split("验证码")[1][:12] if c.isdigit())


def _verified(app: Flask, browser: Browser, draft: Draft, own: Session) -> Page:
    asked = browser.submit(f"/drafts/{draft.slug}/phone", {"phone": "137 1234 5678", "consent": "y"}, form="main form")
    assert asked.status == 303
    own.rollback()
    code = _code(app, own)
    here = f"/drafts/{draft.slug}/phone?sent=1"
    return browser.submit(f"/drafts/{draft.slug}/phone/code", {"code": code}, form_at=here, form="main form")


def test_a_draft_for_verified_phones_takes_comments_after_a_code_and_counts_by_number(
    visitor: Browser, app: Flask, drafts: Drafts, own: Session
) -> None:
    draft = _for(drafts.open(), "phone", own)
    url = f"/drafts/{draft.slug}/clauses/3"
    assert "需要验证手机号码" in visitor.get(url).words and not visitor.get(url).find("#comment-form")
    others = Browser(app)
    for browser in (visitor, others):
        assert _verified(app, browser, draft, own).status == 303
        assert _say(browser, draft, f"{SAID}{id(browser)}").status == 303
    own.rollback()
    rows = list(own.scalars(select(Comment)))
    assert len({row.person_key for row in rows}) == 1, "two browsers, one number, one person"
    assert all(row.is_verified and row.identity_id for row in rows)
    page = visitor.get(url)
    assert "收到 2 条" in page.words and "涉及 1 人" in page.words
    for table in ("phone_check", "comment", "identity", "outbox_message"):
        assert NUMBER not in str(own.execute(text(f"SELECT * FROM {table}")).all())
    own.rollback()
    with transaction(app.extensions["consult.engine"]) as later:
        sweep_phone_checks(later, app.extensions["consult.clock"].now() + timedelta(hours=3))
    assert not _count(own, PhoneCheck)


def test_a_code_held_for_sending_by_hand_stands_in_the_outbox_by_name(
    visitor: Browser, sign_in: Callable[..., Browser], app: Flask, drafts: Drafts, own: Session
) -> None:
    _verified(app, visitor, _for(drafts.open(), "phone", own), own)
    assert "手机验证码" in sign_in("officer").get("/desk/outbox").words


def test_a_text_written_for_a_phone_draft_without_a_check_is_kept(
    visitor: Browser, app: Flask, drafts: Drafts, own: Session, clock: FixedClock
) -> None:
    draft = _for(drafts.open(), "phone", own)
    url = f"/drafts/{draft.slug}/clauses/3"
    _verified(app, visitor, draft, own)
    opened = visitor.get(url)
    hidden = {i.get("name"): i.get("value", "") for i in opened.find("#comment-form input[type=hidden]")}
    clock.advance(timedelta(hours=3))
    page = visitor.post(url, {**hidden, "stance": "amend", "body": SAID})
    assert page.status == 422 and "验证" in page.words and _typed(page) == SAID and not _count(own)


def test_a_code_is_refused_after_five_tries_after_ten_minutes_and_the_second_time(
    app: Flask, engine: Engine, own: Session, clock: FixedClock
) -> None:
    checks = PhoneChecks(app.extensions["consult.vault"], app.extensions["consult.outbox"], "secret")

    def sent() -> tuple[str, str]:
        token = checks.send(own, NUMBER, "验证码%(code)s。", clock.now())
        own.commit()
        return token, _code(app, own)

    token, code = sent()
    wrong = "0" * 6 if code != "0" * 6 else "1" * 6
    assert [checks.verify(own, token, wrong, clock.now()) for _ in range(5)] == [False] * 5
    assert not checks.verify(own, token, code, clock.now()), "the sixth try"
    token, code = sent()
    assert not checks.verify(own, token, code, clock.now() + timedelta(minutes=10))
    assert not checks.verify(own, "another", code, clock.now())
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in code)
    assert checks.verify(own, token, full_width, clock.now())
    assert not checks.verify(own, token, code, clock.now())
    own.commit()
    assert checks.number(own, token, clock.now()) == NUMBER


def test_a_code_sent_a_hundred_times_at_once_is_taken_once(
    app: Flask, engine: Engine, own: Session, clock: FixedClock
) -> None:
    """T21, and no more than five wrong ones are looked at whatever comes at the same moment."""
    checks = PhoneChecks(app.extensions["consult.vault"], app.extensions["consult.outbox"], "secret")
    token = checks.send(own, NUMBER, "验证码%(code)s。", clock.now())
    own.commit()
    code = _code(app, own)
    own.rollback()

    def take(typed: str) -> bool:
        with transaction(engine) as session:
            return checks.verify(session, token, typed, clock.now())

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, [code] * 100)) == 1
    own.rollback()
    assert own.scalars(select(PhoneCheck.tries)).one() <= 5


def test_codes_are_limited_by_number_wherever_they_are_asked_for(app: Flask, drafts: Drafts, own: Session) -> None:
    draft = _for(drafts.open(), "phone", own)
    answers = []
    for n in range(6):
        browser = Browser(app)
        browser.client.environ_base["REMOTE_ADDR"] = f"10.2.0.{n}"
        data = {"phone": NUMBER, "consent": "y"}
        answers.append(browser.submit(f"/drafts/{draft.slug}/phone", data, form="main form").status)
    assert answers == [303] * 5 + [429]


def test_what_is_no_number_or_not_agreed_to_gets_no_code(visitor: Browser, drafts: Drafts, own: Session) -> None:
    draft = _for(drafts.open(), "phone", own)
    for data in ({"phone": "12345", "consent": "y"}, {"phone": NUMBER}):
        assert visitor.submit(f"/drafts/{draft.slug}/phone", data, form="main form").status == 422
    assert not _count(own, OutboxMessage)
    visitor.get(f"/drafts/{drafts.open().slug}/phone", status=404)


def test_the_desk_says_who_may_comment(sign_in: Callable[..., Browser], drafts: Drafts, own: Session) -> None:
    draft = drafts.editing()
    officer = sign_in("officer")
    values = {name: getattr(FACTS, name) for name in FACTS.__slots__ if name != "touches_business"}
    url = f"/desk/drafts/{draft.id}/facts"
    assert officer.submit(url, {**values, "who_may_comment": "phone"}, form="main form").status == 303
    own.refresh(draft)
    assert draft.who_may_comment == "phone"
    assert officer.submit(url, {**values, "who_may_comment": "nobody"}, form="main form").status == 422


# What was typed survives


def test_a_session_that_ended_brings_the_text_back_with_a_fresh_token(
    app: Flask, drafts: Drafts, own: Session, accounts: Accounts, clock: FixedClock
) -> None:
    draft = drafts.open()
    url = f"/drafts/{draft.slug}/clauses/3"
    browser = Browser(app).signed_in_as(accounts.make("citizen").handle)
    opened = browser.get(url)
    hidden = {i.get("name"): i.get("value", "") for i in opened.find("#comment-form input[type=hidden]")}
    clock.advance(timedelta(hours=13))
    data = {**hidden, "stance": "amend", "body": SAID, "rewording": "改成这样。", "further": ["1"], "name": "王"}
    page = browser.post(url, data)
    assert page.status == 400 and "还在" in page.words and _typed(page) == SAID and not _count(own)
    assert page.find("#rewording")[0].text_content().strip() == "改成这样。"
    assert [i.get("value") for i in page.find("input[name=further][checked]")] == ["1"]
    assert page.find("input[name=stance][checked]")[0].get("value") == "amend"
    hidden = {i.get("name"): i.get("value", "") for i in page.find("#comment-form input[type=hidden]")}
    assert browser.post(url, {**data, **hidden, "name": ""}).status == 303
    assert own.scalars(select(Comment.idempotency_key)).one() == data["idempotency_key"]


def test_a_process_that_has_read_nothing_yet_answers_a_refused_form(
    settings: Settings, clock: FixedClock, visitor: Browser, drafts: Drafts
) -> None:
    """The page of a refused form reads the clauses while the request may write; that waits for nobody."""
    draft = drafts.open()
    fresh = create_app(settings, clock)
    try:
        answer = fresh.test_client().post(f"/drafts/{draft.slug}/clauses/3", data={"body": SAID})
        assert answer.status_code == 400 and SAID in answer.get_data(as_text=True)
    finally:
        fresh.extensions["consult.engine"].dispose()


def test_a_body_larger_than_an_upload_may_be_is_refused_before_it_is_read(app: Flask, drafts: Drafts) -> None:
    """T16: by its announced length; nothing of it is read."""
    draft = drafts.open()

    body = io.BytesIO(b"0" * 1000)
    answer = app.test_client().post(
        f"/drafts/{draft.slug}/clauses/3",
        input_stream=body,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(1024**3)},
    )
    assert answer.status_code == 413 and body.tell() == 0


# Costs


def _cost(engine: Engine, work: Callable[[], Page]) -> tuple[int, Page]:
    """How many statements something takes, and what came of it."""
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len([s for s in seen if not s.startswith(("BEGIN", "PRAGMA"))]), answer


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("much", [False, True])
def test_posting_costs_at_most_twelve_statements_however_much_was_said_and_comes_with_it(
    asking: Flask,
    accounts: Accounts,
    drafts: Drafts,
    comments: Comments,
    signed_in: bool,
    much: bool,
) -> None:
    draft = drafts.open()
    browser = Browser(asking)
    if signed_in:
        browser.signed_in_as(accounts.make("citizen").handle)
    if much:
        for n in range(30):
            comments.accepted(draft, drafts.officer, f"第{n}种说法。", clause=drafts.clause(draft))
    url = f"/drafts/{draft.slug}/clauses/3"
    costs = []
    for rich in (False, True):
        opened = browser.get(url)
        data: dict[str, Any] = {
            i.get("name"): i.get("value", "") for i in opened.find("#comment-form input[type=hidden]")
        }
        data |= {"stance": "amend", "body": f"{SAID}{rich}"}
        if not signed_in:
            data["answer"] = _by_words(opened)
        if rich:
            data |= {"name": "王小明", "phone": NUMBER, "consent_contact": "y", "further": ["1", "2"]}
            data["files"] = [_file(_picture())]
        send = partial(browser.post, url, data, content_type="multipart/form-data")
        cost, answer = _cost(asking.extensions["consult.engine"], send)
        assert answer.status == 303
        costs.append(cost)
    assert costs[1] <= 12, costs
    assert costs[0] <= 10, costs
