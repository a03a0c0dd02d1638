"""Deadlines, steps and codes of work orders, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from consult.hotline import labels, queries, rules
from consult.hotline.models import Field, OrderState
from reports.model import Channel, Kind

S = OrderState


@pytest.mark.parametrize(
    ("kind", "accepted_on", "due"),
    [
        # An ordinary week: the day of acceptance does not count.
        ("enquiry", datetime(2026, 9, 7, 2, tzinfo=UTC), date(2026, 9, 14)),
        ("complaint", datetime(2026, 9, 7, 2, tzinfo=UTC), date(2026, 9, 16)),
        # 国庆 2026 is 1–7 October, with make-up days on 20 September and 10 October.
        ("enquiry", datetime(2026, 9, 29, 2, tzinfo=UTC), date(2026, 10, 12)),
        ("complaint", datetime(2026, 9, 29, 2, tzinfo=UTC), date(2026, 10, 14)),
        ("enquiry", datetime(2026, 9, 18, 2, tzinfo=UTC), date(2026, 9, 24)),
        # 春节 2026 is 15–23 February, with make-up days on 14 and 28 February.
        ("enquiry", datetime(2026, 2, 12, 2, tzinfo=UTC), date(2026, 2, 26)),
        ("plea", datetime(2026, 2, 12, 2, tzinfo=UTC), date(2026, 2, 28)),
        # Late in the evening UTC it is already the next day in Shanghai.
        ("enquiry", datetime(2026, 9, 7, 17, tzinfo=UTC), date(2026, 9, 15)),
    ],
)
def test_deadlines_count_working_days_with_holidays_and_make_up_days(
    kind: str, accepted_on: datetime, due: date
) -> None:
    found = rules.DEADLINES.due(kind, accepted_on)
    assert (found.day, found.sure) == (due, True)


def test_a_deadline_in_a_year_without_a_known_calendar_is_marked_unsure() -> None:
    assert rules.DEADLINES.due("enquiry", datetime(2031, 5, 5, tzinfo=UTC)).sure is False


@pytest.mark.parametrize(("kind", "days"), [("enquiry", 5), ("proposal", 5), ("plea", 7), ("complaint", 7), (None, 15)])
def test_the_working_days_of_each_kind_are_those_of_the_rule(kind: str | None, days: int) -> None:
    assert rules.DEADLINES.days(kind) == days


def test_an_installation_may_set_its_own_deadlines_but_never_past_its_ceiling() -> None:
    times = rules.deadlines({"DAYS_ENQUIRY": "3", "DAYS_PLEA": "99", "DAYS_CEILING": "10"})
    assert (times.days("enquiry"), times.days("plea"), times.days(None)) == (3, 10, 10)


def test_a_deadline_that_is_no_number_is_named() -> None:
    with pytest.raises(ValueError, match="CONSULT_DAYS_PLEA"):
        rules.deadlines({"DAYS_PLEA": "soon"})


#: Which status may follow which; everything else is refused.
POSSIBLE = {
    (S.PENDING, S.WAITING),
    (S.PENDING, S.REFUSED),
    (S.PENDING, S.CLOSED),
    (S.WAITING, S.HANDLING),
    (S.WAITING, S.DONE),
    (S.WAITING, S.RETURNED),
    (S.WAITING, S.REFUSED),
    (S.WAITING, S.CLOSED),
    (S.HANDLING, S.DONE),
    (S.HANDLING, S.RETURNED),
    (S.HANDLING, S.CLOSED),
    (S.RETURNED, S.WAITING),
    (S.RETURNED, S.REFUSED),
    (S.RETURNED, S.CLOSED),
    (S.DONE, S.HANDLING),
    (S.DONE, S.CLOSED),
    (S.REFUSED, S.PENDING),
}


def test_only_the_steps_of_the_table_are_possible() -> None:
    assert {(a, b) for a in S for b in S if rules.can_move(a, b)} == POSSIBLE


@pytest.mark.parametrize(
    ("category", "field"),
    [
        ("城乡建设", "construction"),
        ("环境保护", "environment"),
        ("劳动和社会保障", "employment"),
        ("卫生计生", "health"),
        ("火星", ""),
    ],
)
def test_a_source_category_is_put_into_its_field_or_none(category: str, field: str) -> None:
    assert rules.field_of(category) == field


def test_a_receipt_code_is_read_however_it_was_typed() -> None:
    code = rules.new_receipt_code()
    assert len(code) >= 10
    assert rules.normalised_code(f" {code[:4].lower()}-{code[4:8]} {code[8:]}") == code
    assert rules.normalised_code("short") == ""


def test_every_value_has_words() -> None:
    assert set(labels.KINDS) == set(Kind)
    assert set(labels.CHANNELS) == set(Channel)
    assert set(labels.FIELDS) == set(Field) == set(queries.FIELD_NAMES)
    assert set(labels.STATES) == set(labels.TONES) == set(labels.STEPS) == set(S)
    assert set(labels.REASONS) == rules.REASONS
