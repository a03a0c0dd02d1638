"""Further clauses and attachments of comments, used challenges, verified phones, and who may comment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


# Plain statements, no batch: see 0008.


def upgrade() -> None:
    op.add_column("draft", sa.Column("who_may_comment", sa.String(length=8), server_default="anyone", nullable=False))
    op.add_column("comment", sa.Column("is_verified", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "comment_clause",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("clause_id", sa.Integer(), nullable=False),
        sa.Column("clause_key", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("fk_comment_clause_clause_id_clause")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_clause_comment_id_comment")),
        sa.PrimaryKeyConstraint("comment_id", "clause_id", name=op.f("pk_comment_clause")),
    )
    op.create_index("ix_comment_clause_clause_id", "comment_clause", ["clause_id"], unique=False)
    op.create_table(
        "comment_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "media_type IN ('image/png','image/jpeg','application/pdf')", name=op.f("ck_comment_attachment_media_type")
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["account.id"], name=op.f("fk_comment_attachment_accepted_by_account")
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_attachment_comment_id_comment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_attachment")),
        sa.UniqueConstraint("comment_id", "number", name=op.f("uq_comment_attachment_comment_id_number")),
    )
    op.create_table(
        "used_challenge",
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_used_challenge")),
    )
    op.create_index(op.f("ix_used_challenge_expires_at"), "used_challenge", ["expires_at"], unique=False)
    op.create_table(
        "phone_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_check")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_phone_check_token_hash")),
    )
    op.create_index(op.f("ix_phone_check_sent_at"), "phone_check", ["sent_at"], unique=False)


def downgrade() -> None:
    op.drop_table("phone_check")
    op.drop_table("used_challenge")
    op.drop_table("comment_attachment")
    op.drop_table("comment_clause")
    op.drop_column("comment", "is_verified")
    op.drop_column("draft", "who_may_comment")
