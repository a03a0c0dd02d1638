"""Drafts from files: Word with its automatic numbers, text in its encodings, and what is neither."""

from __future__ import annotations

import io
import random
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from consult.drafts.parsing import (
    DamagedFile,
    EmptyText,
    EncodingDoubtful,
    FileTooLarge,
    Kind,
    NotText,
    OldWordFile,
    ParsingRefused,
    UnknownFileKind,
    parse_text,
)
from consult.drafts.parsing.files import MAX_BYTES, file_text, parse_file
from consult.drafts.parsing.numbering import in_han, written
from reports.tables.numerals import number_of

TEXT = "停放办法\n第一章 总则\n第一条 为了规范停放，制定本办法。\n第二条 本市适用本办法。\n（一）停放；\n（二）充电。"


def saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def with_list(document: object, levels: list[tuple[str, str]], identity: int = 77) -> None:
    """Add a list whose levels are (format, text) to a document."""
    numbering = document.part.numbering_part.element  # type: ignore[attr-defined]
    inner = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (form, text) in enumerate(levels)
    )
    abstract = parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{identity}">{inner}</w:abstractNum>')
    numbering.insert(0, abstract)
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{identity}"><w:abstractNumId w:val="{identity}"/></w:num>')
    )


def listed(document: object, text: str, level: int, identity: int = 77) -> None:
    paragraph = document.add_paragraph(text)  # type: ignore[attr-defined]
    paragraph._p.get_or_add_pPr().append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{identity}"/></w:numPr>')
    )


def test_a_word_document_gives_the_same_tree_as_its_text() -> None:
    parsed = parse_file("办法.docx", word(*TEXT.split("\n")))
    assert (parsed.title, parsed.nodes) == (parse_text(TEXT).title, parse_text(TEXT).nodes)


def test_automatic_numbers_are_written_out_as_word_shows_them() -> None:
    document = docx.Document()
    with_list(
        document,
        [("chineseCountingThousand", "第%1章"), ("chineseCounting", "第%2条"), ("decimal", "（%3）")],
    )
    document.add_paragraph("停放办法")
    listed(document, "总则", 0)
    listed(document, "为了规范停放。", 1)
    listed(document, "有下列情形的：", 1)
    listed(document, "占用通道；", 2)
    listed(document, "楼道充电。", 2)
    listed(document, "罚则", 0)
    listed(document, "处罚。", 1)
    text = file_text("a.docx", saved(document)).split("\n")
    assert text == [
        "停放办法",
        "第一章 总则",
        "第一条 为了规范停放。",
        "第二条 有下列情形的：",
        "（1）占用通道；",
        "（2）楼道充电。",
        "第二章 罚则",
        "第一条 处罚。",
    ]


def test_articles_counted_through_all_chapters_go_on_counting() -> None:
    document = docx.Document()
    with_list(document, [("chineseCounting", "第%1章")], identity=77)
    with_list(document, [("chineseCounting", "第%1条")], identity=78)
    document.add_paragraph("办法")
    for chapter in ("总则", "罚则"):
        listed(document, chapter, 0, 77)
        listed(document, "内容。", 0, 78)
    parsed = parse_file("a.docx", saved(document))
    assert [n.number for n in parsed.walk() if n.kind is Kind.ARTICLE] == ["1", "2"]
    assert [n.label for n in parsed.nodes] == ["第一章", "第二章"] and parsed.warnings == []


