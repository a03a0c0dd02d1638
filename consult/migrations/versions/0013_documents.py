"""Pictures of draft plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft_image",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("media_type IN ('image/png','image/jpeg')", name=op.f("ck_draft_image_media_type")),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_draft_image_dimensions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_image")),
    )
    op.create_index(op.f("ix_draft_image_read_at"), "draft_image", ["read_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_draft_image_read_at"), table_name="draft_image")
    op.drop_table("draft_image")
