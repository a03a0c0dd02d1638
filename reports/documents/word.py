"""The bulletin as a Word file, laid out after GB/T 9704-2012 with the official faces named (rules R60–R63).

Recipients' offices have 仿宋_GB2312, 黑体, 楷体_GB2312 and 方正小标宋简体; the file names them and carries none.
A ``lines`` grid is used rather than ``linesAndChars``, which breaks in LibreOffice.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor, Twips

from reports import charts
from reports.bulletin.model import Block, Bulletin, Chart, Section, Table
from reports.documents.shared import (
    ABSTRACT,
    annex_note,
    balanced,
    cell_text,
    chart_alt,
    closing,
    is_numeric,
    page_mark,
    printed_rows,
)

FANG, KAI, HEI, BIAOSONG, SONG = "仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体", "宋体"
LATIN = "Times New Roman"
RED = RGBColor(0xC8, 0x10, 0x2E)
BODY, TITLE, SMALL, CELL, FOOT = Pt(16), Pt(22), Pt(12), Pt(10.5), Pt(14)
#: Line pitch of 22 lines on 225 mm, in twips (rule section E), and the page's measures.
LINE_PITCH = 579
PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
TOP, LEFT, RIGHT, BOTTOM, FOOTER = 2098, 1587, 1474, 1984, 397
TYPE_AREA_MM = 156


def render_docx(bulletin: Bulletin) -> bytes:
    """The Word file. The same bulletin gives the same text; times in its properties are fixed."""
    document = docx.Document()
    _page(document, bulletin)
    _styles(document)
    _masthead(document, bulletin)
    for line in balanced(bulletin.title).split("\n"):
        _paragraph(document, line, face=BIAOSONG, size=TITLE, align="center", indent=0, style="Heading 1")
    _empty(document)
    opening = _paragraph(document, "", indent=2)
    _run(opening, f"{ABSTRACT}　", face=HEI)
    _run(opening, bulletin.abstract_text, face=KAI)
    annexes = [section for section in bulletin.sections if section.annex]
    for section in bulletin.sections:
        if not section.annex:
            _section(document, bulletin, section, new_page=False)
    _closing(document, bulletin, annexes)
    for section in annexes:
        # The annexes together begin a page of their own (GB/T 9704-2012, 7.3.7), not each of them.
        _section(document, bulletin, section, new_page=section is annexes[0])
    _empty(document)
    trace = f"内容校验值：{bulletin.content_sha256}。模型版本：{bulletin.model_version}。"
    _paragraph(document, trace, face=SONG, size=Pt(9), indent=0)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _closing(document: Any, bulletin: Bulletin, annexes: Sequence[Section]) -> None:
    """The note of annexes, the organ and the date, before the annexes (GB/T 9704-2012, 7.3.4 to 7.3.6)."""
    _empty(document)
    for n, line in enumerate(annex_note(annexes)):
        listed = _paragraph(document, line, indent=2 if n == 0 else 5)
        listed.paragraph_format.keep_with_next = True
    if annexes:
        _empty(document)
    for line in closing(bulletin):
        end = _paragraph(document, line, align="right", indent=0)
        end.paragraph_format.right_indent = Pt(16 * 4)


def _page(document: Any, bulletin: Bulletin) -> None:
    fixed = datetime(2000, 1, 1, tzinfo=UTC)
    properties = document.core_properties
    properties.title, properties.author = bulletin.title, bulletin.masthead.organ
    properties.created = properties.modified = fixed
    properties.language = "zh-CN"
    section = document.sections[0]
    section.page_width, section.page_height = Twips(PAGE_WIDTH), Twips(PAGE_HEIGHT)
    section.top_margin, section.bottom_margin = Twips(TOP), Twips(BOTTOM)
    section.left_margin, section.right_margin = Twips(LEFT), Twips(RIGHT)
    section.footer_distance = Twips(BOTTOM - FOOTER - int(FOOT.pt * 20))
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(LINE_PITCH))
    document.settings.odd_and_even_pages_header_footer = True
    mark = page_mark(bulletin)
    for header, footer, side in (
        (section.header, section.footer, "right"),
        (section.even_page_header, section.even_page_footer, "left"),
    ):
        header.is_linked_to_previous = footer.is_linked_to_previous = False
        above = header.paragraphs[0]
        above.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if mark:
            _run(above, mark, face=HEI, size=CELL, colour=RED)
        _page_number(footer.paragraphs[0], side)


def _page_number(paragraph: Any, side: str) -> None:
    """— 1 —, one character in from the outer edge (rule R61)."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if side == "right" else WD_ALIGN_PARAGRAPH.LEFT
    if side == "right":
        paragraph.paragraph_format.right_indent = FOOT
    else:
        paragraph.paragraph_format.left_indent = FOOT
    _run(paragraph, "— ", face=SONG, size=FOOT)
    number = _run(paragraph, "", face=SONG, size=FOOT)
    for kind, text in (("begin", ""), ("", " PAGE "), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.set(qn("xml:space"), "preserve")
            element.text = text
        number._r.append(element)
    _run(paragraph, " —", face=SONG, size=FOOT)


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = LATIN, BODY
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), FANG)
    for level, face in ((1, BIAOSONG), (2, HEI), (3, KAI), (4, FANG)):
        style = document.styles[f"Heading {level}"]
        style.font.name, style.font.size, style.font.bold = LATIN, TITLE if level == 1 else BODY, False
        style.font.italic, style.font.color.rgb = False, RGBColor(0, 0, 0)
        named = style.element.get_or_add_rPr().get_or_add_rFonts()
        for old in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            named.attrib.pop(qn(old), None)
        named.set(qn("w:eastAsia"), face)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.keep_with_next = True


