"""Sensitive words, appeals, reports, edits and replies of comments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


# Plain statements, no batch: see 0008.
_COUNTERS = ("replies", "edits", "endorsed_before")


def upgrade() -> None:
    for name in _COUNTERS:
        op.add_column("comment", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "sensitive_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_sensitive_list_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sensitive_list")),
        sa.UniqueConstraint("number", name=op.f("uq_sensitive_list_number")),
    )
    op.create_table(
        "comment_appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_comment_appeal_decided_with_date")
        ),
        sa.CheckConstraint("state IN ('waiting','granted','upheld')", name=op.f("ck_comment_appeal_state")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_appeal_comment_id_comment")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_comment_appeal_decided_by_account")),
        sa.ForeignKeyConstraint(["refused_by"], ["account.id"], name=op.f("fk_comment_appeal_refused_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_appeal")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_comment_appeal_comment_id")),
    )
    op.create_index("ix_comment_appeal_state", "comment_appeal", ["state"], unique=False)

    op.create_table(
        "comment_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stance", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("rewording", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("endorsements", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_edit_comment_id_comment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_edit")),
        sa.UniqueConstraint("comment_id", "number", name=op.f("uq_comment_edit_comment_id_number")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_comment_edit_idempotency_key")),
    )
    op.create_table(
        "comment_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("is_official", sa.Boolean(), nullable=False),
        sa.Column("signature", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("refusal_reason", sa.String(length=24), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'refused') = (refusal_reason IS NOT NULL)", name=op.f("ck_comment_reply_refused_with_reason")
        ),
        sa.CheckConstraint(
            "refusal_reason IN ('constitution','state_security','national_honour','ethnic_hatred','cults','rumours','obscenity_violence','insult','other_unlawful','privacy','advertising','irrelevant','duplicate')",
            name=op.f("ck_comment_reply_refusal_reason"),
        ),
        sa.CheckConstraint("state IN ('pending','accepted','refused')", name=op.f("ck_comment_reply_state")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_comment_reply_author_id_account")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_reply_comment_id_comment")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_comment_reply_decided_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_reply")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_comment_reply_idempotency_key")),
    )
    op.create_index(op.f("ix_comment_reply_author_id"), "comment_reply", ["author_id"], unique=False)
    op.create_index("ix_comment_reply_comment_id", "comment_reply", ["comment_id", "state"], unique=False)
    op.create_index("ix_comment_reply_state", "comment_reply", ["state", "at"], unique=False)

    op.create_table(
        "comment_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("reporter_key", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(outcome = 'waiting') = (settled_at IS NULL)", name=op.f("ck_comment_report_settled_with_date")
        ),
        sa.CheckConstraint("outcome IN ('waiting','kept','taken_down')", name=op.f("ck_comment_report_outcome")),
        sa.CheckConstraint(
            "reason IN ('privacy','advertising','insult','rumours','other_unlawful')",
            name=op.f("ck_comment_report_reason"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_comment_report_account_id_account")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_report_comment_id_comment")),
        sa.ForeignKeyConstraint(["settled_by"], ["account.id"], name=op.f("fk_comment_report_settled_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_report")),
        sa.UniqueConstraint("comment_id", "reporter_key", name=op.f("uq_comment_report_comment_id_reporter_key")),
    )
    op.create_index("ix_comment_report_outcome", "comment_report", ["outcome", "comment_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_comment_report_outcome", table_name="comment_report")

    op.drop_table("comment_report")
    op.drop_index("ix_comment_reply_state", table_name="comment_reply")
    op.drop_index("ix_comment_reply_comment_id", table_name="comment_reply")
    op.drop_index("ix_comment_reply_author_id", table_name="comment_reply")

    op.drop_table("comment_reply")
    op.drop_table("comment_edit")
    op.drop_index("ix_comment_appeal_state", table_name="comment_appeal")

    op.drop_table("comment_appeal")
    op.drop_table("sensitive_list")
    for name in reversed(_COUNTERS):
        op.drop_column("comment", name)
