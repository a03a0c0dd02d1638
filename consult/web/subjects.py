"""How one feature speaks of another's submissions without knowing them: by kind and id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flask import current_app
from sqlalchemy.orm import Session

#: "comment" lives in consult.comments, "order" (work order) in consult.hotline.
SubjectKind = Literal["comment", "order"]


@dataclass(frozen=True, slots=True)
class Subject:
    """One submission, named."""

    kind: SubjectKind
    id: int

    @property
    def key(self) -> str:
        """Its id in the analysis: ``comment:12``."""
        return f"{self.kind}:{self.id}"


def subject_of(key: str) -> Subject:
    """The submission that an analysis id names. Raises ValueError for anything else."""
    kind, _, number = key.partition(":")
    if kind == "comment":
        return Subject("comment", int(number))
    if kind == "order":
        return Subject("order", int(number))
    raise ValueError(f"{key!r} names no submission")


@dataclass(frozen=True, slots=True)
class SubjectCard:
    """A submission in a list, as the viewer may see it."""

    kind: SubjectKind
    id: int
    label: str  #: what and where: "意见 · 第十二条", "来电 · 噪声扰民"
    excerpt: str  #: masked text, shortened
    at: datetime
    url: str | None  #: where this viewer can read it; None when nowhere
    is_public: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a submission, in a plain sentence."""

    at: datetime | None  #: None for what is still to come
    text: str
    state: Literal["done", "current", "coming"] = "done"
    url: str | None = None
    link: str = ""  #: what `url` leads to, in the words of the link


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a submission stands, for whoever holds its code (rule R31)."""

    kind: SubjectKind
    id: int
    code: str
    title: str
    text: str  #: masked, as stored
    submitted_at: datetime
    steps: tuple[Step, ...]


#: Gives the cards of one kind, by id, as the viewer may see them; what may not be known of is left out.
CardProvider = Callable[[Session, list[int], Any], Mapping[int, SubjectCard]]


def cards(own: Session, subjects: Iterable[Subject], viewer: Any) -> dict[Subject, SubjectCard]:
    """The cards of submissions of any kind, from whichever features registered for their kinds."""
    providers: Mapping[str, CardProvider] = current_app.extensions["consult.cards"]
    by_kind: dict[str, list[Subject]] = {}
    for subject in subjects:
        by_kind.setdefault(subject.kind, []).append(subject)
    found: dict[Subject, SubjectCard] = {}
    for kind, wanted in by_kind.items():
        if kind in providers:
            of_kind = providers[kind](own, [s.id for s in wanted], viewer)
            found.update({s: of_kind[s.id] for s in wanted if s.id in of_kind})
    return found
