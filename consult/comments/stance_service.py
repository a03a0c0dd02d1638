"""Keeping the stances that the machine judged, and correcting them. An author's own choice is never touched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.comments import rules, stance_queries
from consult.comments.models import Comment, JudgedStance, StanceCorrection, StanceFinding, StanceModelUse
from consult.db import insert_ignoring
from consult.errors import Conflict, InvalidInput, NotFound
from reports.masking import mask


class StanceCorrectedMeanwhile(Conflict):
    """Somebody else was quicker."""

    message = "Somebody has corrected the stance of this comment since you opened the page; nothing was changed."


class Found(Protocol):
    """What a model says of one text (`reports.stance.StanceFinding`)."""

    @property
    def stance(self) -> str: ...
    @property
    def probability(self) -> float: ...
    @property
    def evidence(self) -> tuple[tuple[str, float], ...]: ...


def keep(own: Session, texts: Mapping[int, str], found: Mapping[int, Found], model_version: str, now: datetime) -> None:
    """Store what a model judged of these texts, by comment, replacing what it judged of them before."""
    rows = stance_queries.held(own, found, model_version)
    for number, judged in found.items():
        row = rows.get(number)
        if row is None:
            row = StanceFinding(comment_id=number, model_version=model_version)
            own.add(row)
        row.text_hash = rules.read_hash(texts[number])
        row.stance, row.probability = JudgedStance(judged.stance), judged.probability
        row.evidence = json.dumps(judged.evidence, ensure_ascii=False)
        row.found_at = now


def use(own: Session, model_version: str, now: datetime) -> None:
    """Let the findings of a model count, now that it has read everything."""
    if stance_queries.model_in_use(own) != model_version:
        own.add(StanceModelUse(model_version=model_version, since=now))
        own.flush()


def correct(
    own: Session, actor: Actor, comment: Comment, stance: str, reason: str, follows: int, now: datetime
) -> None:
    """Say where a comment stands, as answer to the correction ``follows`` (0 for the machine's finding).

    Raises `NotFound` when its author chose a stance or no analysis has read it, `InvalidInput`, and
    `StanceCorrectedMeanwhile` when the page was not the newest.
    """
    seen, plain = _judgement(own, comment), " ".join(reason.split())
    if stance not in list(JudgedStance):
        raise InvalidInput("Please choose one of the stances.", field="stance")
    if len(plain) > rules.MAX_REASON:
        raise InvalidInput("A reason has at most 200 characters.", field="reason")
    if stance != seen.stance:
        _add(own, actor, seen, follows, stance, mask(plain).text, now)
        record(
            own,
            now,
            "comments:stance:corrected",
            actor=actor,
            subject=f"comment:{comment.id}",
            before=seen.stance,
            after=stance,
        )


def take_back(own: Session, actor: Actor, comment: Comment, follows: int, now: datetime) -> None:
    """Take the correction ``follows`` back; the machine's finding counts again.

    Raises `NotFound`, `StanceCorrectedMeanwhile`.
    """
    seen = _judgement(own, comment)
    _add(own, actor, seen, follows, "", "", now)
    record(
        own,
        now,
        "comments:stance_correction:taken_back",
        actor=actor,
        subject=f"comment:{comment.id}",
        before=seen.stance,
    )


def _judgement(own: Session, comment: Comment) -> stance_queries.Judgement:
    found = stance_queries.judgements(own, [comment]).get(comment.id)
    if found is None:
        raise NotFound()
    return found


def _add(
    own: Session, actor: Actor, seen: stance_queries.Judgement, follows: int, after: str, reason: str, now: datetime
) -> None:
    newest = seen.correction
    if (newest.id if newest else 0) != follows or (not after and not (newest and newest.after)):
        raise StanceCorrectedMeanwhile()
    added = insert_ignoring(
        own,
        StanceCorrection,
        comment_id=seen.finding.comment_id,
        follows=follows,
        before=seen.stance,
        model_version=seen.finding.model_version,
        text_hash=seen.finding.text_hash,
        after=after,
        reason=reason,
        by=actor.id,
        at=now,
    )
    if not added:
        raise StanceCorrectedMeanwhile()
