"""The front page and the pages about the site itself."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from consult import db
from consult.responses.queries import public_threads
from consult.web.access import public

bp = Blueprint("home", __name__)


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    own = db.session()
    return render_template("home/index.html", threads=own.scalars(public_threads().limit(4)).all())


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    return render_template("home/privacy.html")
