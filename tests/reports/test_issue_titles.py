"""The name of an issue: place and matter in calm words, and key phrases that are whole."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.campaigns import find_campaigns
from reports.issues import find_issues
from reports.issues.settings import TITLE_CHARS
from reports.issues.titling import calm, clean_title
from reports.masking import mask
from reports.model import Issue, KnownIssue, Submission

ANGRY = (
    ("黑心商铺油烟熏死人！！！谁来管管柳荫里小区", "柳荫里小区底商的烧烤店油烟直排，家里不敢开窗，商铺没有专用烟道。"),
    ("我要投诉柳荫里小区商铺油烟噪声扰民", "柳荫里小区一楼商铺的油烟和噪声影响休息，烧烤店营业到后半夜。"),
    ("求求领导救救我们！柳荫里小区商铺油烟太大了", "柳荫里小区的商铺没有烟道，油烟往楼上飘，孩子咳嗽，噪声也大。"),
    ("柳荫里小区商铺油烟何年何月才能有人管？", "柳荫里小区底商油烟扰民已经三年，商铺换了几家都是烧烤，噪声到凌晨。"),
)
WIDE = (
    ("望江花园电梯坏了三个月", "望江花园的电梯一直停运，外墙也在脱落，物业说没有维修资金，业主联名要求动用维修资金。"),
    ("望江花园外墙脱落", "望江花园外墙瓷砖脱落，电梯停运，物业说维修资金用完了，业主要求公开维修资金账目。"),
    ("望江花园维修资金去向不明", "望江花园维修资金账目不公开，电梯停运、外墙脱落都没人修，业主要求公开。"),
)


def told(*said: tuple[str, str]) -> list[Submission]:
    return [Submission(id=f"s{n}", title=title, text=text, author=f"u{n}") for n, (title, text) in enumerate(said)]


def only_issue(*said: tuple[str, str]) -> Issue:
    submissions = told(*said)
    (issue,) = find_issues(submissions, campaigns=find_campaigns(submissions)).issues
    return issue


def test_an_issue_of_angry_titles_is_named_by_place_and_matter_in_calm_words() -> None:
    title = only_issue(*ANGRY).title
    assert "柳荫里" in title and "油烟" in title
    assert not re.search("[我您！!？?]|黑心|求求|救救|投诉|死|何年何月", title)


def test_the_place_is_put_before_a_matter_that_names_none() -> None:
    issue = only_issue(
        ("底商油烟扰民", "柳荫里小区一楼的烧烤店油烟扰民，没有烟道。"),
        ("烧烤店油烟扰民", "住在柳荫里小区，一楼烧烤店油烟扰民，孩子咳嗽。"),
        ("一楼油烟扰民", "柳荫里小区烧烤店的油烟扰民，窗户不敢开。"),
    )
    assert issue.title.startswith("柳荫里小区") and "油烟扰民" in issue.title


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("柳荫里小区竟然捆绑销售车位", "柳荫里小区捆绑销售车位"),
        ("石坝路旧城改造要拖到何年何月才能动工", "石坝路旧城改造何时动工"),
        ("无良开发商违规捆绑销售车位", "开发商捆绑销售车位"),
        ("望江花园房屋质量真的太差太差", "望江花园房屋质量问题"),
        ("楼道太暗", "楼道偏暗"),
    ],
)
def test_emphasis_and_insult_are_taken_off(said: str, named: str) -> None:
    assert calm(said) == named


@pytest.mark.parametrize(
    "title", ["请问柳荫里路灯何时修好？", "关于柳荫里路灯何时修好的问题", "惊！！再次投诉柳荫里路灯何时修好"]
)
def test_the_manner_of_asking_is_no_part_of_a_title(title: str) -> None:
    assert clean_title(title) == "柳荫里路灯何时修好"


def test_a_telephone_number_in_a_title_is_covered() -> None:
    said = [
        (f"柳荫里停水请打13800138{n}00找物业", f"柳荫里停水第{n}天，水泵坏了没人修，老人提水上楼。") for n in range(3)
    ]
    assert "13800138" not in only_issue(*said).title


def test_key_phrases_say_what_titles_say_and_are_no_lines_of_a_letter() -> None:
    letter = "并且从未公布过整改的具体时间安排和负责人员名单，"
    said = [(title, f"{text}{letter}{n}") for n, (title, text) in enumerate(ANGRY)]
    issue = only_issue(*said)
    assert "油烟" in "".join(issue.keywords)
    assert max(map(len, issue.keywords)) <= 8
    assert not any("公布过整改" in phrase for phrase in issue.keywords)


def test_an_issue_wider_than_any_title_still_names_its_place() -> None:
    assert "望江" in only_issue(*WIDE).title


WORDS = st.sampled_from(
    [
        "柳荫里小区",
        "望江花园",
        "油烟",
        "停水",
        "！！！",
        "我",
        "求求领导",
        "13800138000",
        "的",
        "A3区",
        "路灯坏了",
        "？",
        " ",
        "\ud800",
    ]
)
TEXTS = st.lists(WORDS, max_size=12).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=14), st.integers(0, 3))
def test_titles_are_short_masked_and_never_empty(said: list[tuple[str, str]], accepted: int) -> None:
    submissions = told(*said)
    known = (KnownIssue("k", "已受理", tuple(f"s{n}" for n in range(accepted))),)
    result = find_issues(submissions, campaigns=find_campaigns(submissions), known=known)
    given_ids = {submission.id for submission in submissions} | set(known[0].member_ids)
    placed = [member.id for issue in result.issues for member in issue.members]
    assert len(placed) == len(set(placed)) and set(placed) <= given_ids
    for issue in result.issues:
        assert 0 < len(issue.title) <= TITLE_CHARS
        assert mask(issue.title).text == issue.title
    assert set(known[0].member_ids) <= {m.id for issue in result.issues if issue.key == "k" for m in issue.members}
