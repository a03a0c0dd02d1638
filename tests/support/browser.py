"""A test client that looks at every page it opens, as a careful person would."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Flask
from lxml import html
from werkzeug.test import TestResponse

from tests.factories.accounts import PASSWORD


class Page:
    """One answer, with what tests ask of it."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.text = response.get_data(as_text=True) if response.mimetype.startswith("text") else ""
        self.tree = html.fromstring(self.text) if response.mimetype == "text/html" and self.text else None

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return self.response.headers.get("Location", "")

    def find(self, css: str) -> list[Any]:
        """Elements by CSS selector."""
        assert self.tree is not None, f"not a page: {self.status} {self.response.mimetype}"
        return list(self.tree.cssselect(css))

    @property
    def words(self) -> str:
        """What a reader sees of the main part, with white space collapsed."""
        main = (self.find("main") or [self.tree])[0]
        return " ".join(main.text_content().split())


class Browser:
    """A visitor with cookies. Every HTML page opened is inspected; see `inspect`."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self._app = app

    def _let_go(self) -> None:
        """Sessions of the test hold neither locks nor old snapshots while the application works."""
        for own in self._app.extensions.get("test.sessions", []):
            own.rollback()

    def signed_in_as(self, handle: str, password: str = PASSWORD) -> Browser:
        page = self.submit("/sign-in", {"handle": handle, "password": password})
        assert page.status == 303, page.words
        return self

    def get(self, url: str, *, status: int = 200, **options: Any) -> Page:
        """Open an address and inspect what comes."""
        self._let_go()
        page = Page(self.client.get(url, **options))
        assert page.status == status, f"{url} gave {page.status} instead of {status}: {page.text[:3000]}"
        if page.tree is not None:
            inspect(page, url)
        return page

    def post(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> Page:
        """Send a form as it is, without looking for its token."""
        self._let_go()
        page = Page(self.client.post(url, data=data or {}, **options))
        if page.tree is not None and page.status < 500:
            inspect(page, url)
        return page

    def submit(
        self, url: str, data: dict[str, Any], *, form_at: str | None = None, form: str = "", **options: Any
    ) -> Page:
        """Open the page of a form, fill it in and send it, as a browser does with its hidden fields.

        ``form_at`` is the page that holds the form when it is another than ``url``; ``form`` selects one of
        several forms by CSS.
        """
        opened = self.get(form_at or url)
        found = [
            f
            for f in opened.find(form or "form")
            if (f.get("method") or "").lower() == "post"
            and (form or (f.get("action") or url).split("?")[0] in (url.split("?")[0], ""))
        ]
        assert found, f"no form for {url} on {form_at or url}"
        values: dict[str, Any] = {
            i.get("name"): i.get("value", "") for i in found[0].cssselect("input[type=hidden][name]")
        }
        return self.post(url, {**values, **data}, **options)

    def follow(self, page: Page) -> Page:
        """Go where a redirect leads."""
        assert page.status in (302, 303), f"{page.status} is no redirect: {page.text[:2000]}"
        return self.get(page.location)


def inspect(page: Page, url: str) -> None:
    """What must hold for every page: one h1 that the title begins with or holds, labels, unique ids, no tofu."""
    headings = page.find("h1")
    assert len(headings) == 1, f"{url} has {len(headings)} h1"
    heading = " ".join(headings[0].text_content().split())
    title = " ".join(page.find("title")[0].text_content().split())
    assert heading and heading in title, f"{url}: title {title!r} does not say {heading!r}"
    assert page.find("html")[0].get("lang"), f"{url} has no language"
    ids = Counter(e.get("id") for e in page.find("[id]"))
    doubled = [i for i, n in ids.items() if n > 1]
    assert not doubled, f"{url} uses ids twice: {doubled}"
    labelled = {label.get("for") for label in page.find("label[for]")}
    for field in page.find("input, select, textarea"):
        kind = field.get("type", "text")
        if kind in ("hidden", "submit", "button"):
            continue
        named = field.get("id") in labelled or field.get("aria-label") or field.get("aria-labelledby")
        assert named or field.getparent().tag == "label", f"{url}: {field.get('name')} has no label"
    for form in page.find("form"):
        if (form.get("method") or "").lower() == "post":
            assert form.cssselect("input[name=csrf_token]"), f"{url}: form {form.get('action')} lacks its token"
    for element in page.find("[src], link[href]"):
        address = element.get("src") or element.get("href")
        assert not address.startswith(("http:", "https:", "//")), f"{url} loads {address}"
    assert not page.find("[style], [onclick], [onload]"), f"{url} carries inline style or script"
