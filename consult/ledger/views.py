"""意见采纳情况 as everybody reads it: the page and its files, all with the same rows."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user

from consult import db
from consult.drafts import queries as drafts
from consult.drafts.models import Draft, DraftState
from consult.errors import NotFound
from consult.ledger import archive, exports, published, rules, word
from consult.ledger.labels import OUTCOME_LABELS, OUTCOME_TONES
from consult.ledger.models import LedgerEdition, Outcome
from consult.ledger.publishing import editions
from consult.ledger.telling import PAGE_SIZE
from consult.web import limits
from consult.web.access import public
from consult.web.forms import limited
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("ledger", __name__)
MAKERS = {
    "csv": (exports.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (exports.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "docx": (word.as_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


@bp.record_once
def _lend_credits(setup: BlueprintSetupState) -> None:
    """Let the comparison of versions name the comments that changed a clause, without its knowing this feature."""
    setup.app.extensions["consult.drafts.credits"] = published.LedgerCredits()


@bp.app_context_processor
def helpers() -> dict[str, object]:
    """What pages of drafts and comments show of a published ledger, without knowing it."""
    return {"fate_of_comment": fate_of_comment, "ledger_overdue": overdue}


def fate_of_comment(comment_id: int) -> published.Fate | None:
    """What became of one comment, once it is published."""
    return published.fates(db.session(), [comment_id]).get(comment_id)


def overdue(draft: Draft) -> int:
    """For how many days results are out that should be; 0 when they are not late (rule R12)."""
    return rules.overdue_days(draft, now()) if rules.is_overdue(draft, now()) else 0


def _draft(slug: str) -> Draft:
    draft = drafts.access_draft(db.session(), current_user, slug)
    if draft.state not in (DraftState.PUBLISHED, DraftState.REPORTED):
        raise NotFound()
    return draft


@bp.get("/drafts/<slug>/feedback", defaults={"edition": None})
@bp.get("/drafts/<slug>/feedback/<int:edition>")
@public
def show(slug: str, edition: int | None) -> ResponseReturnValue:
    own, draft = db.session(), _draft(slug)
    if draft.state != DraftState.REPORTED and edition is None:
        return render_template("ledger/awaited.html", draft=draft)
    found = published.access_edition(own, draft, edition)
    outcome = request.args.get("outcome", "") if request.args.get("outcome") in list(Outcome) else ""
    page = paginate(own, published.statement(found, outcome), number=requested_page(), size=PAGE_SIZE, scalars=False)
    lines = [published.line(row) for row in page.items]
    every = editions(own, draft)
    return render_template(
        "ledger/show.html",
        sheet=_sheet(draft, found, lines),
        page=page,
        lines=lines,
        places=published.changed_places(own, [line.change_clause_id for line in lines]),
        editions=every,
        is_current=found.number == every[0].number,
        outcome=outcome,
        change_word=published.CHANGE_WORD,
        outcomes=OUTCOME_LABELS,
        tones=OUTCOME_TONES,
    )


def _sheet(draft: Draft, edition: LedgerEdition, lines: list[published.Line]) -> exports.Sheet:
    return exports.Sheet(draft, edition, published.figures(db.session(), edition), lines)


@bp.get("/drafts/<slug>/feedback.<any(csv,xlsx,docx):format>", defaults={"edition": None})
@bp.get("/drafts/<slug>/feedback/<int:edition>.<any(csv,xlsx,docx):format>")
@public
def file(slug: str, edition: int | None, format: str) -> Response:
    own, draft = db.session(), _draft(slug)
    found = published.access_edition(own, draft, edition)
    limited(limits.FILES)
    make, mimetype = MAKERS[format]
    body = make(_sheet(draft, found, published.lines(own, found)))
    return _attachment(body, mimetype, f"feedback-{draft.slug}-{found.number}.{format}")


def _attachment(body: bytes, mimetype: str, name: str) -> Response:
    answer = Response(body, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.get("/drafts/<slug>/archive.zip")
@public
def archive_file(slug: str) -> Response:
    """Everything public about a consultation whose results are out, to keep and to verify."""
    own, draft = db.session(), _draft(slug)
    if draft.state != DraftState.REPORTED:
        raise NotFound()
    body, _fingerprint = archive.archive(own, draft, archive.Kind.PUBLIC, now())
    return _attachment(body, "application/zip", f"consultation-{draft.slug}.zip")
