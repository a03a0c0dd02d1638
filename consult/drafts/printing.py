"""The structure of a text and the comparison of two, as data for the command line and other programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from consult.drafts.comparing import Comparison, Fate, Pair, Side, differences
from consult.drafts.parsing import Accounted, Became, LeftOut, Node, ParsedDraft, stable_keys
from consult.drafts.structure import address_names, count_nodes

_LONGEST_EXCERPT = 50


def _accounted(parsed: ParsedDraft, left_out: Sequence[LeftOut]) -> list[Accounted]:
    """The paragraphs of the text, then what whoever read the file left out of it."""
    return [*parsed.account, *(Accounted(o.text, Became.LEFT_OUT, reason=o.reason) for o in left_out)]


def account(parsed: ParsedDraft, left_out: Sequence[LeftOut] = ()) -> Iterator[str]:
    """A line for every paragraph of the source, with what became of it, and their sum."""
    told = _accounted(parsed, left_out)
    for number, line in enumerate(told, 1):
        what = ": ".join(part for part in (str(line.became), line.reason) if part)
        excerpt = line.text if len(line.text) <= _LONGEST_EXCERPT else line.text[: _LONGEST_EXCERPT - 1] + "…"
        yield f"{number:4} {what} {f'[{line.where}] ' if line.where else ''}{excerpt}"
    sums = Counter(line.became for line in told)
    parts = ", ".join(f"{sums[became]} {became}" for became in Became if sums[became])
    yield f"{len(told)} paragraphs = {parts}"


def outline(parsed: ParsedDraft, left_out: Sequence[LeftOut] = ()) -> dict[str, Any]:
    """The clause tree: of each clause its kind, number, label, path, heading, text and what stands below it.

    ``path`` names the parts it stands in and itself, from the outside in; ``ref`` is its name in addresses, null for
    what one cannot comment on by itself. ``account`` says of every paragraph of the source what became of it.
    """
    names, keys = address_names(parsed.nodes), stable_keys(parsed)

    def told(nodes: Sequence[Node], above: tuple[str, ...]) -> list[dict[str, Any]]:
        found = []
        for place, node in enumerate(nodes, 1):
            path = (*above, _called(node, place))
            found.append(
                {
                    "kind": str(node.kind),
                    "number": node.number,
                    "label": node.label,
                    "heading": node.heading,
                    "text": node.text,
                    "path": list(path),
                    "ref": names.get(id(node)),
                    "key": keys[id(node)],
                    "children": told(node.children, path),
                }
            )
        return found

    return {
        "title": parsed.title,
        "preamble": parsed.preamble,
        "clauses": told(parsed.nodes, ()),
        "counts": {
            "paragraphs": len(parsed.paragraphs),
            "nodes": count_nodes(parsed.nodes),
            "clauses": len(names),
        },
        "account": [
            {"text": line.text, "became": str(line.became), "where": line.where, "reason": line.reason}
            for line in _accounted(parsed, left_out)
        ],
        "warnings": [str(warning) for warning in parsed.warnings],
    }


def _called(node: Node, place: int) -> str:
    if node.label:
        return f"{node.label} {node.heading}".strip()
    if node.heading:
        return node.heading
    return f"第{node.number}款" if node.number else f"段{place}"


def comparison(found: Comparison) -> dict[str, Any]:
    """Every clause of both texts with its fate and its partner.

    A clause of the older text has the fate ``same``, ``moved`` (the same words, another number), ``changed`` or
    ``removed``; one of the newer text has that of the clause it continues, or ``added``. ``also`` lists further
    partners of a clause that was split or merged.
    """
    return {
        "summary": {
            **{str(fate): found.fates.count(fate) for fate in Fate},
            "added": len(found.added),
            "split": sum(pair.kind == "split" for pair in found.pairs),
            "merged": sum(pair.kind == "merged" for pair in found.pairs),
        },
        "old": [_old(found, i) for i in range(len(found.old))],
        "new": [_new(found, j) for j in range(len(found.new))],
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "ref": side.key,
        "number": side.number or None,
        "label": side.label,
        "heading": side.heading,
        "above": list(side.above),
        "text": side.text,
    }


def _partner(side: Side, pair: Pair) -> dict[str, Any]:
    return {
        "ref": side.key,
        "number": side.number or None,
        "label": side.label,
        "likeness": round(pair.likeness, 4),
        "how": pair.kind,
    }


def _partners(sides: Sequence[Side], pairs: Iterable[Pair], *, of_new: bool) -> list[dict[str, Any]]:
    return [_partner(sides[pair.old if of_new else pair.new], pair) for pair in pairs]


def _old(found: Comparison, i: int) -> dict[str, Any]:
    pair, fate = found.partner_of(i), found.fates[i]
    told = {**_side(found.old[i]), "fate": str(fate), "partner": None, "also": []}
    if pair is not None:
        told["partner"] = _partner(found.new[pair.new], pair)
        told["also"] = _partners(found.new, found.others_of(i), of_new=False)
    if fate is Fate.CHANGED and pair is not None:
        told["only_references"] = i in found.only_references
        pieces = differences(found.old[i].words, found.new[pair.new].words)
        told["difference"] = [{"kind": piece.kind, "text": piece.text} for piece in pieces]
    return told


def _new(found: Comparison, j: int) -> dict[str, Any]:
    pair = found.origin_of(j)
    told = {**_side(found.new[j]), "fate": "added", "partner": None, "also": []}
    if pair is not None:
        told["fate"] = str(Fate.CHANGED if pair.kind == "split" else found.fates[pair.old])
        told["partner"] = _partner(found.old[pair.old], pair)
        told["also"] = _partners(found.old, found.others_into(j), of_new=True)
    return told
