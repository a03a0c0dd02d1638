"""Which parts of a parsed text one may speak on, and what they are called in addresses. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from consult.drafts.comparing import Side
from consult.drafts.parsing import Node

#: What holds clauses but says nothing by itself.
CONTAINERS = frozenset({"part", "chapter", "section"})
_NUMBER = re.compile(r"[0-9]+(-[0-9]+)*")


def speakable(nodes: Sequence[Node]) -> Iterator[Node]:
    """The clauses one comments on: articles, and whatever else stands directly in a chapter or the draft.

    Paragraphs and items of an article belong to it. A chapter without anything below it, but with a text
    of its own, speaks for itself (plans are often written as 一、 with paragraphs).
    """
    for node in nodes:
        if str(node.kind) not in CONTAINERS:
            yield node
        elif node.children:
            yield from speakable(node.children)
        else:
            yield node


def address_names(nodes: Sequence[Node]) -> dict[int, str]:
    """``id(node)`` to its name in addresses: the article's number, else "p" and its place.

    Where a text has no articles, its clauses are simply counted.
    """
    found = list(speakable(nodes))
    has_articles = any(str(n.kind) == "article" for n in found)
    names: dict[int, str] = {}
    taken: set[str] = set()
    for place, node in enumerate(found, 1):
        number = "" if node.number is None else str(node.number)
        if str(node.kind) == "article" and _NUMBER.fullmatch(number):
            name = number
        else:
            name = f"p{place}" if has_articles else str(place)
        while name in taken:
            name += "b"
        taken.add(name)
        names[id(node)] = name
    return names


def count_nodes(nodes: Sequence[Node]) -> int:
    """How many parts a text has, at every level."""
    return sum(1 + count_nodes(n.children) for n in nodes)


def sides_of(nodes: Sequence[Node]) -> list[Side]:
    """The clauses of a parsed text as they are compared with those of another."""
    names = address_names(nodes)
    found: list[Side] = []

    def walk(below: Sequence[Node], above: tuple[str, ...]) -> None:
        for node in below:
            if id(node) in names:
                found.append(_side(node, names[id(node)], above))
            else:
                walk(node.children, (*above, f"{node.label} {node.heading}".strip()))

    walk(nodes, ())
    return found


def _side(node: Node, name: str, above: tuple[str, ...]) -> Side:
    lines = [node.text, *(f"{n.label}{n.heading}{n.text}" for child in node.children for n in child.walk())]
    return Side(
        key=name,
        label=node.label,
        number=node.number or "",
        heading=node.heading,
        text="\n".join(line for line in lines if line),
        above=above,
    )
