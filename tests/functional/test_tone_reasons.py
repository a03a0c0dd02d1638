"""The page of a submission says what moved the machine: words, its probability, and snownlp's own figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import snownlp
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.clock import FixedClock
from consult.handlers import make_worker
from consult.hotline.models import WorkOrder
from consult.issues.models import SubmissionFinding
from consult.issues.service import request_analysis
from consult.jobs.models import Job
from tests.factories.accounts import Accounts
from tests.factories.hotline import Hotline
from tests.support.browser import Browser

GRIEVANCE = "小区夜间施工噪声太大，凌晨两点还在打桩。投诉多次无人处理，实在太气人了。电话13988887777。"
TRADITIONAL = "社區門口的路燈壞了很久，晚上老人摔倒了，請儘快修理！"


@pytest.fixture
def officer(accounts: Accounts) -> User:
    return accounts.make("officer")


@pytest.fixture
def page_words(
    app: Flask, own: Session, clock: FixedClock, officer: User, run_jobs: Callable[[], int]
) -> Callable[[str, str], str]:
    """The words of the desk's page of a call that the machine has read."""

    def read(title: str, body: str) -> str:
        order = Hotline(app, own, clock).call(officer, title=title, body=body)
        request_analysis(own, officer, clock.now())
        own.commit()
        assert run_jobs() == 1
        return Browser(app).signed_in_as(officer.handle).get(page_of(order)).words

    return read


def page_of(order: WorkOrder) -> str:
    return f"/desk/hotline/orders/{order.number}"


def test_the_words_that_moved_the_tone_are_shown_with_its_probability(page_words: Callable[[str, str], str]) -> None:
    words = page_words("夜间施工噪声扰民", GRIEVANCE)
    assert "使判断偏向负面的词句" in words and "气人" in words
    assert "判断为该情感的概率" in words and "100%" not in words
    assert "使判断偏向正面的词句" not in words


def test_snownlps_own_score_is_shown_with_its_parts_and_a_warning(
    page_words: Callable[[str, str], str], own: Session
) -> None:
    words = page_words("夜间施工噪声扰民", GRIEVANCE)
    finding = own.scalars(select(SubmissionFinding)).one()
    assert finding.raw_score is not None
    assert "SnowNLP 用购物评论训练而成" in words
    assert (f"{finding.raw_score:.4f}" if finding.raw_score >= 0.0001 else "<0.0001") in words
    assert f"{snownlp.SnowNLP('投诉多次无人处理，实在太气人了。').sentiments:.4f} 投诉多次无人处理" in words
    assert finding.model_version in words
    assert "按繁体原文计算的分数" not in words


def test_no_phone_number_stands_in_the_parts_that_are_shown(
    page_words: Callable[[str, str], str], own: Session
) -> None:
    page_words("夜间施工噪声扰民", GRIEVANCE)
    assert "13988887777" not in own.scalars(select(SubmissionFinding.detail)).one()


def test_traditional_text_is_explained_with_both_scores(page_words: Callable[[str, str], str]) -> None:
    words = page_words("路燈壞了", TRADITIONAL)
    as_written = snownlp.SnowNLP("\n".join(["路燈壞了", TRADITIONAL])).sentiments
    assert f"按繁体原文计算的分数{as_written:.4f}" in words
    assert "原文为繁体字" in words


def test_a_text_without_words_needs_no_reasons(page_words: Callable[[str, str], str]) -> None:
    words = page_words("？？", "！！……")
    assert "SnowNLP" not in words and "概率" not in words


def test_scoring_tables_without_a_place_end_a_job_with_words_that_say_what_to_do(
    app: Flask,
    own: Session,
    clock: FixedClock,
    officer: User,
    tmp_path: Path,
) -> None:
    Hotline(app, own, clock).call(officer, title="夜间施工噪声扰民", body=GRIEVANCE)
    request_analysis(own, officer, clock.now())
    own.commit()
    (tmp_path / "taken").write_text("a file where a folder should be")
    settings = app.extensions["consult.settings"]
    app.extensions["consult.settings"] = replace(settings, extra={"CACHE": str(tmp_path / "taken")})
    make_worker(app).run_all()
    own.rollback()
    job = own.scalars(select(Job).order_by(Job.id.desc())).first()
    assert job is not None and job.state == "failed"
    assert "CONSULT_CACHE" in job.error and "Something unexpected" not in job.error
    page = Browser(app).signed_in_as(officer.handle).get(f"/desk/jobs/{job.id}").words
    assert "评分词表无法准备" in page
