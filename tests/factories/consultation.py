"""A large consultation, written straight into the tables: for statement counts, rehearsals and benchmarks."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from consult.accounts import service as accounts
from consult.accounts.models import Role, User
from consult.clock import local_date
from consult.comments.models import Comment, CommentState, Stance
from consult.comments.rules import new_receipt_code, text_hash
from consult.drafts import service as drafts
from consult.drafts.models import Clause, Draft
from consult.drafts.parsing import parse_text
from consult.drafts.parsing.numbering import in_han
from consult.drafts.queries import clauses, current_version
from tests.factories.accounts import PASSWORD
from tests.factories.drafts import FACTS

_MATTERS = (
    "停车泊位",
    "充电设施",
    "盲道",
    "小区车位",
    "夜间停车",
    "收费标准",
    "商圈",
    "学校周边",
    "医院门口",
    "老旧小区",
)
_WISHES = (
    "应当增加",
    "收费太高",
    "希望统一规划",
    "建议错时共享",
    "要有无障碍设施",
    "管理要公开",
    "不要一刀切",
    "请明确责任单位",
)
_DUTIES = ("统筹规划", "监督检查", "公布目录", "定期评估", "受理投诉", "建立档案")


@dataclass(frozen=True, slots=True)
class Consultation:
    """What was made."""

    draft: Draft
    clauses: Sequence[Clause]
    officer: User
    citizens: Sequence[int]  #: ids of accounts
    comments: int


def statute(count: int, chance: random.Random) -> str:
    """A regulation of so many articles of two paragraphs each, in chapters of twenty."""
    lines = ["临川县停车管理办法"]
    for number in range(1, count + 1):
        if number % 20 == 1:
            lines.append(f"第{in_han(number // 20 + 1)}章 {chance.choice(_MATTERS)}")
        matter, duty = chance.choice(_MATTERS), chance.choice(_DUTIES)
        lines.append(f"第{in_han(number)}条 县交通主管部门负责{matter}的{duty}，每{number}个月向社会公布一次有关情况。")
        lines.append(f"违反前款规定的，由有关部门责令改正；拒不改正的，处{in_han(number * 10)}元以下罚款。")
    return "\n".join(lines)


def sentence(chance: random.Random, least: int = 40, most: int = 200) -> str:
    """What somebody might say, of so many characters."""
    wanted, said = chance.randint(least, most), ""
    while len(said) < wanted:
        said += f"{chance.choice(_MATTERS)}{chance.choice(_WISHES)}，第{chance.randint(1, 99)}处尤其如此。"
    return said[:wanted]


def consultation(
    own: Session,
    now: datetime,
    *,
    articles: int,
    comments: int,
    citizens: int = 20,
    seed: int = 1,
    password: str = PASSWORD,
) -> Consultation:
    """An open draft with accepted public comments spread over its clauses; committed."""
    chance = random.Random(seed)
    made = accounts.NewAccount("bureau", "王科长", password, Role.OFFICER)
    officer = accounts.create_account(own, made, now)
    draft = drafts.create_draft(
        own, officer, drafts.NewDraft(FACTS.title, "normative", False), parse_text(statute(articles, chance)), now
    )
    drafts.edit_facts(own, officer, draft, FACTS, now)
    drafts.publish(own, officer, draft, drafts.Schedule(local_date(now) + timedelta(days=30)), now)
    version = current_version(own, draft)
    spoken = [row for row in clauses(own, version) if row.ref is not None]
    ids = _citizens(own, officer, citizens, now)
    rows = []
    for number in range(comments):
        clause, body = chance.choice(spoken), sentence(chance)
        rows.append(
            {
                "draft_id": draft.id,
                "version_id": version.id,
                "clause_id": clause.id,
                "clause_key": clause.stable_key,
                "stance": chance.choice(list(Stance)),
                "body": body,
                "text_hash": text_hash(body),
                "author_id": ids[number % len(ids)] if ids else None,
                "person_key": f"person-{number % max(1, len(ids))}",
                "signature": "市民",
                "receipt_code": new_receipt_code(),
                "idempotency_key": secrets.token_hex(16),
                "consent_publish": True,
                "state": CommentState.ACCEPTED,
                "decided_by": officer.id,
                "decided_at": now,
                "submitted_at": now,
            }
        )
    for start in range(0, len(rows), 500):
        own.execute(insert(Comment), rows[start : start + 500])
    own.commit()
    return Consultation(draft, spoken, officer, ids, comments)


def _citizens(own: Session, like: User, count: int, now: datetime) -> list[int]:
    """Accounts that share one password hash: hashing hundreds of passwords would take longer than everything else."""
    rows = [
        {
            "handle": f"citizen-{number}",
            "display_name": f"市民{number}",
            "role": Role.CITIZEN,
            "password_hash": like.password_hash,
            "created_at": now,
            "password_changed_at": now,
        }
        for number in range(count)
    ]
    if not rows:
        return []
    return list(own.scalars(insert(User).returning(User.id), rows))
