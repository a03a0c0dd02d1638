"""Around a draft: extensions and hearings by the rules, and calendars and feeds that say what is so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from lxml import etree
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from consult.audit.models import AuditEvent
from consult.clock import FixedClock, local_date
from consult.drafts.around import rules, service
from consult.drafts.around.models import DraftExtension, Hearing
from consult.drafts.models import Draft, DraftLog
from consult.errors import IllegalTransition, InvalidInput
from tests.factories.accounts import Accounts
from tests.factories.drafts import Drafts
from tests.support.browser import Browser

REASON = "汛期多个乡镇交通中断，不少居民未能按时发表意见。"
TODAY = date(2026, 9, 11)
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


def _plan(day: date, papers: date | None = None, **more: object) -> service.HearingPlan:
    values: dict[str, object] = {
        "day": day,
        "time": time(14, 30),
        "place": "县政务中心三楼会议室",
        "quota": 20,
        "agenda": "起草说明；代表发言；部门回应。",
        "papers_on": papers or day - timedelta(days=7),
    }
    return service.HearingPlan(**{**values, **more})  # type: ignore[arg-type]


# Extensions


def test_an_extension_lets_people_speak_longer_and_tells_why(
    own: Session, clock: FixedClock, drafts: Drafts, visitor: Browser, sign_in: Callable[..., Browser]
) -> None:
    draft = drafts.open(days=20)
    officer = sign_in("officer")
    address = f"/desk/drafts/{draft.id}/extension"
    assert f'href="{address}"' in officer.get(f"/desk/drafts/{draft.id}").text
    page = officer.submit(address, {"closes_on": "2026-10-20", "reason": REASON})
    assert page.status == 303
    words = visitor.get(f"/drafts/{draft.slug}").words
    assert "延期至2026年10月20日" in words and REASON in words and "2026年10月1日" in words
    clock.set(datetime(2026, 10, 20, 15, 59, 59, tzinfo=UTC))  # 23:59:59 in Shanghai
    assert "对这一条说几句" in visitor.get(f"/drafts/{draft.slug}").words
    clock.advance(timedelta(seconds=1))
    assert "对这一条说几句" not in visitor.get(f"/drafts/{draft.slug}").words
    log = own.scalars(select(DraftLog).order_by(DraftLog.id.desc())).first()
    assert log is not None and (log.from_state, log.to_state, log.note) == ("published", "published", REASON)
    row = own.scalars(select(AuditEvent).where(AuditEvent.action == "drafts:period:extended")).one()
    assert row.subject == f"draft:{draft.id}" and "2026-10-20" in row.detail


@pytest.mark.parametrize("closes_on", [date(2026, 10, 1), date(2026, 9, 30), date(2026, 9, 12)])
def test_a_period_never_becomes_shorter_and_the_refusal_names_the_first_day(
    own: Session, clock: FixedClock, drafts: Drafts, closes_on: date
) -> None:
    draft = drafts.open(days=20)
    with pytest.raises(InvalidInput, match="2026-10-02"):
        service.extend(own, drafts.officer, draft, closes_on, REASON, clock.now())
    assert own.scalars(select(DraftExtension)).all() == []


def test_an_extension_without_a_reason_of_substance_is_refused_and_what_was_typed_is_kept(
    drafts: Drafts, sign_in: Callable[..., Browser]
) -> None:
    draft = drafts.open(days=20)
    page = sign_in("officer").submit(
        f"/desk/drafts/{draft.id}/extension", {"closes_on": "2026-10-20", "reason": "工作需要"}
    )
    assert page.status == 422 and "工作需要" in page.text and "2026-10-20" in page.text


def test_a_consultation_that_has_closed_is_not_opened_again_by_an_extension(
    own: Session, clock: FixedClock, drafts: Drafts, sign_in: Callable[..., Browser]
) -> None:
    draft = drafts.open(days=20)
    clock.advance(timedelta(days=21))
    with pytest.raises(IllegalTransition):
        service.extend(own, drafts.officer, draft, date(2026, 11, 20), REASON, clock.now())
    sign_in("officer").get(f"/desk/drafts/{draft.id}/extension", status=303)


def test_a_draft_that_becomes_long_enough_no_longer_tells_why_it_was_short(
    own: Session, clock: FixedClock, drafts: Drafts
) -> None:
    draft = drafts.published(closes_in=6, kind="decision", reason="防汛在即，需要在主汛期以前完成修订。")
    service.extend(own, drafts.officer, draft, TODAY + timedelta(days=20), REASON, clock.now())
    assert draft.shortening_reason != ""
    service.extend(own, drafts.officer, draft, TODAY + timedelta(days=30), REASON, clock.now())
    assert draft.shortening_reason == ""


# Hearings


@pytest.mark.parametrize(("kind", "earliest"), [("regulation", date(2026, 10, 11)), ("decision", date(2026, 9, 18))])
def test_a_hearing_is_announced_early_enough_and_the_refusal_names_the_first_day(
    own: Session, clock: FixedClock, drafts: Drafts, kind: str, earliest: date
) -> None:
    draft = drafts.open(days=60, kind=kind)
    with pytest.raises(InvalidInput, match=earliest.isoformat()) as refused:
        service.announce_hearing(own, drafts.officer, draft, _plan(earliest - timedelta(days=1), TODAY), clock.now())
    assert refused.value.field == "day"
    made = service.announce_hearing(own, drafts.officer, draft, _plan(earliest), clock.now())
    assert local_date(made.starts_at) == earliest


def test_the_papers_of_a_hearing_are_out_seven_days_before(own: Session, clock: FixedClock, drafts: Drafts) -> None:
    draft, day = drafts.open(days=60, kind="regulation"), date(2026, 10, 20)
    with pytest.raises(InvalidInput, match="2026-10-13") as refused:
        service.announce_hearing(own, drafts.officer, draft, _plan(day, date(2026, 10, 14)), clock.now())
    assert refused.value.field == "papers_on"
    with pytest.raises(InvalidInput, match="2026-09-11"):
        service.announce_hearing(own, drafts.officer, draft, _plan(day, date(2026, 9, 10)), clock.now())
    service.announce_hearing(own, drafts.officer, draft, _plan(day, date(2026, 10, 13)), clock.now())


def test_the_day_of_the_announcement_is_that_of_shanghai(own: Session, clock: FixedClock, drafts: Drafts) -> None:
    clock.set(datetime(2026, 9, 10, 16, 30, tzinfo=UTC))  # half past midnight of the 11th in Shanghai
    draft = drafts.open(days=60, kind="regulation")
    with pytest.raises(InvalidInput, match="2026-10-11"):
        service.announce_hearing(own, drafts.officer, draft, _plan(date(2026, 10, 10), TODAY), clock.now())


def test_a_hearing_goes_from_the_announcement_to_its_report_on_the_public_page(
    own: Session, clock: FixedClock, drafts: Drafts, visitor: Browser, sign_in: Callable[..., Browser]
) -> None:
    draft = drafts.open(days=60, kind="regulation")
    officer, address = sign_in("officer"), f"/desk/drafts/{draft.id}/hearings"
    typed = {
        "day": "2026-10-12",
        "time": "14:30",
        "place": "县政务中心三楼会议室",
        "quota": "20",
        "agenda": "起草说明；代表发言。",
        "papers_on": "2026-10-05",
    }
    page = officer.submit(address, {**typed, "day": "2026-10-01"})
    assert page.status == 422 and "2026-10-11" in page.words and "县政务中心" in page.text
    assert officer.submit(address, {**typed, "quota": "0"}).status == 422
    assert officer.submit(address, {**typed, "quota": "many"}).status == 422
    assert officer.submit(address, typed).status == 303
    words = visitor.get(f"/drafts/{draft.slug}").words
    assert "2026年10月12日 14:30" in words and "县政务中心三楼会议室" in words and "起草说明；代表发言。" in words
    (hearing,) = own.scalars(select(Hearing))
    report = f"{address}/{hearing.id}/report"
    assert officer.submit(report, {"report": "到会代表二十人，发言十二人。"}).status == 409
    clock.set(datetime(2026, 10, 12, 9, 0, tzinfo=UTC))
    officer = Browser(visitor._app).signed_in_as(drafts.officer.handle)
    assert officer.submit(report, {"report": "到会代表二十人，发言十二人，主要意见有三项。"}).status == 303
    assert "主要意见有三项" in visitor.get(f"/drafts/{draft.slug}").words
    assert officer.submit(f"{address}/{hearing.id}/cancellation", {"reason": REASON}).status == 409


def test_a_cancelled_hearing_says_why_and_is_cancelled_in_calendars(
    own: Session, clock: FixedClock, drafts: Drafts, visitor: Browser
) -> None:
    draft = drafts.open(days=60)
    hearing = service.announce_hearing(own, drafts.officer, draft, _plan(date(2026, 9, 30)), clock.now())
    own.commit()
    before = _event(visitor, draft, f"hearing-{hearing.id}")
    assert (str(before["status"]), before["sequence"]) == ("CONFIRMED", 0)
    hearing = own.get_one(Hearing, hearing.id)
    service.cancel_hearing(own, drafts.officer, hearing, REASON, clock.now())
    own.commit()
    after = _event(visitor, draft, f"hearing-{hearing.id}")
    assert (str(after["uid"]), str(after["status"]), after["sequence"]) == (str(before["uid"]), "CANCELLED", 1)
    assert REASON in visitor.get(f"/drafts/{draft.slug}").words


# Calendars and feeds


def _events(browser: Browser, address: str) -> dict[str, object]:
    answer = browser.get(address).response
    assert answer.mimetype == "text/calendar"
    return {str(e["uid"]): e for e in Calendar.from_ical(answer.data).walk("VEVENT")}


def _event(browser: Browser, draft: Draft, name: str) -> object:
    return _events(browser, f"/drafts/{draft.slug}.ics")[f"{draft.slug}-{name}@consult"]


def test_a_calendar_holds_the_days_and_the_hearing_as_shanghai_reads_them(
    own: Session, clock: FixedClock, drafts: Drafts, visitor: Browser
) -> None:
    draft = drafts.open(days=20)
    service.announce_hearing(own, drafts.officer, draft, _plan(date(2026, 9, 30)), clock.now())
    own.commit()
    assert _event(visitor, draft, "opening")["dtstart"].dt == TODAY
    closing = _event(visitor, draft, "closing")
    assert (closing["dtstart"].dt, closing["dtend"].dt) == (date(2026, 10, 1), date(2026, 10, 2))
    (hearing,) = [e for uid, e in _events(visitor, "/drafts.ics").items() if "hearing" in uid]
    assert hearing["dtstart"].dt == datetime(2026, 9, 30, 14, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert hearing["dtstart"].params["TZID"] == "Asia/Shanghai"
    text = visitor.get("/drafts.ics").response.data.decode()
    assert "BEGIN:VTIMEZONE" in text and all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert str(hearing["url"]).endswith(f"/drafts/{draft.slug}#hearings")


def test_an_extension_moves_the_closing_day_under_the_same_name_with_a_higher_sequence(
    own: Session, clock: FixedClock, drafts: Drafts, visitor: Browser
) -> None:
    draft = drafts.open(days=20)
    first = _event(visitor, draft, "closing")
    for number, day in enumerate((date(2026, 10, 10), date(2026, 10, 20)), 1):
        clock.advance(timedelta(days=1))
        service.extend(own, drafts.officer, own.get_one(Draft, draft.id), day, REASON, clock.now())
        own.commit()
        moved = _event(visitor, draft, "closing")
        assert (moved["uid"], moved["sequence"], moved["dtstart"].dt) == (first["uid"], number, day)
        assert moved["dtstamp"].dt == clock.now()
    assert _event(visitor, draft, "opening")["sequence"] == 0


def test_a_draft_in_preparation_is_in_no_calendar_and_no_feed(
    drafts: Drafts, visitor: Browser, sign_in: Callable[..., Browser]
) -> None:
    draft = drafts.editing()
    officer = sign_in("officer")
    for end in (".ics", ".atom", "/print", "/qr.svg", "/subscription"):
        visitor.get(f"/drafts/{draft.slug}{end}", status=404)
        officer.get(f"/drafts/{draft.slug}{end}", status=404)  # what leaves the site by these is public
    assert _events(visitor, "/drafts.ics") == {}
    officer.get(f"/desk/drafts/{draft.id}/poster", status=303)


def test_a_withdrawn_draft_is_cancelled_where_calendars_have_it(drafts: Drafts, visitor: Browser) -> None:
    draft = drafts.withdrawn()
    assert {str(e["status"]) for e in _events(visitor, f"/drafts/{draft.slug}.ics").values()} == {"CANCELLED"}  # type: ignore[index]
    assert _events(visitor, "/drafts.ics") == {}


def test_the_feed_of_a_draft_tells_what_happened_and_when_the_newest_first(
    own: Session, clock: FixedClock, drafts: Drafts, visitor: Browser
) -> None:
    draft = drafts.open(days=20)
    clock.advance(timedelta(days=1))
    service.announce_hearing(own, drafts.officer, draft, _plan(date(2026, 9, 30)), clock.now())
    clock.advance(timedelta(days=1))
    service.extend(own, drafts.officer, draft, date(2026, 10, 20), REASON, clock.now())
    own.commit()
    feed = etree.fromstring(visitor.get(f"/drafts/{draft.slug}.atom").response.data)
    titles = [str(t) for t in feed.xpath("a:entry/a:title/text()", namespaces=ATOM)]
    assert [t.split("：")[0] for t in titles] == [
        "征求意见延期至2026年10月20日",
        "将于2026年9月30日举行听证会",
        "开始公开征求意见",
    ]
    ids = feed.xpath("a:entry/a:id/text()", namespaces=ATOM)
    assert len(set(ids)) == 3
    assert REASON in feed.xpath("string(a:entry[1]/a:summary)", namespaces=ATOM)
    assert feed.xpath("string(a:updated)", namespaces=ATOM) == "2026-09-13T15:30:00+08:00"


# Paper, codes, related drafts


def test_the_printed_text_is_whole_and_without_anything_around_it(drafts: Drafts, visitor: Browser) -> None:
    draft = drafts.open()
    page = visitor.get(f"/drafts/{draft.slug}/print")
    assert all(
        part in page.words for part in ("第一章", "第三条", "既有小区由街道组织增设。", "近三年楼道充电火灾多发")
    )
    assert page.find("nav") == [] and page.find("form") == [] and page.find("footer") == []


def test_the_code_on_the_poster_leads_to_the_public_page(
    drafts: Drafts, visitor: Browser, sign_in: Callable[..., Browser]
) -> None:
    draft = drafts.open()
    page = sign_in("officer").get(f"/desk/drafts/{draft.id}/poster")
    (picture,) = page.find("img.poster__code")
    assert picture.get("src") == f"/drafts/{draft.slug}/qr.svg" and draft.title in page.words
    assert f"http://localhost/drafts/{draft.slug}" in page.words
    svg = visitor.get(f"/drafts/{draft.slug}/qr.svg").response
    assert svg.mimetype == "image/svg+xml" and svg.data.startswith(b"<svg")
    png = visitor.get(f"/drafts/{draft.slug}/qr.png").response
    assert png.mimetype == "image/png" and png.data.startswith(b"\x89PNG")


def test_officers_choose_the_related_drafts_among_those_with_titles_alike(
    drafts: Drafts, visitor: Browser, sign_in: Callable[..., Browser]
) -> None:
    parking = drafts.open(title="临川县电动自行车停放管理办法（征求意见稿）")
    charging = drafts.open(title="临川县电动自行车充电设施建设规定（征求意见稿）")
    water = drafts.open(title="临川县农村供水管理办法（征求意见稿）")
    secret = drafts.editing(title="临川县电动自行车上牌办法（征求意见稿）")
    officer, address = sign_in("officer"), f"/desk/drafts/{parking.id}/related"
    page = officer.get(address)
    assert charging.title in page.words and water.title not in page.words and secret.title not in page.words
    assert water.title in officer.get(f"{address}?q=供水").words
    wanted = {"ids": [str(charging.id), str(water.id), str(secret.id), "999999999999999", "x"]}
    assert officer.submit(address, wanted).status == 303
    words = visitor.get(f"/drafts/{parking.slug}").words
    assert "相关草案" in words and charging.title in words and water.title in words and secret.title not in words
    assert parking.title in visitor.get(f"/drafts/{charging.slug}").find("ul.plain-list")[0].text_content()
    assert officer.submit(address, {"ids": [str(water.id)]}).status == 303
    assert "相关草案" not in visitor.get(f"/drafts/{charging.slug}").words


def test_titles_are_alike_by_what_they_are_about_and_not_by_what_every_title_says() -> None:
    titles = {
        1: "临川县停车管理办法",
        2: "临川县机动车停车收费规定",
        3: "临川县古树名木保护管理办法",
        4: "临川县养犬管理办法",
    }
    found = dict(rules.alike("临川县公共停车场管理办法（征求意见稿）", titles))
    assert set(found) == {1, 2} and found[1] > found[2]
    assert rules.alike("", titles) == []


def _statements(engine: Engine, open_page: Callable[[], object]) -> int:
    said: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        open_page()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(said)


def test_a_draft_page_asks_no_more_however_much_stands_around_it(
    own: Session, engine: Engine, clock: FixedClock, drafts: Drafts, visitor: Browser
) -> None:
    draft = drafts.open(days=20)
    address = f"/drafts/{draft.slug}"
    visitor.get(address)
    bare = _statements(engine, lambda: visitor.get(address))
    for number in range(3):
        other = drafts.open(title=f"临川县停车收费规定之{number}（征求意见稿）")
        service.extend(own, drafts.officer, draft, date(2026, 10, 5 + number), REASON, clock.now())
        service.announce_hearing(own, drafts.officer, draft, _plan(date(2026, 9, 20 + number)), clock.now())
        service.name_related(own, drafts.officer, draft, [other.id], clock.now())
    own.commit()
    visitor.get(address)
    assert _statements(engine, lambda: visitor.get(address)) == bare <= 12
    assert _statements(engine, lambda: visitor.get("/drafts.ics")) <= 6
    assert _statements(engine, lambda: visitor.get(f"{address}.atom")) <= 7
