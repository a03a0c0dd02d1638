"""议题: one matter in one place, in different words."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.campaigns import find_campaigns
from reports.issues import IssueResult, find_issues
from reports.model import Issue, KnownIssue, Submission

DAY = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)

#: Two matters of one estate, one of them also in another estate, and voices that have nothing to do with either.
SMOKE = (
    (
        "柳荫里小区楼下烧烤店油烟扰民",
        "柳荫里小区三栋一楼开了一家烧烤店，油烟直排到楼上，窗户一年四季不敢开，晚上营业到两点。",
    ),
    (
        "投诉柳荫里小区烧烤店夜间油烟",
        "柳荫里小区底商的烧烤店没有专用烟道，油烟顺着外墙往上飘，家里有哮喘病人，苦不堪言。",
    ),
    ("柳荫里底商烧烤油烟何时能管", "环保和城管都来过柳荫里，烧烤店照样油烟直排，营业到后半夜，孩子没法睡觉。"),
    (
        "请查处柳荫里小区无烟道烧烤店",
        "按规定居民楼不得开设产生油烟的餐饮，可是柳荫里小区一楼的烧烤店没有烟道还在营业。",
    ),
)
WATER = (
    ("柳荫里小区连续停水四天", "柳荫里小区从上周开始停水，二次供水的水泵坏了，物业说没有维修资金，老人提水上六楼。"),
    ("柳荫里停水无人维修水泵", "柳荫里停水已经第五天，水泵房上锁，物业和自来水公司互相推诿，什么时候恢复供水？"),
    ("柳荫里小区水泵损坏停水", "二次供水水泵损坏，柳荫里整个小区停水，只能去菜市场接水，请自来水公司维修水泵。"),
)
SMOKE_ELSEWHERE = (
    ("望江花园烧烤店油烟太大", "望江花园门口烧烤摊一到傍晚油烟弥漫，望江花园的住户意见很大，请城管规范摆摊。"),
    ("望江花园门口烧烤摊扰民", "夏天到了，望江花园门口的烧烤摊又多起来，油烟和划拳声吵到深夜，城管走了又摆。"),
    ("望江花园烧烤摊占道油烟", "望江花园东门烧烤摊占了整条人行道，油烟熏人，推婴儿车只能走机动车道。"),
)
STRANGERS = (
    ("灵活就业养老保险补缴", "请问灵活就业人员中断两年的养老保险是否可以补缴，需要什么材料。"),
    ("青石桥路灯不亮", "青石桥东头的路灯已经三个月不亮，夜里骑车看不见坑。"),
    ("石坝镇水渠渗漏", "石坝镇去年修的水渠今年春天就渗漏，秧田浇不上水。"),
    ("感谢图书馆延长开放", "图书馆暑期延长开放到晚上九点，孩子有地方写作业，感谢工作人员。"),
    ("十二路公交晚点", "十二路公交车早高峰经常晚点二十分钟，上班迟到被扣钱。"),
)


def told(prefix: str, *said: tuple[str, str], **more: object) -> list[Submission]:
    return [
        Submission(
            id=f"{prefix}{number}",
            title=title,
            text=text,
            at=DAY + timedelta(days=number),
            author=f"{prefix}-author-{number}",
            **more,  # type: ignore[arg-type]
        )
        for number, (title, text) in enumerate(said, 1)
    ]


TOWN = [*told("smoke", *SMOKE), *told("water", *WATER), *told("else", *SMOKE_ELSEWHERE), *told("lone", *STRANGERS)]


def found(submissions: list[Submission], known: tuple[KnownIssue, ...] = (), **more: object) -> IssueResult:
    return find_issues(submissions, campaigns=find_campaigns(submissions), known=known, **more)  # type: ignore[arg-type]


def ids(issue: Issue) -> set[str]:
    return {member.id for member in issue.members}


def issue_with(result: IssueResult, identifier: str) -> Issue:
    (issue,) = [issue for issue in result.issues if identifier in ids(issue)]
    return issue


def test_one_matter_in_different_words_is_one_issue() -> None:
    assert ids(issue_with(found(TOWN), "smoke1")) == {"smoke1", "smoke2", "smoke3", "smoke4"}


def test_two_matters_of_one_estate_are_two_issues() -> None:
    result = found(TOWN)
    assert ids(issue_with(result, "water1")) == {"water1", "water2", "water3"}
    assert issue_with(result, "water1").key != issue_with(result, "smoke1").key


def test_the_same_trouble_in_another_estate_is_another_issue() -> None:
    assert not ids(issue_with(found(TOWN), "smoke1")) & {"else1", "else2", "else3"}


def test_voices_without_company_are_unplaced_and_told_why() -> None:
    result = found([*TOWN, Submission(id="blank", text=" 。！ ")])
    assert {result.unplaced[f"lone{n}"] for n in range(1, 6)} == {"alone"}
    assert result.unplaced["blank"] == "no_text"


def test_what_one_person_says_three_times_is_no_issue() -> None:
    alone = [replace(submission, author="the same person") for submission in told("water", *WATER)]
    result = found([*alone, *told("lone", *STRANGERS)])
    assert result.issues == ()
    assert result.unplaced["water1"] == "too_few_people"


def test_what_one_person_says_is_an_issue_when_very_many_endorse_it() -> None:
    alone = [replace(s, author="the same person", likes=20_000) for s in told("water", *WATER)]
    assert ids(issue_with(found([*alone, *told("lone", *STRANGERS)]), "water1")) == {"water1", "water2", "water3"}


def test_the_order_of_submissions_campaigns_and_known_issues_changes_nothing() -> None:
    known = (KnownIssue("k1", "停水", ("water1",)), KnownIssue("k2", "油烟", ("smoke2", "smoke3")))
    town = [*TOWN, *told("copy", *[SMOKE[0]] * 3)]
    campaigns = find_campaigns(town)
    expected = find_issues(town, campaigns=campaigns, known=known)
    for seed in range(4):
        shuffled = random.Random(seed)
        some, groups, accepted = list(town), list(campaigns), list(known)
        for part in (some, groups, accepted):
            shuffled.shuffle(part)
        assert find_issues(some, campaigns=groups, known=accepted) == expected


def test_members_of_a_known_issue_are_never_taken_away_and_its_name_stays() -> None:
    odd = KnownIssue("accepted", "领导定的名字", ("smoke1", "lone3", "gone-from-the-data"))
    issue = next(issue for issue in found(TOWN, (odd,)).issues if issue.key == "accepted")
    assert {"smoke1", "lone3", "gone-from-the-data"} <= ids(issue)
    assert issue.title == "领导定的名字"


def test_a_new_submission_joins_the_known_issue_it_belongs_to() -> None:
    known = KnownIssue("accepted", "柳荫里烧烤油烟", ("smoke1", "smoke2"))
    issue = next(issue for issue in found(TOWN, (known,)).issues if issue.key == "accepted")
    assert ids(issue) == {"smoke1", "smoke2", "smoke3", "smoke4"}


def test_a_copy_of_a_members_text_joins_its_known_issue() -> None:
    copy = Submission(id="copy", title=SMOKE[0][0], text=SMOKE[0][1], author="another")
    known = KnownIssue("accepted", "柳荫里烧烤油烟", ("smoke1",))
    issue = next(issue for issue in found([*TOWN, copy], (known,)).issues if issue.key == "accepted")
    assert "copy" in ids(issue)


def test_a_known_issue_none_of_whose_members_is_there_stays() -> None:
    result = found(TOWN, (KnownIssue("old", "去年的事", ("x1", "x2")),))
    (old,) = [issue for issue in result.issues if issue.key == "old"]
    assert ids(old) == {"x1", "x2"} and old.received == 2


def test_a_known_member_without_text_stays_a_member() -> None:
    result = found([*TOWN, Submission(id="blank", text="")], (KnownIssue("k", "油烟", ("smoke1", "blank")),))
    assert "blank" in ids(next(issue for issue in result.issues if issue.key == "k"))
    assert "blank" not in result.unplaced


def test_an_issue_keeps_its_key_while_it_grows() -> None:
    fewer = [submission for submission in TOWN if submission.id != "smoke4"]
    assert issue_with(found(fewer), "smoke1").key == issue_with(found(TOWN), "smoke1").key


def test_a_campaign_is_counted_three_ways() -> None:
    copies = [Submission(id=f"copy{n}", title=SMOKE[0][0], text=SMOKE[0][1], author="one hand") for n in range(5)]
    issue = issue_with(found([*TOWN, *copies]), "smoke1")
    assert (issue.received, issue.distinct_texts, issue.people) == (9, 4, 5)


def test_the_parts_of_the_heat_add_up_to_the_heat() -> None:
    for issue in found(TOWN, negativity={"smoke1": 0.9, "water2": 0.4}).issues:
        assert issue.heat == pytest.approx(sum(issue.heat_parts.values()), abs=1e-9)


def test_five_people_in_their_own_words_weigh_more_than_five_copies_of_one_letter() -> None:
    own = issue_with(found(TOWN), "smoke1")
    copied = told("smoke", *[SMOKE[0]] * 4)
    same = issue_with(found([*copied, *told("lone", *STRANGERS)]), "smoke1")
    assert own.people == same.people == 4
    assert own.heat_parts["people"] > same.heat_parts["people"]


def test_endorsements_heat_and_objections_cool_but_never_below_nothing() -> None:
    def heat(likes: int, dislikes: int) -> float:
        town = [replace(s, likes=likes, dislikes=dislikes) if s.id == "smoke1" else s for s in TOWN]
        return issue_with(found(town), "smoke1").heat_parts["endorsements"]

    assert heat(50, 0) > heat(50, 40) > heat(0, 0) == heat(0, 500) == 0.0


def test_an_issue_cools_with_time() -> None:
    fresh = issue_with(found(TOWN, as_of=DAY + timedelta(days=5)), "smoke1")
    stale = issue_with(found(TOWN, as_of=DAY + timedelta(days=200)), "smoke1")
    assert fresh.heat > stale.heat and fresh.heat_parts["recency"] > stale.heat_parts["recency"]


def test_naive_and_aware_times_can_stand_side_by_side() -> None:
    mixed = [replace(s, at=s.at.replace(tzinfo=None)) if s.at and n % 2 else s for n, s in enumerate(TOWN)]
    assert issue_with(found(mixed), "smoke1").first is not None


def test_the_title_names_place_and_matter_in_thirty_characters() -> None:
    issue = issue_with(found(TOWN), "smoke1")
    assert "柳荫里" in issue.title and "烧烤" in issue.title
    assert len(issue.title) <= 30
    assert not issue.title.startswith(("投诉", "请"))
    assert "柳荫里" in issue.place


def test_key_phrases_are_whole_words_and_no_pieces() -> None:
    texts = [
        ("柳荫里河边建沙石场", "柳荫里河边新建沙石场，整夜轰响。"),
        ("柳荫里建沙石堆场扰民", "有人在柳荫里建沙石堆场，灰尘很大。沙石场什么时候搬走？"),
        ("沙石场在柳荫里", "柳荫里的沙石场不停工，建沙石棚也没有手续。"),
    ]
    rows = [Submission(id=f"s{n}", title=title, text=text, author=f"u{n}") for n, (title, text) in enumerate(texts)]
    issue = issue_with(found(rows), "s0")
    assert "柳荫里" in issue.keywords and "沙石场" in issue.keywords
    assert not {"建沙石", "荫里", "石场"} & set(issue.keywords)


def test_a_title_holds_no_invisible_characters_and_prefers_calm_words() -> None:
    texts = [
        ("\u200b柳荫里路灯到底还要坏多久！！！", "柳荫里的路灯坏了一个月，晚上看不见路。"),
        ("\u200b柳荫里路灯损坏", "柳荫里的路灯坏了，晚上看不见路。"),
        ("\u200b柳荫里路灯坏了", "柳荫里整条街的路灯坏了，晚上看不见路。"),
    ]
    rows = [Submission(id=f"s{n}", title=title, text=text, author=f"u{n}") for n, (title, text) in enumerate(texts)]
    title = issue_with(found(rows), "s0").title
    assert "\u200b" not in title and "到底" not in title


def test_quotations_are_sentences_of_different_members() -> None:
    issue = issue_with(found(TOWN), "smoke1")
    said = {submission.id: submission.title + submission.text for submission in TOWN}
    assert len(issue.quotations) >= 2
    assert all(sentence in said[identifier] for identifier, sentence in issue.quotations)
    assert len({identifier for identifier, _ in issue.quotations}) == len(issue.quotations)
    assert {identifier for identifier, _ in issue.quotations} <= ids(issue)


def test_every_membership_says_why() -> None:
    for member in issue_with(found(TOWN), "smoke1").members:
        assert member.shared and 0.0 <= member.similarity <= 1.0


def test_an_empty_set_has_no_issues() -> None:
    assert found([]) == IssueResult((), {})


def test_submissions_given_twice_are_counted_once() -> None:
    assert found([*TOWN, *TOWN]) == found(TOWN)


PIECES = st.sampled_from(
    [*(t for t, _ in (*SMOKE, *WATER, *STRANGERS)), "", "同意", "\0", "\ud800", "a", "？？", "A3区"]
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(PIECES, PIECES, st.sampled_from(["", "甲", "乙", "丙", "丁"])), max_size=25), st.integers(0, 5)
)
def test_no_submission_is_lost_or_in_two_issues(rows: list[tuple[str, str, str]], accepted: int) -> None:
    submissions = [Submission(id=str(n), title=t, text=b, author=a) for n, (t, b, a) in enumerate(rows)]
    known = (KnownIssue("k", "已受理", tuple(str(n) for n in range(accepted))),)
    result = found(submissions, known)
    placed = [member.id for issue in result.issues for member in issue.members]
    assert len(placed) == len(set(placed))
    assert not set(placed) & set(result.unplaced)
    assert {s.id for s in submissions} <= set(placed) | set(result.unplaced)
    assert set(known[0].member_ids) <= set(placed)
    assert set(result.unplaced.values()) <= {"no_text", "alone", "too_few_people"}
