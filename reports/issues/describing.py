"""From a group of nodes to an `Issue`: figures, title, memberships with reasons, quotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from reports.campaigns import comparable
from reports.issues import settings, wording
from reports.issues.heat import heat_parts, moment, persons, total
from reports.issues.linking import Space
from reports.issues.nodes import Node
from reports.issues.titling import issue_title
from reports.model import Issue, Membership, Submission


class Describer:
    """Describes issues of one run; holds what is the same for all of them."""

    def __init__(
        self,
        by_id: Mapping[str, Submission],
        space: Space,
        as_of: datetime | None,
        negativity: Mapping[str, float] | None,
    ) -> None:
        self._by_id = by_id
        self._space = space
        self._negativity = negativity
        self._as_of = as_of or max((s.at for s in by_id.values() if s.at), key=moment, default=None)
        self._spread: Counter[str] = Counter()
        for node in space.nodes:
            text = f"{node.title}{node.lead}"
            self._spread.update({text[i : i + 2] for i in range(len(text) - 1)})

    def issue(self, rows: Sequence[int], *, key: str, title: str = "", kept: Sequence[str] = ()) -> Issue:
        """The issue made of the nodes `rows`, and of the members `kept` whether they have text or not."""
        nodes = [self._space.nodes[row] for row in rows]
        closeness = self._space.closeness(np.array(rows, dtype=np.intp)) if rows else np.zeros(0)
        phrases = wording.key_phrases(nodes, self._spread, len(self._space.nodes)) if nodes else []
        place = _place(nodes)
        silent = [i for i in dict.fromkeys(kept) if not any(i in node.ids for node in nodes)]
        texts = [[self._by_id[i] for i in node.ids] for node in nodes]
        texts += [[self._by_id.get(i) or Submission(id=i, text="")] for i in silent]
        members = [s for group in texts for s in group]
        parts = heat_parts(texts, self._as_of, self._negativity)
        times = sorted((s.at for s in members if s.at), key=moment)
        return Issue(
            key=key,
            title=title or issue_title(nodes, closeness.tolist(), place, phrases),
            members=_memberships(nodes, closeness.tolist(), phrases, place, silent),
            keywords=tuple(phrases),
            place=place,
            first=times[0] if times else None,
            last=times[-1] if times else None,
            received=len(members),
            distinct_texts=len({comparable(s) for s in members}),
            people=len(persons(members)),
            heat=total(parts),
            heat_parts=parts,
            quotations=self._quotations(nodes, closeness.tolist(), phrases),
        )

    def weighs_enough(self, rows: Sequence[int]) -> bool:
        """Whether the group is of enough people, or of enough heat, to be an issue at all."""
        texts = [[self._by_id[i] for i in self._space.nodes[row].ids] for row in rows]
        members = [submission for group in texts for submission in group]
        if len(members) < settings.FEWEST_MEMBERS:
            return False
        if len(persons(members)) >= settings.FEWEST_PEOPLE:
            return True
        return total(heat_parts(texts, self._as_of, self._negativity)) >= settings.HEAT_OF_FEW

    def _quotations(
        self, nodes: Sequence[Node], closeness: Sequence[float], phrases: Sequence[str]
    ) -> tuple[tuple[str, str], ...]:
        """One sentence each of different members, each adding something, a critical one among them if there is any."""
        offers = []
        for node, close in zip(nodes, closeness, strict=True):
            speaker = self._by_id[node.ids[0]]
            for text in (*speaker.citizen_texts()[1:], *speaker.citizen_texts()[:1]):
                sentence, score, critical = wording.quotation_of(text, phrases)
                if sentence:
                    offers.append((score * (0.5 + close), critical, node.ids[0], sentence))
                    break
        offers.sort(key=lambda offer: (-offer[0], offer[2]))
        chosen: list[tuple[float, bool, str, str]] = []
        for offer in offers:
            if all(_unlike(offer[3], other[3]) for other in chosen):
                chosen.append(offer)
        critical_first = next((offer for offer in chosen if offer[1]), None)
        kept = chosen[: settings.QUOTATIONS]
        if critical_first and critical_first not in kept:
            kept[-1] = critical_first
        return tuple((identifier, sentence) for _, _, identifier, sentence in kept)


def _unlike(one: str, other: str) -> bool:
    here, there = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (one, other))
    return len(here & there) < 0.6 * min(len(here), len(there))


def _place(nodes: Sequence[Node]) -> str:
    """The name that at least half of the nodes bring up, titles first; a district when no finer place stands out."""
    named = {name for node in nodes for name in node.names}
    least = max(2, len(nodes) / 2) if len(nodes) > 1 else 1
    reach = {}
    for name in named:
        titles = sum(name in node.title for node in nodes)
        texts = sum(name in node.title or name in node.lead for node in nodes)
        if texts >= least:
            reach[name] = titles + 0.5 * texts
    # The longest of equally frequent names is the most exact one.
    best = max(reach, key=lambda name: (reach[name], len(name), name), default="")
    longer = [name for name in reach if best and best in name and reach[name] >= 0.7 * reach[best]]
    return max(longer, key=lambda name: (len(name), name), default="") or _district(nodes)


def _district(nodes: Sequence[Node]) -> str:
    named = Counter(name for node in nodes for name in node.districts)
    return max((n for n in named if named[n] > len(nodes) / 2), key=lambda n: (named[n], n), default="")


def _memberships(
    nodes: Sequence[Node], closeness: Sequence[float], phrases: Sequence[str], place: str, silent: Sequence[str]
) -> tuple[Membership, ...]:
    found = [Membership(identifier, 1.0) for identifier in silent]
    for node, close in zip(nodes, closeness, strict=True):
        text = f"{node.title}。{node.body}"
        here = [place] if place and place in text else []
        shared = here + [phrase for phrase in phrases if phrase in text and phrase not in here]
        found += [Membership(i, round(close, 4), tuple(shared[: settings.SHARED_PHRASES])) for i in node.ids]
    return tuple(sorted(found, key=lambda member: (-member.similarity, member.id)))
