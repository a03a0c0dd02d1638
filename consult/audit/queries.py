"""Reading the audit log."""

from __future__ import annotations

from sqlalchemy import Select, select

from consult.audit.models import AuditEvent


def events(*, action: str = "", actor: str = "", subject: str = "") -> Select[AuditEvent]:
    """Events, newest first, narrowed by action, by the actor's handle or by the subject."""
    statement = select(AuditEvent).order_by(AuditEvent.number.desc())
    if action:
        statement = statement.where(AuditEvent.action == action)
    if actor:
        statement = statement.where(AuditEvent.actor == actor)
    if subject:
        statement = statement.where(AuditEvent.subject == subject)
    return statement
