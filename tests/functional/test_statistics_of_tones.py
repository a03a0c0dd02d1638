"""Shares of tones on pages say how sure they are, and of few texts they are not given at all."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.clock import FixedClock
from consult.issues.service import request_analysis
from reports.estimates.model import LEAST_SAMPLE
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
        assert (f"不足{LEAST_SAMPLE}条，样本太少，不计占比" in text) is not shares
    desk = Browser(app).signed_in_as(officer.handle).get("/desk").text
    assert re.search(r"负面：约\d+%（95%区间\d+%–\d+%）", desk)
