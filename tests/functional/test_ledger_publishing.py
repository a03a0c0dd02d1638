"""A ledger is published when it balances and is confirmed, and everybody reads the same rows (R9–R13)."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import docx
import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.orm import Session

from consult.audit.models import AuditEvent
from consult.audit.service import verify
from consult.clock import FixedClock
from consult.comments import service as comment_service
from consult.comments.models import Comment
from consult.drafts import versions
from consult.drafts.models import Draft, DraftState
from consult.drafts.queries import clauses, current_version, version_in_preparation
from consult.errors import Conflict, IllegalTransition, InvalidInput
from consult.ledger import published, queries, rules
from consult.ledger.models import LedgerEdition, LedgerRow
from consult.ledger.published import HEADINGS, NO_CONSENT, TAKEN_BACK
from consult.ledger.publishing import LedgerIncomplete
from consult.ledger.reminding import remind
from consult.ledger.service import Verdict
from consult.notices.models import Notice
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.factories.ledger import REASON, Ledgers
from tests.support.browser import Browser

FORMATS = ("page", "csv", "xlsx", "docx")


@pytest.fixture
def ledgers(own: Session, clock: FixedClock, accounts: Accounts) -> Ledgers:
    return Ledgers(own, clock, accounts)


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def comments(own: Session, clock: FixedClock, app: Flask) -> Comments:
    return Comments(own, clock, app.extensions["consult.vault"])


@pytest.fixture
def close(clock: FixedClock) -> Callable[[], None]:
    """Let the period for comments pass."""
    return lambda: clock.advance(timedelta(days=31))


def rows_of(visitor: Browser, draft: Draft, kind: str) -> list[tuple[str, ...]]:
    """The rows of the published ledger as one of its forms holds them; a CSV field without its guard."""
    base = f"/drafts/{draft.slug}/feedback"
    if kind == "page":
        pages, number = [], 1
        while True:
            page = visitor.get(f"{base}?page={number}")
            found = page.find("main table.table--cards tbody tr")
            pages += [tuple(_words(cell) for cell in row.cssselect("td")) for row in found]
            if not page.find("a[rel=next]"):
                return pages
            number += 1
    body = visitor.get(f"{base}.{kind}").response.get_data()
    if kind == "csv":
        read = [tuple(r) for r in csv.reader(io.StringIO(body.decode("utf-8-sig")))]
        return [tuple(c.removeprefix("'") for c in row) for row in read[1:]]
    if kind == "xlsx":
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name("采纳情况")
        return [tuple(str(c) for c in row) for row in sheet.to_python()[1:]]
    tables = docx.Document(io.BytesIO(body)).tables
    if not tables or tables[0].rows[0].cells[0].text != HEADINGS[0]:
        return []
    return [tuple(cell.text for cell in row.cells) for row in tables[0].rows][1:]


def _words(cell: object) -> str:
    return "".join(cell.text_content().split())  # type: ignore[attr-defined]


def squeezed(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Rows without white space: a page lays line ends out as paragraphs."""
    return [tuple("".join(cell.split()) for cell in row) for row in rows]


def test_three_received_of_which_two_are_adopted_and_one_is_not(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, close: Callable[[], None], visitor: Browser, own: Session
) -> None:
    draft = drafts.open()
    one, two, three = (comments.accepted(draft, drafts.officer, f"说法{n}。") for n in range(3))
    ledgers.decide(draft, [one, two])
    ledgers.decide(draft, [three], "declined")
    ledgers.confirm(draft)
    close()
    edition = ledgers.publish(draft)
    sentence = "共收到意见3条，采纳2条，不采纳1条。"
    assert published.figures(own, edition).sentence() == sentence
    page = visitor.get(f"/drafts/{draft.slug}/feedback")
    assert sentence in page.words and "收到3条，不同文本3条，涉及3人" in page.words
    assert own.get_one(Draft, draft.id).state == DraftState.REPORTED
    assert "采纳情况已公布" in visitor.get(f"/drafts/{draft.slug}").words


