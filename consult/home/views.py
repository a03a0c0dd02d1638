"""The front page, search, statistics, and the pages about the site itself."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from consult import db
from consult.bulletins import queries as bulletins
from consult.comments.queries import CommentVoices
from consult.drafts.queries import open_drafts
from consult.drafts.rules import days_left
from consult.home.figures import YEARLY_TARGET, statistics, tone_figures
from consult.home.receipts import CodeForm
from consult.home.searching import search
from consult.hotline.labels import CHANNELS, KINDS
from consult.responses.queries import public_threads
from consult.web.access import public
from consult.web.visitor import now
from reports.estimates.model import LEAST_SAMPLE

bp = Blueprint("home", __name__)

#: A search longer than this is cut: nobody types it, and it would be slow.
MAX_WORDS = 60


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    own = db.session()
    drafts = open_drafts(own, now(), limit=4)
    return render_template(
        "home/index.html",
        drafts=drafts,
        days_left=lambda draft: days_left(draft, now()),
        counts=CommentVoices().of_drafts(own, [draft.id for draft in drafts]),
        threads=own.scalars(public_threads().limit(4)).unique().all(),
        bulletins=own.scalars(bulletins.published().limit(3)).all(),
        figures=statistics(own, now()),
        receipt_form=CodeForm(),
    )


@bp.get("/search")
@public
def find() -> ResponseReturnValue:
    words = request.args.get("q", "").strip()[:MAX_WORDS]
    return render_template("home/search.html", words=words, hits=search(db.session(), words, now()))


@bp.get("/statistics")
@public
def figures() -> ResponseReturnValue:
    return render_template(
        "home/statistics.html",
        figures=statistics(db.session(), now()),
        tones=tone_figures(db.session(), now()),
        least=LEAST_SAMPLE,
        target=YEARLY_TARGET,
        channels=CHANNELS,
        kinds=KINDS,
    )


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    return render_template("home/privacy.html")
