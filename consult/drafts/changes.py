"""What changed between two versions of a draft, clause by clause, for reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.drafts.comparing import Comparison, Fate, Pair, Piece, Side, compare, differences
from consult.drafts.models import Clause, ClauseFate, DraftVersion
from consult.drafts.versions import Matched, spoken

Kind = Literal["same", "moved", "changed", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring paragraphs of a clause: all unchanged, or with what changed in them."""

    pieces: tuple[Piece, ...]

    @property
    def is_same(self) -> bool:
        return all(piece.kind == "same" for piece in self.pieces)

    @property
    def paragraphs(self) -> int:
        """How many paragraphs it has, of an unchanged one."""
        return "".join(piece.text for piece in self.pieces).strip("\n").count("\n") + 1

    @property
    def left(self) -> list[Piece]:
        """The older words."""
        return [piece for piece in self.pieces if piece.kind != "inserted"]

    @property
    def right(self) -> list[Piece]:
        """The newer words."""
        return [piece for piece in self.pieces if piece.kind != "deleted"]


@dataclass(frozen=True, slots=True)
class Change:
    """One clause of the newer version, or a removed one of the older."""

    kind: Kind
    old: Clause | None
    new: Clause | None
    pieces: tuple[Piece, ...]  #: of the words; a single one where nothing changed
    only_references: bool = False  #: only numbers of other articles changed
    from_also: tuple[str, ...] = ()  #: labels of further older clauses that went into this one
    into_also: tuple[str, ...] = ()  #: labels of further newer clauses that parts of the older one went into
    was_split: bool = False  #: the newer clause is a part of the older one, which mainly continues elsewhere

    @property
    def blocks(self) -> list[Block]:
        """The clause paragraph by paragraph, neighbours that stayed the same put together."""
        return _blocks(self.pieces)


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring changes that are shown together: all unchanged ones folded, or one that changed."""

    changes: tuple[Change, ...]

    @property
    def is_folded(self) -> bool:
        return self.changes[0].kind == "same"


@dataclass(frozen=True, slots=True)
class Credit:
    """A comment that caused a change, as the public may see it."""

    comment_id: int
    signature: str
    excerpt: str
    url: str | None


class Credits(Protocol):
    """Who knows which comments caused which changes; `consult.ledger` registers itself."""

    def of_clauses(self, own: Session, clause_ids: Sequence[int]) -> Mapping[int, Sequence[Credit]]: ...


def credits_of(own: Session, clause_ids: Sequence[int]) -> Mapping[int, Sequence[Credit]]:
    """The comments that caused the changes of these clauses, by the clause of the newer version."""
    keeper: Credits | None = current_app.extensions.get("consult.drafts.credits")
    return keeper.of_clauses(own, clause_ids) if keeper is not None else {}


def between(own: Session, old: DraftVersion, new: DraftVersion) -> list[Change]:
    """The changes from one public version to a later one, as they were recorded when it was published."""
    (old_sides, old_rows), (new_sides, new_rows) = spoken(own, old), spoken(own, new)
    recorded = {
        row.from_clause_id: row.to_clause_id
        for row in own.scalars(
            select(ClauseFate)
            .join(Clause, Clause.id == ClauseFate.from_clause_id)
            .where(Clause.version_id == old.id, ClauseFate.to_version_id == new.id)
        )
    }
    places = {row.id: j for j, row in enumerate(new_rows)}
    known = {i: places[into] for i, row in enumerate(old_rows) if (into := recorded.get(row.id)) is not None}
    apart = [i for i in range(len(old_rows)) if i not in known]
    return _listed(compare(old_sides, new_sides, known=known, apart=apart), old_rows, new_rows)


def in_preparation(found: Matched) -> list[Change]:
    """The changes to a version in preparation, as they would be recorded now."""
    return _listed(found.comparison, found.old, found.new)


def runs(changes: Sequence[Change]) -> list[Run]:
    """Changes in the order they are read, neighbours that stayed the same put together."""
    found: list[list[Change]] = []
    for change in changes:
        if found and change.kind == "same" and found[-1][0].kind == "same":
            found[-1].append(change)
        else:
            found.append([change])
    return [Run(tuple(run)) for run in found]


def _blocks(pieces: Sequence[Piece]) -> list[Block]:
    """Cut where both wordings begin a paragraph."""
    paragraphs: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.kind != "same":
            paragraphs[-1].append(piece)
            continue
        for part in piece.text.splitlines(keepends=True):
            paragraphs[-1].append(Piece("same", part))
            if part.endswith("\n"):
                paragraphs.append([])
    blocks: list[Block] = []
    for paragraph in paragraphs:
        block = Block(tuple(paragraph))
        if not paragraph:
            continue
        if blocks and block.is_same and blocks[-1].is_same:
            block = Block((*blocks.pop().pieces, *paragraph))
        blocks.append(block)
    return blocks


def counts(changes: Sequence[Change]) -> dict[str, int]:
    """How many clauses of each kind there are."""
    told = dict.fromkeys(("changed", "moved", "added", "removed", "same"), 0)
    for change in changes:
        told[change.kind] += 1
    return told


def _listed(found: Comparison, old: Sequence[Clause], new: Sequence[Clause]) -> list[Change]:
    """In the order of the newer version; what was removed stands behind what stood before it."""
    listed: list[tuple[tuple[int, int, int], Change]] = []
    for j in range(len(new)):
        listed.append(((j, 0, 0), _change(found, old, new, j)))
    for i, fate in enumerate(found.fates):
        pair = found.partner_of(i)
        if fate is Fate.REMOVED:
            change = Change("removed", old[i], None, (Piece("deleted", found.old[i].words),))
            listed.append(((_place_before(found, i), 1, i), change))
        elif pair is not None and pair.kind == "merged":
            into = (_name(found.new[pair.new]),)
            change = Change("removed", old[i], None, (Piece("deleted", found.old[i].words),), into_also=into)
            listed.append(((pair.new, 1, i), change))
    return [change for _, change in sorted(listed, key=lambda entry: entry[0])]


def _place_before(found: Comparison, i: int) -> int:
    for earlier in range(i - 1, -1, -1):
        pair = found.partner_of(earlier)
        if pair is not None:
            return pair.new
    return -1


def _change(found: Comparison, old: Sequence[Clause], new: Sequence[Clause], j: int) -> Change:
    pair: Pair | None = found.origin_of(j)
    words = found.new[j].words
    if pair is None:
        return Change("added", None, new[j], (Piece("inserted", words),))
    i, was_split = pair.old, pair.kind == "split"
    fate = Fate.CHANGED if was_split else found.fates[i]
    pieces = differences(found.old[i].words, words) if fate is Fate.CHANGED else [Piece("same", words)]
    return Change(
        kind="changed" if fate is Fate.CHANGED else "same" if fate is Fate.SAME else "moved",
        old=old[i],
        new=new[j],
        pieces=tuple(pieces),
        only_references=i in found.only_references and not was_split,
        from_also=tuple(_name(found.old[other.old]) for other in found.others_into(j)),
        into_also=tuple(_name(found.new[other.new]) for other in found.others_of(i) if other.new != j),
        was_split=was_split,
    )


def _name(side: Side) -> str:
    return side.label or side.heading or side.text[:16]
