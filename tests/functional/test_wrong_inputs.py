"""The list of wrong inputs, through the pages: each is answered in Chinese, and nothing is lost or half-done."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.clock import FixedClock
from consult.drafts.models import Draft
from consult.hotline.models import WorkOrder
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.factories.hotline import record, table
from tests.support.browser import Browser, Page
from tests.support.database import BESIDE, rows

#: What a refused file may leave behind: that it was tried.
TRIED = BESIDE | {"audit_event", "audit_head", "import_file"}


@dataclass
class Town:
    officer: Browser
    citizen: Browser
    visitor: Browser
    draft: Draft
    editing: Draft
    clock: FixedClock
    drafts: Drafts


@pytest.fixture
def town(app: Flask, own: Session, clock: FixedClock, accounts: Accounts) -> Town:
    drafts = Drafts(own, clock, accounts)
    officer, citizen = (Browser(app).signed_in_as(accounts.make(role).handle) for role in ("officer", "citizen"))
    return Town(officer, citizen, Browser(app), drafts.open(days=30), drafts.editing(), clock, drafts)


def sends_file(name: str, data: bytes) -> Callable[[Town], Page]:
    return lambda town: town.officer.submit(
        "/desk/hotline/imports",
        {"file": (io.BytesIO(data), name), "source": "12345"},
        content_type="multipart/form-data",
        form="form[enctype='multipart/form-data']",
    )


def comments_with(body: str) -> Callable[[Town], Page]:
    return lambda town: town.citizen.submit(f"/drafts/{town.draft.slug}/clauses/3", {"stance": "support", "body": body})


def comments_late(town: Town) -> Page:
    url = f"/drafts/{town.draft.slug}/clauses/3"
    opened = town.visitor.get(url)
    hidden = {i.get("name"): i.get("value", "") for i in opened.find("main form[method=post] input[type=hidden]")}
    town.clock.set(town.draft.closes_at + timedelta(seconds=1))  # type: ignore[operator]
    return town.visitor.post(url, {**hidden, "stance": "support", "body": "差一秒没有赶上的意见。"})


def publishes(**dates: str) -> Callable[[Town], Page]:
    return lambda town: town.officer.submit(f"/desk/drafts/{town.editing.id}/publish", dates)


def bomb() -> bytes:
    """A workbook of half a megabyte that inflates to 400 MB."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        parts.writestr("xl/workbook.xml", "<workbook/>")
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * (400 * 1024 * 1024))
    return held.getvalue()


def sends_bomb(town: Town) -> Page:
    return sends_file("表.xlsx", bomb())(town)


