"""舆情专报 in public: what a person has signed off."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from consult import db
from consult.bulletins import queries, service
from consult.bulletins.editions import public_edition, quoted_ids
from consult.bulletins.models import Edition
from consult.bulletins.serving import download, drawing
from consult.errors import Unavailable
from consult.issues import material
from consult.web.access import public
from consult.web.feeds import Entry, atom
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("bulletins", __name__)


class FilesBeingRenewed(Unavailable):
    """The public files print words that were taken back; others are being made."""

    message = "Somebody took their words back, so this file is being made anew. Please try again in a few minutes."


@bp.get("/bulletins")
@public
def index() -> ResponseReturnValue:
    page = paginate(db.session(), queries.published(), number=requested_page())
    return render_template("bulletins/index.html", page=page)


@bp.get("/bulletins.atom")
@public
def feed() -> Response:
    entries = [
        Entry(
            bulletin.title,
            url_for("bulletins.show", number=bulletin.number_in_all),
            bulletin.published_at or bulletin.requested_at,
            _("%(n)s submissions", n=bulletin.submissions),
        )
        for bulletin in db.session().scalars(queries.published().limit(50))
    ]
    return atom(_("Public-opinion bulletins"), entries, empty_since=now())


@bp.get("/bulletins/<int:number>")
@public
def show(number: int) -> ResponseReturnValue:
    own = db.session()
    bulletin = queries.access_published(own, number)
    content = queries.content_of(bulletin)
    gone = queries.gone_from_public(own, bulletin)
    return render_template(
        "bulletins/show.html",
        bulletin=bulletin,
        content=public_edition(content, material.quotable(own, quoted_ids(content)), gone),
        counts=queries.counts_behind(content),
        files=queries.files_of(own, bulletin, Edition.PUBLIC),
        chart_url=lambda key: url_for("bulletins.chart", number=number, key=key),
    )


@bp.get("/bulletins/<int:number>/charts/<key>.svg")
@public
def chart(number: int, key: str) -> Response:
    own = db.session()
    bulletin = queries.access_published(own, number)
    return drawing(queries.access_file(own, bulletin.id, Edition.DRAFT, f"chart:{key}"))


@bp.get("/bulletins/<int:number>.<any(pdf,docx):format>")
@public
def file(number: int, format: str) -> Response:
    own = db.session()
    bulletin = queries.access_published(own, number)
    if queries.files_are_behind(own, bulletin):
        with db.transaction(db.engine()) as writing:
            service.renew_files(writing, bulletin, now())
        raise FilesBeingRenewed()
    return download(bulletin, queries.access_file(own, bulletin.id, Edition.PUBLIC, format))
