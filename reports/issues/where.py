"""Whether two texts speak of one place: by the names they give, and which of these are in one spot."""

from __future__ import annotations

from collections.abc import Set
from enum import Enum, auto

from reports.issues.nodes import LONG, Node


class Where(Enum):
    """How the places of two texts stand to each other."""

    SPOT = auto()  #: a spot in common (an estate, a school)
    ROAD = auto()  #: a road or line in common, and nothing that parts them
    CROSSING = auto()  #: a road in common, and each with another one: two crossings of one road
    ELSEWHERE = auto()  #: places on both sides, and none in common
    DISTRICTS = auto()  #: only the districts differ, and no finer place decides
    UNKNOWN = auto()  #: at least one of them names no place


def where(one: Node, other: Node) -> Where:
    """How the places of two texts stand to each other; what the titles name decides first."""
    if _titles_part(one, other) or _lines_part(one, other):
        return Where.ELSEWHERE
    if same_place(one.spots, other.spots):
        return Where.SPOT
    if one.lines and other.lines and one.lines.isdisjoint(other.lines):
        return Where.ELSEWHERE
    if one.names and other.names:
        if not same_place(one.names, other.names):
            return Where.ELSEWHERE
        return Where.CROSSING if _crossings_differ(one.titled, other.titled) else Where.ROAD
    if one.districts and other.districts and one.districts.isdisjoint(other.districts):
        return Where.DISTRICTS
    return Where.UNKNOWN


def same_place(here: Set[str], there: Set[str]) -> bool:
    """Some name of the one is, or is part of, a name of the other; a line's number is never a part."""
    return not here.isdisjoint(there) or any(
        (a in b or b in a) and not (a.endswith("号线") or b.endswith("号线")) for a in here for b in there
    )


def _titles_part(one: Node, other: Node) -> bool:
    """Each title names a spot that the other text does not know at all."""
    here, there = one.titled & one.spots, other.titled & other.spots
    return bool(here and there) and not (same_place(here, other.spots) or same_place(there, one.spots))


def _lines_part(one: Node, other: Node) -> bool:
    """Each title names a line, none in common, and no spot that would hold them together."""
    here, there = one.titled & one.lines, other.titled & other.lines
    return (
        bool(here and there)
        and here.isdisjoint(there)
        and not same_place(one.titled & one.spots, other.titled & other.spots)
    )


def _crossings_differ(here: Set[str], there: Set[str]) -> bool:
    """The titles share a road, and each of them has a road that the other has not."""
    roads, others = ({name for name in names if LONG.search(name)} for names in (here, there))
    return bool(roads & others) and bool(roads - others) and bool(others - roads)
