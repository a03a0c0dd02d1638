"""Serving the pictures of draft plans, and reading what a text holds besides words for pages."""

from __future__ import annotations

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from consult import db
from consult.drafts import assets, rich
from consult.web.access import Permission, allow, public

bp = Blueprint("drafts_images", __name__)
bp.add_app_template_filter(rich.blocks, "rich_blocks")
bp.add_app_template_filter(rich.line_pieces, "rich_pieces")
bp.add_app_template_filter(rich.kind, "rich_kind")
bp.add_app_template_filter(rich.is_rich, "is_rich")
bp.add_app_template_filter(rich.plain, "rich_plain")

#: Its content never changes under its name; whether it may be seen can, when a draft is withdrawn.
_PUBLIC = "public, max-age=3600"
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg"}


def _served(row: assets.DraftImage, cache: str) -> ResponseReturnValue:
    answer = make_response(row.content)
    answer.headers["Content-Type"] = row.media_type
    answer.headers["Content-Disposition"] = f'inline; filename="{row.id}.{_SUFFIXES[row.media_type]}"'
    # Opened alone, even a picture of ours may load and run nothing.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = cache
    answer.set_etag(row.id)
    return answer.make_conditional(request)


@bp.get("/drafts/versions/<int:version_id>/images/<image_id>")
@public
def show(version_id: int, image_id: str) -> ResponseReturnValue:
    """A picture in a text: with a public version for everybody, else for the desk."""
    row = assets.access_image(db.session(), current_user, version_id, image_id)
    return _served(row, "private, no-cache" if current_user.can(Permission.DRAFTS_EDIT) else _PUBLIC)


@bp.get("/desk/drafts/images/<image_id>")
@allow(Permission.DRAFTS_EDIT)
def read(image_id: str) -> ResponseReturnValue:
    """A picture of a text that was read and is not kept yet."""
    return _served(assets.image(db.session(), image_id), "private, no-cache")
