"""What became of an order: its status, its result and the call-back."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from consult.demo.reading import issue_books, rows, sections
from consult.demo.rhythm import midnight, office_time
from consult.demo.town import CallBack, Order, Unit

#: The usual hours until an order of each urgency is closed; a tenth of them take longer than they may.
_HOURS = {"2h": 1.6, "24h": 20.0, "7d": 120.0, "15d": 230.0}


class Closer:
    """Closes the older orders as their units would have."""

    def __init__(self, units: Mapping[str, Unit], today: date) -> None:
        self._units = units
        self._now = midnight(today)
        self._results = rows("orders", "results.txt", 2)
        self._by_issue = {book.key: book.results for book in issue_books()}
        self._reasons = sections("answers", "prefixes.txt")["reason_back"]

    def closed(self, order: Order, told: str, rng: random.Random) -> Order:
        """The order as it stands this morning; `told` is the reason of a refusal."""
        if order.refusal:
            return replace(order, status="refused", result=told, finished_at=order.at + timedelta(minutes=9))
        age = self._now - order.at
        share = 0.95 if age > timedelta(days=20) else 0.75 if age > timedelta(days=7) else 0.3
        if order.leader and age > timedelta(days=20):
            share = 1.0  # what is put to a leader by name does not lie about for months
        finished = order.at + timedelta(hours=_HOURS[order.urgency] * rng.lognormvariate(-0.35, 0.55))
        if order.urgency != "2h":
            finished = office_time(finished)
        if rng.random() > share or finished >= self._now:
            return replace(order, status="received" if age < timedelta(hours=30) else "in_progress")
        return replace(
            order,
            status="done",
            result=self._result(order, finished, rng),
            finished_at=finished,
            call_back=self._call_back(finished, order, rng),
        )

    def _result(self, order: Order, finished: datetime, rng: random.Random) -> str:
        if order.issue:
            return rng.choice(self._by_issue[order.issue])
        unit = self._units[order.unit]
        text = rng.choice(self._fitting("/".join((order.kind, *order.category))))
        return text.format(unit=unit.name, phone=unit.phone, day=f"{finished.month}月{finished.day}日")

    def _fitting(self, what: str) -> list[str]:
        """The results of the closest description: the longest that begins as this order is described."""
        fitting = [(len(tag), text) for tag, text in self._results if f"{what}/".startswith(f"{tag}/")]
        closest = max(length for length, _ in fitting)
        return [text for length, text in fitting if length == closest]

    def _call_back(self, finished: datetime, order: Order, rng: random.Random) -> CallBack | None:
        at = finished + timedelta(hours=rng.uniform(18, 70))
        if at >= self._now or rng.random() < 0.25:
            return None
        contacted = rng.random() < 0.95
        if not contacted:
            return CallBack(at, False, False, "", "两次拨打无人接听")
        solved = rng.random() < (0.62 if order.issue else 0.86)
        if solved:
            satisfaction = rng.choices(("满意", "基本满意", "不满意"), (70, 24, 6))[0]
            reason = rng.choice((self._reasons[0], self._reasons[1], self._reasons[5]))
        else:
            satisfaction = rng.choices(("满意", "基本满意", "不满意"), (4, 22, 74))[0]
            reason = rng.choice(self._reasons[2:5])
        return CallBack(at, True, solved, satisfaction, reason)
