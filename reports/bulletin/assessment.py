"""五、研判: a level of risk and a trend, each by a rule that is printed beside it.

No national rule fixes such levels; these are this platform's own, and every section that shows one
says so. A condition that cannot be judged (no base to compare with) is shown as such and never
counts for or against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.bulletin import tendencies
from reports.bulletin.breakdowns import SMALL_SAMPLE
from reports.bulletin.model import BulletinExtra, Column, Figure, IssueLine, Section, Table
from reports.bulletin.numbers import change, change_words, period_text
from reports.bulletin.overview import Volume
from reports.bulletin.scope import Scope, clipped, days_of
from reports.bulletin.words import DASH
from reports.bulletin.workbench import (
    Workbench,
    note,
    paragraph,
    plain,
    say,
    section,
    table_block,
)
from reports.estimates.model import Change, Trend
from reports.model import Period, Tone

#: Conditions of attention. Round numbers a reader can check in the head, not tuned ones.
GROWTH_LIMIT = 30  #: per cent more than the window before
ISSUE_SHARE_LIMIT = 5  #: per cent of all submissions in one issue
ISSUE_PEOPLE_LIMIT = 50  #: people behind one issue
COPIED_LIMIT = 10  #: per cent of all submissions that are campaign texts

LEVELS = ("低", "一般", "较高", "高")
#: Said instead of a level when there is too little to judge by.
UNJUDGED = "暂不判定"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the abstract says of the assessment."""

    level: str
    trend: Trend
    windows: tuple[Period, Period] | None = None  #: the last window and the one before it, when they fit
    moved: str = DASH  #: the change in words
    grown: bool | None = None  #: whether it passed `GROWTH_LIMIT`; None when it cannot be judged

    @property
    def window(self) -> int:
        """Days of each window; 0 when none fits."""
        return days_of(self.windows[0]) if self.windows else 0


@dataclass(frozen=True, slots=True)
class _Condition:
    name: str
    seen: str  #: with figures in it, as `say` writes them
    met: bool | None  #: None when it cannot be judged
    figure: str = ""  #: key of the figure that holds the ids behind it


def assessment(
    scope: Scope,
    bench: Workbench,
    issues: Sequence[IssueLine],
    volume: Volume,
    extra: BulletinExtra,
) -> tuple[Section, Judgement]:
    """The section and its outcome."""
    judged = _trend(scope, bench, extra)
    conditions = [
        _growth(bench, extra, judged, volume),
        _negatives(scope, bench, extra, judged),
        _biggest(bench, issues, volume),
        _copied(scope, bench, volume),
    ]
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


def _trend(scope: Scope, bench: Workbench, extra: BulletinExtra) -> Judgement:
    """The last window against the one before it; a period too short to be parted, against the one before it."""
    windows = tendencies.windows_of(scope.period)
    if windows is None:
        return _against_previous(scope, bench, extra)
    late, early = windows
    recent, before = (
        bench.count(key, f"{name}{days_of(late)}日收到", f"{period_text(p)}的诉求", scope.between(p.start, p.end))
        for key, name, p in (("recent", "最近", late), ("before_recent", "此前", early))
    )
    seen = tendencies.of_volume(scope, late, early)
    return _judgement(bench, seen, windows, recent, before)


def _against_previous(scope: Scope, bench: Workbench, extra: BulletinExtra) -> Judgement:
    if extra.previous is None:
        return Judgement("", Trend.UNKNOWN)
    seen = tendencies.of_volume_since(scope, extra.previous)
    return _judgement(bench, seen, None, bench.figures["received"], bench.figures["base.mom.received"])


def _judgement(
    bench: Workbench, seen: Change, windows: tuple[Period, Period] | None, now: Figure, before: Figure
) -> Judgement:
    bench.trend("received", "诉求量走势", tendencies.TWO_VOLUMES, seen)
    moved = change(int(now.value or 0), int(before.value or 0))
    # A rise that chance alone may have made is none, however many per cent it is of a few.
    grown = None if moved is None or seen.p is None else moved >= GROWTH_LIMIT and seen.trend is Trend.RISING
    words = change_words(int(now.value or 0), int(before.value or 0))
    return Judgement("", seen.trend, windows, words, grown)


