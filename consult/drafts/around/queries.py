"""Reading what stands around a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.drafts.around.models import DraftExtension, Hearing, RelatedDraft
from consult.drafts.around.rules import alike
from consult.drafts.models import Draft, DraftLog, DraftState
from consult.errors import NotFound

_LISTED = (DraftState.PUBLISHED, DraftState.REPORTED)
#: Titles among which related drafts are looked for.
COMPARED = 500


@dataclass(frozen=True, slots=True)
class Around:
    """Everything that the public page of a draft shows beside its text."""

    extensions: Sequence[DraftExtension]
    hearings: Sequence[Hearing]
    related: Sequence[Draft]


def around(own: Session, draft: Draft) -> Around:
    """What stands around one draft, in three statements."""
    return Around(extensions(own, [draft.id]), hearings(own, [draft.id]), related(own, draft))


def extensions(own: Session, draft_ids: Sequence[int]) -> list[DraftExtension]:
    """Every extension of these drafts, the first one first."""
    wanted = select(DraftExtension).where(DraftExtension.draft_id.in_(draft_ids))
    return list(own.scalars(wanted.order_by(DraftExtension.id)))


def hearings(own: Session, draft_ids: Sequence[int]) -> list[Hearing]:
    """Every hearing on these drafts, in the order in which they take place."""
    wanted = select(Hearing).where(Hearing.draft_id.in_(draft_ids))
    return list(own.scalars(wanted.order_by(Hearing.starts_at, Hearing.id)))


def access_hearing(own: Session, draft: Draft, hearing_id: int) -> Hearing:
    """A hearing on a draft that was already accessed. Raises `NotFound`."""
    hearing = own.get(Hearing, hearing_id)
    if hearing is None or hearing.draft_id != draft.id:
        raise NotFound()
    return hearing


def ends(own: Session, draft_ids: Sequence[int]) -> list[DraftLog]:
    """When the results of these drafts were published, or when they were withdrawn."""
    wanted = select(DraftLog).where(
        DraftLog.draft_id.in_(draft_ids), DraftLog.to_state.in_((DraftState.REPORTED, DraftState.WITHDRAWN))
    )
    return list(own.scalars(wanted.order_by(DraftLog.id)))


def related(own: Session, draft: Draft) -> list[Draft]:
    """The public drafts that officers name beside this one, the newest first."""
    wanted = (
        select(Draft)
        .join(RelatedDraft, RelatedDraft.related_id == Draft.id)
        .where(RelatedDraft.draft_id == draft.id, Draft.state.in_(_LISTED))
    )
    return list(own.scalars(wanted.order_by(Draft.published_at.desc(), Draft.id.desc())))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft that may be named beside another one."""

    draft: Draft
    likeness: float  #: 0 to 1, of the titles; 0 when it is proposed for another reason
    chosen: bool


def candidates(own: Session, draft: Draft, words: str = "") -> list[Candidate]:
    """What could be named beside a draft: what is named, what a search finds, and titles that are alike."""
    rows = own.execute(
        select(Draft.id, Draft.title)
        .where(Draft.state.in_(_LISTED), Draft.id != draft.id)
        .order_by(Draft.id.desc())
        .limit(COMPARED)
    ).all()
    titles: Mapping[int, str] = dict(rows)
    likeness = dict(alike(draft.title, titles)[:12])
    chosen = set(own.scalars(select(RelatedDraft.related_id).where(RelatedDraft.draft_id == draft.id)))
    found = {key for key, title in titles.items() if words and words in title}
    drafts = own.scalars(select(Draft).where(Draft.id.in_(chosen | found | set(likeness)))).all()
    made = [Candidate(d, likeness.get(d.id, 0.0), d.id in chosen) for d in drafts]
    return sorted(made, key=lambda c: (not c.chosen, -c.likeness, -c.draft.id))
