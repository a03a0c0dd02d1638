"""How many statements a page costs: few, and as many for ten thousand comments as for ten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from consult.clock import FixedClock
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
