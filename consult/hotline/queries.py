"""Reading work orders, each function for the viewer it is given. What an import stages is never shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session, selectinload

from consult.errors import NotFound
from consult.hotline import labels, rules
from consult.hotline.models import (
    Field,
    ImportFile,
    ImportRejection,
    ImportState,
    OrderState,
    Origin,
    WorkOrder,
    WorkOrderLog,
)
from consult.jobs.models import ENDED, Job, JobState
from consult.web.access import Permission
from consult.web.subjects import Receipt, Step, SubjectCard
from reports import model

EXCERPT = 80
#: Chinese names of the fields, as the analysis and the bulletin print them (rule R18).
FIELD_NAMES = {
    Field.CONSTRUCTION: "城建",
    Field.TRANSPORT: "交通",
    Field.RURAL: "三农",
    Field.ENVIRONMENT: "环保",
    Field.EDUCATION: "教育",
    Field.HEALTH: "医疗",
    Field.SAFETY: "治安",
    Field.TOURISM: "旅游",
    Field.EMPLOYMENT: "就业",
    Field.CULTURE: "文娱",
    Field.FINANCE: "金融",
    Field.BUSINESS: "企业",
    Field.GOVERNMENT: "政务",
    Field.OTHER: "其他",
}


def in_stream() -> Select[Any]:
    """Every work order that is there for the desk: nothing that an import still stages."""
    return select(WorkOrder).where(WorkOrder.staged_by == 0)


def _public() -> Select[Any]:
    return in_stream().where(WorkOrder.is_public, WorkOrder.state.not_in((OrderState.PENDING, OrderState.REFUSED)))


@dataclass(frozen=True, slots=True)
class PublicFilter:
    """What a visitor narrows the public list by; unknown values narrow to nothing."""

    kind: str = ""
    field: str = ""
    leader_id: int | None = None
    state: str = ""


def public_messages(chosen: PublicFilter = PublicFilter()) -> Select[Any]:
    """Messages that everybody may read, the newest public time first (rule R21)."""
    statement = _public()
    if chosen.kind:
        statement = statement.where(WorkOrder.kind == chosen.kind)
    if chosen.field:
        statement = statement.where(WorkOrder.field == chosen.field)
    if chosen.leader_id is not None:
        statement = statement.where(WorkOrder.addressee_id == chosen.leader_id)
    if chosen.state:
        statement = statement.where(WorkOrder.state == chosen.state)
    return statement.order_by(WorkOrder.reviewed_at.desc(), WorkOrder.id.desc())


def access_public_message(own: Session, number: str) -> WorkOrder:
    """A message that everybody may read. Raises `NotFound`."""
    found: WorkOrder | None = own.scalar(_public().where(WorkOrder.number == number))
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True, slots=True)
class DeskFilter:
    """What an officer narrows the desk's list by."""

    origin: str = ""
    channel: str = ""
    kind: str = ""
    state: str = ""
    overdue_on: date | None = None  #: only what is due before this day and still open
    text: str = ""
    import_id: int | None = None


def desk_orders(chosen: DeskFilter = DeskFilter()) -> Select[Any]:
    """Work orders of the desk: what is open by its deadline first, then the newest."""
    statement = in_stream()
    for column, value in (
        (WorkOrder.origin, chosen.origin),
        (WorkOrder.channel, chosen.channel),
        (WorkOrder.kind, chosen.kind),
        (WorkOrder.state, chosen.state),
        (WorkOrder.import_id, chosen.import_id),
    ):
        if value:
            statement = statement.where(column == value)
    if chosen.overdue_on is not None:
        statement = statement.where(WorkOrder.due_on < chosen.overdue_on, WorkOrder.state.in_(rules.OPEN))
    for word in chosen.text.split()[:5]:
        statement = statement.where(
            or_(
                *(
                    column.icontains(word, autoescape=True)
                    for column in (
                        WorkOrder.number,
                        WorkOrder.external_number,
                        WorkOrder.title,
                        WorkOrder.body,
                        WorkOrder.address,
                        WorkOrder.unit,
                    )
                )
            )
        )
    is_open = WorkOrder.state.in_(rules.OPEN) & WorkOrder.due_on.is_not(None)
    said = func.coalesce(WorkOrder.said_at, WorkOrder.received_at)
    return statement.order_by(
        case((is_open, 0), else_=1), case((is_open, WorkOrder.due_on)), said.desc(), WorkOrder.id.desc()
    )


