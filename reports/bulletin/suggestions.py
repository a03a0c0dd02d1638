"""六、对策建议: each names a unit, a measure and a time limit, and the issue it follows from (rule R64)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reports.bulletin.breakdowns import kinds_of
from reports.bulletin.matters import MEASURES, Matter, matter_of
from reports.bulletin.model import (
    Block,
    BulletinExtra,
    Column,
    IssueLine,
    Section,
    Table,
)
from reports.bulletin.numbers import date_text
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

#: The heading of the section, which the abstract refers to.
TITLE = "对策建议"

NO_UNIT = "请受理部门指定"
TO_CONFIRM = "（按事项性质建议，待核定）"


def suggestions(scope: Scope, bench: Workbench, issues: Sequence[IssueLine], extra: BulletinExtra) -> Section:
    """One suggestion for each of the hottest issues, without those already answered."""
    answered = {r.issue_key for r in extra.responses if r.answered_at is not None}
    open_issues = [issue for issue in issues if issue.key not in answered][:MOST]
    if not open_issues:
        return section(
            "suggestions",
            TITLE,
            [paragraph("本期没有尚待回应的议题，不另提建议。")],
        )
    blocks: list[Block] = []
    rows = []
    for n, issue in enumerate(open_issues, start=1):
        matter = _matter(scope, issue)
        unit, measure, limit = (
            unit_of(scope, issue, extra, matter),
            measure_of(scope, issue, matter),
            limit_of(scope, issue, extra),
        )
        rows.append((n, issue.title, unit, measure, limit))
        received = say(bench.figures[f"issue.{issue.rank}.received"])
        people = say(bench.figures[f"issue.{issue.rank}.people"])
        blocks.append(
            item(
                f"{n}.关于“{clipped(issue.title, 40)}”（收到{received}条、涉及{people}人）。"
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
        "建议由规则生成，采用前请人工核定。责任单位取该议题诉求中来源注明最多的承办单位，"
        "来源未注明的按事项性质提出，各地职责划分不同，以“三定”规定为准；措施按事项性质拟定，"
        "性质不明的按最多的诉求类型拟定；时限按类型取5或7个工作日，已定办理期限的从其期限。"
    )
    return section("suggestions", TITLE, [*blocks, table_block(table), note(remark)])


def _matter(scope: Scope, issue: IssueLine) -> Matter | None:
    members = (scope.by_id[id_] for id_ in issue.members)
    return matter_of(issue.title, (f"{one.title}\n{one.text}" for one in members))


def unit_of(scope: Scope, issue: IssueLine, extra: BulletinExtra, matter: Matter | None) -> str:
    """The unit of the response thread, or the one the submissions name most, or those such a matter usually is for."""
    for response in extra.responses:
        if response.issue_key == issue.key and response.unit:
            return response.unit
    units = Counter(scope.by_id[id_].unit for id_ in issue.members if scope.by_id[id_].unit)
    if units:
        return units.most_common(1)[0][0]
    return matter.leads + TO_CONFIRM if matter else NO_UNIT


def measure_of(scope: Scope, issue: IssueLine, matter: Matter | None) -> str:
    """The measure for what the issue is about, or else for the kind that most of its submissions are of."""
    kind = next(iter(kinds_of(scope, issue.members)))
    # Thanks are not answered with an inspection, whatever they speak of.
    return matter.measure if matter and kind is not Kind.PRAISE else MEASURES[kind]


def limit_of(scope: Scope, issue: IssueLine, extra: BulletinExtra) -> str:
    """The date a person set, or working days by kind."""
    for response in extra.responses:
        if response.issue_key == issue.key and response.due is not None:
            return f"{date_text(response.due)}前"
    days = WORKING_DAYS[next(iter(kinds_of(scope, issue.members)))]
    return f"交办之日起{days}个工作日内答复"
