"""A Word document with headings, automatic numbers, tables, notes and pictures becomes a draft that shows them all."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.clock import FixedClock
from consult.drafts import assets
from consult.drafts.assets import DraftImage
from consult.drafts.commands import drafts as commands
from consult.drafts.models import Clause, Draft, DraftVersion
from consult.drafts.parsing import Picture, parse_text
from consult.drafts.queries import clauses
from consult.drafts.texts import written
from consult.drafts.versions import begin_version
from tests.factories.accounts import Accounts
from tests.factories.drafts import Drafts
from tests.support.browser import Browser, Page

ALT = "停放点位置示意图"


def picture_bytes(kind: str = "PNG", size: tuple[int, int] = (640, 240)) -> bytes:
    out = io.BytesIO()
    drawn = Image.new("RGB", size, (214, 228, 240))
    drawn.paste((40, 90, 140), (size[0] // 8, size[1] // 4, size[0] // 3, size[1] // 2))
    drawn.save(out, kind)
    return out.getvalue()


def _numbering(document: object, levels: list[tuple[str, str]], identity: int) -> None:
    numbering = document.part.numbering_part.element  # type: ignore[attr-defined]
    inner = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (form, text) in enumerate(levels)
    )
    numbering.insert(
        0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{identity}">{inner}</w:abstractNum>')
    )
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{identity}"><w:abstractNumId w:val="{identity}"/></w:num>')
    )


def _numbered(document: object, text: str, identity: int, level: int = 0) -> object:
    paragraph = document.add_paragraph(text)  # type: ignore[attr-defined]
    paragraph._p.get_or_add_pPr().append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{identity}"/></w:numPr>')
    )
    return paragraph


def regulation(picture: bytes | None = None) -> bytes:
    """A regulation as an office writes it: nothing of its numbers is typed."""
    document = docx.Document()
    _numbering(document, [("chineseCounting", "第%1章")], 71)
    _numbering(document, [("chineseCounting", "第%1条"), ("chineseCounting", "（%2）")], 72)
    document.add_paragraph("临川县非机动车停放办法", style="Title")
    document.add_paragraph("（征求意见稿）")
    chapter = document.add_paragraph("总则", style="Heading 1")
    chapter._p.get_or_add_pPr().append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="71"/></w:numPr>')
    )
    _numbered(document, "为了规范非机动车停放，制定本办法。", 72)
    _numbered(document, "各乡镇停放位的数量和收费标准如下：", 72)
    table = document.add_table(rows=4, cols=3)
    for row, words in enumerate(
        (("区域", "数量", "备注"), ("城关镇", "1200", ""), ("城关镇", "300", ""), ("合计", "", ""))
    ):
        for column, text in enumerate(words):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0)).text = "城关镇"
    table.cell(3, 1).merge(table.cell(3, 2)).text = "1500"
    listed = _numbered(document, "禁止在下列地方停放：", 72)
    listed.add_run()  # type: ignore[attr-defined]
    _numbered(document, "消防通道；", 72, 1)
    _numbered(document, "盲道。", 72, 1)
    _numbered(document, "停放点的位置见下图。", 72)
    run = document.add_paragraph().add_run()
    shape = run.add_picture(io.BytesIO(picture or picture_bytes()))
    shape._inline.docPr.set("descr", ALT)
    _numbered(document, "本办法自公布之日起施行。", 72)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def officer(sign_in: Callable[..., Browser]) -> Browser:
    return sign_in("officer")


def _read(officer: Browser, name: str, data: bytes) -> Page:
    typed = {"title": "", "kind": "normative", "text": "", "action": "preview", "file": (io.BytesIO(data), name)}
    return officer.submit("/desk/drafts/new", typed, form="main form", content_type="multipart/form-data")


def _kept(officer: Browser, own: Session, preview: Page) -> Draft:
    hidden = {i.get("name"): i.get("value", "") for i in preview.find("main form input[type=hidden][name]")}
    shown = {
        "title": preview.find("#title")[0].get("value"),
        "kind": "normative",
        "text": preview.find("#text")[0].text_content().lstrip("\n"),
        "action": "save",
    }
    saved = officer.post("/desk/drafts/new", {**hidden, **shown}, content_type="multipart/form-data")
    assert saved.status == 303
    return own.scalars(select(Draft)).one()


def _version(own: Session, draft: Draft) -> DraftVersion:
    return own.scalars(select(DraftVersion).where(DraftVersion.draft_id == draft.id)).one()


def test_a_word_document_is_shown_with_its_numbers_table_and_picture(officer: Browser, own: Session) -> None:
    draft = _kept(officer, own, _read(officer, "办法.docx", regulation()))
    page = officer.get(f"/drafts/{draft.slug}")
    assert draft.title == "临川县非机动车停放办法（征求意见稿）"
    assert [h.text_content() for h in page.find(".statute__chapter")] == ["第一章　总则"]
    for label in ("第一条", "第二条", "第三条", "第四条", "第五条", "（一）消防通道；", "（二）盲道。"):
        assert label in page.words
    assert [th.text_content() for th in page.find(".rich-table th[scope=col]")] == ["区域", "数量", "备注"]
    assert [(td.text_content(), td.get("rowspan"), td.get("colspan")) for td in page.find(".rich-table td")] == [
        ("城关镇", "2", None),
        ("1200", None, None),
        ("", None, None),
        ("300", None, None),
        ("", None, None),
        ("合计", None, None),
        ("1500", None, "2"),
    ]
    assert page.find(".rich-table")[0].get("tabindex") == "0"
    image = page.find("img.rich-picture")[0]
    assert (image.get("alt"), image.get("width"), image.get("height")) == (ALT, "640", "240")
    assert page.find("#clause-2 .rich-table") and page.find("#clause-4 img")


def test_every_paragraph_is_accounted_for_before_the_draft_is_kept(officer: Browser) -> None:
    page = _read(officer, "办法.docx", regulation())
    entries = page.find("details .account li")
    assert f"合计{len(entries)}段" in page.words
    assert page.find(".structure .rich-table") and page.find(".structure img")[0].get("alt") == ALT
    assert {tag.text_content() for tag in page.find("details .account .tag")} >= {
        "草案标题",
        "条款",
        "表格的行",
        "图片",
    }


def test_a_kept_text_is_written_so_that_it_is_read_again_as_the_same(officer: Browser, own: Session) -> None:
    draft = _kept(officer, own, _read(officer, "办法.docx", regulation()))
    version = _version(own, draft)
    rows = clauses(own, version)
    again = parse_text(written(version, rows))
    assert [(str(n.kind), n.label, n.heading, n.text) for n in again.walk()] == [
        (row.kind, row.label, row.heading, row.text) for row in rows
    ]


def test_a_picture_is_public_when_its_version_is(
    officer: Browser, own: Session, visitor: Browser, drafts: Drafts, clock: FixedClock
) -> None:
    _kept(officer, own, _read(officer, "办法.docx", regulation()))
    image = own.scalars(select(DraftImage.id)).one()
    text = f"办法\n第一条 位置见图。\n![{ALT}](image:{image})\n第二条 本办法自公布之日起施行。"
    hidden, public = drafts.editing(text), drafts.published(text=text)
    stranger = visitor
    address = "/drafts/versions/{}/images/{}".format
    stranger.get(address(_version(own, hidden).id, image), status=404)
    answer = stranger.get(address(_version(own, public).id, image))
    assert (answer.status, answer.response.headers["Content-Type"]) == (200, "image/png")
    assert answer.response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.response.headers["Content-Security-Policy"]
    assert answer.response.headers["Cache-Control"].startswith("public")
    stranger.get(address(_version(own, public).id, "0" * 24 + "-1x1"), status=404)
    prepared = begin_version(own, drafts.officer, public, "revision", clock.now())
    own.commit()
    stranger.get(address(prepared.id, image), status=404)
    officer.get(address(prepared.id, image))


def test_a_picture_is_shown_only_with_a_version_that_names_it(
    own: Session, visitor: Browser, drafts: Drafts, clock: FixedClock
) -> None:
    picture = Picture("a" * 24 + "-4x3", "image/png", 4, 3, picture_bytes(size=(4, 3)))
    assets.keep(own, [picture], clock.now())
    own.commit()
    other = drafts.published()
    stranger = visitor
    for name in (picture.id, "_" * 24 + "-4x3", "%25"):
        stranger.get(f"/drafts/versions/{_version(own, other).id}/images/{name}", status=404)


def test_pictures_that_no_kept_text_shows_are_thrown_away_after_a_day(
    own: Session, drafts: Drafts, clock: FixedClock
) -> None:
    shown = Picture("a" * 24 + "-4x3", "image/png", 4, 3, b"shown")
    forgotten = Picture("b" * 24 + "-4x3", "image/png", 4, 3, b"forgotten")
    assets.keep(own, [shown, forgotten], clock.now())
    drafts.editing(f"办法\n第一条 见图。\n![图](image:{shown.id})\n第二条 施行。")
    assets.sweep_images(own, clock.now() + timedelta(hours=23))
    assert own.scalar(select(func.count()).select_from(DraftImage)) == 2
    assets.sweep_images(own, clock.now() + timedelta(hours=25))
    assert own.scalars(select(DraftImage.id)).all() == [shown.id]


def test_the_same_picture_is_kept_once(officer: Browser, own: Session) -> None:
    for _ in range(2):
        _read(officer, "办法.docx", regulation())
    assert own.scalar(select(func.count()).select_from(DraftImage)) == 1


def test_notes_are_listed_under_the_clause_that_marks_them(own: Session, drafts: Drafts, officer: Browser) -> None:
    text = "办法\n第一条 停放位[^1]按户设置。\n[^1]: 指划有标线的位置。\n第二条 本办法自公布之日起施行。"
    draft = drafts.editing(text)
    page = officer.get(f"/drafts/{draft.slug}")
    assert page.find("#clause-1 .rich-mark")[0].text_content() == "[注1]"
    note = page.find("#clause-1 .rich-note")[0].text_content()
    assert re.sub(r"\s+", "", note) == "注[1]指划有标线的位置。"
    assert not page.find("#clause-2 .rich-note")


def test_words_that_only_look_like_markup_are_shown_as_words(drafts: Drafts, officer: Browser) -> None:
    draft = drafts.editing("办法\n第一条 甲<script>alert(1)</script>乙。\n| <b>粗</b> | 二 |\n第二条 丙。")
    page = officer.get(f"/drafts/{draft.slug}")
    assert not page.find(".statute script") and not page.find(".statute b")
    assert "<b>粗</b>" in page.find(".rich-table")[0].text_content()


def test_a_web_page_is_read_with_its_table_and_without_its_navigation(officer: Browser, own: Session) -> None:
    page = """<!doctype html><html><head><meta charset="utf-8"><title>x</title></head><body><nav>首页 通知</nav>
    <h1>停放办法</h1><p>第一条　为了规范停放。</p><p>第二条　数量如下：</p>
    <table><tr><th>区域</th><th>数量</th></tr><tr><td>城关镇</td><td>12</td></tr></table>
    <p>第三条　本办法施行。</p><script>alert(1)</script></body></html>"""
    preview = _read(officer, "办法.html", page.encode())
    assert "首页 通知" in preview.find("ul.account")[0].text_content()
    _kept(officer, own, preview)
    table = own.scalars(select(Clause.text).where(Clause.text.like("|%"))).one()
    assert table == "| 区域 | 数量 |\n| --- | --- |\n| 城关镇 | 12 |"


def test_the_outline_accounts_for_every_paragraph(tmp_path: Path) -> None:
    path = tmp_path / "办法.docx"
    path.write_bytes(regulation())
    told = json.loads(CliRunner().invoke(commands, ["outline", str(path), "--json"]).output)
    assert len(told["account"]) == told["counts"]["paragraphs"] == 16
    assert Counter(line["became"] for line in told["account"]) == {
        "title": 2, "heading": 1, "clause": 5, "item": 2, "table": 5, "picture": 1
    }  # fmt: skip
    assert {line["where"] for line in told["account"] if line["became"] == "table"} == {"第二条"}
    shown = CliRunner().invoke(commands, ["outline", str(path)]).output
    assert shown.rstrip().endswith("16 paragraphs = 2 title, 1 heading, 5 clause, 2 item, 5 table, 1 picture")
