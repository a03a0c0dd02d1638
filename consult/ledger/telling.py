"""Telling those who spoke what became of it: on their receipts, and inside the site."""

from __future__ import annotations

from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.comments.models import Comment
from consult.drafts.models import Draft
from consult.ledger import published
from consult.ledger.labels import OUTCOME_LABELS
from consult.ledger.models import LedgerEdition, LedgerRow, Outcome
from consult.ledger.published import Fate
from consult.notices.service import Telling, tell
from consult.web.subjects import Step

#: Rows on a page of the published ledger.
PAGE_SIZE = 50
KIND = "draft.results"


def address_of(fate: Fate) -> str:
    """Where a comment's row stands in the published ledger."""
    page = (fate.number - 1) // PAGE_SIZE + 1
    return url_for("ledger.show", slug=fate.slug, page=page if page > 1 else None, _anchor=f"row-{fate.number}")


def step_of(own: Session, comment_id: int) -> Step | None:
    """What became of a comment, as a step of its receipt; None until it is published."""
    fate = published.fates(own, [comment_id]).get(comment_id)
    if fate is None:
        return None
    text = _("It was weighed. Outcome: %(outcome)s.", outcome=OUTCOME_LABELS[Outcome(fate.outcome)])
    if fate.reason:
        text += " " + _("Reason: %(reason)s", reason=fate.reason)
    if fate.change:
        text += " " + _("It changed %(place)s.", place=fate.change)
    return Step(fate.published_at, text, url=address_of(fate), link=_("See it in the results"))


def tell_authors(own: Session, draft: Draft, edition: LedgerEdition, now: datetime) -> None:
    """Tell everybody who spoke with an account, once for each edition, however many comments they wrote."""
    authors = own.scalars(
        select(Comment.author_id)
        .join(LedgerRow, LedgerRow.comment_id == Comment.id)
        .where(LedgerRow.edition_id == edition.id, Comment.author_id.is_not(None))
        .distinct()
    ).all()
    url, title = f"/drafts/{draft.slug}/feedback", draft.title
    if edition.number == 1:
        telling = Telling("The results are out: “%(title)s”, on which you spoke.", url=url, kind=KIND, title=title)
    else:
        telling = Telling("The results of “%(title)s” were corrected.", url=url, kind=KIND, title=title)
    tell(own, [i for i in authors if i is not None], telling, now, dedupe=f"ledger:{edition.id}")
