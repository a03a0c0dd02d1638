"""Shares of tones on pages say how sure they are, and of few texts they are not given at all."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.bulletins import gathering
from consult.bulletins.models import Bulletin
from consult.clock import FixedClock, local_date
from consult.home.figures import tone_figures
from consult.hotline.models import OrderState, WorkOrder
from consult.issues import queries
from consult.issues.service import request_analysis
from consult.learning import service
from consult.tones.models import ToneCorrection
from consult.web.subjects import Subject
from reports.bulletin import compose
from reports.bulletin.model import Bulletin as Content
from reports.estimates.model import LEAST_SAMPLE
from reports.model import Tone
from tests.factories.accounts import Accounts
from tests.factories.hotline import Hotline
from tests.support.browser import Browser


def calls(app: Flask, own: Session, clock: FixedClock, officer: User, number: int) -> None:
    hotline = Hotline(app, own, clock)
    for n in range(number):
        body = f"第{n}栋楼下夜间施工噪声太大，凌晨两点还在打桩，投诉多次无人处理，实在太气人了。"
        hotline.call(officer, title=f"夜间施工噪声扰民{n}", body=body)


def test_a_share_is_shown_with_its_interval_once_there_are_enough_texts(
    app: Flask, own: Session, clock: FixedClock, accounts: Accounts, run_jobs: Callable[[], int], visitor: Browser
) -> None:
    officer = accounts.make("officer")
    assert "情感倾向（模型估计）" not in visitor.get("/statistics").text
    for number, shares in ((LEAST_SAMPLE - 1, False), (2, True)):
        calls(app, own, clock, officer, number)
        request_analysis(own, officer, clock.now())
        own.commit()
        run_jobs()
        own.rollback()
        text = visitor.get("/statistics").text
        assert "情感倾向（模型估计）" in text
        assert bool(re.search(r"负面：约\d+%（95%区间\d+%–\d+%）", text)) is shares
        # Below the least sample there are counts and no share whatever, not even beside a bar.
        bar = text.split("情感倾向（模型估计）")[1].split("</figure>")[0]
        assert "负面" in bar and "%" not in re.sub(r"<svg.*?</svg>", "", bar, flags=re.DOTALL)
        assert (f"不足{LEAST_SAMPLE}条，样本太少，不计占比" in text) is not shares
    desk = Browser(app).signed_in_as(officer.handle).get("/desk").text
    assert re.search(r"负面：约\d+%（95%区间\d+%–\d+%）", desk)


WORDS = (
    "夜间施工噪声太大，凌晨还在打桩，投诉多次无人处理，实在太气人了。",
    "请问老年证在哪里办理，需要带什么材料？",
    "感谢社区工作人员，路灯很快修好了，非常满意，点赞！",
)


def test_the_page_and_a_bulletin_over_the_same_texts_print_the_same_shares_and_counts_whatever_was_corrected(
    app: Flask, own: Session, clock: FixedClock, accounts: Accounts, run_jobs: Callable[[], int], visitor: Browser
) -> None:
    officer = accounts.make("officer")
    hotline = Hotline(app, own, clock)
    orders = [
        hotline.call(officer, title=f"{n}号楼", body=f"{n}号楼居民来电。{WORDS[0 if n % 5 else 1 + n % 2]}")
        for n in range(60)
    ]
    # A letter sent by many: it is worth fewer than its copies.
    orders += [
        hotline.call(officer, title="停车", body="小区停车位被物业占用收费，业主无处停车，要求退还。") for _ in range(9)
    ]
    request_analysis(own, officer, clock.now())
    own.commit()
    run_jobs()
    own.rollback()
    # What was refused afterwards has a finding and counts nowhere any more.
    refused = orders.pop(0)
    refused.state, refused.reason = OrderState.REFUSED, "重复"
    own.commit()
    for order in orders[1:9]:
        said = queries.judged(own, Subject("order", order.id))
        assert said is not None
        service.correct(own, officer, Subject("order", order.id), _another_than(said.tone), "", 0, clock.now())
    own.commit()

    figures = tone_figures(own, clock.now())
    assert figures is not None
    bulletin = _bulletin_over_everything(own, clock)
    assert figures.corrected == bulletin.figures["tone.corrected"].value == 8
    for tone in (Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE, Tone.UNCERTAIN):
        assert bulletin.figures[f"tone.{tone.value}"].value == figures.counts.get(tone.value, 0), tone
    shares = {tone: bulletin.estimates[f"tone.{tone.value}.estimate"].text for tone in figures.shares}
    assert shares
    for tone, share in figures.shares.items():
        assert shares[tone].endswith(share.text) or shares[tone].endswith(share.brief)
    assert figures.shares[Tone.NEGATIVE].n == len(orders)
    printed = re.search(r"负面：(约[\d.]+%（95%区间[\d.]+%–[\d.]+%）)", visitor.get("/statistics").text)
    assert printed is not None and printed[1] == figures.shares[Tone.NEGATIVE].brief
    # What the shares are estimated from is what the model said, so nobody's corrections move them.
    for order in orders[1:9]:
        service.take_back(own, officer, Subject("order", order.id), _newest(own, order), clock.now())
    own.commit()
    untouched = tone_figures(own, clock.now())
    assert untouched is not None and untouched.corrected == 0
    assert untouched.shares == figures.shares and untouched.counts != figures.counts
    page = visitor.get("/statistics").text
    assert "经工作人员更正" not in page


def test_the_page_says_how_many_were_corrected_and_what_follows_them(
    app: Flask, own: Session, clock: FixedClock, accounts: Accounts, run_jobs: Callable[[], int], visitor: Browser
) -> None:
    officer = accounts.make("officer")
    calls(app, own, clock, officer, LEAST_SAMPLE)
    request_analysis(own, officer, clock.now())
    own.commit()
    run_jobs()
    own.rollback()
    number = own.scalars(select(WorkOrder.id)).first()
    assert number is not None
    service.correct(own, officer, Subject("order", number), "neutral", "", 0, clock.now())
    own.commit()
    assert "其中1条经工作人员更正：条数以更正后的为准" in visitor.get("/statistics").text


def _another_than(tone: str) -> str:
    return "neutral" if tone != "neutral" else "negative"


def _newest(own: Session, order: WorkOrder) -> int:
    newest = own.scalar(select(func.max(ToneCorrection.id)).where(ToneCorrection.subject_id == order.id))
    assert newest is not None
    return newest


def _bulletin_over_everything(own: Session, clock: FixedClock) -> Content:
    today = local_date(clock.now())
    row = Bulletin(title="专报", period_start=today, period_end=today, organ="", document_number="")
    submissions = list(gathering.submissions_in(own, gathering.period_of(row)))
    analysis = gathering.analysis_of(own, submissions)
    extra = gathering.extra_of(own, row, "", "", clock.now())
    return compose(
        submissions, analysis, period=gathering.period_of(row), title="专报", generated_at=clock.now(), extra=extra
    )
