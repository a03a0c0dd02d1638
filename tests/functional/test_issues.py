"""Issues: what the machine proposes keeps its address, and what people decided stays decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.clock import FixedClock
from consult.db import transaction
from consult.errors import IllegalTransition, Situation
from consult.issues import queries, service, storing
from consult.issues.models import AnalysisRun, Issue, IssueState, SubmissionFinding
from consult.jobs import service as jobs
from consult.jobs.worker import Worker
from consult.responses.queries import subjects_of, threads_about
from consult.web.subjects import Subject
from tests.factories.accounts import Accounts
from tests.factories.hotline import Hotline
from tests.factories.issues import Issues, found
from tests.support.browser import Browser

A, B, C, D, E, F = (Subject("order", n) for n in range(901, 907))


@pytest.fixture
def issues(own: Session, clock: FixedClock) -> Issues:
    return Issues(own, clock)


@pytest.fixture
def officer(accounts: Accounts) -> User:
    return accounts.make("officer")


#: Decision, and from which statuses a person may take it.
DECISIONS = {"accept": {"proposed", "dropped"}, "drop": {"proposed", "accepted"}}


@pytest.mark.parametrize("state", list(IssueState))
def test_which_decision_is_possible_in_which_status(
    issues: Issues, officer: User, own: Session, clock: FixedClock, state: str
) -> None:
    def decide(issue: Issue, how: str) -> None:
        if how == "accept":
            service.accept(own, officer, issue, clock.now())
        else:
            service.drop(own, officer, issue, "不是一回事", clock.now())

    for decision, possible in DECISIONS.items():
        issues.run(found("路灯不亮", A, B, key="k"))
        issue = issues.by_key("k")
        if state != "proposed":
            decide(issue, {"accepted": "accept", "dropped": "drop"}[state])
        met = None
        try:
            decide(issue, decision)
        except Situation as situation:
            met = type(situation)
        assert met is (None if state in possible else IllegalTransition), (state, decision)
        own.delete(issue)
        own.commit()


def test_a_proposal_keeps_its_address_and_its_given_title_from_run_to_run(
    issues: Issues, officer: User, own: Session, clock: FixedClock
) -> None:
    assert issues.run(found("路灯不亮", A, B, C, key="one"), found("井盖松动", E, F, key="gone")) == 2
    first = issues.by_key("one")
    service.rename(own, officer, first, "荻里小区路灯", clock.now())
    own.commit()
    # The same matter under another key of the machine, with one member less and one more.
    assert issues.run(found("路灯昏暗", A, B, D, key="another")) == 1
    (now,) = own.scalars(select(Issue)).all()
    assert (now.id, now.title, now.proposed_title) == (first.id, "荻里小区路灯", "路灯昏暗")
    assert {s.id for s in queries.subjects_of(now)} == {901, 902, 904}


def test_a_dropped_issue_is_not_proposed_again_and_another_matter_is(
    issues: Issues, officer: User, own: Session, clock: FixedClock
) -> None:
    issues.run(found("不是议题", A, B, key="one"))
    service.drop(own, officer, issues.by_key("one"), "不是一回事", clock.now())
    own.commit()
    assert issues.run(found("不是议题", A, B, C, key="two"), found("井盖松动", D, E, key="three")) == 1
    assert {(i.key, i.state) for i in own.scalars(select(Issue))} == {("one", "dropped"), ("three", "proposed")}


def test_an_accepted_issue_keeps_its_members_gains_joiners_and_tells_their_authors(
    issues: Issues, officer: User, accounts: Accounts, own: Session, clock: FixedClock
) -> None:
    issues.run(found("路灯不亮", A, B, C, key="one"))
    issue = issues.by_key("one")
    service.accept(own, officer, issue, clock.now())
    service.remove_member(own, officer, issue, "order", C.id, clock.now())
    assert (issue.received, issue.distinct_texts, issue.people) == (2, 2, 2)
    leader = accounts.make("leader")
    thread = service.open_thread(
        own,
        officer,
        issue,
        title="路灯不亮",
        summary="多位居民反映路灯不亮。",
        leader_id=leader.id,
        unit_id=None,
        working_days=7,
        now=clock.now(),
    )
    own.commit()
    (known,) = storing.known_issues(own)
    assert known.member_ids == (A.key, B.key)
    # The next run finds A no more, takes the removed C up again, and brings D.
    issues.run(found("另一个名字", B, C, D, key="one"))
    own.expire_all()
    issue = issues.by_key("one")
    assert (issue.title, issue.state) == ("路灯不亮", "accepted")
    assert set(queries.subjects_of(issue)) == {A, B, D}
    assert set(subjects_of(own, thread.id)) == {A, B, D}
    assert threads_about(own, "order", [C.id]) == {}
    assert D.id in queries.accepted_issues_about(own, "order", [C.id, D.id])
    assert C.id not in queries.accepted_issues_about(own, "order", [C.id, D.id])


def test_nothing_undecided_is_told_to_authors(issues: Issues, own: Session) -> None:
    issues.run(found("路灯不亮", A, B, key="one"))
    assert queries.accepted_issues_about(own, "order", [A.id, B.id]) == {}


def test_two_officers_decide_once_by_the_pages(app: Flask, issues: Issues, accounts: Accounts) -> None:
    issues.run(found("路灯不亮", A, B, key="one"))
    number = issues.by_key("one").id
    one, two = (Browser(app).signed_in_as(accounts.make("officer").handle) for _ in range(2))
    url = f"/desk/issues/{number}"
    token = two.get(url).find("input[name=csrf_token]")[0].get("value")
    assert one.submit(f"{url}/acceptance", {}, form_at=url).status == 303
    late = two.post(f"{url}/acceptance", {"csrf_token": token})
    assert late.status == 409
    assert any("\u4e00" <= c <= "\u9fff" for c in late.words)


STREETS = ("荻里路", "菱塘街", "老槐巷", "鼓坪北街", "东闸路")
MATTERS = (
    "{s}的路灯坏了半个多月，晚上黑漆漆的，老人走路很危险，希望尽快修好路灯。",
    "{s}路灯一直不亮，孩子放学回家看不清路，请安排维修路灯。",
    "{s}夜间施工噪声太大，凌晨两点还在打桩，全家睡不着，请制止夜间施工。",
    "{s}工地深夜施工噪声扰民，每天吵到凌晨，希望管管。",
    "{s}垃圾桶好几天没人清运，气味难闻，苍蝇很多，请及时清运垃圾。",
    "{s}公交车等了四十分钟不来，上班总迟到，建议增加班次。",
)


def test_a_killed_analysis_resumes_scores_nothing_twice_and_proposes(
    app: Flask, own: Session, clock: FixedClock, officer: User, worker: Worker, run_jobs: Callable[[], int]
) -> None:
    hotline = Hotline(app, own, clock)
    for street in STREETS:
        for matter in MATTERS:
            for _ in range(2):
                clock.advance(timedelta(minutes=7))
                hotline.call(officer, title=f"{street}来电", body=matter.format(s=street))
    engine = app.extensions["consult.engine"]
    with transaction(engine) as asked:
        service.request_analysis(asked, officer, clock.now())
    # A worker takes the job and is never heard of again; another takes it up when the lease has ended.
    assert jobs.claim(engine, clock.now()) is not None
    assert run_jobs() == 0
    clock.advance(jobs.LEASE + timedelta(seconds=1))
    assert run_jobs() == 1
    scored = own.scalar(select(func.count()).select_from(SubmissionFinding))
    assert scored == len(STREETS) * len(MATTERS) * 2
    (run,) = own.scalars(select(AnalysisRun)).all()
    assert (run.submissions, run.scored) == (scored, scored)
    proposed = {i.id: i.key for i in own.scalars(queries.issues())}
    assert proposed
    # Once more, with nothing new: nothing is scored, and every proposal stands where it stood.
    model_version = run.model_version
    service.request_analysis(own, officer, clock.now())
    own.commit()
    assert run_jobs() == 1
    assert own.scalars(select(AnalysisRun).order_by(AnalysisRun.id.desc())).first().scored == 0  # type: ignore[union-attr]
    assert {i.id: i.key for i in own.scalars(queries.issues())} == proposed
    assert {f.model_version for f in own.scalars(select(SubmissionFinding))} == {model_version}
