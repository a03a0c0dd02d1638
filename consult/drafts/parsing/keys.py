"""Names of clauses that stay, given at the first import and taken over by later versions."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping

from consult.drafts.parsing.tree import Kind, Node, ParsedDraft

#: Parts whose number is unique in the whole text, so that moving to another chapter does not change the key.
_FREE = (Kind.ARTICLE,)


def stable_keys(parsed: ParsedDraft) -> Mapping[int, str]:
    """Return ``id(node)`` → key, at most 40 characters and unique within the text.

    The key names kind and number, below an article from there on: "article:12", "article:12/item:3". It is
    given at a clause's first import; a later version's clauses are matched by text and take over the keys of
    those they continue.
    """
    keys: dict[int, str] = {}
    taken: Counter[str] = Counter()

    def name(node: Node, above: str, place: int) -> None:
        own = f"{node.kind}:{node.number or f'at{place}'}"
        path = own if node.kind in _FREE or not above else f"{above}/{own}"
        taken[path] += 1
        if taken[path] > 1:
            path = f"{path}~{taken[path]}"
        keys[id(node)] = _short(path)
        places: Counter[Kind] = Counter()
        for child in node.children:
            places[child.kind] += 1
            name(child, path, places[child.kind])

    places: Counter[Kind] = Counter()
    for node in parsed.nodes:
        places[node.kind] += 1
        name(node, "", places[node.kind])
    return keys


def _short(path: str) -> str:
    """The path itself while it is readable, else its end and a hash of the whole."""
    if len(path) <= 40:
        return path
    return f"{path.rsplit('/', 1)[1][:20]}-{hashlib.sha256(path.encode()).hexdigest()[:16]}"
