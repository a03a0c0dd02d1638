"""查询码: where a submission stands, for whoever holds its code (rule R31)."""

from __future__ import annotations

import unicodedata

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from consult import db
from consult.errors import NotFound
from consult.home import stories
from consult.web import limits
from consult.web.access import personal, public
from consult.web.forms import BaseForm, TextLength, limited, refused_when_spent
from consult.web.visitor import now

bp = Blueprint("receipts", __name__)


class CodeForm(BaseForm):
    code = StringField(
        _l("Receipt code"),
        description=_l("You were given it after sending. Capital or small letters, spaces and dashes do not matter."),
        validators=[TextLength(1, 40)],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


def normalise_code(typed: str) -> str:
    """One spelling of a code, however it was typed."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(c for c in plain if c.isalnum() and c.isascii())


@bp.get("/receipt")
@public
def find() -> ResponseReturnValue:
    return render_template("home/receipt_find.html", form=CodeForm())


@bp.post("/receipt")
@public
def find_post() -> ResponseReturnValue:
    limited(limits.RECEIPT)
    form = CodeForm()
    if form.validate():
        if stories.receipt(db.session(), normalise_code(form.code.data), now()) is not None:
            return redirect(url_for("receipts.show", code=normalise_code(form.code.data)), 303)
        form.code.errors = [_l("There is no submission with this code. Please compare it with what you noted.")]
    return render_template("home/receipt_find.html", form=form), 422


@bp.get("/receipt/<code>")
@public
@personal
def show(code: str) -> ResponseReturnValue:
    refused_when_spent(limits.RECEIPT)
    receipt = stories.receipt(db.session(), normalise_code(code), now())
    if receipt is None:
        # Only wrong codes count: whoever guesses is stopped, whoever looks again is not.
        limited(limits.RECEIPT)
        raise NotFound("There is no submission with this code. Please compare it with what you noted.")
    return render_template("home/receipt.html", receipt=receipt)
