"""The page of GB/T 9704-2012, measured on the finished PDF and read from the Word file's own XML."""

from __future__ import annotations

import io
import itertools
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reports.bulletin import BulletinExtra, ResponseOutcome, compose
from reports.bulletin.model import Block, Bulletin, Quote, Section
from reports.documents import RENDERERS, render_docx, render_html, render_pdf
from tests.reports.test_bulletin_figures import MADE, bulletin, town

MM = 72 / 25.4
TOLERANCE = 1 * MM
PAGES = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
MARK = "自动生成，仅供参考"
#: Characters that the FangSong face lacks, and some that hardly any face has.
RARE = "堃喆昇珺镕"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Line:
    page: int
    left: float
    top: float
    right: float
    bottom: float
    text: str


def lines_of(pdf: bytes, folder: Path) -> list[Line]:
    """The lines of a PDF with their boxes, in points from the top left of their page."""
    file = folder / "measured.pdf"
    file.write_bytes(pdf)
    made = subprocess.run(["pdftotext", "-bbox-layout", str(file), "-"], capture_output=True, check=True)
    return list(_lines(ElementTree.fromstring(made.stdout)))


def _lines(root: ElementTree.Element) -> Iterator[Line]:
    space = "{http://www.w3.org/1999/xhtml}"
    for number, page in enumerate(root.iter(f"{space}page"), 1):
        for line in page.iter(f"{space}line"):
            left, top, right, bottom = (float(line.get(name) or 0) for name in ("xMin", "yMin", "xMax", "yMax"))
            words = [word.text or "" for word in line.iter(f"{space}word")]
            yield Line(number, left, top, right, bottom, "".join(words))


def pages_of(pdf: bytes, folder: Path) -> list[str]:
    """The text of each page, without white space."""
    file = folder / "read.pdf"
    file.write_bytes(pdf)
    made = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True).stdout.decode("utf-8")
    return [re.sub(r"\s", "", page) for page in made.split("\f")[:-1]]


@pytest.fixture(scope="module")
def prose() -> Bulletin:
    """A bulletin of one long paragraph without punctuation, whose lines are all full."""
    words = Block("paragraph", (("征求意见稿公开期间群众反映的问题逐条登记按期答复" * 90, ""),))
    return replace(bulletin(), sections=(Section("overview", "一、", "总体情况", (words,)),))


@pytest.fixture(scope="module")
def printed(prose: Bulletin) -> bytes:
    return render_pdf(prose)


@PAGES
def test_a_page_has_22_lines_of_28_characters_within_the_type_area(printed: bytes, tmp_path: Path) -> None:
    lines = lines_of(printed, tmp_path)
    body = [line for line in lines if line.page == 2 and re.fullmatch(r"[\u4e00-\u9fff]+", line.text)]
    assert len(body) == 22
    assert {len(line.text) for line in body} == {28}
    assert min(line.left for line in body) == pytest.approx(28 * MM, abs=TOLERANCE)
    assert max(line.right for line in body) == pytest.approx((210 - 26) * MM, abs=TOLERANCE)
    steps = [lower.top - upper.top for upper, lower in itertools.pairwise(body)]
    assert steps == pytest.approx([225 * MM / 22] * 21, abs=0.1)
    assert (body[0].top + body[0].bottom) / 2 == pytest.approx(37 * MM + 8, abs=TOLERANCE)
    # The last line stands within the type area, and no other would fit under it.
    below = (297 - 35) * MM - (body[-1].top + body[-1].bottom) / 2
    assert 8 - TOLERANCE < below < 225 * MM / 22


@PAGES
def test_a_paragraph_opens_two_characters_in(printed: bytes, tmp_path: Path) -> None:
    first = next(line for line in lines_of(printed, tmp_path) if line.text.startswith("征求意见稿公开"))
    assert len(first.text) == 26
    assert first.left == pytest.approx(28 * MM + 2 * 156 * MM / 28, abs=TOLERANCE)


