"""How alike two nodes are, and which of them are one matter (average link over the candidate graph).

Average link at a cut never joins across components of the graph of pairs above that cut, because a mean above the
cut needs one pair above it. So each component is solved on its own, exactly, and only pairs that share a gram are
ever compared. (Müllner, "Modern hierarchical, agglomerative clustering algorithms", 2011, for the method.)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix, hstack, triu, vstack
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

from reports.issues import settings
from reports.issues.nodes import Node, grams_of_run, runs, without_names
from reports.issues.vectors import Vectors, names_of, tfidf
from reports.issues.where import Where, where
from reports.model import Progress

Floats = NDArray[np.float64]


class Space:
    """The vectors of all nodes, and the similarity of any of them."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self._runs = [runs(f"{node.title}。{node.lead}") for node in nodes]
        title = tfidf([runs(node.title) for node in nodes])
        text = tfidf([[*runs(node.title), *whole] for node, whole in zip(nodes, self._runs, strict=True)])
        titles = title.matrix * settings.TITLE_WEIGHT**0.5
        texts = text.matrix * settings.TEXT_WEIGHT**0.5
        self.vectors: csr_matrix = hstack([titles, texts], format="csr")
        self._weights = (_Weights(title, titles), _Weights(text, texts))
        #: What is said of the places, without their names.
        self.said = tfidf(
            [runs(without_names(node, f"{node.title}。{node.title}。{node.lead}")) for node in nodes]
        ).matrix

    def agreement(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Floats:
        """How far every row node and every column node speak of one matter, 0..1."""
        found: Floats = (self.vectors[rows] @ self.vectors[columns].T).toarray()
        found[found < settings.FAINT_SIMILARITY] = 0.0
        for i, j in zip(*np.nonzero(found), strict=True):
            found[i, j] = self.pair(int(rows[i]), int(columns[j]), float(found[i, j]))
        return found

    def mutual_agreement(self, rows: NDArray[np.intp]) -> Floats:
        """The agreement of every two of the nodes; each pair is worked out once."""
        found: Floats = np.triu((self.vectors[rows] @ self.vectors[rows].T).toarray(), k=1)
        found[found < settings.FAINT_SIMILARITY] = 0.0
        for i, j in zip(*np.nonzero(found), strict=True):
            found[i, j] = self.pair(int(rows[i]), int(rows[j]), float(found[i, j]))
        return found + found.T

    def pair(self, one: int, other: int, similarity: float, *, least: float = 0.0) -> float:
        """The agreement of two nodes: half for what names the matter, half for what is said of it.

        An agreement that cannot reach `least` may be given as 0.
        """
        if similarity < settings.FAINT_SIMILARITY:
            return 0.0
        # Both directions of a pair are worked out from the same side, to be equal to the last bit.
        one, other = min(one, other), max(one, other)
        relation = where(self.nodes[one], self.nodes[other])
        factor = settings.PLACE_FACTORS[relation.name]
        if factor < least:
            return 0.0
        phrase = self._strongest_phrase(one, other)
        rest = similarity - phrase + max(0.0, phrase - settings.SAME_WORDS)
        name = min(1.0, phrase / (settings.FULL_NAME_OF_PLACE if relation is Where.SPOT else settings.FULL_NAME))
        matter = min(1.0, max(0.0, rest) / settings.FULL_MATTER)
        if relation is Where.SPOT:
            said = min(1.0, dot(self.said, one, other) / settings.FULL_SAID)
            matter = (1 - settings.SHARE_OF_SAID) * matter + settings.SHARE_OF_SAID * said
        return (name + matter) / 2 * factor

    def _strongest_phrase(self, one: int, other: int) -> float:
        """What the one shared phrase that adds most adds to the similarity of a pair."""
        (titles, texts) = self._weights
        title, text = titles.row(one), texts.row(one)
        title_there, text_there = titles.row(other), texts.row(other)
        best = 0.0
        for run in self._runs[one]:
            start = 0
            for end in range(3, len(run) + 2):
                if end <= len(run) and run[end - 3 : end] in text_there:
                    continue
                phrase = run[start : end - 1]
                if len(phrase) >= 3:
                    best = max(
                        best,
                        sum(
                            title.get(g, 0.0) * title_there.get(g, 0.0) + text.get(g, 0.0) * text_there.get(g, 0.0)
                            for g in set(grams_of_run(phrase))
                        ),
                    )
                start = end - 2
        return best

    def mean_agreement(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Floats:
        """Each row node's mean agreement with all column nodes, block by block."""
        means = np.zeros(len(rows))
        for start in range(0, len(rows), settings.BLOCK):
            block = slice(start, start + settings.BLOCK)
            means[block] = self.agreement(rows[block], columns).mean(axis=1)
        return means

    def closeness(self, rows: NDArray[np.intp]) -> Floats:
        """Each node's cosine to the centre of all of them."""
        own = self.vectors[rows]
        products: Floats = (own @ own.T).toarray()
        lengths = np.sqrt(products.diagonal() * products.sum())
        cosines: Floats = products.sum(axis=1) / np.where(lengths > 0, lengths, 1.0)
        return np.clip(cosines, 0.0, 1.0)


def dot(matrix: csr_matrix, one: int, other: int) -> float:
    """The product of two rows of a matrix whose rows are sorted by column."""
    here, there = (slice(matrix.indptr[at], matrix.indptr[at + 1]) for at in (one, other))
    _, left, right = np.intersect1d(
        matrix.indices[here], matrix.indices[there], assume_unique=True, return_indices=True
    )
    return float(matrix.data[here][left] @ matrix.data[there][right])


class _Weights:
    """The weights of a matrix's rows by gram, made when first asked for."""

    def __init__(self, vectors: Vectors, matrix: csr_matrix) -> None:
        self._names = names_of(vectors)
        self._matrix = matrix
        self._rows: dict[int, dict[str, float]] = {}

    def row(self, at: int) -> dict[str, float]:
        if at not in self._rows:
            part = slice(self._matrix.indptr[at], self._matrix.indptr[at + 1])
            names = (self._names[column] for column in self._matrix.indices[part])
            self._rows[at] = dict(zip(names, self._matrix.data[part].tolist(), strict=True))
        return self._rows[at]


def group(space: Space, members: NDArray[np.intp], progress: Progress) -> list[list[int]]:
    """The nodes `members` in groups of one matter each, largest first; a node alone is a group of one."""
    if not len(members):
        return []
    graph = _graph(space, members, progress)
    groups: list[list[int]] = []
    for component in _components(graph, settings.LEAST_AGREEMENT):
        rows = members[component]
        if len(rows) == 1:
            groups.append([int(rows[0])])
            continue
        distance = 1.0 - space.mutual_agreement(rows)
        np.fill_diagonal(distance, 0.0)
        tree = linkage(squareform(distance, checks=False), "average")
        labels = fcluster(tree, 1.0 - settings.LEAST_AGREEMENT, "distance")
        groups.extend([int(row) for row in rows[labels == label]] for label in range(1, labels.max() + 1))
    return sorted(groups, key=lambda nodes: (-len(nodes), nodes))


def _graph(space: Space, members: NDArray[np.intp], progress: Progress) -> csr_matrix:
    """Every pair of members that agrees enough to be joined, block by block, above the diagonal."""
    vectors = space.vectors[members]
    turned = vectors.T.tocsr()
    blocks = []
    # An agreement takes at least so much similarity: its two halves are at best worth the smaller of the two limits.
    least = 2 * settings.LEAST_AGREEMENT * min(settings.FULL_NAME_OF_PLACE, settings.FULL_MATTER)
    for start in range(0, len(members), settings.BLOCK):
        block = csr_matrix(triu(vectors[start : start + settings.BLOCK] @ turned, k=start + 1))
        block.data[block.data < least] = 0.0
        block.eliminate_zeros()
        rows, columns = block.nonzero()
        for at, (row, column) in enumerate(zip(rows, columns, strict=True)):
            one, other = int(members[start + row]), int(members[column])
            block.data[at] = space.pair(one, other, float(block.data[at]), least=settings.LEAST_AGREEMENT)
        block.data[block.data < settings.LEAST_AGREEMENT] = 0.0
        block.eliminate_zeros()
        blocks.append(block)
        progress(min(len(members), start + settings.BLOCK), len(members))
    return csr_matrix(vstack(blocks, format="csr"))


def _components(graph: csr_matrix, least: float) -> list[NDArray[np.intp]]:
    """Connected components; one too large to solve is cut at a stricter similarity until its pieces fit."""
    count, labels = connected_components(graph, directed=False)
    order = np.argsort(labels, kind="stable")
    pieces = np.split(order, np.cumsum(np.bincount(labels, minlength=count))[:-1])
    solved: list[NDArray[np.intp]] = []
    for piece in pieces:
        if len(piece) <= settings.LARGEST_COMPONENT:
            solved.append(piece)
            continue
        if least >= 1.0:  # Thousands of texts with the very same grams: any cut is as good as another.
            solved.extend(np.array_split(piece, -(-len(piece) // settings.LARGEST_COMPONENT)))
            continue
        stricter = csr_matrix(graph[piece][:, piece])
        stricter.data[stricter.data < least + 0.02] = 0.0
        stricter.eliminate_zeros()
        solved.extend(piece[part] for part in _components(stricter, least + 0.02))
    return solved
