"""Cells to values: text made clean, counts, channels, kinds."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date, datetime, time
from typing import TypeVar

from reports.model import Channel, Kind

#: What a reader of tables hands on for one cell.
Cell = object

T = TypeVar("T")

_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+\d{1,3}")
_COUNT = re.compile(r"\+?(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?")
_TEN_THOUSANDS = re.compile(r"(\d{1,5}(?:\.\d{1,4})?)[万wW]")

#: First match wins; the words are parts of the cell.
_CHANNELS: tuple[tuple[Channel, tuple[str, ...]], ...] = (
    (
        Channel.SUPERIOR,
        ("上级", "省平台", "市平台", "省级", "国家平台", "国务院", "派发", "转办", "交办", "superior"),
    ),
    (Channel.WECHAT, ("微信", "公众号", "小程序", "wechat", "weixin")),
    (Channel.WEIBO, ("微博", "weibo")),
    (Channel.APP, ("app", "客户端", "移动端", "掌上", "手机端")),
    (Channel.MAIL, ("邮箱", "邮件", "信箱", "来信", "信件", "信函", "mail")),
    (Channel.GRID, ("网格", "grid")),
    (Channel.KIOSK, ("信息亭", "自助", "终端", "kiosk")),
    (
        Channel.PHONE,
        ("电话", "热线", "来电", "话务", "语音", "呼入", "12345", "110", "人工", "phone", "call", "tel"),
    ),
    (Channel.DRAFT, ("征求意见", "draft")),
    (
        Channel.WEB,
        (
            "网站",
            "网络",
            "网页",
            "互联网",
            "门户",
            "政府网",
            "留言板",
            "论坛",
            "网上",
            "在线",
            "web",
            "internet",
            "online",
            "site",
        ),
    ),
)
_KINDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (Kind.REPORT, ("举报", "检举", "揭发", "report")),
    (Kind.COMPLAINT, ("投诉", "控诉", "complaint")),
    (Kind.PRAISE, ("感谢", "表扬", "致谢", "praise", "thanks")),
    (Kind.PROPOSAL, ("建言", "建议", "献策", "意见", "proposal", "suggestion")),
    (Kind.PLEA, ("求助", "求决", "救助", "帮助", "plea", "help")),
    (Kind.ENQUIRY, ("咨询", "询问", "查询", "enquiry", "inquiry", "question", "consult")),
    (Kind.OTHER, ("其他", "其它", "other")),
)
_NOBODY = frozenset(
    (
        "匿名",
        "匿名用户",
        "匿名网友",
        "网友",
        "游客",
        "无",
        "未知",
        "不详",
        "保密",
        "-",
        "/",
        "anonymous",
        "none",
        "null",
        "n/a",
    )
)


class UnreadableCount(ValueError):
    """A cell that should hold a count of people does not."""


def to_text(cell: Cell) -> str:
    """Return a cell as the text a person sees in it: 188006.0 is "188006", a list is its JSON."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    if isinstance(cell, list | dict):
        return json.dumps(cell, ensure_ascii=False)
    return str(cell)


def clean(text: str) -> str:
    """Return text with line ends as LF, without control characters and outer blanks; no word is changed."""
    if not text:
        return ""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "_x000D_" in text:
        text = text.replace("_x000D_\n", "\n").replace("_x000D_", "\n")
    return _CONTROLS.sub("", text).strip()


def one_line(text: str) -> str:
    """As `clean`, on one line: for ids, names, headings."""
    return " ".join(clean(text).split())


def is_mangled_number(text: str) -> bool:
    """Whether a spreadsheet has turned a long number into 2.02401E+15, by which different ids become equal."""
    return bool(_SCIENTIFIC.fullmatch(text))


def count_of(text: str) -> int:
    """Read a count: "", "12", "1,234", "１２", "12.0", "1.2万".

    Raises:
        UnreadableCount: anything else, a negative number, or more people than there are.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'`")
    if not plain or plain in ("-", "—", "--"):
        return 0
    if match := _COUNT.fullmatch(plain):
        digits = match[1].replace(",", "")
        if len(digits) <= 10:
            return int(digits)
    elif match := _TEN_THOUSANDS.fullmatch(plain):
        return round(float(match[1]) * 10_000)
    raise UnreadableCount(text)


def channel_of(text: str) -> Channel:
    """The channel a cell names; OTHER when it names none that is known."""
    return _first(_CHANNELS, text) or Channel.OTHER


def kind_of(text: str) -> Kind | None:
    """The kind a cell names; None when it names none that is known."""
    return _first(_KINDS, text)


def is_nobody(text: str) -> bool:
    """Whether a cell for a person says that there is none."""
    return unicodedata.normalize("NFKC", text).strip().lower() in _NOBODY


def _first(table: tuple[tuple[T, tuple[str, ...]], ...], text: str) -> T | None:
    plain = unicodedata.normalize("NFKC", text).lower()
    if not plain.strip():
        return None
    for value, words in table:
        if plain.strip() == str(value) or any(word in plain for word in words):
            return value
    return None
