"""A gateway for text messages as an office would plug in: it takes messages down, or fails as it is told."""

from __future__ import annotations

from consult.notices.delivering import Refused

#: (phone, text, key) of every message taken over.
TAKEN: list[tuple[str, str, str]] = []
#: What the next calls do: "" takes the message, "away" fails, "refuse" refuses for good.
PLAN: list[str] = []


def take(phone: str, text: str, *, key: str) -> None:
    plan = PLAN.pop(0) if PLAN else ""
    if plan == "away":
        raise ConnectionError(f"no line for {phone}")
    if plan == "refuse":
        raise Refused(f"no such number {phone}")
    TAKEN.append((phone, text, key))
