"""Words that somebody took back, or that were refused, after a bulletin was built, signed or published."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from consult.audit.models import AuditEvent
from consult.bulletins import queries, service
from consult.bulletins.models import Bulletin, BulletinState
from consult.clock import FixedClock
from consult.db import transaction
from consult.hotline import service as hotline
from consult.hotline.models import WorkOrder
from consult.jobs.models import Job, JobState
from tests.functional.test_bulletins import OPEN_WORDS, Town, plain_files, town, words_of  # noqa: F401
from tests.support.browser import Browser

GONE = "引文已撤回"


def refuse(town: Town) -> None:  # noqa: F811
    """The message that the bulletin quotes is taken off the public list and refused."""
    order = town.own.scalars(select(WorkOrder).where(WorkOrder.body == OPEN_WORDS)).one()
    hotline.move(town.own, town.officer, order, hotline.Move("refused", reason="privacy"), town.clock.now())
    town.own.commit()


def jobs(town: Town, kind: str) -> int:  # noqa: F811
    found = town.own.scalar(select(func.count()).where(Job.kind == kind)) or 0
    town.own.rollback()
    return found


def test_words_taken_back_are_at_once_on_no_public_page_and_in_no_public_file(
    town: Town,  # noqa: F811
    visitor: Browser,
) -> None:
    number = town.published()
    assert OPEN_WORDS in visitor.get("/bulletins/1").text
    refuse(town)
    shown = visitor.get("/bulletins/1")
    assert OPEN_WORDS not in shown.text and GONE in shown.words
    for format in ("pdf", "docx"):
        answer = visitor.client.get(f"/bulletins/1.{format}")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "private, no-store")
    assert jobs(town, service.RENEW) == 1, "asked for twice, it is made anew once"
    assert town.run_jobs() == 1
    for format in ("pdf", "docx"):
        text = words_of(format, visitor.get(f"/bulletins/1.{format}").response.get_data())
        assert OPEN_WORDS not in text and GONE in text, format
    assert GONE in visitor.get("/bulletins/1").words
    # What was signed stays on record, and reading it is logged.
    at = f"/desk/bulletins/{number}"
    assert OPEN_WORDS in words_of("docx", town.desk.get(f"{at}/files/docx").response.get_data())
    assert OPEN_WORDS not in town.desk.get(at).text
    assert town.own.scalars(select(AuditEvent).where(AuditEvent.action == "bulletins:file:downloaded")).all()


@pytest.mark.usefixtures("plain_files")
def test_files_are_made_anew_without_anybody_asking_for_them(town: Town) -> None:  # noqa: F811
    number = town.published()
    with transaction(town.own.get_bind()) as own:  # type: ignore[arg-type]
        assert service.renew_what_is_behind(own, town.clock.now()) == 0
    refuse(town)
    for _ in range(2):
        with transaction(town.own.get_bind()) as own:  # type: ignore[arg-type]
            assert service.renew_what_is_behind(own, town.clock.now()) == 1
    assert town.run_jobs() == 1
    with transaction(town.own.get_bind()) as own:  # type: ignore[arg-type]
        assert not queries.files_are_behind(own, own.get_one(Bulletin, number))
        assert service.renew_what_is_behind(own, town.clock.now()) == 0


def test_an_unsigned_bulletin_with_words_taken_back_is_built_again_before_it_is_taken_or_signed(
    town: Town,  # noqa: F811
) -> None:
    number = town.built()
    at = f"/desk/bulletins/{number}"
    assert OPEN_WORDS in town.desk.get(at).text
    refuse(town)
    page = town.desk.get(at)
    assert OPEN_WORDS not in page.text and GONE in page.words
    assert not page.find("form[action$='/signature']")
    for format in ("pdf", "docx", "xlsx", "json", "html"):
        assert town.desk.client.get(f"{at}/files/{format}").status_code == 409, format
    token = page.find("input[name=csrf_token]")[0].get("value")
    assert town.desk.post(f"{at}/signature", {"csrf_token": token}).status == 409
    assert town.row(number).number_in_all is None
    assert town.desk.submit(f"{at}/attempts", {}, form_at=at).status == 303
    assert town.run_jobs() == 1
    for format in ("docx", "json"):
        text = words_of(format, town.desk.get(f"{at}/files/{format}").response.get_data())
        assert OPEN_WORDS not in text, format
    assert town.row(number).submissions == 3
    assert town.sign(number).status == 303
    assert town.run_jobs() == 1
    assert town.row(number).state == BulletinState.PUBLISHED


@pytest.mark.usefixtures("plain_files")
def test_a_bulletin_whose_work_was_cancelled_is_taken_up_again(
    town: Town,  # noqa: F811
    visitor: Browser,
    sign_in: Callable[..., Browser],
) -> None:
    number = int(town.ask().location.rsplit("/", 1)[1])
    at = f"/desk/bulletins/{number}"
    _cancel(town, number, sign_in("administrator"))
    assert town.desk.submit(f"{at}/attempts", {}, form_at=at).status == 303
    assert town.run_jobs() == 1
    assert town.sign(number).status == 303
    _cancel(town, number, town.desk)
    assert town.run_jobs() == 0
    assert town.row(number).state == BulletinState.SIGNING
    assert town.desk.submit(f"{at}/attempts", {}, form_at=at).status == 303
    assert town.run_jobs() == 1
    row = town.row(number)
    assert (row.state, row.number_in_all) == (BulletinState.PUBLISHED, 1)
    assert visitor.get("/bulletins/1.pdf").status == 200


def _cancel(town: Town, number: int, browser: Browser) -> None:  # noqa: F811
    job = town.row(number).job_id
    browser.submit(f"/desk/jobs/{job}/cancellation", {}, form_at=f"/desk/jobs/{job}")
    assert town.own.scalar(select(Job.state).where(Job.id == job)) == JobState.CANCELLED
    town.own.rollback()


@pytest.mark.usefixtures("plain_files")
def test_work_that_goes_on_and_a_published_bulletin_are_not_started_again(
    town: Town,  # noqa: F811
    own: Session,
    engine: Engine,
    app: Flask,
    clock: FixedClock,
) -> None:
    number = int(town.ask().location.rsplit("/", 1)[1])
    at = f"/desk/bulletins/{number}"
    for state in (BulletinState.BUILDING, BulletinState.PUBLISHED):
        assert town.row(number).state == state
        token = town.desk.get("/account").find("input[name=csrf_token]")[0].get("value")
        before = jobs(town, service.BUILD)
        assert town.desk.post(f"{at}/attempts", {"csrf_token": token}).status == 409
        assert jobs(town, service.BUILD) == before
        if state == BulletinState.BUILDING:
            town.run_jobs()
            town.sign(number)
            town.run_jobs()
