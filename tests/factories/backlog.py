"""A backlog of work orders as a province leaves it: many, short and long, some of them copies."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy import Engine, insert

from consult.db import transaction
from consult.hotline.models import OrderState, Origin, WorkOrder

PLACES = (
    *("青石桥", "柳荫里", "荻里小区", "望江路", "南门菜场", "二中门口"),
    *("河西新村", "锦绣家园", "云台街道", "站前广场", "白鹭洲", "纺织厂宿舍"),
)
THINGS = (
    *("路灯", "井盖", "电梯", "下水道", "健身器材", "公交站牌", "垃圾桶", "充电桩"),
    *("消防栓", "自来水管", "燃气表", "护栏", "斑马线", "信号灯", "暖气", "树枝"),
)
TROUBLES = (
    "坏了半个多月没有人来修",
    "一到夜里就响个不停，老人孩子都睡不着",
    "打了三次电话都说转给别的部门",
    "旁边堆满了杂物，走路都要绕到马路上",
    "收费比去年涨了一倍，也不公示依据",
    "上周刚修好，昨天下雨又不行了",
    "存在很大的安全隐患，前天有人摔伤了",
    "说好月底完工，现在连围挡都没有拆",
)
WISHES = (
    "请有关部门尽快处理并给个说法。",
    "希望能派人到现场看一看。",
    "请问什么时候可以解决？",
    "建议重新规划一下。",
    "谢谢工作人员一直以来的辛苦。",
    "不解决我还会继续反映。",
)
FEELINGS = (
    "大家都很着急。",
    "我们住户意见很大！",
    "整体上还算满意，只有这一点。",
    "感觉没有人管。",
    "理解你们的难处。",
    "",
)


def a_text(chance: random.Random) -> str:
    """One demand of 30 to 300 characters."""
    sentences = [
        f"{chance.choice(PLACES)}{chance.randint(1, 40)}号楼的{chance.choice(THINGS)}{chance.choice(TROUBLES)}，"
        f"{chance.choice(FEELINGS)}{chance.choice(WISHES)}"
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5)))
    ]
    return "".join(sentences)


def fill(engine: Engine, count: int, at: datetime, seed: int = 7) -> int:
    """Put so many work orders into the stream, received in the weeks before ``at``; the characters in them."""
    chance = random.Random(seed)
    rows = []
    for number in range(1, count + 1):
        said = at - timedelta(minutes=chance.randint(1, 60_000))
        rows.append(
            {
                "number": f"{at:%Y%m%d}-{number:07}",
                "origin": Origin.IMPORT,
                "channel": "phone",
                "body": a_text(chance),
                "address": chance.choice(PLACES),
                "person_key": f"{chance.randint(1, count):032x}",
                "said_at": said,
                "received_at": said,
                "state": OrderState.DONE,
            }
        )
    with transaction(engine) as own:
        for start in range(0, count, 1000):
            own.execute(insert(WorkOrder), rows[start : start + 1000])
    return sum(len(row["body"]) for row in rows)
