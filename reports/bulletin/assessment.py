"""五、研判: a level of risk and a trend, each by a rule that is printed beside it.

No national rule fixes such levels; these are this platform's own, and every section that shows one
says so. A condition that cannot be judged (no base to compare with) is shown as such and never
counts for or against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from reports.bulletin.model import BulletinExtra, Column, IssueLine, Section, Table
from reports.bulletin.numbers import change, change_words, date_text, percent, period_text
from reports.bulletin.overview import SMALL_SAMPLE, Volume
from reports.bulletin.scope import Scope, back, clipped, days_of
from reports.bulletin.words import DASH
from reports.bulletin.workbench import (
    Workbench,
    note,
    paragraph,
    say,
    section,
    table_block,
)
from reports.model import Period, Tone

#: Conditions of attention. Round numbers a reader can check in the head, not tuned ones.
GROWTH_LIMIT = 30  #: per cent more than the window before
ISSUE_SHARE_LIMIT = 5  #: per cent of all submissions in one issue
ISSUE_PEOPLE_LIMIT = 50  #: people behind one issue
NEGATIVE_LIMIT = 50  #: per cent of all submissions
COPIED_LIMIT = 10  #: per cent of all submissions that are campaign texts

LEVELS = ("低", "一般", "较高", "高")
#: Said instead of a level when there is too little to judge by.
UNJUDGED = "暂不判定"

#: Less than this change either way is called flat.
TREND_BAND = 10
#: The trend compares the last window with the one before it; the longest that fits twice is taken.
WINDOWS = (30, 7)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the abstract says of the assessment."""

    level: str
    trend: str  #: 上升 / 下降 / 平稳 / 无法判断
    window: int = 0  #: days compared, 0 when none fit
    moved: str = DASH  #: the change in words
    late: Period | None = None  #: the last window
    early: Period | None = None  #: the one before it
    grown: bool | None = None  #: whether it passed `GROWTH_LIMIT`; None when it cannot be judged


@dataclass(frozen=True, slots=True)
class _Condition:
    name: str
    seen: str
    met: bool | None  #: None when it cannot be judged


def assessment(
    scope: Scope,
    bench: Workbench,
    issues: Sequence[IssueLine],
    volume: Volume,
    extra: BulletinExtra,
) -> tuple[Section, Judgement]:
    """The section and its outcome."""
    judged = _against_previous(_trend(scope, bench), len(scope.items), extra)
    conditions = _conditions(scope, issues, extra, judged)
    few = len(scope.items) < SMALL_SAMPLE
    if few:
        conditions = [replace(c, met=None) for c in conditions]
    met = [c for c in conditions if c.met]
    unknown = [c for c in conditions if c.met is None]
    level = UNJUDGED if few else LEVELS[min(len(met), len(LEVELS) - 1)]
    judgement = replace(judged, level=level)
    why = "；".join(f"{c.name}（本期{c.seen}）" for c in met)
    sentence = f"风险等级：{level}。{len(conditions)}项条件中满足{len(met)}项" + (f"：{why}。" if met else "。")
    if few:
        sentence = f"风险等级：{level}。本期诉求不足{SMALL_SAMPLE}条，样本少，不据以评定等级。"
    elif unknown:
        sentence += f"另有{len(unknown)}项无法判断，不计入。"
    table = bench.put_table(_table(conditions))
    blocks = [
        paragraph(sentence),
        paragraph(_trend_sentence(bench, judgement, extra)),
        table_block(table),
        note(
            "风险等级为本平台自定口径：所列条件满足0项为低，1项为一般，2项为较高，3项及以上为高；"
            "无法判断的条件不计。等级只提示关注程度，须经人工研判。"
        ),
    ]
    return section("assessment", "综合研判", blocks), judgement


def _trend(scope: Scope, bench: Workbench) -> Judgement:
    unknown = Judgement("", "无法判断")
    if scope.period is None:
        return unknown
    end = scope.period.end
    window = next((w for w in WINDOWS if days_of(scope.period) >= 2 * w), 0)
    if not window:
        return unknown
    late = scope.between(back(end, window - 1), end)
    early = scope.between(back(end, 2 * window - 1), back(end, window))
    rule = f"{date_text(back(end, window - 1))}至{date_text(end)}的诉求"
    bench.count("recent", f"最近{window}日收到", rule, late)
    rule = f"{date_text(back(end, 2 * window - 1))}至{date_text(back(end, window))}的诉求"
    bench.count("before_recent", f"此前{window}日收到", rule, early)
    judged = replace(
        unknown,
        window=window,
        late=Period(back(end, window - 1), end),
        early=Period(back(end, 2 * window - 1), back(end, window)),
    )
    moved = change(len(late), len(early))
    if moved is None:
        return judged
    trend = _direction(moved)
    words = change_words(len(late), len(early))
    return replace(judged, trend=trend, moved=words, grown=moved >= GROWTH_LIMIT)


