"""Whose words the public files of a bulletin print, so that those taken back later are known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


# Plain statements, no batch: a batch makes the table anew on SQLite, and with the old one the files of every bulletin
# would be deleted by their foreign key.


def upgrade() -> None:
    op.add_column("bulletin", sa.Column("public_quotes", sa.Text(), server_default="[]", nullable=False))
    op.add_column("bulletin", sa.Column("public_taken_back", sa.Text(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("bulletin", "public_taken_back")
    op.drop_column("bulletin", "public_quotes")
