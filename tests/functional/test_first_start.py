"""A new installation says how it is begun: on the server first, then at the desk."""

from __future__ import annotations

from collections.abc import Callable

from tests.factories.accounts import Accounts
from tests.support.browser import Browser

COMMAND = "consult users add admin --role administrator"


def test_a_site_without_an_administrator_tells_at_the_sign_in_how_the_first_is_made(
    visitor: Browser, accounts: Accounts
) -> None:
    assert COMMAND in visitor.get("/sign-in").text
    accounts.make("administrator")
    assert COMMAND not in visitor.get("/sign-in").text


def test_the_first_administrator_is_led_to_make_accounts_with_the_role_chosen(
    sign_in: Callable[..., Browser], accounts: Accounts
) -> None:
    administrator = sign_in("administrator")
    assert "/desk/accounts/new?role=officer" in administrator.get("/desk").text
    page = administrator.get("/desk/accounts/new?role=leader")
    assert [option.get("value") for option in page.find("option[selected]")] == ["leader"]
    assert administrator.get("/desk/accounts/new?role=emperor").status == 200
    accounts.make("officer")
    start = administrator.get("/desk").text
    assert "?role=officer" not in start
    assert 'href="/desk/accounts"' in start


def test_the_first_officer_is_led_to_the_first_draft_and_the_first_import(sign_in: Callable[..., Browser]) -> None:
    page = sign_in("officer").get("/desk")
    assert 'href="/desk/drafts/new"' in page.text
    assert "Import calls of the hotline" in page.words or "导入热线工单" in page.words
