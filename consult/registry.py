"""Every feature's blueprints and cards: with consult.handlers the one list that a new feature is added to."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint

from consult.accounts import desk_views as accounts_desk
from consult.accounts import views as accounts
from consult.audit import desk_views as audit_desk
from consult.bulletins import desk_views as bulletins_desk
from consult.bulletins import views as bulletins
from consult.campaigns import desk_views as campaigns_desk
from consult.comments import after_views as comments_after
from consult.comments import attachment_views as comment_files
from consult.comments import desk_views as comments_desk
from consult.comments import phone_views as comment_phone
from consult.comments import review_desk_views as comments_review
from consult.comments import speaking_views as comments
from consult.comments import stories as comment_stories
from consult.drafts import asset_views as drafts_images
from consult.drafts import version_views as drafts_desk
from consult.drafts import views as drafts
from consult.drafts.around import desk_views as drafts_around_desk
from consult.drafts.around import views as drafts_around
from consult.home import desk_views as home_desk
from consult.home import receipts
from consult.home import views as home
from consult.hotline import import_views as hotline_imports
from consult.hotline import queries as hotline_queries
from consult.hotline import views as hotline
from consult.issues import desk_views as issues_desk
from consult.jobs import desk_views as jobs_desk
from consult.learning import correction_views
from consult.learning import desk_views as models_desk
from consult.ledger import publishing_views as ledger_desk
from consult.ledger import views as ledger
from consult.notices import desk_views as notices_desk
from consult.notices import views as notices
from consult.responses import desk_views as responses_desk
from consult.responses import views as responses
from consult.web import languages
from consult.web.subjects import CardProvider

BLUEPRINTS: tuple[Blueprint, ...] = (
    languages.bp,
    accounts.bp,
    accounts_desk.bp,
    audit_desk.bp,
    jobs_desk.bp,
    notices.bp,
    notices_desk.bp,
    drafts.bp,
    drafts_desk.bp,
    drafts_images.bp,
    drafts_around.bp,
    drafts_around_desk.bp,
    comments.bp,
    comments_desk.bp,
    comments_after.bp,
    comments_review.bp,
    comment_files.bp,
    comment_files.desk_bp,
    comment_phone.bp,
    campaigns_desk.bp,
    ledger.bp,
    ledger_desk.bp,
    hotline.bp,
    hotline_imports.bp,  # the desk's blueprint, with the pages of imports
    responses.bp,
    responses_desk.bp,
    issues_desk.bp,
    correction_views.bp,
    models_desk.bp,
    bulletins.bp,
    bulletins_desk.bp,
    home.bp,
    home_desk.bp,
    receipts.bp,
)

#: Who shows submissions of which kind, for features that may not know each other.
CARDS: Mapping[str, CardProvider] = {
    "order": hotline_queries.subject_cards,
    "comment": comment_stories.subject_cards,
}
