"""Atom feeds beside the public lists (RFC 4287)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from flask import Response, current_app, request

from consult.clock import local

ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: everything in it is public text."""

    title: str
    url: str  #: path on this site
    updated: datetime
    summary: str
    published: datetime | None = None
    author: str = ""  #: where it is not the site's own organ


def _moment(value: datetime) -> str:
    return local(value).isoformat(timespec="seconds")


def atom(title: str, entries: Iterable[Entry], *, empty_since: datetime) -> Response:
    """A feed of entries, newest first as given. ``empty_since`` dates a feed without entries."""
    entries = list(entries)
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed")

    def add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> None:
        ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes).text = text or None

    root = request.url_root.rstrip("/")
    add(feed, "id", request.base_url)
    add(feed, "title", title)
    add(feed, "updated", _moment(max((e.updated for e in entries), default=empty_since)))
    add(feed, "link", rel="self", href=request.base_url)
    author = ET.SubElement(feed, f"{{{ATOM}}}author")
    site = current_app.extensions["consult.settings"]
    add(author, "name", site.organ or site.site_name)
    for entry in entries:
        element = ET.SubElement(feed, f"{{{ATOM}}}entry")
        add(element, "id", root + entry.url)
        add(element, "title", entry.title)
        add(element, "updated", _moment(entry.updated))
        if entry.published is not None:
            add(element, "published", _moment(entry.published))
        add(element, "link", rel="alternate", href=root + entry.url, type="text/html")
        if entry.author:
            add(ET.SubElement(element, f"{{{ATOM}}}author"), "name", entry.author)
        add(element, "summary", entry.summary)
    body = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return Response(body, mimetype="application/atom+xml")
