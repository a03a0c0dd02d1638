"""The dates of consultations as entries of a calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from consult.clock import local_date
from consult.drafts.around import queries
from consult.drafts.around.happenings import moment_words
from consult.drafts.around.models import DraftExtension, Hearing
from consult.drafts.around.wording import CALENDAR, CLOSING_DETAIL, HEARING_DETAIL
from consult.drafts.models import Draft, DraftState
from consult.web.feeds import Appointment

#: A hearing is announced with its beginning alone; half a day is kept free.
HEARING_LENGTH = timedelta(hours=3)


def of_drafts(own: Session, drafts: Sequence[Draft]) -> list[Appointment]:
    """Opening day, closing day and hearings of public drafts, in the order of the drafts."""
    ids = [draft.id for draft in drafts]
    extensions, hearings = queries.extensions(own, ids), queries.hearings(own, ids)
    withdrawn = {log.draft_id: log.at for log in queries.ends(own, ids) if log.to_state == DraftState.WITHDRAWN}
    return [
        appointment
        for draft in drafts
        for appointment in _of_draft(
            draft,
            [e for e in extensions if e.draft_id == draft.id],
            [h for h in hearings if h.draft_id == draft.id],
            withdrawn.get(draft.id),
        )
    ]


def _of_draft(
    draft: Draft, extensions: Sequence[DraftExtension], hearings: Sequence[Hearing], withdrawn_at: datetime | None
) -> Iterator[Appointment]:
    if draft.opens_at is None or draft.closes_at is None or draft.published_at is None:
        return
    url, gone = f"/drafts/{draft.slug}", int(withdrawn_at is not None)
    changed = withdrawn_at or draft.published_at
    yield Appointment(
        uid=f"{draft.slug}-opening@consult",
        start=local_date(draft.opens_at),
        summary=CALENDAR["opening"].format(title=draft.title),
        changed=changed,
        url=url,
        sequence=gone,
        is_cancelled=bool(gone),
    )
    yield Appointment(
        uid=f"{draft.slug}-closing@consult",
        start=local_date(draft.closes_at),
        summary=CALENDAR["closing"].format(title=draft.title),
        description=CLOSING_DETAIL.format(end=moment_words(draft.closes_at)),
        changed=withdrawn_at or (extensions[-1].at if extensions else changed),
        url=url,
        sequence=len(extensions) + gone,
        is_cancelled=bool(gone),
    )
    for hearing in hearings:
        called_off = hearing.cancelled_at or (withdrawn_at if withdrawn_at and not hearing.report else None)
        yield Appointment(
            uid=f"{draft.slug}-hearing-{hearing.id}@consult",
            start=hearing.starts_at,
            length=HEARING_LENGTH,
            summary=CALENDAR["hearing"].format(title=draft.title),
            description=HEARING_DETAIL.format(quota=hearing.quota, agenda=hearing.agenda),
            location=hearing.place,
            changed=called_off or hearing.announced_at,
            url=url + "#hearings",
            sequence=int(called_off is not None),
            is_cancelled=called_off is not None,
        )