def _masthead(document: Any, bulletin: Bulletin) -> None:
    """The red head, only when a person has named the organ."""
    head = bulletin.masthead
    numbers = "　　".join(text for text in (head.issue, head.document_number) if text)
    if head.organ:
        _paragraph(document, head.organ, face=BIAOSONG, size=Pt(34), align="center", indent=0, colour=RED, exact=False)
        _empty(document)
    if numbers:
        _paragraph(document, numbers, align="center", indent=0)
    if head.organ:
        line = _paragraph(document, "", indent=0)
        _bottom_border(line)
        _empty(document)


def _bottom_border(paragraph: Any) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "1"), ("color", "C8102E")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _section(document: Any, bulletin: Bulletin, section: Section, *, new_page: bool) -> None:
    if section.annex:
        if not new_page:
            _empty(document)
        label = _paragraph(document, section.number, face=HEI, indent=0)
        label.paragraph_format.page_break_before = new_page or None
        label.paragraph_format.keep_with_next = True
        _paragraph(document, section.heading, face=HEI, style="Heading 2")
    else:
        _paragraph(document, f"{section.number}{section.heading}", face=HEI, style="Heading 2")
    for block in section.blocks:
        _block(document, bulletin, block)


def _block(document: Any, bulletin: Bulletin, block: Block) -> None:
    if block.kind == "heading":
        level = min(block.level + 1, 4)
        _paragraph(document, block.text, face=KAI if level == 3 else FANG, style=f"Heading {level}")
    elif block.kind in ("paragraph", "item"):
        _paragraph(document, block.text)
    elif block.kind == "note":
        _paragraph(document, f"注：{block.text}", face=KAI, size=SMALL, exact=False)
    elif block.kind == "quotes":
        for quote in block.quotes:
            said = f"（{quote.said_on}）" if quote.said_on else ""
            text = _paragraph(document, f"“{quote.text}”{said}", face=KAI, size=SMALL, indent=0, exact=False)
            text.paragraph_format.left_indent = Pt(32)
            text.paragraph_format.space_after = Pt(4)
    elif block.kind == "chart":
        _chart(document, bulletin.charts[block.ref])
    elif block.kind == "table" and block.ref in bulletin.tables:
        _table(document, bulletin.tables[block.ref])


