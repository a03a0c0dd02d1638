"""What has happened to a draft, as one list: feeds show it, and subscribers are told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from consult.clock import local, local_date, start_of_day
from consult.drafts import queries as draft_queries
from consult.drafts.around import queries
from consult.drafts.around.models import DraftExtension, Hearing
from consult.drafts.around.rules import reminder_day
from consult.drafts.around.wording import HAPPENINGS, SUMMARIES
from consult.drafts.models import Draft, DraftLog, DraftState, DraftVersion
from consult.drafts.rules import Phase, phase

#: Told to subscribers only: a feed has them as "published".
_FOR_MAIL = ("opened", "closing")
#: After these there is nothing more to tell.
LAST = ("results", "withdrawn")


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a draft."""

    key: str  #: the same whenever it is looked for, and different for all others of the draft
    kind: str  #: one of `HAPPENINGS`
    at: datetime
    words: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where more is said, from the address of the draft on; different for all things that happened to it."""
        return "/feedback" if self.kind == "results" else f"#{self.key}"

    @property
    def headline(self) -> str:
        return HAPPENINGS[self.kind].format(**self.words)

    @property
    def summary(self) -> str:
        return SUMMARIES[self.kind].format(**self.words)


def day_words(moment: datetime) -> str:
    """A moment's day as Chinese documents write it."""
    day = local(moment)
    return f"{day.year}年{day.month}月{day.day}日"


def moment_words(moment: datetime) -> str:
    """A moment to the minute, on the clock of Shanghai."""
    return f"{day_words(moment)}{local(moment):%H:%M}"


def of_draft(own: Session, draft: Draft, now: datetime) -> list[Happening]:
    """Everything that has happened to a public draft until now, the newest first."""
    ids = [draft.id]
    found = _dates(draft, now)
    found += [_version(v) for v in draft_queries.public_versions(own, draft) if v.number > 1]
    found += [_extension(e) for e in queries.extensions(own, ids)]
    found += [h for hearing in queries.hearings(own, ids) for h in _hearing(hearing)]
    found += [_end(draft, log) for log in queries.ends(own, ids)]
    return sorted((h for h in found if h.at <= now), key=lambda h: (h.at, h.key), reverse=True)


def for_feed(happenings: Sequence[Happening]) -> list[Happening]:
    """Without the reminders that only letters need."""
    return [h for h in happenings if h.kind not in _FOR_MAIL]


def _dates(draft: Draft, now: datetime) -> list[Happening]:
    if draft.published_at is None or draft.opens_at is None or draft.closes_at is None:
        return []
    words = {"start": moment_words(draft.opens_at), "end": moment_words(draft.closes_at)}
    found = [Happening("published", "published", draft.published_at, words)]
    if phase(draft, now) is Phase.OPEN:
        day = reminder_day(draft.closes_at)
        key = f"closing:{local_date(draft.closes_at).isoformat()}"
        words = words | {"day": day_words(draft.closes_at)}
        found.append(Happening("opened", "opened", draft.opens_at, words))
        found.append(Happening(key, "closing", start_of_day(day), words))
    return found


def _version(version: DraftVersion) -> Happening:
    assert version.published_at is not None
    words = {"label": version.label, "note": version.note or version.label}
    return Happening(f"version:{version.number}", "version", version.published_at, words)


def _extension(extension: DraftExtension) -> Happening:
    words = {
        "before": day_words(extension.closed_at_before),
        "day": day_words(extension.closes_at),
        "reason": extension.reason,
    }
    return Happening(f"extended:{extension.id}", "extended", extension.at, words)


def _hearing(hearing: Hearing) -> list[Happening]:
    words = {
        "day": day_words(hearing.starts_at),
        "moment": moment_words(hearing.starts_at),
        "place": hearing.place,
        "quota": str(hearing.quota),
        "agenda": hearing.agenda,
        "reason": hearing.cancellation_reason,
        "report": hearing.report[:300],
    }
    found = [Happening(f"hearing:{hearing.id}", "hearing", hearing.announced_at, words)]
    if hearing.cancelled_at is not None:
        key = f"hearing:{hearing.id}:cancelled"
        found.append(Happening(key, "hearing_cancelled", hearing.cancelled_at, words))
    if hearing.reported_at is not None:
        found.append(Happening(f"hearing:{hearing.id}:reported", "hearing_reported", hearing.reported_at, words))
    return found


def _end(draft: Draft, log: DraftLog) -> Happening:
    if log.to_state == DraftState.WITHDRAWN:
        return Happening("withdrawn", "withdrawn", log.at, {"reason": draft.withdrawal_reason})
    return Happening("results", "results", log.at)
