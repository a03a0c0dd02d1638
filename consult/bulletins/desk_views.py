"""Bulletins at the desk: asking for one, reading it, signing it off, taking its files."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.bulletins import queries, service
from consult.bulletins.editions import listed_ids, without_words_of
from consult.bulletins.forms import RequestForm, WithdrawForm
from consult.bulletins.models import Bulletin, Edition
from consult.bulletins.serving import download, drawing
from consult.clock import local_date
from consult.errors import InvalidInput
from consult.issues.material import taken_back
from consult.web.access import Permission, allow
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("bulletins_desk", __name__, url_prefix="/desk/bulletins")


@bp.get("")
@allow(Permission.BULLETINS_READ)
def index() -> ResponseReturnValue:
    page = paginate(db.session(), queries.all_bulletins(), number=requested_page(), size=30)
    return render_template("bulletins/desk_index.html", page=page)


@bp.get("/new")
@allow(Permission.BULLETINS_BUILD)
def new() -> ResponseReturnValue:
    yesterday = local_date(now()) - timedelta(days=1)
    form = RequestForm(start=yesterday - timedelta(days=6), end=yesterday)
    return render_template("bulletins/desk_new.html", form=form)


@bp.post("/new")
@allow(Permission.BULLETINS_BUILD)
def request_one() -> ResponseReturnValue:
    own = db.session()
    form = RequestForm()
    if form.validate():
        wanted = service.Request(
            form.start.data,
            form.end.data,
            form.title.data or "",
            form.organ.data or "",
            form.document_number.data or "",
        )
        try:
            bulletin, _job = service.request_bulletin(own, current_user, wanted, now())
        except InvalidInput as refused:
            form.add_situation(refused)
        else:
            own.commit()
            return redirect(url_for("bulletins_desk.show", bulletin_id=bulletin.id), 303)
    return render_template("bulletins/desk_new.html", form=form), 422


@bp.get("/<int:bulletin_id>")
@allow(Permission.BULLETINS_READ)
def show(bulletin_id: int) -> ResponseReturnValue:
    return _page(queries.access_bulletin(db.session(), bulletin_id))


def _page(bulletin: Bulletin, form: WithdrawForm | None = None, status: int = 200) -> ResponseReturnValue:
    own = db.session()
    content = queries.content_of(bulletin) if bulletin.content else None
    gone = taken_back(own, listed_ids(content)) if content else frozenset()
    page = render_template(
        "bulletins/desk_show.html",
        bulletin=bulletin,
        content=without_words_of(content, gone) if content else None,
        gone=gone,
        counts=queries.counts_behind(content) if content else {},
        job=queries.job_of(own, bulletin),
        files=queries.files_of(own, bulletin, queries.edition_at_desk(bulletin)),
        form=form or WithdrawForm(formdata=None),
        refused=form,
        chart_url=lambda key: url_for("bulletins_desk.chart", bulletin_id=bulletin.id, key=key),
    )
    return page, status


@bp.get("/<int:bulletin_id>/charts/<key>.svg")
@allow(Permission.BULLETINS_READ)
def chart(bulletin_id: int, key: str) -> Response:
    queries.access_bulletin(db.session(), bulletin_id)
    return drawing(queries.access_file(db.session(), bulletin_id, Edition.DRAFT, f"chart:{key}"))


@bp.get("/<int:bulletin_id>/files/<any(pdf,docx,xlsx,json,html):format>")
@allow(Permission.BULLETINS_READ)
def file(bulletin_id: int, format: str) -> Response:
    bulletin = queries.access_bulletin(db.session(), bulletin_id)
    edition = queries.edition_at_desk(bulletin)
    if edition == Edition.DRAFT and taken_back(db.session(), listed_ids(queries.content_of(bulletin))):
        raise service.SubmissionsTakenBack()
    found = queries.access_file(db.session(), bulletin_id, edition, format)
    with db.transaction(db.engine()) as own:
        own.info.update(db.session().info)
        service.note_download(own, current_user, bulletin, format, now())
    return download(bulletin, found)


@bp.post("/<int:bulletin_id>/signature")
@allow(Permission.BULLETINS_SIGN)
def sign(bulletin_id: int) -> ResponseReturnValue:
    own = db.session()
    service.sign_off(own, current_user, queries.access_bulletin(own, bulletin_id), now())
    own.commit()
    flash(_("You have signed the bulletin off. Its final files are being made; then it is public."), "success")
    return redirect(url_for("bulletins_desk.show", bulletin_id=bulletin_id), 303)


@bp.post("/<int:bulletin_id>/attempts")
@allow(Permission.BULLETINS_BUILD)
def build_again(bulletin_id: int) -> ResponseReturnValue:
    own = db.session()
    service.build_again(own, current_user, queries.access_bulletin(own, bulletin_id), now())
    own.commit()
    return redirect(url_for("bulletins_desk.show", bulletin_id=bulletin_id), 303)


@bp.post("/<int:bulletin_id>/withdrawal")
@allow(Permission.BULLETINS_SIGN)
def withdraw(bulletin_id: int) -> ResponseReturnValue:
    own = db.session()
    bulletin = queries.access_bulletin(own, bulletin_id)
    form = WithdrawForm()
    if not form.validate():
        return _page(bulletin, form, 422)
    service.withdraw(own, current_user, bulletin, form.reason.data, now())
    own.commit()
    flash(_("The bulletin is withdrawn from the public pages."), "success")
    return redirect(url_for("bulletins_desk.show", bulletin_id=bulletin_id), 303)
