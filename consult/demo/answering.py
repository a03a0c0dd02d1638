"""Dates the leaders' answers and names the periods of the bulletins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from consult.demo.reading import answer_texts
from consult.demo.rhythm import midnight
from consult.demo.town import Answer, BulletinPeriod, FollowUp, Unit

_DAY = re.compile(r"\{d([+-]\d+)\}")


def answers(today: date, units: Sequence[Unit]) -> tuple[Answer, ...]:
    """The answers, oldest first."""
    names = {u.key: u.name for u in units}
    found = []
    for text in answer_texts():
        at = midnight(today - timedelta(days=text.days_ago)) + timedelta(hours=15, minutes=20)
        found.append(
            Answer(
                issue=text.issue,
                leader=text.leader,
                unit=names[text.unit],
                title=text.title,
                text=_dated(text.text, today),
                at=at,
                follow_ups=tuple(
                    _follow_up(question, reply, at, today, n) for n, (question, reply) in enumerate(text.follow_ups)
                ),
            )
        )
    return tuple(sorted(found, key=lambda a: a.at))


def _follow_up(question: str, reply: str, answered: datetime, today: date, n: int) -> FollowUp:
    """The question comes a third of the way from the answer to today; the reply two days after it."""
    room = (midnight(today) - answered) / 3
    asked = answered + room + timedelta(hours=n)
    return FollowUp(asked, _dated(question, today), _dated(reply, today), asked + min(room, timedelta(days=2)))


def _dated(text: str, today: date) -> str:
    """The text with "{d-3}" written out as the day three days before today."""

    def day(match: re.Match[str]) -> str:
        at = today + timedelta(days=int(match[1]))
        return f"{at.month}月{at.day}日" if at.year == today.year else f"{at.year}年{at.month}月{at.day}日"

    return _DAY.sub(day, text)


def bulletin_periods(today: date) -> tuple[BulletinPeriod, ...]:
    """The last full calendar month and the last full week, Monday to Sunday."""
    last_of_month = today.replace(day=1) - timedelta(days=1)
    sunday = today - timedelta(days=today.weekday() + 1)
    return (
        BulletinPeriod(
            f"{last_of_month.year}年{last_of_month.month}月民生诉求分析",
            last_of_month.replace(day=1),
            last_of_month,
        ),
        BulletinPeriod("一周民生诉求摘要", sunday - timedelta(days=6), sunday),
    )
