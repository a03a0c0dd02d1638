"""Web pages of offices: what stands around the text, tables that lay out the page, paragraphs without elements."""

from __future__ import annotations

import pytest

from consult.drafts.parsing import FileText, parse_text
from consult.drafts.parsing.files import read_file

PAGE = """<html><head><meta charset="utf-8"><title>停放条例_清河县人民政府</title>
<script>var a = "第九条 无";</script></head>
<body><div class="siteLogo">清河县人民政府</div>
<ul class="list"><li><a href="/">首页</a></li><li><a href="/zw">政务公开</a></li></ul>
<div class="crumb">当前位置：<a href="/">首页</a> &gt; 正文</div>
<div class="print-content"><div>停放条例</div><div>发布时间：2026-05-01 来源：司法局 字体：[大 中 小]</div>
<div>&nbsp;&nbsp;&nbsp;&nbsp;<strong>第一条</strong>&nbsp;&nbsp;为了规范停放，<a href="/law">依法</a>制定本条例。</div>
<div>　　第二条　本县适用。<br>　　镇村照此执行。<br/>　　（一）甲；<br>　　（二）乙。</div>
<table><tr><td width="20"></td><td><p>第三条　见表。</p></td></tr></table>
<table><tr><td>日间</td><td>五元</td></tr></table><p>附件：<a href="a.doc">说明</a></p></div>
<div class="share">分享到：<a>微博</a></div><p>【打印本页】【关闭窗口】</p>
<div><p>主办：清河县政府办</p><p>冀ICP备1号</p></div></body></html>"""


def read(page: str) -> FileText:
    return read_file("正文.html", page.encode())


def test_what_stands_around_the_text_of_an_office_s_page_is_left_out_and_told() -> None:
    found = read(PAGE)
    assert found.text.split("\n") == [
        "停放条例",
        "第一条 为了规范停放，依法制定本条例。",
        "第二条 本县适用。",
        "镇村照此执行。",
        "（一）甲；",
        "（二）乙。",
        "第三条 见表。",
        "| 日间 | 五元 |",
        "附件：说明",
    ]
    assert {left.reason for left in found.left_out} == {"page"} and "当前位置： 首页 > 正文" in [
        left.text for left in found.left_out
    ]


def test_no_words_of_a_page_are_lost_or_doubled() -> None:
    found = read(PAGE)
    body = "".join("".join((found.text, *(left.text for left in found.left_out))).split())
    for words in ("清河县人民政府", "政务公开", "发布时间", "主办：", "冀ICP备1号", "镇村照此", "分享到", "日间"):
        assert body.count(words) == 1, words
    assert "第九条" not in body


@pytest.mark.parametrize("inline", ["font", "span", "b"])
def test_paragraphs_that_only_breaks_part_are_paragraphs_in_whatever_they_stand(inline: str) -> None:
    text = "　　方案<br><br>　　一、目标<br>　　建成<i>车位</i>。<br>　　二、措施"
    assert read(f"<body><{inline}>{text}</{inline}><p>完。</p></body>").text.split("\n") == [
        "方案",
        "一、目标",
        "建成车位。",
        "二、措施",
        "完。",
    ]


def test_a_table_with_the_text_in_one_cell_lays_out_the_page_and_one_of_two_versions_side_by_side_does_not() -> None:
    text = "<p>方案</p><p>一、目标</p><p>年内建成。</p><p>二、措施</p>"
    layout = f'<table><tr><td><a href="/">首页</a><br><a href="/b">公开</a></td><td>{text}</td></tr></table>'
    assert read(layout).text.split("\n") == ["方案", "一、目标", "年内建成。", "二、措施"]
    versions = "<tr><td><p>第一条 甲。</p></td><td><p>第一条 乙。</p></td></tr>"
    assert (
        read(f"<table><tr><td>现行</td><td>修改后</td></tr>{versions}</table>").text.split("\n")[-1]
        == "| 第一条 甲。 | 第一条 乙。 |"
    )


def test_a_list_counted_in_chinese_has_its_numbers_written_out() -> None:
    page = '<ol style="list-style-type: cjk-ideographic"><li>目标</li><li>措施</li></ol>'
    assert [node.label for node in parse_text("方案\n" + read(page).text).nodes] == ["一、", "二、"]
