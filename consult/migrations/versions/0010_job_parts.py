"""Jobs that are parts of another job."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


# Plain statements, no batch: see 0008.


def upgrade() -> None:
    op.add_column("job", sa.Column("parent_id", sa.Integer(), nullable=True))
    op.create_index("ix_job_parent", "job", ["parent_id", "state"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_job_parent", "job")
    op.drop_column("job", "parent_id")
