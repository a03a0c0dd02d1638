"""Numbers in addresses: those that can be the number of a row, and no others."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import IntegerConverter

#: The largest value of an INTEGER column of PostgreSQL.
LARGEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """``<int:…>``: a larger number names nothing, instead of reaching a database that cannot hold it (P14)."""

    regex = "[0-9]+"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max": LARGEST, **options})
