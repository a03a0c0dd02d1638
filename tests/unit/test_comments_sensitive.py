"""Words that make a reviewer look twice (R55): found however they are written, and shown where they stand."""

from __future__ import annotations

import pytest

from consult.comments.sensitive import SHIPPED, Matcher, parts, read_list

LIST = "【广告】\n加微信\n加QQ\n【辱骂】\n傻逼\nsb\n"


@pytest.mark.parametrize(
    "text,found",
    [
        ("请加微信联系", "加微信"),
        ("请 加 微 信 联系", "加 微 信"),
        ("请加，微。信联系", "加，微。信"),
        ("请加\u200b微\u200d信联系", "加\u200b微\u200d信"),
        ("請加微信聯繫", "加微信"),
        ("有事加ＱＱ说", "加ＱＱ"),
        ("有事加 q-Q说", "加 q-Q"),
        ("你是S B吧", "S B"),
    ],
)
def test_an_entry_is_found_however_it_is_written_and_named_by_its_place_in_the_original(text: str, found: str) -> None:
    (hit,) = Matcher(LIST).hits(text)
    assert text[hit.start : hit.end] == found


@pytest.mark.parametrize("text", ["USB接口", "SBS防水卷材", "微信支付很方便", "", "政府这件事办得太差，应当道歉"])
def test_what_only_looks_alike_and_criticism_are_no_hits(text: str) -> None:
    assert Matcher(LIST).hits(text) == () and Matcher(SHIPPED).hits(text) == ()


def test_the_parts_of_a_text_join_to_the_very_text_and_overlapping_hits_are_one() -> None:
    text = "先说意见。加微信微信群，傻逼。"
    cut = parts(text, Matcher(LIST + "微信微信\n信微信群\n").hits(text))
    assert "".join(part.text for part in cut) == text
    assert [part.text for part in cut if part.category] == ["加微信微信群", "傻逼"]


def test_a_shortened_text_shows_its_first_hit_however_far_behind_it_stands() -> None:
    text = "好" * 900 + "加微信" + "好" * 900
    cut = parts(text, Matcher(LIST).hits(text), most=400)
    assert [part.text for part in cut if part.category] == ["加微信"]
    assert sum(len(part.text) for part in cut) <= 402


def test_a_list_names_its_categories_and_the_lines_that_are_no_entries() -> None:
    entries, problems = read_list("【广告】\n加微信\n\n加 微信\n。，\n微\n" + "长" * 41)
    assert entries == (("加微信", "广告"),)
    assert [p.line for p in problems] == [5, 6, 7]


def test_the_list_that_comes_along_is_whole() -> None:
    entries, problems = read_list(SHIPPED)
    assert len(entries) > 30 and problems == () and all(category for _, category in entries)
