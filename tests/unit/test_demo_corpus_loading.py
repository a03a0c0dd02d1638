"""The demo town comes into a database through the services, at the times at which its people acted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.audit.service import verify
from consult.campaigns.models import CommentGroup
from consult.comments.models import Comment
from consult.demo import Town, generate
from consult.demo.loader import load
from consult.demo.rhythm import midnight
from consult.drafts.models import ClauseFate, Draft
from consult.errors import InvalidInput
from consult.hotline.models import WorkOrder
from consult.ledger.models import LedgerRow
from consult.ledger.queries import balance

TODAY = date(2026, 9, 11)
PASSWORD = "Qingting-2026"


@pytest.fixture
def town() -> Town:
    """A small part of the town, so that the test is quick."""
    made = generate(7, TODAY)
    kept = {comment.key for comment in made.comments[::9]}
    kept |= {comment.duplicate_of for comment in made.comments[::9]}  # a duplicate is one of something
    return replace(made, comments=tuple(c for c in made.comments if c.key in kept), orders=made.orders[::9])


def test_what_the_town_says_is_in_the_database_afterwards(app: Flask, own: Session, town: Town) -> None:
    loaded = load(own, app.extensions["consult.vault"], town, PASSWORD)
    assert own.scalar(select(func.count()).select_from(Draft)) == len(town.drafts)
    assert own.scalar(select(func.count()).select_from(Comment)) == len(town.comments)
    assert own.scalar(select(func.count()).select_from(WorkOrder)) == len(loaded.orders)
    assert len(loaded.orders) > 0.9 * len(town.orders)
    handles = set(own.scalars(select(User.handle)))
    assert {account.login for account in town.accounts} <= handles
    assert own.scalar(select(func.max(WorkOrder.received_at))) <= midnight(TODAY)
    assert list(verify(own)) == []


def test_no_telephone_number_stays_in_what_is_stored_for_reading(app: Flask, own: Session, town: Town) -> None:
    load(own, app.extensions["consult.vault"], town, PASSWORD)
    texts = [*own.scalars(select(WorkOrder.body)), *own.scalars(select(Comment.body))]
    phones = {order.caller.phone for order in town.orders} | {c.author.phone for c in town.comments}
    assert not [text for text in texts for phone in phones if phone in text]


def test_a_weak_password_is_refused_before_anything_is_told(app: Flask, own: Session, town: Town) -> None:
    with pytest.raises(InvalidInput):
        load(own, app.extensions["consult.vault"], town, "weak")
    assert own.scalar(select(func.count()).select_from(Draft)) == 0


def test_drafts_whose_results_are_out_have_a_revised_text_and_a_ledger_that_balances(
    app: Flask, own: Session, town: Town
) -> None:
    load(own, app.extensions["consult.vault"], town, PASSWORD)
    reported = own.scalars(select(Draft).where(Draft.state == "reported")).all()
    assert reported
    for draft in reported:
        figures = balance(own, draft)
        assert figures.is_complete and figures.received > 0
        assert own.scalar(select(func.count()).select_from(LedgerRow)) > 0
    assert own.scalar(select(func.count()).select_from(ClauseFate).where(ClauseFate.fate == "changed")) > 0
    assert own.scalar(select(func.count()).select_from(CommentGroup)) > 0
