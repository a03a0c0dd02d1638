"""A draft's text as the tree that it is: 编, 章, 节, 条, 款 and 项."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a part of a text is."""

    PART = "part"  #: 编, 分编
    CHAPTER = "chapter"  #: 章; in plans without articles a headed 一、; an annex
    SECTION = "section"  #: 节; in plans a headed 一、 below a chapter
    ARTICLE = "article"  #: 条
    PARAGRAPH = "paragraph"  #: 款: further paragraphs of an article, and any text without label
    ITEM = "item"  #: 项 and what is numbered below it: （一）, 1., ①; in plans also 一、


#: Kinds that hold others and have a heading instead of a text.
CONTAINERS = (Kind.PART, Kind.CHAPTER, Kind.SECTION)


@dataclass(slots=True)
class Node:
    """One part of a text. Label, heading and text together are its paragraph as it stands in the source."""

    kind: Kind
    number: str | None  #: "12", "10-1" for 第十条之一; a paragraph's place in its article; None without one
    label: str  #: as printed, without inner spaces: 第十二条, （三）, "" for a paragraph
    heading: str
    text: str
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """This node and everything below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()


class Became(StrEnum):
    """What became of a paragraph of the source."""

    TITLE = "title"
    PREAMBLE = "preamble"
    CONTENTS = "contents"  #: a table of contents: it stands before the first clause
    HEADING = "heading"
    ANNEX = "annex"  #: the heading of one
    CLAUSE = "clause"  #: the beginning of an article
    ITEM = "item"
    PARAGRAPH = "paragraph"
    TABLE = "table"
    NOTE = "note"
    PICTURE = "picture"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Accounted:
    """A paragraph of the source and what became of it."""

    text: str
    became: Became
    where: str = ""  #: the clause or chapter it is in
    reason: str = ""  #: of what was left out, see `source.LeftOut`


@dataclass(slots=True)
class ParsedDraft:
    """A text read. Every source paragraph is in exactly one of title, preamble and nodes."""

    title: str
    preamble: list[str]  #: between title and first part: dates, notes, a table of contents
    nodes: list[Node]
    paragraphs: list[str]  #: the source's, in order; joined by line ends they parse to the same tree
    warnings: list[str]  #: sentences for a person about places worth a look; translated when shown
    #: Every paragraph of the source, in order, then the lines that were none (rules).
    account: list[Accounted] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """Every node, in reading order."""
        return walk(self.nodes)


def walk(nodes: Sequence[Node]) -> Iterator[Node]:
    """Every node of these trees, in reading order."""
    for node in nodes:
        yield from node.walk()
