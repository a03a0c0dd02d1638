"""Reading drafts: as the public may, and as the desk may. Objects come only from ``access_*`` functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

from flask import current_app
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.drafts.models import Clause, Draft, DraftLog, DraftState, DraftVersion
from consult.drafts.rich import plain
from consult.drafts.rules import Phase, is_public
from consult.drafts.shelf import shelf
from consult.errors import NotFound
from consult.web.access import Permission

#: Order of the public list: what one can still speak on comes first.
_LISTED = (DraftState.PUBLISHED, DraftState.REPORTED)


class Viewer(Protocol):
    """Whoever looks: an account or a visitor."""

    def can(self, permission: str) -> bool: ...


@dataclass(slots=True)
class Passage:
    """A clause with what stands below it, for reading."""

    clause: Clause
    children: list[Passage] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Count:
    """How many spoke: 收到 N 条 / 不同文本 M 条 / 涉及 K 人 (rule R13)."""

    received: int = 0
    distinct: int = 0
    people: int = 0


class Voices(Protocol):
    """What the drafts' pages ask of whoever keeps the comments; `consult.comments` registers itself."""

    def of_drafts(self, own: Session, draft_ids: Sequence[int]) -> Mapping[int, Count]: ...

    def of_clauses(self, own: Session, version: DraftVersion) -> Mapping[int | None, Count]:
        """By clause id, with what was said on the clauses of earlier versions that it continues; None is the whole."""
        ...

    def of_version(self, own: Session, draft: Draft, version: DraftVersion) -> tuple[Count, Mapping[int | None, Count]]:
        """Of the whole draft, and by clause as `of_clauses`; counted anew only when something was said or decided."""
        ...

    def of_gone(self, own: Session, version: DraftVersion) -> Sequence[tuple[Clause, DraftVersion, Count]]:
        """Clauses of earlier versions, their version and count, that were spoken on and that no clause continues."""
        ...


class NoVoices:
    """Nobody keeps comments: for the feature on its own."""

    def of_drafts(self, own: Session, draft_ids: Sequence[int]) -> Mapping[int, Count]:
        return {}

    def of_clauses(self, own: Session, version: DraftVersion) -> Mapping[int | None, Count]:
        return {}

    def of_version(self, own: Session, draft: Draft, version: DraftVersion) -> tuple[Count, Mapping[int | None, Count]]:
        return Count(), {}

    def of_gone(self, own: Session, version: DraftVersion) -> Sequence[tuple[Clause, DraftVersion, Count]]:
        return ()


def voices() -> Voices:
    """The application's keeper of comments."""
    found: Voices = current_app.extensions.get("consult.drafts.voices") or NoVoices()
    return found


def access_draft(own: Session, viewer: Viewer, slug: str) -> Draft:
    """A draft that this viewer may read: a public one, or any for those who edit drafts.

    Raises `NotFound`, which does not tell whether there is such a draft.
    """
    draft = own.scalar(select(Draft).where(Draft.slug == slug))
    if draft is None or not (is_public(draft) or viewer.can(Permission.DRAFTS_EDIT)):
        raise NotFound()
    return draft


def access_draft_by_id(own: Session, viewer: Viewer, draft_id: int) -> Draft:
    """A draft for the desk. Raises `NotFound` for whoever may not edit drafts."""
    draft = own.get(Draft, draft_id) if viewer.can(Permission.DRAFTS_EDIT) else None
    if draft is None:
        raise NotFound()
    return draft


def access_version(own: Session, viewer: Viewer, draft: Draft, number: int) -> DraftVersion:
    """One version of a draft that was already accessed: a public one, or any for those who edit. Raises `NotFound`."""
    version = own.scalar(select(DraftVersion).where(DraftVersion.draft_id == draft.id, DraftVersion.number == number))
    if version is None or not (version.published_at is not None or viewer.can(Permission.DRAFTS_EDIT)):
        raise NotFound()
    return version


