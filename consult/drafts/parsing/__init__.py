"""Interim stand-in, to be replaced as a whole by the parsing package: articles, chapters, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from consult.errors import InvalidInput


@dataclass(slots=True)
class Node:
    """One part of a text."""

    kind: str
    number: str | None
    label: str
    heading: str
    text: str
    children: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class ParsedDraft:
    """A text as the tree that it is."""

    title: str
    preamble: list[str]
    nodes: list[Node]
    paragraphs: list[str]
    warnings: list[str]


_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")}
_CHAPTER = re.compile(r"(第[零一二三四五六七八九十百]+([章节编]))[\s　]*(.*)")
_ARTICLE = re.compile(r"(第([零一二三四五六七八九十百]+)条)[\s　]*(.*)")


def _number(han: str) -> int:
    total, digit = 0, 0
    for c in han:
        if c in _DIGITS:
            digit = _DIGITS[c]
        else:
            total += (digit or 1) * {"十": 10, "百": 100}[c]
            digit = 0
    return total + digit


def parse_text(text: str) -> ParsedDraft:
    """Read a draft's text."""
    lines = [line.strip("# \t　") for line in text.splitlines()]
    lines = [line for line in lines if line]
    parsed = ParsedDraft(lines[0] if lines else "", [], [], lines, [])
    chapter: Node | None = None
    article: Node | None = None
    for line in lines[1:]:
        if found := _CHAPTER.fullmatch(line):
            kind = {"编": "part", "章": "chapter", "节": "section"}[found[2]]
            chapter, article = Node(kind, None, found[1], found[3], ""), None
            parsed.nodes.append(chapter)
        elif found := _ARTICLE.fullmatch(line):
            article = Node("article", str(_number(found[2])), found[1], "", found[3])
            (chapter.children if chapter else parsed.nodes).append(article)
        elif article is not None:
            article.children.append(Node("paragraph", None, "", "", line))
        else:
            parsed.preamble.append(line)
    return parsed


def parse_file(name: str, data: bytes) -> ParsedDraft:
    """Read a draft's file."""
    if PurePath(name).suffix not in (".txt", ".md"):
        raise InvalidInput("This kind of file cannot be read.", field="file")
    return parse_text(data.decode("utf-8-sig"))


def stable_keys(parsed: ParsedDraft) -> Mapping[int, str]:
    """``id(node)`` to its key."""
    keys: dict[int, str] = {}

    def name(nodes: list[Node], above: str) -> None:
        for place, node in enumerate(nodes, 1):
            keys[id(node)] = f"{above}/{node.kind}:{node.number or place}"
            name(node.children, keys[id(node)])

    name(parsed.nodes, "")
    return keys
