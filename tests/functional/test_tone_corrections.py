"""Officers correct tones: a person's word wins everywhere, is shown beside the machine's, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.audit.models import AuditEvent
from consult.bulletins.gathering import analysis_of
from consult.clock import FixedClock
from consult.errors import InvalidInput
from consult.hotline.models import WorkOrder
from consult.issues import material, queries, storing
from consult.issues.service import request_analysis
from consult.learning import service
from consult.tones.models import ToneCorrection
from consult.tones.service import CorrectedMeanwhile
from consult.web.subjects import Subject
from reports.model import Tone
from tests.factories.accounts import Accounts
from tests.factories.hotline import Hotline
from tests.support.browser import Browser

GRIEVANCE = "小区夜间施工噪声太大，凌晨两点还在打桩，投诉多次无人处理，实在太气人了。"


@pytest.fixture
def officer(accounts: Accounts) -> User:
    return accounts.make("officer")


@pytest.fixture
def order(app: Flask, own: Session, clock: FixedClock, officer: User, run_jobs: Callable[[], int]) -> WorkOrder:
    """A grievance that the machine has read."""
    made = Hotline(app, own, clock).call(officer, title="夜间施工噪声扰民", body=GRIEVANCE)
    request_analysis(own, officer, clock.now())
    own.commit()
    assert run_jobs() == 1
    return made


@pytest.fixture
def subject(order: WorkOrder) -> Subject:
    return Subject("order", order.id)


def page_of(order: WorkOrder) -> str:
    return f"/desk/hotline/orders/{order.number}"


def tone(own: Session, subject: Subject) -> tuple[str, bool]:
    own.rollback()
    found = queries.judged(own, subject)
    assert found is not None
    return found.tone, found.is_corrected


def test_one_press_corrects_a_tone_and_the_page_names_who_and_what_the_machine_had_found(
    app: Flask, own: Session, officer: User, order: WorkOrder, subject: Subject
) -> None:
    machine, _ = tone(own, subject)
    assert machine == "negative"
    browser = Browser(app).signed_in_as(officer.handle)
    page = browser.get(page_of(order))
    assert [b.get("value") for b in page.find("form.tone-form button[name=tone]")] == ["neutral", "positive"]
    sent = browser.submit(
        f"/desk/tones/order/{order.id}/correction",
        {"tone": "neutral", "reason": "只是在问，电话13988887777"},
        form_at=page_of(order),
    )
    assert sent.status == 303 and sent.location == f"{page_of(order)}#tone"
    words = browser.get(page_of(order)).words
    assert f"由{officer.display_name} 更正" in words and "机器判定： 负面" in words
    assert "负面 → 中性" in words and "13988887777" not in words
    assert tone(own, subject) == ("neutral", True)
    event = own.scalars(select(AuditEvent).where(AuditEvent.action == "tones:tone:corrected")).one()
    assert (event.actor, event.subject) == (officer.handle, subject.key)


def test_a_correction_wins_in_heat_figures_and_bulletins_and_ends_when_taken_back(
    app: Flask, own: Session, officer: User, order: WorkOrder, subject: Subject, clock: FixedClock
) -> None:
    def everywhere() -> set[str]:
        own.rollback()
        run = queries.latest_run(own)
        assert run is not None
        found = queries.findings(own, [subject.key], run.model_version)
        analysis = analysis_of(own, list(material.submissions(own)))
        return {
            *queries.tone_counts(found.values()),
            storing.tones(own, run.model_version)[subject.key].value,
            analysis.findings[subject.key].tone.tone.value,
        }

    assert everywhere() == {"negative"}
    service.correct(own, officer, subject, "positive", "", 0, clock.now())
    own.commit()
    assert everywhere() == {"positive"}
    browser = Browser(app).signed_in_as(officer.handle)
    taken = browser.submit(f"/desk/tones/order/{order.id}/taking-back", {}, form_at=page_of(order))
    assert taken.status == 303
    assert everywhere() == {"negative"}
    history = [(row.before, row.after) for row in own.scalars(select(ToneCorrection).order_by(ToneCorrection.id))]
    assert history == [("negative", "positive"), ("positive", "")]
    # And it can be corrected again.
    assert (
        browser.submit(f"/desk/tones/order/{order.id}/correction", {"tone": "neutral"}, form_at=page_of(order)).status
        == 303
    )
    assert everywhere() == {"neutral"}


def test_of_two_officers_who_correct_at_once_the_second_is_told_and_nothing_is_overwritten(
    app: Flask, own: Session, accounts: Accounts, order: WorkOrder, subject: Subject
) -> None:
    one, two = (Browser(app).signed_in_as(accounts.make("officer").handle) for _ in range(2))
    url = f"/desk/tones/order/{order.id}/correction"
    token = two.get(page_of(order)).find("form.tone-form input[name=csrf_token]")[0].get("value")
    assert one.submit(url, {"tone": "neutral"}, form_at=page_of(order)).status == 303
    late = two.post(url, {"csrf_token": token, "follows": "0", "tone": "positive", "back": page_of(order)})
    assert late.status == 409 and "有人更正了" in late.words
    assert tone(own, subject) == ("neutral", True)
    assert own.scalar(select(func.count()).select_from(ToneCorrection)) == 1


def test_a_correction_is_about_the_text_that_was_read_and_not_about_a_later_one(
    app: Flask,
    own: Session,
    clock: FixedClock,
    officer: User,
    order: WorkOrder,
    subject: Subject,
    run_jobs: Callable[[], int],
) -> None:
    service.correct(own, officer, subject, "positive", "", 0, clock.now())
    own.get_one(WorkOrder, order.id).body = "请问公交月票在哪里办理，需要带什么材料？"
    own.commit()
    request_analysis(own, officer, clock.now())
    own.commit()
    run_jobs()
    found, is_corrected = tone(own, subject)
    assert not is_corrected and found != Tone.POSITIVE


@pytest.mark.parametrize("typed", ["uncertain", "no_text", "angry", ""])
def test_only_the_three_tones_can_be_named(
    own: Session, officer: User, subject: Subject, clock: FixedClock, typed: str
) -> None:
    with pytest.raises(InvalidInput):
        service.correct(own, officer, subject, typed, "", 0, clock.now())


def test_what_nobody_corrected_cannot_be_taken_back(
    own: Session, officer: User, subject: Subject, clock: FixedClock
) -> None:
    with pytest.raises(CorrectedMeanwhile):
        service.take_back(own, officer, subject, 0, clock.now())


@pytest.mark.parametrize(
    "sent",
    [
        {"tone": "joyful", "follows": "0"},
        {"tone": "neutral", "follows": "٣"},
        {"tone": "neutral", "follows": "9" * 30},
        {"tone": "neutral", "follows": "0", "reason": "由" * 201},
        {},
    ],
)
def test_odd_forms_are_refused_in_words_and_change_nothing(
    app: Flask, own: Session, officer: User, order: WorkOrder, sent: dict[str, str]
) -> None:
    browser = Browser(app).signed_in_as(officer.handle)
    token = browser.get(page_of(order)).find("form.tone-form input[name=csrf_token]")[0].get("value")
    answer = browser.post(f"/desk/tones/order/{order.id}/correction", {"csrf_token": token, **sent})
    assert answer.status in (409, 422)
    elsewhere = browser.post("/desk/tones/order/99999/correction", {"csrf_token": token, "tone": "neutral"})
    assert elsewhere.status == 404
    assert own.scalar(select(func.count()).select_from(ToneCorrection)) == 0


def test_a_form_never_leads_to_another_site(app: Flask, officer: User, order: WorkOrder) -> None:
    browser = Browser(app).signed_in_as(officer.handle)
    sent = browser.submit(
        f"/desk/tones/order/{order.id}/correction",
        {"tone": "neutral", "back": "https://elsewhere.example/"},
        form_at=page_of(order),
    )
    assert sent.location == "/"
