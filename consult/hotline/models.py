"""Work orders (工单): calls of a hotline, entries of the desk and web messages to leaders, in one table."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.accounts.models import User
from consult.db import Base


class Origin(StrEnum):
    """How a work order came into this platform."""

    MESSAGE = "message"  #: 网上留言, written here to a leader
    DESK = "desk"  #: entered by a call taker
    IMPORT = "import"  #: read from another system's file


class OrderState(StrEnum):
    """Where a work order stands (rule R20)."""

    PENDING = "pending"  #: 待审核
    WAITING = "waiting"  #: 待回复
    HANDLING = "handling"  #: 办理中
    DONE = "done"  #: 已办理
    RETURNED = "returned"  #: 退回
    REFUSED = "refused"  #: 不予受理
    CLOSED = "closed"  #: 关闭


class Field(StrEnum):
    """The 14 fields of rule R18."""

    CONSTRUCTION = "construction"  #: 城建
    TRANSPORT = "transport"  #: 交通
    RURAL = "rural"  #: 三农
    ENVIRONMENT = "environment"  #: 环保
    EDUCATION = "education"  #: 教育
    HEALTH = "health"  #: 医疗
    SAFETY = "safety"  #: 治安
    TOURISM = "tourism"  #: 旅游
    EMPLOYMENT = "employment"  #: 就业
    CULTURE = "culture"  #: 文娱
    FINANCE = "finance"  #: 金融
    BUSINESS = "business"  #: 企业
    GOVERNMENT = "government"  #: 政务
    OTHER = "other"  #: 其他


class ImportState(StrEnum):
    UPLOADED = "uploaded"  #: stored, its columns recognised, waiting for the officer's word
    AWAITING_MAPPING = "awaiting_mapping"  #: the officer must say which column or encoding it is
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ImportFile(Base):
    """One file of work orders, and what became of it."""

    __tablename__ = "import_file"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    #: Which system the file is from; 编号 are unique within it.
    source: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20), default=ImportState.UPLOADED)
    #: What a person chose, or what was recognised without doubt; "" for a workbook or not yet known.
    encoding: Mapped[str] = mapped_column(String(20), default="")
    #: JSON of field -> heading, as a person set it.
    mapping: Mapped[str] = mapped_column(Text, default="{}")
    records: Mapped[int] = mapped_column(Integer, default=0)
    created: Mapped[int] = mapped_column(Integer, default=0)
    unchanged: Mapped[int] = mapped_column(Integer, default=0)
    updated: Mapped[int] = mapped_column(Integer, default=0)
    rejected: Mapped[int] = mapped_column(Integer, default=0)
    #: Why it failed, in Chinese as the reader of tables says it; "" when it did not.
    error: Mapped[str] = mapped_column(String(500), default="")
    job_id: Mapped[int | None] = mapped_column(Integer, index=True)
    #: None for the command line.
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    #: When its work last took a step; an import of the command line that stands still was killed.
    touched_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "state IN ('uploaded','awaiting_mapping','queued','running','done','failed','cancelled')",
            name="state",
        ),
        CheckConstraint("state <> 'done' OR created + unchanged + updated + rejected = records", name="accounted_for"),
    )

    @property
    def accepted(self) -> int:
        """Records that are in the stream now, whether new, changed or known."""
        return self.created + self.unchanged + self.updated


class ImportRejection(Base):
    """One record of a file that could not be used, and why (promise P5). Nothing in it is personal."""

    __tablename__ = "import_rejection"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_file.id"), index=True)
    line: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(40))
    message: Mapped[str] = mapped_column(String(500))
    column: Mapped[str] = mapped_column("heading", String(100), default="")
    #: The record's own 编号, masked, when it could be read.
    external_number: Mapped[str] = mapped_column(String(200), default="")


class WorkOrder(Base):
    """工单: one demand, whatever channel it came by. Every text in it is masked."""

    __tablename__ = "work_order"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: 编号 of our own series, e.g. 20260911-0001. Never reused; gaps may occur.
    number: Mapped[str] = mapped_column(String(24), unique=True)
    origin: Mapped[str] = mapped_column(String(10))
    #: The system it was imported from, and its 编号 there.
    source: Mapped[str] = mapped_column(String(40), default="")
    external_number: Mapped[str | None] = mapped_column(String(200))
    #: 0 for what is in the stream. Otherwise the import that is still reading: no query shows the row yet.
    staged_by: Mapped[int] = mapped_column(Integer, default=0)
    #: Only for what was submitted here (rule R31).
    receipt_code: Mapped[str | None] = mapped_column(String(16), unique=True)
    channel: Mapped[str] = mapped_column(String(12))
    #: reports.model.Kind; None when nobody has said it.
    kind: Mapped[str | None] = mapped_column(String(12))
    field: Mapped[str] = mapped_column(String(16), default="")
    category1: Mapped[str] = mapped_column(String(80), default="")
    category2: Mapped[str] = mapped_column(String(80), default="")
    category3: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    #: 诉求: what a complaint asks for (rule R19).
    demand: Mapped[str] = mapped_column(String(400), default="")
    district: Mapped[str] = mapped_column(String(80), default="")
    street: Mapped[str] = mapped_column(String(80), default="")
    community: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    unit: Mapped[str] = mapped_column(String(120), default="")  #: 主办单位
    co_unit: Mapped[str] = mapped_column(String(120), default="")  #: 协办单位
    #: The leader it is written to.
    addressee_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    #: Equal for equal persons, "" when nobody is known; cannot be turned back.
    person_key: Mapped[str] = mapped_column(String(32), default="", index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identity.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    #: When it was said, as far as the source tells.
    said_at: Mapped[datetime | None] = mapped_column(index=True)
    received_at: Mapped[datetime]
    #: When it passed review; the public time of a message (rule R21).
    reviewed_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    #: False when the holiday calendar of a year on the way was not known yet.
    due_sure: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(String(10))
    #: A return was decided on once and cannot be asked again (rule R37).
    return_decided: Mapped[bool] = mapped_column(default=False)
    #: A code of `rules.REASONS`; told to the author with `reason_note`.
    reason: Mapped[str] = mapped_column(String(24), default="")
    reason_note: Mapped[str] = mapped_column(String(500), default="")
    process: Mapped[str] = mapped_column(Text, default="")  #: 办理过程
    result: Mapped[str] = mapped_column(Text, default="")  #: 办理结果
    answered_at: Mapped[datetime | None]
    #: 回访, as the source tells it (rules R33, R39).
    contacted: Mapped[str] = mapped_column(String(40), default="")
    solved: Mapped[str] = mapped_column(String(40), default="")
    satisfaction: Mapped[str] = mapped_column(String(40), default="")
    callback: Mapped[str] = mapped_column(String(500), default="")
    is_confidential: Mapped[bool] = mapped_column(default=False)
    #: The author agreed that the masked text is published (a tick of its own, rule R46).
    consents_to_publish: Mapped[bool] = mapped_column(default=False)
    is_public: Mapped[bool] = mapped_column(default=False)
    likes: Mapped[int] = mapped_column(Integer, default=0)
    dislikes: Mapped[int] = mapped_column(Integer, default=0)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_file.id"), index=True)
    #: Keyed digest of the record as it stood in the file; tells a changed row from a known one.
    row_hash: Mapped[str] = mapped_column(String(32), default="")
    idempotency_key: Mapped[str | None] = mapped_column(String(32), unique=True)

    addressee: Mapped[User | None] = relationship(foreign_keys=[addressee_id], lazy="selectin")
    turns: Mapped[list[Turn]] = relationship(order_by="Turn.position", cascade="all, delete-orphan")

    __table_args__ = (
        # What two imports read at once may stand here twice while it is staged, and once in the stream.
        UniqueConstraint("source", "external_number", "staged_by"),
        CheckConstraint("origin IN ('message','desk','import')", name="origin"),
        CheckConstraint(
            "channel IN ('phone','wechat','weibo','mail','web','app','grid','kiosk','superior','draft','other')",
            name="channel",
        ),
        CheckConstraint("kind IN ('enquiry','proposal','complaint','plea','praise','report','other')", name="kind"),
        CheckConstraint(
            "field IN ('','construction','transport','rural','environment','education','health','safety',"
            "'tourism','employment','culture','finance','business','government','other')",
            name="field",
        ),
        CheckConstraint("state IN ('pending','waiting','handling','done','returned','refused','closed')", name="state"),
        # A call was never meant for the public, and a message is public only after review and with consent.
        CheckConstraint(
            "NOT is_public OR (origin = 'message' AND consents_to_publish AND reviewed_at IS NOT NULL"
            " AND NOT is_confidential)",
            name="public_means_reviewed_message",
        ),
        CheckConstraint("state <> 'refused' OR reason <> ''", name="refusal_has_reason"),
        CheckConstraint("origin = 'import' OR staged_by = 0", name="only_imports_are_staged"),
        Index("ix_work_order_waiting", "state", "due_on"),
        Index("ix_work_order_public", "is_public", "reviewed_at"),
        Index("ix_work_order_staged", "staged_by"),
    )


class Turn(Base):
    """One turn of a call, masked."""

    __tablename__ = "work_order_turn"

    order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    speaker: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    at_seconds: Mapped[float | None]

    __table_args__ = (CheckConstraint("speaker IN ('citizen','operator','unknown')", name="speaker"),)


class WorkOrderLog(Base):
    """One row per change of a work order (rule R20). `before` is "" for its beginning."""

    __tablename__ = "work_order_log"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), index=True)
    at: Mapped[datetime]
    #: None for the author of a message and for an import of the command line.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    before: Mapped[str] = mapped_column(String(10))
    after: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(500), default="")


class OrderSeries(Base):
    """How many numbers of a day have been given out."""

    __tablename__ = "work_order_series"

    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(Integer)
