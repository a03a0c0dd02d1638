"""One officer at a time at a draft."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.drafts.models import Draft


def hold(own: Session, draft: Draft) -> None:
    """Of two officers who change one draft at the same moment the second waits for the first, then sees what it did.

    Comments that come in meanwhile do not wait: their rows only need the draft to stay.
    """
    own.execute(select(Draft.id).where(Draft.id == draft.id).with_for_update(key_share=True))
    own.refresh(draft)
