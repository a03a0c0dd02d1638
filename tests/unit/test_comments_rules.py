"""What a comment may be and how it may change its status."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from consult.comments import rules
from consult.comments.labels import REASON_LABELS, STANCE_LABELS, STATE_LABELS
from consult.comments.models import Comment, CommentState, Endorsement, RefusalReason, Stance

ALLOWED = {
    # A person reads it and decides.
    ("pending", "accepted"),
    ("pending", "refused"),
    # Its author takes it back, before or after.
    ("pending", "withdrawn"),
    ("accepted", "withdrawn"),
    # A decision is corrected: taken down, or published on appeal.
    ("accepted", "refused"),
    ("refused", "accepted"),
}


@pytest.mark.parametrize("before", CommentState)
@pytest.mark.parametrize("after", CommentState)
def test_every_change_of_status_not_listed_is_refused(before: CommentState, after: CommentState) -> None:
    assert rules.can_move(before, after) is ((before.value, after.value) in ALLOWED)


@pytest.mark.parametrize("state", CommentState)
@pytest.mark.parametrize("consent", [True, False])
def test_only_a_reviewed_comment_whose_author_agreed_is_shown(state: CommentState, consent: bool) -> None:
    shown = rules.is_shown(Comment(state=state, consent_publish=consent))
    assert shown is (state is CommentState.ACCEPTED and consent)


def test_receipt_codes_are_long_random_and_unambiguous() -> None:
    codes = {rules.new_receipt_code() for _ in range(5_000)}
    assert len(codes) == 5_000
    for code in codes:
        assert len(code) >= 10
        assert not set(code) & set("01OIL")


def test_a_receipt_code_is_found_however_it_is_typed() -> None:
    assert rules.normalise_receipt_code(" abcd-efgh ｊｋｍｎ ") == "ABCDEFGHJKMN"


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("停放位应当装上充电桩。", "停放位应当装上充电桩", True),
        ("停放位 应当装上\n充电桩！", "停放位应当装上充电桩", True),
        ("每户２个", "每户2个", True),
        ("每户2个", "每户3个", False),
        ("！！！", "？？？", False),
    ],
)
def test_texts_differ_by_words_and_not_by_punctuation(one: str, other: str, equal: bool) -> None:
    assert (rules.text_hash(one) == rules.text_hash(other)) is equal


@pytest.mark.parametrize(
    ("typed", "is_one"),
    [("13812345678", True), ("0791-8888 6666", True), ("１３８１２３４５６７８", True), ("张三", False), ("12", False)],
)
def test_a_phone_number_is_told_from_other_words(typed: str, is_one: bool) -> None:
    assert rules.is_phone(typed) is is_one


def test_every_stance_status_and_reason_has_its_words() -> None:
    assert set(STANCE_LABELS) == set(Stance)
    assert set(STATE_LABELS) == set(CommentState)
    assert set(REASON_LABELS) == set(RefusalReason)
    assert len(RefusalReason) == 13  # nine of the law, four of our own; criticism is none of them


def test_the_tables_know_one_endorsement_a_person_and_one_comment_a_key() -> None:
    uniques = {
        tuple(c.name for c in constraint.columns)
        for model in (Comment, Endorsement)
        for constraint in inspect(model).local_table.constraints
        if type(constraint).__name__ == "UniqueConstraint"
    }
    assert {("comment_id", "account_id"), ("idempotency_key",), ("receipt_code",)} <= uniques
