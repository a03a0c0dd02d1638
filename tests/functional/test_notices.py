"""What an account was told inside the site, in its language, once, and read by nobody else."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.clock import FixedClock
from consult.notices.models import Notice
from consult.notices.service import Telling, tell
from tests.factories.accounts import Accounts
from tests.support.browser import Browser


def _telling(title: str = "停放管理办法") -> Telling:
    # A sentence of the application, so that it has its Chinese.
    return Telling("Message no. %(number)s", url="/drafts", kind="comment.accepted", number=title)


def test_an_account_finds_what_it_was_told_and_how_much_is_unread(
    own: Session, clock: FixedClock, accounts: Accounts, app: Flask
) -> None:
    citizen = accounts.make()
    tell(own, [citizen.id, citizen.id], _telling(), clock.now())
    own.commit()
    browser = Browser(app).signed_in_as(citizen.handle)
    assert [link.text_content() for link in browser.get("/drafts").find('header a[href="/account/notices"]')] == [
        "通知 1 条未读"
    ] * 2
    page = browser.get("/account/notices")
    assert "消息 停放管理办法 号" in page.words and page.find('.notice-list a[href="/drafts"]')
    assert browser.submit("/account/notices/reading", {}, form_at="/account/notices").status == 303
    assert browser.get("/account/notices").find("header .desk-nav__count") == []


def test_nobody_is_told_the_same_thing_twice(own: Session, clock: FixedClock, accounts: Accounts) -> None:
    first, second = accounts.make(), accounts.make()
    tell(own, [first.id], _telling(), clock.now(), dedupe="comment:1:accepted")
    tell(own, [first.id, second.id], _telling(), clock.now(), dedupe="comment:1:accepted")
    tell(own, [first.id], _telling(), clock.now())
    tell(own, [first.id], _telling(), clock.now())
    tell(own, [], _telling(), clock.now())
    told = [notice.account_id for notice in own.scalars(select(Notice).order_by(Notice.id))]
    assert (told.count(first.id), told.count(second.id)) == (3, 1)


def test_nobody_sees_or_marks_what_another_was_told(
    own: Session, clock: FixedClock, sign_in: Callable[..., Browser], accounts: Accounts
) -> None:
    told = accounts.make()
    tell(own, [told.id], _telling("只说给一个人听"), clock.now())
    own.commit()
    other = sign_in("citizen")
    assert "只说给一个人听" not in other.get("/account/notices").text
    token = other.get("/account").find("input[name=csrf_token]")[0].get("value")
    assert other.post("/account/notices/reading", {"csrf_token": token}).status == 303
    own.expire_all()
    assert own.scalars(select(Notice)).one().read_at is None
