"""Which comments are copies of which, and when they came in bursts. Pure functions over `reports.campaigns`."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from consult.drafts.comparing import differences
from reports.campaigns import find_campaigns, letters
from reports.model import Channel, Submission

VERSION = "1"
#: Bursts are looked for in spans of this length.
SPAN = timedelta(hours=1)
#: Fewer members than this in a span are no burst, however quiet a draft is.
LEAST_IN_BURST = 10
#: … and the span holds this many times what is usual.
TIMES_USUAL = 5.0
#: What a member adds counts from this many characters; less is punctuation and greetings.
LEAST_ADDITION = 4
MOST_ADDITION = 2_000
#: A text of so many letters that stands whole in a longer one was copied into it.
LEAST_COPIED = 25


@dataclass(frozen=True, slots=True)
class Said:
    """One comment, as it is compared."""

    id: int
    text: str
    at: datetime
    person: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A comment found to belong to a group."""

    id: int
    likeness: float
    addition: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group found: `sample` is one of its members."""

    sample: int
    members: tuple[Joined, ...]


@dataclass(frozen=True, slots=True)
class Burst:
    """Members of one group in a short time."""

    first: datetime
    last: datetime
    count: int
    usual: float


def groups(samples: Sequence[Said], fresh: Sequence[Said]) -> tuple[dict[int, list[Joined]], list[Group]]:
    """Sort fresh comments to the groups there are, by the ids of their samples, and into new ones.

    Comments that resemble nothing are in neither answer and may be asked about again.
    """
    known = {said.id for said in samples}
    by_id = {said.id: said for said in (*samples, *fresh)}
    found = find_campaigns([_submission(said) for said in by_id.values()])
    joined: dict[int, list[Joined]] = {}
    new: list[Group] = []
    for campaign in found:
        ids = [int(member.id.partition(":")[2]) for member in campaign.members]
        olds = [number for number in ids if number in known]
        rest = [number for number in ids if number not in known]
        if not rest:
            continue
        if olds:
            sample = by_id[olds[0]]
            joined.setdefault(sample.id, []).extend(_joined(by_id[number], sample) for number in rest)
        else:
            # The text that most of them share word for word stands for all; the earliest of those who sent it.
            text = Counter(by_id[number].text for number in rest).most_common(1)[0][0]
            sample = min((by_id[n] for n in rest if by_id[n].text == text), key=lambda said: (said.at, said.id))
            new.append(Group(sample.id, tuple(_joined(by_id[number], sample) for number in rest)))
    placed = {member.id for group in new for member in group.members}
    placed |= {member.id for members in joined.values() for member in members}
    everyone = [*samples, *(by_id[group.sample] for group in new)]
    copied = _copied(everyone, [said for said in fresh if said.id not in placed])
    for sample_id, members in copied.items():
        if sample_id in known:
            joined.setdefault(sample_id, []).extend(members)
    return joined, [Group(g.sample, (*g.members, *copied.get(g.sample, ()))) for g in new]


def _copied(samples: Sequence[Said], rest: Sequence[Said]) -> dict[int, list[Joined]]:
    """Comments that hold the whole text of a group and say something of their own besides, by the group's sample."""
    bare = [(letters(sample.text), sample) for sample in samples]
    found: dict[int, list[Joined]] = {}
    for said in rest:
        own = letters(said.text)
        held = [(len(text), sample) for text, sample in bare if len(text) >= LEAST_COPIED and text in own]
        if held:
            sample = max(held, key=lambda entry: (entry[0], -entry[1].id))[1]
            found.setdefault(sample.id, []).append(_joined(said, sample))
    return found


def _submission(said: Said) -> Submission:
    return Submission(id=f"comment:{said.id}", text=said.text, at=said.at, channel=Channel.DRAFT, author=said.person)


def _joined(said: Said, sample: Said) -> Joined:
    if said.text == sample.text:
        return Joined(said.id, 1.0, "")
    pieces = differences(sample.text, said.text)
    same = sum(len(piece.text) for piece in pieces if piece.kind == "same")
    added = [piece.text.strip(" \n，。；、！!") for piece in pieces if piece.kind == "inserted"]
    addition = " … ".join(text for text in added if len(text) >= LEAST_ADDITION)[:MOST_ADDITION]
    total = len(sample.text) + len(said.text)
    return Joined(said.id, 2 * same / total if total else 1.0, addition)


def usual_in_span(moments: Sequence[datetime], begin: datetime, end: datetime) -> float:
    """How many comments come in a span on this draft: the median over the spans that have any, at least one."""
    if not moments:
        return 1.0
    spans = Counter(int((moment - begin) / SPAN) for moment in moments if begin <= moment <= end)
    return max(1.0, statistics.median(spans.values())) if spans else 1.0


def bursts(moments: Sequence[datetime], usual: float) -> list[Burst]:
    """The spans in which so many members came that it is no accident, neighbours put together."""
    ordered = sorted(moments)
    least = max(LEAST_IN_BURST, TIMES_USUAL * usual)
    found: list[list[int]] = []
    start = 0
    for end, moment in enumerate(ordered):
        while moment - ordered[start] > SPAN:
            start += 1
        if end - start + 1 >= least:
            if found and start <= found[-1][1]:
                found[-1][1] = end
            else:
                found.append([start, end])
    return [Burst(ordered[a], ordered[b], b - a + 1, usual) for a, b in found]