@PAGES
def test_page_numbers_stand_outside_right_on_odd_and_left_on_even_pages(printed: bytes, tmp_path: Path) -> None:
    found = [line for line in lines_of(printed, tmp_path) if re.fullmatch(r"—\d+—", line.text)]
    assert [line.text for line in found] == [f"—{n}—" for n in range(1, len(found) + 1)]
    assert len(found) > 2
    for line in found:
        if line.page % 2:
            assert line.right == pytest.approx((210 - 26) * MM - 14, abs=TOLERANCE)
        else:
            assert line.left == pytest.approx(28 * MM + 14, abs=TOLERANCE)
        # The upper edge of the figure lies 7 mm below the type area; its box begins a little above its ink.
        assert line.top == pytest.approx((297 - 35 + 7) * MM, abs=2 * TOLERANCE)


@PAGES
def test_the_mark_of_a_machine_is_on_every_page_until_a_person_signs(tmp_path: Path) -> None:
    unsigned = pages_of(render_pdf(bulletin()), tmp_path)
    assert len(unsigned) > 4
    assert [n for n, page in enumerate(unsigned, 1) if MARK not in page] == []
    signed = bulletin(
        BulletinExtra(signed_off=True, organ="桥头县人民政府", year=2026, number_in_year=3, number_in_all=15)
    )
    pages = pages_of(render_pdf(signed), tmp_path)
    assert not any(MARK in page for page in pages)
    assert "桥头县人民政府" in pages[0]
    assert "2026年第3期（总第15期）" in pages[0]


@PAGES
def test_every_face_is_embedded_and_rare_characters_and_emoji_break_no_document(tmp_path: Path) -> None:
    submissions, analysis = town()
    said = f"{RARE}路🚦坏了，👨‍👩‍👧都害怕"
    rare = [replace(s, title=said, text=f"{said}，第{n}次反映。") for n, s in enumerate(submissions)]
    issue = replace(analysis.issues[0], title=f"{RARE}路🚦", quotations=(("S000", said),))
    made = compose(rare, replace(analysis, issues=(issue,)), period=None, title=f"{RARE}专报🚦", generated_at=MADE)
    for form, render in RENDERERS.items():
        assert render(made), form
    pdf = render_pdf(made)
    text = "".join(pages_of(pdf, tmp_path))
    assert f"{RARE}路〓坏了" in text
    file = tmp_path / "faces.pdf"
    file.write_bytes(pdf)
    listed = subprocess.run(["pdffonts", str(file)], capture_output=True, check=True).stdout.decode("utf-8")
    faces = [re.split(r"\s{1,}", row.strip()) for row in listed.splitlines()[2:]]
    assert len(faces) > 3
    assert all(row[-5] == "yes" for row in faces), listed
    assert "FandolFang" in listed


@PAGES
def test_long_answers_neither_leave_the_page_nor_print_over_each_other(tmp_path: Path) -> None:
    answers = tuple(
        ResponseOutcome(
            f"k{n}", f"第{n}件事", unit="桥头镇政府", due=date(2026, 3, 20), summary="经查核实，已经维修。" * 90
        )
        for n in range(9)
    )
    made = bulletin(BulletinExtra(responses=answers))
    tall = tuple((*row[:-1], "经查核实，已经维修。" * 40) for row in made.tables["responses"].rows)
    table = replace(made.tables["responses"], rows=tall)
    made = replace(made, tables={**made.tables, "responses": table})
    body = [line for line in lines_of(render_pdf(made), tmp_path) if not re.fullmatch(r"—\d+—", line.text)]
    assert max(line.bottom for line in body) < (297 - 35) * MM + TOLERANCE
    cells = [line for line in body if "经查核实" in line.text]
    for upper, lower in itertools.pairwise(sorted(cells, key=lambda line: (line.page, line.top))):
        assert upper.page != lower.page or lower.top - upper.top > 5


def part(docx: bytes, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(docx)) as parts:
        return ElementTree.fromstring(parts.read(name))


def parts_named(docx: bytes, word: str) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(docx)) as parts:
        return {n: parts.read(n).decode("utf-8") for n in parts.namelist() if re.fullmatch(rf"word/{word}\d+\.xml", n)}


