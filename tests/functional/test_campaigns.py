"""Near-identical comments are grouped as they arrive, reversibly, and nothing is hidden (R13, T13)."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from consult.accounts.models import Role
from consult.audit.models import AuditEvent
from consult.campaigns import queries, service
from consult.campaigns.arriving import group
from consult.campaigns.models import CommentGroup, GroupBurst, GroupMember
from consult.clock import FixedClock
from consult.comments.after_service import Changed, edit
from consult.comments.models import Comment, CommentState
from consult.comments.queries import CommentVoices
from consult.comments.rules import new_receipt_code, text_hash
from consult.drafts.models import Draft
from consult.drafts.queries import current_version
from consult.errors import Conflict
from consult.jobs.worker import Worker
from consult.ledger.models import Entry
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.consultation import sentence
from tests.factories.drafts import Drafts
from tests.support.browser import Browser

COPY = "我们小区的停车位本来就不够用，这个办法把路边的车位全部取消以后，晚上下班回来根本没有地方停车，强烈要求保留。"
ANOTHER = "建议给电动自行车统一安装充电桩，收费要透明，不能由物业自己随便定价，老人和低保家庭要有优惠政策才好。"


@pytest.fixture
def drafts(own: Session, clock: FixedClock, accounts: Accounts) -> Drafts:
    return Drafts(own, clock, accounts)


@pytest.fixture
def comments(app: Flask, own: Session, clock: FixedClock) -> Comments:
    return Comments(own, clock, app.extensions["consult.vault"])


@pytest.fixture
def draft(drafts: Drafts) -> Draft:
    return drafts.open()


@pytest.fixture
def desk(sign_in: Callable[..., Browser]) -> Browser:
    return sign_in(Role.OFFICER)


def regroup(own: Session, clock: FixedClock, draft: Draft) -> int:
    count = group(own, draft, clock.now())
    own.commit()
    return count


def test_copies_are_grouped_and_what_each_adds_is_listed(
    own: Session, clock: FixedClock, draft: Draft, comments: Comments
) -> None:
    for text in (COPY, COPY, COPY + "我家住在三号楼，家里有两辆车。", ANOTHER):
        comments.pending(draft, text)
    assert regroup(own, clock, draft) == 3
    (card,) = queries.cards(own, draft)
    assert (card.count.received, card.count.distinct, card.count.people) == (3, 2, 3)
    assert card.sample.body == COPY
    added = [m.addition for _, m in own.execute(queries.members(card.group, "additions"))]
    assert added == ["我家住在三号楼，家里有两辆车"]


def test_what_arrives_later_joins_its_group_and_nobody_changes_place(
    own: Session, clock: FixedClock, draft: Draft, comments: Comments
) -> None:
    for text in (COPY, COPY, ANOTHER):
        comments.pending(draft, text)
    regroup(own, clock, draft)
    before = own.scalars(select(GroupMember.comment_id).order_by(GroupMember.id)).all()
    late = [comments.pending(draft, COPY + "请考虑。"), comments.pending(draft, ANOTHER)]
    assert regroup(own, clock, draft) == 3
    groups = dict(own.execute(select(GroupMember.comment_id, GroupMember.group_id)).all())
    assert len(queries.cards(own, draft)) == 2
    assert groups[late[0].id] == groups[before[0]]
    assert regroup(own, clock, draft) == 0


def test_a_worker_groups_what_came_without_being_asked(
    own: Session, clock: FixedClock, draft: Draft, comments: Comments, worker: Worker
) -> None:
    for _ in range(3):
        comments.pending(draft, COPY)
    own.rollback()
    worker.do_chores()
    assert worker.run_all() >= 1
    own.rollback()
    assert own.scalar(select(func.count()).select_from(GroupMember)) == 3
    own.rollback()
    clock.advance(timedelta(minutes=1))
    worker.do_chores()
    assert not worker.run_one()


def test_grouping_hides_nothing_and_takes_nothing_from_the_counts(
    own: Session, clock: FixedClock, drafts: Drafts, draft: Draft, comments: Comments, visitor: Browser
) -> None:
    clause = drafts.clause(draft, "3")
    for _ in range(3):
        comments.accepted(draft, drafts.officer, COPY, clause=clause)
    before = CommentVoices().of_drafts(own, [draft.id])[draft.id]
    regroup(own, clock, draft)
    assert CommentVoices().of_drafts(own, [draft.id])[draft.id] == before
    page = visitor.get(f"/drafts/{draft.slug}/clauses/3")
    assert len(page.find("article.comment")) == 3


def test_every_count_is_shown_three_ways_and_merged(
    own: Session, clock: FixedClock, draft: Draft, comments: Comments, desk: Browser
) -> None:
    for _ in range(4):
        comments.pending(draft, COPY, visitor="one")
    comments.pending(draft, ANOTHER)
    regroup(own, clock, draft)
    total, merged = queries.merged_counts(own, draft)
    assert (total.received, total.distinct, total.people, merged) == (5, 2, 2, 2)
    assert "收到 5 条 / 不同文本 2 条 / 涉及 2 人" in desk.get(f"/desk/campaigns/drafts/{draft.id}").words


def test_an_officer_takes_a_comment_out_and_the_machine_leaves_it_out(
    own: Session, clock: FixedClock, draft: Draft, comments: Comments, desk: Browser
) -> None:
    made = [comments.pending(draft, COPY) for _ in range(3)]
    regroup(own, clock, draft)
    (card,) = queries.cards(own, draft)
    address = f"/desk/campaigns/{card.group.id}"
    sent = {"action": "take_out"}
    assert desk.submit(f"{address}/members/{made[2].id}", sent, form_at=address).status == 303
    own.rollback()
    regroup(own, clock, draft)
    (card,) = queries.cards(own, draft)
    assert (card.count.received, card.out) == (2, 1)
    desk.submit(f"{address}/members/{made[2].id}", {"action": "put_back"}, form_at=f"{address}?only=out")
    own.rollback()
    assert queries.cards(own, draft)[0].count.received == 3
    actions = own.scalars(
        select(AuditEvent.action).where(AuditEvent.action.startswith("campaigns:")).order_by(AuditEvent.number)
    ).all()
    assert actions == ["campaigns:member:taken_out", "campaigns:member:put_back"]


def test_a_group_is_dissolved_and_restored_and_never_made_again_by_itself(
    own: Session, clock: FixedClock, draft: Draft, comments: Comments, desk: Browser
) -> None:
    for _ in range(3):
        comments.pending(draft, COPY)
    regroup(own, clock, draft)
    (card,) = queries.cards(own, draft)
    address = f"/desk/campaigns/{card.group.id}"
    desk.submit(address, {"action": "dissolve"})
    own.rollback()
    comments.pending(draft, ANOTHER)
    regroup(own, clock, draft)
    assert queries.cards(own, draft) == []
    desk.submit(address, {"action": "restore"})
    own.rollback()
    assert queries.cards(own, draft)[0].count.received == 3


def test_two_officers_do_not_change_one_group_without_seeing_it(
    own: Session, clock: FixedClock, drafts: Drafts, draft: Draft, comments: Comments
) -> None:
    for _ in range(2):
        comments.pending(draft, COPY)
    regroup(own, clock, draft)
    (found,) = own.scalars(select(CommentGroup))
    service.dissolve(own, drafts.officer, found, clock.now())
    with pytest.raises(Conflict):
        service.dissolve(own, drafts.officer, found, clock.now())


def test_short_agreements_are_no_campaign(own: Session, clock: FixedClock, draft: Draft, comments: Comments) -> None:
    for _ in range(12):
        comments.pending(draft, "同意。")
    assert regroup(own, clock, draft) == 0


# T13: a rehearsal of the attack on a federal rule, with the figures of the threat model.

_STREETS = ("新安路", "人民路", "解放路", "中山路", "建设路", "和平路")
_WORDS = (("强烈要求", "坚决要求"), ("本来就", "原本就"), ("根本没有", "完全没有"), ("下班回来", "下班回家"))


def _style(kind: int, number: int, chance: random.Random) -> str:
    """One fake comment of one of six styles."""
    if kind == 0:
        return COPY
    if kind == 1:
        return chance.choice(("", "您好！", "领导好，")) + ANOTHER + chance.choice(("", "！", "谢谢。", "望采纳。"))
    if kind == 2:
        return f"我是{chance.choice(_STREETS)}的居民，" + COPY
    if kind == 3:
        text = COPY
        for pair in _WORDS:
            text = text.replace(pair[0], chance.choice(pair))
        return text
    if kind == 4:
        return ANOTHER.replace("，", chance.choice((" ", "，", "。"))) + str(number % 7)
    return f"关于第{chance.randint(1, 4)}条：" + COPY + ANOTHER + f"（{chance.choice(_STREETS)}住户）"


def _insert(own: Session, draft: Draft, rows: list[tuple[str, datetime, str]]) -> list[int]:
    version = current_version(own, draft)
    ids: list[int] = []
    for start in range(0, len(rows), 500):
        values = [
            {
                "draft_id": draft.id,
                "version_id": version.id,
                "stance": "oppose",
                "body": text,
                "text_hash": text_hash(text),
                "person_key": person,
                "signature": "市民",
                "receipt_code": new_receipt_code(),
                "idempotency_key": secrets.token_hex(16),
                "consent_publish": True,
                "state": CommentState.PENDING,
                "submitted_at": at,
            }
            for text, at, person in rows[start : start + 500]
        ]
        ids += own.scalars(insert(Comment).returning(Comment.id), values).all()
    own.commit()
    return ids


def test_twenty_thousand_fakes_among_two_thousand_real_comments_are_grouped_and_none_is_hidden(
    own: Session, clock: FixedClock, draft: Draft
) -> None:
    chance, begin = random.Random(13), clock.now()
    real = [(sentence(chance), begin + timedelta(minutes=20 * n), f"real-{n}") for n in range(2_000)]
    fakes, waves = [], []
    for wave in range(40):  # 500 fakes within 50 minutes, of one style each
        start = begin + timedelta(hours=16 * wave, minutes=chance.randint(0, 59))
        waves.append(start)
        for n in range(500):
            at = start + timedelta(seconds=6 * n)
            fakes.append((_style(wave % 6, n, chance), at, f"fake-{n}"))
    real_ids, fake_ids = _insert(own, draft, real), _insert(own, draft, fakes)
    clock.advance(timedelta(days=28))
    before = CommentVoices().of_drafts(own, [draft.id])[draft.id]
    regroup(own, clock, draft)

    grouped = set(own.scalars(select(GroupMember.comment_id)))
    assert len(grouped & set(fake_ids)) >= 0.99 * len(fake_ids)
    assert len(grouped & set(real_ids)) <= 0.01 * len(real_ids)

    spans = [(burst.first_at, burst.last_at) for burst in own.scalars(select(GroupBurst))]
    found = sum(any(a - timedelta(hours=1) <= start <= b for a, b in spans) for start in waves)
    assert found >= 0.99 * len(waves)

    states = Counter(own.scalars(select(Comment.state)))
    assert states == {"pending": 22_000}
    assert CommentVoices().of_drafts(own, [draft.id])[draft.id] == before


def test_a_group_is_decided_on_at_once_in_the_ledger(
    own: Session, clock: FixedClock, drafts: Drafts, draft: Draft, comments: Comments, desk: Browser
) -> None:
    for text in (COPY, COPY, COPY + "我家住在三号楼。", ANOTHER):
        comments.accepted(draft, drafts.officer, text)
    regroup(own, clock, draft)
    (card,) = queries.cards(own, draft)
    address = f"/desk/ledger/{draft.id}?copies={card.group.id}"
    assert address.replace("&", "&amp;") in desk.get(f"/desk/campaigns/{card.group.id}").text
    page = desk.get(address)
    assert len(page.find("input[name=ids]")) == 3
    hidden = {i.get("name"): i.get("value", "") for i in page.find("form[method=post] input[type=hidden][name]")}
    sent = {**hidden, "outcome": "declined", "reason": "停车位另行规划。", "action": "decide_found"}
    assert desk.post(address, sent).status == 303
    own.rollback()
    decided = own.scalars(select(Entry.comment_id).where(Entry.outcome == "declined")).all()
    assert len(decided) == 3


def test_a_comment_whose_author_changed_its_words_is_looked_at_anew(
    own: Session, clock: FixedClock, draft: Draft, comments: Comments, worker: Worker
) -> None:
    made = [comments.pending(draft, COPY) for _ in range(3)]
    regroup(own, clock, draft)
    clock.advance(timedelta(hours=1))
    changed = next(c for c in made if c.id != queries.cards(own, draft)[0].sample.id)
    edit(own, changed, draft, Changed("oppose", ANOTHER, "", 0, secrets.token_hex(16)), clock.now())
    own.commit()
    worker.do_chores()
    assert worker.run_all() >= 1
    own.rollback()
    assert queries.cards(own, draft)[0].count.received == 2
