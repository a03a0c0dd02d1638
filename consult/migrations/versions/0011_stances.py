"""The stance that the machine reads out of comments whose authors ticked none, and what people corrected of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STANCES = "'support','oppose','amend','unclear'"


def upgrade() -> None:
    op.create_table(
        "stance_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.String(length=160), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("stance", sa.String(length=8), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"stance IN ({STANCES})", name=op.f("ck_stance_finding_stance")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_stance_finding_comment_id_comment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stance_finding")),
        sa.UniqueConstraint("comment_id", "model_version", name=op.f("uq_stance_finding_comment_id_model_version")),
    )
    op.create_table(
        "stance_model_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.String(length=160), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stance_model_use")),
    )
    op.create_table(
        "stance_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=8), nullable=False),
        sa.Column("model_version", sa.String(length=160), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"before IN ({STANCES})", name=op.f("ck_stance_correction_before")),
        sa.CheckConstraint(f"after IN ({STANCES},'')", name=op.f("ck_stance_correction_after")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_stance_correction_by_account")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_stance_correction_comment_id_comment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stance_correction")),
        sa.UniqueConstraint("comment_id", "follows", name=op.f("uq_stance_correction_comment_id_follows")),
    )


def downgrade() -> None:
    op.drop_table("stance_correction")
    op.drop_table("stance_model_use")
    op.drop_table("stance_finding")
