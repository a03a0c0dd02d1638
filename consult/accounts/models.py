"""People with an account, and the units they work for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base


class Role(StrEnum):
    """One role an account; duties that must be separate (rule R53) are separate roles."""

    CITIZEN = "citizen"  #: 市民
    LEADER = "leader"  #: 领导
    OFFICER = "officer"  #: 政策办
    UNIT = "unit"  #: 承办单位
    AUDITOR = "auditor"  #: 审计员
    ADMINISTRATOR = "administrator"  #: 管理员


class AccountState(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


class Unit(Base):
    """承办单位: an office that handles demands and drafts answers."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    phone: Mapped[str] = mapped_column(String(40), default="")


class User(Base):
    """An account."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: What one signs in with, in its normalised form.
    handle: Mapped[str] = mapped_column(String(80), unique=True)
    #: How the site addresses its owner; public for leaders only.
    display_name: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(16), default=Role.CITIZEN)
    #: 职务, for leaders and staff ("县长").
    post: Mapped[str] = mapped_column(String(60), default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    password_hash: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(12), default=AccountState.ACTIVE)
    failed_attempts: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime]

    unit: Mapped[Unit | None] = relationship(lazy="joined")

    __table_args__ = (
        CheckConstraint("role IN ('citizen','leader','officer','unit','auditor','administrator')", name="role"),
        CheckConstraint("state IN ('active','disabled')", name="state"),
        CheckConstraint("role <> 'unit' OR unit_id IS NOT NULL", name="unit_of_unit_account"),
    )
