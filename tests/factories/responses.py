"""Response threads for tests, made by the services that the desk uses."""

from __future__ import annotations

from itertools import count

from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.clock import Clock
from consult.responses import service
from consult.responses.models import Thread
from consult.web.subjects import Subject

_origins = count(1)
ANSWER = "经查，该路段路灯电缆老化，城管局已于九月八日更换，咨询电话0000-1234567。"


class Threads:
    """Opens threads about given submissions, and commits them."""

    def __init__(self, own: Session, clock: Clock) -> None:
        self._own, self._clock = own, clock

    def waiting(self, officer: User, leader: User, *subjects: Subject, **more: object) -> Thread:
        values: dict[str, object] = {
            "title": "荻里小区路灯不亮",
            "summary": "多位居民反映小区东门一带路灯长期不亮。",
            "leader_id": leader.id,
            "unit_id": None,
            "working_days": 7,
            "subjects": subjects or (Subject("order", 10_000),),
            "origin": "issue",
            "origin_id": next(_origins) + 10_000,
            "received": max(1, len(subjects)),
            "distinct_texts": max(1, len(subjects)),
            "people": max(1, len(subjects)),
            **more,
        }
        thread = service.open_thread(self._own, officer, service.NewThread(**values), self._clock.now())  # type: ignore[arg-type]
        self._own.commit()
        return thread

    def answered(self, officer: User, leader: User, *subjects: Subject, body: str = ANSWER, **more: object) -> Thread:
        thread = self.waiting(officer, leader, *subjects, **more)
        service.publish_answer(self._own, leader, thread, body, self._clock.now())
        self._own.commit()
        return thread

    def withdrawn(self, officer: User, leader: User, *subjects: Subject, **more: object) -> Thread:
        thread = self.waiting(officer, leader, *subjects, **more)
        service.withdraw(self._own, officer, thread, "开错了，另有一件。", self._clock.now())
        self._own.commit()
        return thread
