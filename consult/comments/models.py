"""意见: what is said on a draft, how each was decided, and who endorses it.

What was said and who said it are stored apart: the text here is masked, the person is a row of the vault.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base


class Stance(StrEnum):
    """立场, as its author ticked it. Never guessed."""

    SUPPORT = "support"  #: 赞成
    OPPOSE = "oppose"  #: 反对
    AMEND = "amend"  #: 建议修改
    OTHER = "other"  #: 其他


class JudgedStance(StrEnum):
    """Where the words stand, of an author who ticked 其他: the machine's proposal, or a person's correction of it.

    Never the author's choice: it is kept apart, shown apart and counted apart.
    """

    SUPPORT = "support"
    OPPOSE = "oppose"
    AMEND = "amend"
    UNCLEAR = "unclear"  #: 无法判断


class CommentState(StrEnum):
    PENDING = "pending"  #: 待审核
    ACCEPTED = "accepted"  #: passed review; public when its author agreed to that
    REFUSED = "refused"  #: 不予公开, with a reason from the fixed list
    WITHDRAWN = "withdrawn"  #: taken back by its author


class RefusalReason(StrEnum):
    """Why a comment is not published (rule R54): the nine statutory classes and four of our own.

    Source of the nine: 互联网信息服务管理办法 (State Council Decree 292) Art. 15, in its order. Criticism
    of government is not a class.
    """

    CONSTITUTION = "constitution"
    STATE_SECURITY = "state_security"
    NATIONAL_HONOUR = "national_honour"
    ETHNIC_HATRED = "ethnic_hatred"
    CULTS = "cults"
    RUMOURS = "rumours"
    OBSCENITY_VIOLENCE = "obscenity_violence"
    INSULT = "insult"
    OTHER_UNLAWFUL = "other_unlawful"
    PRIVACY = "privacy"
    ADVERTISING = "advertising"
    IRRELEVANT = "irrelevant"
    DUPLICATE = "duplicate"


_REASONS = ",".join(f"'{r}'" for r in RefusalReason)


class Comment(Base):
    """One comment, on a clause or on the whole draft, bound to the version it speaks about."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    #: None: on the whole draft.
    clause_id: Mapped[int | None] = mapped_column(ForeignKey("clause.id"))
    #: The clause's identity across versions; "" for the whole draft.
    clause_key: Mapped[str] = mapped_column(String(120), default="")
    stance: Mapped[str] = mapped_column(String(8))
    #: Masked.
    body: Mapped[str] = mapped_column(Text)
    #: Proposed wording, masked; "" when none was given.
    rewording: Mapped[str] = mapped_column(Text, default="")
    #: Digest of the words without spaces and punctuation: equal for equal texts (不同文本).
    text_hash: Mapped[str] = mapped_column(String(32))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identity.id"))
    #: Opaque, equal for equal persons as far as we can know; what 涉及K人 counts.
    person_key: Mapped[str] = mapped_column(String(32))
    #: How the author is shown: "张**", "市民".
    signature: Mapped[str] = mapped_column(String(8))
    receipt_code: Mapped[str] = mapped_column(String(16), unique=True)
    idempotency_key: Mapped[str] = mapped_column(String(32), unique=True)
    #: Whether the phone number in the vault was proved to be the author's (后台实名).
    is_verified: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    #: Whether the author agreed that the text is shown (rule R46); without it, it counts all the same.
    consent_publish: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(String(10), default=CommentState.PENDING)
    refusal_reason: Mapped[str | None] = mapped_column(String(24))
    #: What the reviewer adds for the author.
    refusal_note: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime]
    #: Counter of the endorsement rows, changed in their transaction.
    endorsements: Mapped[int] = mapped_column(Integer, default=0)
    #: Counter of the public replies, changed in their transaction.
    replies: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    #: How often its author has changed it.
    edits: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    #: How many endorsed the words before the last change.
    endorsed_before: Mapped[int] = mapped_column(Integer, default=0, server_default="0")

    __table_args__ = (
        CheckConstraint("stance IN ('support','oppose','amend','other')", name="stance"),
        CheckConstraint("state IN ('pending','accepted','refused','withdrawn')", name="state"),
        CheckConstraint(f"refusal_reason IN ({_REASONS})", name="refusal_reason"),
        CheckConstraint("(state = 'refused') = (refusal_reason IS NOT NULL)", name="refused_with_reason"),
        CheckConstraint("state NOT IN ('accepted','refused') OR decided_at IS NOT NULL", name="decided_with_date"),
        CheckConstraint("endorsements >= 0", name="endorsements"),
        CheckConstraint("person_key <> ''", name="person_key"),
        Index("ix_comment_clause", "draft_id", "clause_id", "state"),
        Index("ix_comment_version", "version_id", "state"),
        Index("ix_comment_queue", "state", "submitted_at"),
        Index("ix_comment_author_id", "author_id"),
        Index("ix_comment_text_hash", "draft_id", "text_hash"),
    )


