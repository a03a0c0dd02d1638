"""A citizen reads a draft, says something about a clause, is told what becomes of it; and writes to a leader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from consult.drafts.models import Draft
from tests.browser.conftest import DESKTOP, PHONE, Town
from tests.browser.visitor import Visitor
from tests.support.robots import answer_to

pytestmark = pytest.mark.browser
Arrive = Callable[..., Visitor]
SCRIPTLESS = {**PHONE, "java_script_enabled": False}
CLAUSE = "3"
SEND = "#comment-form button[type=submit]"
#: What a first visit may cost somebody with a slow telephone: requests, and bytes as they come over the line.
MOST_REQUESTS = 6
MOST_BYTES = 60_000


@pytest.fixture(scope="module")
def draft(town: Town) -> Draft:
    return town.drafts.open()


def _code(visitor: Visitor) -> str:
    return str(visitor.page.url.rpartition("/")[2].partition("?")[0])


def _accept(arrive: Arrive, town: Town, words: str) -> None:
    """An officer ticks the comment with these words and accepts it."""
    officer = arrive(**DESKTOP)
    officer.sign_in(town.accounts.make("officer").handle)
    officer.open("/desk/comments")
    officer.page.locator("tr", has_text=words).locator("input[name=ids]").check()
    officer.press("button[name=action][value=accept]")
    assert words not in officer.words


def _comment(visitor: Visitor, words: str, *, shows: bool, by_words: bool = False) -> None:
    page = visitor.page
    page.click("input[name=stance][value=support] + label")
    page.fill("#body", words)
    if shows:
        page.click("label[for=consent_publish]")
    if by_words:  # with a script the page answers by itself
        page.fill("#answer", answer_to(page.locator("label[for=answer]").inner_text()))
    visitor.press(SEND)


@pytest.mark.parametrize("device", [PHONE, DESKTOP, SCRIPTLESS], ids=["phone", "desktop", "without JavaScript"])
def test_a_citizen_speaks_on_a_clause_and_follows_what_becomes_of_it(
    arrive: Arrive, town: Town, draft: Draft, device: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    words = f"楼道门厅要有人巡查，{request.node.callspec.id}也写一句。"
    citizen = arrive(**device)
    citizen.open("/")
    citizen.press(f"main a[href='/drafts/{draft.slug}']")
    assert "第三条" in citizen.words
    citizen.press(f"main a[href^='/drafts/{draft.slug}/clauses/{CLAUSE}']")
    assert "新建小区应当" in citizen.words
    citizen.page.fill("#body", words)
    summary = citizen.refused(SEND)
    assert summary.strip()
    assert citizen.page.input_value("#body") == words, "what was typed is kept"
    _comment(citizen, words, shows=True, by_words=device is SCRIPTLESS)
    code = _code(citizen)
    assert len(code) >= 10
    assert code in citizen.words.replace(" ", "").replace("-", "") or code in citizen.words
    visitor = arrive(**device)
    visitor.open(f"/drafts/{draft.slug}/clauses/{CLAUSE}")
    assert words not in visitor.words, "nothing is public before a person has read it"
    _accept(arrive, town, words)
    visitor.open(f"/drafts/{draft.slug}/clauses/{CLAUSE}")
    assert words in visitor.words
    before = citizen.page.locator(".timeline > li").count()
    assert citizen.page.locator(".timeline__now").count() == 1, "one step is the present one"
    citizen.open(f"/receipt/{code}")
    assert citizen.page.locator(".timeline > li").count() >= before
    assert words in citizen.words


def test_a_comment_whose_author_does_not_agree_is_counted_and_not_shown(
    arrive: Arrive, town: Town, draft: Draft
) -> None:
    words = "门口的消防通道别再让车占了。"
    citizen = arrive(**PHONE)
    citizen.open(f"/drafts/{draft.slug}/clauses/4")
    _comment(citizen, words, shows=False)
    _accept(arrive, town, words)
    citizen.open(f"/drafts/{draft.slug}/clauses/4")
    assert words not in citizen.words
    assert "收到 1 条" in citizen.words


@pytest.mark.parametrize("device", [PHONE, SCRIPTLESS], ids=["phone", "without JavaScript"])
def test_a_citizen_endorses_a_comment_once(
    arrive: Arrive, town: Town, draft: Draft, device: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    words = f"新建小区的停放位要留够电源，{request.node.callspec.id}。"
    author = arrive(**device)
    author.open(f"/drafts/{draft.slug}/clauses/2")
    _comment(author, words, shows=True, by_words=device is SCRIPTLESS)
    _accept(arrive, town, words)
    handle = town.accounts.make("citizen").handle
    windows = [arrive(**device), arrive(**device)]
    for window in windows:
        window.sign_in(handle)
        window.open(f"/drafts/{draft.slug}/clauses/2")
    card = f"article:has-text('{words}')"
    for window in windows:  # the second window still shows the button of before
        window.refusals_expected = window is windows[1]
        window.press(f"{card} form[action$='/endorse'] button")
    assert windows[1].page.locator(".flashes").inner_text().strip(), "the second time is answered with a sentence"
    windows[0].open(f"/drafts/{draft.slug}/clauses/2")
    assert windows[0].page.locator(f"{card} form[action$='/endorse']").count() == 0
    assert windows[0].page.locator(f"{card} form[action$='/unendorse']").count() == 1
    assert "1" in windows[0].page.locator(card).inner_text()


@pytest.mark.parametrize("device", [PHONE, SCRIPTLESS], ids=["phone", "without JavaScript"])
def test_a_citizen_writes_to_a_leader_and_is_told_of_every_mistake(
    arrive: Arrive, town: Town, device: dict[str, Any]
) -> None:
    citizen = arrive(**device)
    page = citizen.page
    send = "main form:has(#body) button[type=submit]"
    citizen.open("/messages/new")
    page.click("input[name=kind][value=complaint] + label")
    page.fill("#title", "这个标题写得实在太长太长太长，已经超过二十二个字了")
    page.fill("#body", "太短")
    summary = citizen.refused(send)
    assert "22" in summary and "20" in summary
    assert page.input_value("#body") == "太短"
    page.fill("#title", "新安路夜间施工扰民")
    page.fill("#demand", "请要求工地夜里十点以后停止打桩，并公布施工时间。")
    page.fill("#body", "新安路东头的工地连着一个星期夜里打桩，孩子睡不好，打电话没有人管。")
    page.select_option("#field", index=1)
    page.click("label[for=consents]")
    citizen.press(send)
    code = str(page.locator(".receipt-panel__code").inner_text()).strip()
    citizen.open(f"/receipt/{code}")
    assert "新安路夜间施工扰民" in citizen.words
    assert page.locator(".timeline > li").count() >= 1


def test_a_keyboard_is_enough_to_comment(arrive: Arrive, draft: Draft) -> None:
    citizen = arrive(**DESKTOP)
    page = citizen.page
    citizen.open(f"/drafts/{draft.slug}/clauses/1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main", "the skip link comes first"
    assert page.evaluate("document.activeElement.getBoundingClientRect().bottom") > 0, "and can be seen"
    page.keyboard.press("Enter")
    _tab_to(citizen, "stance")
    page.keyboard.press("Space")
    _tab_to(citizen, "body")
    page.keyboard.type("第一条写清楚了目的，赞成。")
    _tab_to(citizen, "consent_publish")
    page.keyboard.press("Space")
    assert page.is_checked("#consent_publish")
    _tab_to(citizen, "submit")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    citizen.check()
    assert "第一条写清楚了目的，赞成。" in citizen.words
    assert "/receipt/" in page.url


@pytest.mark.parametrize("path", ["/", "/drafts/{slug}", "/drafts/{slug}/clauses/1"], ids=["home", "draft", "clause"])
def test_a_first_visit_asks_for_little(arrive: Arrive, draft: Draft, path: str) -> None:
    citizen = arrive(**PHONE)
    finished: list[Any] = []
    citizen.page.on("requestfinished", lambda request: finished.append(request))
    citizen.open(path.format(slug=draft.slug))
    citizen.page.wait_for_load_state("networkidle")
    sizes = {request.url: request.sizes() for request in finished}
    assert len(sizes) <= MOST_REQUESTS, sorted(sizes)
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes.values()) <= MOST_BYTES, sizes


FOCUS = """() => {
  const e = document.activeElement, s = getComputedStyle(e), box = e.getBoundingClientRect();
  const shown = t => t.outlineStyle !== 'none' && parseFloat(t.outlineWidth) > 0 || t.boxShadow !== 'none';
  const label = e.labels && e.labels[0] && getComputedStyle(e.labels[0], '::before');
  return {name: e.name || e.id || '', submit: e.type === 'submit' && !!e.closest('#comment-form'),
          what: e.outerHTML.slice(0, 120), placed: box.width > 0 && box.height > 0,
          visible: shown(s) || s.textDecorationLine !== 'none' || !!(label && shown(label))};
}"""


def _tab_to(citizen: Visitor, name: str) -> None:
    """Tab on until the named control has the focus; the focus can be seen at every stop."""
    for _ in range(60):
        citizen.page.keyboard.press("Tab")
        at = citizen.page.evaluate(FOCUS)
        assert at["visible"] and at["placed"], f"the focus cannot be seen on {at['what']}"
        if at["name"] == name or (name == "submit" and at["submit"]):
            return
    raise AssertionError(f"{name} cannot be reached by Tab")


def test_what_is_being_written_stays_on_the_device_unless_others_use_it(arrive: Arrive, draft: Draft) -> None:
    words = "写到一半断了网，这段话不能丢。"
    citizen = arrive(**PHONE)
    page = citizen.page
    page.on("dialog", lambda dialog: dialog.accept())
    kept = "() => Object.keys(localStorage).filter(name => name.startsWith('draft:')).length"
    citizen.open(f"/drafts/{draft.slug}/clauses/1")
    assert not page.locator("[data-draft-delete]").is_visible(), "nothing is kept before anything is written"
    page.locator("#body").press_sequentially(words)
    page.click("input[name=stance][value=oppose] + label")
    assert page.locator("[data-draft-delete]").is_visible()
    citizen.open(f"/drafts/{draft.slug}/clauses/1")
    assert page.input_value("#body") == words
    assert page.is_checked("input[name=stance][value=oppose]")
    page.click("[data-draft-delete]")
    assert page.evaluate(kept) == 0
    page.locator("#body").press_sequentially("又写一句。")
    assert page.evaluate(kept) == 1
    page.check("[data-draft-shared]")
    page.locator("#body").press_sequentially("别人也用这台电脑。")
    assert page.evaluate(kept) == 0
    citizen.open(f"/drafts/{draft.slug}/clauses/2")
    page.locator("#body").press_sequentially("换一条写。")
    assert page.evaluate(kept) == 0, "it is said once for the device"


def test_a_rewording_starts_from_the_present_words_without_losing_what_was_written(
    arrive: Arrive, draft: Draft
) -> None:
    citizen = arrive(**DESKTOP)
    page = citizen.page
    page.on("dialog", lambda dialog: dialog.accept())
    citizen.open(f"/drafts/{draft.slug}/clauses/1")
    page.fill("#body", "请写得更明白。")
    page.locator("#comment-form summary").first.click()
    page.click("a[data-fill]")
    assert page.input_value("#rewording").startswith("为了规范电动自行车停放")
    assert page.input_value("#body") == "请写得更明白。"
