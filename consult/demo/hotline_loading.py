"""Plans what reaches the hotline: calls entered at the desk, web messages, their handling and their results."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from consult.demo.loading import Staff, Timeline
from consult.demo.rhythm import office_time, review_slot
from consult.demo.town import Order, Town
from consult.hotline import intake, rules, service
from consult.hotline.models import OrderState, WorkOrder
from consult.responses import service as responses
from consult.responses.queries import thread_of
from consult.vault.service import Vault
from reports.model import Kind

_KINDS = {
    "咨询": Kind.ENQUIRY,
    "建议": Kind.PROPOSAL,
    "投诉": Kind.COMPLAINT,
    "求助": Kind.PLEA,
    "感谢": Kind.PRAISE,
    "举报": Kind.REPORT,
}
_GROUNDS = {
    "emergency": "emergency",
    "statutory_route": "statutory",
    "already_handled": "already_handled",
    "privacy": "secrecy",
    "out_of_scope": "out_of_scope",
    "unlawful": "unlawful",
}


class Hotline:
    """Plans every order of the town and remembers which row it became."""

    def __init__(self, own: Session, vault: Vault, staff: Staff, timeline: Timeline) -> None:
        self._own = own
        self._vault = vault
        self._staff = staff
        self._timeline = timeline
        #: Rows by the town's own numbers, filled while the timeline runs.
        self.rows: dict[str, WorkOrder] = {}

    def plan(self, town: Town) -> None:
        """Plan everything; nothing is done before the timeline runs."""
        units = {unit.key: unit.name for unit in town.units}
        for order in town.orders:
            if order.channel == "web" and self._fits_the_form(order):
                self._timeline.at(order.at, self._bound(self._send, order))
            else:
                taken = order.at + timedelta(minutes=4)
                self._timeline.at(taken, lambda now, o=order: self._enter(o, units[o.unit], now))  # type: ignore[misc]

    @staticmethod
    def _bound(step: Callable[[Order, datetime], None], order: Order) -> Callable[[datetime], None]:
        return lambda now: step(order, now)

    @staticmethod
    def _fits_the_form(order: Order) -> bool:
        """Whether the public form would take these words; a report comes in another way."""
        return _KINDS[order.kind] in rules.MESSAGE_KINDS and rules.BODY[0] <= len(order.text) <= rules.DEMAND[1]

    def _send(self, order: Order, now: datetime) -> None:
        leader = self._staff.by_name.get(order.leader)
        is_complaint = order.kind == "投诉"
        new = intake.NewMessage(
            kind=_KINDS[order.kind],
            field=rules.field_of(order.category[0]),
            title=order.title,
            body="" if is_complaint else order.text,
            demand=order.text if is_complaint else "",
            addressee_id=leader.id if leader else None,
            consents=True,
            consents_to_publish=not order.confidential,
            name=order.caller.name,
            phone=order.caller.phone,
            place=order.address,
            idempotency_key=f"demo-{order.number}",
        )
        row = service.receive_message(self._own, self._vault, new, now)
        self.rows[order.number] = row
        self._timeline.at(review_slot(now), lambda at: self._accept(order, row, at))

    def _accept(self, order: Order, row: WorkOrder, now: datetime) -> None:
        leader = self._staff.by_name.get(order.leader)
        decision = service.Decision(accepts=True, publishes=True, leader_id=leader.id if leader else None)
        service.review_message(self._own, self._staff.officer, row, decision, now)
        self._handle(order, row, now)

    def _enter(self, order: Order, unit: str, now: datetime) -> None:
        new = intake.NewOrder(
            channel=order.channel,
            title=order.title,
            body=order.text,
            transcript="\n".join(f"{turn.speaker}：{turn.text}" for turn in order.turns),
            kind=_KINDS[order.kind],
            field=rules.field_of(order.category[0]),
            categories=order.category,
            name=order.caller.name,
            phone=order.caller.phone,
            said_at=order.at,
            street=order.township,
            address=order.address,
            unit=unit,
            is_confidential=order.confidential,
            idempotency_key=f"demo-{order.number}",
        )
        row = service.enter_order(self._own, self._vault, self._staff.officer, new, now)
        self.rows[order.number] = row
        if order.refusal:
            step = service.Move(OrderState.REFUSED, order.result, _GROUNDS[order.refusal])
            self._timeline.at(now + timedelta(minutes=5), lambda at: self._move(row, step, at))
        else:
            self._handle(order, row, now)

    def _handle(self, order: Order, row: WorkOrder, now: datetime) -> None:
        if order.status == "received":
            return
        started = now + timedelta(minutes=25)
        done = order.finished_at
        self._timeline.at(started, lambda at: self._move(row, service.Move(OrderState.HANDLING), at))
        if done:
            # A leader takes a day at least; what is answered in the evening was answered next morning.
            earliest = office_time(started + timedelta(days=1)) if order.leader else started + timedelta(minutes=20)
            self._timeline.at(max(done, earliest), lambda at: self._finish(order, row, at))

    def _finish(self, order: Order, row: WorkOrder, now: datetime) -> None:
        """Write the result; where a leader was asked, the leader says it in public as well."""
        thread = thread_of(self._own, "order", row.id) if order.leader else None
        self._move(row, service.Move(OrderState.DONE, order.result), now)
        if thread is not None:
            responses.publish_answer(self._own, self._staff.by_name[order.leader], thread, order.result, now)

    def _move(self, row: WorkOrder, step: service.Move, now: datetime) -> None:
        service.move(self._own, self._staff.officer, row, step, now)
