"""Files and answers made to do harm: nothing of them acts, nothing of them tells who made them, nothing breaks."""

from __future__ import annotations

import base64
import io
import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)
from sqlalchemy.orm import Session

from consult.app import create_app
from consult.clock import FixedClock
from consult.comments import attachments
from consult.comments.attachments import CleanFile, FileRefused
from consult.comments.challenges import Answer, Challenges
from consult.config import Settings
from tests.factories.accounts import Accounts
from tests.factories.drafts import Drafts
from tests.support.browser import Browser
from tests.support.robots import answer_to

ACTS = "holds programs or other files"


class Chosen:
    """A file as a form brings it."""

    filename = "x"

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int = -1, /) -> bytes:
        return self._data[:size] if size >= 0 else self._data


def _read(data: bytes) -> CleanFile:
    (clean,) = attachments.read_files([Chosen(data)])
    return clean


def _dict(**entries: PdfObject) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): value for key, value in entries.items()})


def _pdf(change: Callable[[PdfWriter], object] = lambda writer: None) -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    change(writer)
    writer.write(out)
    return out.getvalue()


def _on_page(clean: CleanFile, *path: str | int) -> object:
    """What stands on the first page under these names and places."""
    found: Any = PdfReader(io.BytesIO(clean.data)).pages[0]
    for step in path:
        found = found[step].get_object()
    return found


def _beside(writer: PdfWriter, remark: DictionaryObject) -> None:
    """Put a remark or a link on the first page."""
    remark.update(_dict(Type=NameObject("/Annot"), Rect=ArrayObject([NumberObject(0)] * 4)))
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(remark)])


def _link(action: DictionaryObject) -> Callable[[PdfWriter], object]:
    return lambda writer: _beside(writer, _dict(Subtype=NameObject("/Link"), A=action))


def _launch_by_reference(writer: PdfWriter) -> None:
    kind = writer._add_object(NameObject("/Launch"))
    _link(_dict(S=kind, F=TextStringObject("calc.exe")))(writer)


def _script_of_a_page(writer: PdfWriter) -> None:
    script = _dict(S=NameObject("/JavaScript"), JS=TextStringObject("app.alert(1)"))
    writer.pages[0][NameObject("/AA")] = _dict(O=script)


@pytest.mark.parametrize(
    "change",
    [
        _link(_dict(S=NameObject("/Launch"), F=TextStringObject("calc.exe"))),
        _launch_by_reference,
        _link(_dict(S=NameObject("/GoToR"), F=TextStringObject("\\\\evil\\x.pdf"))),
        _link(_dict(S=NameObject("/URI"), Next=_dict(S=NameObject("/SubmitForm")))),
        _script_of_a_page,
    ],
    ids=["launch", "launch by reference", "another file", "after a link", "script of a page"],
)
def test_what_would_act_is_found_wherever_it_stands(change: Callable[[PdfWriter], object]) -> None:
    with pytest.raises(FileRefused, match=ACTS):
        _read(_pdf(change))


def test_the_name_of_an_action_is_read_however_it_is_written() -> None:
    launch = _pdf(_link(_dict(S=NameObject("/Launch"), F=TextStringObject("calc.exe"))))
    with pytest.raises(FileRefused, match=ACTS):
        _read(launch.replace(b"/Launch", b"/L#61unch"))


def test_a_link_stays_a_link() -> None:
    clean = _read(_pdf(_link(_dict(S=NameObject("/URI"), URI=TextStringObject("https://example.org/")))))
    assert _on_page(clean, "/Annots", 0, "/A", "/URI") == "https://example.org/"


def _with_notes(writer: PdfWriter) -> None:
    page = writer.pages[0]
    note = DecodedStreamObject()
    note.set_data("<dc:creator>暗号作者</dc:creator>".encode())
    picture = DecodedStreamObject()
    picture.update(_dict(Type=NameObject("/XObject"), Subtype=NameObject("/Form"), Metadata=writer._add_object(note)))
    page[NameObject("/Metadata")] = writer._add_object(note)
    page[NameObject("/PieceInfo")] = _dict(Editor=_dict(Private=TextStringObject("secret-editor")))
    page[NameObject("/Resources")] = _dict(XObject=_dict(X=writer._add_object(picture)))
    _beside(
        writer, _dict(Subtype=NameObject("/Text"), T=TextStringObject("secret-name"), Contents=TextStringObject("!"))
    )


