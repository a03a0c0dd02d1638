"""Later versions of a draft: identities of clauses, and a record of what became of each (rule R14)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.models import Role
from consult.clock import FixedClock
from consult.drafts import queries, service, versions
from consult.drafts.models import Clause, ClauseFate, Draft, DraftVersion
from consult.drafts.parsing import parse_text
from consult.errors import Conflict, IllegalTransition, InvalidInput
from tests.factories.accounts import Accounts
from tests.factories.drafts import Drafts
from tests.support.browser import Browser

ARTICLES = [
    "为了规范集市摊位的设置，方便群众生活，制定本办法。",
    "本县城区内集市摊位的设置、使用和管理，适用本办法。",
    "县商务主管部门负责集市摊位的统筹规划，每年向社会公布可以设置摊位的路段和时间。",
    "摊主应当在核定的位置经营，保持摊位周围三米内整洁，收摊时将垃圾带走。",
    "夜间集市营业至二十三时，周末可以延长至二十四时。",
    "摊位费由县财政、价格主管部门核定；对残疾人和低保家庭减半收取。",
]
NUMERALS = "一二三四五六七八九十"


def text_of(articles: Sequence[str]) -> str:
    return "河湾县集市摊位管理办法\n" + "\n".join(f"第{NUMERALS[i]}条 {text}" for i, text in enumerate(articles))


def next_version(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, articles: Sequence[str], stage: str = "revision"
) -> DraftVersion:
    """A further version with this text, published."""
    now = clock.now()
    versions.begin_version(own, drafts.officer, draft, stage, now)
    service.replace_text(own, drafts.officer, draft, parse_text(text_of(articles)), "next.docx", now)
    version = versions.publish_version(own, drafts.officer, draft, "按征求的意见作了修改。", now)
    own.commit()
    return version


def fates(own: Session, old: DraftVersion, new: DraftVersion) -> dict[str, tuple[str, str | None]]:
    """Number of each clause of the older version to its fate and the number of the clause that continues it."""
    found = {}
    for row in own.scalars(
        select(ClauseFate)
        .join(Clause, Clause.id == ClauseFate.from_clause_id)
        .where(Clause.version_id == old.id, ClauseFate.to_version_id == new.id)
    ):
        target = own.get(Clause, row.to_clause_id) if row.to_clause_id else None
        clause = own.get_one(Clause, row.from_clause_id)
        found[clause.number] = (row.fate, target.number if target else None)
    return found


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def draft(drafts: Drafts) -> Draft:
    return drafts.published(text=text_of(ARTICLES))


def test_the_next_version_begins_with_the_words_and_identities_of_the_present_one(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft
) -> None:
    before = queries.current_version(own, draft)
    version = versions.begin_version(own, drafts.officer, draft, "revision", clock.now())
    own.commit()
    told = [[(c.stable_key, c.ref, c.text) for c in queries.clauses(own, v)] for v in (before, version)]
    assert told[0] == told[1]
    assert (version.number, version.label, version.published_at) == (2, "修改稿", None)
    assert queries.current_version(own, draft).id == before.id


def test_only_one_further_version_is_in_preparation(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft
) -> None:
    versions.begin_version(own, drafts.officer, draft, "revision", clock.now())
    with pytest.raises(Conflict):
        versions.begin_version(own, drafts.officer, draft, "final", clock.now())


def test_a_draft_that_is_not_public_has_no_further_version(own: Session, drafts: Drafts, clock: FixedClock) -> None:
    with pytest.raises(IllegalTransition):
        versions.begin_version(own, drafts.officer, drafts.editing(), "revision", clock.now())


def test_a_version_does_not_go_back_behind_the_present_one(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft
) -> None:
    next_version(own, drafts, clock, draft, ARTICLES, stage="final")
    with pytest.raises(InvalidInput):
        versions.begin_version(own, drafts.officer, draft, "revision", clock.now())


def test_every_clause_has_exactly_one_fate_in_a_published_version(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft
) -> None:
    first = queries.current_version(own, draft)
    new = [
        ARTICLES[0],
        "摊位实行一户一证，证件不得转借。",
        *ARTICLES[1:3],
        ARTICLES[3].replace("三米", "五米"),
        ARTICLES[5],
    ]
    second = next_version(own, drafts, clock, draft, new)
    assert fates(own, first, second) == {
        "1": ("same", "1"),
        "2": ("moved", "3"),
        "3": ("moved", "4"),
        "4": ("changed", "5"),
        "5": ("removed", None),
        "6": ("same", "6"),
    }


def test_fates_over_three_versions_agree_with_those_of_each_step(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft
) -> None:
    first = queries.current_version(own, draft)
    second = next_version(own, drafts, clock, draft, [ARTICLES[1], *ARTICLES[3:]])
    third = next_version(own, drafts, clock, draft, [ARTICLES[4].replace("二十三", "二十二"), *ARTICLES], stage="final")
    assert fates(own, first, second)["1"] == ("removed", None)
    through = fates(own, first, third)
    # What was removed once stays removed for those who spoke on it, although the same words came back.
    assert through["1"] == ("removed", None)
    assert through["2"] == ("moved", "3")
    assert len(through) == 6
    assert len(fates(own, second, third)) == 4


def test_a_clause_keeps_its_key_when_it_is_moved_and_reworded_and_a_new_one_gets_none_of_the_old(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft
) -> None:
    first = queries.current_version(own, draft)
    keys = {c.number: c.stable_key for c in queries.clauses(own, first)}
    second = next_version(
        own,
        drafts,
        clock,
        draft,
        ["摊位实行一户一证，证件不得转借。", *ARTICLES[:3], ARTICLES[3] + "违者责令改正。"],
    )
    new = {c.number: c.stable_key for c in queries.clauses(own, second)}
    assert [new["2"], new["3"], new["4"], new["5"]] == [keys["1"], keys["2"], keys["3"], keys["4"]]
    assert new["1"] not in keys.values()


def test_a_wrong_import_is_replaced_and_clauses_find_back_to_their_identity(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft
) -> None:
    now = clock.now()
    keys = [c.stable_key for c in queries.clauses(own, queries.current_version(own, draft))]
    versions.begin_version(own, drafts.officer, draft, "revision", now)
    wrong = "别的办法\n第一条 河道采砂应当取得许可证。\n第二条 禁止在禁采期内作业。"
    service.replace_text(own, drafts.officer, draft, parse_text(wrong), "wrong.docx", now)
    service.replace_text(own, drafts.officer, draft, parse_text(text_of(ARTICLES)), "right.docx", now)
    own.commit()
    version = queries.version_in_preparation(own, draft)
    assert version is not None and version.source_name == "right.docx"
    assert [c.stable_key for c in queries.clauses(own, version)] == keys


def test_a_clause_keeps_its_row_when_its_text_is_imported_anew(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft
) -> None:
    now = clock.now()
    version = versions.begin_version(own, drafts.officer, draft, "revision", now)
    before = {c.stable_key: c.id for c in queries.clauses(own, version)}
    articles = [ARTICLES[5], *ARTICLES[:5], "本办法自2027年1月1日起施行。"]
    service.replace_text(own, drafts.officer, draft, parse_text(text_of(articles)), "", now)
    own.commit()
    after = {c.stable_key: c.id for c in queries.clauses(own, version)}
    assert {key: after[key] for key in before} == before
    assert [c.ref for c in queries.clauses(own, version)] == ["1", "2", "3", "4", "5", "6", "7"]


def test_what_an_officer_decides_about_a_clause_stands_against_its_words(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft
) -> None:
    now = clock.now()
    first = queries.current_version(own, draft)
    version = versions.begin_version(own, drafts.officer, draft, "revision", now)
    old = {c.number: c for c in queries.clauses(own, first)}
    new = {c.number: c for c in queries.clauses(own, version)}
    versions.decide_fate(own, drafts.officer, draft, old["2"].id, None, now)
    versions.decide_fate(own, drafts.officer, draft, old["5"].id, new["6"].id, now)
    versions.publish_version(own, drafts.officer, draft, "按征求的意见作了修改。", now)
    own.commit()
    found = fates(own, first, version)
    assert found["2"] == ("removed", None)
    assert found["5"] == ("changed", "6")
    rows = own.scalars(select(ClauseFate).where(ClauseFate.decided_by.is_not(None))).all()
    assert {own.get_one(Clause, row.from_clause_id).number for row in rows} == {"2", "5"}


def test_a_public_text_cannot_be_changed(own: Session, drafts: Drafts, clock: FixedClock, draft: Draft) -> None:
    clause = drafts.clause(draft, "3")
    with pytest.raises(IllegalTransition):
        service.edit_clause(own, drafts.officer, draft, clause, ("", "另一句话。"), clock.now())
    with pytest.raises(IllegalTransition):
        service.replace_text(own, drafts.officer, draft, parse_text(text_of(ARTICLES)), "", clock.now())


def test_a_version_is_not_published_without_saying_what_is_new(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft
) -> None:
    versions.begin_version(own, drafts.officer, draft, "revision", clock.now())
    with pytest.raises(InvalidInput):
        versions.publish_version(own, drafts.officer, draft, " ", clock.now())


def test_a_version_in_preparation_can_be_thrown_away_and_begun_again(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft
) -> None:
    versions.begin_version(own, drafts.officer, draft, "revision", clock.now())
    versions.drop_version(own, drafts.officer, draft, clock.now())
    own.commit()
    assert queries.version_in_preparation(own, draft) is None
    assert versions.begin_version(own, drafts.officer, draft, "final", clock.now()).label == "正式稿"


def test_results_are_reported_only_after_closing_and_once(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft
) -> None:
    with pytest.raises(IllegalTransition):
        service.report(own, drafts.officer, draft, clock.now())
    clock.advance(timedelta(days=31))
    service.report(own, drafts.officer, draft, clock.now())
    service.report(own, drafts.officer, draft, clock.now())
    assert draft.state == "reported"
    assert [log.to_state for log, _ in queries.history(own, draft)] == ["editing", "published", "reported"]


@pytest.fixture
def desk(sign_in: Callable[..., Browser]) -> Browser:
    return sign_in(Role.OFFICER)


def test_an_officer_begins_changes_checks_and_publishes_a_version_at_the_desk(
    own: Session, draft: Draft, desk: Browser, visitor: Browser
) -> None:
    shown = desk.get(f"/desk/drafts/{draft.id}")
    assert "起草下一个版本" in shown.words
    desk.submit(f"/desk/drafts/{draft.id}/versions", {"stage": "revision"}, form_at=f"/desk/drafts/{draft.id}")
    version = queries.version_in_preparation(own, draft)
    assert version is not None
    clause = next(c for c in queries.clauses(own, version) if c.ref == "4")
    desk.submit(f"/desk/drafts/{draft.id}/clauses/{clause.id}", {"text": ARTICLES[3].replace("三米", "五米")})
    page = desk.get(f"/desk/drafts/{draft.id}/changes")
    assert "修改1条，新增0条，删除或合并0条" in page.words
    assert "三米" in visitor.get(f"/drafts/{draft.slug}").words
    done = desk.submit(f"/desk/drafts/{draft.id}/changes", {"note": "扩大了保洁范围。"})
    assert done.status == 303
    public = visitor.get(f"/drafts/{draft.slug}").words
    assert "五米" in public and "扩大了保洁范围。" in public


def test_publishing_without_a_note_shows_the_page_again_with_what_is_missing(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, desk: Browser
) -> None:
    versions.begin_version(own, drafts.officer, draft, "revision", clock.now())
    own.commit()
    address = f"/desk/drafts/{draft.id}/changes"
    page = desk.submit(address, {"note": ""})
    assert page.status == 422 and page.find(".govuk-error-summary")
    own.expire_all()
    assert queries.version_in_preparation(own, draft) is not None


def test_an_officer_says_at_the_desk_which_clause_continues_an_earlier_one(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, desk: Browser
) -> None:
    now = clock.now()
    versions.begin_version(own, drafts.officer, draft, "revision", now)
    text = text_of([*ARTICLES[:4], "超过规定时间营业的，由县城市管理部门处理，具体时间另行公布。", ARTICLES[5]])
    service.replace_text(own, drafts.officer, draft, parse_text(text), "", now)
    own.commit()
    old = drafts.clause(draft, "5")
    address = f"/desk/drafts/{draft.id}/changes"
    desk.submit(f"{address}/{old.id}", {"into": "removed"}, form_at=address)
    page = desk.get(address)
    assert "删除或合并1条" in page.words and "人工确定" in page.words
    assert desk.submit(f"{address}/{old.id}", {"into": "999999"}, form_at=address).status == 404


def test_the_text_form_of_a_version_in_preparation_holds_its_present_text(
    own: Session, drafts: Drafts, clock: FixedClock, draft: Draft, desk: Browser
) -> None:
    desk.get(f"/desk/drafts/{draft.id}/text", status=404)
    versions.begin_version(own, drafts.officer, draft, "revision", clock.now())
    own.commit()
    held = desk.get(f"/desk/drafts/{draft.id}/text").find("textarea[name=text]")[0].text_content()
    parsed = parse_text(held)
    assert [node.text for node in parsed.nodes] == ARTICLES


def test_a_version_that_a_colleague_changed_meanwhile_is_not_published_unread(
    sign_in: Callable[..., Browser], own: Session, drafts: Drafts, clock: FixedClock, draft: Draft
) -> None:
    version = versions.begin_version(own, drafts.officer, draft, "revision", clock.now())
    own.commit()
    officer, address = sign_in("officer"), f"/desk/drafts/{draft.id}/changes"
    read = officer.get(address).find("input[name=seen]")[0].get("value")
    clause = next(c for c in queries.clauses(own, version) if c.ref == "3")
    service.edit_clause(own, drafts.officer, draft, clause, ("", "同事改过的一句话。"), clock.now())
    own.commit()
    note = "按征求的意见作了修改。"
    refused = officer.submit(address, {"note": note, "seen": read})
    assert refused.status == 422
    assert "打开本页后文本又有改动" in refused.text
    assert note in refused.text
    assert "同事改过的一句话。" in refused.words
    assert queries.version_in_preparation(own, draft) is not None
    again = refused.find("input[name=seen]")[0].get("value")
    assert officer.submit(address, {"note": note, "seen": again}).status == 303
