"""How many statements a page costs: few, and as many for ten thousand comments as for ten."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from consult.clock import FixedClock
from consult.comments import replies
from consult.comments.models import Comment
from tests.factories.consultation import Consultation, consultation
from tests.support.browser import Browser

SMALL, LARGE = (5, 10), (200, 10_000)


@contextmanager
def said(engine: Engine) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile, without those that begin and end transactions."""
    found: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.upper().startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(params=[SMALL, LARGE], ids=["small", "large"])
def made(request: pytest.FixtureRequest, own: Session, clock: FixedClock) -> Consultation:
    articles, comments = request.param
    return consultation(own, clock.now(), articles=articles, comments=comments)


def test_a_draft_page_costs_at_most_twelve_statements(made: Consultation, engine: Engine, visitor: Browser) -> None:
    visitor.get("/")
    with said(engine) as statements:
        visitor.get(f"/drafts/{made.draft.slug}")
    assert len(statements) <= 12, "\n\n".join(statements)


@pytest.mark.parametrize("number", [20, 1_000])
def test_a_clause_page_costs_at_most_ten_statements(
    number: int, own: Session, clock: FixedClock, engine: Engine, visitor: Browser
) -> None:
    made = consultation(own, clock.now(), articles=1, comments=number)
    visitor.get("/")
    with said(engine) as statements:
        page = visitor.get(f"/drafts/{made.draft.slug}/clauses/1")
    assert len(page.find("article.comment")) == 20
    assert len(statements) <= 10, "\n\n".join(statements)


def test_replies_cost_a_clause_page_one_statement_for_all_comments_shown(
    own: Session, clock: FixedClock, engine: Engine, visitor: Browser
) -> None:
    made = consultation(own, clock.now(), articles=1, comments=100)
    shown = own.scalars(select(Comment).where(Comment.state == "accepted", Comment.consent_publish)).all()
    for comment in shown:
        for number in range(2):
            new = replies.NewReply(f"答复之{number}。", secrets.token_hex(16), "临川县交通局")
            replies.reply(own, made.officer, comment, made.draft, new, clock.now())
    own.commit()
    visitor.get("/")
    with said(engine) as statements:
        page = visitor.get(f"/drafts/{made.draft.slug}/clauses/1")
    assert len(page.find("article.reply")) == 40
    assert len(statements) <= 10, "\n\n".join(statements)
    assert len([s for s in statements if "comment_reply" in s]) == 1
