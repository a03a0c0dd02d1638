"""Somebody before a browser, who notices what is wrong with any page that opens."""

from __future__ import annotations

from typing import Any

from tests.factories.accounts import PASSWORD

#: How long one step may take before it counts as stuck, in milliseconds.
PATIENCE = 20_000
WIDER = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > room + 1)
    .slice(0, 5).map(e => `${e.tagName}.${e.className} to ${Math.round(e.getBoundingClientRect().right)} of ${room}`);
}"""


class Visitor:
    """One person's browser. `faults` gathers what no page may have; `check` fails on them."""

    def __init__(self, context: Any, address: str) -> None:
        self.address = address
        self.faults: list[str] = []
        self.refusals_expected = False
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", self._asked)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _heard(self, message: Any) -> None:
        # Chromium also writes every answer above 399 to the console; `_answered` judges those.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console {message.type}: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.address + "/", "data:", "blob:")):
            self.faults.append(f"another host: {request.url}")

    def _failed(self, request: Any) -> None:
        # Leaving a page, or saving a file, ends what was under way; that is no failure.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400 and not (self.refusals_expected and response.status < 500):
            self.faults.append(f"{response.status}: {response.url}")

    def check(self) -> None:
        """Nothing is wrong so far, and the page at hand is no wider than the window."""
        wider = self.page.evaluate(WIDER)
        assert not wider, f"{self.page.url} is wider than the window: {wider}"
        assert not self.faults, f"{self.page.url}: {self.faults}"

    def open(self, path: str) -> None:
        """Open an address of the site and look the page over."""
        self.page.goto(path if path.startswith("http") else self.address + path)
        self.check()

    def press(self, selector: str) -> None:
        """Press a button or link that leads to a page, and look that page over."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        self.check()

    def refused(self, selector: str) -> str:
        """Press a button whose form is refused; what the summary of errors says."""
        self.refusals_expected = True
        self.press(selector)
        self.refusals_expected = False
        return str(self.page.locator(".govuk-error-summary").inner_text())

    def sign_in(self, handle: str) -> None:
        self.open("/sign-in")
        self.page.fill("#handle", handle)
        self.page.fill("#password", PASSWORD)
        self.press("main form button[type=submit]")

    def wait_for(self, selector: str, seconds: float = 120) -> None:
        """Wait for work in the background: the page renews itself until it is done."""
        self.page.locator(selector).first.wait_for(state="attached", timeout=seconds * 1000)
        self.page.wait_for_load_state()
        self.check()

    @property
    def words(self) -> str:
        """What the main part says."""
        return str(self.page.locator("main").inner_text())
