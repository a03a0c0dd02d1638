"""The published ledger as a Word file. Its table is written as XML: python-docx takes minutes for long ones."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from consult.ledger.exports import Sheet
from consult.ledger.published import HEADINGS

FANG, HEI, BIAOSONG, LATIN = "仿宋_GB2312", "黑体", "方正小标宋简体", "Times New Roman"
#: Columns in twips; together the width of the type area.
_WIDTHS = (700, 1000, 2300, 5400, 1100, 3700)
_TOTAL_WIDTHS = (6000, 1500)
_CENTRED = frozenset({0, 1, 4})


def as_docx(sheet: Sheet) -> bytes:
    """The Word file: title, sentence, totals, and the same rows as everywhere."""
    document = docx.Document()
    _page(document, sheet)
    _paragraph(document, sheet.title, BIAOSONG, 18, centred=True)
    for sentence in sheet.sentences():
        _paragraph(document, sentence, FANG, 12, indented=True)
    if sheet.lines:
        _table(document, HEADINGS, _WIDTHS, [line.cells() for line in sheet.lines], _CENTRED)
    if sheet.figures.received:
        _paragraph(document, "汇总", HEI, 12, keep=True)
        totals = [(name, str(n)) for name, n in sheet.totals()]
        _table(document, ("处理结果", "条数"), _TOTAL_WIDTHS, totals, frozenset({1}))
    _paragraph(document, sheet.draft.organ, FANG, 12)
    _paragraph(document, sheet.note, FANG, 9)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any, sheet: Sheet) -> None:
    moment = sheet.edition.published_at.replace(tzinfo=None)
    properties = document.core_properties
    properties.title, properties.author, properties.language = sheet.title, sheet.draft.organ, "zh-CN"
    properties.created = properties.modified = moment
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(23)
    section.top_margin = section.bottom_margin = Mm(22)
    style = document.styles["Normal"]
    style.font.name, style.font.size = LATIN, Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FANG)
    # Without it programs set full-width marks as for traditional characters, in the middle.
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    style.element.rPr.append(language)
    style.paragraph_format.space_after = Pt(0)
    _page_number(section.footer.paragraphs[0])


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind in ("begin", None, "end"):
        run = paragraph.add_run()
        if kind is None:
            code = OxmlElement("w:instrText")
            code.text = "PAGE"
            run._r.append(code)
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def _paragraph(
    document: Any,
    text: str,
    face: str,
    size: float,
    *,
    centred: bool = False,
    indented: bool = False,
    keep: bool = False,
) -> None:
    if not text:
        return
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.space_after, form.keep_with_next = Pt(6), keep or None
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if indented:
        form.first_line_indent = Pt(size * 2)
    run = paragraph.add_run(text)
    run.font.name, run.font.size = LATIN, Pt(size)
    run._r.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), face)


def _table(
    document: Any,
    headings: Sequence[str],
    widths: Sequence[int],
    rows: Sequence[Sequence[str]],
    centred: frozenset[int],
) -> None:
    table = document.add_table(rows=0, cols=len(headings))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.set(qn("w:w"), str(width))
    table._tbl.append(_row(headings, widths, frozenset(range(len(headings))), is_heading=True))
    for row in rows:
        table._tbl.append(_row(row, widths, centred))
    _paragraph(document, " ", FANG, 6)


def _row(cells: Sequence[str], widths: Sequence[int], centred: frozenset[int], *, is_heading: bool = False) -> Any:
    row = OxmlElement("w:tr")
    properties = _child(row, "w:trPr")
    # A short row stays on its page; a comment of several thousand characters may go over to the next.
    if is_heading or max(map(len, cells)) < 400:
        _child(properties, "w:cantSplit")
    if is_heading:
        _child(properties, "w:tblHeader")
    for at, (text, width) in enumerate(zip(cells, widths, strict=True)):
        cell = _child(row, "w:tc")
        size = _child(_child(cell, "w:tcPr"), "w:tcW")
        size.set(qn("w:w"), str(width))
        size.set(qn("w:type"), "dxa")
        paragraph = _child(cell, "w:p")
        if at in centred:
            _child(_child(paragraph, "w:pPr"), "w:jc").set(qn("w:val"), "center")
        _run(paragraph, text, HEI if is_heading else "")
    return row


def _run(paragraph: Any, text: str, face: str) -> None:
    run = _child(paragraph, "w:r")
    if face:
        _child(_child(run, "w:rPr"), "w:rFonts").set(qn("w:eastAsia"), face)
    for n, line in enumerate(text.split("\n")):
        if n:
            _child(run, "w:br")
        words = _child(run, "w:t")
        words.text = line
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _child(parent: Any, name: str) -> Any:
    made = OxmlElement(name)
    parent.append(made)
    return made
