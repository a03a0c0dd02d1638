"""Pages of a list, by number, with the total counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a longer list."""

    items: Sequence[Row]
    number: int  #: from 1
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def has_next(self) -> bool:
        return self.number < self.pages

    @property
    def has_previous(self) -> bool:
        return self.number > 1


def paginate(
    own: Session, statement: Select[Any], *, number: int, size: int = 20, scalars: bool = True, total: int | None = None
) -> Page[Any]:
    """One page of ``statement``'s rows; a number past the end gives the last page.

    ``total`` is for whoever knows already how many rows there are.
    """
    if total is None:
        total = own.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = max(1, min(number, max(1, -(-total // size))))
    rows = own.execute(statement.limit(size).offset((number - 1) * size))
    return Page((rows.scalars() if scalars else rows).all(), number, size, total)


def requested_page() -> int:
    """The page number asked for in the address; 1 when it is absent or nonsense."""
    value = request.args.get("page", "1")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 8 and int(value) > 0 else 1
