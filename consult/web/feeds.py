"""Atom feeds beside the public lists (RFC 4287), and calendars (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from xml.etree import ElementTree as ET

from flask import Response, current_app, request
from icalendar import Calendar, Event, Timezone, TimezoneStandard

from consult.clock import SHANGHAI, local
from consult.web.addresses import outside_root

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

    root = outside_root()
    itself = root + request.path
    add(feed, "id", itself)
    add(feed, "title", title)
    add(feed, "updated", _moment(max((e.updated for e in entries), default=empty_since)))
    add(feed, "link", rel="self", href=itself)
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


@dataclass(frozen=True, slots=True)
class Appointment:
    """One entry of a calendar: everything in it is public text."""

    uid: str  #: stable: the same thing keeps it for ever
    start: date | datetime  #: a day, or a moment on the clock of Shanghai
    summary: str
    changed: datetime  #: when it was last changed
    url: str  #: path on this site
    description: str = ""
    location: str = ""
    length: timedelta = timedelta(0)  #: of an appointment that begins at a moment
    sequence: int = 0  #: rises with every change that moves it
    is_cancelled: bool = False


def calendar(name: str, appointments: Iterable[Appointment]) -> Response:
    """A calendar that programs may subscribe to: they find moved appointments moved, by their `uid` and `sequence`."""
    made = Calendar()
    made.add("prodid", "-//Consult//Consultations//ZH")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", SHANGHAI.key)
    made.add_component(_shanghai())
    for appointment in appointments:
        made.add_component(_event(appointment))
    return Response(made.to_ical(), mimetype="text/calendar")


def _event(appointment: Appointment) -> Event:
    event, root = Event(), outside_root()
    event.add("uid", appointment.uid)
    event.add("dtstamp", appointment.changed)
    event.add("last-modified", appointment.changed)
    event.add("sequence", appointment.sequence)
    event.add("summary", appointment.summary)
    if isinstance(appointment.start, datetime):
        start = local(appointment.start)
        event.add("dtstart", start)
        event.add("dtend", start + appointment.length)
    else:
        event.add("dtstart", appointment.start)
        event.add("dtend", appointment.start + timedelta(days=1))
        event.add("transp", "TRANSPARENT")  # it leaves the day free
    for key, value in (("description", appointment.description), ("location", appointment.location)):
        if value:
            event.add(key, value)
    event.add("url", root + appointment.url)
    event.add("status", "CANCELLED" if appointment.is_cancelled else "CONFIRMED")
    return event


def _shanghai() -> Timezone:
    """China has kept one time since 1991, without summer time."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", SHANGHAI.key)
    standard.add("dtstart", datetime(1991, 9, 15))
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone
