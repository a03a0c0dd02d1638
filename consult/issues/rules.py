"""What may be decided about an issue, and how proposals of one run are recognised in the next."""

from __future__ import annotations

from collections.abc import Collection

from consult.issues.models import IssueState

#: A new proposal that shares at least this part of the smaller group's members with an older issue is the
#: same matter. Half: below it, as many people speak of something else as of the old matter.
SAME_ISSUE_OVERLAP = 0.5
MIN_TITLE, MAX_TITLE = 2, 120
MIN_REASON = 2

TRANSITIONS: dict[str, frozenset[str]] = {
    IssueState.PROPOSED: frozenset({IssueState.ACCEPTED, IssueState.DROPPED}),
    IssueState.ACCEPTED: frozenset({IssueState.DROPPED}),
    IssueState.DROPPED: frozenset({IssueState.ACCEPTED}),
}


def can_move(before: str, after: str) -> bool:
    """Whether a person may take an issue from one status to another. Dropping can be undone."""
    return after in TRANSITIONS[before]


def overlap(one: Collection[str], other: Collection[str]) -> float:
    """Shared members as a part of the smaller group: 0..1."""
    smaller = min(len(one), len(other))
    return len(set(one) & set(other)) / smaller if smaller else 0.0
