"""A thousand hostile cells in the workbook: no formula, nothing changed (threat T11)."""

from __future__ import annotations

import io
import itertools
import zipfile
from dataclasses import replace

from python_calamine import CalamineWorkbook

from reports.documents import render_xlsx
from tests.reports.test_bulletin_figures import bulletin

STARTS = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠", "'", "{=", "=cmd|'/C calc'!", "http://x.test/", " =")
BODIES = ("1+1", "SUM(A1:A9)", 'HYPERLINK("http://x.test","看")', "路灯坏了\n=2+3", "🚦堃喆", "长" * 3000)


def test_a_thousand_hostile_texts_stay_texts_and_come_back_exactly() -> None:
    made = bulletin()
    texts = [f"{start}{body}{n}" for n, (start, body) in enumerate(itertools.product(STARTS, BODIES * 12))][:1000]
    line = made.submissions[0]
    book = render_xlsx(replace(made, submissions=tuple(replace(line, id=f"S{n}", text=t) for n, t in enumerate(texts))))
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in parts.read(name)
                assert b"<f " not in parts.read(name)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("诉求明细").to_python()
    column = rows[0].index("内容（已遮盖个人信息）")
    assert [row[column] for row in rows[1:]] == texts
    assert len(texts) == 1000


def test_the_dictionary_names_every_column_of_the_submissions() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(render_xlsx(bulletin())))
    headings = book.get_sheet_by_name("诉求明细").to_python()[0]
    said = {str(cell) for row in book.get_sheet_by_name("数据说明").to_python() for cell in row}
    assert [heading for heading in headings if heading not in said] == []


def test_a_sheet_is_printed_one_page_wide_with_its_mark_and_a_long_text_whole() -> None:
    book = render_xlsx(bulletin())
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheets = [parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
    assert all('fitToWidth="0"' not in sheet and "fitToPage" in sheet for sheet in sheets)
    assert all("自动生成，仅供参考" in sheet.partition("<oddFooter>")[2] for sheet in sheets)
    overview = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("概要").to_python()
    row = next(n for n, cells in enumerate(overview, 1) if cells[0] == "摘要")
    assert f'<row r="{row}" ' in sheets[0]
    height = sheets[0].partition(f'<row r="{row}" ')[2].partition(">")[0]
    assert 'customHeight="1"' in height