#: What is done, the status, a word of the message, and what was typed and must be on the page again.
WRONG: dict[str, tuple[Callable[[Town], Page], int, str, str]] = {
    "an empty file": (sends_file("空.csv", b""), 422, "空", ""),
    "a file of blanks": (sends_file("空白.csv", b"  \n\n \n"), 422, "", ""),
    "a workbook bomb": (sends_bomb, 422, "解压后超过", ""),
    "a picture named .csv": (sends_file("图.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 99), 422, "图片", ""),
    "a web page named .xls": (sends_file("表.xls", b"<html><table></table></html>"), 422, "网页", ""),
    "a broken old workbook": (
        sends_file("表.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        422,
        "另存为",
        "",
    ),
    "a document named .xlsx": (sends_file("表.xlsx", b"PK\x03\x04 none"), 422, "损坏", ""),
    "no file at all": (sends_file("", b""), 422, "选择", ""),
    "a comment of 100,000 characters": (comments_with("长" * 100_000), 422, "5", "长" * 1000),
    "a comment with NUL bytes": (comments_with("停放位\x00太少。"), 422, "控制字符", "停放位太少。"),
    "a comment of blanks": (comments_with(" \u3000\n"), 422, "请", ""),
    "a comment one second after closing": (comments_late, 422, "已结束", "差一秒没有赶上的意见。"),
    "six days without a reason": (publishes(closes_on="2026-09-17"), 422, "理由", "2026-09-17"),
    "a day that does not exist": (publishes(closes_on="2026-02-30"), 422, "日期", "2026-02-30"),
    "a closing before the opening": (publishes(closes_on="2020-01-01"), 422, "日", "2020-01-01"),
    "a body of 100 MB": (sends_file("大.csv", b"x" * (100 * 1024 * 1024)), 413, "太大", ""),
    "an officer's page opened by a citizen": (lambda town: town.citizen.get("/desk/comments", status=403), 403, "", ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_input_is_answered_in_words_and_nothing_changes(town: Town, app: Flask, name: str) -> None:
    act, status, word, kept = WRONG[name]
    engine = app.extensions["consult.engine"]
    before = rows(engine, without=TRIED)
    page = act(town)
    assert page.status == status, page.words[:500]
    assert any("\u4e00" <= c <= "\u9fff" for c in page.find("h1")[0].text_content())
    assert word in page.words
    assert kept in page.text
    assert "Traceback" not in page.text
    assert rows(engine, without=TRIED) == before


def test_wrong_columns_wait_for_an_officer_and_nothing_is_imported_before(town: Town, own: Session) -> None:
    page = town.officer.follow(sends_file("表.csv", "甲,乙\n1,电梯坏了三天没有人修。\n".encode())(town))
    assert page.status == 200 and "没有找到必需的列" in page.words and "甲、乙" in page.words
    refused = town.officer.submit("/desk/hotline/imports/1", {"action": "import"}, form="#columns")
    assert refused.status == 422 and "没有找到必需的列" in refused.words
    assert own.scalars(select(WorkOrder)).all() == []


def test_days_that_do_not_exist_are_rejected_by_line_and_all_else_is_read(town: Town) -> None:
    data = table([record(), record(来电时间="2026-02-30 10:00"), record(来电时间="2026-13-01"), record()])
    page = town.officer.follow(sends_file("表.csv", data)(town))
    assert "第3行" in page.words and "第4行" in page.words and "不存在" in page.words
    assert "2 可以使用" in page.words and "2 将被退回" in page.words


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16"])
def test_a_file_in_another_encoding_is_read_or_asked_about_and_never_taken_as_garbage(
    town: Town, encoding: str, app: Flask, own: Session, run_jobs: Callable[[], int]
) -> None:
    data = table([record(标题="路燈不亮", 诉求内容="路燈一直不亮，晚上看不清路。") for _ in range(3)])
    text = data.decode("utf-8-sig")
    if encoding == "big5":
        text = "編號,主題,內容,時間\nA1,路燈不亮,路燈一直不亮，晚上看不清路。,2026-08-03\n"
    sent = sends_file("表.csv", text.encode(encoding, "ignore"))(town)
    page = town.officer.follow(sent) if sent.status == 303 else sent
    assert page.status in (200, 422)
    assert "路燈" in page.text or "编码" in page.words
    # What is offered as a guess may look damaged; it is a question, and nothing is imported meanwhile.
    assert "\ufffd" not in page.text or "编码" in page.words


def test_a_second_endorsement_counts_once_and_is_told_kindly(
    town: Town, app: Flask, own: Session, clock: FixedClock
) -> None:
    made = Comments(own, clock, app.extensions["consult.vault"]).accepted(
        town.draft, town.drafts.officer, clause=town.drafts.clause(town.draft)
    )
    url = f"/drafts/{town.draft.slug}/comments/{made.id}"
    token = town.citizen.get(url).find("input[name=csrf_token]")[0].get("value")
    for _ in range(2):
        answer: Any = town.citizen.post(f"{url}/endorse", {"csrf_token": token})
        assert answer.status == 303
        town.citizen.follow(answer)
    own.refresh(made)
    assert made.endorsements == 1
