"""Response threads: who may do what in which status, by when, and who hears of the answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.clock import FixedClock
from consult.db import new_session, transaction
from consult.errors import IllegalTransition, InvalidInput, NotAllowed, Situation
from consult.hotline.models import WorkOrder
from consult.responses import rules, service
from consult.responses.models import Response, ResponseState, Thread, ThreadLog
from consult.web.subjects import Subject
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.factories.hotline import Hotline
from tests.factories.responses import ANSWER, Threads
from tests.support.browser import Browser


@pytest.fixture
def threads(own: Session, clock: FixedClock) -> Threads:
    return Threads(own, clock)


@pytest.fixture
def people(accounts: Accounts, own: Session) -> dict[str, User]:
    made = {role: accounts.make(role) for role in ("leader", "officer", "unit", "auditor", "administrator", "citizen")}
    return made | {"stranger": accounts.make("leader")}


ACTIONS: dict[str, Callable[[Session, User, Thread, datetime], object]] = {
    "draft": lambda own, who, thread, now: service.save_draft(own, who, thread, ANSWER, now),
    "publish": lambda own, who, thread, now: service.publish_answer(own, who, thread, ANSWER, now),
    "extend": lambda own, who, thread, now: service.extend(own, who, thread, 12, "需要会同供电公司勘查。", now),
    "withdraw": lambda own, who, thread, now: service.withdraw(own, who, thread, "开错了，另有一件。", now),
}
#: Who may do what while a thread waits. In every other status nobody may do anything.
MAY = {
    "draft": {"leader", "officer", "unit"},
    "publish": {"leader"},
    "extend": {"leader"},
    "withdraw": {"officer"},
}


@pytest.mark.parametrize("state", ["waiting", "answered", "withdrawn"])
def test_who_may_do_what_in_which_status(
    threads: Threads, people: dict[str, User], own: Session, clock: FixedClock, state: str
) -> None:
    for action, act in ACTIONS.items():
        for role, who in people.items():
            make = getattr(threads, state)
            thread = make(people["officer"], people["leader"], unit_id=people["unit"].unit_id)
            logged = own.scalar(select(func.count()).select_from(ThreadLog))
            met: type[Situation] | None = None
            try:
                act(own, who, thread, clock.now())
            except Situation as situation:
                met = type(situation)
            expected = NotAllowed if role not in MAY[action] else IllegalTransition if state != "waiting" else None
            assert met is expected, (state, action, role)
            own.flush()
            changed = (own.scalar(select(func.count()).select_from(ThreadLog)) or 0) - (logged or 0)
            assert changed == (met is None and action in ("publish", "withdraw")), (state, action, role)
            own.rollback()


#: Opened (Shanghai), working days, due: the days of 国庆 and 春节 2026 with their make-up days.
DUE = [
    (datetime(2026, 9, 11, 7, tzinfo=UTC), 7, date(2026, 9, 21)),  # Sunday 20 September is a working day
    (datetime(2026, 9, 30, 7, tzinfo=UTC), 1, date(2026, 10, 8)),
    (datetime(2026, 9, 30, 7, tzinfo=UTC), 3, date(2026, 10, 10)),  # and so is Saturday 10 October
    (datetime(2026, 9, 30, 16, 30, tzinfo=UTC), 1, date(2026, 10, 8)),  # 1 October has begun in Shanghai
    (datetime(2026, 2, 13, 7, tzinfo=UTC), 1, date(2026, 2, 14)),  # a Saturday to make up
    (datetime(2026, 2, 14, 7, tzinfo=UTC), 1, date(2026, 2, 24)),
    (datetime(2026, 2, 14, 7, tzinfo=UTC), 5, date(2026, 2, 28)),
]


@pytest.mark.parametrize(("opened", "days", "due"), DUE)
def test_due_days_are_counted_by_the_official_calendar(opened: datetime, days: int, due: date) -> None:
    found = rules.due_day(opened, days)
    assert (found.day, found.sure) == (due, True)


def test_an_extension_is_one_public_note_within_fifteen_working_days(
    threads: Threads, people: dict[str, User], own: Session, clock: FixedClock, visitor: Browser
) -> None:
    thread = threads.waiting(people["officer"], people["leader"])
    for days in (7, 3, 16, 0):
        with pytest.raises(InvalidInput):
            service.extend(own, people["leader"], thread, days, "需要会同供电公司勘查。", clock.now())
    service.extend(own, people["leader"], thread, 15, "需要会同供电公司勘查。", clock.now())
    own.commit()
    assert thread.due_on == rules.ceiling(thread).day
    with pytest.raises(InvalidInput):
        service.extend(own, people["leader"], thread, 15, "再一次。还要。", clock.now())
    assert "需要会同供电公司勘查。" in visitor.get(f"/responses/{thread.id}").words


def test_two_answers_at_the_same_moment_are_one_answer(
    threads: Threads, people: dict[str, User], engine: Engine, clock: FixedClock, own: Session
) -> None:
    thread_id, leader_id = threads.waiting(people["officer"], people["leader"]).id, people["leader"].id
    own.close()
    barrier, ended = threading.Barrier(4), []

    def answer(number: int) -> None:
        barrier.wait()
        try:
            with transaction(engine) as mine:
                thread, leader = mine.get_one(Thread, thread_id), mine.get_one(User, leader_id)
                service.publish_answer(mine, leader, thread, f"{ANSWER}（第{number}稿）", clock.now())
            ended.append("published")
        except IllegalTransition:
            ended.append("refused")
        except Exception as problem:
            ended.append(repr(problem))

    workers = [threading.Thread(target=answer, args=(n,)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(ended) == ["published", "refused", "refused", "refused"]
    with new_session(engine, reads_only=True) as looking:
        assert len(looking.scalars(select(Response).where(Response.state == ResponseState.PUBLISHED)).all()) == 1


def test_withdrawing_and_answering_at_the_same_moment_one_of_them_happens(
    threads: Threads, people: dict[str, User], engine: Engine, clock: FixedClock, own: Session
) -> None:
    thread_id = threads.waiting(people["officer"], people["leader"]).id
    ids = {"publish": people["leader"].id, "withdraw": people["officer"].id}
    own.close()
    barrier, ended = threading.Barrier(2), []

    def act(name: str) -> None:
        try:
            with transaction(engine) as mine:
                thread, who = mine.get_one(Thread, thread_id), mine.get_one(User, ids[name])
                if engine.dialect.name == "postgresql":
                    barrier.wait()  # both have read that it waits; SQLite lets one writer in at a time
                ACTIONS[name](mine, who, thread, clock.now())
            ended.append("done")
        except IllegalTransition:
            ended.append("refused")
        except Exception as problem:
            ended.append(repr(problem))

    workers = [threading.Thread(target=act, args=(name,)) for name in ids]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(ended) == ["done", "refused"]


def test_the_answer_reaches_the_page_and_the_receipt_of_everybody_who_raised_it(
    app: Flask, own: Session, clock: FixedClock, accounts: Accounts, people: dict[str, User], threads: Threads
) -> None:
    drafts, hotline = Drafts(own, clock, accounts), Hotline(app, own, clock)
    comments = Comments(own, clock, app.extensions["consult.vault"])
    officer, leader = people["officer"], people["leader"]
    draft = drafts.open()
    shown = comments.accepted(draft, officer, clause=drafts.clause(draft))
    hidden = comments.accepted(draft, officer, "不愿公开的一条意见。", consent_publish=False)
    message, call = hotline.accepted(officer), hotline.call(officer)
    subjects = [Subject("comment", shown.id), Subject("comment", hidden.id)]
    subjects += [Subject("order", message.id), Subject("order", call.id)]
    thread = threads.waiting(officer, leader, *subjects)
    browser = Browser(app).signed_in_as(leader.handle)
    url = f"/desk/responses/{thread.id}"
    assert browser.submit(f"{url}/answer", {"body": "太短", "action": "publish"}, form_at=url).status == 422
    sent = browser.submit(f"{url}/answer", {"body": ANSWER, "action": "publish"}, form_at=url)
    assert sent.status == 303
    visitor = Browser(app)
    pages = [
        f"/responses/{thread.id}",
        "/responses",
        f"/messages/{message.number}",
        f"/drafts/{draft.slug}/comments/{shown.id}",
        *(f"/receipt/{code}" for code in (shown.receipt_code, hidden.receipt_code, message.receipt_code)),
    ]
    for page in pages:
        assert "电缆老化" in visitor.get(page).words, page
    assert "不愿公开" not in visitor.get(f"/responses/{thread.id}").words
    own.expire_all()
    assert {own.get_one(WorkOrder, o.id).state for o in (message, call)} == {"done"}


def test_a_unit_prepares_and_cannot_publish_and_sees_only_its_own(
    app: Flask, threads: Threads, people: dict[str, User], own: Session
) -> None:
    thread = threads.waiting(people["officer"], people["leader"], unit_id=people["unit"].unit_id)
    other = threads.waiting(people["officer"], people["leader"])
    unit = Browser(app).signed_in_as(people["unit"].handle)
    url = f"/desk/responses/{thread.id}"
    assert unit.submit(f"{url}/answer", {"body": ANSWER, "action": "save"}, form_at=url).status == 303
    assert unit.submit(f"{url}/answer", {"body": ANSWER, "action": "publish"}, form_at=url).status == 403
    unit.get(f"/desk/responses/{other.id}", status=404)
    assert "电缆老化" not in Browser(app).get(f"/responses/{thread.id}").text
    stranger = Browser(app).signed_in_as(people["stranger"].handle)
    stranger.get(url, status=404)
