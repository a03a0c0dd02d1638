"""Reading bulletins, each function for the viewer it is given."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from consult.bulletins.models import Bulletin, BulletinFile, BulletinState, BulletinSubject, Edition
from consult.errors import NotFound
from consult.issues import material
from consult.jobs.models import Job
from reports.bulletin import Bulletin as Content
from reports.bulletin.restoring import restore


def published() -> Select[Bulletin]:
    """Bulletins that everybody may read, the newest first."""
    return select(Bulletin).where(Bulletin.state == BulletinState.PUBLISHED).order_by(Bulletin.number_in_all.desc())


def access_published(own: Session, number: int) -> Bulletin:
    """A bulletin by its number in all, for everybody. Raises `NotFound`."""
    found = own.scalar(published().where(Bulletin.number_in_all == number).options(undefer(Bulletin.content)))
    if found is None:
        raise NotFound()
    return found


def all_bulletins() -> Select[Bulletin]:
    """Every bulletin of the desk, the newest first."""
    return select(Bulletin).order_by(Bulletin.id.desc())


def access_bulletin(own: Session, bulletin_id: int) -> Bulletin:
    """A bulletin of any status, for the desk. Raises `NotFound`."""
    found = own.scalar(select(Bulletin).where(Bulletin.id == bulletin_id).options(undefer(Bulletin.content)))
    if found is None:
        raise NotFound()
    return found


def content_of(bulletin: Bulletin) -> Content:
    """What the bulletin says. Raises `NotFound` while it is not built."""
    if not bulletin.content:
        raise NotFound()
    return restore(json.loads(bulletin.content))


def gone_from_public(own: Session, bulletin: Bulletin) -> frozenset[str]:
    """Whose words the public edition once printed and may print no more, by analysis id."""
    printed = frozenset(json.loads(bulletin.public_quotes))
    return frozenset(json.loads(bulletin.public_taken_back)) | (printed - material.quotable(own, printed))


def files_are_behind(own: Session, bulletin: Bulletin) -> bool:
    """Whether the public files still print words that were taken back since they were made."""
    printed = frozenset(json.loads(bulletin.public_quotes))
    return bool(printed - material.quotable(own, printed))


def job_of(own: Session, bulletin: Bulletin) -> Job | None:
    """The work on the bulletin, waiting, running or ended."""
    return own.get(Job, bulletin.job_id) if bulletin.job_id else None


def counts_behind(content: Content) -> dict[str, int]:
    """How many submissions stand behind each figure, by its key."""
    return {key: len(figure.ids) for key, figure in content.figures.items()}


def access_file(own: Session, bulletin_id: int, edition: Edition, format: str) -> BulletinFile:
    """One file with its data. Raises `NotFound`."""
    found = own.scalar(
        select(BulletinFile)
        .where(
            BulletinFile.bulletin_id == bulletin_id,
            BulletinFile.edition == edition,
            BulletinFile.format == format,
        )
        .options(undefer(BulletinFile.data))
    )
    if found is None:
        raise NotFound()
    return found


def edition_at_desk(bulletin: Bulletin) -> Edition:
    """Which edition the desk downloads in the bulletin's present status."""
    signed = bulletin.state in (BulletinState.PUBLISHED, BulletinState.WITHDRAWN)
    return Edition.INTERNAL if signed else Edition.DRAFT


def files_of(own: Session, bulletin: Bulletin, edition: Edition) -> list[BulletinFile]:
    """The downloadable files of an edition, drawings left out."""
    rows = own.scalars(
        select(BulletinFile).where(
            BulletinFile.bulletin_id == bulletin.id,
            BulletinFile.edition == edition,
            ~BulletinFile.format.startswith("chart:"),
        )
    )
    order = {"pdf": 0, "docx": 1, "xlsx": 2, "json": 3, "html": 4}
    return sorted(rows, key=lambda f: order.get(f.format, 9))


def bulletins_counting(own: Session, kind: str, ids: Iterable[int]) -> dict[int, list[Bulletin]]:
    """The published bulletins that count these submissions, by submission id."""
    found: dict[int, list[Bulletin]] = {}
    rows = own.execute(
        select(BulletinSubject.subject_id, Bulletin)
        .join(Bulletin, Bulletin.id == BulletinSubject.bulletin_id)
        .where(
            BulletinSubject.kind == kind,
            BulletinSubject.subject_id.in_(list(ids)),
            Bulletin.state == BulletinState.PUBLISHED,
        )
        .order_by(Bulletin.number_in_all)
    )
    for subject_id, bulletin in rows:
        found.setdefault(subject_id, []).append(bulletin)
    return found
