"""Which column holds what, recognised by heading.

The aliases are headings of real exports: leaders' message boards, 12345 platforms, work-order systems. A heading
is compared without spaces, brackets and width, so that ``留言 编号`` and ``留言编号（必填）`` are the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from reports.tables.aliases import ALIASES
from reports.tables.errors import ColumnsMissing

#: Fields without which no row can be used. A transcript stands in for the text.
REQUIRED = ("text",)
#: Fields worth having: their absence is told, and never refused.
WANTED = ("id", "title", "at")
#: Headings for a person, for the two that a message may name.
NAMES = {"text": "内容（如 留言详情、诉求内容、来电内容）", "transcript": "通话记录"}

#: Fields whose cells are moments.
MOMENT_FIELDS = ("reply_at", "deadline")

#: Traditional characters that stand in headings -> the simplified ones of the aliases.
_SIMPLIFIED = str.maketrans(
    "編號標題內時間讚贊數單電聯絡話見訴陳狀態類別處辦結復區縣鄉鎮鄰點業務領詢體報簡轉審門責協會過進訪滿評價"
    "錄實質聽對發佈說戶網絡郵證碼圍線來經緯歷級億萬與為應關係開閱讀選項貼隱連繫議員給導覽據團隊傳寫",
    "编号标题内时间赞赞数单电联络话见诉陈状态类别处办结复区县乡镇邻点业务领询体报简转审门责协会过进访满评价"
    "录实质听对发布说户网络邮证码围线来经纬历级亿万与为应关系开阅读选项贴隐连系议员给导览据团队传写",
)
#: How a heading ends that names a text nobody listed ("市民反映主要内容"), and what makes it the office's own words.
_TEXT_ENDINGS = ("内容", "描述", "诉求", "意见建议", "详情")
_OFFICES_WORDS = ("答", "回", "办", "处理", "处置", "反馈", "审", "批", "评价", "录音", "通话", "对话", "标题", "是否")

_NOISE = re.compile(r"[\s_\-:：*＊·.、/\\|\"'“”#＃]+")
_BRACKETS = re.compile(r"[(（\[【<《{].*?[)）\]】>》}]")


def normalised(heading: str) -> str:
    """Return a heading as it is compared: NFKC, without brackets, spaces and case."""
    text = unicodedata.normalize("NFKC", heading)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc", "Co", "Cs"))
    text = text.translate(_SIMPLIFIED)
    outside = _NOISE.sub("", _BRACKETS.sub("", text))
    return (outside or _NOISE.sub("", text)).lower().strip("()[]【】<>{}")


_KNOWN = {normalised(alias): (field, rank) for field, aliases in ALIASES.items() for rank, alias in enumerate(aliases)}


def recognised(headings: Sequence[str]) -> int:
    """How many of these cells are known headings."""
    return sum(1 for heading in headings if len(heading) <= 64 and normalised(heading) in _KNOWN)


def propose_mapping(headings: Sequence[str]) -> dict[str, str]:
    """Propose field -> heading. Of several headings for one field the surest alias wins, then the first column."""
    best: dict[str, tuple[int, str]] = {}
    for heading in headings:
        known = _KNOWN.get(normalised(heading)) if len(heading) <= 64 else None
        if known is None:
            continue
        field, rank = known
        if field not in best or rank < best[field][0]:
            best[field] = (rank, heading)
    if "text" not in best and "transcript" not in best and (heading := _text_by_ending(headings)):
        best["text"] = (0, heading)
    # Keep the order of ALIASES: people read the proposal from the id on.
    return {field: best[field][1] for field in ALIASES if field in best}


def _text_by_ending(headings: Sequence[str]) -> str:
    """The one heading that by its ending names a text; "" where there is none, or more than one."""
    found = [
        heading
        for heading in headings
        if len(heading) <= 64
        and (name := normalised(heading)).endswith(_TEXT_ENDINGS)
        and name not in _KNOWN
        and not any(word in name for word in _OFFICES_WORDS)
    ]
    return found[0] if len(found) == 1 else ""


def settle_mapping(headings: Sequence[str], mapping: Mapping[str, str] | None) -> dict[str, str]:
    """Return the mapping to read with: the proposal, overruled by what a person said.

    A person's ``field: ""`` takes a proposed column away.

    Raises:
        ColumnsMissing: neither a text nor a transcript column is left, or a heading named is not in the file.
        ValueError: `mapping` names a field that does not exist; a fault of the caller, not of the file.
    """
    settled = propose_mapping(headings)
    exact = {heading: heading for heading in headings if heading}
    loose = {normalised(heading): heading for heading in headings if heading}
    for field, wanted in (mapping or {}).items():
        if field not in ALIASES:
            raise ValueError(f"unknown field: {field!r}")
        if not wanted:
            settled.pop(field, None)
            continue
        heading = exact.get(wanted) or loose.get(normalised(wanted))
        if heading is None:
            raise ColumnsMissing(headings, (field,), (f"“{wanted[:40]}”",))
        for other in [name for name, taken in settled.items() if taken == heading and name not in (mapping or {})]:
            del settled[other]
        settled[field] = heading
    if "text" not in settled and "transcript" not in settled:
        raise ColumnsMissing(headings, ("text",), (NAMES["text"],))
    return settled


def missing_fields(mapping: Mapping[str, str]) -> tuple[str, ...]:
    """Required and wanted fields that no column gives."""
    required = () if "transcript" in mapping else tuple(field for field in REQUIRED if field not in mapping)
    return required + tuple(field for field in WANTED if field not in mapping)
