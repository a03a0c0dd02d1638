"""What places do to issues: one brand, one road and one figure are not yet one place."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from reports.campaigns import find_campaigns
from reports.issues import IssueResult, find_issues
from reports.issues.nodes import make_nodes, place_key
from reports.issues.where import Where, where
from reports.model import Speaker, Submission, Turn


def told(*said: tuple[str, str], prefix: str = "s") -> list[Submission]:
    return [Submission(f"{prefix}{n}", text, title, author=f"{prefix}u{n}") for n, (title, text) in enumerate(said)]


def found(submissions: list[Submission]) -> IssueResult:
    return find_issues(submissions, campaigns=find_campaigns(submissions))


def relation(one: str, other: str) -> Where:
    nodes = make_nodes(told((one, "望看一看。"), (other, "盼回复。")), [])
    return where(nodes[0], nodes[1])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("柳荫东里小区停水", "柳荫东里停水三天", Where.SPOT),
        ("瑞景柳荫里小区停水", "柳荫里小区停水三天", Where.SPOT),
        ("瑞景花城小区漏水", "瑞景星城小区漏水", Where.ELSEWHERE),
        ("地铁1号线何时开工", "地铁11号线何时开工", Where.ELSEWHERE),
        ("地铁三号线太挤", "３号线太挤", Where.ROAD),
        ("云溪路与望江路口没有红绿灯", "云溪路与石坝路口没有红绿灯", Where.CROSSING),
        ("云溪路路灯坏了", "云溪路路灯不亮", Where.ROAD),
        ("停水三天", "柳荫里小区停水", Where.UNKNOWN),
    ],
)
def test_two_titles_tell_whether_they_mean_one_place(one: str, other: str, expected: Where) -> None:
    assert relation(one, other) is expected
    assert relation(other, one) is expected


@pytest.mark.parametrize(
    ("name", "key"), [("地铁三号线", "3号线"), ("十二号线", "12号线"), ("地铁3号线", "3号线"), ("BRT3号线", "BRT3号线")]
)
def test_a_line_has_one_name_in_figures_and_in_words(name: str, key: str) -> None:
    assert place_key(name) == key


ESTATES = ["瑞景花城", "瑞景星城"]
TROUBLES = (
    "{0}小区外墙漏水，开发商不修，墙纸全部发霉，业主多次报修。",
    "{0}小区顶楼外墙漏水发霉，报修半年，开发商一直拖着不修。",
    "住在{0}小区，外墙一下雨就漏水，墙面发霉，开发商报修不理。",
)


def test_two_estates_of_one_brand_are_two_issues() -> None:
    said = [(f"{estate}小区外墙漏水", trouble.format(estate)) for estate in ESTATES for trouble in TROUBLES]
    result = found(told(*said))
    assert {frozenset(member.id for member in issue.members) for issue in result.issues} == {
        frozenset({"s0", "s1", "s2"}),
        frozenset({"s3", "s4", "s5"}),
    }


@pytest.mark.parametrize("count", [20, 3])
def test_equal_texts_are_one_issue_and_strangers_none(count: int) -> None:
    same = told(*[("柳荫里停水", "柳荫里小区停水四天，水泵坏了没人修。")] * count)
    (issue,) = found(same).issues
    assert (issue.received, issue.distinct_texts, issue.people) == (count, 1, count)
    matters = ["路灯", "水渠", "社保", "公交", "图书馆", "菜市场", "学位", "噪音", "井盖", "快递"]
    strangers = told(*[(matter, f"{matter * 3}{n}") for n, matter in enumerate(matters)])
    assert found(strangers).issues == ()


def test_a_letter_sent_two_thousand_times_with_small_changes_is_one_issue() -> None:
    letter = (
        "我是{0}号住户，柳荫里小区北门外的公交首末站拟于下月撤销，老人看病、孩子上学都要多走两公里，"
        "请规划部门重新论证，并在撤销之前公开听取居民意见。{1}"
    )
    tails = ("谢谢。", "此致敬礼", "盼复", "希望尽快答复！", "")
    copies = told(*[("柳荫里首末站撤销", letter.format(n, tails[n % 5])) for n in range(2_000)])
    (issue,) = found(copies).issues
    assert issue.received == 2_000 and issue.people == 2_000


def test_texts_of_ten_characters_without_a_place_are_grouped_or_left_alone_but_never_lost() -> None:
    said = told(*[("", text) for text in ("公交太少", "公交车太少了", "公交班次太少", "路灯不亮", "谢谢", "好")])
    result = found(said)
    placed = {member.id for issue in result.issues for member in issue.members}
    assert placed | set(result.unplaced) == {s.id for s in said}


def test_of_calls_only_the_citizens_words_decide() -> None:
    greeting = Turn(Speaker.OPERATOR, "您好，这里是望江花园服务热线，请问有什么可以帮您。")
    calls = [
        Submission(f"c{n}", "", turns=(greeting, Turn(Speaker.CITIZEN, text)), author=f"u{n}")
        for n, text in enumerate(
            [
                "柳荫里小区停水四天了，水泵坏了没人修",
                "柳荫里停水，水泵坏了好几天没人修",
                "柳荫里小区水泵坏了停水，没人来修",
            ]
        )
    ]
    (issue,) = found(calls).issues
    assert "柳荫里" in issue.title and "望江" not in issue.title


def test_neither_the_order_of_rows_nor_the_seed_of_hashes_changes_an_issue() -> None:
    program = (
        "import json, random, sys\n"
        "from reports.campaigns import find_campaigns\n"
        "from reports.issues import find_issues\n"
        "from reports.model import Submission\n"
        "rows = [Submission(*row) for row in json.loads(sys.argv[1])]\n"
        "random.Random(int(sys.argv[2])).shuffle(rows)\n"
        "print(repr(find_issues(rows, campaigns=find_campaigns(rows))))\n"
    )
    said = [(f"{estate}小区外墙漏水", trouble.format(estate)) for estate in ESTATES for trouble in TROUBLES]
    rows = json.dumps([(s.id, s.text, s.title) for s in told(*said)])
    answers = {
        subprocess.run(
            [sys.executable, "-c", program, rows, str(seed)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in (1, 2)
    }
    assert len(answers) == 1 and "IssueResult" in answers.pop()
