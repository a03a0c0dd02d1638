"""Every comment ends in one outcome, whoever decides it, and nobody overwrites another's decision unseen (R8)."""

from __future__ import annotations

import secrets
import threading

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consult.audit.models import AuditEvent
from consult.clock import FixedClock
from consult.comments import service as comment_service
from consult.comments.models import CommentState
from consult.db import transaction
from consult.drafts.models import Draft
from consult.errors import Conflict, IllegalTransition, InvalidInput
from consult.ledger import queries, reasons, service
from consult.ledger.models import Entry, EntryLog, EntryState, Outcome
from consult.ledger.queries import Filter
from consult.ledger.service import Done, Ticked, Verdict
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.factories.ledger import REASON, Ledgers


@pytest.fixture
def ledgers(own: Session, clock: FixedClock, accounts: Accounts) -> Ledgers:
    return Ledgers(own, clock, accounts)


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def comments(own: Session, clock: FixedClock, app: object) -> Comments:
    return Comments(own, clock, app.extensions["consult.vault"])  # type: ignore[attr-defined]


def outcomes(own: Session) -> dict[int, str]:
    own.expire_all()
    return {e.comment_id: e.outcome for e in own.scalars(select(Entry))}


@pytest.mark.parametrize("outcome", [Outcome.PARTLY, Outcome.DECLINED, Outcome.UNRELATED])
def test_all_but_what_is_adopted_needs_a_reason(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session, outcome: Outcome
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    with pytest.raises(InvalidInput) as refused:
        ledgers.decide(draft, [comment], outcome, reason="   ")
    assert refused.value.field == "reason"
    own.rollback()
    ledgers.decide(draft, [comment], outcome, reason=REASON)
    assert outcomes(own) == {comment.id: outcome}


def test_an_adopted_comment_needs_none_and_an_unknown_outcome_is_refused(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    with pytest.raises(InvalidInput):
        ledgers.decide(draft, [comment], "perhaps")
    own.rollback()
    ledgers.decide(draft, [comment])
    assert outcomes(own) == {comment.id: "adopted"}


def test_the_database_itself_holds_one_outcome_for_a_comment(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session, clock: FixedClock
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    ledgers.decide(draft, [comment])
    own.add(
        Entry(
            comment_id=comment.id,
            draft_id=draft.id,
            outcome="adopted",
            decided_by=ledgers.first.id,
            decided_at=clock.now(),
        )
    )
    with pytest.raises(IntegrityError):
        own.flush()


def test_a_duplicate_points_to_a_master_of_the_same_draft_that_passed_review_and_is_none_itself(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft, other = drafts.open(), drafts.open(title="临川县养犬管理办法（征求意见稿）")
    officer = drafts.officer
    one, two, three = (comments.accepted(draft, officer, f"说法{n}。") for n in range(3))
    elsewhere, refused = comments.accepted(other, officer), comments.refused(draft, officer)
    for master in (None, elsewhere.id, refused.id, 999_999, one.id):
        with pytest.raises(InvalidInput) as stopped:
            ledgers.decide(draft, [one], "duplicate", master_id=master)
        assert stopped.value.field == "master"
        own.rollback()
    ledgers.decide(draft, [one], "duplicate", master_id=two.id)
    # A circle, and a chain at either end, are refused.
    for comment, master in ((two, one), (three, one), (two, three)):
        with pytest.raises(InvalidInput) as stopped:
            ledgers.decide(draft, [comment], "duplicate", master_id=master.id)
        assert stopped.value.field == "master"
        own.rollback()
    assert outcomes(own) == {one.id: "duplicate"}


def test_two_officers_at_the_same_moment_make_no_circle_of_duplicates(
    engine: Engine, ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session, clock: FixedClock
) -> None:
    draft = drafts.open()
    ids = [comments.accepted(draft, drafts.officer, f"说法{n}。").id for n in range(2)]
    draft_id, officers = draft.id, (ledgers.first, ledgers.second)
    own.commit()
    start, said = threading.Barrier(2), []

    def work(n: int) -> None:
        verdict = Verdict("duplicate", master_id=ids[1 - n])
        start.wait()
        try:
            with transaction(engine) as session:
                there = session.get_one(Draft, draft_id)
                key = secrets.token_hex(16)
                service.decide(session, officers[n], there, Ticked(((ids[n], 0),)), verdict, key, clock.now())
            said.append("done")
        except InvalidInput:
            said.append("refused")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", "refused"]
    assert len(outcomes(own)) == 1


def test_what_another_officer_decided_meanwhile_stays_and_is_named(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    one, two = (comments.accepted(draft, drafts.officer, f"说法{n}。") for n in range(2))
    seen = ledgers.seen(one, two)
    ledgers.decide(draft, [one], "declined", actor=ledgers.second)
    done = ledgers.press(draft, seen, Verdict("adopted"))
    assert done == Done(1, (one.id,))
    assert outcomes(own) == {one.id: "declined", two.id: "adopted"}
    with pytest.raises(Conflict):
        ledgers.press(draft, Ticked(((one.id, 0),)), Verdict("adopted"))


def test_a_decision_made_anew_waits_for_confirmation_again(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    ledgers.decide(draft, [comment])
    ledgers.confirm(draft)
    assert own.scalar(select(Entry.state)) == EntryState.REVIEWED
    ledgers.decide(draft, [comment], "partly")
    entry = own.scalars(select(Entry)).one()
    assert (entry.state, entry.reviewed_by, entry.revision) == ("drafted", None, 3)


def test_a_press_sent_twice_counts_once_and_says_the_same(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft, other = drafts.open(), drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    key, seen = secrets.token_hex(16), ledgers.seen(comment)
    assert ledgers.press(draft, seen, Verdict("adopted"), key=key) == Done(1)
    assert ledgers.press(draft, seen, Verdict("adopted"), key=key) == Done(1)
    assert own.scalar(select(func.count()).select_from(EntryLog)) == 1
    assert own.scalar(select(Entry.revision)) == 1
    with pytest.raises(InvalidInput):
        ledgers.press(other, seen, Verdict("adopted"), key=key)


def test_deciding_everything_that_a_filter_finds_is_one_action_with_one_audit_row_and_a_log_row_each(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    kept = comments.accepted(draft, drafts.officer, "增加充电桩。", stance="support")
    for n in range(5):
        comments.accepted(draft, drafts.officer, f"收费太高{n}。", stance="oppose")
    comments.pending(draft, "收费太高，待审。", stance="oppose")
    before = own.scalar(select(func.count()).select_from(AuditEvent))
    wanted = Filter(draft.id, stance="oppose", words="收费", status="undecided")
    assert ledgers.press(draft, ledgers.found(wanted), Verdict("declined", REASON)).count == 5
    assert own.scalar(select(func.count()).select_from(AuditEvent)) == (before or 0) + 1
    assert own.scalar(select(func.count()).select_from(EntryLog)) == 5
    assert kept.id not in outcomes(own) and set(outcomes(own).values()) == {"declined"}


def test_a_list_that_has_changed_since_it_was_opened_is_not_decided_as_a_whole(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    one, _two = (comments.accepted(draft, drafts.officer, f"说法{n}。") for n in range(2))
    wanted = Filter(draft.id, status="undecided")
    seen = ledgers.found(wanted)
    comments.accepted(draft, drafts.officer, "又来一条。")
    with pytest.raises(Conflict):
        ledgers.press(draft, seen, Verdict("adopted"))
    own.rollback()
    seen = ledgers.found(wanted)
    ledgers.decide(draft, [one], "declined", actor=ledgers.second)
    ledgers.clear(draft, one)
    with pytest.raises(Conflict):  # the same number, and yet somebody has been here
        ledgers.press(draft, seen, Verdict("adopted"))
    own.rollback()
    assert outcomes(own) == {}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"stance": "oppose"}, {"乙"}),
        ({"words": "丙"}, {"丙"}),
        ({"words": "50%"}, {"丁"}),
        ({"clause": "3"}, {"甲", "丙"}),
        ({"clause": "whole"}, {"乙", "丁"}),
        ({"version": 1}, {"甲", "乙", "丙", "丁"}),
        ({"version": 2}, set()),
        ({"status": "undecided"}, {"乙", "丙", "丁"}),
        ({"status": "adopted"}, {"甲"}),
        ({"status": "drafted"}, {"甲"}),
        ({"status": "reviewed"}, set()),
    ],
)
def test_the_list_is_filtered_by_each_of_its_parts(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session, wanted: dict[str, object], expected: set[str]
) -> None:
    draft, other = drafts.open(), drafts.open()
    clause = drafts.clause(draft)
    first = comments.accepted(draft, drafts.officer, "甲说", clause=clause)
    comments.accepted(draft, drafts.officer, "乙说", stance="oppose")
    comments.accepted(draft, drafts.officer, "另说", rewording="丙说", clause=clause)
    comments.accepted(draft, drafts.officer, "丁：降50%")
    comments.accepted(other, drafts.officer, "甲丙说")
    ledgers.decide(draft, [first])
    rows = own.execute(queries.table(Filter(draft.id, **wanted))).all()  # type: ignore[arg-type]
    assert {(row[0].rewording or row[0].body)[0] for row in rows} == expected


def test_equal_texts_become_duplicates_of_the_first_or_of_the_one_already_decided(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    same = [comments.accepted(draft, drafts.officer, text) for text in ("增加充电桩。", "增加 充电桩", "增加充电桩！")]
    other = [comments.accepted(draft, drafts.officer, "降低收费。") for _ in range(3)]
    alone = comments.accepted(draft, drafts.officer, "只有我说。")
    ledgers.decide(draft, [other[1]], "declined")
    assert queries.mergeable(own, draft) == 4
    assert ledgers.merge(draft).count == 4
    assert queries.mergeable(own, draft) == 0
    masters = {e.comment_id: e.master_id for e in own.scalars(select(Entry).where(Entry.outcome == "duplicate"))}
    assert masters == {
        same[1].id: same[0].id,
        same[2].id: same[0].id,
        other[0].id: other[1].id,
        other[2].id: other[1].id,
    }
    assert alone.id not in outcomes(own) and same[0].id not in outcomes(own)
    with pytest.raises(Conflict):
        ledgers.merge(draft)


def test_nobody_confirms_their_own_decisions(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    mine, theirs = (comments.accepted(draft, drafts.officer, f"说法{n}。") for n in range(2))
    ledgers.decide(draft, [mine])
    with pytest.raises(Conflict, match="second person"):
        ledgers.confirm(draft, ledgers.first)
    own.rollback()
    ledgers.decide(draft, [theirs], actor=ledgers.second)
    done = ledgers.confirm(draft, ledgers.first)
    assert (done.count, done.own_decisions) == (1, 1)
    states = dict(iter(own.execute(select(Entry.comment_id, Entry.state))))
    assert states == {mine.id: "drafted", theirs.id: "reviewed"}


def test_a_decision_taken_back_leaves_the_comment_undecided_and_the_history_whole(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    ledgers.decide(draft, [comment], "declined")
    ledgers.clear(draft, comment)
    assert outcomes(own) == {}
    told = [(a.kind, log.before, log.after) for log, a, _name in queries.history(own, comment)]
    assert told == [("decide", "", "declined"), ("clear", "declined", "")]


def test_a_stored_reason_is_copied_and_changing_it_changes_no_decision(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session, clock: FixedClock
) -> None:
    draft, other = drafts.open(), drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    now = clock.now()
    stored = reasons.keep_reason(own, ledgers.first, draft, "上位法", "与上位法的规定不一致，电话13812345678。", now)
    elsewhere = reasons.keep_reason(own, ledgers.first, other, "别的", "别的草案的理由。", now)
    own.commit()
    with pytest.raises(InvalidInput):
        ledgers.decide(draft, [comment], "declined", reason="", stored_reason=elsewhere.id)
    own.rollback()
    ledgers.decide(draft, [comment], "declined", reason="", stored_reason=stored.id)
    reasons.keep_reason(own, ledgers.first, draft, "上位法", "新的说法。", now)
    own.commit()
    assert own.scalar(select(Entry.reason)) == "与上位法的规定不一致，电话138****5678。"
    reasons.drop_reason(own, ledgers.first, draft, stored.id, now)
    own.commit()
    assert queries.reasons(own, draft) == []


def test_only_comments_of_a_public_draft_that_passed_review_are_decided(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    waiting, refused = comments.pending(draft), comments.refused(draft, drafts.officer)
    for comment in (waiting, refused):
        with pytest.raises(Conflict):
            ledgers.decide(draft, [comment])
        own.rollback()
    with pytest.raises(IllegalTransition):
        ledgers.press(drafts.withdrawn(), Ticked(((waiting.id, 0),)), Verdict("adopted"))


def test_a_change_names_a_clause_of_a_later_version_of_the_same_draft(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    with pytest.raises(InvalidInput) as refused:
        ledgers.decide(draft, [comment], change_clause_id=drafts.clause(draft).id)
    assert refused.value.field == "change"


def test_figures_add_up_whatever_is_refused_taken_back_or_waiting(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session, clock: FixedClock
) -> None:
    draft = drafts.open()
    adopted, declined, _open = (comments.accepted(draft, drafts.officer, f"说法{n}。") for n in range(3))
    comments.refused(draft, drafts.officer)
    comments.pending(draft, "待审。")
    gone = comments.accepted(draft, drafts.officer, "后来收回。")
    ledgers.decide(draft, [adopted, gone])
    ledgers.decide(draft, [declined], "declined")
    comment_service.withdraw(own, gone, clock.now())
    own.commit()
    figures = queries.balance(own, draft)
    assert (figures.received, figures.disposed, figures.rejected) == (5, 2, 1)
    assert (figures.waiting, figures.undecided, figures.withdrawn, figures.unreviewed) == (1, 1, 1, 2)
    assert (figures.distinct, figures.people) == (5, 5)  # what was taken back is counted nowhere
    assert not figures.is_balanced
    assert figures.sentence() == "共收到意见5条，采纳1条，不采纳1条，审核未通过1条，尚未处理2条。"


def test_a_duplicate_whose_master_was_refused_afterwards_is_named(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, own: Session, clock: FixedClock
) -> None:
    draft = drafts.open()
    master, copy = (comments.accepted(draft, drafts.officer, f"说法{n}。") for n in range(2))
    ledgers.decide(draft, [copy], "duplicate", master_id=master.id)
    ledgers.decide(draft, [master])
    refusal = comment_service.Decision(CommentState.REFUSED, "privacy")
    comment_service.redecide(own, drafts.officer, master, "accepted", refusal, clock.now())
    own.commit()
    figures = queries.balance(own, draft)
    assert figures.adrift == 1 and not figures.is_balanced
    assert queries.missing(own, draft, figures).adrift == [copy.id]


def test_the_number_of_statements_does_not_grow_with_the_comments(
    engine: Engine, ledgers: Ledgers, drafts: Drafts, own: Session
) -> None:
    counted = []
    for size in (10, 10, 400):  # the first one also reads who acts
        draft = drafts.open()
        version = draft.versions[0]
        ledgers.many(draft, version, [None, drafts.clause(draft)], [f"第{n // 2}种说法。" for n in range(size)])
        counted.append(_statements(engine, lambda draft=draft: ledgers.merge(draft)))  # type: ignore[misc]
        wanted = ledgers.found(Filter(draft.id, status="undecided"))
        press = lambda draft=draft, wanted=wanted: ledgers.press(draft, wanted, Verdict("declined", REASON))  # type: ignore[misc]  # noqa: E731
        counted.append(_statements(engine, press))
        counted.append(_statements(engine, lambda draft=draft: ledgers.confirm(draft)))  # type: ignore[misc]
    assert counted[3:6] == counted[6:]
    assert max(counted) <= 22


def _statements(engine: Engine, work: object) -> int:
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        work()  # type: ignore[operator]
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)