def test_every_run_of_the_word_file_names_an_official_face() -> None:
    body = part(render_docx(bulletin()), "word/document.xml")
    official = {"仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体", "宋体"}
    runs = [run for run in body.iter(f"{W}r") if any(t.text for t in run.iter(f"{W}t"))]
    assert len(runs) > 50
    for run in runs:
        faces = run.find(f"{W}rPr/{W}rFonts")
        assert faces is not None
        assert faces.get(f"{W}eastAsia") in official


def test_headings_pictures_and_tables_of_the_word_file_can_be_found_by_a_reader_who_hears_it() -> None:
    made = bulletin()
    docx = render_docx(made)
    body = part(docx, "word/document.xml")
    styles = [style.get(f"{W}val") for style in body.iter(f"{W}pStyle")]
    assert styles.count("Heading1") >= 1
    assert styles.count("Heading2") == len(made.sections)
    for table in body.iter(f"{W}tbl"):
        rows = list(table.iter(f"{W}tr"))
        assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
    described = [e.get("descr") or "" for e in body.iter() if e.tag.endswith("}docPr")]
    assert len(described) == len(made.charts)
    assert all(len(text) > 10 for text in described)


def test_odd_and_even_pages_of_the_word_file_have_their_own_number_and_the_mark() -> None:
    docx = render_docx(bulletin())
    settings = part(docx, "word/settings.xml")
    assert settings.find(f"{W}evenAndOddHeaders") is not None
    headers, footers = parts_named(docx, "header"), parts_named(docx, "footer")
    assert len([h for h in headers.values() if MARK in h]) == 2
    sides = sorted("right" if 'w:val="right"' in f else "left" for f in footers.values() if "PAGE" in f)
    assert sides == ["left", "right"]
    signed = render_docx(bulletin(BulletinExtra(signed_off=True)))
    with zipfile.ZipFile(io.BytesIO(signed)) as parts:
        assert not any(MARK in parts.read(n).decode("utf-8") for n in parts.namelist() if n.endswith(".xml"))


def test_only_the_first_annex_of_the_word_file_begins_a_page() -> None:
    body = part(render_docx(bulletin()), "word/document.xml")
    breaks = [p for p in body.iter(f"{W}p") if p.find(f"{W}pPr/{W}pageBreakBefore") is not None]
    assert ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in breaks] == ["附件1"]


def test_the_word_file_is_the_same_each_time_but_for_its_packing() -> None:
    made = bulletin()
    first, second = (part(render_docx(made), "word/document.xml") for _ in range(2))
    assert ElementTree.tostring(first) == ElementTree.tostring(second)


def test_the_web_page_is_nested_as_html_demands() -> None:
    source = render_html(bulletin()).decode("utf-8")
    void = {"meta", "br", "img", "input", "link", "hr", "path", "use", "rect"}
    open_: list[str] = []
    for close, name, itself in re.findall(r"<(/?)([a-zA-Z][\w:]*)(?:\"[^\"]*\"|[^<>\"])*?(/?)>", source):
        if itself or (name in void and not close):
            continue
        if close:
            assert open_ and open_.pop() == name, f"</{name}> closes something else"
        else:
            assert not (name in {"p", "h2", "h3", "table", "ul"} and open_ and open_[-1] == "p"), f"<{name}> in a <p>"
            open_.append(name)
    assert open_ == []


def test_a_word_longer_than_a_line_is_broken_and_stays_on_the_page(tmp_path: Path) -> None:
    words = Block("paragraph", (("A" * 300, ""),))
    quotes = Block("quotes", quotes=(Quote("S001", "B" * 300, "负面"),))
    made = bulletin()
    long = replace(made, sections=(replace(made.sections[0], blocks=(words, quotes)),))
    lines = [line for line in lines_of(render_pdf(long), tmp_path) if "AAA" in line.text or "BBB" in line.text]
    assert len(lines) > 6
    assert max(line.right for line in lines) < (210 - 26) * MM + TOLERANCE
