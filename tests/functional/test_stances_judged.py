"""Where those stand who ticked 其他: a program judges it, people correct it, and authors' own choices stay theirs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.audit.models import AuditEvent
from consult.bulletins.editions import public_edition
from consult.bulletins.gathering import analysis_of, extra_of, period_of, submissions_in
from consult.bulletins.models import Bulletin
from consult.clock import FixedClock, local, local_date
from consult.comments import judging, stance_queries, stance_service
from consult.comments.models import Comment, StanceCorrection, StanceFinding, StanceModelUse
from consult.comments.stance_service import StanceCorrectedMeanwhile
from consult.drafts.models import Draft
from consult.errors import NotFound
from consult.issues.service import request_analysis
from reports.bulletin import Bulletin as Content
from reports.bulletin import compose, to_plain
from reports.stance import StanceModel, load_stance_model
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.support.browser import Browser

AGAINST = "我坚决反对这一条，请不要这样规定。"
FOR = "完全赞成，支持尽快实施。"


@pytest.fixture
def comments(own: Session, clock: FixedClock, app: Flask) -> Comments:
    return Comments(own, clock, app.extensions["consult.vault"])


@pytest.fixture
def draft(own: Session, clock: FixedClock, accounts: Accounts) -> Draft:
    return Drafts(own, clock, accounts).open()


@pytest.fixture
def officer(accounts: Accounts) -> User:
    return accounts.make("officer")


@pytest.fixture
def analyse(own: Session, clock: FixedClock, officer: User, run_jobs: Callable[[], int]) -> Callable[..., int]:
    """Run an analysis to its end; how many jobs it took."""

    def run(chunk: int = 0) -> int:
        request_analysis(own, officer, clock.now(), chunk=chunk)
        own.commit()
        done = run_jobs()
        own.rollback()
        return done

    return run


@pytest.fixture
def against(comments: Comments, draft: Draft, analyse: Callable[..., int]) -> Comment:
    """A comment whose author ticked 其他 and whose words oppose; the machine has read it."""
    made = comments.pending(draft, AGAINST, stance="other")
    analyse()
    return made


def judged(own: Session, comment: Comment) -> tuple[str, bool] | None:
    own.rollback()
    found = stance_queries.judgements(own, [comment]).get(comment.id)
    return (found.stance, found.is_corrected) if found else None


def page_of(comment: Comment) -> str:
    return f"/desk/comments/{comment.id}"


def test_the_analysis_judges_the_stance_of_those_who_ticked_none_and_of_nobody_else(
    own: Session, comments: Comments, draft: Draft, analyse: Callable[..., int]
) -> None:
    opposing = comments.pending(draft, AGAINST, stance="other")
    agreeing = comments.pending(draft, FOR, stance="other")
    chosen = comments.pending(draft, AGAINST, stance="support")
    analyse()
    assert judged(own, opposing) == ("oppose", False)
    assert judged(own, agreeing) == ("support", False)
    assert judged(own, chosen) is None
    rows = list(own.scalars(select(StanceFinding).order_by(StanceFinding.id)))
    assert [row.comment_id for row in rows] == [opposing.id, agreeing.id]
    assert all(0.5 < row.probability <= 1 and load_stance_model().version in row.model_version for row in rows)
    words = stance_queries.judgements(own, [opposing])[opposing.id].evidence
    assert words and all(word in AGAINST for word in words)
    own.refresh(chosen)
    assert (chosen.stance, opposing.stance) == ("support", "other")


@pytest.mark.parametrize("chunk", [0, 2])
def test_a_second_analysis_finds_nothing_new_and_leaves_one_finding_each_however_the_work_was_split(
    own: Session, comments: Comments, draft: Draft, analyse: Callable[..., int], clock: FixedClock, chunk: int
) -> None:
    for number in range(5):
        comments.pending(draft, f"{FOR}第{number}次说。", stance="other" if number % 2 else "amend")
    for _ in range(2):
        analyse(chunk)
        clock.advance(timedelta(minutes=1))
        own.rollback()
    rows = own.execute(select(StanceFinding.comment_id, StanceFinding.found_at)).all()
    assert len(rows) == len({number for number, _ in rows}) == 2
    assert {at for _, at in rows} == {clock.now() - timedelta(minutes=2)}
    assert own.scalar(select(func.count()).select_from(StanceModelUse)) == 1
    assert stance_queries.figures(own, draft.id).judged == {"support": 2}


def test_split_work_judges_as_one_process_does(
    own: Session, comments: Comments, draft: Draft, analyse: Callable[..., int]
) -> None:
    made = [comments.pending(draft, text, stance="other") for text in (AGAINST, FOR, "请问什么时候开始？", "👍👍")]
    assert analyse(2) > 2, "the analysis was not split"
    apart = [(r.comment_id, r.stance, r.probability, r.evidence) for r in own.scalars(select(StanceFinding))]
    for row in own.scalars(select(StanceFinding)):
        own.delete(row)
    own.commit()
    analyse()
    together = [(r.comment_id, r.stance, r.probability, r.evidence) for r in own.scalars(select(StanceFinding))]
    assert sorted(apart) == sorted(together) and len(together) == len(made)


@pytest.mark.parametrize("text", ["👍👍👍", "……！！", "12345678", "\u200b\u200b\u3000ok", "a" * 5000])
def test_words_that_say_nothing_cannot_be_told(
    own: Session, comments: Comments, draft: Draft, analyse: Callable[..., int], text: str
) -> None:
    comment = comments.pending(draft, text, stance="other")
    analyse()
    assert judged(own, comment) == ("unclear", False)


def test_the_library_is_given_the_masked_text_and_odd_bytes_are_no_error(
    own: Session, comments: Comments, draft: Draft, analyse: Callable[..., int]
) -> None:
    from reports.scoring import load_scorer  # noqa: PLC0415

    assert {f.stance for f in judging.judge({1: "", 2: "\0", 3: "😀", 4: "\ud800"}, load_scorer()).values()} == {
        "unclear"
    }
    comment = comments.pending(draft, f"{AGAINST}电话13988887777。", stance="other")
    analyse()
    row = own.scalars(select(StanceFinding).where(StanceFinding.comment_id == comment.id)).one()
    assert "13988887777" not in row.evidence


def test_the_desk_shows_what_the_machine_judged_as_such_with_its_words(
    app: Flask, officer: User, against: Comment, comments: Comments, draft: Draft
) -> None:
    browser = Browser(app).signed_in_as(officer.handle)
    words = browser.get(page_of(against)).words
    assert "立场（机器判断）" in words and "机器判断： 反对 可能性" in words and "依据词语" in words
    queue = browser.get("/desk/comments").words
    assert "其他 机器判断： 反对" in queue
    assert AGAINST in browser.get("/desk/comments?judged=oppose").words
    assert AGAINST not in browser.get("/desk/comments?judged=support").words
    unread = comments.pending(draft, FOR, stance="other")
    assert "这条意见尚未分析" in browser.get(page_of(unread)).words
    own_choice = comments.pending(draft, FOR, stance="support")
    assert "机器判断" not in browser.get(page_of(own_choice)).words


def test_one_press_corrects_the_machine_and_another_takes_it_back(
    app: Flask, own: Session, officer: User, against: Comment, draft: Draft
) -> None:
    browser = Browser(app).signed_in_as(officer.handle)
    page = browser.get(page_of(against))
    assert [b.get("value") for b in page.find("#stance-form button[name=stance]")] == ["support", "amend", "unclear"]
    sent = browser.submit(
        f"{page_of(against)}/stance",
        {"stance": "amend", "reason": "只要改一句，电话13988887777"},
        form_at=page_of(against),
        form="#stance-form",
    )
    assert sent.status == 303 and sent.location == f"{page_of(against)}#stance"
    words = browser.get(page_of(against)).words
    assert f"建议修改 由{officer.display_name} 更正" in words and "机器判断： 反对" in words
    assert "反对 → 建议修改" in words and "13988887777" not in words
    assert judged(own, against) == ("amend", True)
    found = stance_queries.figures(own, draft.id)
    assert (found.judged, found.corrected) == ({"amend": 1}, 1)
    back = browser.submit(f"{page_of(against)}/stance/taking-back", {}, form_at=page_of(against), form="#stance-back")
    assert back.status == 303
    assert judged(own, against) == ("oppose", False)
    actions = list(own.scalars(select(AuditEvent.action).where(AuditEvent.subject == f"comment:{against.id}")))
    assert actions == ["comments:stance:corrected", "comments:stance_correction:taken_back"]
    own.refresh(against)
    assert against.stance == "other"


def test_of_two_officers_the_second_is_told_and_nothing_is_overwritten(
    own: Session, officer: User, accounts: Accounts, against: Comment, clock: FixedClock
) -> None:
    stance_service.correct(own, officer, against, "support", "", 0, clock.now())
    own.commit()
    with pytest.raises(StanceCorrectedMeanwhile):
        stance_service.correct(own, accounts.make("officer"), against, "amend", "", 0, clock.now())
    for follows in (0, 999):
        with pytest.raises(StanceCorrectedMeanwhile):
            stance_service.take_back(own, officer, against, follows, clock.now())
        with pytest.raises(StanceCorrectedMeanwhile):
            stance_service.correct(own, officer, against, "unclear", "", follows, clock.now())
    assert judged(own, against) == ("support", True)


def test_nobody_can_put_a_stance_beside_the_one_that_an_author_chose(
    own: Session, officer: User, against: Comment, comments: Comments, draft: Draft, clock: FixedClock
) -> None:
    chosen = comments.pending(draft, AGAINST, stance="support")
    with pytest.raises(NotFound):
        stance_service.correct(own, officer, chosen, "oppose", "", 0, clock.now())
    # Not even where a row came from elsewhere: what counts is what the author ticked.
    own.add(
        StanceFinding(
            comment_id=chosen.id,
            model_version=stance_queries.model_in_use(own),
            text_hash="0" * 64,
            stance="oppose",
            probability=0.9,
            evidence="[]",
            found_at=clock.now(),
        )
    )
    own.commit()
    assert judged(own, chosen) is None
    figures = stance_queries.figures(own, draft.id)
    assert (figures.chosen, figures.judged) == ({"support": 1, "other": 1}, {"oppose": 1})


@pytest.mark.parametrize(
    "sent",
    [
        {"stance": "other", "follows": "0"},
        {"stance": "joyful", "follows": "0"},
        {"stance": "amend", "follows": "٣"},
        {"stance": "amend", "follows": "9" * 30},
        {"stance": "amend", "follows": "0", "reason": "由" * 201},
        {},
    ],
)
def test_odd_forms_are_refused_in_words_and_change_nothing(
    app: Flask, own: Session, officer: User, against: Comment, sent: dict[str, str]
) -> None:
    browser = Browser(app).signed_in_as(officer.handle)
    token = browser.get(page_of(against)).find("#stance-form input[name=csrf_token]")[0].get("value")
    answer = browser.post(f"{page_of(against)}/stance", {"csrf_token": token, **sent})
    assert answer.status in (409, 422)
    assert browser.post("/desk/comments/99999/stance", {"csrf_token": token, "stance": "amend"}).status == 404
    assert own.scalar(select(func.count()).select_from(StanceCorrection)) == 0


def test_a_correction_holds_for_the_text_that_was_read_and_for_no_later_one(
    own: Session, officer: User, against: Comment, draft: Draft, clock: FixedClock, analyse: Callable[..., int]
) -> None:
    stance_service.correct(own, officer, against, "amend", "", 0, clock.now())
    own.commit()
    against.body = FOR
    own.commit()
    analyse()
    assert judged(own, against) == ("support", False)
    counted = stance_queries.figures(own, draft.id)
    assert (counted.judged, counted.corrected) == ({"support": 1}, 0)


def test_another_model_reads_everything_again_and_counts_only_when_it_has_ended(
    own: Session,
    officer: User,
    against: Comment,
    draft: Draft,
    clock: FixedClock,
    analyse: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stance_service.correct(own, officer, against, "amend", "", 0, clock.now())
    own.commit()

    class Later(StanceModel):
        """The shipped model under the name of a later one."""

        def __init__(self) -> None:
            self.__dict__.update(load_stance_model().__dict__)
            self.version = "stance-later"

    before = stance_queries.model_in_use(own)
    monkeypatch.setattr(judging, "shipped", Later)
    analyse()
    assert str(stance_queries.model_in_use(own)).endswith("/stance-later")
    assert judged(own, against) == ("amend", True), "a person's word outlives the model"
    versions = list(own.scalars(select(StanceFinding.model_version).order_by(StanceFinding.id)))
    assert versions == [before, stance_queries.model_in_use(own)]
    assert sum(stance_queries.figures(own, draft.id).judged.values()) == 1


def test_an_analysis_that_stops_halfway_leaves_the_figures_of_the_model_before(
    own: Session, draft: Draft, comments: Comments, against: Comment, clock: FixedClock
) -> None:
    found = load_stance_model().decide(FOR, list)
    stance_service.keep(own, {against.id: FOR}, {against.id: found}, "scorer/stance-later", clock.now())
    own.commit()
    assert judged(own, against) == ("oppose", False)


def test_the_workspace_of_a_draft_counts_choices_and_judgements_in_two_columns(
    app: Flask, officer: User, against: Comment, comments: Comments, draft: Draft
) -> None:
    comments.pending(draft, FOR, stance="support")
    comments.pending(draft, AGAINST, stance="oppose")
    comments.refused(draft, officer, FOR, stance="support")
    page = Browser(app).signed_in_as(officer.handle).get(f"/desk/drafts/{draft.id}")
    table = page.find("table")[0]
    assert [[cell.text_content() for cell in row] for row in table.findall(".//tr")] == [
        ["立场", "作者所选", "机器判断"],
        ["赞成", "1", "0"],
        ["反对", "1", "1"],
        ["建议修改", "0", "0"],
        ["其他", "1", "—"],
        ["无法判断", "—", "0"],
    ]
    assert "两栏不相加" in page.words


def test_no_public_page_says_what_the_machine_judged_and_its_counts_are_the_authors_own(
    visitor: Browser, own: Session, officer: User, comments: Comments, draft: Draft, analyse: Callable[..., int]
) -> None:
    shown = comments.accepted(draft, officer, AGAINST, stance="other")
    analyse()
    assert judged(own, shown) == ("oppose", False)
    for url in (f"/drafts/{draft.slug}", f"/drafts/{draft.slug}/comments", f"/drafts/{draft.slug}/comments/{shown.id}"):
        page = visitor.get(url)
        assert page.status == 200 and "机器判断" not in page.words and "可能性" not in page.words
    assert "其他" in visitor.get(f"/drafts/{draft.slug}/comments").words
    assert AGAINST not in visitor.get(f"/drafts/{draft.slug}/comments?stance=oppose").words


def test_the_queue_asks_as_often_for_thirty_comments_as_for_one(
    app: Flask, own: Session, officer: User, comments: Comments, draft: Draft, analyse: Callable[..., int]
) -> None:
    browser = Browser(app).signed_in_as(officer.handle)
    asked: list[str] = []

    def count() -> int:
        engine = app.extensions["consult.engine"]
        event.listen(engine, "before_cursor_execute", listen)
        asked.clear()
        assert browser.get("/desk/comments").status == 200
        event.remove(engine, "before_cursor_execute", listen)
        return len(asked)

    def listen(conn: object, cursor: object, statement: str, *more: object) -> None:
        asked.append(statement)

    comments.pending(draft, AGAINST, stance="other")
    analyse()
    count()  # the first page of a browser asks more
    few = count()
    for number in range(30):
        comments.pending(draft, f"{AGAINST}{number}", stance="other")
    analyse()
    assert count() == few


def built(own: Session, clock: FixedClock) -> Content:
    """The content of a bulletin on today."""
    own.rollback()
    today = local_date(clock.now())
    bulletin = Bulletin(period_start=today, period_end=today, organ="", document_number="")
    submissions = submissions_in(own, period_of(bulletin))
    return compose(
        submissions,
        analysis_of(own, submissions),
        period=period_of(bulletin),
        title=None,
        generated_at=local(clock.now()),
        extra=extra_of(own, bulletin, "", "", clock.now()),
    )


def test_a_bulletin_holds_both_columns_for_the_desk_and_the_authors_own_for_the_public(
    own: Session,
    officer: User,
    against: Comment,
    comments: Comments,
    draft: Draft,
    clock: FixedClock,
    analyse: Callable[..., int],
) -> None:
    comments.pending(draft, FOR, stance="support")
    corrected = comments.pending(draft, "请问从哪一天开始执行？", stance="other")
    analyse()
    before = built(own, clock)
    stance_service.correct(own, officer, corrected, "amend", "", 0, clock.now())
    own.commit()
    content = built(own, clock)
    ((title, chosen, judged_there, by_people),) = content.tables["consultation_stances"].rows
    assert (title, chosen, judged_there, by_people) == (draft.title, "其他2、赞成1", "反对1、建议修改1", 1)
    assert content.figures["consultation.1.judged.建议修改"].ids == (f"comment:{corrected.id}",)
    assert before.content_sha256 != content.content_sha256, "what was built before stays as it was"
    assert before.tables["consultation_stances"].rows[0][3] == 0
    public = json.dumps(to_plain(public_edition(content, ())), ensure_ascii=False)
    assert "机器判断" not in public and "judged" not in public and "其他2、赞成1" in public
