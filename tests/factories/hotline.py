"""Messages, work orders and files of the hotline for tests. Every sentence here was written for them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from consult.clock import Clock
from consult.hotline import service
from consult.hotline.intake import NewMessage, NewOrder
from consult.hotline.models import WorkOrder
from consult.vault.service import Vault

_numbers = count(1)

MESSAGE = NewMessage(
    kind="plea",
    field="construction",
    title="望荻里小区路灯不亮",
    body="小区东门到菜场那一段的路灯已经坏了半个多月，晚上接孩子回家只能打手电，盼尽快修好。",
    consents=True,
    consents_to_publish=True,
)
ORDER = NewOrder(channel="phone", title="夜间施工噪声", body="工地夜里两点还在打桩，整栋楼都睡不着。", kind="complaint")

HEADINGS = ("工单编号", "标题", "诉求内容", "来电时间", "来电人", "联系电话", "事发地址", "诉求类型", "渠道")


class Hotline:
    """Makes messages and work orders through the services, and commits them."""

    def __init__(self, app: Flask, own: Session, clock: Clock) -> None:
        self._own, self._clock = own, clock
        self.vault: Vault = app.extensions["consult.vault"]

    def message(self, **more: Any) -> WorkOrder:
        """A message that waits for review."""
        order = service.receive_message(self._own, self.vault, replace(MESSAGE, **more), self._clock.now())
        self._own.commit()
        return order

    def accepted(self, actor: Any, **more: Any) -> WorkOrder:
        """A message that has passed review and is public."""
        order = self.message(**more)
        service.review_message(
            self._own, actor, order, service.Decision(accepts=True, publishes=True), self._clock.now()
        )
        self._own.commit()
        return order

    def call(self, actor: Any, **more: Any) -> WorkOrder:
        """A call entered at the desk."""
        order = service.enter_order(self._own, self.vault, actor, replace(ORDER, **more), self._clock.now())
        self._own.commit()
        return order


def record(**more: str) -> dict[str, str]:
    """One good record of a file, by heading."""
    n = next(_numbers)
    return {
        "工单编号": f"GD{n:06}",
        "标题": f"第{n}号井盖松动",
        "诉求内容": f"鼓坪北街第{n}号井盖松动，车子压过去哐当响，老人走路容易绊倒，请派人固定。",
        "来电时间": "2026-08-03 09:15:00",
        "来电人": "",
        "联系电话": "",
        "事发地址": f"鼓坪北街{n}号",
        "诉求类型": "求助",
        "渠道": "电话",
        **more,
    }


def table(records: list[dict[str, str]], *, encoding: str = "utf-8-sig", headings: tuple[str, ...] = HEADINGS) -> bytes:
    """Records as a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, headings, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue().encode(encoding)
