"""The sentence of a ledger, its figures, and its digest are computed, never typed (R9, R13)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from consult.comments.models import RefusalReason
from consult.drafts.models import Draft
from consult.ledger import rules
from consult.ledger.exports import REFUSAL_NAMES
from consult.ledger.models import Outcome
from consult.ledger.rules import Balance
from consult.web.csv_files import safe_cell


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        (Balance(), "征求意见期间未收到意见。"),
        (Balance({"adopted": 2, "declined": 1}), "共收到意见3条，采纳2条，不采纳1条。"),
        (Balance({"adopted": 55, "partly": 3, "declined": 4}), "共收到意见62条，采纳55条，部分采纳3条，不采纳4条。"),
        (
            Balance({"unrelated": 1, "duplicate": 1}, {"advertising": 2, "duplicate": 1}),
            "共收到意见5条，重复1条，无关1条，审核未通过3条。",
        ),
        (Balance(refused={"privacy": 1}), "共收到意见1条，审核未通过1条。"),
        (Balance(withdrawn=4), "征求意见期间未收到意见。"),
    ],
)
def test_the_sentence_names_every_part_that_is_not_zero(figures: Balance, sentence: str) -> None:
    assert figures.sentence() == sentence


def test_duplicates_count_as_received_and_once_after_merging() -> None:
    figures = Balance({"adopted": 3, "duplicate": 4}, {"duplicate": 2, "advertising": 1}, distinct=5, people=9)
    assert (figures.received, figures.merged) == (10, 4)
    assert figures.three_ways() == "收到10条，不同文本5条，涉及9人；重复意见归并后4条。"


@pytest.mark.parametrize("open_part", [{"waiting": 1}, {"undecided": 1}, {"adrift": 1}])
def test_a_ledger_with_anything_open_does_not_balance(open_part: dict[str, int]) -> None:
    assert Balance({"adopted": 2}).is_complete
    assert not Balance({"adopted": 2}, **open_part).is_balanced  # type: ignore[arg-type]


def test_what_nobody_has_confirmed_balances_and_is_not_complete() -> None:
    figures = Balance({"adopted": 2}, unreviewed=1)
    assert figures.is_balanced and not figures.is_complete


def test_results_are_late_from_the_thirtieth_day_after_closing() -> None:
    closes = datetime(2026, 10, 11, 15, 59, 59, tzinfo=UTC)
    draft = Draft(state="published", opens_at=closes - timedelta(days=30), closes_at=closes)
    assert not rules.is_overdue(draft, closes + timedelta(days=29, hours=23))
    assert rules.is_overdue(draft, closes + timedelta(days=30))
    assert rules.overdue_days(draft, closes) == 0
    draft.state = "reported"
    assert not rules.is_overdue(draft, closes + timedelta(days=300))


def test_every_outcome_and_every_reason_of_refusal_has_its_words() -> None:
    assert set(rules.OUTCOME_NAMES) == set(Outcome)
    assert set(REFUSAL_NAMES) == set(RefusalReason)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_field_that_a_spreadsheet_would_run_begins_with_an_apostrophe(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"
    assert safe_cell(f"a{start}1") == f"a{start}1" and safe_cell("") == ""


@dataclass
class Row:
    number: int = 1
    signature: str = "张**"
    place: str = "征求意见稿 第三条"
    text_sha256: str = "0" * 64
    withheld: str = ""
    outcome: str = "adopted"
    reason: str = ""
    master_number: int | None = None
    change: str = ""


def test_the_digest_is_as_its_description_says_and_changes_with_every_part() -> None:
    first = rules.digest([Row()], {"privacy": 1}, (1, 2, 3))
    line = f'[1,"张**","征求意见稿 第三条","{"0" * 64}","","adopted","",null,""]\n[{{"privacy":1}},[1,2,3]]\n'
    assert first == hashlib.sha256(line.encode()).hexdigest()
    others = [
        rules.digest([Row(), Row(number=2)], {"privacy": 1}, (1, 2, 3)),
        rules.digest([Row()], {"privacy": 2}, (1, 2, 3)),
        rules.digest([Row()], {"privacy": 1}, (1, 2, 4)),
        *(rules.digest([Row(**{name: "x"})], {"privacy": 1}, (1, 2, 3)) for name in rules.DIGESTED),  # type: ignore[arg-type]
    ]
    assert len({first, *others}) == len(others) + 1
