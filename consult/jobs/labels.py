"""The names of the kinds of background work, for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KINDS = {
    "hotline.import": _l("Import of a hotline file"),
    "issues.analyse": _l("Analysis of new submissions"),
    "issues.score": _l("Scoring a part of new submissions"),
    "models.train": _l("Training of an analysis model"),
    "campaigns.group": _l("Grouping comments that are alike"),
    "drafts.tell": _l("Writing to the subscribers of a draft"),
    "notices.deliver": _l("Delivery of messages"),
    "bulletins.build": _l("Building a bulletin"),
    "bulletins.publish": _l("Making the signed files of a bulletin"),
    "bulletins.renew": _l("Making the public files of a bulletin anew"),
}
