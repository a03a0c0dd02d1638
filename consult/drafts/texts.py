"""The text of a version: writing a parsed one into its rows, and reading rows as a text again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from consult.drafts.comparing import Side, compare
from consult.drafts.models import Clause, ClauseFate, DraftVersion
from consult.drafts.parsing import Node, ParsedDraft, stable_keys
from consult.drafts.queries import Passage, clauses, tree
from consult.drafts.structure import address_names, sides_of
from consult.errors import InvalidInput

#: Longest key, see `Clause.stable_key`.
_LONGEST_KEY = 120
#: Characters of a title that the reading of a text still takes for one.
_LONGEST_TITLE = 100


def passage_sides(passages: Iterable[Passage], above: tuple[str, ...] = ()) -> list[Side]:
    """The clauses of a stored text as they are compared; the key of each is its row's id."""
    found: list[Side] = []
    for passage in passages:
        row = passage.clause
        if row.ref is None:
            found += passage_sides(passage.children, (*above, f"{row.label} {row.heading}".strip()))
        else:
            found.append(Side(str(row.id), row.label, row.number, row.heading, passage_text(passage), above))
    return found


def passage_text(passage: Passage) -> str:
    """The words of a clause with everything below it, a paragraph a line, without its own label and heading."""
    return "\n".join(line for line in (passage.clause.text, *_below(passage)) if line)


def _below(passage: Passage) -> Iterable[str]:
    for child in passage.children:
        yield f"{child.clause.label}{child.clause.heading}{child.clause.text}"
        yield from _below(child)


def written(
    version: DraftVersion, rows: Sequence[Clause], title: str = "", instead: Mapping[int, str] | None = None
) -> str:
    """A version's text as it can be edited and read in again.

    ``title`` stands first, since the first line of a text is taken for one. ``instead`` gives other words for clauses,
    by id, which then take the place of everything below them too.
    """
    instead = instead or {}
    lines = [title[:_LONGEST_TITLE]] if title else []
    lines += version.preamble.split("\n") if version.preamble else []
    replaced: set[int] = set()
    for row in rows:
        if row.parent_id in replaced:
            replaced.add(row.id)
            continue
        depth = {"part": 1, "chapter": 2, "section": 3}.get(row.kind)
        text = row.text
        if row.id in instead:
            replaced.add(row.id)
            text = instead[row.id]
        if depth:
            lines.append("#" * depth + f" {row.label} {row.heading}".rstrip())
            if text:
                lines.append(text)
        else:
            gap = " " if row.kind == "article" else ""
            caption = f"【{row.heading}】" if row.kind == "article" and row.heading else row.heading
            lines.append(f"{row.label}{gap if row.label else ''}{caption}{text}")
    return "\n".join(lines)


def write_text(
    own: Session,
    version: DraftVersion,
    parsed: ParsedDraft,
    before: DraftVersion | None,
    same: Mapping[str, str] | None = None,
) -> None:
    """Store a parsed text as the version's clauses, in reading order, nothing left out.

    Clauses that continue one of the version ``before`` (without one: of the text that is replaced) by their words keep
    its key, and a clause that had a row in this version keeps its row, so that whatever points to it still does. What
    an officer decided about the fates of clauses in this version is decided anew. Raises `InvalidInput` when nothing in
    it could be commented on.

    ``same`` gives the key of every clause by its name in addresses, where it is known that none came, went or moved.
    """
    names = address_names(parsed.nodes)
    if not names:
        raise InvalidInput("No clause was found in this text.", field="text")
    rows = clauses(own, version)
    elder = clauses(own, before) if before is not None else rows
    inherited = _inherited(parsed, names, elder) if same is None else {i: same[name] for i, name in names.items()}
    keys = _keys(parsed, names, inherited, _foreign_keys(own, version), version.number)
    if same is None:
        own.execute(delete(ClauseFate).where(ClauseFate.to_version_id == version.id))
    kept = _set_aside(own, version, rows, set(keys.values()))
    version.preamble = "\n".join(parsed.preamble)
    _write(own, version, parsed, keys, names, kept)


