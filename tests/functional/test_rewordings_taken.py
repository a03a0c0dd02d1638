"""A wording that somebody proposed goes into the next version at one press, with the credit for it (rule R14)."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from consult.accounts.models import Role
from consult.clock import FixedClock
from consult.comments.models import Comment
from consult.drafts import queries, versions
from consult.drafts.changes import between
from consult.drafts.models import Clause, Draft
from consult.errors import InvalidInput
from consult.ledger import queries as ledgers
from consult.ledger.rewordings import take
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.functional.test_drafts_versions import ARTICLES, next_version, text_of
from tests.support.browser import Browser

WORDS = "摊主应当在核定的位置经营，保持摊位周围五米内整洁。\n收摊时应当将垃圾带走。"


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def comments(app: Flask, own: Session, clock: FixedClock) -> Comments:
    return Comments(own, clock, app.extensions["consult.vault"])


@pytest.fixture
def draft(drafts: Drafts) -> Draft:
    return drafts.published(text=text_of(ARTICLES))


@pytest.fixture
def proposed(draft: Draft, drafts: Drafts, comments: Comments) -> Comment:
    return comments.accepted(
        draft, drafts.officer, "三米太窄。", clause=drafts.clause(draft, "4"), stance="amend", rewording=WORDS
    )


def press(own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, comment: Comment) -> Clause:
    return take(own, drafts.officer, draft, comment, 0, secrets.token_hex(16), clock.now())


def test_the_clause_reads_as_proposed_and_every_other_stays_the_same_clause(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, proposed: Comment
) -> None:
    version = versions.begin_version(own, drafts.officer, draft, "revision", clock.now())
    before = {c.ref: (c.id, c.stable_key) for c in queries.clauses(own, version) if c.ref}
    changed = press(own, drafts, clock, draft, proposed)
    rows = queries.clauses(own, version)
    assert {c.ref: (c.id, c.stable_key) for c in rows if c.ref} == before
    assert [c.text for c in rows if c.id == changed.id or c.parent_id == changed.id] == WORDS.split("\n")


def test_the_comment_is_adopted_for_this_change_and_the_change_names_it(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, proposed: Comment
) -> None:
    first = queries.current_version(own, draft)
    versions.begin_version(own, drafts.officer, draft, "revision", clock.now())
    changed = press(own, drafts, clock, draft, proposed)
    entry = ledgers.entry_of(own, proposed)
    assert entry is not None and (entry.outcome, entry.change_clause_id) == ("adopted", changed.id)
    second = versions.publish_version(own, drafts.officer, draft, "扩大了保洁范围。", clock.now())
    found = [c for c in between(own, first, second) if c.kind == "changed"]
    assert [c.new.id for c in found if c.new] == [changed.id]


def test_a_proposal_on_an_earlier_version_finds_its_clause_in_the_next_but_one(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, proposed: Comment
) -> None:
    next_version(own, drafts, clock, draft, ["摊位实行一户一证，证件不得转借。", *ARTICLES])
    versions.begin_version(own, drafts.officer, draft, "final", clock.now())
    assert press(own, drafts, clock, draft, proposed).number == "5"


def test_without_a_version_in_preparation_it_says_what_to_do_first(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, proposed: Comment
) -> None:
    with pytest.raises(InvalidInput, match="Begin the next version first"):
        press(own, drafts, clock, draft, proposed)


def test_a_proposal_for_a_removed_clause_is_refused(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, proposed: Comment
) -> None:
    next_version(own, drafts, clock, draft, [*ARTICLES[:3], *ARTICLES[4:]])
    versions.begin_version(own, drafts.officer, draft, "final", clock.now())
    with pytest.raises(InvalidInput, match="not in the version in preparation"):
        press(own, drafts, clock, draft, proposed)


def test_words_that_would_make_an_article_of_their_own_are_refused_and_change_nothing(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, comments: Comments
) -> None:
    words = "摊主应当保持整洁。\n第五条 摊主可以通宵营业。"
    comment = comments.accepted(draft, drafts.officer, "改一改。", clause=drafts.clause(draft, "4"), rewording=words)
    version = versions.begin_version(own, drafts.officer, draft, "revision", clock.now())
    before = [(c.id, c.text) for c in queries.clauses(own, version)]
    with pytest.raises(InvalidInput, match="a clause of their own"):
        press(own, drafts, clock, draft, comment)
    assert [(c.id, c.text) for c in queries.clauses(own, version)] == before


def test_an_officer_sees_the_difference_and_takes_it_at_one_press(
    own: Session,
    drafts: Drafts,
    clock: FixedClock,
    draft: Draft,
    proposed: Comment,
    sign_in: Callable[..., Browser],
) -> None:
    versions.begin_version(own, drafts.officer, draft, "revision", clock.now())
    own.commit()
    desk, address = sign_in(Role.OFFICER), f"/desk/ledger/{draft.id}/comments/{proposed.id}"
    page = desk.get(address)
    assert [e.text_content() for e in page.find(".difference ins")]
    assert desk.submit(f"{address}/rewording", {}, form_at=address).status == 303
    own.rollback()
    version = queries.version_in_preparation(own, draft)
    assert version is not None
    assert "五米" in next(c.text for c in queries.clauses(own, version) if c.ref == "4")
    assert "采纳" in desk.get(address).words
