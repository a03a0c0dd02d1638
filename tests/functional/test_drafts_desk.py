"""An officer prepares a draft, publishes it by the law's rules, and takes it back."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from docx import Document
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.accounts.models import Role
from consult.audit.models import AuditEvent
from consult.clock import FixedClock, local_date
from consult.drafts.models import Clause, Draft, DraftLog, DraftVersion
from tests.factories.accounts import Accounts
from tests.factories.drafts import TEXT, Drafts
from tests.support.browser import Browser, Page

FACTS = {
    "explanation": "近三年楼道充电火灾多发。",
    "organ": "临川县人民政府",
    "contact_unit": "临川县住房和城乡建设局",
    "contact_phone": "0000-7654321",
}
REASON = "汛期将至，堤防加固须在六月底前完成招标。"


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def officer(sign_in: Callable[..., Browser]) -> Browser:
    return sign_in("officer")


def _hidden(page: Page) -> dict[str, str]:
    return {i.get("name"): i.get("value", "") for i in page.find("main form input[type=hidden][name]")}


def _preview(officer: Browser, **data: object) -> Page:
    typed = {"title": "", "kind": "normative", "text": "", "action": "preview", **data}
    return officer.submit("/desk/drafts/new", typed, form="main form", content_type="multipart/form-data")


def _save(officer: Browser, preview: Page, **changed: str) -> Page:
    shown = {
        "title": preview.find("#title")[0].get("value"),
        "kind": "normative",
        "text": preview.find("#text")[0].text_content().lstrip("\n"),
        "action": "save",
    }
    data = {**_hidden(preview), **shown, **changed}
    return officer.post("/desk/drafts/new", data, content_type="multipart/form-data")


def test_a_pasted_text_is_shown_as_understood_before_anything_is_kept(officer: Browser, own: Session) -> None:
    page = _preview(officer, text=TEXT)
    assert page.status == 200
    assert "8个自然段" in page.words and "4个可评论的条款" in page.words
    assert [e.text_content() for e in page.find(".structure strong")].count("第三条") == 1
    assert not own.scalar(select(func.count()).select_from(Draft))


def test_a_draft_is_kept_as_it_was_shown(officer: Browser, own: Session) -> None:
    saved = _save(officer, _preview(officer, text=TEXT))
    assert saved.status == 303
    officer.follow(saved)
    draft = own.scalars(select(Draft)).one()
    assert (draft.title, draft.state, draft.slug) == ("临川县电动自行车停放管理办法", "editing", "20260911-01")
    labels = own.scalars(select(Clause.label).where(Clause.ref.is_not(None)).order_by(Clause.position)).all()
    assert labels == ["第一条", "第二条", "第三条", "第四条"]
    assert own.scalars(select(DraftLog.to_state)).all() == ["editing"]


def test_a_text_changed_after_the_preview_is_shown_again_and_not_kept(officer: Browser, own: Session) -> None:
    page = _save(officer, _preview(officer, text=TEXT), text=TEXT + "\n第五条 本办法自公布之日起施行。")
    assert page.status == 200 and "5个可评论的条款" in page.words
    assert not own.scalar(select(func.count()).select_from(Draft))


def test_a_word_file_is_read_into_the_form_and_survives_the_preview(officer: Browser, own: Session) -> None:
    document = Document()
    for line in TEXT.split("\n"):
        document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    file.seek(0)
    page = _preview(officer, file=(file, "停放办法.docx"))
    assert "第四条" in page.find("#text")[0].text_content()
    assert _save(officer, page).status == 303
    assert own.scalars(select(DraftVersion.source_name)).one() == "停放办法.docx"
    assert own.scalar(select(func.count()).select_from(Clause).where(Clause.kind == "article")) == 4


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.docx", b"PK\x03\x04 broken", "损坏"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Word"),
        ("a.pdf", b"%PDF-1.7", "不能读取这种文件"),
        ("a.txt", b"", "没有文字"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_plain_words(
    officer: Browser, name: str, data: bytes, said: str
) -> None:
    page = _preview(officer, title="某办法", file=(io.BytesIO(data), name))
    assert page.status == 422 and said in page.words
    assert page.find("#title")[0].get("value") == "某办法"


def test_an_empty_text_is_refused(officer: Browser) -> None:
    page = _preview(officer)
    assert page.status == 422 and "请粘贴草案正文" in page.words


def test_clauses_facts_and_text_are_edited_while_in_preparation(officer: Browser, drafts: Drafts, own: Session) -> None:
    draft = drafts.editing()
    clause = drafts.clause(draft, "4")
    at = f"/desk/drafts/{draft.id}/clauses/{clause.id}"
    assert officer.submit(at, {"heading": "", "text": "禁止进楼入户充电。"}, form="main form").status == 303
    assert officer.submit(at, {"heading": "", "text": ""}, form="main form").status == 422
    own.refresh(clause)
    assert clause.text == "禁止进楼入户充电。"
    url = f"/desk/drafts/{draft.id}/text"
    page = officer.submit(
        url, {"text": "某办法\n第一条 甲。", "action": "preview"}, form="main form", content_type="multipart/form-data"
    )
    data = {**_hidden(page), "text": "某办法\n第一条 甲。", "action": "save"}
    assert officer.post(url, data, content_type="multipart/form-data").status == 303
    own.expire_all()
    assert [c.text for c in own.scalars(select(Clause))] == ["甲。"]


def test_what_is_public_is_no_longer_edited(officer: Browser, drafts: Drafts, own: Session) -> None:
    draft = drafts.open()
    clause = drafts.clause(draft, "4")
    before = clause.text
    at = f"/desk/drafts/{draft.id}/clauses/{clause.id}"
    assert officer.submit(at, {"heading": "", "text": "改了。"}, form="main form").status == 409
    facts = {"title": "改了", "kind": "normative", "explanation": "改了"}
    assert officer.submit(f"/desk/drafts/{draft.id}/facts", facts, form="main form").status == 409
    own.refresh(clause)
    own.refresh(draft)
    assert clause.text == before and draft.title != "改了"


def _publish(officer: Browser, draft: Draft, clock: FixedClock, days: int, **more: str) -> Page:
    closes = (local_date(clock.now()) + timedelta(days=days)).isoformat()
    return officer.submit(
        f"/desk/drafts/{draft.id}/publish", {"closes_on": closes, "opens_on": "", **more}, form="main form"
    )


@pytest.mark.parametrize(
    ("kind", "business", "days", "reason", "is_published"),
    [
        # R2: a 6-day and an 11-day call without a reason must be refused.
        ("decision", False, 6, "", False),
        ("decision", False, 11, "", False),
        ("decision", False, 29, "", False),
        ("decision", False, 30, "", True),
        ("decision", False, 11, "工作需要", False),
        ("decision", False, 11, REASON, True),
        ("regulation", False, 29, "", False),
        ("regulation", False, 30, "", True),
        # From Friday 11 September 2026, seven working days end on Monday 21: Sunday 20 is a make-up day.
        ("normative", False, 9, "", False),
        ("normative", False, 10, "", True),
        ("normative", True, 29, "", False),
        ("normative", True, 30, "", True),
        ("normative", True, 11, REASON, True),
    ],
)
def test_a_period_shorter_than_the_law_s_needs_a_public_reason(
    officer: Browser,
    visitor: Browser,
    drafts: Drafts,
    clock: FixedClock,
    own: Session,
    kind: str,
    business: bool,
    days: int,
    reason: str,
    is_published: bool,
) -> None:
    draft = drafts.editing(kind=kind, touches_business=business)
    page = _publish(officer, draft, clock, days, shortening_reason=reason)
    own.refresh(draft)
    if not is_published:
        assert page.status == 422 and draft.state == "editing" and draft.published_at is None
        assert page.find("#shortening_reason")[0].text_content().strip() == reason
        visitor.get(f"/drafts/{draft.slug}", status=404)
        return
    assert page.status == 303 and draft.state == "published"
    words = visitor.get(f"/drafts/{draft.slug}").words
    assert (reason in words) if reason else ("缩短期限的理由" not in words)


@pytest.mark.parametrize("lacking", ["explanation", "contact_unit", "organ"])
def test_a_draft_without_explanation_or_contact_cannot_be_published(
    officer: Browser, drafts: Drafts, clock: FixedClock, own: Session, lacking: str
) -> None:
    draft = drafts.editing(**{lacking: "  "})
    assert _publish(officer, draft, clock, 40).status == 422
    own.refresh(draft)
    assert draft.state == "editing"


@pytest.mark.parametrize(("opens", "closes"), [(-1, 40), (3, 2), (3, 3), (0, 0), (0, 2000), (500, 540)])
def test_impossible_dates_are_refused(
    officer: Browser, drafts: Drafts, clock: FixedClock, opens: int, closes: int
) -> None:
    draft = drafts.editing()
    day = (local_date(clock.now()) + timedelta(days=opens)).isoformat() if opens else ""
    assert _publish(officer, draft, clock, closes, opens_on=day).status == 422


def test_a_date_that_does_not_exist_is_refused(officer: Browser, drafts: Drafts) -> None:
    draft = drafts.editing()
    page = officer.submit(f"/desk/drafts/{draft.id}/publish", {"closes_on": "2026-02-30"}, form="main form")
    assert page.status == 422


def test_publishing_twice_changes_nothing(officer: Browser, drafts: Drafts, clock: FixedClock, own: Session) -> None:
    draft = drafts.editing()
    assert _publish(officer, draft, clock, 30).status == 303
    closes_at = own.scalar(select(Draft.closes_at))
    assert _publish(officer, draft, clock, 60).status == 409
    own.expire_all()
    assert own.scalar(select(Draft.closes_at)) == closes_at
    assert own.scalars(select(DraftLog.to_state).order_by(DraftLog.id)).all() == ["editing", "published"]


def test_every_step_is_in_the_audit_log(officer: Browser, drafts: Drafts, clock: FixedClock, own: Session) -> None:
    draft = drafts.editing()
    _publish(officer, draft, clock, 30)
    withdrawal = {"reason": "上位法即将修订，待修订后重新起草。"}
    assert officer.submit(f"/desk/drafts/{draft.id}/withdraw", withdrawal, form="main form").status == 303
    actions = own.scalars(
        select(AuditEvent.action).where(AuditEvent.subject == f"draft:{draft.id}").order_by(AuditEvent.number)
    ).all()
    assert actions == [
        "drafts:draft:created",
        "drafts:draft:edited",
        "drafts:draft:published",
        "drafts:draft:withdrawn",
    ]


def test_a_withdrawn_draft_shows_its_reason_and_no_longer_its_text(
    officer: Browser, visitor: Browser, drafts: Drafts
) -> None:
    draft = drafts.open()
    url = f"/desk/drafts/{draft.id}/withdraw"
    assert officer.submit(url, {"reason": "不办了"}, form="main form").status == 422
    reason = "上位法即将修订，待修订后重新起草。"
    assert officer.submit(url, {"reason": reason}, form="main form").status == 303
    words = visitor.get(f"/drafts/{draft.slug}").words
    assert reason in words and "每户不少于一个" not in words
    visitor.get(f"/drafts/{draft.slug}/clauses/3", status=404)
    assert draft.title not in visitor.get("/drafts").words


@pytest.mark.parametrize("role", [r for r in Role if r != Role.OFFICER])
def test_nobody_but_an_officer_prepares_drafts(sign_in: Callable[..., Browser], drafts: Drafts, role: Role) -> None:
    draft, browser = drafts.editing(), sign_in(role)
    for path in ("", "/new", f"/{draft.id}", f"/{draft.id}/facts", f"/{draft.id}/text", f"/{draft.id}/publish"):
        browser.get(f"/desk/drafts{path}", status=403)
    browser.get(f"/drafts/{draft.slug}", status=404)
    browser.get(f"/drafts/{draft.slug}/versions/1", status=404)


def test_two_drafts_of_one_day_get_two_names(drafts: Drafts) -> None:
    assert [drafts.editing().slug for _ in range(3)] == ["20260911-01", "20260911-02", "20260911-03"]


def test_the_real_regulation_becomes_a_draft_with_its_43_articles(
    officer: Browser, own: Session, real_data: object
) -> None:
    path = next(real_data.joinpath("regulations").glob("北京市机动车停车条例(2021*"))  # type: ignore[attr-defined]
    page = _preview(officer, file=(io.BytesIO(path.read_bytes()), path.name))
    assert _save(officer, page).status == 303
    rows = own.scalars(select(Clause).where(Clause.ref.is_not(None)).order_by(Clause.position)).all()
    assert [r.ref for r in rows] == [str(n) for n in range(1, 44)]
    chapters = own.scalars(select(Clause.label).where(Clause.kind == "chapter").order_by(Clause.position)).all()
    assert len(chapters) == len(set(chapters)) >= 4
    assert all(r.parent_id for r in rows)
