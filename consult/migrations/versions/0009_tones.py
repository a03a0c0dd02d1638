"""Corrections of tone, and the tone models of this installation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tone_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=12), nullable=False),
        sa.Column("model_version", sa.String(length=160), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("after IN ('negative','neutral','positive','')", name=op.f("ck_tone_correction_after")),
        sa.CheckConstraint(
            "before IN ('negative','neutral','positive','uncertain')", name=op.f("ck_tone_correction_before")
        ),
        sa.CheckConstraint("kind IN ('comment','order')", name=op.f("ck_tone_correction_kind")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_tone_correction_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tone_correction")),
        sa.UniqueConstraint("kind", "subject_id", "follows", name=op.f("uq_tone_correction_kind_subject_id_follows")),
    )
    with op.batch_alter_table("tone_correction", schema=None) as batch_op:
        batch_op.create_index("ix_tone_correction_at", ["at"], unique=False)

    op.create_table(
        "tone_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("origin IN ('trained','imported')", name=op.f("ck_tone_model_origin")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_tone_model_made_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tone_model")),
        sa.UniqueConstraint("version", name=op.f("uq_tone_model_version")),
    )
    op.create_table(
        "tone_model_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_tone_model_choice_only")),
        sa.ForeignKeyConstraint(["chosen_by"], ["account.id"], name=op.f("fk_tone_model_choice_chosen_by_account")),
        sa.ForeignKeyConstraint(["model_id"], ["tone_model.id"], name=op.f("fk_tone_model_choice_model_id_tone_model")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tone_model_choice")),
    )


def downgrade() -> None:
    op.drop_table("tone_model_choice")
    op.drop_table("tone_model")
    with op.batch_alter_table("tone_correction", schema=None) as batch_op:
        batch_op.drop_index("ix_tone_correction_at")

    op.drop_table("tone_correction")
