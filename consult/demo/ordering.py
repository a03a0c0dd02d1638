"""Makes the work orders: latent issues, repeats, the long tail, messages to leaders, refused ones and calls."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from consult.demo import calling
from consult.demo.closing import Closer
from consult.demo.people import Crowd
from consult.demo.reading import IssueBook, Script, category, issue_books, rows, scripts
from consult.demo.rhythm import at_time, days_of, ordinary_day
from consult.demo.town import LatentIssue, Order, Person, Place, Township, Turn, Unit
from consult.demo.wording import TITLE_LENGTH, Novelty, Teller, Telling, fill

#: How orders come in (rule R33); most ring up.
_CHANNELS = ("phone", "web", "wechat", "app", "grid", "kiosk", "mail", "weibo", "superior")
_WEIGHTS = (62, 12, 11, 6, 4, 1, 1, 2, 1)

#: How often each 〔…〕 shape of the long tail is filled.
_SHAPE_USES = 11

#: How many calls about latent issues have a transcript, beside the ones written in full.
_TRANSCRIPTS = 58

#: Members of an issue that follow a campaign, where one was written.
_CAMPAIGN_SIZE = 12

_URGENCY = {"咨询": "24h", "建议": "15d", "投诉": "7d", "求助": "24h", "感谢": "7d", "举报": "7d"}


@dataclass(slots=True)
class _Draft:
    """An order before it has a number and an outcome."""

    at: datetime
    channel: str
    kind: str
    category: tuple[str, str, str]
    title: str
    text: str
    caller: Person
    town: str
    address: str
    unit: str
    urgency: str
    leader: str = ""
    issue: str = ""
    campaign: str = ""
    refusal: str = ""
    told: str = ""  #: the reason told with a refusal
    repeats: _Draft | None = None
    telling: Telling | None = None
    script: Script | None = None


class Desk:
    """Takes in everything that reaches the hotline of one town."""

    def __init__(
        self,
        units: Sequence[Unit],
        townships: Sequence[Township],
        places: Sequence[Place],
        crowd: Crowd,
        today: date,
    ) -> None:
        self._units = {u.key: u for u in units}
        self._towns = {t.key: t.name for t in townships}
        self._places = places
        self._crowd = crowd
        self._today = today

    def orders(self, rng: random.Random) -> tuple[Order, ...]:
        """All orders, oldest first, numbered day by day."""
        taken: list[_Draft] = []
        for book in issue_books():
            taken.extend(self._members(book, rng))
        taken.extend(self._singles(rng))
        taken.extend(self._messages(rng))
        taken.extend(self._refused(rng))
        taken.extend(self._scripted(rng))
        taken.sort(key=lambda d: (d.at, d.text))
        return self._numbered(taken, rng)

    def _members(self, book: IssueBook, rng: random.Random) -> list[_Draft]:
        teller = Teller(book, rng)
        found: list[_Draft] = []
        for n, day in enumerate(days_of(book.shape, book.size, self._today, rng)):
            earlier = found[rng.randrange(len(found))] if n > 4 and rng.random() < 0.09 else None
            channel = "phone" if earlier else rng.choices(_CHANNELS, _WEIGHTS)[0]
            caller = earlier.caller if earlier else self._crowd.someone()
            copied = bool(book.campaign) and not earlier and n >= book.size - _CAMPAIGN_SIZE - 2
            if copied:
                channel = "web"
            telling = teller.campaign() if copied else teller.tell(channel, caller, again=earlier is not None)
            found.append(
                _Draft(
                    at=at_time(day, rng, book.key),
                    channel=channel,
                    kind=self._kind(book.kind, telling.title, rng),
                    category=book.category,
                    title=telling.title,
                    text=telling.text,
                    caller=caller,
                    town=self._towns[book.town],
                    address=book.address,
                    unit=book.unit,
                    urgency=book.urgency,
                    issue=book.key,
                    campaign=f"{book.key}-campaign" if copied else "",
                    repeats=earlier,
                    telling=telling,
                )
            )
        return found

    @staticmethod
    def _kind(usual: str, title: str, rng: random.Random) -> str:
        """The kind that the title names, else the issue's usual one; clerks do not always agree."""
        for kind in ("建议", "咨询", "举报"):
            if title.startswith(kind):
                return kind
        if title.startswith("请问"):
            return "咨询"
        return usual if rng.random() < 0.85 else rng.choice(("咨询", "投诉", "求助"))

    def _singles(self, rng: random.Random) -> list[_Draft]:
        """The long tail. A shape is filled afresh until it says something new, so none looks like a campaign."""
        found = []
        new = Novelty()
        for kind, path, unit, title, text in rows("orders", "singles.txt", 5):
            for _ in range(_SHAPE_USES if "〔" in text else 1):
                slots, town, address = self._somewhere(title + text, rng)
                heading, _, words = fill(f"{title}|{text}", slots, rng).partition("|")
                if not new.admits(words):
                    continue
                found.append(
                    _Draft(
                        at=at_time(ordinary_day(self._today, rng), rng),
                        channel=rng.choices(_CHANNELS, _WEIGHTS)[0],
                        kind=kind,
                        category=category(path),
                        title=heading[:TITLE_LENGTH],
                        text=words,
                        caller=self._crowd.someone(),
                        town=town,
                        address=address,
                        unit=unit,
                        urgency=_URGENCY[kind],
                    )
                )
        return found

    def _somewhere(self, text: str, rng: random.Random) -> tuple[dict[str, str], str, str]:
        """Places for the text's {slots}; then the township and the name of the one that it speaks of, if any."""
        chosen = {
            kind: rng.choice([p for p in self._places if p.kind == kind])
            for kind in ("community", "village", "road", "school")
        }
        slots = {kind: place.name for kind, place in chosen.items()}
        for kind, place in chosen.items():
            if f"{{{kind}}}" in text:
                return slots, self._towns[place.town], place.name
        named = [p for p in self._places if p.name in text]
        return slots, self._towns[named[0].town] if named else "", named[0].name if named else ""

    def _messages(self, rng: random.Random) -> list[_Draft]:
        found = []
        for kind, path, unit, leader, title, text in rows("answers", "messages.txt", 6):
            found.append(
                _Draft(
                    at=at_time(ordinary_day(self._today, rng), rng),
                    channel="web",
                    kind=kind,
                    category=category(path),
                    title=title,
                    text=text,
                    caller=self._crowd.someone(),
                    town=self._towns["tingan"],
                    address="",
                    unit=unit,
                    urgency=_URGENCY[kind],
                    leader=leader,
                )
            )
        return found

    def _refused(self, rng: random.Random) -> list[_Draft]:
        found = []
        for ground, title, text, told in rows("orders", "refused.txt", 4):
            found.append(
                _Draft(
                    at=at_time(ordinary_day(self._today, rng), rng),
                    channel="phone",
                    kind="求助",
                    category=("其他", "综合", "其他"),
                    title=title,
                    text=text,
                    caller=self._crowd.someone(),
                    town="",
                    address="",
                    unit="zhengwu",
                    urgency="24h",
                    refusal=ground,
                    told=told,
                )
            )
        return found

    def _scripted(self, rng: random.Random) -> list[_Draft]:
        found = []
        for script in scripts():
            words = "".join(text for mark, text in script.turns if mark == "C" and len(text) > 14)
            found.append(
                _Draft(
                    at=at_time(ordinary_day(self._today, rng), rng),
                    channel="phone",
                    kind=script.kind,
                    category=script.category,
                    title=script.title,
                    text=f"来电反映：{words}",
                    caller=self._crowd.someone(),
                    town=self._towns[script.town],
                    address="",
                    unit=script.unit,
                    urgency=_URGENCY[script.kind],
                    script=script,
                )
            )
        return found

    def _numbered(self, taken: Sequence[_Draft], rng: random.Random) -> tuple[Order, ...]:
        callable_now = [n for n, d in enumerate(taken) if d.issue and d.channel == "phone" and d.telling]
        recorded = set(rng.sample(callable_now, min(_TRANSCRIPTS, len(callable_now))))
        closer = Closer(self._units, self._today)
        numbers: dict[int, str] = {}
        of_day: dict[str, int] = {}
        found: list[Order] = []
        for n, entry in enumerate(taken):
            day = f"{entry.at:%Y%m%d}"
            of_day[day] = of_day.get(day, 0) + 1
            numbers[id(entry)] = f"QT{day}{of_day[day]:04d}"
            order = self._order(entry, numbers, self._turns(entry, n in recorded, rng), rng)
            found.append(closer.closed(order, entry.told, rng))
        return tuple(found)

    def _turns(self, entry: _Draft, recorded: bool, rng: random.Random) -> tuple[Turn, ...]:
        if entry.script:
            return calling.scripted(entry.script, rng)
        if not recorded or entry.telling is None:
            return ()
        told = entry.telling
        matter = calling.Matter(
            place=told.place,
            facts=told.facts,
            effects=told.effects,
            demands=told.demands,
            unit_name=self._units[entry.unit].name,
            urgency=entry.urgency,
            caller=entry.caller,
            again=entry.repeats is not None,
        )
        return calling.composed(matter, rng)

    def _order(self, entry: _Draft, numbers: dict[int, str], turns: tuple[Turn, ...], rng: random.Random) -> Order:
        return Order(
            number=numbers[id(entry)],
            at=entry.at,
            channel=entry.channel,
            kind=entry.kind,
            category=entry.category,
            title=entry.title,
            text=entry.text,
            caller=entry.caller,
            township=entry.town,
            address=entry.address,
            unit=entry.unit,
            leader=entry.leader,
            urgency=entry.urgency,
            confidential=entry.kind == "举报" or rng.random() < 0.05,
            status="received",
            refusal=entry.refusal,
            result="",
            finished_at=None,
            call_back=None,
            issue=entry.issue,
            campaign=entry.campaign,
            repeat_of=numbers.get(id(entry.repeats), "") if entry.repeats else "",
            turns=turns,
        )


def latent_issues(orders: Sequence[Order], units: Sequence[Unit]) -> tuple[LatentIssue, ...]:
    """The issues that were planted, with the numbers of their members."""
    names = {u.key: u.name for u in units}
    return tuple(
        LatentIssue(
            key=book.key,
            name=book.name,
            kind=book.kind,
            place=book.address,
            unit=names[book.unit],
            members=tuple(o.number for o in orders if o.issue == book.key),
        )
        for book in issue_books()
    )
