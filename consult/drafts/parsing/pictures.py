"""Pictures of a draft: drawn anew, so that nothing but their points is kept. No vector graphics, which can run."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PICTURES = 100
MOST_BYTES = 10 * 1024 * 1024
#: Of all pictures of a draft, as they are kept.
MOST_BYTES_TOGETHER = 40 * 1024 * 1024
#: A picture's width times height, read from its head before anything is unpacked.
MOST_PIXELS = 50_000_000
#: The longer side of a picture as it is kept: a map remains readable.
LONGEST_SIDE = 2_560
_KINDS = ("PNG", "JPEG", "GIF")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept; the id follows from its bytes and says its size (see `tables`)."""

    id: str
    media_type: str
    width: int
    height: int
    data: bytes


class PictureRefused(ValueError):
    """A picture that cannot be kept; says why to a person (translated when shown)."""


def clean(data: bytes) -> Picture:
    """Draw a PNG, JPEG or GIF (its first frame) anew. Raises `PictureRefused`."""
    if len(data) > MOST_BYTES:
        raise PictureRefused("The picture is larger than 10 MB.")
    try:
        with Image.open(io.BytesIO(data), formats=_KINDS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise PictureRefused("The picture has too many points.")
            is_photo = opened.format == "JPEG"
            if is_photo:
                opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            drawn = ImageOps.exif_transpose(opened).convert("RGB" if is_photo else "RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise PictureRefused("The picture is no PNG, JPEG or GIF.") from None
    except PictureRefused:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, IndexError, TypeError, KeyError):
        raise PictureRefused("The picture is damaged.") from None
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new(drawn.mode, drawn.size)
    bare.paste(drawn)
    out = io.BytesIO()
    if is_photo:
        bare.save(out, "JPEG", quality=88, optimize=True)
    else:
        bare.save(out, "PNG", optimize=True)
    kept = out.getvalue()
    media_type = "image/jpeg" if is_photo else "image/png"
    identity = f"{hashlib.sha256(kept).hexdigest()[:24]}-{bare.width}x{bare.height}"
    return Picture(identity, media_type, *bare.size, kept)
