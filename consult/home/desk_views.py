"""The start of the desk: what waits for the person who opens it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from consult.web.access import Permission, allow

bp = Blueprint("home_desk", __name__, url_prefix="/desk")


@bp.get("")
@allow(Permission.DESK)
def start() -> ResponseReturnValue:
    return render_template("home/desk_start.html")
