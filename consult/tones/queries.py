"""Reading corrections and model versions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.tones.models import ModelChoice, ToneCorrection, ToneModelFile
from consult.web.subjects import Subject, subject_of

#: Ids in one statement; the limits of both databases lie far above.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Correction:
    """The newest judgement of a person about one submission."""

    id: int
    tone: str  #: "" when the earlier correction was taken back
    text_hash: str
    by: str
    at: datetime
    reason: str

    def holds_for(self, text_hash: str) -> bool:
        """Whether it stands, and is about the text as it is now."""
        return bool(self.tone) and self.text_hash == text_hash


def corrections(own: Session, keys: Iterable[str] | None = None) -> dict[str, Correction]:
    """The newest judgement about each of the submissions (about any when None), by analysis id."""
    newest = (
        select(ToneCorrection, User.display_name).join(User, User.id == ToneCorrection.by).order_by(ToneCorrection.id)
    )
    found: dict[str, Correction] = {}
    for statement in [newest] if keys is None else _of(newest, keys):
        for row, name in own.execute(statement):
            found[f"{row.kind}:{row.subject_id}"] = Correction(
                row.id, row.after, row.text_hash, name, row.at, row.reason
            )
    return found


def _of(statement: Select[ToneCorrection, str], keys: Iterable[str]) -> Iterable[Select[ToneCorrection, str]]:
    by_kind: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        subject = subject_of(key)
        by_kind[subject.kind].append(subject.id)
    for kind, ids in by_kind.items():
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            yield statement.where(ToneCorrection.kind == kind, ToneCorrection.subject_id.in_(part))


def history(own: Session, subject: Subject) -> list[tuple[ToneCorrection, str]]:
    """Everything that people said of a submission's tone, with their names, in order."""
    rows = own.execute(
        select(ToneCorrection, User.display_name)
        .join(User, User.id == ToneCorrection.by)
        .where(ToneCorrection.kind == subject.kind, ToneCorrection.subject_id == subject.id)
        .order_by(ToneCorrection.id)
    )
    return [(row, name) for row, name in rows]


def standing_since(own: Session, moment: datetime | None) -> int:
    """How many corrections stand that were made after a moment (all when None)."""
    found = corrections(own).values()
    return sum(1 for c in found if c.tone and (moment is None or c.at > moment))


def versions(own: Session) -> list[tuple[ToneModelFile, str]]:
    """The models held here with the names of who made them ("" for the command line), the newest first."""
    rows = own.execute(
        select(ToneModelFile, func.coalesce(User.display_name, ""))
        .outerjoin(User, User.id == ToneModelFile.made_by)
        .order_by(ToneModelFile.id.desc())
    )
    return [(row, name) for row, name in rows]


def model_named(own: Session, version: str) -> ToneModelFile | None:
    """The model of a version held here."""
    return own.scalar(select(ToneModelFile).where(ToneModelFile.version == version))


def model_behind(own: Session, model_version: str) -> ToneModelFile | None:
    """The model held here that made findings of a version; None when it was the shipped one, or is not known."""
    return own.scalar(select(ToneModelFile).where(ToneModelFile.version.in_(model_version.split("/"))))


def choice(own: Session) -> ModelChoice | None:
    """The model in use, by whom and since when; None while nobody has chosen, and the shipped one judges."""
    return own.get(ModelChoice, 1)


def chosen(own: Session) -> ToneModelFile | None:
    """The file of the model in use; None for the shipped one."""
    return own.scalar(select(ToneModelFile).join(ModelChoice, ModelChoice.model_id == ToneModelFile.id))


def summary_of(model: ToneModelFile) -> Mapping[str, Any]:
    """What a model learnt from, and its figures."""
    found: Mapping[str, Any] = json.loads(model.summary)
    return found