def current_version(own: Session, draft: Draft) -> DraftVersion:
    """The newest public version: the one that is commented on; of a draft in preparation, the one there is."""
    version = own.scalar(
        select(DraftVersion)
        .where(DraftVersion.draft_id == draft.id)
        .order_by(DraftVersion.published_at.is_(None), DraftVersion.number.desc())
        .limit(1)
    )
    if version is None:
        raise NotFound()
    return version


def version_in_preparation(own: Session, draft: Draft) -> DraftVersion | None:
    """The version that the desk works on and the public does not know; None when there is none."""
    return own.scalar(
        select(DraftVersion).where(DraftVersion.draft_id == draft.id, DraftVersion.published_at.is_(None))
    )


def public_versions(own: Session, draft: Draft) -> list[DraftVersion]:
    """Every version that is public, the first one first."""
    return list(
        own.scalars(
            select(DraftVersion)
            .where(DraftVersion.draft_id == draft.id, DraftVersion.published_at.is_not(None))
            .order_by(DraftVersion.number)
        )
    )


def versions(own: Session, draft: Draft) -> list[DraftVersion]:
    """Every version of a draft, the first one first."""
    return list(
        own.scalars(select(DraftVersion).where(DraftVersion.draft_id == draft.id).order_by(DraftVersion.number))
    )


def clauses(own: Session, version: DraftVersion) -> list[Clause]:
    """Every clause of a version in reading order."""
    return list(own.scalars(select(Clause).where(Clause.version_id == version.id).order_by(Clause.position)))


class KeptClauses(tuple[Clause, ...]):
    """The clauses of a public version as every page of a process reads them, with what follows from them alone."""

    @cached_property
    def passages(self) -> Mapping[int, Passage]:
        """Each clause with what stands below it, by its id."""
        return _passages(self)


def clauses_to_read(own: Session, version: DraftVersion) -> Sequence[Clause]:
    """Every clause of a version in reading order, for pages that only show them.

    Those of a public version are read once a process; the rows belong to no session and must not be changed.
    """
    if version.published_at is None:
        return clauses(own, version)

    def read() -> Sequence[Clause]:
        # It only reads: a request that writes holds the lock that another writer would wait for.
        with Session(own.get_bind().execution_options(reads_only=True), expire_on_commit=False) as apart:
            return KeptClauses(clauses(apart, version))

    return shelf().take(("clauses", version.id), read)


def clause_by_ref(own: Session, version: DraftVersion, ref: str) -> Clause:
    """The clause that an address names. Raises `NotFound`."""
    clause = own.scalar(select(Clause).where(Clause.version_id == version.id, Clause.ref == ref))
    if clause is None:
        raise NotFound()
    return clause


def clause_of(own: Session, version: DraftVersion, clause_id: int) -> Clause:
    """A clause of this version by its id, for the desk. Raises `NotFound`."""
    clause = own.get(Clause, clause_id)
    if clause is None or clause.version_id != version.id:
        raise NotFound()
    return clause


def tree(rows: Iterable[Clause]) -> list[Passage]:
    """Clauses in reading order as the tree they are."""
    roots: list[Passage] = []
    by_id: dict[int, Passage] = {}
    for row in rows:
        passage = by_id[row.id] = Passage(row)
        parent = by_id.get(row.parent_id) if row.parent_id is not None else None
        (parent.children if parent else roots).append(passage)
    return roots


def passage_of(rows: Sequence[Clause], clause: Clause) -> Passage:
    """One clause with what stands below it."""
    return (rows.passages if isinstance(rows, KeptClauses) else _passages(rows))[clause.id]


def _passages(rows: Iterable[Clause]) -> dict[int, Passage]:
    found: dict[int, Passage] = {}
    pending = tree(rows)
    while pending:
        passage = pending.pop()
        found[passage.clause.id] = passage
        pending.extend(passage.children)
    return found


