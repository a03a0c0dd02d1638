"""同文意见: who counts as a copy of whom."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.campaigns import find_campaigns
from reports.model import Campaign, Speaker, Submission, Turn

TEMPLATE = (
    "尊敬的领导，我是{who}，住在柳荫里小区{door}栋。本小区北门外的公交首末站拟于下月撤销，老人看病、孩子上学都要多走两公里，"
    "我坚决反对撤销首末站，请规划部门重新论证，并在撤销之前公开听取居民意见，谢谢。"
)
OTHERS = (
    "青石桥东头的路灯坏了三个月，夜里骑车经过什么都看不见，上周有人摔伤，盼望早点修好。",
    "请问灵活就业人员的养老保险可以在网上补缴吗，需要带哪些材料，窗口周末上不上班。",
    "南湖菜市场门口每天早上都有大货车占道卸货，公交车进不了站，乘客只能站在马路中间上车。",
    "我们村去年修的水渠今年春天就裂了，三十多亩秧田浇不上水，希望水利站派人看一看。",
)


def told(*texts: str) -> list[Submission]:
    return [Submission(id=f"s{number}", text=text) for number, text in enumerate(texts, 1)]


def groups(campaigns: list[Campaign]) -> set[frozenset[str]]:
    return {frozenset(member.id for member in campaign.members) for campaign in campaigns}


def test_copies_with_a_changed_name_and_door_are_one_campaign() -> None:
    copies = [TEMPLATE.format(who=who, door=door) for who, door in (("退休教师", 3), ("李某", 12), ("一名护士", 7))]
    assert groups(find_campaigns(told(*copies, *OTHERS))) == {frozenset({"s1", "s2", "s3"})}


def test_punctuation_width_spaces_and_traditional_characters_do_not_hide_a_copy() -> None:
    found = find_campaigns(
        told("反对取消１２路公交车的夜班。", "反對取消12路公交車的夜班！！", "反对 取消12路 公交车的夜班")
    )
    assert groups(found) == {frozenset({"s1", "s2", "s3"})}


def test_short_texts_that_differ_in_the_place_they_name_are_different_demands() -> None:
    found = find_campaigns(told("建议在梧桐苑小区门口增设公交站台一座", "建议在银杏苑小区门口增设公交站台一座"))
    assert found == []


def test_a_short_text_and_its_contrary_are_not_copies() -> None:
    assert find_campaigns(told("我同意这一条关于停车收费的规定", "我不同意这一条关于停车收费的规定")) == []


def test_words_of_agreement_are_no_campaign_however_many_say_them() -> None:
    assert find_campaigns(told(*["同意"] * 30, *["支持！"] * 30)) == []


def test_different_letters_on_the_same_matter_are_not_copies() -> None:
    assert find_campaigns(told(TEMPLATE.format(who="业主", door=1), *OTHERS)) == []


def test_texts_without_letters_are_in_no_campaign() -> None:
    assert find_campaigns(told("", "   ", "。。。", "", "！！！！！！！！")) == []


def test_a_series_of_small_steps_does_not_join_texts_that_have_nothing_in_common() -> None:
    first, last = OTHERS[0] * 2, OTHERS[2] * 2
    length = min(len(first), len(last))
    steps = [last[:at] + first[at:length] for at in range(0, length + 1, 4)]
    for group in groups(find_campaigns(told(*steps))):
        assert not {"s1", f"s{len(steps)}"} <= group


def test_the_title_stands_in_for_a_missing_text() -> None:
    named = [Submission(id=i, text="", title="请修好柳荫里小区北门外的人行道") for i in ("a", "b")]
    assert groups(find_campaigns(named)) == {frozenset({"a", "b"})}


def test_of_a_call_only_the_citizens_turns_are_compared() -> None:
    def call(identifier: str, words: str) -> Submission:
        greeting = "您好，这里是市民服务热线，请问有什么可以帮您，您的来电将被录音。" * 3
        turns = (Turn(Speaker.OPERATOR, greeting), Turn(Speaker.CITIZEN, words))
        return Submission(id=identifier, text="", turns=turns)

    assert find_campaigns([call("a", OTHERS[0]), call("b", OTHERS[1])]) == []


def test_the_sample_is_the_text_that_most_members_share() -> None:
    common = TEMPLATE.format(who="业主", door=5)
    (campaign,) = find_campaigns(told(common, TEMPLATE.format(who="一位租户朋友", door=16), common, common))
    assert campaign.sample == common
    assert {member.similarity for member in campaign.members if member.id in {"s1", "s3", "s4"}} == {1.0}


def test_the_order_of_submissions_changes_nothing() -> None:
    submissions = told(*(TEMPLATE.format(who=f"住户{n}", door=n) for n in range(12)), *OTHERS, *OTHERS)
    expected = find_campaigns(submissions)
    for seed in range(3):
        random.Random(seed).shuffle(submissions)
        assert find_campaigns(submissions) == expected


def test_a_thousand_copies_of_one_letter_are_one_campaign() -> None:
    copies = told(*(TEMPLATE.format(who=f"住户{n}号", door=n % 40) for n in range(1000)))
    (campaign,) = find_campaigns(copies)
    assert len(campaign.members) == 1000


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="停车位太少不够公园路灯坏了\0\ud800 ，。ab12", max_size=40), max_size=12))
def test_nobody_is_in_two_campaigns_and_every_campaign_has_two_members(texts: list[str]) -> None:
    campaigns = find_campaigns(told(*texts))
    members = [member.id for campaign in campaigns for member in campaign.members]
    assert len(members) == len(set(members))
    assert all(len(campaign.members) >= 2 for campaign in campaigns)
