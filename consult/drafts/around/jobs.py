"""Writing to the subscribers of a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consult.drafts.around.subscriptions import Subscriptions, not_told, note_told
from consult.drafts.models import Draft
from consult.jobs.worker import JobContext
from consult.notices.service import Outbox


def tell(ctx: JobContext) -> Mapping[str, Any]:
    """Write to the subscribers of a draft of everything they have not been told, some hundred with each commit.

    That they are told is noted at the end, so that a job that dies is done again; the key of each letter keeps anybody
    from getting it twice.
    """
    keeper, now = Subscriptions(ctx.vault, Outbox(ctx.vault, ctx.settings), ctx.settings), ctx.clock.now()
    with ctx.transaction() as own:
        draft = own.get_one(Draft, int(ctx.payload["draft"]))
        due = not_told(own, draft, now)
    for done, happening in enumerate(due):
        last = -1
        while last:
            with ctx.transaction(done=done, total=len(due)) as own:
                last = keeper.write(own, draft, happening, max(last, 0), now)
    with ctx.last_step({"news": len(due)}, done=len(due), total=len(due)) as own:
        note_told(own, draft, due, now)
    return {}
