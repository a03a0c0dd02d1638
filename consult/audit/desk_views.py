"""The audit log at the desk: for the auditor, who reads it and can change nothing."""

from __future__ import annotations

from itertools import islice

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from consult import db
from consult.audit.catalogue import ACTIONS
from consult.audit.queries import events
from consult.audit.service import head_hash, verify
from consult.audit.wording import details, subject_words
from consult.web.access import Permission, allow
from consult.web.pagination import paginate, requested_page

bp = Blueprint("audit_desk", __name__, url_prefix="/desk/audit")

#: Breaches shown on the page; ``consult audit verify`` lists all of them.
SHOWN_BREACHES = 50


@bp.get("")
@allow(Permission.AUDIT_READ)
def index() -> ResponseReturnValue:
    filters = {name: request.args.get(name, "").strip() for name in ("action", "actor", "subject")}
    page = paginate(db.session(), events(**filters), number=requested_page(), size=50)
    return render_template(
        "audit/desk_index.html",
        page=page,
        actions=ACTIONS,
        filters_given=filters,
        details=details,
        subject_words=subject_words,
    )


@bp.get("/verification")
@allow(Permission.AUDIT_READ)
def verification() -> ResponseReturnValue:
    own = db.session()
    breaches = list(islice(verify(own), SHOWN_BREACHES))
    count, last = head_hash(own)
    return render_template("audit/desk_verification.html", breaches=breaches, count=count, last=last)
