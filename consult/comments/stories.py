"""A comment as other features show it: as a card in a list, and as the story on its receipt."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.comments import after_service, rules
from consult.comments.attachments import of_comments
from consult.comments.fates import story
from consult.comments.labels import REASON_LABELS
from consult.comments.models import Comment, CommentState, RefusalReason
from consult.comments.queries import can_read, clause_address, clause_label, place_of
from consult.comments.review_models import AppealState
from consult.comments.targets import further_of
from consult.drafts.models import Clause, Draft, DraftState, DraftVersion
from consult.drafts.queries import current_version
from consult.drafts.rules import Phase, phase
from consult.web.access import Permission
from consult.web.filters import localtime
from consult.web.subjects import Receipt, Step, SubjectCard

EXCERPT = 120


def subject_cards(own: Session, ids: list[int], viewer: Any) -> dict[int, SubjectCard]:
    """Cards of comments by id, as the viewer may see them; whom it does not concern gets none.

    Those who read issues at the desk see the masked text of every counted member, public or not.
    """
    rows = own.execute(
        select(Comment, Draft, Clause)
        .join(Draft, Draft.id == Comment.draft_id)
        .outerjoin(Clause, Clause.id == Comment.clause_id)
        .where(Comment.id.in_(ids))
    ).all()
    found = {}
    for comment, draft, clause in rows:
        is_public = rules.is_shown(comment) and draft.state in (DraftState.PUBLISHED, DraftState.REPORTED)
        works_with_it = viewer.can(Permission.ISSUES_READ) and comment.state in rules.COUNTED
        if not (can_read(comment, draft, viewer) or works_with_it):
            continue
        found[comment.id] = SubjectCard(
            kind="comment",
            id=comment.id,
            label=f"意见 · {clause_label(clause)}",
            excerpt=comment.body[:EXCERPT] + ("…" if len(comment.body) > EXCERPT else ""),
            at=comment.submitted_at,
            url=_address(comment, draft, viewer, is_public),
            is_public=is_public,
        )
    return found


def _address(comment: Comment, draft: Draft, viewer: Any, is_public: bool) -> str | None:
    if is_public:
        return url_for("comments.show", slug=draft.slug, comment_id=comment.id)
    if viewer.can(Permission.COMMENTS_REVIEW):
        return url_for("comments_desk.show", comment_id=comment.id)
    return None


def receipt(own: Session, code: str, now: datetime) -> Receipt | None:
    """Where the comment of this code stands (rule R31); None when no comment has it.

    The code is the right to read: it shows the comment whatever its status, and nobody else's data.
    """
    normal = rules.normalise_receipt_code(code)
    if len(normal) != rules.RECEIPT_LENGTH:
        return None
    comment = own.scalar(select(Comment).where(Comment.receipt_code == normal))
    if comment is None:
        return None
    draft, clause = place_of(own, comment)
    text = comment.body
    if comment.rewording:
        text += "\n\n" + _("Proposed wording: %(text)s", text=comment.rewording)
    return Receipt(
        kind="comment",
        id=comment.id,
        code=comment.receipt_code,
        title=f"{draft.title} · {clause_label(clause)}",
        text=text,
        submitted_at=comment.submitted_at,
        steps=(
            _received(own, comment, draft, clause),
            *_decided(own, comment, draft, now),
            *_versions(own, comment, draft, clause),
            *_outlook(comment, draft, now),
        ),
    )


def _received(own: Session, comment: Comment, draft: Draft, clause: Clause | None) -> Step:
    said_on = own.get_one(DraftVersion, comment.version_id)
    address = clause_address(draft, clause, said_on, current_version(own, draft))
    text = _(
        "We received what you said on %(place)s of “%(title)s”.",
        place=clause_label(clause),
        title=draft.title,
    )
    text = " ".join([text, *_came_along(own, comment)])
    link = _("Read %(place)s", place=clause_label(clause)) if clause is not None else _("Read what others say")
    return Step(comment.submitted_at, text, url=address, link=link)


def _came_along(own: Session, comment: Comment) -> list[str]:
    """What arrived besides the words, so that its author need not wonder."""
    said = []
    further = [clause_label(clause) for clause in further_of(own, [comment.id]).get(comment.id, [])]
    if further:
        said.append(_("It also speaks about %(places)s.", places=_(", ").join(further)))
    files = of_comments(own, [comment.id], only_public=False).get(comment.id, [])
    if files:
        open_to_all = sum(file.accepted_at is not None for file in files) if rules.is_shown(comment) else 0
        said.append(_("Files that came with it: %(n)s; of these everybody may see %(m)s.", n=len(files), m=open_to_all))
    return said


def _versions(own: Session, comment: Comment, draft: Draft, clause: Clause | None) -> list[Step]:
    """What later versions made of the clause that was spoken on."""
    if comment.state not in rules.COUNTED or draft.state == DraftState.WITHDRAWN:
        return []
    said_on = own.get_one(DraftVersion, comment.version_id)
    steps = []
    for version, fate, into in story(own, comment):
        what = {"n": version.number, "label": version.label, "clause": clause_label(clause)}
        if clause is None:
            text = _("Version %(n)s of the draft (%(label)s) is out.", **what)
        elif fate == "removed":
            text = _("Version %(n)s of the draft (%(label)s) is out: %(clause)s was removed from it.", **what)
        elif fate == "moved":
            text = _(
                "Version %(n)s of the draft (%(label)s) is out: %(clause)s has moved to %(now)s.",
                now=clause_label(into),
                **what,
            )
        elif fate == "changed":
            text = _("Version %(n)s of the draft (%(label)s) is out: %(clause)s was changed in it.", **what)
        else:
            text = _("Version %(n)s of the draft (%(label)s) is out: %(clause)s stayed as it was.", **what)
        address = url_for("drafts.compare", slug=draft.slug, a=said_on.number, b=version.number)
        if into is not None and fate == "changed":
            address += f"#change-{into.id}"
        steps.append(Step(version.published_at, text, url=address, link=_("See what changed")))
    return steps


def _decided(own: Session, comment: Comment, draft: Draft, now: datetime) -> list[Step]:
    """What review made of it, with the second look that its author may ask for, once (rule R54)."""
    step = _decision(comment, draft)
    if comment.decided_by is None or comment.state not in (CommentState.REFUSED, CommentState.ACCEPTED):
        return [step]
    appeal = after_service.appeal_of(own, comment)
    if appeal is None:
        if after_service.may_appeal(comment, None, now):
            address = url_for("comments_after.appeal", code=comment.receipt_code)
            return [replace(step, url=address, link=_("Ask for a second look"))]
        return [step]
    asked = Step(appeal.at, _("You asked for a second look: %(text)s", text=appeal.body))
    note = " " + _("The reviewer adds: %(note)s", note=appeal.note) if appeal.note else ""
    if appeal.state == AppealState.WAITING:
        return [step, asked, Step(None, _("Another officer takes a second look."), "current")]
    if appeal.state == AppealState.GRANTED:
        return [asked, Step(appeal.decided_at, _("Another officer looked again, and decided otherwise.") + note), step]
    again = _("Another officer looked again. The refusal stands.")
    return [step, asked, Step(appeal.decided_at, again + note)]


def _decision(comment: Comment, draft: Draft) -> Step:
    """What review, or its author, made of the comment."""
    if comment.state == CommentState.PENDING:
        return Step(None, _("A person is going to read it before it appears."), "current")
    if comment.state == CommentState.WITHDRAWN:
        return Step(None, _("You have taken it back. It is not shown and does not count."), "current")
    if comment.state == CommentState.REFUSED:
        assert comment.refusal_reason is not None  # held by a CHECK constraint
        reason = REASON_LABELS[RefusalReason(comment.refusal_reason)]
        text = _("It was read and is not published. Reason: %(reason)s.", reason=reason)
        if comment.refusal_note:
            text += " " + _("The reviewer adds: %(note)s", note=comment.refusal_note)
        contact = " ".join(part for part in (draft.contact_unit, draft.contact_phone) if part)
        if contact:
            text += " " + _("Questions about it: %(contact)s.", contact=contact)
        return Step(comment.decided_at, text)
    if not comment.consent_publish:
        return Step(comment.decided_at, _("It was read and counts. It is not shown, as you wished."))
    address = url_for("comments.show", slug=draft.slug, comment_id=comment.id)
    if comment.endorsements:
        text = _("It was read and is public. %(n)s people endorse it so far.", n=f"{comment.endorsements:,}")
        return Step(comment.decided_at, text, url=address, link=_("See how it is shown"))
    return Step(comment.decided_at, _("It was read and is public."), url=address, link=_("See how it is shown"))


def _outlook(comment: Comment, draft: Draft, now: datetime) -> list[Step]:
    """What comes next, as long as something does."""
    if comment.state not in rules.COUNTED:
        return []
    present = phase(draft, now)
    if present is Phase.OPEN:
        until = localtime(draft.closes_at)
        text = _("Commenting is open until %(until)s. Then all comments are weighed.", until=until)
        address = url_for("comments_after.edit", code=comment.receipt_code)
        return [Step(None, text, "coming", url=address, link=_("Change your comment"))]
    if present is Phase.CLOSED:
        text = _("Commenting is closed. All comments are being weighed; what came of them will be published.")
        return [Step(None, text, "coming")]
    if present is Phase.WITHDRAWN:
        return [Step(None, _("The draft was withdrawn. Reason: %(reason)s", reason=draft.withdrawal_reason))]
    return []
