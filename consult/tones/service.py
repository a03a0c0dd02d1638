"""Correcting a tone, keeping a model, choosing one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.db import insert_ignoring
from consult.errors import Conflict, InvalidInput, Situation
from consult.tones import queries
from consult.tones.models import ModelChoice, ToneCorrection, ToneModelFile
from consult.tones.rules import LONGEST_REASON, NO_TEXT, SHIPPED, TONES
from consult.web.subjects import Subject
from reports.masking import mask


class CorrectedMeanwhile(Conflict):
    """Somebody else was quicker."""

    message = "Somebody has corrected the tone of this text since you opened the page; nothing was changed."


class UnknownModel(Situation):
    """No model of that version is held here."""

    message = "There is no analysis model %(version)s here."


@dataclass(frozen=True, slots=True)
class Seen:
    """What stood before the person who corrects: a finding, and the correction after it."""

    tone: str  #: in force
    model_version: str
    text_hash: str
    follows: int  #: id of the newest correction on the page, 0 when there was none


def correct(own: Session, actor: Actor, subject: Subject, seen: Seen, tone: str, reason: str, now: datetime) -> None:
    """Say what the tone of a submission is; it wins over the machine's finding from now on.

    Raises `InvalidInput`, and `CorrectedMeanwhile` when the page was not the newest.
    """
    plain = " ".join(reason.split())
    if tone not in TONES:
        raise InvalidInput("Please choose one of the tones.", field="tone")
    if seen.tone == NO_TEXT:
        raise InvalidInput("There are no words here whose tone could be corrected.", field="tone")
    if len(plain) > LONGEST_REASON:
        raise InvalidInput("A reason has at most 200 characters.", field="reason")
    if tone != seen.tone:
        _add(own, actor, subject, seen, tone, mask(plain).text, now)
        record(own, now, "tones:tone:corrected", actor=actor, subject=subject.key, before=seen.tone, after=tone)


def take_back(own: Session, actor: Actor, subject: Subject, seen: Seen, now: datetime) -> None:
    """Take a correction back; the machine's finding is in force again. Raises `CorrectedMeanwhile`."""
    _add(own, actor, subject, seen, "", "", now)
    record(own, now, "tones:correction:taken_back", actor=actor, subject=subject.key, before=seen.tone)


def _add(own: Session, actor: Actor, subject: Subject, seen: Seen, after: str, reason: str, now: datetime) -> None:
    newest = queries.corrections(own, [subject.key]).get(subject.key)
    if (newest.id if newest else 0) != seen.follows or (not after and not (newest and newest.tone)):
        raise CorrectedMeanwhile()
    added = insert_ignoring(
        own,
        ToneCorrection,
        kind=subject.kind,
        subject_id=subject.id,
        follows=seen.follows,
        before=seen.tone,
        model_version=seen.model_version,
        text_hash=seen.text_hash,
        after=after,
        reason=reason,
        by=actor.id,
        at=now,
    )
    if not added:
        raise CorrectedMeanwhile()


@dataclass(frozen=True, slots=True)
class NewModel:
    """A model file that was read and found whole."""

    version: str
    content: bytes
    origin: str
    summary: Mapping[str, Any]


def keep_model(own: Session, actor: Actor | None, new: NewModel, now: datetime) -> bool:
    """Hold a model for every machine of this installation; it is not used before somebody chooses it.

    False when it is here already: the same labels train the very same model.
    """
    added = insert_ignoring(
        own,
        ToneModelFile,
        version=new.version,
        sha256=hashlib.sha256(new.content).hexdigest(),
        content=new.content,
        origin=new.origin,
        summary=json.dumps(new.summary, ensure_ascii=False),
        made_at=now,
        made_by=actor.id if actor else None,
    )
    if added:
        record(own, now, f"models:model:{new.origin}", actor=actor, subject=f"model:{new.version}")
    return added


def hold_choice(own: Session) -> ModelChoice:
    """The choice of the model, held against other choices until the transaction ends."""
    insert_ignoring(own, ModelChoice, id=1)  # nobody has chosen before: the shipped one
    return own.get_one(ModelChoice, 1, with_for_update=True, populate_existing=True)


def use(own: Session, actor: Actor | None, version: str, now: datetime) -> None:
    """Let another model judge from the next analysis on. Raises `UnknownModel`."""
    held = hold_choice(own)
    model = None if version == SHIPPED else queries.model_named(own, version)
    if model is None and version != SHIPPED:
        raise UnknownModel(version=version)
    held.model_id, held.chosen_at, held.chosen_by = model.id if model else None, now, actor.id if actor else None
    own.flush()
    record(own, now, "models:model:chosen", actor=actor, subject=f"model:{version}")
