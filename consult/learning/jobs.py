"""Training a model as background work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consult.accounts.models import User
from consult.db import new_session
from consult.jobs.worker import JobContext
from consult.learning.training import Labels, corrected_labels, learn
from consult.tones import loading
from consult.tones.service import keep_model


def train(ctx: JobContext) -> Mapping[str, Any]:
    """Handler of ``models.train``: learn from the corrections that stand, and keep the model for somebody to choose.

    Killed and started again it makes the very same model, which is kept once.
    """
    with new_session(ctx.engine, reads_only=True) as own:
        labels = Labels(corrected_labels(own))
        actor = own.get(User, ctx.created_by) if ctx.created_by is not None else None
    scorer = loading.scorer(ctx.settings.cache, ctx.progress)
    learnt = learn(labels, scorer=scorer, progress=ctx.progress)
    result: dict[str, Any] = {"version": learnt.version, "next": "/desk/models"}
    with ctx.last_step(result) as own:
        result["is_new"] = keep_model(own, actor, learnt, ctx.clock.now())
    return result