class CommentClause(Base):
    """A further clause of the same version that a comment speaks about."""

    __tablename__ = "comment_clause"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    clause_id: Mapped[int] = mapped_column(ForeignKey("clause.id"), primary_key=True)
    #: The clause's identity across versions, as `Comment.clause_key`.
    clause_key: Mapped[str] = mapped_column(String(120))

    __table_args__ = (Index("ix_comment_clause_clause_id", "clause_id"),)


class CommentAttachment(Base):
    """A picture or PDF that came with a comment. Its name is not kept: names of files name people."""

    __tablename__ = "comment_attachment"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    #: From 1, in the order of sending.
    number: Mapped[int] = mapped_column(Integer)
    media_type: Mapped[str] = mapped_column(String(20))
    #: Bytes, as served.
    size: Mapped[int] = mapped_column(Integer)
    #: Sealed with the vault's key; loaded only where it is served.
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: When a reviewer agreed that everybody may see it, as long as the comment is shown; None: nobody did.
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        UniqueConstraint("comment_id", "number"),
        CheckConstraint("media_type IN ('image/png','image/jpeg','application/pdf')", name="media_type"),
    )


class CommentLog(Base):
    """One change of a comment's status."""

    __tablename__ = "comment_log"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    from_state: Mapped[str] = mapped_column(String(10), default="")  #: "" when it was received
    to_state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(24), default="")
    note: Mapped[str] = mapped_column(Text, default="")


class Endorsement(Base):
    """赞同: one account endorses one comment, once (promise P3)."""

    __tablename__ = "endorsement"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("comment_id", "account_id"),)


_JUDGED = ",".join(f"'{s}'" for s in JudgedStance)


class StanceFinding(Base):
    """The stance that one model reads out of one comment whose author ticked none. Rows of older models stay."""

    __tablename__ = "stance_finding"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    #: Of the splitting into words and of the stance model.
    model_version: Mapped[str] = mapped_column(String(160))
    #: SHA-256 of what was read, to notice a changed text.
    text_hash: Mapped[str] = mapped_column(String(64))
    stance: Mapped[str] = mapped_column(String(8))
    probability: Mapped[float] = mapped_column(Float)
    #: JSON: words that speak for the stance with their weights, strongest first.
    evidence: Mapped[str] = mapped_column(Text)
    found_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("comment_id", "model_version"),
        CheckConstraint(f"stance IN ({_JUDGED})", name="stance"),
    )


class StanceModelUse(Base):
    """Since when the findings of a stance model count: the newest row's do.

    A row is added when an analysis has ended that judged everything by another model, so that figures never mix two.
    """

    __tablename__ = "stance_model_use"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    model_version: Mapped[str] = mapped_column(String(160))
    since: Mapped[datetime]


class StanceCorrection(Base):
    """One judgement of a person about a stance that the machine judged. Rows are only added; the newest is in force."""

    __tablename__ = "stance_correction"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"))
    #: Id of the row that this one follows, 0 for the first: of two people at once only one can be next.
    follows: Mapped[int] = mapped_column(Integer)
    #: What was in force, the machine's finding or an earlier correction.
    before: Mapped[str] = mapped_column(String(8))
    #: The model whose finding stood beside it.
    model_version: Mapped[str] = mapped_column(String(160))
    #: SHA-256 of what was read; a correction holds for that text and no other.
    text_hash: Mapped[str] = mapped_column(String(64))
    #: "" takes the earlier correction back.
    after: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("comment_id", "follows"),
        CheckConstraint(f"before IN ({_JUDGED})", name="before"),
        CheckConstraint(f"after IN ({_JUDGED},'')", name="after"),
    )