def _against_previous(judged: Judgement, received: int, extra: BulletinExtra) -> Judgement:
    """A period too short to be parted is compared with the one before it."""
    if judged.window or extra.previous is None:
        return judged
    moved = change(received, extra.previous.received)
    if moved is None:
        return judged
    return replace(judged, trend=_direction(moved), moved=change_words(received, extra.previous.received))


def _direction(moved: Decimal) -> str:
    return "平稳" if abs(moved) < TREND_BAND else "上升" if moved > 0 else "下降"


def _trend_sentence(bench: Workbench, judgement: Judgement, extra: BulletinExtra) -> str:
    if not judgement.window and judgement.moved != DASH and extra.previous is not None:
        caution = "样本少，走势仅供参考。" if extra.previous.received < SMALL_SAMPLE else ""
        return (
            f"走势：{judgement.trend}。本期收到{say(bench.figures['received'])}条，"
            f"上期（{period_text(extra.previous.period)}）收到{extra.previous.received}条，"
            f"{judgement.moved}（变化不足{TREND_BAND}%称平稳）。{caution}"
        )
    if not judgement.window:
        return "走势：本期不足14日或未注明时间，无法按窗口比较。"
    recent, before = bench.figures["recent"], bench.figures["before_recent"]
    sentence = (
        f"走势：{judgement.trend}。本期最后{judgement.window}日（{period_text(judgement.late)}）收到{say(recent)}条，"
        f"此前{judgement.window}日（{period_text(judgement.early)}）收到{say(before)}条"
    )
    if judgement.moved == DASH:
        return sentence + "，此前为0，不计算变化幅度。"
    sentence += f"，{judgement.moved}（变化不足{TREND_BAND}%称平稳）。"
    few = min(int(recent.value or 0), int(before.value or 0))
    if few < SMALL_SAMPLE:
        sentence += f"其中一段不足{SMALL_SAMPLE}条，样本少，走势仅供参考。"
    if judgement.trend != "平稳":
        sentence += "收集范围、受理渠道或登记时间的变动也会造成升降，请结合实际核实。"
    return sentence


def _conditions(
    scope: Scope,
    issues: Sequence[IssueLine],
    extra: BulletinExtra,
    judged: Judgement,
) -> list[_Condition]:
    total = len(scope.items)
    return [
        _growth(scope, extra, judged),
        _share(
            "负面诉求占比",
            scope.tones(scope.ids)[Tone.NEGATIVE.value],
            total,
            NEGATIVE_LIMIT,
        ),
        _biggest(issues, total),
        _share(
            "同文意见占比",
            sum(1 for id_ in scope.ids if id_ in scope.campaign_of),
            total,
            COPIED_LIMIT,
        ),
    ]


def _growth(scope: Scope, extra: BulletinExtra, judged: Judgement) -> _Condition:
    name = f"诉求量增长≥{GROWTH_LIMIT}%"
    if extra.previous is not None:
        moved = change(len(scope.items), extra.previous.received)
        seen = f"较上期{change_words(len(scope.items), extra.previous.received)}" if moved is not None else "上期为0条"
        return _Condition(name, seen, None if moved is None else moved >= GROWTH_LIMIT)
    if judged.grown is None:
        return _Condition(name, "无可比基期", None)
    window = judged.window
    return _Condition(name, f"最后{window}日较此前{window}日{judged.moved}", judged.grown)


def _share(name: str, part: int, whole: int, limit: int) -> _Condition:
    share = percent(part, whole)
    seen = DASH if share is None else f"{share}%，{part}条"
    return _Condition(f"{name}≥{limit}%", seen, None if share is None else share >= limit)


def _biggest(issues: Sequence[IssueLine], total: int) -> _Condition:
    name = f"单个议题占比≥{ISSUE_SHARE_LIMIT}%或涉及≥{ISSUE_PEOPLE_LIMIT}人"
    if not issues:
        return _Condition(name, "未形成议题", False)
    most = max(issues, key=lambda issue: (issue.people, issue.received))
    widest = max(issues, key=lambda issue: issue.received)
    share = percent(widest.received, total) or 0
    met = share >= ISSUE_SHARE_LIMIT or most.people >= ISSUE_PEOPLE_LIMIT
    return _Condition(
        name,
        f"“{clipped(most.title, 16)}”涉及{most.people}人，单个议题最高占{share}%",
        met,
    )


def _table(conditions: Sequence[_Condition]) -> Table:
    names = {True: "是", False: "否", None: "无法判断"}
    return Table(
        key="risk",
        caption="风险等级判定条件",
        columns=(
            Column("condition", "条件", weight=5),
            Column("seen", "本期情况", weight=6),
            Column("met", "是否满足", weight=2),
        ),
        rows=tuple((c.name, c.seen, names[c.met]) for c in conditions),
    )
