"""Groups that say one matter in different wording, put together by what their members say on the whole.

Average link compares texts two by two. Short or roundabout texts of one matter then stay apart although each group as
a whole uses the same telling words. A group's centre is the mean of its members' vectors: two groups become one when
their centres agree and nothing in their places parts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

from reports.issues import settings
from reports.issues.linking import Space
from reports.issues.where import same_place


def merged(space: Space, groups: Sequence[Sequence[int]]) -> list[list[int]]:
    """The groups, those of one matter joined; each group of some size may take in another, once.

    The most alike are joined first, and a joined group joins no further, so that no chain comes about.
    """
    seeds = [at for at, rows in enumerate(groups) if len(rows) >= settings.SMALLEST_CENTRE]
    if not seeds:
        return [list(rows) for rows in groups]
    said, whole = (_centres(matrix, groups) for matrix in (space.said, space.vectors))
    spots = [_common(space, rows, "spots") for rows in groups]
    lines = [_common(space, rows, "lines") for rows in groups]
    offers: list[tuple[float, int, int]] = []
    for start in range(0, len(seeds), settings.BLOCK):
        block = seeds[start : start + settings.BLOCK]
        alike = (whole[block] @ whole.T).tocoo()
        for row, other, similarity in zip(alike.row.tolist(), alike.col.tolist(), alike.data.tolist(), strict=True):
            one = block[row]
            if one == other or similarity < settings.LEAST_ALIKE_CENTRES:
                continue
            if lines[one] and lines[other] and lines[one].isdisjoint(lines[other]):
                continue
            if len(groups[other]) > len(groups[one]) or (len(groups[other]) == len(groups[one]) and other < one):
                continue
            if spots[one] and same_place(spots[one], spots[other]):
                matter = float((said[one] @ said[other].T).sum())
                if matter >= settings.LEAST_SAID_BY_CENTRES:
                    offers.append((similarity + matter, one, other))
            elif (
                similarity >= settings.LEAST_ALIKE_WITHOUT_SPOT
                and len(groups[other]) > 1
                and not (spots[one] and spots[other])
            ):
                offers.append((similarity, one, other))
    target: dict[int, int] = {}
    for _, one, other in sorted(offers, key=lambda offer: (-offer[0], offer[1], offer[2])):
        if one not in target and other not in target and other not in target.values():
            target[other] = one
    joined = {at: list(rows) for at, rows in enumerate(groups) if at not in target}
    for other, one in sorted(target.items()):
        joined[one] += groups[other]
    return sorted((sorted(rows) for rows in joined.values()), key=lambda rows: (-len(rows), rows))


def _centres(matrix: csr_matrix, groups: Sequence[Sequence[int]]) -> csr_matrix:
    """The mean direction of each group, of length 1."""
    rows = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    columns = np.array([row for group in groups for row in group], dtype=np.intp)
    sums = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(groups), matrix.shape[0])) @ matrix
    lengths = np.sqrt(np.asarray(sums.multiply(sums).sum(axis=1)).reshape(-1))
    sums.data /= np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(sums.indptr))
    return csr_matrix(sums)


def _common(space: Space, rows: Sequence[int], kind: str) -> frozenset[str]:
    """The names of a kind that at least half of the group's nodes give."""
    counted = Counter(name for row in rows for name in getattr(space.nodes[row], kind))
    return frozenset(name for name, count in counted.items() if 2 * count >= len(rows))
