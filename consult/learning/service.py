"""What an officer asks of the tone analysis: to be corrected, to learn, to use another model."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.errors import NotFound
from consult.issues.queries import Judged, judged
from consult.issues.service import request_analysis
from consult.jobs.models import Job
from consult.jobs.service import enqueue
from consult.tones import service as tones
from consult.web.subjects import Subject

TRAIN = "models.train"


def correct(own: Session, actor: Actor, subject: Subject, tone: str, reason: str, follows: int, now: datetime) -> None:
    """Say what the tone of a submission is, as answer to the correction ``follows`` (0 for the machine's finding).

    Raises `NotFound` while no analysis has seen the submission, `InvalidInput`, `CorrectedMeanwhile`.
    """
    tones.correct(own, actor, subject, _seen(own, subject, follows), tone, reason, now)


def take_back(own: Session, actor: Actor, subject: Subject, follows: int, now: datetime) -> None:
    """Take the correction ``follows`` back. Raises `NotFound`, `CorrectedMeanwhile`."""
    tones.take_back(own, actor, subject, _seen(own, subject, follows), now)


def _seen(own: Session, subject: Subject, follows: int) -> tones.Seen:
    found: Judged | None = judged(own, subject)
    if found is None:
        raise NotFound()
    return tones.Seen(found.tone, found.row.model_version, found.row.text_hash, follows)


def request_training(own: Session, actor: Actor | None, now: datetime) -> Job:
    """Ask for a model that has learnt from the corrections. While one is being made, that work is returned."""
    job = enqueue(own, TRAIN, {}, now=now, actor=actor, unique_key=TRAIN)
    record(own, now, "models:training:requested", actor=actor, subject=f"job:{job.id}")
    return job


def use(own: Session, actor: Actor | None, version: str, now: datetime) -> Job:
    """Let a model judge from now on, and everything be judged again by it, as background work.

    What was found before stays until that work has ended; bulletins stay as they were built. An analysis that is
    running takes the new model up. Raises `UnknownModel`.
    """
    tones.use(own, actor, version, now)
    return request_analysis(own, actor, now)
