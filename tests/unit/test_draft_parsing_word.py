"""Word documents as offices make them: revisions, text boxes, hidden words, tables in tables, tables of contents."""

from __future__ import annotations

import io

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from consult.drafts.parsing import ParsedDraft, parse_text
from consult.drafts.parsing.files import read_file

SPACES = nsdecls("w", "wp", "a", "m") + (
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
)


def words(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(inner: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def document(*blocks: str, title: str = "停放办法") -> docx.document.Document:
    made = docx.Document()
    made.add_paragraph(title)
    for block in blocks:
        tag, rest = block.split(">", 1)
        made.element.body.insert(len(made.element.body) - 1, parse_xml(f"{tag} {SPACES}>{rest}"))
    return made


def read(made: docx.document.Document) -> tuple[ParsedDraft, list[tuple[str, str]]]:
    out = io.BytesIO()
    made.save(out)
    found = read_file("办法.docx", out.getvalue())
    return parse_text(found.text), [(left.reason, left.text) for left in found.left_out]


DELETED_END = '<w:rPr><w:del w:id="9" w:author="a"/></w:rPr>'


def test_paragraphs_whose_parting_was_deleted_are_one_and_a_deleted_one_counts_in_no_list() -> None:
    made = document(
        paragraph(words("第一条 前半句，"), DELETED_END),
        paragraph(words("后半句。")),
        paragraph(words("第二条 有下列情形的：")),
        *(
            paragraph(inner, f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="60"/></w:numPr>{properties}')
            for inner, properties in (
                (words("占道；"), ""),
                ('<w:del w:id="8" w:author="a"><w:r><w:delText>删去；</w:delText></w:r></w:del>', DELETED_END),
                (words("堵门。"), ""),
            )
        ),
    )
    lists = made.part.numbering_part.element
    level = '<w:lvl w:ilvl="0"><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%1）"/></w:lvl>'
    lists.insert(0, parse_xml(f'<w:abstractNum {SPACES} w:abstractNumId="50">{level}</w:abstractNum>'))
    lists.append(parse_xml(f'<w:num {SPACES} w:numId="60"><w:abstractNumId w:val="50"/></w:num>'))
    first, second = read(made)[0].nodes
    assert (first.text, first.children) == ("前半句，后半句。", [])
    assert [(item.label, item.text) for item in second.children] == [("（一）", "占道；"), ("（二）", "堵门。")]


def test_the_paragraphs_of_a_text_box_stand_apart_after_the_one_it_hangs_on_and_only_once() -> None:
    box = f"<w:txbxContent>{paragraph(words('框内一。'))}{paragraph(words('框内二。'))}</w:txbxContent>"
    shape = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><a:graphic><a:graphicData><wps:wsp>'
        f"<wps:txbx>{box}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    parsed, _ = read(document(paragraph(words("第一条 前文，") + shape + words("后文。"))))
    assert parsed.paragraphs[1:] == ["第一条 前文，后文。", "框内一。", "框内二。"]


def test_what_word_hides_is_left_out_and_told_and_a_reading_aid_is_no_word_of_the_text() -> None:
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>内部意见</w:t></w:r>"
    aid = f"<w:r><w:ruby><w:rubyPr/><w:rt>{words('tíng')}</w:rt><w:rubyBase>{words('停')}</w:rubyBase></w:ruby></w:r>"
    formula = "<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath>"
    parsed, left = read(document(paragraph(words("第一条 ") + hidden + aid + words("放，") + formula + words("。"))))
    assert parsed.nodes[0].text == "停放，a+b。"
    assert left == [("hidden", "内部意见")]


def test_a_table_in_a_cell_becomes_lines_of_the_cell() -> None:
    made = document(paragraph(words("第一条 见表。")))
    table = made.add_table(1, 2)
    table.cell(0, 0).text = "费用"
    inner = table.cell(0, 1).add_table(2, 2)
    for at, text in enumerate(("日间", "五元", "夜间", "两元")):
        inner.cell(at // 2, at % 2).text = text
    assert read(made)[0].paragraphs[2] == "| 费用 | 日间 五元 <br> 夜间 两元 |"


def test_the_table_of_contents_that_word_keeps_is_left_out() -> None:
    kept = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{paragraph(words('目录'))}{paragraph(words('第一章 总则 1'))}</w:sdtContent></w:sdt>"
    )
    parsed, left = read(document(kept, paragraph(words("第一章 总则")), paragraph(words("第一条 甲。"))))
    assert parsed.paragraphs == ["停放办法", "第一章 总则", "第一条 甲。"]
    assert left == [("contents", "目录"), ("contents", "第一章 总则 1")]


def test_a_paragraph_of_an_outline_level_is_a_heading_whatever_its_style_is_called() -> None:
    level = '<w:outlineLvl w:val="0"/>'
    made = document(
        paragraph(words("工作目标"), level), paragraph(words("分两年建成。"), level), paragraph(words("做好。"))
    )
    parsed, _ = read(made)
    assert [(node.heading, len(node.children)) for node in parsed.nodes] == [("工作目标", 2)]