def messages_to_review() -> Select[Any]:
    """Messages that nobody has reviewed yet, the oldest first."""
    return in_stream().where(WorkOrder.state == OrderState.PENDING).order_by(WorkOrder.received_at, WorkOrder.id)


def count(own: Session, statement: Select[Any]) -> int:
    """How many rows a list has."""
    return own.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0


def access_order(own: Session, number: str) -> WorkOrder:
    """A work order, for a viewer with the permission to read the hotline. Raises `NotFound`."""
    statement = in_stream().where(WorkOrder.number == number).options(selectinload(WorkOrder.turns))
    found: WorkOrder | None = own.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def history(own: Session, order_id: int) -> list[WorkOrderLog]:
    """Every change of a work order, in order."""
    return list(own.scalars(select(WorkOrderLog).where(WorkOrderLog.order_id == order_id).order_by(WorkOrderLog.id)))


def display_title(order: WorkOrder) -> str:
    """What a list calls a work order: its title, else the beginning of its text."""
    return order.title or excerpt(order.body, 30)


def excerpt(text: str, most: int = EXCERPT) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


# --- For the features above -----------------------------------------------------------------------


def submissions(
    own: Session,
    since: datetime | None = None,
    until: datetime | None = None,
    ids: Iterable[int] | None = None,
) -> list[model.Submission]:
    """Work orders as analysis input, masked, in the order of their ids; refused ones are left out.

    ``since`` (inclusive) and ``until`` (exclusive) bound the moment at which it was said; where the source
    does not tell it, the moment at which it came in.
    """
    said = func.coalesce(WorkOrder.said_at, WorkOrder.received_at)
    statement = in_stream().where(WorkOrder.state != OrderState.REFUSED)
    if since is not None:
        statement = statement.where(said >= since)
    if until is not None:
        statement = statement.where(said < until)
    statement = statement.options(selectinload(WorkOrder.turns)).order_by(WorkOrder.id)
    if ids is None:
        return [_submission(order) for order in own.scalars(statement)]
    found = (own.scalars(statement.where(WorkOrder.id.in_(part))) for part in _parts(ids))
    return [_submission(order) for orders in found for order in orders]


def _parts(ids: Iterable[int], size: int = 500) -> Iterator[list[int]]:
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), size):
        yield wanted[start : start + size]


def _submission(order: WorkOrder) -> model.Submission:
    # The place is what the source states of the address; the wider parts are often in it already.
    place = order.address
    for part in (order.community, order.street, order.district):
        if part and part not in place:
            place = part + place
    return model.Submission(
        id=f"order:{order.id}",
        text="\n".join(part for part in (order.demand, order.body) if part),
        title=order.title,
        at=order.said_at or order.received_at,
        channel=model.Channel(order.channel),
        kind=model.Kind(order.kind) if order.kind else None,
        field=order.category1 or (FIELD_NAMES[Field(order.field)] if order.field else ""),
        place=place,
        unit=order.unit,
        author=order.person_key or (f"account:{order.author_id}" if order.author_id else ""),
        likes=order.likes,
        dislikes=order.dislikes,
        turns=tuple(model.Turn(model.Speaker(t.speaker), t.text, t.at_seconds) for t in order.turns),
    )


def subject_cards(own: Session, ids: list[int], viewer: Any) -> dict[int, SubjectCard]:
    """Work orders in a list, as the viewer may see them (T1).

    The public is shown public messages only. Staff who read issues or responses see masked excerpts of the
    others too, and a link where they may open the order.
    """
    is_reader = viewer.can(Permission.HOTLINE_READ)
    sees_all = is_reader or viewer.can(Permission.ISSUES_READ) or viewer.can(Permission.RESPONSES_READ)
    base = in_stream() if sees_all else _public()
    found: dict[int, SubjectCard] = {}
    for part in _parts(ids):
        for order in own.scalars(base.where(WorkOrder.id.in_(part))):
            found[order.id] = _card(order, is_reader)
    return found


def _card(order: WorkOrder, is_reader: bool) -> SubjectCard:
    shown = order.is_public and order.state not in (OrderState.PENDING, OrderState.REFUSED)
    url = url_for("hotline.show", number=order.number) if shown else None
    if is_reader:
        url = url_for("hotline_desk.show", number=order.number)
    what = (
        labels.ORIGINS[Origin.MESSAGE]
        if order.origin == Origin.MESSAGE
        else labels.CHANNELS[model.Channel(order.channel)]
    )
    text = "\n".join(part for part in (order.demand, order.body) if part)
    return SubjectCard(
        kind="order",
        id=order.id,
        label=f"{what} · {display_title(order)}",
        excerpt=excerpt(text),
        at=order.reviewed_at if shown and order.reviewed_at else order.said_at or order.received_at,
        url=url,
        is_public=shown,
    )