def _chart(document: Any, chart: Chart) -> None:
    paragraph = _paragraph(document, "", indent=0, exact=False)
    picture = paragraph.add_run().add_picture(io.BytesIO(charts.render(chart, "png")), width=Mm(TYPE_AREA_MM))
    named = picture._inline.docPr
    named.set("descr", chart_alt(chart))
    named.set("title", chart.title)


def _table(document: Any, table: Table) -> None:
    rows = printed_rows(table)
    if not rows:
        return
    caption = _paragraph(document, table.caption, face=HEI, size=SMALL, align="center", indent=0, exact=False)
    caption.paragraph_format.keep_with_next = True
    total = sum(column.weight for column in table.columns)
    made = document.add_table(rows=1, cols=len(table.columns))
    made.style, made.autofit = "Table Grid", False
    widths = [Mm(TYPE_AREA_MM * column.weight / total) for column in table.columns]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    _repeat_header(made.rows[0])
    _cells(made.rows[0], [c.heading for c in table.columns], widths, face=HEI, right=[False] * len(widths))
    right = [is_numeric(column.kind) for column in table.columns]
    kinds = [column.kind for column in table.columns]
    for row in rows:
        _cells(made.add_row(), [cell_text(v, k) for v, k in zip(row, kinds, strict=True)], widths, SONG, right)
    if table.total:
        texts = [cell_text(v, k) for v, k in zip(table.total, kinds, strict=True)]
        _cells(made.add_row(), texts, widths, HEI, right)
    for note in (table.note, table.check.note if table.check else ""):
        if note:
            _paragraph(document, f"注：{note}", face=KAI, size=SMALL, exact=False)
    _paragraph(document, "", indent=0, size=Pt(6), exact=False)


def _repeat_header(row: Any) -> None:
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _cells(row: Any, texts: Sequence[str], widths: Sequence[Any], face: str, right: Sequence[bool]) -> None:
    keep = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(keep)
    for cell, text, width, to_right in zip(row.cells, texts, widths, right, strict=True):
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if to_right else WD_ALIGN_PARAGRAPH.LEFT
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
        _off_grid(paragraph)
        _run(paragraph, text, face=face, size=CELL)


def _paragraph(
    document: Any,
    text: str,
    *,
    face: str = FANG,
    size: Any = BODY,
    align: str = "both",
    indent: int = 2,
    style: str | None = None,
    colour: RGBColor | None = None,
    exact: bool = True,
) -> Any:
    paragraph = document.add_paragraph(style=style)
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    if exact:
        form.line_spacing = Twips(LINE_PITCH) if size.pt <= BODY.pt else Twips(LINE_PITCH + 60)
    else:
        _off_grid(paragraph)
    if indent and align == "both":
        # In characters, as Word counts them, so that it stays two characters when the face is changed.
        margins = paragraph._p.get_or_add_pPr().get_or_add_ind()
        margins.set(qn("w:firstLineChars"), str(indent * 100))
        margins.set(qn("w:firstLine"), str(int(indent * size.pt * 20)))
    paragraph.alignment = {
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "right": WD_ALIGN_PARAGRAPH.RIGHT,
        "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
    }[align]
    if text:
        _run(paragraph, text, face=face, size=size, colour=colour)
    return paragraph


def _off_grid(paragraph: Any) -> None:
    """Small text keeps its own line height instead of the page's grid."""
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().append(snap)


def _run(paragraph: Any, text: str, *, face: str = FANG, size: Any = BODY, colour: RGBColor | None = None) -> Any:
    run = paragraph.add_run(text)
    run.font.size, run.font.name, run.font.bold = size, LATIN, False
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), face)
    # Quotation marks and dashes belong to the Chinese face, whatever Word would guess.
    fonts.set(qn("w:hint"), "eastAsia")
    if size == BODY:
        run._r.get_or_add_rPr().append(_spacing())
    if colour is not None:
        run.font.color.rgb = colour
    return run


def _spacing() -> Any:
    """28 characters of 16 pt on 156 mm leave 0.2 pt too little each: −0.2 pt."""
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), "-4")
    return spacing


def _empty(document: Any) -> None:
    _paragraph(document, "", indent=0)
