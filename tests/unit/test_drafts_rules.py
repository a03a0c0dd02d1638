"""Rules R1–R3 and R7: the period of a consultation, to the day and to the second."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from consult.clock import SHANGHAI
from consult.drafts import rules
from consult.drafts.models import Draft, DraftKind, DraftState
from consult.drafts.parsing import parse_text
from consult.drafts.rules import Phase
from consult.drafts.structure import address_names, speakable

# Kind, 涉企, opening day, first closing day that needs no reason.
EARLIEST = [
    # 30 days, the day of publication not counted: Decree 713 Art. 15.
    ("decision", False, date(2026, 9, 11), date(2026, 10, 11)),
    ("regulation", False, date(2026, 1, 31), date(2026, 3, 2)),
    # 7 working days from Friday 18 September 2026. Sunday 20 September is a make-up working day, and
    # 中秋 (Friday 25th to Sunday 27th) is free: 20, 21, 22, 23, 24, 28, 29 September.
    ("normative", False, date(2026, 9, 18), date(2026, 9, 29)),
    # Across 国庆: from Tuesday 29 September, 1–7 October are free, Saturday 10 October is worked:
    # 30 September, 8, 9, 10, 12, 13, 14 October.
    ("normative", False, date(2026, 9, 29), date(2026, 10, 14)),
    # 涉企 lengthens whatever kind it is: 优化营商环境条例 Art. 62.
    ("normative", True, date(2026, 9, 29), date(2026, 10, 29)),
    ("decision", True, date(2026, 9, 11), date(2026, 10, 11)),
]


@pytest.mark.parametrize(("kind", "business", "opens", "earliest"), EARLIEST)
def test_the_first_closing_day_without_a_reason_is_the_law_s(
    kind: str, business: bool, opens: date, earliest: date
) -> None:
    assert rules.earliest_closing(kind, business, opens) == earliest
    assert not rules.is_shortened(kind, business, opens, earliest)
    assert rules.is_shortened(kind, business, opens, earliest - timedelta(days=1))


@pytest.mark.parametrize("days", [6, 11, 29])
@pytest.mark.parametrize("kind", ["decision", "regulation"])
def test_a_call_of_six_or_eleven_days_is_a_shortened_one(kind: str, days: int) -> None:
    opens = date(2026, 9, 11)
    assert rules.is_shortened(kind, False, opens, opens + timedelta(days=days))


def test_working_days_are_counted_by_the_official_calendar_not_by_weekdays() -> None:
    assert rules.period_working_days(date(2026, 9, 29), date(2026, 10, 9)) == 3
    assert rules.period_days(date(2026, 9, 29), date(2026, 10, 9)) == 10


@pytest.mark.parametrize(
    ("reason", "says_something"),
    [
        ("", False),
        ("工作需要", False),
        ("需要需要需要需要需要需要", False),
        ("，。！？……——、；：“”（）《》", False),
        ("汛期将至，堤防加固须在六月底前完成招标。", True),
        ("The flood season begins in June.", True),
    ],
)
def test_a_reason_for_shortening_must_say_something(reason: str, says_something: bool) -> None:
    assert rules.is_reason_of_substance(reason) is says_something


def _published(opens: datetime, closes: datetime) -> Draft:
    return Draft(state=DraftState.PUBLISHED, opens_at=opens, closes_at=closes)


OPENS = datetime(2026, 9, 11, 9, 0, tzinfo=SHANGHAI)
CLOSES = datetime(2026, 10, 11, 23, 59, 59, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        (OPENS - timedelta(microseconds=1), Phase.UPCOMING),
        (OPENS, Phase.OPEN),
        (CLOSES, Phase.OPEN),
        (CLOSES + timedelta(microseconds=999_999), Phase.OPEN),
        (CLOSES + timedelta(seconds=1), Phase.CLOSED),
    ],
)
def test_the_phase_follows_the_clock_to_the_second(moment: datetime, phase: Phase) -> None:
    assert rules.phase(_published(OPENS, CLOSES), moment) is phase
    assert rules.is_open(_published(OPENS, CLOSES), moment) is (phase is Phase.OPEN)


def test_the_closing_moment_is_the_end_of_the_day_in_shanghai() -> None:
    closes = rules.closing_moment(date(2026, 10, 11))
    assert closes == CLOSES
    assert rules.phase(_published(OPENS, closes), datetime(2026, 10, 12, tzinfo=SHANGHAI)) is Phase.CLOSED


ALLOWED = {
    ("editing", "published"),
    ("editing", "withdrawn"),
    ("published", "reported"),
    ("published", "withdrawn"),
}


@pytest.mark.parametrize("before", DraftState)
@pytest.mark.parametrize("after", DraftState)
def test_every_change_of_status_not_listed_is_refused(before: DraftState, after: DraftState) -> None:
    assert rules.can_move(before, after) is ((before.value, after.value) in ALLOWED)


def test_every_kind_has_its_minimum_and_its_source() -> None:
    for kind in DraftKind:
        for minimum in rules.minimums(kind, True):
            assert minimum.days >= 7 and minimum.source


def test_one_speaks_on_articles_and_not_on_their_paragraphs() -> None:
    parsed = parse_text("某办法\n第一章 总则\n第一条 甲。\n乙。\n（一）丙；\n第二条 丁。\n")
    assert [n.label for n in speakable(parsed.nodes)] == ["第一条", "第二条"]
    assert list(address_names(parsed.nodes).values()) == ["1", "2"]


def test_a_plan_without_articles_has_its_clauses_counted() -> None:
    parsed = parse_text("关于某事的通知\n一、总体要求\n坚持依法。\n二、主要措施\n（一）登记。\n（二）拴绳。\n")
    names = list(address_names(parsed.nodes).values())
    assert names == [str(n) for n in range(1, len(names) + 1)] and len(names) == 3


def test_names_in_addresses_are_unique_even_where_numbers_repeat() -> None:
    parsed = parse_text("某办法\n第一条 甲。\n第二条 乙。\n附件\n第一条 丙。\n第二条 丁。\n")
    names = list(address_names(parsed.nodes).values())
    assert len(names) == len(set(names)) >= 4