def test_sixty_two_received_of_which_fifty_five_are_adopted(
    ledgers: Ledgers, drafts: Drafts, close: Callable[[], None], own: Session
) -> None:
    draft = drafts.open()
    ids = ledgers.many(draft, draft.versions[0], [None], [f"第{n}种说法。" for n in range(62)])
    ledgers.decide(draft, ids[:55])
    ledgers.decide(draft, ids[55:60], "declined")
    ledgers.decide(draft, ids[60:], "partly")
    ledgers.confirm(draft)
    close()
    figures = published.figures(own, ledgers.publish(draft))
    assert figures.sentence() == "共收到意见62条，采纳55条，部分采纳2条，不采纳5条。"
    assert (figures.received, figures.merged) == (62, 62)


def test_one_e_mail_marked_as_a_duplicate_of_another(
    ledgers: Ledgers,
    drafts: Drafts,
    close: Callable[[], None],
    sign_in: Callable[..., Browser],
    visitor: Browser,
    own: Session,
    clock: FixedClock,
) -> None:
    draft = drafts.open()
    officer = sign_in("officer")
    mail = {"channel": "email", "received_on": "2026-09-11", "place": f"v{draft.versions[0].id}", "stance": "amend"}
    for body in ("建议增加夜间充电。", "再次来信：建议夜间也能充电。"):
        sent = {**mail, "body": body, "name": "欧阳鸣鹤", "email": "ouyang@example.com", "consent_publish": "y"}
        assert officer.submit(f"/desk/ledger/{draft.id}/entry", sent, form="main form").status == 303
    first, second = own.scalars(select(Comment).order_by(Comment.id))
    assert first.person_key == second.person_key and first.signature == "欧**"
    ids = [first.id, second.id]
    accepted = comment_service.Decision(comment_service.CommentState.ACCEPTED)
    comment_service.decide(own, drafts.officer, ids, accepted, clock.now())
    own.commit()
    ledgers.decide(draft, ids[:1])
    ledgers.decide(draft, ids[1:], "duplicate", master_id=ids[0])
    ledgers.confirm(draft)
    close()
    figures = published.figures(own, ledgers.publish(draft))
    assert figures.sentence() == "共收到意见2条，采纳1条，重复1条。"
    assert figures.three_ways() == "收到2条，不同文本2条，涉及1人；重复意见归并后1条。"
    for kind in FORMATS:
        assert rows_of(visitor, draft, kind)[1][4:] == ("重复", "与序号1的意见重复，处理情况见该条。"), kind


def test_a_letter_is_taken_down_with_its_channel_its_words_masked_and_its_author_in_the_vault(
    drafts: Drafts, sign_in: Callable[..., Browser], own: Session
) -> None:
    draft = drafts.open()
    officer = sign_in("officer")
    url = f"/desk/ledger/{draft.id}/entry"
    letter = {
        "channel": "letter",
        "received_on": "2026-09-11",
        "place": f"c{drafts.clause(draft).id}",
        "stance": "oppose",
    }
    told = {
        **letter,
        "body": "请回电13988887777。",
        "name": "欧阳鸣鹤",
        "phone": "13988887777",
        "reference": "信〔2026〕3号",
    }
    assert officer.submit(url, {**told, "received_on": "2026-09-12"}, form="main form").status == 422
    assert officer.submit(url, {**told, "received_on": "2026-09-10"}, form="main form").status == 422
    assert officer.submit(url, {**told, "place": "c999999"}, form="main form").status == 422
    assert own.scalar(select(func.count()).select_from(Comment)) == 0
    assert officer.submit(url, told, form="main form").status == 303
    comment = own.scalars(select(Comment)).one()
    assert (comment.state, comment.signature, comment.body) == ("pending", "欧**", "请回电139****7777。")
    origin = queries.origin_of(own, comment)
    assert origin is not None and (origin.channel, origin.reference) == ("letter", "信〔2026〕3号")
    held = str(own.execute(text("SELECT * FROM comment")).all())
    assert "13988887777" not in held and "欧阳鸣鹤" not in held


