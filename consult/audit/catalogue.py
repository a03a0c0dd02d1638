"""Every action the log may hold, with the words an auditor reads. One name per thing, past tense."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

ACTIONS = {
    "accounts:session:opened": _l("Signed in"),
    "accounts:session:refused": _l("Sign-in refused"),
    "accounts:session:closed": _l("Signed out"),
    "accounts:account:locked": _l("Account locked after failed sign-ins"),
    "accounts:account:created": _l("Account created"),
    "accounts:account:disabled": _l("Account disabled"),
    "accounts:account:enabled": _l("Account enabled"),
    "accounts:password:changed": _l("Password changed"),
    "accounts:password:reset": _l("Password reset by an administrator"),
    "vault:identity:revealed": _l("Identity revealed"),
    "jobs:job:cancelled": _l("Background work cancelled"),
    "drafts:draft:created": _l("Draft created"),
    "drafts:draft:edited": _l("Draft edited"),
    "drafts:draft:published": _l("Draft published for comment"),
    "drafts:draft:withdrawn": _l("Draft withdrawn"),
    "comments:comment:accepted": _l("Comment accepted for publication"),
    "comments:comment:refused": _l("Comment refused"),
    "hotline:file:imported": _l("Hotline file imported"),
    "hotline:rejections:downloaded": _l("Rejected records of an import downloaded"),
    "hotline:order:created": _l("Work order entered"),
    "hotline:order:moved": _l("Work order moved to another status"),
    "hotline:message:accepted": _l("Message accepted"),
    "hotline:message:refused": _l("Message refused"),
    "issues:analysis:requested": _l("Analysis requested"),
    "issues:issue:accepted": _l("Issue accepted"),
    "issues:issue:dropped": _l("Proposed issue dropped"),
    "issues:issue:renamed": _l("Issue renamed"),
    "issues:member:removed": _l("Submission taken out of an issue"),
    "responses:thread:opened": _l("Response thread opened"),
    "responses:thread:extended": _l("Deadline of a response thread extended"),
    "responses:thread:withdrawn": _l("Response thread withdrawn"),
    "responses:response:published": _l("Response published"),
    "bulletins:bulletin:requested": _l("Bulletin requested"),
    "bulletins:bulletin:signed": _l("Bulletin signed off and published"),
    "bulletins:bulletin:withdrawn": _l("Bulletin withdrawn"),
    "bulletins:file:downloaded": _l("Bulletin downloaded"),
}
