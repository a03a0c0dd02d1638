"""Grouping the comments of one draft in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consult.campaigns.arriving import group
from consult.drafts.models import Draft
from consult.jobs.worker import JobContext


def run(ctx: JobContext) -> Mapping[str, Any]:
    """Group what came since the last time. Done again after a break it finds what was not grouped yet."""
    with ctx.transaction() as own:
        draft = own.get_one(Draft, int(ctx.payload["draft"]))
        count = group(own, draft, ctx.clock.now())
    return {"grouped": count}
