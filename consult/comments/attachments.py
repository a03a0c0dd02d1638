"""Pictures and PDFs that come with a comment: read before anything is stored, and made harmless.

Pictures are drawn anew, so that where and when a telephone took them stays with whoever took them. PDFs are written
anew from their pages, without the names in their properties. What a file is, its first bytes say, never its name.
"""

from __future__ import annotations

import importlib
import io
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from PIL import Image, ImageOps
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, undefer

from consult.audit.service import Actor, record
from consult.comments.models import Comment, CommentAttachment
from consult.errors import InvalidInput, NotFound
from consult.vault.service import Vault

MOST_FILES = 3
MOST_BYTES = 5 * 1024 * 1024
#: A photo's width times height; a telephone's have 12 to 50 million. Only as much of it is read as is kept.
MOST_PIXELS = 50_000_000
#: The same of pictures that can only be read whole: a file of a few kB may hold so many equal points (T16).
MOST_PIXELS_WHOLE = 16_000_000
#: The longer side of a picture as it is kept: enough to read a sign in it.
LONGEST_SIDE = 2_560
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "application/pdf": "pdf"}
_DRAWING = threading.Lock()
_PNG, _JPEG, _PDF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-"


class FileRefused(InvalidInput):
    """A file that cannot be taken; what was typed stays."""

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message, field="files", **params)


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A file as it is kept and served."""

    media_type: str
    data: bytes


class Sent(Protocol):
    """A file of a form (werkzeug's FileStorage)."""

    @property
    def filename(self) -> str | None: ...
    def read(self, size: int = -1, /) -> bytes: ...


def read_files(sent: Sequence[Sent]) -> tuple[CleanFile, ...]:
    """What was chosen, checked and made harmless. Raises `FileRefused` for the first that cannot be taken."""
    chosen = [file for file in sent if file.filename]
    if len(chosen) > MOST_FILES:
        raise FileRefused("At most %(most)d files can come with a comment.", most=MOST_FILES)
    return tuple(_read(file.read(MOST_BYTES + 1), number) for number, file in enumerate(chosen, 1))


def _read(data: bytes, number: int) -> CleanFile:
    if not data:
        raise FileRefused("File no. %(n)d is empty.", n=number)
    if len(data) > MOST_BYTES:
        raise FileRefused("File no. %(n)d is larger than 5 MB.", n=number)
    if data.startswith((_PNG, _JPEG)):
        return _picture(data, number)
    if data.startswith(_PDF):
        # The library costs a web process 20 MB; most never see a PDF.
        clean = importlib.import_module("consult.comments.portable").clean
        return CleanFile("application/pdf", clean(data, number))
    raise FileRefused("File no. %(n)d is neither a picture (PNG, JPEG) nor a PDF.", n=number)


def _picture(data: bytes, number: int) -> CleanFile:
    out = io.BytesIO()
    try:
        # One at a time: the memory of a process does not grow with the number of those who send.
        with _DRAWING, Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as opened:
            is_photo = opened.format == "JPEG"
            is_read_in_part = is_photo and "progressive" not in opened.info
            if opened.width * opened.height > (MOST_PIXELS if is_read_in_part else MOST_PIXELS_WHOLE):
                raise FileRefused("The picture in file no. %(n)d is too large: make it smaller.", n=number)
            bare = _drawn(opened, "RGB" if is_photo else "RGBA")
            if is_photo:
                bare.save(out, "JPEG", quality=85, optimize=True)
            else:
                bare.save(out, "PNG", optimize=True)
    except FileRefused:
        raise
    except Exception:  # a decoder fails in as many ways as a file can be wrong
        raise FileRefused("The picture in file no. %(n)d is damaged and cannot be opened.", n=number) from None
    return CleanFile("image/jpeg" if is_photo else "image/png", out.getvalue())


def _drawn(opened: Image.Image, mode: str) -> Image.Image:
    """The picture as it is looked at, at most `LONGEST_SIDE` long, and nothing of the file but its points."""
    opened.draft(mode, (LONGEST_SIDE, LONGEST_SIDE))
    small: Image.Image = opened
    if opened.mode == "1":
        small = opened.convert("L")
    elif opened.mode == "P" or opened.mode.startswith("I"):
        small = opened.convert(mode)  # points of these cannot be mixed
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn = ImageOps.exif_transpose(small).convert(mode)
    # No place, time, owner, profile, comment or thumbnail goes over.
    bare = Image.new(mode, drawn.size)
    bare.paste(drawn)
    return bare


def keep(own: Session, vault: Vault, comment: Comment, files: Sequence[CleanFile]) -> None:
    """Seal the files of a new comment beside it; one statement."""
    if files:
        own.execute(
            insert(CommentAttachment),
            [
                {
                    "comment_id": comment.id,
                    "number": number,
                    "media_type": file.media_type,
                    "size": len(file.data),
                    "sealed": vault.seal_bytes(file.data),
                }
                for number, file in enumerate(files, 1)
            ],
        )


def of_comments(own: Session, ids: Sequence[int], *, only_public: bool) -> Mapping[int, list[CommentAttachment]]:
    """The attachments of comments without their content, all or those that a reviewer accepted; one statement."""
    found: dict[int, list[CommentAttachment]] = {}
    if ids:
        wanted = select(CommentAttachment).where(CommentAttachment.comment_id.in_(ids))
        if only_public:
            wanted = wanted.where(CommentAttachment.accepted_at.is_not(None))
        for row in own.scalars(wanted.order_by(CommentAttachment.comment_id, CommentAttachment.number)):
            found.setdefault(row.comment_id, []).append(row)
    return found


def access(own: Session, comment: Comment, number: int, *, only_public: bool) -> CommentAttachment:
    """One attachment with its content, of a comment that the viewer may read. Raises `NotFound`."""
    row = own.scalar(
        select(CommentAttachment)
        .where(CommentAttachment.comment_id == comment.id, CommentAttachment.number == number)
        .options(undefer(CommentAttachment.sealed))
    )
    if row is None or (only_public and row.accepted_at is None):
        raise NotFound()
    return row


def decide(own: Session, actor: Actor, comment: Comment, number: int, accepted: bool, now: datetime) -> None:
    """Let everybody see an attachment as long as its comment is shown, or no longer. Raises `NotFound`."""
    changed = own.scalar(
        update(CommentAttachment)
        .where(CommentAttachment.comment_id == comment.id, CommentAttachment.number == number)
        .values(accepted_at=now if accepted else None, accepted_by=actor.id)
        .returning(CommentAttachment.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise NotFound()
    action = "comments:attachment:accepted" if accepted else "comments:attachment:hidden"
    record(own, now, action, actor=actor, subject=f"comment:{comment.id}", number=number)
