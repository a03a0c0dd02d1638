"""One part of a backlog as background work: read, store, tell the job it belongs to.

Apart from the job that groups, since a worker that only reads parts needs none of the libraries that group.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from consult.comments import judging, stance_queries, stance_service
from consult.db import new_session
from consult.issues import material, storing
from consult.jobs import parts
from consult.jobs.worker import JobContext
from consult.tones import loading
from consult.web.subjects import subject_of
from reports.findings import find_each, model_version

#: The kind of job that scores one part of a backlog.
SCORE = "issues.score"
#: Mapped once in a process; a part of a backlog takes less time than mapping the tables again.
_scorer = lru_cache(maxsize=1)(loading.scorer)


def score(ctx: JobContext) -> Mapping[str, Any]:
    """Handler of ``issues.score``: one part of a backlog.

    Its findings, its end and the news to the job it belongs to are one transaction. When another model was chosen
    since it was handed out it does nothing, and the job it belongs to hands out everything anew.
    """
    asked = [ctx.payload["version"], ctx.payload.get("stance_version", "")]
    with new_session(ctx.engine, reads_only=True) as own:
        wanted = [subject_of(f"{kind}:{number}") for kind, numbers in ctx.payload["ids"].items() for number in numbers]
        given = list(material.submissions_of(own, wanted).values())
        texts = stance_queries.texts(own, ctx.payload.get("stances", ()))
        tone_model = loading.model_in_use(own)
    scorer = _scorer(ctx.settings.cache)
    is_asked_for = asked == [model_version(scorer, tone_model), judging.model_version(scorer)]
    pairs = (
        list(zip(given, find_each(given, scorer=scorer, tone_model=tone_model), strict=True)) if is_asked_for else []
    )
    stances = judging.judge(texts, scorer) if is_asked_for else {}
    result: dict[str, Any] = {"texts": 0, "characters": 0, "asked": asked, "is_whole": False}
    keys = {one.id for one in given} | {f"comment:{number}" for number in texts}
    with ctx.last_step(result, total=len(keys)) as own:
        if is_asked_for and loading.is_in_use(own, tone_model):
            storing.keep_findings(own, pairs, asked[0], ctx.clock.now())
            stance_service.keep(own, texts, stances, asked[1], ctx.clock.now())
            result |= {"texts": len(keys), "is_whole": True}
            result["characters"] = sum(len(text) for one in given for text in one.citizen_texts())
        parts.tell_parent(own, ctx.job_id, result["texts"], ctx.clock.now())
    return result