def neighbours(rows: Sequence[Clause], clause: Clause | None) -> tuple[Clause | None, Clause | None]:
    """The clauses one can speak on before and after this one; the first one after the whole draft."""
    spoken = [row for row in rows if row.ref is not None]
    if clause is None:
        return None, (spoken[0] if spoken else None)
    place = next(i for i, row in enumerate(spoken) if row.id == clause.id)
    before = spoken[place - 1] if place else None
    after = spoken[place + 1] if place + 1 < len(spoken) else None
    return before, after


def name_of(clause: Clause) -> str:
    """How a clause is called in a sentence: its label, else its heading, else its first words."""
    if clause.label or clause.heading:
        return " ".join(part for part in (clause.label, clause.heading) if part)
    words = plain(clause.text)
    return words[:16] + ("…" if len(words) > 16 else "")


def _at_or_after_closing(now: datetime) -> datetime:
    # A comment is accepted through the whole last second, see `rules.phase`.
    return now - timedelta(seconds=1)


def public_drafts(now: datetime, phase: str = "", kind: str = "", words: str = "") -> Select[Draft]:
    """Public drafts: open first (the sooner one closes the earlier), then upcoming, then closed ones."""
    gone = _at_or_after_closing(now)
    is_open = (Draft.opens_at <= now) & (Draft.closes_at > gone) & (Draft.state == DraftState.PUBLISHED)
    upcoming = (Draft.opens_at > now) & (Draft.state == DraftState.PUBLISHED)
    wanted = select(Draft).where(Draft.state.in_(_LISTED))
    if phase == Phase.OPEN:
        wanted = wanted.where(is_open)
    elif phase == Phase.UPCOMING:
        wanted = wanted.where(upcoming)
    elif phase == Phase.CLOSED:
        wanted = wanted.where(Draft.state == DraftState.PUBLISHED, Draft.closes_at <= gone)
    elif phase == Phase.REPORTED:
        wanted = wanted.where(Draft.state == DraftState.REPORTED)
    if kind:
        wanted = wanted.where(Draft.kind == kind)
    if words.strip():
        wanted = wanted.where(Draft.title.contains(words.strip(), autoescape=True))
    return wanted.order_by(
        case((is_open, 0), (upcoming, 1), else_=2),
        case((is_open, Draft.closes_at), else_=None),
        Draft.closes_at.desc(),
        Draft.id.desc(),
    )


def open_drafts(own: Session, now: datetime, limit: int = 6) -> list[Draft]:
    """What can be commented on now, the next to close first; for the home page."""
    return list(own.scalars(public_drafts(now, Phase.OPEN).limit(limit)))


def newest_public_drafts(own: Session, limit: int = 30) -> list[Draft]:
    """Public drafts, the last published first; for feeds."""
    return list(
        own.scalars(
            select(Draft)
            .where(Draft.state.in_(_LISTED))
            .order_by(Draft.published_at.desc(), Draft.id.desc())
            .limit(limit)
        )
    )


def desk_drafts(state: str = "", words: str = "") -> Select[Draft]:
    """Every draft for the desk, those in work first."""
    wanted = select(Draft)
    if state:
        wanted = wanted.where(Draft.state == state)
    if words.strip():
        wanted = wanted.where(Draft.title.contains(words.strip(), autoescape=True))
    order = case((Draft.state == DraftState.EDITING, 0), (Draft.state == DraftState.PUBLISHED, 1), else_=2)
    return wanted.order_by(order, Draft.created_at.desc(), Draft.id.desc())


def consultations_since(own: Session, since: datetime) -> int:
    """How many consultations were opened since a moment, against the yearly target of six (rule R6)."""
    return (
        own.scalar(
            select(func.count())
            .select_from(Draft)
            .where(Draft.published_at >= since, Draft.state != DraftState.WITHDRAWN)
        )
        or 0
    )


def history(own: Session, draft: Draft) -> list[tuple[DraftLog, str]]:
    """Every change of status with the name of who made it, oldest first."""
    rows = own.execute(
        select(DraftLog, User.display_name)
        .outerjoin(User, User.id == DraftLog.actor_id)
        .where(DraftLog.draft_id == draft.id)
        .order_by(DraftLog.id)
    )
    return [(log, name or "") for log, name in rows]
