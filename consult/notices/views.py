"""What an account was told inside the site."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.notices import queries, service
from consult.web.access import signed_in
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("notices", __name__)


@bp.app_template_global("unread_notices")
def unread_notices() -> int:
    """How much the signed-in account has not read; 0 for a visitor, without asking."""
    return queries.unread(current_user.id) if current_user.is_authenticated else 0


@bp.get("/account/notices")
@signed_in
def index() -> ResponseReturnValue:
    page = paginate(db.session(), queries.notices_of(current_user.id), number=requested_page(), size=30)
    return render_template("notices/index.html", page=page, sentence=queries.sentence)


@bp.post("/account/notices/reading")
@signed_in
def read_all() -> ResponseReturnValue:
    own = db.session()
    service.mark_read(own, current_user.id, now())
    own.commit()
    flash(_("All notices count as read."), "success")
    return redirect(url_for("notices.index"), 303)