def receipt(own: Session, code: str, now: datetime) -> Receipt | None:
    """Where a submission stands, for whoever holds its code (rule R31); None for an unknown code."""
    plain = rules.normalised_code(code)
    order = own.scalar(in_stream().where(WorkOrder.receipt_code == plain)) if plain else None
    if order is None:
        return None
    steps = [_step(order, entry) for entry in history(own, order.id) if entry.before != entry.after]
    if order.state == OrderState.PENDING:
        steps.append(Step(None, gettext("A person reads it before it goes on."), "current"))
    elif order.state in (OrderState.WAITING, OrderState.HANDLING) and order.due_on is not None:
        text = gettext("A reply is due by %(day)s.", day=order.due_on.isoformat())
        steps.append(Step(None, text, "coming"))
    return Receipt(
        kind="order",
        id=order.id,
        code=order.receipt_code or "",
        title=display_title(order),
        text="\n\n".join(part for part in (order.demand, order.body) if part),
        submitted_at=order.received_at,
        steps=tuple(steps),
    )


def access_receipt(own: Session, code: str, now: datetime) -> Receipt:
    """The receipt of a code. Raises `NotFound`."""
    found = receipt(own, code, now)
    if found is None:
        raise NotFound("There is no submission with this code. Please compare it with what you noted.")
    return found


def _step(order: WorkOrder, entry: WorkOrderLog) -> Step:
    url = None
    if not entry.before:
        text = gettext("We have received it.")
    elif entry.after == OrderState.WAITING and entry.before == OrderState.PENDING:
        text = gettext("It passed review and waits for a reply.")
        if order.is_public:
            text = gettext("It passed review, is public, and waits for a reply.")
            url = url_for("hotline.show", number=order.number)
    elif entry.after == OrderState.REFUSED:
        reason = labels.REASONS.get(order.reason, "")
        text = gettext("It was not accepted. The reason: %(reason)s. %(note)s", reason=reason, note=entry.note)
    elif entry.after == OrderState.DONE:
        text = gettext("It is handled.")
        if order.result:
            text = gettext("It is handled. The result: %(result)s", result=order.result)
    else:
        text = {
            OrderState.PENDING: gettext("It is reviewed once more."),
            OrderState.WAITING: gettext("It waits for a reply again."),
            OrderState.HANDLING: gettext("It is being handled."),
            OrderState.RETURNED: gettext("The unit handed it back; another one will be found."),
            OrderState.CLOSED: gettext("It is closed. %(note)s", note=entry.note),
        }[OrderState(entry.after)]
    return Step(entry.at, text.strip(), "done", url, link=gettext("See how it is shown") if url else "")


# --- Imports --------------------------------------------------------------------------------------


def imports() -> Select[Any]:
    """Every imported file, the newest first."""
    return select(ImportFile).order_by(ImportFile.id.desc())


def access_import(own: Session, import_id: int) -> ImportFile:
    """One imported file, for a viewer with the permission to import. Raises `NotFound`."""
    found = own.get(ImportFile, import_id)
    if found is None:
        raise NotFound()
    return found


def rejections(import_id: int) -> Select[Any]:
    """What a file's import refused, by line."""
    return (
        select(ImportRejection)
        .where(ImportRejection.import_id == import_id)
        .order_by(ImportRejection.line, ImportRejection.id)
    )


def job_of(own: Session, file: ImportFile) -> Job | None:
    """The background work of an import; None for one of the command line or not yet started."""
    return own.get(Job, file.job_id) if file.job_id is not None else None


def jobs_of(own: Session, files: Iterable[ImportFile]) -> dict[int | None, Job]:
    """The background work of several imports, by the job's id."""
    wanted = [file.job_id for file in files if file.job_id is not None]
    return {job.id: job for job in own.scalars(select(Job).where(Job.id.in_(wanted)))}


def shown_state(file: ImportFile, job: Job | None) -> str:
    """The state of an import, also when its work ended without its own word (cancelled or given up)."""
    if job is not None and job.state in ENDED and file.state in (ImportState.QUEUED, ImportState.RUNNING):
        return ImportState.CANCELLED if job.state == JobState.CANCELLED else ImportState.FAILED
    return file.state
