"""Later versions of a draft, and what became of each clause in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


# Plain statements, no batch: see 0008.


def upgrade() -> None:
    op.add_column(
        "draft_version", sa.Column("stage", sa.String(length=12), server_default="consultation", nullable=False)
    )
    op.add_column("draft_version", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("draft_version", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE draft_version SET published_at = (SELECT draft.published_at FROM draft "
        "WHERE draft.id = draft_version.draft_id)"
    )
    op.create_table(
        "clause_fate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_clause_id", sa.Integer(), nullable=False),
        sa.Column("to_version_id", sa.Integer(), nullable=False),
        sa.Column("fate", sa.String(length=8), nullable=False),
        sa.Column("to_clause_id", sa.Integer(), nullable=True),
        sa.Column("is_merged", sa.Boolean(), nullable=False),
        sa.Column("likeness", sa.Float(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("fate IN ('same','moved','changed','removed')", name=op.f("ck_clause_fate_fate")),
        sa.CheckConstraint(
            "(fate = 'removed') = (to_clause_id IS NULL)", name=op.f("ck_clause_fate_removed_has_no_clause")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_clause_fate_decided_by_account")),
        sa.ForeignKeyConstraint(["from_clause_id"], ["clause.id"], name=op.f("fk_clause_fate_from_clause_id_clause")),
        sa.ForeignKeyConstraint(["to_clause_id"], ["clause.id"], name=op.f("fk_clause_fate_to_clause_id_clause")),
        sa.ForeignKeyConstraint(
            ["to_version_id"], ["draft_version.id"], name=op.f("fk_clause_fate_to_version_id_draft_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause_fate")),
        sa.UniqueConstraint("from_clause_id", "to_version_id", name=op.f("uq_clause_fate_from_clause_id_to_version_id")),
    )
    op.create_index("ix_clause_fate_to_version_id", "clause_fate", ["to_version_id", "to_clause_id"], unique=False)
    op.create_index("ix_clause_fate_to_clause_id", "clause_fate", ["to_clause_id"], unique=False)


def downgrade() -> None:
    op.drop_table("clause_fate")
    op.drop_column("draft_version", "published_at")
    op.drop_column("draft_version", "note")
    op.drop_column("draft_version", "stage")
