"""When a hearing may take place, how long a period may become, and which titles are alike. Pure functions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from consult.clock import SHANGHAI, local_date
from consult.drafts.models import DraftKind

#: 《规章制定程序条例》第十六条: a hearing on a regulation is announced at least 30 days before.
NOTICE_DAYS_OF_REGULATIONS = 30
#: 《重大行政决策程序暂行条例》第十六条: the papers reach those who attend at least 7 days before.
PAPERS_DAYS = 7
#: Subscribers are reminded this many days before the last day.
REMINDER_DAYS = 3
#: A link to confirm a subscription works so long.
CONFIRM_WITHIN = timedelta(hours=48)
#: Nobody is sent a second link for the same draft within this time.
ASK_AGAIN_AFTER = timedelta(hours=1)
MAX_QUOTA = 2000
#: Words that stand in most titles and say nothing about the matter.
_COMMON = re.compile(
    r"征求意见稿|公开征求|征求意见|意见稿|修订草案|草案|修订|送审稿|公告|关于|实施细则|实施意见|实施方案|"
    r"管理办法|管理规定|管理条例|暂行|试行|办法|条例|规定|细则|方案|通知|意见|若干|进一步|加强|推进|工作|管理|的|和|与|及"
)
#: Titles with less in common than this share of two-character words are not proposed as related.
LEAST_LIKENESS = 0.12
#: A word of more than this share of all titles tells nothing about one of them.
COMMON_SHARE = 0.6


def hearing_notice_days(kind: str) -> int:
    """How many days lie at least between the announcement of a hearing and its day."""
    return NOTICE_DAYS_OF_REGULATIONS if kind == DraftKind.REGULATION else PAPERS_DAYS


def earliest_hearing(kind: str, announced_on: date) -> date:
    """The first day on which a hearing announced today may take place; the day of the announcement does not count."""
    return announced_on + timedelta(days=hearing_notice_days(kind))


def latest_papers(hearing_on: date) -> date:
    """The last day on which those who attend a hearing may get its papers."""
    return hearing_on - timedelta(days=PAPERS_DAYS)


def hearing_moment(day: date, at: time) -> datetime:
    """The moment at which a clock in Shanghai shows this day and time."""
    return datetime.combine(day, at, SHANGHAI)


def reminder_day(closes_at: datetime) -> date:
    """The day on which subscribers are reminded that a consultation closes."""
    return local_date(closes_at) - timedelta(days=REMINDER_DAYS)


def title_words(title: str) -> frozenset[str]:
    """The two-character words of a title that say what it is about."""
    words: set[str] = set()
    for part in re.split(r"[^0-9A-Za-z\u3400-\u9fff]+", title):
        for piece in _COMMON.sub(" ", part).split():
            words |= {piece[i : i + 2] for i in range(len(piece) - 1)} or {piece}
    return frozenset(words)


def alike(title: str, others: Mapping[int, str]) -> list[tuple[int, float]]:
    """The titles that share words with one, by id, with their likeness (0 to 1), the likest first.

    A word of most titles (the county's own name) does not count.
    """
    bags = {key: title_words(other) for key, other in others.items()}
    mine = title_words(title)
    common = _common_words([mine, *bags.values()])
    mine -= common
    found = [(key, _share(mine, bag - common)) for key, bag in bags.items()]
    return sorted(((k, s) for k, s in found if s >= LEAST_LIKENESS), key=lambda pair: (-pair[1], -pair[0]))


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's coefficient: the share of words in common."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _common_words(bags: Sequence[frozenset[str]]) -> frozenset[str]:
    counts = Counter(word for bag in bags for word in bag)
    return frozenset(word for word, count in counts.items() if count > max(2, COMMON_SHARE * len(bags)))
