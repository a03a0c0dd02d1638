"""Background work at the desk: how far it is, and stopping it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.jobs import queries, service
from consult.jobs.labels import KINDS
from consult.web.access import Permission, allow
from consult.web.visitor import now

bp = Blueprint("jobs_desk", __name__, url_prefix="/desk/jobs")


@bp.app_context_processor
def helpers() -> dict[str, object]:
    """What templates need to speak of a job."""
    return {"job_kinds": KINDS, "job_error": queries.error_text, "job_result": queries.result_of}


@bp.get("")
@allow(Permission.JOBS_READ)
def index() -> ResponseReturnValue:
    return render_template("jobs/desk_index.html", jobs=queries.recent_jobs(db.session()))


@bp.get("/<int:job_id>")
@allow(Permission.JOBS_READ)
def show(job_id: int) -> ResponseReturnValue:
    return render_template("jobs/desk_show.html", job=queries.access_job(db.session(), job_id))


@bp.post("/<int:job_id>/cancellation")
@allow(Permission.JOBS_READ)
def cancel(job_id: int) -> ResponseReturnValue:
    own = db.session()
    service.ask_cancel(own, current_user, job_id, now())
    own.commit()
    flash(_("The work stops at its next step; nothing is left half-done."), "success")
    return redirect(url_for("jobs_desk.show", job_id=job_id), 303)
