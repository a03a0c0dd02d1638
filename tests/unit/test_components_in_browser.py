"""Every component in a real browser: against axe-core, in every scheme and size (rule R70), and with its script.

axe-core comes with the front end's own tools (``npm ci`` in frontend/); without it, or without Chromium, what
needs them is skipped, and the tests beside this file hold what can be held without a browser.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from tools import gallery

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
CHROMIUM = which("chromium") or which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
PAGES = ("home", "home-elder", "gallery", "gallery-en", "gallery-elder", "desk", "desk-elder", "error-404", "error-500")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("gallery")
    gallery.write(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as tool:
        chromium = tool.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: run npm ci in frontend/")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("name", PAGES)
def test_no_component_breaks_an_accessibility_rule(
    browser: Any, address: str, name: str, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}/{name}.html")
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    context.close()
    assert [f"{v['id']}: {n['html'][:160]} {n['failureSummary'][:200]}" for v in found for n in v["nodes"]] == []
    assert errors == []
    assert overflow == 0, "the page is wider than the screen"


@pytest.mark.parametrize(("name", "least"), [("gallery", 44), ("gallery-elder", 60), ("desk", 44), ("desk-elder", 60)])
def test_buttons_fields_and_menus_are_large_enough_to_be_hit(browser: Any, address: str, name: str, least: int) -> None:
    context = browser.new_context(viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(f"{address}/{name}.html")
    small = page.evaluate(
        """least => [...document.querySelectorAll(
             '.button, .govuk-input, .govuk-select, .govuk-textarea, .nav a, .fold summary, .preferences a,'
             + '.preferences button, .tabs a, .pagination a, .site-search input, .site-search button')]
           .map(e => [e, e.getBoundingClientRect()])
           .filter(([e, b]) => b.width > 0 && (b.height < least - 0.5 || b.width < least - 0.5))
           .map(([e, b]) => `${e.className} ${e.textContent.trim()} ${b.width}x${b.height}`)""",
        least,
    )
    context.close()
    assert small == []


def test_elder_mode_sets_the_main_text_in_at_least_eighteen_points(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/gallery-elder.html")
    sizes = page.evaluate(
        """[...document.querySelectorAll('main p, main li, main dd, main td, main label, main a, main span')]
           .filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
           .map(e => [parseFloat(getComputedStyle(e).fontSize), e.className + ' ' + e.textContent.trim()])"""
    )
    page.close()
    assert [entry for entry in sizes if entry[0] < 24 - 0.1] == [], "18 pt are 24 px"


def test_the_page_reads_at_thirty_eight_characters_a_line_at_most(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.goto(f"{address}/gallery.html")
    wide = page.evaluate(
        """[...document.querySelectorAll('main p, main li, main dd')]
           .map(e => [e.getBoundingClientRect().width / parseFloat(getComputedStyle(e).fontSize), e])
           .filter(([n, e]) => n > 38.5 && !e.querySelector('p') && e.textContent.trim().length > 38)
           .map(([n, e]) => `${n} ${e.className} ${e.textContent.trim().slice(0, 60)}`)"""
    )
    page.close()
    assert wide == []


def test_what_was_typed_and_not_sent_is_there_again_on_return(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/gallery.html")
    page.fill("#good-text", "夜间应当免费𠮷")
    assert page.inner_text("#good-text-counter") == "还可以写 993 个字", "a rare character counts once"
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{address}/home.html")
    page.goto(f"{address}/gallery.html")
    assert page.input_value("#good-text") == "夜间应当免费𠮷"
    page.close()


def test_a_draft_is_forgotten_once_it_was_sent_and_another_page_came(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/gallery.html")
    page.fill("#good-text", "夜间应当免费")
    page.evaluate("document.querySelector('form[data-draft]').action = 'home.html'")
    page.evaluate("document.querySelector('form[data-draft]').method = 'get'")
    page.click("form[data-draft] button")
    page.wait_for_url("**/home.html*")
    page.goto(f"{address}/gallery.html")
    assert page.input_value("#good-text") == ""
    page.close()


def test_a_text_that_is_too_long_says_by_how_much(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/gallery.html")
    page.fill("#bad-text", "字" * 13)
    assert page.inner_text("#bad-text-counter") == "超出 3 个字"
    page.close()


def test_the_desk_is_walked_with_j_k_and_x_but_not_while_typing(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/desk.html")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    ticked = "[...document.querySelectorAll('tbody .tick')].map(tick => tick.checked)"
    assert page.evaluate(ticked) == [False, True, False, False]
    assert page.inner_text("[data-selected-count]") == "已选 1 条"
    page.focus("#filter-q")
    page.keyboard.type("jjx")
    assert page.input_value("#filter-q") == "jjx"
    assert page.evaluate(ticked) == [False, True, False, False]
    page.click("thead .tick")
    assert page.evaluate(ticked) == [True] * 4
    page.close()


def test_the_menu_and_the_contents_open_without_a_script(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(f"{address}/gallery.html")
    assert not page.is_visible(".fold nav a >> nth=0")
    page.click("details.fold summary")
    assert page.is_visible(".fold nav a >> nth=0")
    page.click(".contents--folded summary")
    assert page.is_visible(".contents--folded a >> nth=0")
    context.close()


def test_an_error_summary_is_read_first(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/gallery.html")
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    page.close()
