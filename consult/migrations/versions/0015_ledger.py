"""意见采纳情况表: what became of every comment, and what was published of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('decide','clear','merge','review')", name=op.f("ck_ledger_action_kind")),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_ledger_action_actor_id_account")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_ledger_action_draft_id_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_action")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_action_key")),
    )
    with op.batch_alter_table("ledger_action", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_action_draft_id", ["draft_id", "id"], unique=False)

    op.create_table(
        "ledger_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("correction_reason", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(number = 1) = (correction_reason = '')", name=op.f("ck_ledger_edition_corrected_with_reason")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_ledger_edition_number")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_ledger_edition_draft_id_draft")),
        sa.ForeignKeyConstraint(["published_by"], ["account.id"], name=op.f("fk_ledger_edition_published_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_edition")),
        sa.UniqueConstraint("draft_id", "number", name=op.f("uq_ledger_edition_draft_id_number")),
    )
    op.create_table(
        "ledger_reason",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> '' AND text <> ''", name=op.f("ck_ledger_reason_complete")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_ledger_reason_created_by_account")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_ledger_reason_draft_id_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_reason")),
        sa.UniqueConstraint("draft_id", "name", name=op.f("uq_ledger_reason_draft_id_name")),
    )
    op.create_table(
        "comment_origin",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('email','letter','phone','visit','meeting','other')", name=op.f("ck_comment_origin_channel")
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_origin_comment_id_comment")),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_comment_origin_entered_by_account")),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_comment_origin")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("master_id", sa.Integer(), nullable=True),
        sa.Column("change_clause_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'duplicate') = (master_id IS NOT NULL)", name=op.f("ck_ledger_entry_duplicate_of_a_master")
        ),
        sa.CheckConstraint(
            "(state = 'reviewed') = (reviewed_by IS NOT NULL)", name=op.f("ck_ledger_entry_reviewed_by_somebody")
        ),
        sa.CheckConstraint("outcome IN ('adopted','duplicate') OR reason <> ''", name=op.f("ck_ledger_entry_reason")),
        sa.CheckConstraint(
            "outcome IN ('adopted','partly') OR change_clause_id IS NULL",
            name=op.f("ck_ledger_entry_change_by_adoption"),
        ),
        sa.CheckConstraint(
            "outcome IN ('adopted','partly','declined','duplicate','unrelated')", name=op.f("ck_ledger_entry_outcome")
        ),
        sa.CheckConstraint("state IN ('drafted','reviewed')", name=op.f("ck_ledger_entry_state")),
        sa.CheckConstraint("master_id <> comment_id", name=op.f("ck_ledger_entry_master_is_another")),
        sa.CheckConstraint("reviewed_by <> decided_by", name=op.f("ck_ledger_entry_reviewed_by_another")),
        sa.ForeignKeyConstraint(
            ["change_clause_id"],
            ["clause.id"],
            name=op.f("fk_ledger_entry_change_clause_id_clause"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_ledger_entry_comment_id_comment")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_ledger_entry_decided_by_account")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_ledger_entry_draft_id_draft")),
        sa.ForeignKeyConstraint(["master_id"], ["comment.id"], name=op.f("fk_ledger_entry_master_id_comment")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["account.id"], name=op.f("fk_ledger_entry_reviewed_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_ledger_entry_comment_id")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_change_clause_id"), ["change_clause_id"], unique=False)
        batch_op.create_index("ix_ledger_entry_draft_id", ["draft_id", "outcome", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_master_id"), ["master_id"], unique=False)

    op.create_table(
        "ledger_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=False),
        sa.Column("after", sa.String(length=10), nullable=False),
        sa.Column("master_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["action_id"], ["ledger_action.id"], name=op.f("fk_ledger_log_action_id_ledger_action")
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_ledger_log_comment_id_comment")),
        sa.ForeignKeyConstraint(["master_id"], ["comment.id"], name=op.f("fk_ledger_log_master_id_comment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_log")),
        sa.UniqueConstraint("action_id", "comment_id", name=op.f("uq_ledger_log_action_id_comment_id")),
    )
    with op.batch_alter_table("ledger_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_log_action_id"), ["action_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_log_comment_id"), ["comment_id"], unique=False)

    op.create_table(
        "ledger_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("signature", sa.String(length=8), nullable=False),
        sa.Column("place", sa.String(length=400), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("withheld", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("master_number", sa.Integer(), nullable=True),
        sa.Column("change_clause_id", sa.Integer(), nullable=True),
        sa.Column("change", sa.String(length=400), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('adopted','partly','declined','duplicate','unrelated')", name=op.f("ck_ledger_row_outcome")
        ),
        sa.CheckConstraint("withheld IN ('','no_consent')", name=op.f("ck_ledger_row_withheld")),
        sa.ForeignKeyConstraint(
            ["change_clause_id"], ["clause.id"], name=op.f("fk_ledger_row_change_clause_id_clause"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_ledger_row_comment_id_comment")),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["ledger_edition.id"], name=op.f("fk_ledger_row_edition_id_ledger_edition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_row")),
        sa.UniqueConstraint("edition_id", "comment_id", name=op.f("uq_ledger_row_edition_id_comment_id")),
        sa.UniqueConstraint("edition_id", "number", name=op.f("uq_ledger_row_edition_id_number")),
    )
    with op.batch_alter_table("ledger_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_row_comment_id"), ["comment_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ledger_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_row_comment_id"))

    op.drop_table("ledger_row")
    with op.batch_alter_table("ledger_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_log_comment_id"))
        batch_op.drop_index(batch_op.f("ix_ledger_log_action_id"))

    op.drop_table("ledger_log")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_entry_master_id"))
        batch_op.drop_index("ix_ledger_entry_draft_id")
        batch_op.drop_index(batch_op.f("ix_ledger_entry_change_clause_id"))

    op.drop_table("ledger_entry")
    op.drop_table("comment_origin")
    op.drop_table("ledger_reason")
    op.drop_table("ledger_edition")
    with op.batch_alter_table("ledger_action", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_action_draft_id")

    op.drop_table("ledger_action")
