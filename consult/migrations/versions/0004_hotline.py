"""Tables of the feature hotline."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "work_order_series",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_work_order_series")),
    )
    op.create_table(
        "import_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'done' OR created + unchanged + updated + rejected = records",
            name=op.f("ck_import_file_accounted_for"),
        ),
        sa.CheckConstraint(
            "state IN ('uploaded','awaiting_mapping','queued','running','done','failed','cancelled')",
            name=op.f("ck_import_file_state"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_import_file_created_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
    )
    with op.batch_alter_table("import_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_file_job_id"), ["job_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "import_rejection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("heading", sa.String(length=100), nullable=False),
        sa.Column("external_number", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_file.id"], name=op.f("fk_import_rejection_import_id_import_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_rejection")),
    )
    with op.batch_alter_table("import_rejection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_rejection_import_id"), ["import_id"], unique=False)

    op.create_table(
        "work_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("external_number", sa.String(length=200), nullable=True),
        sa.Column("staged_by", sa.Integer(), nullable=False),
        sa.Column("receipt_code", sa.String(length=16), nullable=True),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=True),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("category1", sa.String(length=80), nullable=False),
        sa.Column("category2", sa.String(length=80), nullable=False),
        sa.Column("category3", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("demand", sa.String(length=400), nullable=False),
        sa.Column("district", sa.String(length=80), nullable=False),
        sa.Column("street", sa.String(length=80), nullable=False),
        sa.Column("community", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("unit", sa.String(length=120), nullable=False),
        sa.Column("co_unit", sa.String(length=120), nullable=False),
        sa.Column("addressee_id", sa.Integer(), nullable=True),
        sa.Column("person_key", sa.String(length=32), nullable=False),
        sa.Column("identity_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_sure", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("return_decided", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("reason_note", sa.String(length=500), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contacted", sa.String(length=40), nullable=False),
        sa.Column("solved", sa.String(length=40), nullable=False),
        sa.Column("satisfaction", sa.String(length=40), nullable=False),
        sa.Column("callback", sa.String(length=500), nullable=False),
        sa.Column("is_confidential", sa.Boolean(), nullable=False),
        sa.Column("consents_to_publish", sa.Boolean(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("likes", sa.Integer(), nullable=False),
        sa.Column("dislikes", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("row_hash", sa.String(length=32), nullable=False),
        sa.Column("idempotency_key", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "NOT is_public OR (origin = 'message' AND consents_to_publish AND reviewed_at IS NOT NULL AND NOT is_confidential)",
            name=op.f("ck_work_order_public_means_reviewed_message"),
        ),
        sa.CheckConstraint(
            "channel IN ('phone','wechat','weibo','mail','web','app','grid','kiosk','superior','draft','other')",
            name=op.f("ck_work_order_channel"),
        ),
        sa.CheckConstraint(
            "field IN ('','construction','transport','rural','environment','education','health','safety','tourism','employment','culture','finance','business','government','other')",
            name=op.f("ck_work_order_field"),
        ),
        sa.CheckConstraint(
            "kind IN ('enquiry','proposal','complaint','plea','praise','report','other')",
            name=op.f("ck_work_order_kind"),
        ),
        sa.CheckConstraint(
            "origin = 'import' OR staged_by = 0", name=op.f("ck_work_order_only_imports_are_staged")
        ),
        sa.CheckConstraint("origin IN ('message','desk','import')", name=op.f("ck_work_order_origin")),
        sa.CheckConstraint(
            "state <> 'refused' OR reason <> ''", name=op.f("ck_work_order_refusal_has_reason")
        ),
        sa.CheckConstraint(
            "state IN ('pending','waiting','handling','done','returned','refused','closed')",
            name=op.f("ck_work_order_state"),
        ),
        sa.ForeignKeyConstraint(
            ["addressee_id"], ["account.id"], name=op.f("fk_work_order_addressee_id_account")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_work_order_author_id_account")),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_work_order_identity_id_identity")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_file.id"], name=op.f("fk_work_order_import_id_import_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_work_order_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_work_order_number")),
        sa.UniqueConstraint("receipt_code", name=op.f("uq_work_order_receipt_code")),
        sa.UniqueConstraint(
            "source",
            "external_number",
            "staged_by",
            name=op.f("uq_work_order_source_external_number_staged_by"),
        ),
    )
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_order_addressee_id"), ["addressee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_order_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_order_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_order_person_key"), ["person_key"], unique=False)
        batch_op.create_index("ix_work_order_public", ["is_public", "reviewed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_order_said_at"), ["said_at"], unique=False)
        batch_op.create_index("ix_work_order_staged", ["staged_by"], unique=False)
        batch_op.create_index("ix_work_order_waiting", ["state", "due_on"], unique=False)

    op.create_table(
        "work_order_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.String(length=10), nullable=False),
        sa.Column("after", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["account.id"], name=op.f("fk_work_order_log_actor_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name=op.f("fk_work_order_log_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order_log")),
    )
    with op.batch_alter_table("work_order_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_order_log_order_id"), ["order_id"], unique=False)

    op.create_table(
        "work_order_turn",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("speaker", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at_seconds", sa.Double(), nullable=True),
        sa.CheckConstraint(
            "speaker IN ('citizen','operator','unknown')", name=op.f("ck_work_order_turn_speaker")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.id"], name=op.f("fk_work_order_turn_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_work_order_turn")),
    )


def downgrade() -> None:

    op.drop_table("work_order_turn")
    with op.batch_alter_table("work_order_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_order_log_order_id"))

    op.drop_table("work_order_log")
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.drop_index("ix_work_order_waiting")
        batch_op.drop_index("ix_work_order_staged")
        batch_op.drop_index(batch_op.f("ix_work_order_said_at"))
        batch_op.drop_index("ix_work_order_public")
        batch_op.drop_index(batch_op.f("ix_work_order_person_key"))
        batch_op.drop_index(batch_op.f("ix_work_order_import_id"))
        batch_op.drop_index(batch_op.f("ix_work_order_author_id"))
        batch_op.drop_index(batch_op.f("ix_work_order_addressee_id"))

    op.drop_table("work_order")
    with op.batch_alter_table("import_rejection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_rejection_import_id"))

    op.drop_table("import_rejection")
    with op.batch_alter_table("import_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_file_sha256"))
        batch_op.drop_index(batch_op.f("ix_import_file_job_id"))

    op.drop_table("import_file")
    op.drop_table("work_order_series")