def test_no_comment_at_all_is_published_as_none(
    ledgers: Ledgers, drafts: Drafts, close: Callable[[], None], visitor: Browser
) -> None:
    draft = drafts.open()
    close()
    ledgers.publish(draft)
    assert "征求意见期间未收到意见。" in visitor.get(f"/drafts/{draft.slug}/feedback").words
    assert [rows_of(visitor, draft, kind) for kind in FORMATS] == [[], [], [], []]


def test_publication_refuses_before_closing_and_names_every_row_that_is_missing(
    ledgers: Ledgers,
    drafts: Drafts,
    comments: Comments,
    close: Callable[[], None],
    sign_in: Callable[..., Browser],
    own: Session,
) -> None:
    draft = drafts.open()
    done, drafted, undecided = (comments.accepted(draft, drafts.officer, f"说法{n}。") for n in range(3))
    waiting = comments.pending(draft, "待审。")
    ledgers.decide(draft, [done])
    ledgers.confirm(draft)
    ledgers.decide(draft, [drafted], "declined")
    with pytest.raises(IllegalTransition):
        ledgers.publish(draft)
    own.rollback()
    close()
    with pytest.raises(LedgerIncomplete) as stopped:
        ledgers.publish(draft)
    missing = stopped.value.missing
    assert (list(missing.waiting), list(missing.undecided)) == ([waiting.id], [undecided.id])
    assert list(missing.unreviewed) == [drafted.id]
    own.rollback()
    page = sign_in("officer").get(f"/desk/ledger/{draft.id}/publication")
    links = {a.get("href") for a in page.find("main .notice a")}
    assert f"/desk/comments/{waiting.id}" in links
    assert {f"/desk/ledger/{draft.id}/comments/{c.id}" for c in (undecided, drafted)} <= links
    assert not page.find("main form")
    assert own.get_one(Draft, draft.id).state == DraftState.PUBLISHED


@pytest.mark.parametrize("kind", FORMATS[1:])
def test_every_form_holds_the_same_rows_and_nothing_of_it_is_a_formula(
    ledgers: Ledgers,
    drafts: Drafts,
    comments: Comments,
    close: Callable[[], None],
    visitor: Browser,
    own: Session,
    kind: str,
) -> None:
    draft = drafts.open()
    hostile = [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "＝HYPERLINK(1)",
        "两行\n=第二行",
        '<b>&amp;</b> "引号", 逗号',
    ]
    said = [comments.accepted(draft, drafts.officer, text, clause=drafts.clause(draft)) for text in hostile]
    said.append(comments.accepted(draft, drafts.officer, "不愿公开的话。", consent_publish=False, name="赵一"))
    said.append(comments.accepted(draft, drafts.officer, "改一改。", rewording="应当改成这样。", name="钱二"))
    ledgers.decide(draft, said[:4])
    ledgers.decide(draft, said[4:], "declined", reason="=不采纳的理由\n第二行")
    ledgers.confirm(draft)
    close()
    ledgers.publish(draft)
    page, file = rows_of(visitor, draft, "page"), rows_of(visitor, draft, kind)
    assert squeezed(page) == squeezed(file) and len(file) == 9
    expected = [line.cells() for line in published.lines(own, own.scalars(select(LedgerEdition)).one())]
    assert file == expected
    texts = {row[3] for row in file}
    assert set(hostile) | {NO_CONSENT, "改一改。\n建议修改为：应当改成这样。"} == texts
    withheld = next(row for row in file if row[3] == NO_CONSENT)
    assert {row.signature for row in own.scalars(select(LedgerRow)) if row.withheld} == {""}
    assert withheld[1] == "—" and withheld[2].endswith("全文") and withheld[4] == "不采纳"
    if kind == "csv":
        raw = visitor.get(f"/drafts/{draft.slug}/feedback.csv").response.get_data(as_text=True)
        cells = [c for row in csv.reader(io.StringIO(raw.removeprefix("\ufeff"))) for c in row]
        assert not [c for c in cells if c.startswith(("=", "+", "-", "@", "＝"))]
    if kind == "xlsx":
        raw_book = visitor.get(f"/drafts/{draft.slug}/feedback.xlsx").response.get_data()
        assert b"<f>" not in _parts(raw_book)


