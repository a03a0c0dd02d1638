"""Numbers in addresses: those that can be the number of a row, and no others. And the address of the site itself."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from werkzeug.routing import IntegerConverter

#: The largest value of an INTEGER column of PostgreSQL.
LARGEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """``<int:…>``: a larger number names nothing, instead of reaching a database that cannot hold it (P14)."""

    regex = "[0-9]+"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max": LARGEST, **options})


def outside_root() -> str:
    """Where the site is reached from outside, without a slash at its end: as it is set, else as this request came."""
    known: str = current_app.extensions["consult.settings"].public_url
    return known or request.url_root.rstrip("/")
