"""The analysis as background work: score what is new, group everything, propose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consult.db import new_session
from consult.issues import material, storing
from consult.issues.models import AnalysisRun
from consult.jobs.worker import JobContext
from consult.tones import loading
from consult.tones.service import hold_choice
from reports.analysis import find_each, group, model_version
from reports.scoring import load_scorer

#: Submissions scored between two commits: a killed worker loses at most this much work, and no result.
CHUNK = 200


class _OtherModelChosen(Exception):
    """Somebody chose another tone model while this one was judging."""


def analyse(ctx: JobContext) -> Mapping[str, Any]:
    """Handler of ``issues.analyse``.

    Killed at any moment and started again, it scores only what is not stored yet, and stores the groups in
    one transaction. Progress counts submissions; grouping counts as the last tenth. After another tone model was
    chosen everything is new to it; what the one before it found stays, and is shown until this run has ended.
    """
    while True:
        try:
            return _analyse(ctx)
        except _OtherModelChosen:
            continue  # whoever chose it was told that this very job would judge with it


def _analyse(ctx: JobContext) -> Mapping[str, Any]:
    began = ctx.clock.now()
    with new_session(ctx.engine, reads_only=True) as own:
        everything = material.submissions(own)
        tone_model = loading.model_in_use(own)
    # The first call on a machine prepares tables for some seconds; whoever waits sees them counted.
    scorer = load_scorer(ctx.settings.cache, ctx.progress)
    version = model_version(scorer, tone_model)
    with new_session(ctx.engine, reads_only=True) as own:
        fresh = storing.unscored(own, everything, version)
    total = len(fresh) + max(1, len(everything) // 10)
    for start in range(0, len(fresh), CHUNK):
        chunk = fresh[start : start + CHUNK]
        pairs = list(zip(chunk, find_each(chunk, scorer=scorer, tone_model=tone_model), strict=True))
        with ctx.transaction(done=start + len(chunk), total=total, note="") as own:
            if not loading.is_in_use(own, tone_model):
                raise _OtherModelChosen
            storing.keep_findings(own, pairs, version, ctx.clock.now())
    with new_session(ctx.engine, reads_only=True) as own:
        known = storing.known_issues(own)
        tones = storing.tones(own, version)
    groups = group(everything, tones=tones, known=known, as_of=began)
    result: dict[str, Any] = {"submissions": len(everything), "scored": len(fresh), "next": "/desk/issues"}
    with ctx.last_step(result, total=total) as own:
        hold_choice(own)  # whoever chooses now waits, and then finds this job ended
        if not loading.is_in_use(own, tone_model):
            raise _OtherModelChosen
        proposed = storing.keep_groups(own, groups.campaigns, groups.issues, groups.unplaced, version, ctx.clock.now())
        result["proposed"] = proposed
        own.add(
            AnalysisRun(
                model_version=version,
                began_at=began,
                ended_at=ctx.clock.now(),
                submissions=len(everything),
                scored=len(fresh),
                proposed=proposed,
                unplaced=len(groups.unplaced),
            )
        )
    return result
