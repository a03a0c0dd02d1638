"""A comment as other features show it: cards for issues and threads, the story on the receipt, the author's list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from consult.accounts.models import Role
from consult.accounts.queries import Viewer, Visitor
from consult.clock import FixedClock
from consult.comments import attachments, targets
from consult.comments.attachments import CleanFile
from consult.comments.models import Comment
from consult.comments.stories import receipt, subject_cards
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.support.browser import Browser


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def comments(own: Session, clock: FixedClock, app: Flask) -> Comments:
    return Comments(own, clock, app.extensions["consult.vault"])


def test_a_receipt_tells_what_arrived_besides_the_words(
    app: Flask, own: Session, visitor: Browser, drafts: Drafts, comments: Comments
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer, "请看照片。", clause=drafts.clause(draft))
    url = f"/receipt/{comment.receipt_code}"
    assert "随附文件" not in visitor.get(url).words and "还涉及" not in visitor.get(url).words
    targets.keep(own, comment, [drafts.clause(draft, "1"), drafts.clause(draft, "4")])
    files = [CleanFile("image/png", b"1"), CleanFile("application/pdf", b"2")]
    attachments.keep(own, app.extensions["consult.vault"], comment, files)
    attachments.decide(own, drafts.officer, comment, 1, True, comment.submitted_at)
    own.commit()
    words = visitor.get(url).words
    assert "还涉及：第一条，第四条。" in words and "随附文件 2 个，其中 1 个已公开。" in words
    comment.consent_publish = False
    own.commit()
    assert "其中 0 个已公开" in visitor.get(url).words


@pytest.fixture
def said(drafts: Drafts, comments: Comments) -> dict[str, Comment]:
    draft, officer = drafts.open(), drafts.officer
    clause = drafts.clause(draft)
    return {
        "shown": comments.accepted(draft, officer, "公开的意见。", clause=clause),
        "silent": comments.accepted(draft, officer, "只计数的意见。", consent_publish=False),
        "pending": comments.pending(draft, "待审核的意见。"),
        "refused": comments.refused(draft, officer, "不予公开的意见。"),
    }


@pytest.mark.parametrize(
    ("role", "seen", "linked"),
    [
        # Everybody sees a card of what is public, and no card of anything else.
        (None, {"shown"}, {"shown"}),
        (Role.CITIZEN, {"shown"}, {"shown"}),
        (Role.AUDITOR, {"shown"}, {"shown"}),
        # A leader reads the masked words of every member of an issue, without a page to open.
        (Role.LEADER, {"shown", "silent", "pending"}, {"shown"}),
        # A reviewer reads everything, at the desk.
        (Role.OFFICER, {"shown", "silent", "pending", "refused"}, {"shown", "silent", "pending", "refused"}),
    ],
)
def test_cards_show_each_viewer_what_is_theirs(
    app: Flask,
    own: Session,
    accounts: Accounts,
    said: dict[str, Comment],
    role: Role | None,
    seen: set[str],
    linked: set[str],
) -> None:
    viewer = Viewer(accounts.make(role)) if role else Visitor()
    with app.test_request_context():
        cards = subject_cards(own, [c.id for c in said.values()] + [99_999], viewer)
    names = {c.id: name for name, c in said.items()}
    assert {names[i] for i in cards} == seen
    assert {names[i] for i, card in cards.items() if card.url} == linked
    assert {names[i] for i, card in cards.items() if card.is_public} == {"shown"}
    assert cards[said["shown"].id].label == "意见 · 第三条"


def test_a_receipt_tells_what_comes_next_until_it_has_come(
    app: Flask, own: Session, said: dict[str, Comment], clock: FixedClock
) -> None:
    with app.test_request_context():
        story = receipt(own, said["shown"].receipt_code.lower(), clock.now())
        assert story is not None and [s.state for s in story.steps] == ["done", "done", "coming"]
        assert story.text == "公开的意见。" and story.title.endswith("第三条")
        waiting = receipt(own, said["pending"].receipt_code, clock.now())
        assert waiting is not None and [s.state for s in waiting.steps] == ["done", "current", "coming"]
        clock.advance(timedelta(days=40))
        story = receipt(own, said["shown"].receipt_code, clock.now())
        assert story is not None and "正在逐条研究" in str(story.steps[-1].text)
        for code in ("", "AAAAAAAAAAAA", "'; DROP TABLE comment; --", "A" * 10_000):
            assert receipt(own, code, clock.now()) is None


def test_who_was_signed_in_finds_what_they_said_and_nobody_else_s(
    app: Flask, sign_in: Callable[..., Browser], accounts: Accounts, drafts: Drafts, comments: Comments
) -> None:
    draft, account = drafts.open(), accounts.make("citizen")
    comment = comments.pending(draft, "登录后说的话。", author=account)
    mine = Browser(app).signed_in_as(account.handle)
    assert "登录后说的话" in mine.get("/account/comments").words
    assert "登录后说的话" in mine.get(f"/drafts/{draft.slug}/comments/{comment.id}").words
    other = sign_in("citizen")
    assert "登录后说的话" not in other.get("/account/comments").text
    other.get(f"/drafts/{draft.slug}/comments/{comment.id}", status=404)
