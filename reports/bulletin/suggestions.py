"""六、对策建议: each names a unit, a measure and a time limit, and the issue it follows from (rule R64)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from reports.bulletin.model import (
    Block,
    BulletinExtra,
    Column,
    IssueLine,
    Section,
    Table,
)
from reports.bulletin.numbers import date_text
from reports.bulletin.overview import kinds_of
from reports.bulletin.scope import Scope, clipped
from reports.bulletin.workbench import (
    Workbench,
    item,
    note,
    paragraph,
    say,
    section,
    table_block,
)
from reports.model import Kind

#: Suggestions are made for this many issues; more would not be read.
MOST = 5

#: Working days to answer, by kind (rule R22); reports are held to the limit for complaints.
WORKING_DAYS: dict[Kind, int] = {
    Kind.ENQUIRY: 5,
    Kind.PROPOSAL: 5,
    Kind.PLEA: 7,
    Kind.COMPLAINT: 7,
    Kind.REPORT: 7,
    Kind.PRAISE: 5,
    Kind.OTHER: 7,
}

_MEASURES: dict[Kind, str] = {
    Kind.ENQUIRY: "集中解答政策和办理流程，形成统一口径并在回应栏目公开",
    Kind.PROPOSAL: "逐条研究可行性，说明采纳情况和理由",
    Kind.PLEA: "上门或电话核实困难，明确办理人和办理步骤，办结后回访",
    Kind.COMPLAINT: "现场核查，属实的列出整改事项和责任人，整改结果统一答复全部诉求人",
    Kind.REPORT: "依规受理、保密核查，查实的依法处理并反馈结果",
    Kind.PRAISE: "将有效做法向同类事项推广",
    Kind.OTHER: "明确主办单位，核实情况后统一答复",
}

#: Matters of police and courts are not inspected on site by whoever handles messages.
_CRIMINAL = re.compile("诈骗|集资|传销|立案|经侦|刑事|涉黑|涉恶|跑路|P2P|p2p")
_MEASURE_CRIMINAL = "涉嫌违法犯罪的线索依法移送公安、金融监管等主管部门，依规向诉求人告知办理渠道和可以公开的进展"

NO_UNIT = "来源未注明承办单位，请受理部门指定"


def suggestions(scope: Scope, bench: Workbench, issues: Sequence[IssueLine], extra: BulletinExtra) -> Section:
    """One suggestion for each of the hottest issues, without those already answered."""
    answered = {r.issue_key for r in extra.responses if r.answered_at is not None}
    open_issues = [issue for issue in issues if issue.key not in answered][:MOST]
    if not open_issues:
        return section(
            "suggestions",
            "对策建议",
            [paragraph("本期没有尚待回应的议题，不另提建议。")],
        )
    blocks: list[Block] = []
    rows = []
    for n, issue in enumerate(open_issues, start=1):
        unit, measure, limit = (
            unit_of(scope, issue, extra),
            measure_of(scope, issue),
            limit_of(scope, issue, extra),
        )
        rows.append((n, issue.title, unit, measure, limit))
        received = say(bench.figures[f"issue.{issue.rank}.received"])
        people = say(bench.figures[f"issue.{issue.rank}.people"])
        blocks.append(
            item(
                f"{n}.关于“{clipped(issue.title, 30)}”（收到{received}条、涉及{people}人）。"
                f"责任单位：{unit}；措施：{measure}；时限：{limit}。"
            )
        )
    table = bench.put_table(
        Table(
            key="suggestions",
            caption="对策建议",
            columns=(
                Column("n", "序号", "int", 1),
                Column("issue", "议题", weight=4),
                Column("unit", "责任单位", weight=3),
                Column("measure", "措施", weight=5),
                Column("limit", "时限", weight=3),
            ),
            rows=tuple(rows),
            printed_rows=0,
        )
    )
    remark = (
        "建议由规则生成：责任单位取该议题诉求中来源注明最多的承办单位；措施按该议题最多的诉求类型拟定，涉嫌违法犯罪的另拟；"
        "时限按类型取5或7个工作日，已定办理期限的从其期限。采用前请人工核定。"
    )
    return section("suggestions", "对策建议", [*blocks, table_block(table), note(remark)])


def unit_of(scope: Scope, issue: IssueLine, extra: BulletinExtra) -> str:
    """The unit of the issue's response thread, or the one its submissions name most, or that none is named."""
    for response in extra.responses:
        if response.issue_key == issue.key and response.unit:
            return response.unit
    units = Counter(scope.by_id[id_].unit for id_ in issue.members if scope.by_id[id_].unit)
    return units.most_common(1)[0][0] if units else NO_UNIT


def measure_of(scope: Scope, issue: IssueLine) -> str:
    """The measure for the kind that most of the issue's submissions are of, or for what belongs to the police."""
    if _CRIMINAL.search(f"{issue.title}，{'，'.join(issue.keywords)}"):
        return _MEASURE_CRIMINAL
    return _MEASURES[next(iter(kinds_of(scope, issue.members)))]


def limit_of(scope: Scope, issue: IssueLine, extra: BulletinExtra) -> str:
    """The date a person set, or working days by kind."""
    for response in extra.responses:
        if response.issue_key == issue.key and response.due is not None:
            return f"{date_text(response.due)}前"
    days = WORKING_DAYS[next(iter(kinds_of(scope, issue.members)))]
    return f"交办之日起{days}个工作日内答复"
