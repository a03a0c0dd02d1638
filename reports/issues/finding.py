"""The one call of issue grouping: submissions in, issues and the unplaced out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from reports.issues import settings
from reports.issues.describing import Describer
from reports.issues.heat import moment
from reports.issues.linking import Space, group
from reports.issues.merging import merged
from reports.issues.nodes import Node, make_nodes
from reports.model import Campaign, Issue, KnownIssue, Progress, Submission, silent


@dataclass(frozen=True, slots=True)
class IssueResult:
    """Every readable submission is in exactly one issue or in `unplaced`."""

    issues: tuple[Issue, ...]  #: by heat, greatest first
    #: submission id -> "no_text", "alone" (nothing like it), "too_few_people" (the like of it came from too few)
    unplaced: Mapping[str, str] = field(default_factory=dict)


def find_issues(
    submissions: Sequence[Submission],
    *,
    campaigns: Sequence[Campaign],
    known: Sequence[KnownIssue] = (),
    as_of: datetime | None = None,
    negativity: Mapping[str, float] | None = None,
    progress: Progress = silent,
) -> IssueResult:
    """Group `submissions` into issues; the result does not depend on the order of any argument.

    `campaigns` is what `reports.campaigns.find_campaigns` found in the same submissions. `as_of` is the moment from
    which recency is counted (default: the last date in the data). `negativity` (0..1 by id) adds to the heat.
    Submissions with an id that was given before are ignored. A known issue stays even when none of its members is
    among the submissions; a submission that is in two known issues belongs to the first by key.
    """
    by_id = {s.id: s for s in sorted(submissions, key=lambda s: s.id, reverse=True)}
    accepted = sorted(known, key=lambda issue: issue.key)
    home = {i: at for at, issue in reversed(list(enumerate(accepted))) for i in issue.member_ids}
    nodes = _split_by_home(make_nodes(list(by_id.values()), campaigns), home)
    space = Space(nodes)
    founded, free = _join_known(space, home, len(accepted))
    describer = Describer(by_id, space, as_of, negativity)
    issues = [
        describer.issue(
            founded[at], key=issue.key, title=issue.title, kept=[i for i in issue.member_ids if home[i] == at]
        )
        for at, issue in enumerate(accepted)
    ]
    readable = {i for node in nodes for i in node.ids}
    unplaced = {i: "no_text" for i in by_id if i not in readable and i not in home}
    for rows in merged(space, group(space, free, progress)):
        ids = [i for row in rows for i in nodes[row].ids]
        if describer.weighs_enough(rows):
            issues.append(describer.issue(rows, key=_key(ids, by_id)))
        else:
            unplaced |= dict.fromkeys(ids, "alone" if len(ids) == 1 else "too_few_people")
    ordered = sorted(issues, key=lambda issue: (-issue.heat, -issue.people, issue.key))
    return IssueResult(tuple(ordered), dict(sorted(unplaced.items())))


def _split_by_home(nodes: list[Node], home: Mapping[str, int]) -> list[Node]:
    """A text that was accepted into several issues becomes one node for each of them."""
    split: list[Node] = []
    for node in nodes:
        homes = sorted({home[i] for i in node.ids if i in home})
        for at in homes or [-1]:
            # The like of a member who has a home goes to that home, the first one when there are several.
            ids = tuple(i for i in node.ids if home.get(i, homes[0] if homes else -1) == at)
            split.append(replace(node, ids=ids))
    return split


def _join_known(space: Space, home: Mapping[str, int], count: int) -> tuple[list[list[int]], NDArray[np.intp]]:
    """The nodes of each known issue, those that newly join it included, and the nodes left free."""
    founded: list[list[int]] = [[] for _ in range(count)]
    free = []
    for row, node in enumerate(space.nodes):
        homes = {home[i] for i in node.ids if i in home}
        if homes:
            founded[min(homes)].append(row)
        else:
            free.append(row)
    candidates = np.array(free, dtype=np.intp)
    if not count or not len(candidates):
        return founded, candidates
    closeness = np.zeros((len(candidates), count))
    for at, rows in enumerate(founded):
        if rows:
            closeness[:, at] = space.mean_agreement(candidates, np.array(rows, dtype=np.intp))
    nearest = closeness.argmax(axis=1)
    joins = closeness.max(axis=1) >= settings.LEAST_AGREEMENT_WITH_KNOWN
    for row, at in zip(candidates[joins], nearest[joins], strict=True):
        founded[int(at)].append(int(row))
    return [sorted(rows) for rows in founded], candidates[~joins]


def _key(ids: Sequence[str], by_id: Mapping[str, Submission]) -> str:
    """From the earliest member alone, so that an issue keeps its key while it grows."""
    latest = datetime.max.replace(tzinfo=UTC)
    first = min(ids, key=lambda i: (moment(at) if (at := by_id[i].at) else latest, i))
    return hashlib.sha256(f"issue:{first}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
