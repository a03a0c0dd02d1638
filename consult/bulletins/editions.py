"""What differs between the editions of one bulletin."""

from __future__ import annotations

from dataclasses import replace

from consult.bulletins.models import Bulletin
from consult.clock import local_date
from reports.bulletin import Bulletin as Content


def signed(bulletin: Bulletin, content: Content) -> Content:
    """The content with its numbers and date, and without the mark of a thing made by a program."""
    assert bulletin.signed_at is not None
    day = local_date(bulletin.signed_at)
    return replace(
        content,
        signed_off=True,
        masthead=replace(
            content.masthead,
            issue=f"{bulletin.year}年第{bulletin.number_in_year}期（总第{bulletin.number_in_all}期）",
            date=f"{day.year}年{day.month}月{day.day}日",
            status="",
        ),
    )


def public_edition(content: Content) -> Content:
    """The content for everybody: the annex of single submissions and their lines are left out."""
    return replace(
        content,
        sections=tuple(s for s in content.sections if s.key != "originals"),
        submissions=(),
        rejected=(),
    )