def _foreign_keys(own: Session, version: DraftVersion) -> set[str]:
    """Keys of the draft's other versions, which only clauses that continue theirs may have."""
    others = select(DraftVersion.id).where(DraftVersion.draft_id == version.draft_id, DraftVersion.id != version.id)
    return set(own.scalars(select(Clause.stable_key).where(Clause.version_id.in_(others)).distinct()))


def _inherited(parsed: ParsedDraft, names: Mapping[int, str], elder: Sequence[Clause]) -> dict[int, str]:
    """``id(node)`` to the key of the elder clause that it continues by its words."""
    by_id = {str(row.id): row.stable_key for row in elder}
    old, new = passage_sides(tree(elder)), sides_of(parsed.nodes)
    nodes = [node for node in parsed.walk() if id(node) in names]
    pairs = compare(old, new).pairs
    return {id(nodes[pair.new]): by_id[old[pair.old].key] for pair in pairs if pair.kind == "main"}


def _keys(
    parsed: ParsedDraft, names: Mapping[int, str], inherited: Mapping[int, str], taken: set[str], number: int
) -> dict[int, str]:
    """``id(node)`` to its key."""
    usual = stable_keys(parsed)
    keys: dict[int, str] = {}
    used = set(inherited.values())

    def fresh(wanted: str, foreign: set[str]) -> str:
        key = wanted if wanted not in foreign else f"v{number}:{wanted}"
        again = 1
        while key in used or key in foreign:
            again += 1
            key = f"v{number}:{wanted}~{again}"
        used.add(key)
        return key[:_LONGEST_KEY]

    def name(node: Node, above: str) -> None:
        key = inherited.get(id(node))
        # Below a clause that keeps its key, paragraphs and items keep theirs by their place.
        keys[id(node)] = own = key if key is not None else fresh(above or usual[id(node)], set() if above else taken)
        places: Counter[str] = Counter()
        for child in node.children:
            places[str(child.kind)] += 1
            below = f"{own}/{child.kind}:{child.number or places[str(child.kind)]}"
            is_part_of_clause = bool(above) or id(node) in names
            name(child, below if is_part_of_clause and len(below) < _LONGEST_KEY - 12 else "")

    for node in parsed.nodes:
        name(node, "")
    return keys


def _set_aside(own: Session, version: DraftVersion, rows: Sequence[Clause], keys: set[str]) -> Mapping[str, Clause]:
    """Make room: rows that come again give up their places for now, the others go."""
    kept = {row.stable_key: row for row in rows if row.stable_key in keys}
    if not rows:
        return kept
    own.execute(
        update(Clause)
        .where(Clause.version_id == version.id)
        .values(parent_id=None, ref=None, position=-Clause.position)
        .execution_options(synchronize_session=False)
    )
    gone = [row.id for row in rows if row.stable_key not in keys]
    for start in range(0, len(gone), 500):
        own.execute(delete(Clause).where(Clause.id.in_(gone[start : start + 500])))
    for row in rows:
        own.expire(row) if row.stable_key in keys else own.expunge(row)
    return kept


def _write(
    own: Session,
    version: DraftVersion,
    parsed: ParsedDraft,
    keys: Mapping[int, str],
    names: Mapping[int, str],
    kept: Mapping[str, Clause],
) -> None:
    position = 0
    level: list[tuple[Node, Clause | None]] = [(node, None) for node in parsed.nodes]
    places = {id(node): place for place, node in enumerate(parsed.walk(), 1)}
    while level:
        written_rows = []
        for node, parent in level:
            position = places[id(node)]
            row = kept.get(keys[id(node)]) or Clause(version_id=version.id, stable_key=keys[id(node)])
            row.parent_id = parent.id if parent else None
            row.position, row.ref = position, names.get(id(node))
            row.kind, row.number = str(node.kind), "" if node.number is None else str(node.number)
            row.label, row.heading, row.text = node.label, node.heading, node.text
            own.add(row)
            written_rows.append((node, row))
        own.flush()
        level = [(child, row) for node, row in written_rows for child in node.children]
