"""Bulletins from being asked for to being withdrawn: what is built, who signs, who sees what."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.audit.models import AuditEvent
from consult.bulletins import queries, service
from consult.bulletins.models import Bulletin, BulletinFile, BulletinState, BulletinSubject, Edition
from consult.clock import FixedClock, local_date
from consult.db import new_session, transaction
from consult.errors import IllegalTransition
from consult.issues import material, storing
from consult.issues.models import AnalysisRun
from consult.jobs.models import Job, JobState
from consult.jobs.service import LEASE
from consult.jobs.worker import Worker
from consult.web.subjects import Subject
from reports import charts, documents
from reports.documents import RENDERERS
from reports.model import Finding, Kind, Score, Tone, ToneFinding
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.factories.hotline import Hotline
from tests.factories.issues import Issues, found
from tests.support.browser import Browser, Page

MARK = "自动生成，仅供参考"
MODEL = "测试模型 1"
OPEN_WORDS = "东门路灯黑了半个月没人修，老人摔了一跤，实在不像话。"
CLOSED_WORDS = "隔壁单元水泵整夜轰鸣，我家孩子睡不着，我不愿意公开这件事。"


@dataclass
class Town:
    """A small town whose submissions have been analysed, and the people of its desk."""

    officer: User
    desk: Browser
    run_jobs: Callable[[], int]
    own: Session
    clock: FixedClock

    def ask(self, **more: str) -> Page:
        day = local_date(self.clock.now())
        wanted = {"start": str(day - timedelta(days=6)), "end": str(day), "title": "", "organ": "", **more}
        return self.desk.submit("/desk/bulletins/new", {"document_number": "", **wanted})

    def built(self, **more: str) -> int:
        """The number of a bulletin that has been built."""
        page = self.ask(**more)
        assert page.status == 303, page.words
        number = int(page.location.rsplit("/", 1)[1])
        assert self.run_jobs() == 1
        return number

    def sign(self, number: int) -> Page:
        at = f"/desk/bulletins/{number}"
        return self.desk.submit(f"{at}/signature", {}, form_at=at)

    def published(self, **more: str) -> int:
        number = self.built(**more)
        assert self.sign(number).status == 303
        assert self.run_jobs() == 1
        return number

    def row(self, number: int) -> Bulletin:
        self.own.expire_all()
        row = self.own.get_one(Bulletin, number)
        self.own.expunge_all()
        self.own.rollback()
        return row


def analyse(own: Session, clock: FixedClock) -> None:
    """A finding for everything there is, stored as a run stores it; the models themselves are tested elsewhere."""
    now = clock.now()
    everything = material.submissions(own)
    tones = (Tone.NEGATIVE, Tone.NEUTRAL, Tone.UNCERTAIN)
    pairs = [
        (
            s,
            Finding(
                s.id,
                Score(0.3, -0.8, 0.3, 0.0, ((s.text, 0.3),)),
                ToneFinding(tones[n % 3], 0.8),
                s.kind or Kind.PROPOSAL,
                s.kind is None,
            ),
        )
        for n, s in enumerate(everything)
    ]
    storing.keep_findings(own, pairs, MODEL, now)
    own.add(
        AnalysisRun(
            model_version=MODEL,
            began_at=now,
            ended_at=now,
            submissions=len(pairs),
            scored=len(pairs),
            proposed=0,
            unplaced=0,
        )
    )
    own.commit()


@pytest.fixture
def town(app: Flask, own: Session, clock: FixedClock, accounts: Accounts, run_jobs: Callable[[], int]) -> Town:
    officer = accounts.make("officer", display_name="签发人甲")
    hotline = Hotline(app, own, clock)
    opened = hotline.accepted(officer, body=OPEN_WORDS)
    closed = hotline.accepted(officer, title="水泵夜里太吵", body=CLOSED_WORDS, consents_to_publish=False)
    hotline.call(officer, title="井盖松动", body="鼓坪北街井盖松动，车子压过去哐当响，请派人固定。")
    draft = Drafts(own, clock, accounts).open()
    Comments(own, clock, app.extensions["consult.vault"]).accepted(draft, officer, "停放位应当装上充电桩，方便住户。")
    analyse(own, clock)
    subjects = (Subject("order", opened.id), Subject("order", closed.id))
    lamp = found("小区设施无人维修", *subjects, key="lamps", quotation=OPEN_WORDS)
    Issues(own, clock).run(
        type(lamp)(
            **{
                **{name: getattr(lamp, name) for name in lamp.__dataclass_fields__},
                "quotations": ((subjects[0].key, OPEN_WORDS), (subjects[1].key, CLOSED_WORDS)),
            }
        )
    )
    own.refresh(officer)
    own.expunge_all()
    own.rollback()
    return Town(officer, Browser(app).signed_in_as(officer.handle), run_jobs, own, clock)


@pytest.fixture
def plain_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of one word, for tests that ask who may have them and when, not what stands in them."""
    monkeypatch.setattr(documents, "RENDERERS", dict.fromkeys(RENDERERS, lambda content: b"file"))
    monkeypatch.setattr(charts, "render", lambda chart: b"<svg/>")


