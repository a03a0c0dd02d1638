"""Pictures of draft plans: kept once for the same bytes, named by the texts that show them, swept when none does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, Integer, LargeBinary, String, delete, exists, or_, select, union_all, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, undefer

from consult.db import Base
from consult.drafts.models import Clause, Draft, DraftState, DraftVersion
from consult.drafts.parsing import Picture
from consult.drafts.parsing.marks import picture_text, pictures_in
from consult.drafts.queries import Viewer
from consult.errors import NotFound
from consult.web.access import Permission

#: How long a picture waits for the text that was read with it to be kept.
UNNAMED_FOR = timedelta(days=1)
#: How a picture stands in a text, see `parsing.marks.PICTURE`.
_NAMED = "](image:"


class DraftImage(Base):
    """One picture. Its id is the beginning of the hash of its content, and its size: the same picture is kept once."""

    __tablename__ = "draft_image"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: When it was last read from a file.
    read_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (
        CheckConstraint("media_type IN ('image/png','image/jpeg')", name="media_type"),
        CheckConstraint("width > 0 AND height > 0", name="dimensions"),
    )


def keep(own: Session, pictures: Sequence[Picture], now: datetime) -> None:
    """Keep the pictures of a file; those that are kept already wait for their text from now on."""
    wanted = {picture.id: picture for picture in pictures}
    if not wanted:
        return
    known = set(own.scalars(select(DraftImage.id).where(DraftImage.id.in_(wanted))))
    own.execute(update(DraftImage).where(DraftImage.id.in_(known)).values(read_at=now))
    for picture in (picture for id_, picture in wanted.items() if id_ not in known):
        row = DraftImage(
            id=picture.id,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            size=len(picture.data),
            content=picture.data,
            read_at=now,
        )
        try:
            with own.begin_nested():
                own.add(row)
                own.flush()
        except IntegrityError:
            continue  # another officer read the same picture at this moment


def access_image(own: Session, viewer: Viewer, version_id: int, image_id: str) -> DraftImage:
    """A picture that a version shows: of a public one for everybody, of any for those who edit drafts.

    Raises `NotFound` also for a picture that this version does not name, so that nobody reads it under another's name.
    """
    if list(pictures_in(picture_text("", image_id))) != [image_id]:
        raise NotFound()  # no name of a picture; it might hold the signs with which a pattern matches others
    named = f"%{_NAMED}{image_id})%"
    of_version = Clause.version_id == DraftVersion.id
    shown = or_(
        DraftVersion.preamble.like(named),
        exists().where(of_version, or_(Clause.text.like(named), Clause.heading.like(named))),
    )
    is_there = select(DraftVersion.id).join(Draft).where(DraftVersion.id == version_id, shown)
    if not viewer.can(Permission.DRAFTS_EDIT):
        public = (DraftState.PUBLISHED, DraftState.REPORTED)
        is_there = is_there.where(DraftVersion.published_at.is_not(None), Draft.state.in_(public))
    if own.scalar(is_there) is None:
        raise NotFound()
    return image(own, image_id)


def image(own: Session, image_id: str) -> DraftImage:
    """A picture by its id, with its content; for the desk. Raises `NotFound`."""
    found = own.scalar(select(DraftImage).where(DraftImage.id == image_id).options(undefer(DraftImage.content)))
    if found is None:
        raise NotFound()
    return found


def named_in_texts(own: Session) -> set[str]:
    """The pictures that any text of any version shows."""
    texts = union_all(
        *(
            select(column).where(column.like(f"%{_NAMED}%"))
            for column in (Clause.text, Clause.heading, DraftVersion.preamble)
        )
    )
    return {id_ for text in own.scalars(texts) for id_ in pictures_in(text)}


def sweep_images(own: Session, now: datetime) -> None:
    """A chore: pictures that no kept text shows a day after they were read are thrown away."""
    old = set(own.scalars(select(DraftImage.id).where(DraftImage.read_at < now - UNNAMED_FOR)))
    if not old:
        return
    gone = sorted(old - named_in_texts(own))
    for start in range(0, len(gone), 500):
        own.execute(delete(DraftImage).where(DraftImage.id.in_(gone[start : start + 500])))
