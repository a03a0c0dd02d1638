"""The desk's list of every comment in a ledger, as rows of texts. Not for the public: it holds what is not shown."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session, aliased

from consult.accounts.models import User
from consult.clock import local
from consult.comments.models import Comment
from consult.comments.queries import clause_label
from consult.drafts.models import Clause, Draft, DraftVersion
from consult.drafts.queries import name_of
from consult.ledger import queries
from consult.ledger.models import CommentOrigin, Entry
from consult.ledger.rules import OUTCOME_NAMES

_STANCES = {"support": "赞成", "oppose": "反对", "amend": "建议修改", "other": "其他"}
_STATES = {"drafted": "待复核", "reviewed": "已复核"}
_ORIGINS = {"email": "电子邮件", "letter": "信函", "phone": "电话", "visit": "来访", "meeting": "会议", "other": "其他"}


def rows(own: Session, draft: Draft) -> Iterator[tuple[str, ...]]:
    """One row a comment under the headings of `consult.ledger.exports.WORKING_HEADINGS`; three statements in all."""
    decider, reviewer = aliased(User), aliased(User)
    found = own.execute(
        queries.in_order(
            queries.with_entries(
                Comment, Entry, Clause, DraftVersion, CommentOrigin.channel, decider.display_name, reviewer.display_name
            )
            .outerjoin(CommentOrigin, CommentOrigin.comment_id == Comment.id)
            .outerjoin(decider, decider.id == Entry.decided_by)
            .outerjoin(reviewer, reviewer.id == Entry.reviewed_by)
            .where(Comment.draft_id == draft.id, queries.is_in_ledger())
        )
    ).all()
    further = queries.further_clauses(own, draft)
    changes = queries.clause_names(own, {row[1].change_clause_id for row in found if row[1] is not None})
    for comment, entry, clause, version, channel, decided, reviewed in found:
        change = changes.get(entry.change_clause_id) if entry is not None else None
        yield (
            str(comment.id),
            version.label,
            "、".join(clause_label(c) for c in (clause, *further.get(comment.id, ()))),
            f"{local(comment.submitted_at):%Y-%m-%d %H:%M}",
            _ORIGINS.get(channel or "", "网站"),
            _STANCES[comment.stance],
            comment.signature,
            comment.body,
            comment.rewording,
            "是" if comment.consent_publish else "否",
            OUTCOME_NAMES[entry.outcome] if entry is not None else "",
            entry.reason if entry is not None else "",
            str(entry.master_id or "") if entry is not None else "",
            f"{change[0].label} {name_of(change[1])}" if change is not None else "",
            _STATES[entry.state] if entry is not None else "未处理",
            decided or "",
            reviewed or "",
        )
