"""What everybody reads about drafts: the list, one draft by clause, its versions, the feed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy.orm import Session

from consult.clock import FixedClock
from tests.factories.accounts import Accounts
from tests.factories.drafts import Drafts
from tests.support.browser import Browser

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def town(drafts: Drafts, clock: FixedClock) -> dict[str, str]:
    """One draft of each phase: title by phase, seen 40 days after the first was published."""
    drafts.published(closes_in=30, title="已经结束的办法")
    drafts.withdrawn(title="撤回的办法")
    clock.advance(timedelta(days=40))
    drafts.published(closes_in=60, title="晚些截止的办法", kind="decision")
    drafts.published(closes_in=31, title="快要截止的办法")
    drafts.published(opens_in=5, closes_in=60, title="还没开始的办法")
    drafts.editing(title="还在起草的办法")
    return {"open": "快要截止的办法", "upcoming": "还没开始的办法", "closed": "已经结束的办法"}


def _titles(browser: Browser, url: str) -> list[str]:
    return [e.text_content().strip() for e in browser.get(url).find(".card__title")]


def test_the_list_shows_open_drafts_first_the_next_to_close_at_the_top(visitor: Browser, town: dict[str, str]) -> None:
    assert _titles(visitor, "/drafts") == ["快要截止的办法", "晚些截止的办法", "还没开始的办法", "已经结束的办法"]


@pytest.mark.parametrize("phase", ["open", "upcoming", "closed"])
def test_the_list_is_filtered_by_phase(visitor: Browser, town: dict[str, str], phase: str) -> None:
    assert _titles(visitor, f"/drafts?phase={phase}")[0] == town[phase]
    assert len(_titles(visitor, f"/drafts?phase={phase}")) == (2 if phase == "open" else 1)


def test_the_list_is_filtered_by_kind_and_words_and_bears_nonsense(visitor: Browser, town: dict[str, str]) -> None:
    assert _titles(visitor, "/drafts?kind=decision") == ["晚些截止的办法"]
    assert _titles(visitor, "/drafts?q=快要") == ["快要截止的办法"]
    assert _titles(visitor, "/drafts?q=%25") == []
    assert len(_titles(visitor, "/drafts?phase=x&kind=y&page=0")) == 4
    assert "没有符合条件" in visitor.get("/drafts?q=没有的词").words


def test_the_feed_holds_public_drafts_only(visitor: Browser, town: dict[str, str]) -> None:
    page = visitor.get("/drafts.atom")
    feed = ET.fromstring(page.response.data)
    titles = [e.findtext(f"{ATOM}title") for e in feed.iter(f"{ATOM}entry")]
    assert sorted(titles) == sorted(["已经结束的办法", "晚些截止的办法", "快要截止的办法", "还没开始的办法"])
    assert page.response.mimetype == "application/atom+xml"
    for entry in feed.iter(f"{ATOM}entry"):
        assert entry.findtext(f"{ATOM}id") and entry.findtext(f"{ATOM}author/{ATOM}name")
        assert (entry.findtext(f"{ATOM}published") or "").endswith("+08:00")
        assert "截至" in (entry.findtext(f"{ATOM}summary") or "")
        (link,) = entry.findall(f"{ATOM}link")
        assert visitor.get(link.get("href", "").removeprefix("http://localhost")).status == 200


def test_a_draft_says_who_asks_until_when_why_and_how_to_speak(visitor: Browser, drafts: Drafts) -> None:
    words = visitor.get(f"/drafts/{drafts.open().slug}").words
    for said in (
        "临川县人民政府",
        "还剩 30 天",
        "2026年9月11日 15:30至2026年10月11日 23:59",
        "近三年楼道充电火灾多发",
        "《中华人民共和国消防法》",
        "临川县住房和城乡建设局",
        "临川县新安路1号",
        "0000-7654321",
        "zjj@example.com",
        "对这一条说几句",
    ):
        assert said in words, said


def test_the_text_stands_by_clause_in_its_chapters(visitor: Browser, drafts: Drafts) -> None:
    draft = drafts.open()
    page = visitor.get(f"/drafts/{draft.slug}")
    assert [e.get("id") for e in page.find("section.clause")] == [f"clause-{n}" for n in range(1, 5)]
    assert "既有小区由街道组织增设。" in page.find("#clause-3")[0].text_content()
    assert page.find(f"#clause-3 a[href='/drafts/{draft.slug}/clauses/3']")
    assert [e.get("href") for e in page.find(".page__rail .contents a")][:2] == ["#part-1", "#clause-1"]


def test_after_closing_the_text_stays_and_invites_nobody(visitor: Browser, drafts: Drafts, clock: FixedClock) -> None:
    draft = drafts.open()
    clock.advance(timedelta(days=31))
    page = visitor.get(f"/drafts/{draft.slug}")
    assert "已结束" in page.words and "对这一条说几句" not in page.words and "第三条" in page.words
    assert not visitor.get(f"/drafts/{draft.slug}/clauses/3").find("#comment-form")


def test_the_office_sees_a_draft_before_the_public_does(
    visitor: Browser, sign_in: Callable[..., Browser], drafts: Drafts
) -> None:
    draft = drafts.editing()
    visitor.get(f"/drafts/{draft.slug}", status=404)
    visitor.get(f"/drafts/{draft.slug}/clauses/3", status=404)
    page = sign_in("officer").get(f"/drafts/{draft.slug}")
    assert "尚未公开" in page.words
    assert draft.title not in visitor.get("/drafts").words
    assert draft.title not in visitor.get("/drafts.atom").response.get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/drafts/none", "/drafts/{slug}/versions/9", "/drafts/{slug}/clauses/99", "/drafts/{slug}/comments/1"]
)
def test_what_there_is_not_is_not_found(visitor: Browser, drafts: Drafts, path: str) -> None:
    visitor.get(path.format(slug=drafts.open().slug), status=404)


def test_the_page_speaks_english_to_whom_asks_for_it(visitor: Browser, drafts: Drafts) -> None:
    draft = drafts.open()
    visitor.get("/preferences?lang=en&next=/drafts", status=303)
    assert "30 days left" in visitor.get(f"/drafts/{draft.slug}").words
    assert "Where do you stand?" in visitor.get(f"/drafts/{draft.slug}/clauses/3").words
