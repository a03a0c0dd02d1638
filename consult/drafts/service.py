"""Preparing, publishing and withdrawing drafts. Services flush, views commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consult.audit.service import Actor, record
from consult.clock import local_date
from consult.drafts import rules
from consult.drafts.holding import hold
from consult.drafts.models import Clause, Draft, DraftKind, DraftLog, DraftState, DraftVersion, WhoMayComment
from consult.drafts.parsing import ParsedDraft, parse_text
from consult.drafts.queries import clause_by_ref, clauses, current_version, version_in_preparation
from consult.drafts.structure import address_names
from consult.drafts.texts import write_text, written
from consult.errors import IllegalTransition, InvalidInput

FIRST_LABEL = "征求意见稿"
#: A consultation is not planned further ahead than this; it catches a mistyped year.
MAX_PERIOD_DAYS = 366


class PeriodTooShort(InvalidInput):
    """The period is shorter than the law's minimum and no reason of substance was given (rule R2)."""


class NotPublishable(InvalidInput):
    """A draft lacks something without which the public cannot be asked (rule R4)."""


@dataclass(frozen=True, slots=True)
class NewDraft:
    """What a draft begins with."""

    title: str
    kind: str
    touches_business: bool
    source_name: str = ""


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """Everything about a draft besides its text and dates."""

    title: str
    kind: str
    touches_business: bool
    explanation: str
    legal_basis: str
    organ: str
    contact_unit: str
    contact_address: str
    contact_phone: str
    contact_email: str
    who_may_comment: str = WhoMayComment.ANYONE.value


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a draft is open for comment."""

    closes_on: date
    opens_on: date | None = None  #: None: at once
    shortening_reason: str = ""


def create_draft(own: Session, actor: Actor, new: NewDraft, parsed: ParsedDraft, now: datetime) -> Draft:
    """A draft in preparation, with its first version and every clause of the parsed text.

    Raises `InvalidInput` when there is no title or the text has nothing that could be commented on.
    """
    title = new.title.strip() or parsed.title.strip()
    if not title:
        raise InvalidInput("Please give the draft a title.", field="title")
    draft = Draft(
        title=title[:200],
        kind=DraftKind(new.kind),
        touches_business=new.touches_business,
        state=DraftState.EDITING,
        created_by=actor.id,
        created_at=now,
    )
    _with_slug(own, draft, now)
    version = DraftVersion(
        draft_id=draft.id,
        number=1,
        label=FIRST_LABEL,
        source_name=new.source_name[:200],
        created_by=actor.id,
        created_at=now,
    )
    own.add(version)
    own.flush()
    write_text(own, version, parsed, None)
    own.add(DraftLog(draft_id=draft.id, at=now, actor_id=actor.id, to_state=DraftState.EDITING))
    record(own, now, "drafts:draft:created", actor=actor, subject=f"draft:{draft.id}")
    return draft


def _with_slug(own: Session, draft: Draft, now: datetime) -> None:
    """Give the draft the next free name of its day; two officers at once get two names."""
    day = f"{local_date(now):%Y%m%d}"
    taken = own.scalar(select(func.count()).select_from(Draft).where(Draft.slug.startswith(day))) or 0
    for number in range(taken + 1, taken + 100):
        draft.slug = f"{day}-{number:02}"
        try:
            with own.begin_nested():
                own.add(draft)
                own.flush()
            return
        except IntegrityError:
            continue  # the other officer's draft has this name; ours is put back out of the session
    raise InvalidInput("Too many drafts were made today.")


def _must_be_in_preparation(draft: Draft) -> None:
    if draft.state != DraftState.EDITING:
        raise IllegalTransition("This draft is public, so that its text and facts stay as they are.")


def _worked_on(own: Session, draft: Draft) -> DraftVersion:
    version = version_in_preparation(own, draft)
    if version is None or draft.state == DraftState.WITHDRAWN:
        raise IllegalTransition("This text is public and stays as it is. Changes go into a further version.")
    return version


def replace_text(
    own: Session, actor: Actor, draft: Draft, parsed: ParsedDraft, source_name: str, now: datetime
) -> None:
    """Put another text in place of the one in preparation; clauses recognised by their words keep their identity.

    Raises `IllegalTransition` when no version is in preparation, `InvalidInput` for a text without clauses.
    """
    hold(own, draft)
    version = _worked_on(own, draft)
    before = current_version(own, draft) if version.number > 1 else None
    write_text(own, version, parsed, before)
    version.source_name = source_name[:200]
    record(own, now, "drafts:draft:edited", actor=actor, subject=f"draft:{draft.id}", part="text")


def edit_facts(own: Session, actor: Actor, draft: Draft, facts: DraftFacts, now: datetime) -> None:
    """Change what is said about a draft, while it is in preparation. Raises `IllegalTransition`."""
    _must_be_in_preparation(draft)
    if not facts.title.strip():
        raise InvalidInput("Please give the draft a title.", field="title")
    for name in DraftFacts.__slots__:
        value = getattr(facts, name)
        setattr(draft, name, value.strip() if isinstance(value, str) else value)
    record(own, now, "drafts:draft:edited", actor=actor, subject=f"draft:{draft.id}", part="facts")


def edit_clause(
    own: Session, actor: Actor, draft: Draft, clause: Clause, words: tuple[str, str], now: datetime
) -> None:
    """Change the heading and text of one clause of the version in preparation.

    Raises `IllegalTransition` for a public text, `InvalidInput` when an article would be left empty.
    """
    hold(own, draft)
    if _worked_on(own, draft).id != clause.version_id:
        raise IllegalTransition("This text is public and stays as it is. Changes go into a further version.")
    heading, text = (part.strip() for part in words)
    if clause.ref is not None and not text and not heading:
        raise InvalidInput("A clause cannot be empty.", field="text")
    clause.heading, clause.text = heading[:300], text
    record(own, now, "drafts:draft:edited", actor=actor, subject=f"draft:{draft.id}", part=f"clause:{clause.id}")


def reword_clause(own: Session, actor: Actor, draft: Draft, clause: Clause, words: str, now: datetime) -> Clause:
    """Put other words, of one paragraph or several, in the place of a whole clause of the version in preparation.

    Raises `IllegalTransition` for a public text, `InvalidInput` when the words are no clause: they would make another
    article, or chapter, of their own.
    """
    hold(own, draft)
    version = _worked_on(own, draft)
    if version.id != clause.version_id:
        raise IllegalTransition("This text is public and stays as it is. Changes go into a further version.")
    rows = clauses(own, version)
    keys = {row.ref: row.stable_key for row in rows if row.ref is not None}
    number = str(clause.ref)
    parsed = parse_text(written(version, rows, draft.title, {clause.id: words.strip()}))
    if list(address_names(parsed.nodes).values()) != list(keys):
        raise InvalidInput("These words would make a clause of their own. Put them in by hand, in the text.")
    before = current_version(own, draft) if version.number > 1 else None
    write_text(own, version, parsed, before, keys)
    changed = clause_by_ref(own, version, number)
    record(own, now, "drafts:draft:edited", actor=actor, subject=f"draft:{draft.id}", part=f"clause:{changed.id}")
    return changed


def missing_for_publication(own: Session, draft: Draft) -> list[Literal["text", "explanation", "contact"]]:
    """What a draft still lacks: its text, its explanation (R4), a way to reach who asks (R5)."""
    missing: list[Literal["text", "explanation", "contact"]] = []
    version = current_version(own, draft)
    spoken = select(func.count()).where(Clause.version_id == version.id, Clause.ref.is_not(None))
    if not own.scalar(spoken):
        missing.append("text")
    if not draft.explanation.strip():
        missing.append("explanation")
    reachable = (draft.contact_phone, draft.contact_email, draft.contact_address)
    if not draft.organ.strip() or not draft.contact_unit.strip() or not any(r.strip() for r in reachable):
        missing.append("contact")
    return missing


def publish(own: Session, actor: Actor, draft: Draft, schedule: Schedule, now: datetime) -> None:
    """Ask the public: fix the period and make the draft public.

    The period runs from the opening day, which does not count, through the last second of the closing
    day (rules R1–R3; Decree 713 Art. 15). Raises `NotPublishable`, `PeriodTooShort`, `InvalidInput` for
    impossible dates, and `IllegalTransition` for a draft that is not in preparation.
    """
    if not rules.can_move(draft.state, DraftState.PUBLISHED):
        raise IllegalTransition("Only a draft in preparation can be published.")
    missing = missing_for_publication(own, draft)
    if "text" in missing:
        raise NotPublishable("A draft cannot be published without its text.")
    if "explanation" in missing:
        raise NotPublishable("A draft cannot be published without its explanation.")
    if "contact" in missing:
        raise NotPublishable("Say which organ asks, which unit to contact, and a phone, e-mail or postal address.")
    today = local_date(now)
    opens_on = schedule.opens_on or today
    _check_dates(draft, schedule, opens_on, today)
    shortened = rules.is_shortened(draft.kind, draft.touches_business, opens_on, schedule.closes_on)
    draft.opens_at = now if opens_on == today else rules.opening_moment(opens_on)
    draft.closes_at = rules.closing_moment(schedule.closes_on)
    draft.shortening_reason = schedule.shortening_reason.strip() if shortened else ""
    draft.published_at = now
    current_version(own, draft).published_at = now
    _move(own, actor, draft, DraftState.PUBLISHED, now, "")
    record(
        own,
        now,
        "drafts:draft:published",
        actor=actor,
        subject=f"draft:{draft.id}",
        opens_on=opens_on.isoformat(),
        closes_on=schedule.closes_on.isoformat(),
        shortened=shortened,
    )


def _check_dates(draft: Draft, schedule: Schedule, opens_on: date, today: date) -> None:
    if opens_on < today:
        raise InvalidInput("The opening day is in the past.", field="opens_on")
    if (opens_on - today).days > MAX_PERIOD_DAYS:
        raise InvalidInput("The opening day is more than a year away.", field="opens_on")
    if schedule.closes_on <= opens_on:
        raise InvalidInput("The closing day must come after the opening day.", field="closes_on")
    if rules.period_days(opens_on, schedule.closes_on) > MAX_PERIOD_DAYS:
        raise InvalidInput("A consultation of more than a year is surely a mistyped date.", field="closes_on")
    if not rules.is_shortened(draft.kind, draft.touches_business, opens_on, schedule.closes_on):
        return
    earliest = rules.earliest_closing(draft.kind, draft.touches_business, opens_on)
    if not schedule.shortening_reason.strip():
        raise PeriodTooShort(
            "A period of %(days)d days is shorter than the minimum. Close on %(earliest)s or later, "
            "or give the reason for shortening; it will stand on the public page.",
            field="shortening_reason",
            days=rules.period_days(opens_on, schedule.closes_on),
            earliest=earliest.isoformat(),
        )
    if not rules.is_reason_of_substance(schedule.shortening_reason):
        raise PeriodTooShort(
            "The reason for shortening stands on the public page: please say in at least %(least)d "
            "characters why this draft cannot wait.",
            field="shortening_reason",
            least=rules.REASON_LETTERS,
        )


def withdraw(own: Session, actor: Actor, draft: Draft, reason: str, now: datetime) -> None:
    """Take a draft back. When it was public, its page stays and shows the reason in place of the text.

    Raises `InvalidInput` without a reason, `IllegalTransition` from a status that cannot be left.
    """
    if not rules.can_move(draft.state, DraftState.WITHDRAWN):
        raise IllegalTransition()
    if not rules.is_reason_of_substance(reason):
        raise InvalidInput(
            "Please say in at least %(least)d characters why it is withdrawn; the reason is public.",
            field="reason",
            least=rules.REASON_LETTERS,
        )
    draft.withdrawal_reason = reason.strip()
    _move(own, actor, draft, DraftState.WITHDRAWN, now, draft.withdrawal_reason)
    record(own, now, "drafts:draft:withdrawn", actor=actor, subject=f"draft:{draft.id}")


def report(own: Session, actor: Actor, draft: Draft, now: datetime) -> None:
    """Say that the results are out: the adoption ledger is public. Once for each draft; again changes nothing.

    Raises `IllegalTransition` before commenting has closed.
    """
    if draft.state == DraftState.REPORTED:
        return
    if not rules.can_move(draft.state, DraftState.REPORTED) or rules.phase(draft, now) is not rules.Phase.CLOSED:
        raise IllegalTransition("The results of a consultation are published after it has closed.")
    _move(own, actor, draft, DraftState.REPORTED, now, "")
    record(own, now, "drafts:draft:reported", actor=actor, subject=f"draft:{draft.id}")


def _move(own: Session, actor: Actor, draft: Draft, to: DraftState, now: datetime, note: str) -> None:
    """The one place where a draft changes its status: with one log row."""
    log = DraftLog(draft_id=draft.id, at=now, actor_id=actor.id, from_state=draft.state, to_state=to, note=note)
    draft.state = to
    own.add(log)
    own.flush()
