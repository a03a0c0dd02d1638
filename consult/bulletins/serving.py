"""Answers that carry a stored file of a bulletin."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

from consult.bulletins.models import Bulletin, BulletinFile

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
}


def download(bulletin: Bulletin, file: BulletinFile) -> Response:
    """A file to keep, under the bulletin's title (RFC 6266 with a plain name beside the Chinese one)."""
    plain = f"bulletin-{bulletin.number_in_all or bulletin.id}.{file.format}"
    full = quote(f"{bulletin.title}.{file.format}")
    response = Response(file.data, content_type=TYPES[file.format])
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
    )
    return response


def drawing(file: BulletinFile) -> Response:
    """A chart for an ``<img>``; it may carry its own styles but no scripts."""
    response = Response(file.data, content_type="image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
