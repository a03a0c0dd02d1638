"""Every table of the application, in one metadata: for migrations and for tests over all of them."""

from __future__ import annotations

from consult.accounts import models as accounts
from consult.audit import models as audit
from consult.bulletins import models as bulletins
from consult.campaigns import models as campaigns
from consult.comments import challenges, phone, review_models
from consult.comments import models as comments
from consult.db import Base
from consult.drafts import assets as drafts_assets
from consult.drafts import models as drafts
from consult.drafts.around import models as drafts_around
from consult.hotline import models as hotline
from consult.issues import models as issues
from consult.jobs import models as jobs
from consult.ledger import models as ledger
from consult.notices import models as notices
from consult.responses import models as responses
from consult.tones import models as tones
from consult.vault import models as vault
from consult.web import limits, sessions

#: Naming the modules here is what registers their tables.
MODULES = (
    accounts,
    audit,
    bulletins,
    campaigns,
    challenges,
    comments,
    drafts,
    drafts_around,
    drafts_assets,
    hotline,
    issues,
    jobs,
    ledger,
    notices,
    phone,
    responses,
    review_models,
    tones,
    vault,
    limits,
    sessions,
)
metadata = Base.metadata
