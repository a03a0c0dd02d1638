"""The analysis model at the desk: which one judges, how good it is, learning from corrections, choosing another."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from consult import db
from consult.learning import queries, service
from consult.learning.labels import ALL_TONES, FIGURES
from consult.web.access import Permission, allow
from consult.web.visitor import now

bp = Blueprint("models_desk", __name__, url_prefix="/desk/models")


@bp.get("")
@allow(Permission.MODELS_MANAGE)
def index() -> ResponseReturnValue:
    return render_template(
        "learning/desk_index.html", models=queries.overview(db.session()), figure_names=FIGURES, tone_words=ALL_TONES
    )


@bp.post("/training")
@allow(Permission.MODELS_MANAGE)
def train() -> ResponseReturnValue:
    own = db.session()
    job = service.request_training(own, current_user, now())
    own.commit()
    return redirect(url_for("jobs_desk.show", job_id=job.id), 303)


@bp.post("/choice")
@allow(Permission.MODELS_MANAGE)
def use() -> ResponseReturnValue:
    own = db.session()
    job = service.use(own, current_user, request.form.get("version", "")[:60], now())
    own.commit()
    return redirect(url_for("jobs_desk.show", job_id=job.id), 303)
