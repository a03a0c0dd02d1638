"""Names of places in Chinese text: found where they are, and silence where there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.places import places, simplified


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我住在柳荫里小区，最近停水。", ("柳荫里小区",)),
        ("位于青石桥路的路灯坏了", ("青石桥路",)),
        ("梧桐街道的办事窗口总是没人", ("梧桐街道",)),
        ("孩子在育英小学读书", ("育英小学",)),
        ("请在云溪公园附近增设厕所", ("云溪公园",)),
        ("望江花园与临湖公寓之间的围墙倒了", ("望江花园", "临湖公寓")),
        ("石坝镇柳树村的水渠裂了", ("石坝镇", "柳树村")),
        ("A3区金桂苑小区没有电梯", ("A3区", "金桂苑")),
        ("地铁4号线何时开通到河东新城", ("地铁4号线", "河东新城")),
        ("107国道穿过我们村", ("107国道",)),
        ("晚上9点半左右柳荫里小区断电", ("柳荫里小区",)),
        ("街道组织柳树村开会", ("柳树村",)),
        ("北边建有望江花园", ("望江花园",)),
        ("五一广场没有厕所", ("五一广场",)),
    ],
)
def test_a_place_is_found_without_the_words_around_it(text: str, expected: tuple[str, ...]) -> None:
    assert places(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "我们小区", "这个路", "这条路", "老旧小区改造", "道路破损", "政府应该管一管", "城市建设",
        "居民小区里", "本小区", "我们村", "各个社区都一样", "公司不发工资", "学校放假", "修路",
        "出路在哪里", "农村的公路", "一路上", "该小区", "所有学校", "整个小区",
        "走投无路", "幸有小区保安帮忙", "三期安置房漏雨", "无法实行普惠制幼儿园",
    ],
)  # fmt: skip
def test_an_everyday_word_is_not_a_place(text: str) -> None:
    assert places(text) == ()


def test_traditional_characters_are_recognised_and_returned_as_written() -> None:
    assert places("位於陽光花園的路燈壞了") == ("陽光花園",)
    assert simplified("位於陽光花園") == "位于阳光花园"


def test_a_name_said_twice_is_returned_once_in_order_of_appearance() -> None:
    assert places("在云溪路，望江路，又是云溪路") == ("云溪路", "望江路")


def test_a_very_long_text_is_read_from_its_beginning_only() -> None:
    assert places("在云溪路" + "啊" * 200_000 + "，在望江路") == ("云溪路",)


@given(st.text(max_size=60))
def test_every_name_stands_in_the_text(text: str) -> None:
    assert all(name in text for name in places(text))


@given(st.text(max_size=80))
def test_simplifying_keeps_the_length(text: str) -> None:
    assert len(simplified(text)) == len(text)
