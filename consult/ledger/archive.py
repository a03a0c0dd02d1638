"""Everything about one consultation in one archive: for the office's files, and an edition for everybody (rule R15)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.clock import local
from consult.comments.models import Comment, CommentLog, CommentState
from consult.comments.queries import clause_label
from consult.drafts import archives, texts
from consult.drafts import queries as drafts
from consult.drafts.around.models import DraftExtension, Hearing
from consult.drafts.models import Clause, ClauseFate, Draft, DraftVersion
from consult.ledger import exports, published, queries, word
from consult.ledger.models import Entry, LedgerEdition
from consult.web.csv_files import csv_bytes

README = """{title}
征求意见档案（{edition}）

本档案由系统于{day}生成，内容截至该时刻。
consultation.json  征求意见的基本情况、期限、延期、听证和状态记录
notice.txt         征求意见公告
explanation.txt    起草说明
versions/          各版本全文及结构；fates.json 为各条款在后续版本中的去向
comments.json/.csv 全部意见及其处理结果
ledger/            历次公布的意见采纳情况表
review.csv         审核记录（仅内部档案）
manifest.json      文件清单和各项计数
SHA256SUMS         每个文件的 SHA-256 校验值

核对方法：sha256sum -c SHA256SUMS，或者 consult drafts verify-archive 文件名。
个人信息已按规定遮盖；未经作者同意公开的意见，公开档案中不载明内容。
"""


class Kind(StrEnum):
    """For whom an archive is."""

    INTERNAL = "internal"  #: the office's files: every comment, refused ones too, and who decided what
    PUBLIC = "public"  #: what everybody may read


def archive(own: Session, draft: Draft, kind: Kind, now: datetime) -> tuple[bytes, str]:
    """The archive and its fingerprint. What it holds is masked, as everything in these tables is."""
    versions = drafts.public_versions(own, draft)
    if kind is Kind.INTERNAL and (prepared := drafts.version_in_preparation(own, draft)) is not None:
        versions = [*versions, prepared]
    comments = _comments(own, draft, kind)
    day = local(now)
    edition = "内部" if kind is Kind.INTERNAL else "公开"
    files = {
        "README.txt": README.format(
            title=draft.title, edition=edition, day=f"{day.year}年{day.month}月{day.day}日{day:%H:%M}"
        ).encode(),
        "consultation.json": _json(_facts(own, draft, kind)),
        "notice.txt": _notice(draft).encode(),
        "explanation.txt": draft.explanation.encode(),
        "comments.json": _json(comments),
        "comments.csv": csv_bytes([_COLUMNS, *([_cell(row[name]) for name in _COLUMNS] for row in comments)]),
        **_texts(own, versions, draft.title),
        **_ledgers(own, draft),
    }
    if kind is Kind.INTERNAL:
        files["review.csv"] = _review(own, draft)
    about = {
        "title": draft.title,
        "slug": draft.slug,
        "edition": str(kind),
        "as_of": now.isoformat(),
        "counts": archives.counts_of(comments),
    }
    return archives.packed(files, about)


def _json(what: object) -> bytes:
    return json.dumps(what, ensure_ascii=False, indent=1, default=_plain).encode()


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _cell(value: object) -> str:
    return "" if value is None else "；".join(value) if isinstance(value, list) else str(value)


_FACTS = (
    "title",
    "slug",
    "kind",
    "touches_business",
    "organ",
    "legal_basis",
    "contact_unit",
    "contact_address",
    "contact_phone",
    "contact_email",
    "opens_at",
    "closes_at",
    "shortening_reason",
    "withdrawal_reason",
    "state",
    "published_at",
    "who_may_comment",
)
_HEARING = (
    "starts_at",
    "place",
    "quota",
    "agenda",
    "papers_on",
    "announced_at",
    "cancelled_at",
    "cancellation_reason",
    "report",
)


def _facts(own: Session, draft: Draft, kind: Kind) -> Mapping[str, Any]:
    extensions = own.scalars(
        select(DraftExtension).where(DraftExtension.draft_id == draft.id).order_by(DraftExtension.id)
    )
    hearings = own.scalars(select(Hearing).where(Hearing.draft_id == draft.id).order_by(Hearing.id))
    history = drafts.history(own, draft)
    if kind is Kind.PUBLIC:
        history = [(log, "") for log, _ in history if log.to_state != "editing"]
    return {
        **{name: getattr(draft, name) for name in _FACTS},
        "extensions": [
            {"at": e.at, "closed_at_before": e.closed_at_before, "closes_at": e.closes_at, "reason": e.reason}
            for e in extensions
        ],
        "hearings": [{name: getattr(h, name) for name in _HEARING} for h in hearings],
        "history": [
            {"at": log.at, "from": log.from_state, "to": log.to_state, "note": log.note, **({"by": by} if by else {})}
            for log, by in history
        ],
    }


def _notice(draft: Draft) -> str:
    def moment(at: datetime | None) -> str:
        return f"{local(at):%Y-%m-%d %H:%M}" if at else "未定"

    lines = [
        f"关于《{draft.title}》公开征求意见的公告",
        f"征求意见机关：{draft.organ}",
        f"征求意见时间：{moment(draft.opens_at)} 至 {moment(draft.closes_at)}",
        f"缩短期限的理由：{draft.shortening_reason}" if draft.shortening_reason else "",
        f"制定依据：{draft.legal_basis}" if draft.legal_basis else "",
        f"联系单位：{draft.contact_unit}",
        f"地址：{draft.contact_address}" if draft.contact_address else "",
        f"电话：{draft.contact_phone}" if draft.contact_phone else "",
        f"电子邮箱：{draft.contact_email}" if draft.contact_email else "",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _texts(own: Session, versions: Sequence[DraftVersion], title: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    names: dict[int, str] = {}
    for version in versions:
        rows = drafts.clauses(own, version)
        names |= {row.id: f"{version.number}:{row.ref}" for row in rows if row.ref is not None}
        stem = f"versions/{version.number}"
        files[f"{stem}.md"] = (texts.written(version, rows, title) + "\n").encode()
        files[f"{stem}.json"] = _json(_version(version, rows))
    if len(versions) > 1:
        fates = own.scalars(
            select(ClauseFate)
            .where(ClauseFate.to_version_id.in_([version.id for version in versions if version.published_at]))
            .order_by(ClauseFate.to_version_id, ClauseFate.from_clause_id)
        )
        files["versions/fates.json"] = _json(
            [
                {
                    "clause": names[f.from_clause_id],
                    "fate": f.fate,
                    "continued_by": names[f.to_clause_id] if f.to_clause_id is not None else None,
                    "to_version": next(v.number for v in versions if v.id == f.to_version_id),
                    "merged": f.is_merged,
                    "decided_by": "person" if f.decided_by is not None else "machine",
                }
                for f in fates
            ]
        )
    return files


def _version(version: DraftVersion, rows: Sequence[Clause]) -> Mapping[str, Any]:
    keys = {row.id: row.stable_key for row in rows}
    return {
        "number": version.number,
        "label": version.label,
        "stage": version.stage,
        "note": version.note,
        "published_at": version.published_at,
        "source_name": version.source_name,
        "preamble": version.preamble,
        "clauses": [
            {
                "ref": row.ref,
                "key": row.stable_key,
                "kind": row.kind,
                "label": row.label,
                "heading": row.heading,
                "text": row.text,
                "parent": keys[row.parent_id] if row.parent_id is not None else None,
            }
            for row in rows
        ],
    }


_COLUMNS = (
    "number",
    "submitted_at",
    "version",
    "clause",
    "also_about",
    "stance",
    "signature",
    "text",
    "rewording",
    "state",
    "refusal_reason",
    "endorsements",
    "outcome",
    "reason",
    "duplicate_of",
)


def _comments(own: Session, draft: Draft, kind: Kind) -> list[dict[str, Any]]:
    """Every comment in the order of arrival. The public edition tells of what it may not show that it came, no more."""
    further = queries.further_clauses(own, draft)
    edition = published.current_edition(own, draft)
    found = own.execute(
        select(Comment, Clause, DraftVersion.number, Entry)
        .join(DraftVersion, DraftVersion.id == Comment.version_id)
        .outerjoin(Clause, Clause.id == Comment.clause_id)
        .outerjoin(Entry, Entry.comment_id == Comment.id)
        .where(Comment.draft_id == draft.id)
        .order_by(Comment.id)
    )
    listed = []
    for comment, clause, version, entry in found:
        is_shown = comment.state == CommentState.ACCEPTED and comment.consent_publish
        tells = kind is Kind.INTERNAL or is_shown
        decided = entry if entry is not None and (kind is Kind.INTERNAL or edition is not None) else None
        listed.append(
            {
                "number": comment.id,
                "submitted_at": comment.submitted_at.isoformat(),
                "version": version,
                "clause": clause_label(clause),
                "also_about": [clause_label(c) for c in further.get(comment.id, ())],
                "stance": comment.stance if tells else None,
                "signature": comment.signature if tells else None,
                "text": comment.body if tells and comment.state != CommentState.WITHDRAWN else None,
                "rewording": comment.rewording if tells and comment.state != CommentState.WITHDRAWN else None,
                "state": comment.state,
                "refusal_reason": comment.refusal_reason,
                "endorsements": comment.endorsements,
                "outcome": decided.outcome if decided is not None else None,
                "reason": decided.reason if decided is not None else None,
                "duplicate_of": decided.master_id if decided is not None else None,
            }
        )
    return listed


def _ledgers(own: Session, draft: Draft) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    editions = own.scalars(
        select(LedgerEdition).where(LedgerEdition.draft_id == draft.id).order_by(LedgerEdition.number)
    )
    for edition in editions:
        sheet = exports.Sheet(draft, edition, published.figures(own, edition), published.lines(own, edition))
        stem = f"ledger/{edition.number}"
        files[f"{stem}.csv"] = exports.as_csv(sheet)
        files[f"{stem}.xlsx"] = exports.as_xlsx(sheet)
        files[f"{stem}.docx"] = word.as_docx(sheet)
        files[f"{stem}.txt"] = "\n".join([sheet.title, sheet.note, *sheet.sentences(), ""]).encode()
    return files


def _review(own: Session, draft: Draft) -> bytes:
    rows = own.execute(
        select(CommentLog, User.display_name)
        .join(Comment, Comment.id == CommentLog.comment_id)
        .outerjoin(User, User.id == CommentLog.actor_id)
        .where(Comment.draft_id == draft.id)
        .order_by(CommentLog.id)
    )
    heading = ("意见编号", "时间", "原状态", "新状态", "理由", "说明", "经办人")
    return csv_bytes(
        [
            heading,
            *(
                (str(log.comment_id), log.at.isoformat(), log.from_state, log.to_state, log.reason, log.note, by or "")
                for log, by in rows
            ),
        ]
    )
