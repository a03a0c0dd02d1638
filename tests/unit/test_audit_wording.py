"""The audit log is read in words, not as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from consult.accounts.models import Role
from consult.audit import wording
from consult.comments.models import RefusalReason
from consult.hotline import rules as hotline
from consult.hotline.models import OrderState
from consult.jobs.labels import KINDS
from reports.model import Channel
from tools import gallery


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    with gallery.make_app().test_request_context("/", headers={"Cookie": "lang=zh"}):
        yield


def told(**detail: object) -> dict[str, str]:
    return dict(wording.details(json.dumps(detail, ensure_ascii=False)))


def test_a_decision_says_what_was_before_and_why_in_chinese() -> None:
    assert told(was="pending", reason="privacy") == {"变更前": "待审核", "理由": "泄露本人或者他人的个人信息"}


def test_days_yes_and_no_and_counts_are_written_as_people_write_them() -> None:
    assert told(due_on="2026-08-07", overdue=False, submissions=1200) == {
        "办理期限": "2026年8月7日",
        "已超期": "否",
        "诉求数": "1,200",
    }


def test_what_is_empty_is_left_out_and_what_has_no_words_is_shown_as_written() -> None:
    assert wording.details("{}") == []
    assert told(reason="", hue="blue") == {"hue": "blue"}
    assert wording.details("not json") == [("", "not json")]


def test_a_subject_is_named_with_its_number() -> None:
    assert wording.subject_words("draft:3") == "征求意见稿 3"
    assert wording.subject_words("thing:3") == "thing:3"


def test_every_role_channel_state_reason_and_kind_of_work_has_words() -> None:
    assert not set(Role) - set(wording.VALUES["role"])
    assert not set(Channel) - set(wording.VALUES["channel"])
    assert not set(OrderState) - set(wording.VALUES["after"])
    assert not {*RefusalReason, *hotline.REASONS} - set(wording.VALUES["reason"])
    assert not set(KINDS) - set(wording.VALUES["kind"])