def _parts(book: bytes) -> bytes:

    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return b"".join(archive.read(n) for n in archive.namelist() if "sheet" in n)


def test_what_its_author_takes_back_afterwards_is_out_of_every_form_and_the_digest_still_holds(
    ledgers: Ledgers,
    drafts: Drafts,
    comments: Comments,
    close: Callable[[], None],
    visitor: Browser,
    own: Session,
    clock: FixedClock,
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer, "这句话后来不想要了。", name="孙三")
    ledgers.decide(draft, [comment])
    ledgers.confirm(draft)
    close()
    edition = ledgers.publish(draft)
    comment_service.withdraw(own, comment, clock.now())
    own.commit()
    for kind in FORMATS:
        rows = rows_of(visitor, draft, kind)
        assert [row[1:2] + row[3:5] for row in rows] == [("—", TAKEN_BACK, "采纳")], kind
    assert published.is_intact(own, edition)
    assert edition.sha256 in visitor.get(f"/drafts/{draft.slug}/feedback").text


def test_the_digest_shows_any_change_of_a_published_row(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, close: Callable[[], None], own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer, name="孙三")
    ledgers.decide(draft, [comment], "declined")
    ledgers.confirm(draft)
    close()
    edition = ledgers.publish(draft)
    assert published.is_intact(own, edition)
    row = own.scalars(select(LedgerRow)).one()
    for name, forged in (("outcome", "adopted"), ("reason", "别的理由。"), ("signature", "周**"), ("number", 7)):
        kept = getattr(row, name)
        setattr(row, name, forged)
        own.flush()
        assert not published.is_intact(own, edition), name
        setattr(row, name, kept)
        own.flush()
    edition.people += 1
    assert not published.is_intact(own, edition)


def test_a_correction_is_a_new_edition_with_a_public_reason_and_the_old_one_stays(
    ledgers: Ledgers, drafts: Drafts, comments: Comments, close: Callable[[], None], visitor: Browser, own: Session
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer)
    ledgers.decide(draft, [comment], "declined")
    ledgers.confirm(draft)
    close()
    ledgers.publish(draft)
    with pytest.raises(Conflict, match="Nothing has changed"):
        ledgers.publish(draft, "核对后发现理由写错了，现予更正。")
    own.rollback()
    ledgers.decide(draft, [comment])
    with pytest.raises(LedgerIncomplete):
        ledgers.publish(draft, "核对后发现理由写错了，现予更正。")
    own.rollback()
    ledgers.confirm(draft)
    with pytest.raises(InvalidInput):
        ledgers.publish(draft, "更正")
    own.rollback()
    assert ledgers.publish(draft, "核对后发现该条已经采纳，现予更正。").number == 2
    page = visitor.get(f"/drafts/{draft.slug}/feedback")
    assert "核对后发现该条已经采纳" in page.words and "采纳1条" in page.words
    receipt = visitor.get(f"/receipt/{comment.receipt_code}").words
    assert "处理结果：采纳" in receipt and "处理结果：不采纳" not in receipt
    old = visitor.get(f"/drafts/{draft.slug}/feedback/1").words
    assert "不采纳1条" in old and REASON in old
    visitor.get(f"/drafts/{draft.slug}/feedback/1.csv")
    visitor.get(f"/drafts/{draft.slug}/feedback/3", status=404)


