"""What authors, readers and officers do with a comment that was sent: edits, appeals, reports. Views commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.comments import rules, service
from consult.comments.models import Comment, CommentLog, CommentState, Stance
from consult.comments.review_models import (
    AppealState,
    CommentAppeal,
    CommentEdit,
    CommentReport,
    ReportOutcome,
    ReportReason,
)
from consult.db import insert_ignoring
from consult.drafts.models import Draft
from consult.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed, NotFound
from consult.notices.service import Telling, tell
from reports.masking import mask

MAX_APPEAL = 500
#: Rule R54 leaves the time open; a month is what an author has to notice a refusal.
APPEAL_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Changed:
    """What an author typed instead of the earlier words."""

    stance: str
    body: str
    rewording: str
    seen: int  #: how often the comment had been changed when the form was opened
    idempotency_key: str


def may_edit(comment: Comment, draft: Draft, now: datetime) -> bool:
    """Whether its author may change this comment: while the draft is open, unless it was refused or taken back."""
    try:
        service.check_open(draft, now)
    except service.CommentingClosed:
        return False
    return comment.state in rules.COUNTED


def edit(own: Session, comment: Comment, draft: Draft, new: Changed, now: datetime) -> bool:
    """Change a comment as its author; False when the same form had arrived before.

    The earlier words are kept for officers. A comment that had passed review waits for it again (先审后发). Its
    endorsements stay, and readers are told how many of them were given to the earlier words: nobody can judge by
    machine whether a text still says the same. Only the masked words are kept. Raises `CommentingClosed`, `Conflict`
    when it was changed elsewhere meanwhile, `IllegalTransition`, `InvalidInput` naming the field.
    """
    if own.scalar(select(CommentEdit.id).where(CommentEdit.idempotency_key == new.idempotency_key)) is not None:
        return False
    body, rewording = _checked(comment, draft, new, now)
    if (body, rewording, new.stance) == (comment.body, comment.rewording, comment.stance):
        return False
    before = CommentState(comment.state)
    kept = insert_ignoring(
        own,
        CommentEdit,
        comment_id=comment.id,
        number=new.seen + 1,
        stance=comment.stance,
        body=comment.body,
        rewording=comment.rewording,
        state=before,
        endorsements=comment.endorsements,
        idempotency_key=new.idempotency_key,
        at=now,
    )
    changed = own.scalars(
        update(Comment)
        .where(Comment.id == comment.id, Comment.edits == new.seen, Comment.state == before)
        .values(
            stance=Stance(new.stance),
            body=body,
            rewording=rewording,
            text_hash=rules.text_hash(body, rewording),
            state=CommentState.PENDING,
            decided_by=None,
            decided_at=None,
            edits=new.seen + 1,
            endorsed_before=Comment.endorsements,
        )
        .returning(Comment.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not kept or not changed:
        raise Conflict("This comment was changed or decided elsewhere in the meantime. Please open it again.")
    own.add(CommentLog(comment_id=comment.id, at=now, from_state=before, to_state=CommentState.PENDING))
    own.flush()
    own.refresh(comment)
    return True


def _checked(comment: Comment, draft: Draft, new: Changed, now: datetime) -> tuple[str, str]:
    """The words as they are stored."""
    service.check_open(draft, now)
    if comment.state not in rules.COUNTED:
        raise IllegalTransition("This comment can no longer be changed.")
    if new.stance not in list(Stance):
        raise InvalidInput("Please choose where you stand.", field="stance")
    if not rules.MIN_BODY <= len(new.body.strip()) <= rules.MAX_BODY:
        raise InvalidInput(
            "A comment has %(least)d to %(most)d characters.", field="body", least=rules.MIN_BODY, most=rules.MAX_BODY
        )
    if len(new.rewording.strip()) > rules.MAX_REWORDING:
        raise InvalidInput("A rewording has at most %(most)d characters.", field="rewording", most=rules.MAX_REWORDING)
    return mask(new.body.strip()).text, mask(new.rewording.strip()).text


def may_appeal(comment: Comment, appeal: CommentAppeal | None, now: datetime) -> bool:
    """Whether its author may ask for a second look: once, within 30 days after the refusal."""
    if comment.state != CommentState.REFUSED or appeal is not None or comment.decided_at is None:
        return False
    return now <= comment.decided_at + APPEAL_WITHIN


def appeal(own: Session, comment: Comment, body: str, now: datetime) -> bool:
    """Ask for a second look as the author; False when this comment's one appeal is there already (rule R54).

    Raises `IllegalTransition` for a comment that is not refused or whose time is over, `InvalidInput`.
    """
    known = appeal_of(own, comment)
    if known is not None:
        return False
    if not may_appeal(comment, None, now):
        raise IllegalTransition("A second look can be asked for once, within 30 days after the refusal.")
    text = body.strip()
    if not 2 <= len(text) <= MAX_APPEAL:
        raise InvalidInput("Please say why in 2 to %(most)d characters.", field="body", most=MAX_APPEAL)
    return insert_ignoring(
        own,
        CommentAppeal,
        comment_id=comment.id,
        body=mask(text).text,
        at=now,
        refused_by=comment.decided_by,
        state=AppealState.WAITING,
        note="",
    )


def appeal_of(own: Session, comment: Comment) -> CommentAppeal | None:
    """The appeal about this comment, decided or not."""
    return own.scalar(select(CommentAppeal).where(CommentAppeal.comment_id == comment.id))


def redecide(
    own: Session, actor: Actor, comment: Comment, seen: tuple[str, int], decision: service.Decision, now: datetime
) -> None:
    """Decide one comment anew, from the status and the words (number of edits) that the officer saw.

    With an appeal waiting, only another officer than the one who refused may, and the appeal is granted with it; what
    readers reported is settled. Raises as `consult.comments.service.redecide` does, and `NotAllowed`.
    """
    if comment.edits != seen[1]:
        raise Conflict("The author has changed this comment in the meantime. Please read it again.")
    waiting = _waiting_appeal(own, actor, comment)
    service.redecide(own, actor, comment, seen[0], decision, now)
    if waiting is not None:
        note = decision.note if decision.state is CommentState.ACCEPTED else ""
        _settle(own, actor, waiting, AppealState.GRANTED, note, now)
    settle_reports(own, actor, [comment.id], decision.state, now)
    tell_authors(own, [comment.id], now)


def uphold(own: Session, actor: Actor, comment: Comment, note: str, now: datetime) -> None:
    """Let a refusal stand after a second look. Raises `NotAllowed` for whoever refused, `Conflict`."""
    waiting = _waiting_appeal(own, actor, comment)
    if waiting is None or comment.state != CommentState.REFUSED:
        raise Conflict("This appeal has been decided in the meantime.")
    _settle(own, actor, waiting, AppealState.UPHELD, note, now)
    if comment.author_id is not None:
        told = Telling(
            "We looked again at your comment on %(draft)s. It stays unpublished.",
            url=url_for("receipts.show", code=comment.receipt_code),
            kind="comment.decided",
            draft=own.get_one(Draft, comment.draft_id).title,
        )
        tell(own, [comment.author_id], told, now)


def _waiting_appeal(own: Session, actor: Actor, comment: Comment) -> CommentAppeal | None:
    found = appeal_of(own, comment)
    if found is None or found.state != AppealState.WAITING:
        return None
    if found.refused_by == actor.id:
        raise NotAllowed("You refused this comment, so that somebody else takes the second look.")
    return found


def _settle(own: Session, actor: Actor, waiting: CommentAppeal, outcome: AppealState, note: str, now: datetime) -> None:
    """The row decides between two officers at once."""
    changed = own.scalars(
        update(CommentAppeal)
        .where(CommentAppeal.id == waiting.id, CommentAppeal.state == AppealState.WAITING)
        .values(state=outcome, decided_by=actor.id, decided_at=now, note=mask(note.strip()[: rules.MAX_NOTE]).text)
        .returning(CommentAppeal.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        raise Conflict("This appeal has been decided in the meantime.")
    record(own, now, f"comments:appeal:{outcome}", actor=actor, subject=f"comment:{waiting.comment_id}")


def report(
    own: Session, comment: Comment, reason: str, reporter_key: str, account_id: int | None, now: datetime
) -> bool:
    """Report a public comment; False when this reader had. It hides nothing. Raises `NotFound`, `InvalidInput`."""
    if not rules.is_shown(comment):
        raise NotFound()
    if reason not in list(ReportReason):
        raise InvalidInput("Please choose what is wrong with it.", field="reason")
    return insert_ignoring(
        own,
        CommentReport,
        comment_id=comment.id,
        reporter_key=reporter_key,
        account_id=account_id,
        reason=reason,
        at=now,
        outcome=ReportOutcome.WAITING,
    )


def keep_reported(own: Session, actor: Actor, comment: Comment, now: datetime) -> int:
    """Leave a reported comment public; how many reports are settled with it. Raises `Conflict` when none waits."""
    settled = settle_reports(own, actor, [comment.id], CommentState(comment.state), now)
    if not settled:
        raise Conflict("These reports have been settled in the meantime.")
    return settled


def settle_reports(own: Session, actor: Actor, ids: Sequence[int], state: CommentState, now: datetime) -> int:
    """Settle what readers reported about comments that were just decided, and tell those who have an account (R56)."""
    outcome = ReportOutcome.KEPT if state == CommentState.ACCEPTED else ReportOutcome.TAKEN_DOWN
    rows = own.execute(
        update(CommentReport)
        .where(CommentReport.comment_id.in_(ids), CommentReport.outcome == ReportOutcome.WAITING)
        .values(outcome=outcome, settled_by=actor.id, settled_at=now)
        .returning(CommentReport.comment_id, CommentReport.account_id)
        .execution_options(synchronize_session=False)
    ).all()
    for comment_id in dict.fromkeys(row.comment_id for row in rows):
        record(own, now, f"comments:report:{outcome}", actor=actor, subject=f"comment:{comment_id}")
        readers = [row.account_id for row in rows if row.comment_id == comment_id and row.account_id]
        if readers:
            tell(own, readers, _answer_to_report(comment_id, outcome), now)
    return len(rows)


def _answer_to_report(comment_id: int, outcome: ReportOutcome) -> Telling:
    address = url_for("accounts.mine")
    if outcome is ReportOutcome.KEPT:
        return Telling(
            "We read comment no. %(n)s again, which you reported. It stays public.",
            url=address,
            kind="comment.report",
            n=comment_id,
        )
    return Telling(
        "We read comment no. %(n)s again, which you reported. It is no longer public.",
        url=address,
        kind="comment.report",
        n=comment_id,
    )


def tell_authors(own: Session, ids: Sequence[int], now: datetime) -> None:
    """Tell the authors who have an account what was decided about these comments, with the way to the receipt."""
    rows = own.execute(
        select(Comment, Draft)
        .join(Draft, Draft.id == Comment.draft_id)
        .where(Comment.id.in_(ids), Comment.author_id.is_not(None))
    ).all()
    for comment, draft in rows:
        assert comment.author_id is not None  # asked for above
        address = url_for("receipts.show", code=comment.receipt_code)
        if comment.state == CommentState.REFUSED:
            told = Telling(
                "Your comment on %(draft)s is not published. Its receipt says why, and how to ask for a second look.",
                url=address,
                kind="comment.decided",
                draft=draft.title,
            )
        else:
            told = Telling(
                "Your comment on %(draft)s was read and counts.", url=address, kind="comment.decided", draft=draft.title
            )
        tell(own, [comment.author_id], told, now)
