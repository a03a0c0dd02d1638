"""Whose words the public files of a bulletin print, so that those taken back later are known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("bulletin") as batch_op:
        batch_op.add_column(sa.Column("public_quotes", sa.Text(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("public_taken_back", sa.Text(), server_default="[]", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("bulletin") as batch_op:
        batch_op.drop_column("public_taken_back")
        batch_op.drop_column("public_quotes")