def test_two_people_who_publish_make_one_edition(
    ledgers: Ledgers, drafts: Drafts, close: Callable[[], None], sign_in: Callable[..., Browser], own: Session
) -> None:
    draft = drafts.open()
    close()
    one, two = sign_in("officer"), sign_in("officer")
    url = f"/desk/ledger/{draft.id}/publication"
    held = {i.get("name"): i.get("value") for i in two.get(url).find("main form input[type=hidden]")}
    assert one.submit(url, {}, form="main form").status == 303
    assert two.post(url, held).status == 409
    assert own.scalar(select(func.count()).select_from(LedgerEdition)) == 1


def test_the_author_reads_on_the_receipt_what_became_of_it_and_why(
    ledgers: Ledgers,
    drafts: Drafts,
    comments: Comments,
    close: Callable[[], None],
    visitor: Browser,
    accounts: Accounts,
    own: Session,
) -> None:
    draft, author = drafts.open(), accounts.make("citizen")
    mine = comments.accepted(draft, drafts.officer, "第一条。", author=author)
    also = comments.accepted(draft, drafts.officer, "第二条。", author=author)
    silent = comments.accepted(draft, drafts.officer, "第三条。", consent_publish=False)
    ledgers.decide(draft, [mine, also, silent], "declined")
    ledgers.confirm(draft)
    assert REASON not in visitor.get(f"/receipt/{mine.receipt_code}").words
    close()
    ledgers.publish(draft)
    for comment in (mine, silent):
        page = visitor.get(f"/receipt/{comment.receipt_code}")
        assert "处理结果：不采纳" in page.words and REASON in page.words
        assert any("/feedback#row-" in (a.get("href") or "") for a in page.find("main a"))
    told = own.scalars(select(Notice)).all()
    assert [(n.account_id, n.url) for n in told] == [(author.id, f"/drafts/{draft.slug}/feedback")]


def later_version(own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, stage: str, words: str) -> None:
    """Publish a further version in which the third article reads otherwise."""
    versions.begin_version(own, drafts.officer, draft, stage, clock.now())
    prepared = version_in_preparation(own, draft)
    assert prepared is not None
    clause = next(c for c in clauses(own, prepared) if c.ref == "3")
    clause.text = words
    own.flush()
    versions.publish_version(own, drafts.officer, draft, "第三条按意见作了修改。", clock.now())
    own.commit()


def test_a_changed_clause_is_named_with_the_comment_and_names_it(
    ledgers: Ledgers,
    drafts: Drafts,
    comments: Comments,
    close: Callable[[], None],
    visitor: Browser,
    own: Session,
    clock: FixedClock,
) -> None:
    draft = drafts.open()
    comment = comments.accepted(draft, drafts.officer, "每户应当有两个。", clause=drafts.clause(draft))
    later_version(own, drafts, clock, draft, "revision", "新建小区应当按照每户不少于两个的标准设置停放位。")
    changed = next(c for c in clauses(own, current_version(own, draft)) if c.ref == "3")
    with pytest.raises(InvalidInput):
        ledgers.decide(draft, [comment], "declined", reason="", change_clause_id=changed.id)
    own.rollback()
    ledgers.decide(draft, [comment], change_clause_id=changed.id)
    ledgers.confirm(draft)
    assert comment.body not in visitor.get(f"/drafts/{draft.slug}/compare/1/2").words
    close()
    ledgers.publish(draft)
    for kind in FORMATS:
        assert rows_of(visitor, draft, kind)[0][5].replace(" ", "") == "修改条款：修改稿第三条。", kind
    page = visitor.get(f"/drafts/{draft.slug}/feedback")
    assert f"/drafts/{draft.slug}/versions/2#clause-3" in {a.get("href") for a in page.find("main a")}
    assert "修改了修改稿 第三条" in visitor.get(f"/receipt/{comment.receipt_code}").words
    compared = visitor.get(f"/drafts/{draft.slug}/compare/1/2")
    assert comment.body in compared.words
    assert f"/drafts/{draft.slug}/comments/{comment.id}" in {a.get("href") for a in compared.find("main a")}


