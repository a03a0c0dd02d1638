"""The five documents, read back: layout from the files themselves, numbers against the bulletin."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from reports.bulletin import BulletinExtra, SourceFile, compose
from reports.bulletin.model import Bulletin
from reports.documents import render_docx, render_html, render_json, render_pdf, render_xlsx, write_all
from reports.model import Rejected
from tests.reports.test_bulletin_figures import MADE, bulletin, town

MM = 72 / 25.4
PAYLOADS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "＝1+1", '=HYPERLINK("http://x.test","a")', "{=1+1}")


@pytest.fixture(scope="module")
def made() -> Bulletin:
    return bulletin(
        BulletinExtra(source=SourceFile("镇.csv", rejected=(Rejected(7, "missing_text", "没有内容", "S900", "内容"),)))
    )


def test_five_files_are_written_or_none(made: Bulletin, tmp_path: Path) -> None:
    written = write_all(made, tmp_path / "out")
    assert sorted(written) == ["docx", "html", "json", "pdf", "xlsx"]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(p.name for p in written.values())


def test_the_same_bulletin_gives_the_same_json_and_html(made: Bulletin) -> None:
    assert render_json(made) == render_json(made)
    assert render_html(made) == render_html(made)


def test_json_counts_every_record_once(made: Bulletin) -> None:
    document = json.loads(render_json(made))
    assert document["format"] == "consult-bulletin/1"
    assert document["records"] == document["submissions"] + len(document["rejected"])
    assert document["submissions"] - document["outside_period"] == document["figures"]["received"]["value"] == 40
    assert document["rejected"][0] == {
        "line": 7,
        "reason": "没有内容",
        "code": "missing_text",
        "id": "S900",
        "column": "内容",
    }
    assert sum(document["tone"].values()) == 40
    issue = document["issues"][0]
    assert issue["title"] == "桥头镇路灯不亮"
    assert len(issue["members"]) == issue["received"] == 7
    assert document["content_sha256"] == made.content_sha256


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_stands_alone_and_can_be_read_aloud(made: Bulletin) -> None:
    text = render_html(made).decode("utf-8")
    page = _Page()
    page.feed(text)
    names = [tag for tag, _ in page.tags]
    assert names.count("h1") == 1
    assert names.count("table") == names.count("caption") > 3
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    ids = [str(attributes["id"]) for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert names.count("script") == 0
    for _, attributes in page.tags:
        for name in ("src", "href", "xlink:href"):
            assert not re.match(r"(https?:)?//", attributes.get(name) or "")
    assert made.masthead.status in text
    assert made.content_sha256 in text


def test_what_a_citizen_wrote_stays_words_in_the_page() -> None:
    submissions, analysis = town()
    issue = replace(analysis.issues[0], title="<script>alert(1)</script>路灯")
    evil = compose(submissions, replace(analysis, issues=(issue,)), period=None, title="<b>标题</b>", generated_at=MADE)
    text = render_html(evil).decode("utf-8")
    assert "<script>" not in text
    assert "<b>标题" not in text


def test_no_text_of_a_citizen_becomes_a_formula() -> None:
    submissions, analysis = town()
    loaded = [
        replace(s, title=PAYLOADS[n % len(PAYLOADS)], text=PAYLOADS[(n + 1) % len(PAYLOADS)], unit="=1+1")
        for n, s in enumerate(submissions)
    ]
    book = render_xlsx(compose(loaded, analysis, period=None, title="=1+1", generated_at=MADE))
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        assert len(sheets) > 6
        for name in sheets:
            xml = parts.read(name)
            assert b"<f>" not in xml
            assert b"<f " not in xml
            assert b"hyperlink" not in xml
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("诉求明细").to_python()
    texts = [cell for row in rows for cell in row]
    assert "=1+1" in texts
    assert '=HYPERLINK("http://x.test","a")' in texts


def test_the_workbook_holds_every_submission_and_every_rejection(made: Bulletin) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(render_xlsx(made)))
    assert {"诉求明细", "未采用记录", "数据说明", "数字口径"} <= set(book.sheet_names)
    lines = book.get_sheet_by_name("诉求明细").to_python()
    assert [row[0] for row in lines[1:]] == [s.id for s in made.submissions]
    assert "情感倾向" in lines[0]
    rejected = book.get_sheet_by_name("未采用记录").to_python()
    assert rejected[1][0] == 7
    kinds = book.get_sheet_by_name("诉求类型").to_python()
    assert kinds[-1][:2] == ["合计", 40]
    assert all(isinstance(row[1], float | int) for row in kinds[1:])


def test_the_word_file_has_the_page_of_the_standard(made: Bulletin) -> None:
    with zipfile.ZipFile(io.BytesIO(render_docx(made))) as parts:
        body = parts.read("word/document.xml").decode("utf-8")
        footers = "".join(parts.read(n).decode() for n in parts.namelist() if "footer" in n and n.endswith(".xml"))
        headers = "".join(parts.read(n).decode() for n in parts.namelist() if "header" in n and n.endswith(".xml"))
        styles = parts.read("word/styles.xml").decode("utf-8")
    size = re.search(r"<w:pgSz[^>]*>", body)
    margins = re.search(r"<w:pgMar[^>]*>", body)
    assert size is not None
    assert margins is not None
    assert 'w:w="11906"' in size[0]
    assert 'w:h="16838"' in size[0]
    for side, twips in {"top": 2098, "left": 1587, "right": 1474, "bottom": 1984}.items():
        assert f'w:{side}="{twips}"' in margins[0]
    assert "PAGE" in footers
    assert made.masthead.status in headers + footers
    assert "仿宋_GB2312" in styles + body
    assert body.count("<w:tblHeader") == body.count("<w:tbl>") > 2
    pictures = re.findall(r"<wp:docPr [^>]*>", body)
    assert len(pictures) == len(made.charts)
    assert all("descr=" in picture for picture in pictures)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_the_pdf_keeps_the_type_area_and_its_chinese_can_be_taken_out(made: Bulletin, tmp_path: Path) -> None:
    file = tmp_path / "b.pdf"
    file.write_bytes(render_pdf(made))
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True).stdout.decode("utf-8")
    assert "桥头镇路灯不亮" in text.replace("\n", "")
    pages = [page for page in text.split("\f") if page.strip()]
    assert all(made.masthead.status in page for page in pages)
    for number, page in enumerate(pages, 1):
        assert re.search(rf"—\s*{number}\s*—", page)
    boxes = subprocess.run(
        ["pdftotext", "-bbox-layout", str(file), "-"], capture_output=True, check=True
    ).stdout.decode("utf-8")
    words = re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)</word>', boxes)
    page_size = re.search(r'<page width="([\d.]+)" height="([\d.]+)"', boxes)
    assert page_size is not None
    assert abs(float(page_size[1]) - 210 * MM) < 1
    # Punctuation at the ends of a line is set half-width: its box reaches out, its ink does not.
    body = [w for w in words if _is_han(w[4]) and float(w[1]) > 37 * MM - 1 and float(w[3]) < (297 - 35) * MM + MM]
    assert min(float(w[0]) for w in body) >= 28 * MM - MM
    assert min(float(w[0]) for w in body) <= 28 * MM + MM
    assert max(float(w[2]) for w in body) <= (210 - 26) * MM + MM


def _is_han(word: str) -> bool:
    return all("\u4e00" <= word[at] <= "\u9fff" for at in (0, -1))