def test_styles_that_a_list_names_stand_on_its_levels() -> None:
    document = docx.Document()
    with_list(document, [("chineseCounting", "第%1章"), ("chineseCounting", "第%2条")])
    for level, name in enumerate(("章题", "条文")):
        style = document.styles.add_style(name, docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
        style.element.get_or_add_pPr().append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="77"/></w:numPr>'))
        linked = parse_xml(f'<w:pStyle {nsdecls("w")} w:val="{style.style_id}"/>')
        document.part.numbering_part.element.findall(f".//{qn('w:lvl')}")[level].insert(2, linked)
    for text, style_name in (("办法", None), ("总则", "章题"), ("甲。", "条文"), ("乙。", "条文")):
        document.add_paragraph(text, style=style_name)
    assert file_text("a.docx", saved(document)).split("\n") == ["办法", "第一章 总则", "第一条 甲。", "第二条 乙。"]


def test_numbers_of_a_style_and_its_removal_are_followed() -> None:
    document = docx.Document()
    with_list(document, [("chineseCounting", "第%1条")])
    style = document.styles.add_style("条文", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    style.element.get_or_add_pPr().append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="77"/></w:numPr>'))
    document.add_paragraph("办法")
    document.add_paragraph("甲。", style="条文")
    plain = document.add_paragraph("没有编号的一段。", style="条文")
    plain._p.get_or_add_pPr().append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="0"/></w:numPr>'))
    document.add_paragraph("乙。", style="条文")
    assert file_text("a.docx", saved(document)).split("\n") == [
        "办法",
        "第一条 甲。",
        "没有编号的一段。",
        "第二条 乙。",
    ]


def test_headings_of_word_are_chapters_and_tables_are_kept_as_tables() -> None:
    document = docx.Document()
    document.add_heading("改造方案", 0)
    document.add_heading("背景", 1)
    document.add_paragraph("楼道堆物多。")
    document.add_heading("安排", 1)
    table = document.add_table(rows=2, cols=2)
    for row, cells in enumerate((("时间", "任务"), ("三月", "清理\n楼道"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    parsed = parse_file("a.docx", saved(document))
    assert parsed.title == "改造方案"
    assert [(n.kind, n.heading) for n in parsed.nodes] == [(Kind.CHAPTER, "背景"), (Kind.CHAPTER, "安排")]
    assert [n.text for n in parsed.nodes[1].children] == ["| 时间 | 任务 |\n| --- | --- |\n| 三月 | 清理 <br> 楼道 |"]


def test_inserted_text_is_read_and_deleted_text_is_not() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("第一条 应当")
    for tag, inner in (("ins", "<w:t>立即</w:t>"), ("del", "<w:delText>尽快</w:delText>")):
        paragraph._p.append(parse_xml(f"<w:{tag} {nsdecls('w')}><w:r>{inner}</w:r></w:{tag}>"))
    paragraph.add_run("清理。")
    assert file_text("a.docx", saved(document)) == "第一条 应当立即清理。"


def test_a_line_break_inside_a_paragraph_separates_paragraphs() -> None:
    document = docx.Document()
    document.add_paragraph("办法")
    document.add_paragraph("第一条 甲。\n第二条 乙。")
    assert len(parse_file("a.docx", saved(document)).nodes) == 2


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", ["办法.txt", "办法.md", "办法.MD"])
def test_text_files_are_read_in_their_encodings(name: str, codec: str) -> None:
    assert parse_file(name, TEXT.encode(codec)).nodes == parse_text(TEXT).nodes


WORKBOOK = io.BytesIO()
with zipfile.ZipFile(WORKBOOK, "w") as _archive:
    _archive.writestr("[Content_Types].xml", "<Types/>")
    _archive.writestr("xl/workbook.xml", "<workbook/>")


@pytest.mark.parametrize(
    ("name", "data", "situation"),
    [
        ("a.txt", b"", EmptyText),
        ("a.txt", "\u3000\n".encode(), EmptyText),
        ("a.docx", b"PK\x03\x04 broken", DamagedFile),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, OldWordFile),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OldWordFile),
        ("a.pdf", b"%PDF-1.7", UnknownFileKind),
        ("a.txt", b"%PDF-1.7", UnknownFileKind),
        ("a.xlsx", WORKBOOK.getvalue(), UnknownFileKind),
        ("a.odt", b"text", UnknownFileKind),
        ("a.txt", bytes(range(256)) * 20, NotText),
        ("a.txt", "巷口的路燈壞了半個月，一直沒有人來修。".encode("cp950"), EncodingDoubtful),
        ("a.txt", b"x" * (MAX_BYTES + 1), FileTooLarge),
        ("a.docx", word(""), EmptyText),
    ],
)
def test_what_cannot_be_read_is_told_as_the_situation_that_it_is(
    name: str, data: bytes, situation: type[ParsingRefused]
) -> None:
    with pytest.raises(situation) as caught:
        parse_file(name, data)
    assert str(caught.value) == situation.message


def rezipped(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for part in before.infolist():
            after.writestr(part.filename, content if part.filename == name else before.read(part))
    return out.getvalue()


def test_a_document_that_inflates_to_a_bomb_is_refused() -> None:
    with pytest.raises(FileTooLarge):
        parse_file("a.docx", rezipped(word("第一条 甲。"), "word/document.xml", b" " * (31 * 1024 * 1024)))


def test_entities_of_a_document_are_not_expanded() -> None:
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "' + b"a" * 1000 + b'">]>'
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>'
        + b"&a;" * 1000
        + b"</w:t></w:r></w:p></w:body></w:document>"
    )
    try:
        text = file_text("a.docx", rezipped(word("第一条 甲。"), "word/document.xml", bomb))
    except ParsingRefused:
        return
    assert len(text) < 10_000


@pytest.mark.parametrize("seed", range(300))
def test_a_damaged_document_is_read_or_refused_and_never_a_crash(seed: int) -> None:
    chance = random.Random(seed)
    whole = word(*TEXT.split("\n"))
    if seed % 2:
        data = bytearray(whole)
        for _ in range(chance.randint(1, 5)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    else:
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            name = chance.choice(
                [part.filename for part in archive.infolist() if part.filename.endswith((".xml", ".rels"))]
            )
            part = bytearray(archive.read(name))
        start = chance.randrange(len(part))
        del part[start : start + chance.randint(1, 60)]
        data = bytearray(rezipped(whole, name, bytes(part)))
    try:
        parse_file("a.docx", bytes(data))
    except ParsingRefused as refused:
        assert str(refused)


def test_chinese_numerals_are_written_as_they_are_read() -> None:
    assert [number_of(in_han(n)) for n in range(1, 3000)] == list(range(1, 3000))
    assert [in_han(n) for n in (10, 15, 20, 101, 110, 1001, 1010)] == [
        "十", "十五", "二十", "一百零一", "一百一十", "一千零一", "一千零一十"
    ]  # fmt: skip
    assert (
        written(4, "upperRoman") == "IV"
        and written(28, "lowerLetter") == "bb"
        and written(3, "decimalEnclosedCircle") == "③"
    )