def test_three_versions_and_two_thousand_comments_go_to_a_published_ledger_that_balances(
    engine: Engine,
    ledgers: Ledgers,
    drafts: Drafts,
    comments: Comments,
    close: Callable[[], None],
    visitor: Browser,
    own: Session,
    clock: FixedClock,
) -> None:
    draft = drafts.open()
    texts = [f"第{n // 4}种说法，与别的不同。" for n in range(1000)]
    ids = ledgers.many(draft, current_version(own, draft), [None, *clauses_of(own, draft)], texts)
    later_version(own, drafts, clock, draft, "revision", "新建小区按照每户两个的标准设置停放位。")
    texts = [f"修改稿的第{n}种说法。" for n in range(999)]
    ids = ledgers.many(draft, current_version(own, draft), [None, *clauses_of(own, draft)], texts)
    later_version(own, drafts, clock, draft, "final", "新建小区按照每户三个的标准设置停放位。")
    refused = comments.refused(draft, drafts.officer)
    assert len(ids) == 1999 and own.scalar(select(func.count()).select_from(Comment)) == 2000
    assert ledgers.merge(draft).count == 750
    final = next(c for c in clauses_of(own, draft) if c.ref == "3")
    undecided = queries.Filter(draft.id, status="undecided")
    ledgers.press(draft, ledgers.found(queries.replace(undecided, stance="oppose")), verdict("declined"))
    ledgers.press(
        draft, ledgers.found(queries.replace(undecided, clause="3")), verdict("adopted", change_clause_id=final.id)
    )
    ledgers.press(draft, ledgers.found(queries.replace(undecided, version=1)), verdict("partly"))
    ledgers.press(draft, ledgers.found(undecided), verdict("unrelated"))
    assert ledgers.confirm(draft).count == 1999
    close()
    # One disposition less, and nothing is published; the row is named.
    taken = ids[1234]
    ledgers.clear(draft, taken)
    with pytest.raises(LedgerIncomplete) as stopped:
        ledgers.publish(draft)
    assert list(stopped.value.missing.undecided) == [taken]
    own.rollback()
    ledgers.decide(draft, [taken])
    ledgers.confirm(draft)
    statements = counted(engine, lambda: ledgers.publish(draft))
    assert statements <= 45
    edition = own.scalars(select(LedgerEdition)).one()
    figures = published.figures(own, edition)
    assert figures.received == 2000 == sum(figures.decided.values()) + figures.rejected
    assert figures.is_balanced and figures.refused == {"advertising": 1} and figures.decided["duplicate"] == 750
    assert figures.merged == 1250 and refused.id not in {row.comment_id for row in published.stored_rows(own, edition)}
    expected = [line.cells() for line in published.lines(own, edition)]
    assert [row[0] for row in expected] == [str(n) for n in range(1, 2000)]
    for kind in ("csv", "xlsx", "docx"):
        assert rows_of(visitor, draft, kind) == expected, kind
    assert squeezed(rows_of(visitor, draft, "page")) == squeezed(expected)
    assert figures.sentence() in visitor.get(f"/drafts/{draft.slug}/feedback?page=40").words
    assert not list(verify(own))


def verdict(outcome: str, **more: object) -> Verdict:

    return Verdict(outcome, REASON if rules.needs_reason(outcome) else "", **more)  # type: ignore[arg-type]


def clauses_of(own: Session, draft: Draft) -> list[object]:
    return [c for c in clauses(own, current_version(own, draft)) if c.ref is not None]


