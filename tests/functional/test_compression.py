"""What is sent compressed, and what must never be."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from consult.clock import FixedClock
from consult.drafts.models import Draft
from tests.factories.accounts import Accounts
from tests.factories.drafts import Drafts
from tests.support.browser import Browser

GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def draft(own: Session, clock: FixedClock, accounts: Accounts) -> Draft:
    return Drafts(own, clock, accounts).open()


def _stylesheet(app: Flask) -> str:
    page = app.test_client().get("/").get_data(as_text=True)
    found = re.search(r'href="(/static/consult\.css[^"]*)"', page)
    assert found
    return found.group(1)


def test_the_stylesheet_goes_out_compressed_and_is_not_sent_again_when_it_is_known(app: Flask) -> None:
    client = app.test_client()
    address = _stylesheet(app)
    plain = client.get(address)
    small = client.get(address, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert gzip.decompress(small.data) == plain.data
    assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data) / 3
    again = client.get(address, headers=GZIP | {"If-None-Match": small.headers["ETag"]})
    assert again.status_code == 304


def test_a_public_page_without_a_form_is_compressed(app: Flask, draft: Draft) -> None:
    page = app.test_client().get(f"/drafts/{draft.slug}", headers=GZIP)
    assert page.headers["Content-Encoding"] == "gzip"
    assert draft.title in gzip.decompress(page.data).decode()


def test_a_page_with_a_token_is_never_compressed(app: Flask, draft: Draft) -> None:
    page = app.test_client().get(f"/drafts/{draft.slug}/clauses/1", headers=GZIP)
    assert b"csrf_token" in page.data
    assert "Content-Encoding" not in page.headers


def test_nothing_is_compressed_for_somebody_signed_in(sign_in: Callable[..., Browser], draft: Draft) -> None:
    page = sign_in("citizen").get(f"/drafts/{draft.slug}", headers=GZIP)
    assert "Content-Encoding" not in page.response.headers


def test_who_refuses_gzip_gets_the_plain_page(app: Flask, draft: Draft) -> None:
    address = f"/drafts/{draft.slug}"
    page = app.test_client().get(address, headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in page.headers
