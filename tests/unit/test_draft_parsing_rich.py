"""Tables, notes and pictures of draft plans, web pages, and the account of every paragraph."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from typing import Any

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from consult.drafts.parsing import Became, EncodingDoubtful, ParsingRefused, parse_text
from consult.drafts.parsing.files import read_file
from consult.drafts.parsing.marks import pictures_in
from consult.drafts.parsing.pictures import PictureRefused, clean
from consult.drafts.parsing.tables import cell_text, cells, table_lines


def saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def picture(size: tuple[int, int] = (60, 40), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (20, 80, 120)).save(out, kind)
    return out.getvalue()


def with_footnote(document: Any, paragraph: Any, words: str) -> None:
    """A footnote as Word writes it; python-docx makes none itself."""
    xml = (
        f"<w:footnotes {nsdecls('w')}><w:footnote w:type='separator' w:id='-1'><w:p/></w:footnote>"
        f"<w:footnote w:id='2'><w:p><w:r><w:footnoteRef/><w:t>{words}</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, xml.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), "2")
    paragraph.add_run()._r.append(reference)


def lines_of(name: str, data: bytes) -> list[str]:
    return read_file(name, data).text.split("\n")


def test_a_table_of_word_keeps_its_cells_headings_and_what_is_joined() -> None:
    document = docx.Document()
    document.add_paragraph("第一条 任务如下：")
    table = document.add_table(3, 3)
    for row in range(3):
        for column in range(3):
            table.cell(row, column).text = f"{row}{column}" if row else ("任务", "", "期限")[column]
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(2, 2).text = ""
    table.cell(1, 2).merge(table.cell(2, 2))
    document.add_paragraph("由牵头单位落实。")
    parsed = parse_text(read_file("a.docx", saved(document)).text)
    article = parsed.nodes[0]
    held = article.children[0]
    rows = [[(cell.lines, cell.columns, cell.rows, cell.is_heading) for cell in row] for row in cells(held.text)]
    assert rows[0] == [(["任务"], 2, 1, True), (["期限"], 1, 1, True)]
    assert rows[1] == [(["10"], 1, 1, False), (["11"], 1, 1, False), (["12"], 1, 2, False)]
    assert rows[2] == [(["20"], 1, 1, False), (["21"], 1, 1, False)]
    assert (held.number, article.children[1].number) == (None, "2"), "a table is no 款 and does not count as one"


def test_a_row_that_spans_the_whole_table_stays_in_it() -> None:
    document = docx.Document()
    document.add_paragraph("第一条 任务如下：")
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "任务清单"
    table.cell(1, 0).text, table.cell(1, 1).text = "甲", "乙"
    assert lines_of("a.docx", saved(document))[1:] == ["| 任务清单 | < |", "| --- | --- |", "| 甲 | 乙 |"]


def test_a_footnote_is_marked_in_the_text_and_stands_below_its_clause() -> None:
    document = docx.Document()
    with_footnote(document, document.add_paragraph("第一条 适用于建成区"), "指2025年划定的范围。")
    document.add_paragraph("第二条 乙。")
    parsed = parse_text(read_file("a.docx", saved(document)).text)
    assert parsed.nodes[0].text == "适用于建成区[^1]"
    assert [child.text for child in parsed.nodes[0].children] == ["[^1]: 指2025年划定的范围。"]
    assert [node.label for node in parsed.nodes] == ["第一条", "第二条"]


def test_a_picture_of_word_is_kept_with_the_words_for_those_who_do_not_see_it() -> None:
    document = docx.Document()
    document.add_paragraph("第一条 范围见图。")
    document.add_picture(io.BytesIO(picture()))
    next(document.element.body.iter(qn("wp:docPr"))).set("descr", "范围[示意]图")
    file = read_file("a.docx", saved(document))
    (kept,) = file.pictures
    assert file.text.split("\n")[1] == f"![范围 示意 图](image:{kept.id})"
    assert (kept.media_type, kept.width, kept.height) == ("image/png", 60, 40)
    assert kept.id.endswith("-60x40") and list(pictures_in(file.text)) == [kept.id]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_a_picture_is_drawn_anew_and_has_the_same_name_every_time(kind: str) -> None:
    first, second = clean(picture(kind=kind)), clean(picture(kind=kind))
    assert first == second
    assert first.media_type == ("image/jpeg" if kind == "JPEG" else "image/png")


def test_what_stands_behind_a_picture_is_not_kept() -> None:
    assert b"<script>" not in clean(picture() + b"<script>alert(1)</script>").data


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, picture(kind="BMP")],
)
def test_what_is_no_picture_or_a_damaged_one_is_refused(data: bytes) -> None:
    with pytest.raises(PictureRefused):
        clean(data)


def test_a_picture_of_too_many_points_is_refused_by_its_head_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    Image.new("1", (8_000, 8_000)).save(out, "PNG")
    assert len(out.getvalue()) < 20_000
    # Its points are cut off: whoever unpacked them would call it damaged.
    with pytest.raises(PictureRefused, match="points"):
        clean(out.getvalue()[:500])


def test_a_linked_picture_is_left_out_and_told() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("第一条 甲。")
    blip = '<a:blip r:link="rId99"/>'
    paragraph.add_run()._r.append(
        parse_xml(f"<w:drawing {nsdecls('w', 'a', 'r', 'wp')}><wp:inline><wp:docPr id='1' name='x' descr='外图'/>{blip}"
                  "</wp:inline></w:drawing>")
    )  # fmt: skip
    file = read_file("a.docx", saved(document))
    assert [(left.text, left.reason) for left in file.left_out] == [("外图", "linked")]
    assert "![" not in file.text


PAGE = """<!doctype html><html><head><meta charset="{charset}"><title>首页</title><script>bad()</script></head><body>
<nav><a href="/">返回首页</a></nav><h1>清河镇养老服务实施方案</h1><h2>一、总体要求</h2><p>坚持<b>就近</b>就便。</p>
<ol start="3"><li>新建驿站<!-- 旁注 --></li><li>改造食堂</li></ol>
<table><caption>附表</caption><tr><th>任务</th><th>单位</th></tr><tr><td rowspan="2">驿站</td><td>民政</td></tr>
<tr><td>住建|规划</td></tr></table><style>p{{}}</style><p hidden>看不见</p></body></html>"""


def test_a_web_page_gives_headings_lists_and_tables_and_nothing_of_the_page_around() -> None:
    assert lines_of("a.html", PAGE.format(charset="utf-8").encode()) == [
        "# 清河镇养老服务实施方案",
        "## 一、总体要求",
        "坚持就近就便。",
        "3. 新建驿站",
        "4. 改造食堂",
        "附表",
        "| 任务 | 单位 |",
        "| --- | --- |",
        "| 驿站 | 民政 |",
        "| ^ | 住建\\|规划 |",
    ]


def test_a_web_page_is_read_in_the_encoding_it_declares_and_refused_when_that_is_not_true() -> None:
    assert lines_of("a.htm", PAGE.format(charset="gb2312").encode("gb18030"))[0] == "# 清河镇养老服务实施方案"
    with pytest.raises(EncodingDoubtful):
        read_file("a.html", PAGE.format(charset="utf-8").encode("gb18030"))
    with pytest.raises(EncodingDoubtful):
        read_file("a.html", PAGE.format(charset="klingon").encode())
    with pytest.raises(EncodingDoubtful):
        read_file("a.html", "<p>第一條 甲。</p>".encode("big5"))


@pytest.mark.parametrize(
    "data",
    [
        b"<div>" * 100_000,
        b"<ol><li>" * 50_000 + b"x",
        b"<table>" + b"<tr><td rowspan=9999 colspan=9999>x" * 3_000,
        b"<table><tr><td>" * 5_000 + b"x",
        b"<p>" * 50_000,
        b"<!--" * 50_000,
        b"<meta charset=utf-8>\xff\xfe<p>",
        b"<p>\0</p>",
        b"",
    ],
)
def test_a_hostile_web_page_is_read_or_refused_and_never_a_crash(data: bytes) -> None:
    with contextlib.suppress(ParsingRefused):
        parse_text(read_file("a.html", data).text)


PLAN = """清河县养老服务三年行动计划
一、总体要求
到2027年，每个镇都有食堂。[^1]
[^1]: 含合作食堂。
（一）新建
1. 驿站
① 选址
（1）近社区
| 任务 | 单位 |
| --- | --- |
| 驿站 | 民政 |
***
附件1 任务分工表
| 甲 | 乙 |
"""


def test_of_every_paragraph_of_a_plan_is_told_what_became_of_it() -> None:
    told = [(line.became, line.where) for line in parse_text(PLAN).account]
    assert told == [
        (Became.TITLE, ""),
        (Became.HEADING, "一、"),
        (Became.PARAGRAPH, "一、"),
        (Became.NOTE, "一、"),
        (Became.ITEM, "（一）"),
        (Became.ITEM, "（一）1."),
        (Became.ITEM, "（一）1.①"),
        (Became.ITEM, "（一）1.（1）"),
        (Became.TABLE, "（一）1.（1）"),
        (Became.TABLE, "（一）1.（1）"),
        (Became.TABLE, "（一）1.（1）"),
        (Became.ANNEX, "附件1"),
        (Became.TABLE, "附件1"),
        (Became.LEFT_OUT, ""),
    ]


def test_a_note_on_a_paragraph_of_a_chapter_is_part_of_that_clause() -> None:
    chapter = parse_text(PLAN).nodes[0]
    assert [child.text for child in chapter.children[0].children] == ["[^1]: 含合作食堂。"]


def test_the_list_of_annexes_is_none_and_each_of_them_takes_its_heading_from_the_next_line() -> None:
    text = (
        "行动计划\n一、安排\n按期完成。\n附件：1.任务表\n2.资金表\n附件1\n任务表\n| 甲 | 乙 |\n附件2 资金表\n三百万元。"
    )
    found = parse_text(text)
    assert [(node.label, node.heading) for node in found.nodes] == [
        ("一、", "安排"),
        ("附件1", "任务表"),
        ("附件2", "资金表"),
    ]
    marked = parse_text("# 附件1 任务表".join(text.split("附件1\n任务表")))
    assert [(node.label, node.heading) for node in marked.nodes][1] == ("附件1", "任务表")
    assert [child.text for child in found.nodes[0].children] == ["按期完成。", "附件：1.任务表", ""]
    assert parse_text("办法\n第一条 见\n附件1\n的要求。").nodes[0].label == "第一条"
    assert len(parse_text("办法\n第一条 见\n附件1\n的要求。").nodes) == 1


LINES = st.sampled_from(
    [*PLAN.split("\n"), "第一条 甲。", "第二条 乙：", "第一章 总则", "| 丙 |", "[^1]: 又一", "---", "<!-- 旁注 -->",
     "## 标题", "![图](image:" + "a" * 24 + "-10x10)", "“第五条 引。”", "第三条 甲。 第四条 乙。", "目录", "- 点",
     "附件1", "**重点**"]
)  # fmt: skip


@given(st.lists(LINES, min_size=1, max_size=25))
def test_whatever_the_lines_the_account_has_each_of_them_once_and_the_text_reads_the_same_again(
    lines: list[str],
) -> None:
    text = "\n".join(lines)
    try:
        parsed = parse_text(text)
    except ParsingRefused:
        return
    accounted = Counter(line.text for line in parsed.account)
    comments = Counter("旁注" for line in lines if line.startswith("<!--"))
    assert accounted == Counter(line for line in lines if line.strip() and not line.startswith("<!--")) + comments
    assert [line.text for line in parsed.account[: len(parsed.paragraphs)]] == parsed.paragraphs
    again = parse_text("\n".join(parsed.paragraphs))
    assert (again.nodes, again.preamble, again.title) == (parsed.nodes, parsed.preamble, parsed.title)


WORDS = st.text(st.sampled_from("甲乙<^|\\ br>-"), max_size=8)


@given(st.lists(st.lists(WORDS, min_size=2, max_size=4), min_size=1, max_size=5))
def test_whatever_stands_in_cells_is_read_again_as_what_it_is(grid: list[list[str]]) -> None:
    width = len(grid[0])
    plain = [[" ".join(text.replace("<br>", "").split()) for text in (row + [""] * width)[:width]] for row in grid]
    written = table_lines([[cell_text([text]) for text in row] for row in plain], 1 if len(plain) > 1 else 0)
    read = [["".join(cell.lines) for cell in row] for row in cells("\n".join(written))]
    if not any("br" in text or set(text) == {"-"} for row in plain for text in row):
        assert read == plain
