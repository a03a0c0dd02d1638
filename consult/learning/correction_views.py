"""Correcting the tone of a submission, from whichever page of the desk shows it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.issues.queries import Judged, judged
from consult.learning import service
from consult.learning.explaining import Explanation, explain
from consult.learning.labels import ALL_TONES, TONES
from consult.tones import queries
from consult.tones.models import ToneCorrection
from consult.web.access import Permission, allow
from consult.web.forms import clean_text
from consult.web.languages import local_target
from consult.web.subjects import subject_of
from consult.web.visitor import now

bp = Blueprint("tones_desk", __name__, url_prefix="/desk/tones")


@dataclass(frozen=True, slots=True)
class ToneOf:
    """What the page of a submission shows of its tone."""

    judged: Judged
    explanation: Explanation
    history: list[tuple[ToneCorrection, str]]


def tone_of(kind: str, subject_id: int) -> ToneOf | None:
    """The tone of a submission with what people said of it; None while no analysis has seen it."""
    own, subject = db.session(), subject_of(f"{kind}:{subject_id}")
    found = judged(own, subject)
    return ToneOf(found, explain(found.row), queries.history(own, subject)) if found is not None else None


@bp.app_context_processor
def helpers() -> dict[str, object]:
    """What the pages of other features need to show a tone and its form."""
    return {"tone_of": tone_of, "tone_names": TONES, "all_tone_names": ALL_TONES}


def _follows() -> int:
    typed = request.form.get("follows", "")
    # What no page of ours sends is answered as an old page is.
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


@bp.post("/<any(comment,order):kind>/<int:subject_id>/correction")
@allow(Permission.TONES_CORRECT)
def correct(kind: str, subject_id: int) -> ResponseReturnValue:
    own = db.session()
    tone, reason = request.form.get("tone", ""), clean_text(request.form.get("reason", ""))
    service.correct(own, current_user, subject_of(f"{kind}:{subject_id}"), tone, reason, _follows(), now())
    own.commit()
    flash(_("The tone is corrected. It counts like this from now on."), "success")
    return redirect(local_target(request.form.get("back")), 303)


@bp.post("/<any(comment,order):kind>/<int:subject_id>/taking-back")
@allow(Permission.TONES_CORRECT)
def take_back(kind: str, subject_id: int) -> ResponseReturnValue:
    own = db.session()
    service.take_back(own, current_user, subject_of(f"{kind}:{subject_id}"), _follows(), now())
    own.commit()
    flash(_("The correction is taken back; the machine's finding counts again."), "success")
    return redirect(local_target(request.form.get("back")), 303)
