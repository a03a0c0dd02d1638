"""Texts whose lines the width of a page broke: copied out of PDF, or from files with 40 columns."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.drafts.parsing import Became, ParsedDraft, ParsingRefused, parse_text

PARAGRAPHS = (
    "清河县公共停车条例",
    "第一章　总则",
    "第一条　为了加强公共停车设施的规划、建设和管理，维护停车人的合法权益，依照上位法第九条的规定，制定本条例。",
    "第二条　本县行政区域内公共停车设施的规划、建设、使用和管理，以及依照第一条、第三条进行的监督，适用本条例。",
    "住宅小区内部的停车位不适用本条例，但是业主大会决定向社会开放、并且已经报镇人民政府备案的除外。",
    "第三条　停车管理单位应当履行下列职责，并且每年向社会公布履行的情况：",
    "（一）按照公布的标准收取停车费，在入口的显著位置标明收费标准、计费方式和监督电话；",
    "（二）为残疾人、孕妇和携带婴儿的人预留位置方便的停车位，数量不少于总数的百分之二。",
    "第二章　附则",
    "第四条　本条例自公布之日起施行。",
)


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def broken(text: str, width: int) -> list[str]:
    """A paragraph as a page prints it; a mark never begins a line."""
    lines = [""]
    for c in text:
        if columns(lines[-1] + c) > width and c not in "，。；：、）":
            lines.append("")
        lines[-1] += c
    return lines


def tree(parsed: ParsedDraft) -> list[tuple[str, str, str]]:
    return [(node.label, node.heading, node.text) for node in parsed.walk()]


WHOLE = parse_text("\n".join(PARAGRAPHS))


@pytest.mark.parametrize("width", [40, 56, 76])
@pytest.mark.parametrize("manner", ["indented", "parted", "bare"])
def test_lines_that_a_page_broke_read_as_the_paragraphs_that_they_were(width: int, manner: str) -> None:
    lines = []
    for paragraph in PARAGRAPHS:
        lines += broken(("　　" if manner == "indented" else "") + paragraph, width)
        lines += [""] if manner == "parted" else []
    parsed = parse_text("\r\n".join(lines))
    assert tree(parsed) == tree(WHOLE) and parsed.title == WHOLE.title
    assert tree(parse_text("\n".join(parsed.paragraphs))) == tree(WHOLE)


def test_numbers_and_heads_of_pages_are_left_out_although_they_tear_a_sentence() -> None:
    lines = [line for paragraph in PARAGRAPHS for line in broken(paragraph, 48)]
    marks = ["— 1 —", "- 2 -", "第 3 页 共 4 页"]
    for place, mark in zip((4, 9, 14), marks, strict=True):
        lines[place:place] = [mark, PARAGRAPHS[0]]
    parsed = parse_text("\n".join(lines))
    assert tree(parsed) == tree(WHOLE)
    left = [(line.text, line.reason) for line in parsed.account if line.became is Became.LEFT_OUT]
    assert left == [pair for mark in marks for pair in ((mark, "page_number"), (PARAGRAPHS[0], "running_head"))]


def test_pages_that_a_form_feed_parts_have_their_bare_numbers_and_heads_left_out() -> None:
    lines = [line for paragraph in PARAGRAPHS for line in broken(paragraph, 48)]
    lines[14:14] = ["2", "\x0c清河县公报"]
    lines[7:7] = ["1", "\x0c清河县公报"]
    assert tree(parse_text("\n".join(lines))) == tree(WHOLE)


def test_short_paragraphs_without_full_stops_are_no_broken_lines() -> None:
    names = [
        "新华街道办事处停车管理服务中心办公室",
        "建设街道办事处停车管理服务中心办公室",
        "城关镇人民政府停车管理服务站办公室",
    ]
    parsed = parse_text("\n".join(["名单", *names, *names]))
    assert parsed.paragraphs == ["名单", *names, *names]


def test_numbers_that_stand_alone_in_a_table_without_lines_are_kept() -> None:
    rows = ["序号", "1", "新建车位", "2", "共享车位", "3", "规范收费"]
    assert parse_text("\n".join(["任务表", *rows])).paragraphs == ["任务表", *rows]


LINES = st.sampled_from(
    [
        *(line for paragraph in PARAGRAPHS for line in broken(paragraph, 40)),
        "1",
        "2",
        "— 3 —",
        "\x0c",
        "",
        "　　续。",
        "- 点",
    ]
)


@given(st.lists(LINES, max_size=40))
def test_whatever_the_lines_no_character_is_lost_or_doubled_and_the_text_reads_the_same_again(lines: list[str]) -> None:
    try:
        parsed = parse_text("\n".join(lines))
    except ParsingRefused:
        return
    told = "".join(line.text for line in parsed.account)
    assert sorted("".join(told.split())) == sorted("".join("".join(lines).split()))
    again = parse_text("\n".join(parsed.paragraphs))
    assert (tree(again), again.title, again.preamble) == (tree(parsed), parsed.title, parsed.preamble)