def words_of(format: str, data: bytes) -> str:
    """The text of a downloaded file, without line ends."""
    if format == "pdf":
        if shutil.which("pdftotext") is None:
            pytest.skip("pdftotext (poppler-utils) is not installed")
        made = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
        return re.sub(r"\s", "", made.stdout.decode("utf-8"))
    if format in ("docx", "xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            xml = "".join(parts.read(n).decode("utf-8") for n in parts.namelist() if n.endswith(".xml"))
        return re.sub(r"<[^>]+>|\s", "", xml)
    return re.sub(r"\s", "", data.decode("utf-8"))


def test_a_bulletin_is_asked_for_built_in_the_background_and_read_at_the_desk(town: Town) -> None:
    page = town.ask(organ="临川县人民政府", document_number="临政舆〔2026〕3号")
    assert page.status == 303
    waiting = town.desk.get(page.location)
    assert "正在编制" in waiting.words
    assert waiting.find("meta[http-equiv=refresh]")
    assert town.run_jobs() == 1
    shown = town.desk.get(page.location)
    assert "收到诉求4条" in shown.words
    assert "小区设施无人维修" in shown.words
    assert "由程序生成" in shown.words
    row = town.row(int(page.location.rsplit("/", 1)[1]))
    assert (row.state, row.submissions, row.model_version) == ("built", 4, MODEL)
    counted = town.own.scalar(select(func.count()).where(BulletinSubject.bulletin_id == row.id))
    assert counted == 4
    town.own.rollback()
    charts = [str(image.get("src")) for image in shown.find("figure img")]
    assert charts
    for address in charts:
        drawing = town.desk.get(address).response
        assert drawing.mimetype == "image/svg+xml"
        assert drawing.get_data().startswith(b"<?xml")
        assert "script" not in drawing.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("plain_files")
def test_every_number_of_the_desk_page_can_be_opened_to_its_rule_and_how_many_stand_behind_it(town: Town) -> None:
    page = town.desk.get(f"/desk/bulletins/{town.built()}")
    links = page.find("a.number-link")
    assert len(links) > 5
    targets = {e.get("id"): " ".join(e.text_content().split()) for e in page.find("[id^=number-]")}
    for link in links:
        assert link.get("href", "").removeprefix("#") in targets
    received = next(text for key, text in targets.items() if key.endswith("-received"))
    assert "4" in received
    assert "全部诉求" in received or "收到" in received


def test_the_desk_downloads_all_five_files_and_each_download_is_logged(town: Town) -> None:
    number = town.built()
    for format in ("pdf", "docx", "xlsx", "json", "html"):
        answer = town.desk.client.get(f"/desk/bulletins/{number}/files/{format}")
        assert MARK in words_of(format, answer.get_data())
        assert "attachment" in answer.headers["Content-Disposition"]
        assert "no-store" in answer.headers["Cache-Control"]
    logged = list(
        town.own.scalars(
            select(AuditEvent).where(
                AuditEvent.action == "bulletins:file:downloaded", AuditEvent.subject == f"bulletin:{number}"
            )
        )
    )
    assert len(logged) == 5
    assert {event.actor_id for event in logged} == {town.officer.id}


@pytest.mark.usefixtures("plain_files")
@pytest.mark.parametrize("role", ["", "citizen", "unit", "auditor", "administrator"])
def test_nobody_without_the_right_reads_or_takes_an_unsigned_bulletin(
    town: Town, sign_in: Callable[..., Browser], visitor: Browser, role: str
) -> None:
    number = town.built()
    browser = sign_in(role) if role else visitor
    for address in ("", "/charts/volume.svg", "/files/pdf", "/files/json"):
        answer = browser.client.get(f"/desk/bulletins/{number}{address}")
        assert answer.status_code in (302, 303, 403, 404)
        assert "小区设施" not in answer.get_data(as_text=True)
    assert visitor.client.get("/bulletins/1").status_code == 404
    taken = town.own.scalar(select(func.count()).where(AuditEvent.action == "bulletins:file:downloaded"))
    assert taken == 0


@pytest.mark.usefixtures("plain_files")
def test_a_leader_reads_a_bulletin_and_does_not_sign_it(town: Town, sign_in: Callable[..., Browser]) -> None:
    number = town.built()
    leader = sign_in("leader")
    page = leader.get(f"/desk/bulletins/{number}")
    assert not page.find("form[action$='/signature']")
    token = page.find("input[name=csrf_token]")
    answer = leader.post(f"/desk/bulletins/{number}/signature", {"csrf_token": token[0].get("value") if token else ""})
    assert answer.status in (400, 403, 404)
    assert town.row(number).state == BulletinState.BUILT


def test_a_signed_bulletin_loses_its_mark_gets_its_number_and_is_public(town: Town, visitor: Browser) -> None:
    number = town.published(organ="临川县人民政府")
    row = town.row(number)
    assert (row.state, row.year, row.number_in_year, row.number_in_all) == ("published", 2026, 1, 1)
    assert row.signer is not None
    assert row.signer.display_name == "签发人甲"
    for format in ("pdf", "docx", "html", "json"):
        text = words_of(format, town.desk.client.get(f"/desk/bulletins/{number}/files/{format}").get_data())
        assert MARK not in text
        assert "2026年第1期（总第1期）" in text
    page = visitor.get("/bulletins/1")
    assert "2026年第1期（总第1期）" in page.words
    for image in page.find("figure img"):
        assert visitor.get(str(image.get("src"))).response.mimetype == "image/svg+xml"
    assert row.title in visitor.get("/bulletins").words
    assert row.title in visitor.get("/bulletins.atom").response.get_data(as_text=True)
    for format in ("pdf", "docx"):
        text = words_of(format, visitor.get(f"/bulletins/1.{format}").response.get_data())
        assert "2026年第1期（总第1期）" in text
        assert MARK not in text


def test_the_public_edition_holds_no_single_submission_and_no_words_without_consent(
    town: Town, visitor: Browser
) -> None:
    number = town.published()
    inside = words_of("docx", town.desk.get(f"/desk/bulletins/{number}/files/docx").response.get_data())
    assert "诉求原文摘录" in inside
    assert CLOSED_WORDS in inside
    assert OPEN_WORDS in inside
    public = {
        "page": re.sub(r"\s", "", visitor.get("/bulletins/1").text),
        **{f: words_of(f, visitor.get(f"/bulletins/1.{f}").response.get_data()) for f in ("pdf", "docx")},
    }
    for form, text in public.items():
        assert "诉求原文摘录" not in text, form
        assert CLOSED_WORDS not in text, form
        assert OPEN_WORDS in text, form
        assert "附件2" not in text, form
        assert not re.search(r"(order|comment):\d", text), form
    for format in ("xlsx", "json", "html"):
        assert visitor.client.get(f"/bulletins/1.{format}").status_code == 404


@pytest.mark.usefixtures("plain_files")
def test_numbers_are_continuous_start_again_with_the_year_and_are_never_used_twice(
    town: Town, clock: FixedClock
) -> None:
    first, second = town.built(), town.built()
    assert town.sign(second).status == town.sign(first).status == 303
    assert town.run_jobs() == 2
    at = f"/desk/bulletins/{first}"
    assert town.desk.submit(f"{at}/withdrawal", {"reason": "数字有误，重新编制。"}, form_at=at).status == 303
    third = town.built()
    town.sign(third)
    clock.set(datetime(2027, 1, 5, 2, 0, tzinfo=UTC))
    fourth = _ask_for_old_period(town)
    numbers = [(r.year, r.number_in_year, r.number_in_all) for r in (town.row(n) for n in (second, first, third))]
    assert numbers == [(2026, 1, 1), (2026, 2, 2), (2026, 3, 3)]
    assert (fourth.year, fourth.number_in_year, fourth.number_in_all) == (2027, 1, 4)


def _ask_for_old_period(town: Town) -> Bulletin:
    town.own.rollback()
    with transaction(town.own.get_bind()) as own:  # type: ignore[arg-type]
        wanted = service.Request(datetime(2026, 9, 5).date(), datetime(2026, 9, 11).date())
        number = service.request_bulletin(own, town.officer, wanted, town.clock.now())[0].id
    town.run_jobs()
    with transaction(town.own.get_bind()) as own:  # type: ignore[arg-type]
        service.sign_off(own, town.officer, own.get_one(Bulletin, number), town.clock.now())
    return town.row(number)


@pytest.mark.usefixtures("plain_files")
def test_two_who_sign_at_once_get_two_numbers(town: Town, engine: Engine) -> None:
    numbers = [town.built(), town.built()]
    assert _sign_together(engine, town, numbers) == ["signed", "signed"]
    rows = [town.row(n) for n in numbers]
    assert sorted(r.number_in_all or 0 for r in rows) == [1, 2]
    assert sorted(r.number_in_year or 0 for r in rows) == [1, 2]


@pytest.mark.usefixtures("plain_files")
def test_a_bulletin_signed_twice_at_once_is_signed_once(town: Town, engine: Engine) -> None:
    number = town.built()
    assert sorted(_sign_together(engine, town, [number, number])) == ["refused", "signed"]
    assert town.row(number).number_in_all == 1
    kinds = town.own.scalar(select(func.count()).where(Job.kind == service.PUBLISH))
    assert kinds == 1


def _sign_together(engine: Engine, town: Town, numbers: list[int]) -> list[str]:
    together, officer, now = Barrier(len(numbers)), town.officer, town.clock.now()
    town.own.rollback()

    def sign(number: int) -> str:
        together.wait()
        try:
            with transaction(engine) as own:
                service.sign_off(own, officer, own.get_one(Bulletin, number), now)
        except IllegalTransition:
            return "refused"
        return "signed"

    with ThreadPoolExecutor(len(numbers)) as threads:
        return list(threads.map(sign, numbers))


@pytest.mark.usefixtures("plain_files")
def test_a_withdrawn_bulletin_is_nowhere_public(town: Town, visitor: Browser) -> None:
    number = town.published()
    title = town.row(number).title
    at = f"/desk/bulletins/{number}"
    short = town.desk.submit(f"{at}/withdrawal", {"reason": "错"}, form_at=at)
    assert short.status == 422
    assert short.find("textarea[name=reason]")[0].text_content().strip() == "错"
    assert town.desk.submit(f"{at}/withdrawal", {"reason": "数字有误，重新编制。"}, form_at=at).status == 303
    for address in ("", ".pdf", ".docx", "/charts/volume.svg"):
        assert visitor.client.get(f"/bulletins/1{address}").status_code == 404
    for address in ("/bulletins", "/bulletins.atom", "/", f"/search?q={title[:6]}"):
        assert title not in visitor.client.get(address).get_data(as_text=True), address
    page = town.desk.get(at)
    assert "数字有误，重新编制。" in page.words


@pytest.mark.usefixtures("plain_files")
def test_a_build_that_was_killed_half_way_is_taken_up_again_and_done_once(
    town: Town, worker: Worker, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = town.ask()
    number = int(page.location.rsplit("/", 1)[1])

    def killed(_content: Any) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(documents, "RENDERERS", {**documents.RENDERERS, "xlsx": killed})
        town.own.rollback()
        with pytest.raises(KeyboardInterrupt):
            worker.run_one()
    assert town.row(number).state == BulletinState.BUILDING
    assert _files(town, number) == []
    clock.advance(LEASE + timedelta(seconds=1))
    assert town.run_jobs() == 1
    assert town.row(number).state == BulletinState.BUILT
    formats = [f for f in _files(town, number) if not f.startswith("chart:")]
    assert sorted(formats) == ["docx", "html", "json", "pdf", "xlsx"]


def _files(town: Town, number: int) -> list[str]:
    found_ = list(
        town.own.scalars(
            select(BulletinFile.format).where(BulletinFile.bulletin_id == number, BulletinFile.edition == Edition.DRAFT)
        )
    )
    town.own.rollback()
    return found_


@pytest.mark.usefixtures("plain_files")
def test_a_period_with_something_unanalysed_is_refused_with_what_to_do(app: Flask, town: Town) -> None:
    Hotline(app, town.own, town.clock).call(town.officer, title="新来的电话", body="刚刚打进来的电话，还没有分析。")
    page = town.ask()
    assert town.run_jobs() == 1
    shown = town.desk.get(page.location)
    assert "尚未分析" in shown.words
    assert "请先运行分析" in shown.words
    number = int(page.location.rsplit("/", 1)[1])
    assert town.row(number).state == BulletinState.BUILDING
    assert town.own.scalar(select(Job.state).where(Job.id == town.row(number).job_id)) == JobState.FAILED


def test_a_period_without_a_single_submission_is_refused_with_words(town: Town) -> None:
    page = town.ask(start="2026-01-01", end="2026-01-07")
    town.run_jobs()
    shown = town.desk.get(page.location)
    assert "没有人发言" in shown.words
    assert town.row(int(page.location.rsplit("/", 1)[1])).state == BulletinState.BUILDING


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"start": "2026-09-11", "end": "2026-09-01"}, "结束日期早于开始日期"),
        ({"start": "2026-09-31"}, ""),
        ({"start": ""}, ""),
        ({"start": "2024-01-01", "end": "2026-01-01"}, "366"),
        ({"start": "2030-01-01", "end": "2030-01-02"}, "还没有到"),
        ({"document_number": "临政舆[2026]03号"}, "发文字号的格式"),
        ({"document_number": "临政舆〔2026〕03号"}, "发文字号的格式"),
        ({"title": "长" * 121}, "120"),
    ],
)
def test_a_request_that_cannot_be_met_says_why_and_keeps_what_was_typed(
    town: Town, wrong: dict[str, str], said: str
) -> None:
    typed = {"organ": "临川县人民政府", "title": "本周专报", **wrong}
    page = town.ask(**typed)
    assert page.status == 422
    assert page.find(".govuk-error-summary")
    assert said in page.words
    for name, value in typed.items():
        assert page.find(f"[name={name}]")[0].get("value") == value
    assert town.own.scalar(select(func.count()).select_from(Bulletin)) == 0


@pytest.mark.usefixtures("plain_files")
def test_the_same_period_built_twice_has_the_same_figures(town: Town, engine: Engine) -> None:
    first, second = town.built(), town.built()
    assert town.row(first).content_sha256 == town.row(second).content_sha256
    with new_session(engine) as own:
        contents = [queries.content_of(queries.access_bulletin(own, n)) for n in (first, second)]
    assert contents[0].figures == contents[1].figures