def counted(engine: Engine, work: Callable[[], object]) -> int:
    """How many statements something takes."""
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_pages_and_files_take_as_many_statements_for_ten_comments_as_for_a_thousand(
    engine: Engine,
    ledgers: Ledgers,
    drafts: Drafts,
    close: Callable[[], None],
    visitor: Browser,
    sign_in: Callable[..., Browser],
    own: Session,
) -> None:
    every = []
    for size in (60, 1000):
        draft = drafts.open()
        ledgers.many(draft, draft.versions[0], [None, drafts.clause(draft)], [f"第{n}种说法。" for n in range(size)])
        ledgers.press(draft, ledgers.found(queries.Filter(draft.id, status="undecided")), verdict("adopted"))
        ledgers.confirm(draft)
        every.append(draft)
    close()
    for draft in every:
        ledgers.publish(draft)
    officer = sign_in("officer")
    officer.get("/desk/ledger")
    counts = []
    for draft in every:
        base, desk = f"/drafts/{draft.slug}/feedback", f"/desk/ledger/{draft.id}"
        urls = [(visitor, base), *((visitor, f"{base}.{f}") for f in ("csv", "xlsx", "docx"))]
        urls += [(officer, "/desk/ledger"), (officer, desk), (officer, f"{desk}/working.xlsx")]
        counts.append([counted(engine, lambda b=b, u=u: b.get(u)) for b, u in urls])  # type: ignore[misc]
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 24, counts[0]


def test_results_that_are_late_are_told_at_the_desk_and_at_the_draft(
    drafts: Drafts, clock: FixedClock, sign_in: Callable[..., Browser], visitor: Browser, ledgers: Ledgers
) -> None:
    draft = drafts.open()
    clock.advance(timedelta(days=31))
    assert "个征求意见稿待公布采纳情况" in sign_in("officer").get("/desk").words
    assert "超过时限" not in visitor.get(f"/drafts/{draft.slug}").words
    clock.advance(timedelta(days=30))
    officer = sign_in("officer")
    tiles = officer.get("/desk")
    assert "个已逾期" in tiles.words
    assert draft.title in officer.get("/desk/ledger?show=overdue").words
    assert "超过时限" in visitor.get(f"/drafts/{draft.slug}").words
    ledgers.publish(draft)
    assert "个已逾期" not in officer.get("/desk").words
    assert draft.title not in officer.get("/desk/ledger?show=overdue").words


def test_one_publication_is_one_audit_row_for_the_ledger(
    ledgers: Ledgers, drafts: Drafts, close: Callable[[], None], own: Session
) -> None:
    draft = drafts.open()
    close()
    ledgers.publish(draft)
    actions = own.scalars(select(AuditEvent.action)).all()
    assert actions.count("ledger:edition:published") == 1 and actions.count("drafts:draft:reported") == 1


def test_the_policy_office_is_reminded_once_for_every_thirty_days_that_results_are_late(
    drafts: Drafts, clock: FixedClock, own: Session, ledgers: Ledgers, accounts: Accounts
) -> None:
    accounts.make("citizen")
    draft = drafts.open()
    told = []
    for days in (31, 28, 2, 1, 30):
        clock.advance(timedelta(days=days))
        remind(own, clock.now())
        own.commit()
        told.append(own.scalar(select(func.count()).select_from(Notice)) or 0)
    officers = {drafts.officer.id, ledgers.first.id, ledgers.second.id}
    assert told == [0, 0, 3, 3, 6]
    assert {n.account_id for n in own.scalars(select(Notice))} == officers
    ledgers.publish(draft)
    clock.advance(timedelta(days=60))
    remind(own, clock.now())
    assert own.scalar(select(func.count()).select_from(Notice)) == 6


def test_after_closing_the_page_of_results_says_that_comments_are_being_weighed(
    drafts: Drafts, visitor: Browser, close: Callable[[], None]
) -> None:
    draft = drafts.open()
    assert "截止后" in visitor.get(f"/drafts/{draft.slug}/feedback").words
    close()
    assert "征求意见已截止，正在逐条研究" in visitor.get(f"/drafts/{draft.slug}/feedback").words
