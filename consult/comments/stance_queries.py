"""Reading the stances of comments whose authors ticked none: what the machine judged, and what people corrected of it.

Nothing here speaks of a comment whose author chose a stance, and nothing of it is for the public: the figures that
everybody sees are those of authors' own choices (`consult.comments.queries`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from consult.accounts.models import User
from consult.comments import rules
from consult.comments.models import Comment, Stance, StanceCorrection, StanceFinding, StanceModelUse

#: Identifiers in one statement; SQLite's and PostgreSQL's limits lie far above.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the machine judged of one comment's stance, and what a person said of it after."""

    finding: StanceFinding
    #: The newest one; it may be taken back, or be about an earlier text.
    correction: StanceCorrection | None = None
    corrected_by: str = ""

    @property
    def is_corrected(self) -> bool:
        """Whether a person's word stands against the machine's."""
        said = self.correction
        return said is not None and bool(said.after) and said.text_hash == self.finding.text_hash

    @property
    def stance(self) -> str:
        """The stance in force: a person's where there is one."""
        return self.correction.after if self.correction is not None and self.is_corrected else self.finding.stance

    @property
    def evidence(self) -> tuple[str, ...]:
        """The words that spoke for the machine's stance, strongest first."""
        return tuple(str(word) for word, _ in json.loads(self.finding.evidence))


@dataclass(frozen=True, slots=True)
class StanceFigures:
    """The stances on one draft, two kinds of them that are never added up."""

    chosen: Mapping[str, int]  #: by their authors
    judged: Mapping[str, int]  #: of those who ticked 其他: by the machine, or by a person who corrected it
    corrected: int  #: of `judged`, by a person
    unread: int  #: ticked 其他, and no analysis has read them yet


def model_in_use(own: Session) -> str | None:
    """The version of the model whose findings count; None before the first analysis."""
    return own.scalar(_in_use())


def _in_use() -> Select[Any]:
    return select(StanceModelUse.model_version).order_by(StanceModelUse.id.desc()).limit(1)


def _is_open_to_judgement() -> ColumnElement[bool]:
    return and_(Comment.state.in_(rules.COUNTED), Comment.stance == Stance.OTHER)


def unjudged(own: Session, model_version: str) -> frozenset[int]:
    """The comments without an author's stance that this model has not read as they are now."""
    rows = own.execute(
        select(Comment.id, Comment.body, StanceFinding.text_hash)
        .outerjoin(
            StanceFinding,
            and_(StanceFinding.comment_id == Comment.id, StanceFinding.model_version == model_version),
        )
        .where(_is_open_to_judgement())
    )
    return frozenset(number for number, body, digest in rows if digest != rules.read_hash(body))


def texts(own: Session, ids: Iterable[int]) -> dict[int, str]:
    """The masked texts of these comments; those that were taken back or refused meanwhile are left out."""
    found: dict[int, str] = {}
    for part in _parts(sorted(ids)):
        rows = own.execute(select(Comment.id, Comment.body).where(_is_open_to_judgement(), Comment.id.in_(part)))
        found.update((number, body) for number, body in rows)
    return found


def held(own: Session, ids: Iterable[int], model_version: str) -> dict[int, StanceFinding]:
    """What one model judged of these comments, by comment."""
    found: dict[int, StanceFinding] = {}
    for part in _parts(sorted(ids)):
        rows = own.scalars(
            select(StanceFinding).where(
                StanceFinding.model_version == model_version, StanceFinding.comment_id.in_(part)
            )
        )
        found.update({row.comment_id: row for row in rows})
    return found


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _with_judgements(*columns: Any) -> Select[Any]:
    """A select over the comments without an author's stance, with finding and newest correction where there are any."""
    later = aliased(StanceCorrection)
    newest = select(func.max(later.id)).where(later.comment_id == Comment.id).correlate(Comment).scalar_subquery()
    return (
        select(*columns)
        .select_from(Comment)
        .outerjoin(
            StanceFinding,
            and_(
                StanceFinding.comment_id == Comment.id,
                StanceFinding.model_version == _in_use().scalar_subquery(),
            ),
        )
        .outerjoin(StanceCorrection, and_(StanceCorrection.comment_id == Comment.id, StanceCorrection.id == newest))
        .where(_is_open_to_judgement())
    )


def _stands() -> ColumnElement[bool]:
    return and_(StanceCorrection.after != "", StanceCorrection.text_hash == StanceFinding.text_hash)


def _in_force() -> ColumnElement[Any]:
    """The stance that counts; NULL where no analysis has read the comment."""
    return case((_stands(), StanceCorrection.after), else_=StanceFinding.stance)


def judgements(own: Session, comments: Collection[Comment]) -> dict[int, Judgement]:
    """What was judged of those of the comments whose authors chose no stance, by comment; one statement."""
    wanted = [comment.id for comment in comments if not rules.chose_a_stance(comment)]
    if not wanted:
        return {}
    rows = own.execute(
        _with_judgements(StanceFinding, StanceCorrection, func.coalesce(User.display_name, ""))
        .outerjoin(User, User.id == StanceCorrection.by)
        .where(StanceFinding.id.is_not(None), Comment.id.in_(wanted))
    )
    return {finding.comment_id: Judgement(finding, correction, name) for finding, correction, name in rows}


def judged_as(stance: str) -> Select[Any]:
    """The ids of the comments that the machine, or a person after it, judged to stand somewhere."""
    return _with_judgements(Comment.id).where(_in_force() == stance)


def judged_on(own: Session, draft_ids: Sequence[int]) -> list[tuple[int, int, str, bool]]:
    """Draft, comment, stance in force and whether a person said so, of every judged comment on these drafts."""
    rows = own.execute(
        _with_judgements(Comment.draft_id, Comment.id, _in_force(), func.coalesce(_stands(), False))
        .where(StanceFinding.id.is_not(None), Comment.draft_id.in_(draft_ids))
        .order_by(Comment.draft_id, Comment.id)
    )
    return [(draft, comment, stance, bool(is_corrected)) for draft, comment, stance, is_corrected in rows]


def figures(own: Session, draft_id: int) -> StanceFigures:
    """The stances on a draft, over all its versions; two statements."""
    chosen = own.execute(
        select(Comment.stance, func.count())
        .where(Comment.draft_id == draft_id, Comment.state.in_(rules.COUNTED))
        .group_by(Comment.stance)
    )
    stance = _in_force().label("stance")
    rows = own.execute(
        _with_judgements(stance, func.count(), func.count().filter(_stands()))
        .where(Comment.draft_id == draft_id)
        .group_by(stance)
    )
    judged, corrected = Counter[str](), 0
    for found, number, of_people in rows:
        judged[found or ""] += number
        corrected += of_people
    unread = judged.pop("", 0)
    return StanceFigures({str(key): int(n) for key, n in chosen}, judged, corrected, unread)


def history(own: Session, comment: Comment) -> list[tuple[StanceCorrection, str]]:
    """Everything that people said of the stance that the machine judged, with their names, in order."""
    rows = own.execute(
        select(StanceCorrection, User.display_name)
        .join(User, User.id == StanceCorrection.by)
        .where(StanceCorrection.comment_id == comment.id)
        .order_by(StanceCorrection.id)
    )
    return [(row, name) for row, name in rows]