def _trend_sentence(bench: Workbench, judgement: Judgement, extra: BulletinExtra) -> str:
    figures = bench.figures
    if judgement.windows:
        late, early = judgement.windows
        sentence = (
            f"走势：{judgement.trend}。本期最后{judgement.window}日（{period_text(late)}）收到{say(figures['recent'])}条，"
            f"此前{judgement.window}日（{period_text(early)}）收到{say(figures['before_recent'])}条"
        )
        base = "此前"
    elif extra.previous is not None:
        sentence = (
            f"走势：{judgement.trend}。本期收到{say(figures['received'])}条，"
            f"上期（{period_text(extra.previous.period)}）收到{say(figures['base.mom.received'])}条"
        )
        base = "上期"
    else:
        return "走势：本期不足14日或未注明时间，无法按窗口比较。"
    sentence += f"，{base}为0，不计算变化幅度。" if judgement.moved == DASH else f"，{judgement.moved}。"
    if judgement.trend in (Trend.RISING, Trend.FALLING):
        sentence += "收集范围、受理渠道或登记时间的变动也会造成升降，请结合实际核实。"
    return sentence


def _growth(bench: Workbench, extra: BulletinExtra, judged: Judgement, volume: Volume) -> _Condition:
    name = f"诉求量增长≥{GROWTH_LIMIT}%且{Trend.RISING}"
    if judged.windows:
        window = judged.window
        seen = f"最后{window}日较此前{window}日{judged.moved}，{judged.trend}"
        return _Condition(name, seen, judged.grown, "recent")
    if extra.previous is None:
        return _Condition(name, "无可比基期", None)
    seen = "上期为0条" if judged.moved == DASH else f"较上期{judged.moved}，{judged.trend}"
    return _Condition(name, seen, judged.grown, volume.received.key)


def _negatives(scope: Scope, bench: Workbench, extra: BulletinExtra, judged: Judgement) -> _Condition:
    """Against the own earlier share: a complaint channel is always mostly negative, which is no risk by itself."""
    name = "负面诉求占比较前期显著上升"
    negative = bench.figures["tone.negative"]
    if extra.previous is not None and Tone.NEGATIVE.value in extra.previous.tone:
        change_, against = tendencies.of_negatives_since(scope, extra.previous), "较上期"
    elif judged.windows:
        change_ = tendencies.of_negatives(scope, *judged.windows)
        against = f"最后{judged.window}日较此前{judged.window}日"
    else:
        return _Condition(name, f"{say(negative)}条，无可比基期", None, negative.key)
    answer = bench.trend("tone.negative.share", f"负面占比（{against}）", tendencies.TWO_SHARES, change_)
    met = None if change_.p is None else change_.trend is Trend.RISING
    return _Condition(name, f"{say(negative)}条，其占比{against}{answer}", met, negative.key)


def _copied(scope: Scope, bench: Workbench, volume: Volume) -> _Condition:
    copied = bench.count(
        "risk.copied", "同文意见条数", "属于任一组同文意见的诉求", scope.where(lambda s: s.id in scope.campaign_of)
    )
    share = bench.share(copied, volume.received)
    met = share.value is not None and share.value >= COPIED_LIMIT
    return _Condition(f"同文意见占比≥{COPIED_LIMIT}%", f"{say(share)}，{say(copied)}条", met, copied.key)


def _biggest(bench: Workbench, issues: Sequence[IssueLine], volume: Volume) -> _Condition:
    name = f"单个议题占比≥{ISSUE_SHARE_LIMIT}%或涉及≥{ISSUE_PEOPLE_LIMIT}人"
    if not issues:
        return _Condition(name, "未形成议题", False)
    most = max(issues, key=lambda issue: (issue.people, issue.received))
    widest = max(issues, key=lambda issue: issue.received)
    people = bench.figures[f"issue.{most.rank}.people"]
    share = bench.share(bench.figures[f"issue.{widest.rank}.received"], volume.received)
    met = (share.value or 0) >= ISSUE_SHARE_LIMIT or most.people >= ISSUE_PEOPLE_LIMIT
    seen = f"“{clipped(most.title, 16)}”涉及{say(people)}人，单个议题最高占{say(share)}"
    return _Condition(name, seen, met, people.key)


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
        rows=tuple((c.name, plain(c.seen), names[c.met]) for c in conditions),
        figures=tuple(c.figure for c in conditions),
    )
