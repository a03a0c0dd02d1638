"""The analysis as background work: score what is new, group everything, propose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from consult.comments import judging, stance_queries, stance_service
from consult.db import new_session
from consult.issues import material, storing
from consult.issues.models import AnalysisRun
from consult.issues.part_jobs import SCORE
from consult.jobs import parts
from consult.jobs.worker import JobContext
from consult.tones import loading
from consult.tones.service import hold_choice
from consult.web.subjects import subject_of
from reports.analysis import group
from reports.findings import find_each, model_version
from reports.model import Submission

#: Submissions scored between two commits: a killed worker loses at most this much work, and no result.
CHUNK = 200


class _OtherModelChosen(Exception):
    """Somebody chose another tone model while this one was judging."""


@dataclass(frozen=True, slots=True)
class _Fresh:
    """What is new to the models, oldest first: submissions whose tone, and comments whose stance, is not judged."""

    submissions: Sequence[Submission]
    toneless: frozenset[str]  #: analysis ids
    unjudged: frozenset[int]  #: comments

    @classmethod
    def of(cls, own: Session, everything: Sequence[Submission], version: str, stance_version: str) -> _Fresh:
        toneless = frozenset(s.id for s in storing.unscored(own, everything, version))
        unjudged = stance_queries.unjudged(own, stance_version)
        open_ids = toneless | {f"comment:{number}" for number in unjudged}
        return cls([s for s in everything if s.id in open_ids], toneless, unjudged)

    def parts(self, size: int) -> Iterator[tuple[list[Submission], list[int]]]:
        """So many submissions at a time: those to be scored, and the comments whose stance is to be judged."""
        for start in range(0, len(self.submissions), size):
            part = self.submissions[start : start + size]
            subjects = [subject_of(s.id) for s in part]
            yield (
                [s for s in part if s.id in self.toneless],
                [s.id for s in subjects if s.kind == "comment" and s.id in self.unjudged],
            )


def analyse(ctx: JobContext) -> Mapping[str, Any]:
    """Handler of ``issues.analyse``.

    Killed at any moment and started again, it scores only what is not stored yet, and stores the groups in
    one transaction. Progress counts submissions; grouping counts as the last tenth. After another tone model was
    chosen everything is new to it; what the one before it found stays, and is shown until this run has ended. It is
    the same with the model of stances, which comes with the program and reads the comments without an author's stance.

    With a ``chunk`` in its payload it hands out what is new in parts of so many submissions, to be scored by every
    worker of every machine, lies in the queue meanwhile, and groups when they are done. What a part left behind it
    scores by itself.
    """
    while True:
        try:
            if _waits(ctx):
                return {}
            return _analyse(ctx)
        except _OtherModelChosen:
            continue  # whoever chose it was told that this very job would judge with it


def _analyse(ctx: JobContext) -> Mapping[str, Any]:
    began = ctx.clock.now()
    with new_session(ctx.engine, reads_only=True) as own:
        everything = material.submissions(own)
        tone_model = loading.model_in_use(own)
    # The first call on a machine prepares tables for some seconds; whoever waits sees them counted.
    scorer = loading.scorer(ctx.settings.cache, ctx.progress)
    version, stance_version = model_version(scorer, tone_model), judging.model_version(scorer)
    asked = [version, stance_version]
    with new_session(ctx.engine, reads_only=True) as own:
        fresh = _Fresh.of(own, everything, version, stance_version)
        reported = parts.results(own, ctx.job_id)
        scored_apart = sum(part["texts"] for part in reported)
        # Workers of another release cannot judge with these models: asking them again would never end.
        is_refused = any(part["asked"] == asked and not part["is_whole"] for part in reported)
        is_alone = is_refused or parts.has_failed(own, ctx.job_id)
        size = 0 if is_alone else int(ctx.payload.get("chunk", 0))
    open_count = len(fresh.submissions)
    rest = max(1, len(everything) // 10)
    if size and open_count > size:
        with ctx.pause(parts.LOOK_AGAIN, done=0, total=open_count + rest, note="") as own:
            parts.hand_out(own, ctx.job_id, SCORE, _payloads(fresh, size, asked), ctx.clock.now())
        return {}
    total = scored_apart + open_count + rest
    for start, (chunk, numbers) in zip(range(0, open_count, CHUNK), fresh.parts(CHUNK), strict=True):
        pairs = list(zip(chunk, find_each(chunk, scorer=scorer, tone_model=tone_model), strict=True))
        with new_session(ctx.engine, reads_only=True) as own:
            texts = stance_queries.texts(own, numbers)
        stances = judging.judge(texts, scorer)
        done = scored_apart + min(start + CHUNK, open_count)
        with ctx.transaction(done=done, total=total, note="") as own:
            if not loading.is_in_use(own, tone_model):
                raise _OtherModelChosen
            storing.keep_findings(own, pairs, version, ctx.clock.now())
            stance_service.keep(own, texts, stances, stance_version, ctx.clock.now())
    with new_session(ctx.engine, reads_only=True) as own:
        known = storing.known_issues(own)
        tones = storing.tones(own, version)
    groups = group(everything, tones=tones, known=known, as_of=began)
    result: dict[str, Any] = {
        "submissions": len(everything),
        "scored": scored_apart + open_count,
        "next": "/desk/issues",
    }
    with ctx.last_step(result, total=total) as own:
        hold_choice(own)  # whoever chooses now waits, and then finds this job ended
        if not loading.is_in_use(own, tone_model):
            raise _OtherModelChosen
        proposed = storing.keep_groups(own, groups.campaigns, groups.issues, groups.unplaced, version, ctx.clock.now())
        result["proposed"] = proposed
        stance_service.use(own, stance_version, ctx.clock.now())
        own.add(
            AnalysisRun(
                model_version=version,
                began_at=began,
                ended_at=ctx.clock.now(),
                submissions=len(everything),
                scored=scored_apart + open_count,
                proposed=proposed,
                unplaced=len(groups.unplaced),
            )
        )
    return result


def _waits(ctx: JobContext) -> bool:
    """Whether parts are still at work; then the job is back in the queue."""
    with new_session(ctx.engine, reads_only=True) as own:
        if not parts.count_open(own, ctx.job_id):
            return False
    with ctx.pause(parts.LOOK_AGAIN):
        return True


def _payloads(fresh: _Fresh, size: int, asked: list[str]) -> Iterator[dict[str, Any]]:
    for chunk, stances in fresh.parts(size):
        ids: dict[str, list[int]] = {}
        for submission in chunk:
            kind, number = material.parsed(submission.id)
            ids.setdefault(kind, []).append(number)
        yield {"version": asked[0], "ids": ids, "stance_version": asked[1], "stances": stances}
