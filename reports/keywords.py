"""Keywords of a set of texts: words frequent in it and rare elsewhere, as a person would underline them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from reports.scoring import Scorer
from reports.sentences import sentences

#: Words of address, time, courtesy and quantity: frequent everywhere and about nothing.
_EMPTY = frozenset(
    """领导 书记 市长 县长 区长 局长 尊敬 您好 你好 谢谢 感谢 希望 请问 恳请 建议 反映 投诉 咨询 请求 求助 问题 情况 现在 目前 已经 至今 今年 去年 明年 今天 昨天 每天
    我们 你们 他们 大家 本人 自己 有关 相关 部门 政府 领导们 百忙之中 可以 没有 不能 不是 不要 就是 还是 因为 所以 但是 如果 而且 以及 或者 进行 这个 那个 这样 这么 什么 怎么
    为什么 时候 地方 时间 一直 非常 严重 影响 解决 处理 要求 是否 能否 如何 多次 通过 根据 关于 对于 由于 为了 这些 那些 一些 有些 许多 很多 其他 其它 各位 一个 一位 两个 几个
    位于 附近 左右 以上 以下 以前 以后 之后 之前 开始 出现 造成 导致 发现 知道 觉得 认为 表示 回复 答复 尽快 及时 不到 得到 存在 需要 应该 一下 一样 一点 一定 老百姓 群众 百姓 市民 居民 人员
    反应 事情 方面 工作 单位 公司 生活 出来 起来 下来 过来 看到 请您 望 盼 此致 敬礼 上午 下午 晚上 早上 凌晨 早晨 中午 月份 年月 星期 小时 分钟 只能 只有 必须 还有 甚至 根本 特别 真正 到底 究竟 完全
    同意 支持 反对 第一 第二 第三 第四 有没有 不知 不知道 任何 作为 成为 属于 包括 不仅 并且 同时 其中 另外 此外 然后 最后 首先 其次 终于 曾经 多年 几年 年来 当时 当地 该 本 我 你 他 她 它 向 给""".split()
)
#: Anonymised places of published data (A2区, K市), and anything that is not wholly Han.
_HAN = re.compile(r"[\u4e00-\u9fa5]{2,}")
_ANONYMOUS_PLACE = re.compile(r"(?<![A-Za-z0-9])[A-Z]\d{0,2}(?:市|区|县|镇)")
_BOUNDARY = re.compile(r"[^\u4e00-\u9fa5]")
#: Characters that a keyword neither begins nor ends with: what remains is then a piece of something.
_NO_BEGIN = frozenset("的了是在我你他她它们和与及或也都就而被把让给对向从到为因不没很太更最会能要可请这那哪此其该各每某之于以有个些")
_NO_END = frozenset("的了是在我你他她它们和与及或也都就而被把让给对向从到为因不没很太更最会能要可请这那哪此其该每某之于以些")
#: Two words that nearly always stand together are one: 停车 + 位. Seen at least so often, in this share of cases.
_JOIN_COUNT = 2
_JOIN_SHARE = 0.6
_LONGEST = 6


def keywords(texts: Sequence[str], *, scorer: Scorer, top: int = 10) -> list[str]:
    """The `top` keywords of `texts` taken together, weightiest first; fewer when there are fewer.

    No stop words, no single characters, no pieces of words, no anonymised place names. A word that stands inside
    a longer keyword chosen before it is left out.
    """
    rows = [_words(text, scorer) for text in texts]
    joined = _joined(rows)
    documents: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for row in joined:
        found = [word for word in row if _is_candidate(word, scorer)]
        total.update(found)
        documents.update(set(found))
    weights = {word: _weight(word, count, documents[word], len(texts)) for word, count in total.items()}
    chosen: list[str] = []
    for word in sorted(weights, key=lambda word: (-weights[word], word)):
        if any(word in longer or longer in word for longer in chosen):
            continue
        chosen.append(word)
        if len(chosen) == top:
            break
    return chosen


def _words(text: str, scorer: Scorer) -> list[str]:
    """The words of a text with a mark ("") wherever something other than Han characters stands between them."""
    plain = _ANONYMOUS_PLACE.sub(" ", text)
    row: list[str] = []
    for sentence in sentences(plain):
        for run in _BOUNDARY.split(sentence):
            row += scorer.words(run) if run else []
            row.append("")
    return row


def _joined(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Rows with words put together that nearly always stand together."""
    single = Counter(word for row in rows for word in row if word)
    pairs = Counter(pair for row in rows for pair in zip(row, row[1:], strict=False) if all(pair))
    fixed = {
        pair
        for pair, count in pairs.items()
        if count >= _JOIN_COUNT
        and count >= _JOIN_SHARE * min(single[pair[0]], single[pair[1]])
        and len(pair[0] + pair[1]) <= _LONGEST
        and not any(_is_empty(word) for word in pair)
    }
    return [_join_row(row, fixed) for row in rows]


def _join_row(row: Sequence[str], fixed: set[tuple[str, str]]) -> list[str]:
    joined: list[str] = []
    place = 0
    while place < len(row):
        if place + 1 < len(row) and (row[place], row[place + 1]) in fixed:
            joined.append(row[place] + row[place + 1])
            place += 2
        else:
            joined.append(row[place])
            place += 1
    return joined


def _is_empty(word: str) -> bool:
    return word in _EMPTY or word[0] in _NO_BEGIN or word[-1] in _NO_END


def _is_candidate(word: str, scorer: Scorer) -> bool:
    return bool(_HAN.fullmatch(word)) and not _is_empty(word) and not scorer.is_stop_word(word)


def _weight(word: str, count: int, documents: int, texts: int) -> float:
    """Frequency damped, spread over texts, against how common the word's characters make it in general."""
    return (1 + math.log(count)) * (documents / texts) ** 0.5 * _rarity(word) * _length_factor(word)


def _length_factor(word: str) -> float:
    return 1.0 if len(word) == 2 else 1.25


@cache
def _background() -> tuple[str, int]:
    """The project's own civic sentences, as the background of ordinary complaint."""
    folder = files("reports.tone") / "training"
    lines = [
        line
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".csv")
        for line in entry.read_text(encoding="utf-8").splitlines()[1:]
    ]
    return "\n".join(lines), len(lines)


@cache
def _rarity(word: str) -> float:
    """Inverse share of background lines that hold the word, never below a floor."""
    text, lines = _background()
    return math.log((lines + 1) / (text.count(word) + 1)) + 0.5
