"""No address gives a server error, whatever number stands in it (promise P14)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from consult.clock import FixedClock
from tests.factories.accounts import Accounts
from tests.factories.drafts import Drafts
from tests.support.browser import Browser


@pytest.mark.parametrize("number", ["0", "2147483647", "2147483648", "9" * 25, "-1", "١"])
def test_a_number_that_is_no_row_is_not_found(
    own: Session,
    clock: FixedClock,
    accounts: Accounts,
    visitor: Browser,
    sign_in: Callable[..., Browser],
    number: str,
) -> None:
    draft, officer = Drafts(own, clock, accounts).open(), sign_in("officer")
    for path in ("versions", "comments", "clauses"):
        visitor.get(f"/drafts/{draft.slug}/{path}/{number}", status=404)
    for path in ("drafts", "comments", f"drafts/{draft.id}/clauses"):
        officer.get(f"/desk/{path}/{number}", status=404)
    visitor.get(f"/drafts?page={number}&phase={number}&kind={number}&q={number}")
    officer.get(f"/desk/comments?draft={number}&page={number}")
