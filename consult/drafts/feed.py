"""The Atom feed of drafts (RFC 4287): what has become public, for readers of news and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from flask import current_app, url_for

from consult.clock import local
from consult.drafts.models import Draft
from consult.web.filters import localdate

ATOM = "http://www.w3.org/2005/Atom"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def _moment(value: datetime) -> str:
    return local(value).isoformat(timespec="seconds")


def atom(drafts: Sequence[Draft]) -> bytes:
    """The feed of these drafts as UTF-8 XML. Only what the public page shows goes into it."""
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed")

    def add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
        element = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        element.text = text or None
        return element

    here = url_for("drafts.atom", _external=True)
    add(root, "id", here)
    add(root, "title", f"征求意见 – {current_app.extensions['consult.settings'].site_name}")
    add(root, "updated", _moment(max((d.published_at or _EPOCH for d in drafts), default=_EPOCH)))
    add(root, "link", rel="self", href=here, type="application/atom+xml")
    add(root, "link", rel="alternate", href=url_for("drafts.index", _external=True), type="text/html")
    for draft in drafts:
        address = url_for("drafts.show", slug=draft.slug, _external=True)
        entry = add(root, "entry")
        add(entry, "id", address)
        add(entry, "title", draft.title)
        add(entry, "updated", _moment(draft.published_at or _EPOCH))
        add(entry, "published", _moment(draft.published_at or _EPOCH))
        add(entry, "link", rel="alternate", href=address, type="text/html")
        add(add(entry, "author"), "name", draft.organ or "—")
        add(entry, "summary", f"征求意见截至{localdate(draft.closes_at)}。{draft.explanation[:200]}")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