def test_pages_pictures_and_remarks_of_a_pdf_lose_who_made_them_and_nothing_else() -> None:
    clean = _read(_pdf(_with_notes))
    for secret in ("暗号作者".encode(), b"secret-editor", b"secret-name", b"/Metadata"):
        assert secret not in clean.data
    assert _on_page(clean, "/Annots", 0, "/Contents") == "!"
    assert _on_page(clean, "/Resources", "/XObject", "/X", "/Subtype") == "/Form"


def test_a_small_file_that_unfolds_into_a_huge_picture_is_refused_before_it_does() -> None:
    """T16: some kB of equal points; a photo of as many is read in part, and taken."""
    side = 4_001
    for kind in ("PNG", "JPEG"):
        out = io.BytesIO()
        Image.new("L", (side, side)).save(out, kind, progressive=True)
        with pytest.raises(FileRefused, match="too large"):
            _read(out.getvalue())
    out = io.BytesIO()
    Image.new("L", (side, side)).save(out, "JPEG")
    kept = Image.open(io.BytesIO(_read(out.getvalue()).data))
    assert max(kept.size) == attachments.LONGEST_SIDE


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_kind_keep_what_is_seen(mode: str) -> None:
    out = io.BytesIO()
    picture = Image.new("L", (90, 60), 255)
    picture.paste(0, (0, 0, 45, 60))
    if mode == "I;16":
        deep = Image.new("I;16", picture.size, 65535)
        deep.paste(0, (0, 0, 45, 60))
        deep.save(out, "PNG")
    else:
        picture.convert(mode).save(out, "PNG")
    kept = Image.open(io.BytesIO(_read(out.getvalue()).data)).convert("L")
    assert (kept.getpixel((10, 30)), kept.getpixel((80, 30))) == (0, 255)


def test_a_photo_is_turned_as_its_telephone_was_held() -> None:
    photo, exif, out = Image.new("RGB", (80, 40)), Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    photo.save(out, "JPEG", exif=exif)
    assert Image.open(io.BytesIO(_read(out.getvalue()).data)).size == (40, 80)


def test_damaged_files_are_taken_or_refused_in_words_whatever_is_damaged() -> None:
    chance, whole = random.Random(16), []
    for kind in ("PNG", "JPEG"):
        out, exif = io.BytesIO(), Image.Exif()
        exif[0x0112] = 3
        Image.effect_noise((40, 30), 50).save(out, kind, exif=exif)
        whole.append(out.getvalue())
    whole.append(_pdf(_with_notes))
    for data in whole * 60:
        damaged = bytearray(data)
        for _ in range(chance.choice((1, 3, 12))):
            at = chance.randrange(8, len(damaged))
            if chance.random() < 0.7:
                damaged[at] = chance.randrange(256)
            else:
                del damaged[at : at + chance.randrange(1, 9)]
        try:
            assert _read(bytes(damaged)).data
        except FileRefused as refused:
            assert refused.field == "files"


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "1e999", "NaN", "[]", "{}", "null", '"１"', "true"])
def test_an_answer_that_is_no_number_is_a_wrong_answer(clock: FixedClock, number: str) -> None:
    robots, now = Challenges("secret", 300), clock.now()
    wanted = json.loads(robots.new(now).sum)
    sent = json.dumps({key: wanted[key] for key in ("challenge", "salt", "signature")})[:-1] + f', "number": {number}}}'
    assert robots.check(Answer(base64.b64encode(sent.encode()).decode()), now) is None


def test_files_of_whoever_has_not_answered_are_not_opened(
    settings: Settings, app: Flask, own: Session, clock: FixedClock, accounts: Accounts
) -> None:
    """A program that sends pictures and no answer costs a process no drawing."""
    asking = create_app(replace(settings, challenge=True), clock)
    asking.extensions["test.sessions"] = app.extensions.setdefault("test.sessions", [])
    try:
        browser = Browser(asking)
        url = f"/drafts/{Drafts(own, clock, accounts).open().slug}/clauses/3"
        opened = browser.get(url)
        hidden = {i.get("name"): i.get("value", "") for i in opened.find("#comment-form input[type=hidden]")}
        right = answer_to(str(opened.find("label[for=answer]")[0].text_content()))
        for answer, said, unsaid in (("", "请回答下面的问题", "已损坏"), (right, "已损坏", "请回答下面的问题")):
            files = [(io.BytesIO(b"\xff\xd8\xff no picture"), "x.jpg")]
            data = {**hidden, "stance": "amend", "body": "看照片。", "answer": answer, "files": files}
            page = browser.post(url, data, content_type="multipart/form-data")
            assert page.status == 422 and said in page.words and unsaid not in page.words
            assert "请重新选择文件" in page.words
    finally:
        asking.extensions["consult.engine"].dispose()
