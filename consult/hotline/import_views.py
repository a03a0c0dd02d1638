"""Importing files at the desk: uploading, naming columns, following the work, seeing what came of it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from consult import db
from consult.audit.service import record
from consult.errors import InvalidInput, NotFound
from consult.hotline import files, queries
from consult.hotline.desk_views import bp as bp
from consult.hotline.files import Check, FileRefused, Place
from consult.hotline.forms import ColumnsForm, UploadForm, columns_form
from consult.hotline.models import ImportFile, ImportState
from consult.jobs.queries import error_text
from consult.web.access import Permission, allow, upload
from consult.web.forms import EmptyForm
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

_WAITS = (ImportState.UPLOADED, ImportState.AWAITING_MAPPING)


def _place() -> Place:
    return Place(current_app.extensions["consult.settings"], current_app.extensions["consult.vault"])


@bp.get("/imports")
@allow(Permission.HOTLINE_IMPORT)
def imports() -> ResponseReturnValue:
    return _list(UploadForm(formdata=None, source=files.DEFAULT_SOURCE))


def _list(form: UploadForm, status: int = 200) -> ResponseReturnValue:
    own = db.session()
    page = paginate(own, queries.imports(), number=requested_page())
    jobs = queries.jobs_of(own, page.items)
    states = {file.id: queries.shown_state(file, jobs.get(file.job_id)) for file in page.items}
    return render_template("hotline/desk_imports.html", page=page, states=states, form=form), status


@bp.post("/imports")
@allow(Permission.HOTLINE_IMPORT)
@upload
def receive_file() -> ResponseReturnValue:
    form = UploadForm()
    valid = form.validate()
    sent = form.file.data
    if not sent or not sent.filename:
        form.add_situation(InvalidInput("Please choose a file.", field="file"))
        valid = False
    if not valid:
        return _list(form, 422)
    own, place = db.session(), _place()
    try:
        file = files.keep_upload(
            own, place, current_user.account, (sent.filename, sent.read()), form.source.data or "", now()
        )
    except InvalidInput as refused:
        own.rollback()
        form.add_situation(refused)
        return _list(form, 422)
    own.commit()
    files.sweep(db.engine(), place, now())
    return redirect(url_for("hotline_desk.show_import", import_id=file.id), 303)


@bp.get("/imports/<int:import_id>")
@allow(Permission.HOTLINE_IMPORT)
def show_import(import_id: int) -> ResponseReturnValue:
    own = db.session()
    file = queries.access_import(own, import_id)
    job = queries.job_of(own, file)
    state = queries.shown_state(file, job)
    if state in _WAITS:
        return _columns_page(file, request.args.get("encoding", ""))
    return render_template(
        "hotline/desk_import.html",
        file=file,
        job=job,
        state=state,
        error=file.error or (error_text(job) if job else ""),
        page=paginate(own, queries.rejections(import_id), number=requested_page(), size=50),
        has_rejected_file=_place().rejected(import_id).exists(),
    )


def _columns_page(file: ImportFile, encoding: str, form: ColumnsForm | None = None) -> ResponseReturnValue:
    """The preview: encoding, columns, first rows, and what would be rejected."""
    data, refused = _data(file), ""
    encoding = encoding or file.encoding
    try:
        seen = files.inspect(data, file.name, encoding)
    except FileRefused as error:
        seen, refused = files.inspect(data, file.name), error.message
        encoding = file.encoding
    made = form or columns_form(seen.headings, seen.proposed, encoding)
    chosen = form.mapping() if form is not None else dict(seen.proposed)
    outlook: Check | None = None
    if encoding or seen.encoding_sure or form is not None:
        outlook, problem = _outlook(file, data, encoding, chosen)
        refused = refused or problem
    page = render_template(
        "hotline/desk_columns.html",
        file=file,
        seen=seen,
        headings=[{"label": heading[:40]} for heading in seen.headings[:12]],
        form=made,
        encoding=encoding,
        is_settled=bool(encoding) or seen.encoding_sure,
        refused=refused,
        outlook=outlook,
        button=EmptyForm(formdata=None),
    )
    return page, 422 if form is not None and (refused or form.errors) else 200


def _outlook(file: ImportFile, data: bytes, encoding: str, chosen: Mapping[str, str]) -> tuple[Check | None, str]:
    """What reading the file like this would give, and why it cannot be read like this ("" when it can)."""
    try:
        return files.check(data, file.name, encoding, chosen), ""
    except FileRefused as error:
        return None, error.message


def _data(file: ImportFile) -> bytes:
    place = _place()
    try:
        return place.vault.open_file(place.upload(file.id))
    except FileNotFoundError:
        raise NotFound("The uploaded file is not here any more. Please upload it again.") from None


@bp.post("/imports/<int:import_id>")
@allow(Permission.HOTLINE_IMPORT)
def start_import(import_id: int) -> ResponseReturnValue:
    """Look again with the columns chosen, or begin: the button that was pressed says which."""
    own = db.session()
    file = queries.access_import(own, import_id)
    if file.state not in _WAITS:
        return redirect(url_for("hotline_desk.show_import", import_id=import_id), 303)
    encoding = request.form.get("encoding", "")[:20]
    data = _data(file)
    seen = files.inspect(data, file.name, encoding)
    form = columns_form(seen.headings, {}, encoding)
    if not form.validate() or request.form.get("action") != "import":
        return _columns_page(file, encoding, form)
    outlook, refused = _outlook(file, data, encoding, form.mapping())
    if refused:
        return _columns_page(file, encoding, form)
    file.records = outlook.records if outlook else 0
    files.start(own, current_user.account, file, encoding, form.mapping(), now())
    own.commit()
    return redirect(url_for("hotline_desk.show_import", import_id=import_id), 303)


@bp.post("/imports/<int:import_id>/cancellation")
@allow(Permission.HOTLINE_IMPORT)
def cancel_import(import_id: int) -> ResponseReturnValue:
    own, place = db.session(), _place()
    file = queries.access_import(own, import_id)
    files.cancel(own, place, current_user.account, file, now())
    own.commit()
    files.sweep(db.engine(), place, now())
    flash(_("The import is stopped. Nothing of the file is left in the work orders."), "success")
    return redirect(url_for("hotline_desk.show_import", import_id=import_id), 303)


@bp.get("/imports/<int:import_id>/rejected.csv")
@allow(Permission.HOTLINE_IMPORT)
def rejected_file(import_id: int) -> ResponseReturnValue:
    """The rejected records with their original columns; they hold personal data, so taking them is logged."""
    file = queries.access_import(db.session(), import_id)
    place = _place()
    source = place.rejected(file.id)
    if file.state != ImportState.DONE or not source.exists():
        raise NotFound()
    body = place.vault.open_file(source)
    with db.transaction(db.engine()) as own:
        record(
            own,
            now(),
            "hotline:rejections:downloaded",
            actor=current_user.account,
            subject=f"import:{file.id}",
        )
    answer = Response(body, mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="rejected-{file.id}.csv"'
    return answer
