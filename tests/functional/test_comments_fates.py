"""What is said on one version of a draft is found again in the next: each comment has exactly one fate (rule R14)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from consult.accounts.models import Role
from consult.clock import FixedClock
from consult.comments.fates import fates
from consult.comments.models import Comment
from consult.comments.queries import CommentVoices
from consult.drafts import queries, versions
from consult.drafts.models import Draft
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.functional.test_drafts_versions import ARTICLES, next_version, text_of
from tests.support.browser import Browser

#: Article 2 moves, 3 is changed, 5 is removed, 1 and 4 stay.
SECOND = [
    ARTICLES[0],
    "摊位实行一户一证，证件不得转借。",
    ARTICLES[1],
    ARTICLES[3],
    ARTICLES[2].replace("每年", "每半年"),
    ARTICLES[5],
]


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
def said(draft: Draft, drafts: Drafts, comments: Comments) -> dict[str, Comment]:
    """One public comment on each clause, by its number, and one on the whole under ""."""
    made = {
        number: comments.accepted(draft, drafts.officer, f"对第{number}条的意见。", clause=drafts.clause(draft, number))
        for number in "123456"
    }
    made[""] = comments.accepted(draft, drafts.officer, "总体上赞成这个办法。")
    return made


def test_every_comment_has_exactly_one_fate_in_the_next_version(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, said: dict[str, Comment]
) -> None:
    second = next_version(own, drafts, clock, draft, SECOND)
    found = fates(own, list(said.values()), second)
    told = {number: (found[comment.id].kind, found[comment.id].now_label) for number, comment in said.items()}
    assert told == {
        "": ("same", ""),
        "1": ("same", "第一条"),
        "2": ("moved", "第三条"),
        "3": ("changed", "第五条"),
        "4": ("same", "第四条"),
        "5": ("removed", ""),
        "6": ("same", "第六条"),
    }


def test_comments_of_the_present_version_have_no_fate(
    own: Session, drafts: Drafts, draft: Draft, said: dict[str, Comment]
) -> None:
    assert fates(own, list(said.values()), queries.current_version(own, draft)) == {}


def test_comments_count_on_the_clause_that_continues_theirs_and_removed_ones_are_listed_apart(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, comments: Comments, said: dict[str, Comment]
) -> None:
    second = next_version(own, drafts, clock, draft, SECOND)
    comments.accepted(draft, drafts.officer, "第三条很好。", clause=drafts.clause(draft, "3"))
    counts = CommentVoices().of_clauses(own, second)
    by_number = {c.number: counts[c.id].received for c in queries.clauses(own, second) if c.id in counts}
    assert by_number == {"1": 1, "3": 2, "4": 1, "5": 1, "6": 1}
    assert counts[None].received == 1
    gone = CommentVoices().of_gone(own, second)
    assert [(clause.number, version.number, count.received) for clause, version, count in gone] == [("5", 1, 1)]


def test_the_earlier_version_still_counts_what_was_said_on_it_and_nothing_later(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, comments: Comments, said: dict[str, Comment]
) -> None:
    first = queries.current_version(own, draft)
    next_version(own, drafts, clock, draft, SECOND)
    comments.accepted(draft, drafts.officer, "第三条很好。", clause=drafts.clause(draft, "3"))
    comments.accepted(draft, drafts.officer, "新的稿子更好。")
    counts = CommentVoices().of_clauses(own, first)
    assert {key: count.received for key, count in counts.items()} == {
        **{c.id: 1 for c in queries.clauses(own, first)},
        None: 1,
    }


def test_the_page_of_a_clause_shows_what_was_said_on_the_one_it_continues_with_its_fate(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, said: dict[str, Comment], visitor: Browser
) -> None:
    next_version(own, drafts, clock, draft, SECOND)
    page = visitor.get(f"/drafts/{draft.slug}/clauses/5")
    assert "对第3条的意见。" in page.words
    assert "针对第1版第三条" in page.words
    assert f"/drafts/{draft.slug}/compare/1/2#change-" in page.text
    assert "对第5条的意见。" not in page.words


def test_what_was_said_on_a_removed_clause_stays_readable_in_its_own_place(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, said: dict[str, Comment], visitor: Browser
) -> None:
    next_version(own, drafts, clock, draft, SECOND)
    address = f"/drafts/{draft.slug}/versions/1/clauses/5"
    assert address in visitor.get(f"/drafts/{draft.slug}").text
    page = visitor.get(address)
    assert "对第5条的意见。" in page.words
    assert "已从第2版中删除" in page.words


def test_a_receipt_tells_what_a_later_version_made_of_the_clause(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, said: dict[str, Comment], visitor: Browser
) -> None:
    next_version(own, drafts, clock, draft, SECOND)
    third = [SECOND[0], *SECOND[2:]]
    next_version(own, drafts, clock, draft, third, stage="final")
    told = visitor.get(f"/receipt/{said['3'].receipt_code}").words
    assert told.index("第2版") < told.index("第3版")
    assert "第三条有修改" in told
    assert "第五条被删除" in visitor.get(f"/receipt/{said['5'].receipt_code}").words


def test_a_version_in_preparation_is_hidden_from_everybody_but_the_desk(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, visitor: Browser, sign_in: Callable[..., Browser]
) -> None:
    versions.begin_version(own, drafts.officer, draft, "revision", clock.now())
    own.commit()
    for address in (f"/drafts/{draft.slug}/versions/2", f"/drafts/{draft.slug}/compare/1/2"):
        visitor.get(address, status=404)
    assert "修改稿" not in visitor.get(f"/drafts/{draft.slug}").words
    sign_in(Role.OFFICER).get(f"/drafts/{draft.slug}/versions/2")


def test_what_changed_is_shown_clause_by_clause_with_unchanged_ones_folded(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, visitor: Browser
) -> None:
    next_version(own, drafts, clock, draft, SECOND)
    page = visitor.get(f"/drafts/{draft.slug}/compare/1/2")
    assert "<del>" in page.text and "<ins>" in page.text
    assert "半" in page.words
    assert page.text.count('class="change-fold"') >= 2
    assert "修改1条，新增1条，删除或合并1条，仅条号变动1条，未改3条。" in page.words
    assert visitor.get(f"/drafts/{draft.slug}/compare/2/1", status=301).location.endswith("/compare/1/2")
    visitor.get(f"/drafts/{draft.slug}/compare/1/1", status=404)
