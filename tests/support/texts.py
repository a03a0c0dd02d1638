"""Texts to compare two scorers on: civic phrases, fuzz, unseen and traditional characters, marks, emoji, long runs."""

from __future__ import annotations

import random
from collections.abc import Iterator

PHRASES = " ".join(
    [
        "小区 噪音 扰民 物业 乱收费 领导 您好 我是 一名 普通 市民 请问",
        "什么时候 可以 解决 道路 坑洼 不平 积水 严重 公交 线路 太少 希望",
        "政府 部门 重视 谢谢 感谢 及时 处理 已经 反映 多次 没有 人管 踢皮球",
        "学位 紧张 孩子 上学 医保 报销 比例 养老金 发放 拖欠 工资 农民工",
        "违章 建筑 停车 位 占用 消防 通道 垃圾 分类 很好 支持 反对 建议",
        "增加 路灯 环境 优美 办事 效率 高 态度 差 恶劣 欺骗 消费者 退款",
        "房产证 办不下来 开发商 跑路 烂尾 拆迁 补偿 标准 不合理 噪声 工地",
        "夜间 施工 睡不着 老人 晕倒 救护车 水质 发黄 停电 停水 燃气 管道",
        "泄漏 暖气 不热 地铁 规划 公示 听证会 征求意见 第十二条 罚款 上限",
        "偏高 不同意 完全 同意 条例 草案 的 了 在 是 不 就 也 都 和 把",
        "被 让 给 但是 因为 所以 如果",
    ]
).split()
TRADITIONAL = "這個小區的噪音問題一直沒有人管，領導應該重視臺灣後來著名體驗傳統廣場舞擾民"
MARKS = ["，", "。", "！", "？", "；", "…", " ", "\n", "\u3000", ",", "!", "~", "", "", ""]
NOISE = [
    "12345",
    "https://a.b/c?d=1",
    "A2区",
    "13800000000",
    "😀",
    "👍🏻",
    "②",
    "㈠",
    "Ｑ１２",
    "O(∩_∩)O",
    "。。。",
    "\x00",
    "\u200b",
]


def a_phrase_text(rng: random.Random) -> str:
    return "".join(rng.choice(PHRASES) + rng.choice(MARKS) for _ in range(rng.randint(1, 14)))


def a_fuzz_text(rng: random.Random) -> str:
    pools = [
        lambda: chr(rng.randint(0x4E00, 0x9FA5)),
        lambda: rng.choice(
            "的一是不了在人有我他这中大来上国和说们为子你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天"
        ),
        lambda: chr(rng.randint(0x3400, 0x4DFF)),
        lambda: chr(rng.randint(0x9FA6, 0x9FFF)),
        lambda: rng.choice(NOISE),
        lambda: rng.choice(TRADITIONAL),
        lambda: rng.choice(MARKS),
        lambda: chr(rng.randint(0x20, 0x2FFF)),
    ]
    weights = [rng.random() ** 2 for _ in pools]
    return "".join(pool() for pool in rng.choices(pools, weights, k=rng.randint(1, 24)))


def a_strange_text(rng: random.Random) -> str:
    """Rare characters side by side and few of them over and over: where paths tie, or nearly do."""
    pool = [chr(rng.randint(0x4E00, 0x9FA5)) for _ in range(rng.choice((1, 2, 9)))]
    return "".join(pool) * rng.randint(2, 9) if len(pool) < 9 else "".join(pool[: rng.randint(2, 9)])


def varied_texts(seed: int = 0, phrases: int = 120, fuzz: int = 200, strange: int = 100) -> Iterator[str]:
    """Texts of every sort, other ones for each seed."""
    rng = random.Random(f"varied {seed}")
    for _ in range(phrases):
        yield a_phrase_text(rng)
    for _ in range(fuzz):
        yield a_fuzz_text(rng)
    for _ in range(strange):
        yield a_strange_text(rng)


def fixed_texts() -> Iterator[str]:
    """Texts that once were, or easily are, wrong."""
    rng = random.Random(20261122)
    for phrase in PHRASES:
        yield phrase
        yield phrase * rng.randint(2, 30)
    for character in rng.sample(range(0x4E00, 0x9FA6), 400):
        yield chr(character) * rng.randint(1, 5)
    yield "的" * 300
    yield "".join(rng.choices(PHRASES, k=200))
    yield "".join(chr(rng.randint(0x4E00, 0x9FA5)) for _ in range(600))
    yield from (TRADITIONAL, *NOISE, "感谢" * 100, "投诉" * 100, "，", " ", "\n", "123")
    yield from ("辈" * 5, "琅" * 9, "扯" * 5, "脉" * 7, "瑜" * 9, "般熟" * 8, "哓醭" * 6)
    yield from ("氳么岳僚蓇挹煜鬴鷧", "揩櫍绅逑芙綸魌", "鄙躨矶鲣俑扤韘赍丧", "望尯望尯", "荼炜嵌讼悔陉访")
    yield from ("水" * 199, "龘" * 60, "龘水" * 90, "abc", "\ud800半个", "好\u3000坏\x1c丑\x85旧\u2028新")
