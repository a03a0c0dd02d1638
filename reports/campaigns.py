"""同文意见: submissions whose texts are near copies of one another.

Candidates come from MinHash with banding over character shingles (A. Broder, "On the resemblance and containment of
documents", 1997; banding as in Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3), so the work
grows with the number of texts and not with its square. Every candidate is then verified by edit similarity, and a
group is a star round one text rather than a chain, so that a series of small steps cannot drift to another text.
A campaign is a label. It never hides a submission, and it never says that its authors are not in earnest.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel

from reports.model import Campaign, Membership, Progress, Speaker, Submission, silent
from reports.places import places, simplified

#: Below six characters ("同意", "不同意此条") equal texts are ordinary speech and no sign of copying.
FEWEST_CHARS = 6
#: Only this much of a text is compared: copies are alike from their beginning, and the cost stays bounded.
MOST_CHARS = 3_000
#: Three characters: about two Chinese words; shorter shingles are shared by chance, longer ones break at each edit.
SHINGLE = 3
#: 32 bands of 3 rows find 98 % of pairs with half of their shingles in common, 3 % of those with a tenth.
BANDS, ROWS = 32, 3
#: Pairs whose signatures agree on less than this cannot reach the edit similarity below; they are not compared.
LEAST_RESEMBLANCE = 0.25
#: Edit similarity (indel, 0..1) that makes two texts copies, by the length of the shorter one. In a short text few
#: characters carry the meaning (a station's name, a "不"), so less may differ.
LEAST_SIMILARITY = ((20, 0.95), (60, 0.90), (10**9, 0.80))
#: Below this length two texts that name different places, or of which one says "not", are two demands, however alike.
WORDS_MATTER_BELOW = 120
#: In a bucket larger than this a text is compared with its neighbours in sorted order only, not with everyone.
LARGEST_BUCKET = 60

_NOT_LETTERS = re.compile(r"[\W_]+")
_LETTER = re.compile(r"[^\W_]")
_STANCE_WORDS = tuple(
    re.compile(words)
    for words in (
        "[不没无勿未别]",
        "支持|赞成|同意|赞同",
        "反对|抗议|抵制",
        "增设|增加|扩建|恢复|保留",
        "减少|撤销|取消|拆除",
    )
)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
# Fixed odd factors: the same text has the same signature on every machine and in every run.
_RANDOM = np.random.Generator(np.random.PCG64(20_261_101))
_FACTORS = _RANDOM.integers(1, 2**63, size=BANDS * ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_SHIFTS = _RANDOM.integers(1, 2**63, size=BANDS * ROWS, dtype=np.uint64)


def comparable(submission: Submission) -> str:
    """What is compared: the citizen's words without spaces, punctuation, case, width or script differences."""
    spoken = [turn.text for turn in submission.turns if turn.speaker is Speaker.CITIZEN]
    text = "".join(spoken) or submission.text
    return letters(text) or letters(submission.title)


def has_words(submission: Submission) -> bool:
    """Whether anything of the submission can be compared; the quick answer to ``bool(comparable(submission))``."""
    spoken = [turn.text for turn in submission.turns if turn.speaker is Speaker.CITIZEN]
    said = "".join(spoken) or submission.text
    return bool(_LETTER.search(said[:MOST_CHARS])) or bool(comparable(submission))


def letters(text: str) -> str:
    """Only letters and digits of the text, in one width, case and script; at most `MOST_CHARS` of them."""
    folded = simplified(unicodedata.normalize("NFKC", text[: 2 * MOST_CHARS]).casefold())
    return _NOT_LETTERS.sub("", folded)[:MOST_CHARS]


def find_campaigns(submissions: Sequence[Submission], *, progress: Progress = silent) -> list[Campaign]:
    """Groups of at least two submissions with near-identical texts, the largest first.

    Nobody is in two campaigns, and the result does not depend on the order of `submissions`. Texts without
    letters, and those shorter than `FEWEST_CHARS`, are in none.
    """
    written: dict[str, list[Submission]] = defaultdict(list)
    for done, submission in enumerate(submissions):
        text = comparable(submission)
        if len(text) >= FEWEST_CHARS:
            written[text].append(submission)
        progress(done + 1, len(submissions))
    texts = sorted(written)
    for group in written.values():
        group.sort(key=lambda submission: submission.id)
    examples = [written[text][0] for text in texts]
    stars = _stars(_Texts(texts, examples), [len(written[text]) for text in texts])
    said = ([(written[texts[at]], similarity) for at, similarity in star] for star in stars)
    found = [_campaign(star) for star in said if sum(len(group) for group, _ in star) > 1]
    return sorted(found, key=lambda campaign: (-len(campaign.members), campaign.key))


def _campaign(star: list[tuple[list[Submission], float]]) -> Campaign:
    centre = star[0][0][0]
    members = [Membership(s.id, round(similarity, 4)) for group, similarity in star for s in group]
    names = "\n".join(sorted(comparable(group[0]) for group, _ in star))
    return Campaign(
        key=hashlib.sha256(names.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        members=tuple(sorted(members, key=lambda member: (-member.similarity, member.id))),
        sample=centre.text if centre.text.strip() else centre.title or comparable(centre),
    )


class _Texts:
    """The distinct texts of one run, in order, each with a submission that says it."""

    def __init__(self, texts: list[str], examples: list[Submission]) -> None:
        self.texts = texts
        self._examples = examples
        self._names: dict[int, tuple[str, ...]] = {}

    def copies(self, left: int, right: int) -> float:
        """The edit similarity of two texts when it makes them copies, else 0."""
        one, other = self.texts[left], self.texts[right]
        shorter = min(len(one), len(other))
        least = next(similarity for length, similarity in LEAST_SIMILARITY if shorter <= length)
        similarity = Indel.normalized_similarity(one, other, score_cutoff=least)
        if similarity < least:
            return 0.0
        if shorter < WORDS_MATTER_BELOW and (_stances(one) != _stances(other) or self._elsewhere(left, right)):
            return 0.0
        return similarity

    def _elsewhere(self, left: int, right: int) -> bool:
        """Both name places, and none of them is the same."""
        here, there = self._places(left), self._places(right)
        return bool(here and there) and not any(a in b or b in a for a in here for b in there)

    def _places(self, at: int) -> tuple[str, ...]:
        if at not in self._names:
            example = self._examples[at]
            self._names[at] = places(simplified(f"{example.title}。{example.text}"))
        return self._names[at]


def _stances(text: str) -> tuple[int, ...]:
    """How often the text denies, is for and is against: one such word turns a short text round."""
    return tuple(len(pattern.findall(text)) for pattern in _STANCE_WORDS)


def _signature(text: str) -> NDArray[np.uint32]:
    """The MinHash signature of the text's character shingles."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    hashes = np.zeros(len(codes) - SHINGLE + 1, dtype=np.uint64)
    for offset in range(SHINGLE):
        hashes = hashes * _MIX + codes[offset : offset + len(hashes)]
    hashes ^= hashes >> np.uint64(29)
    hashes *= _MIX
    spread = (np.unique(hashes)[:, None] * _FACTORS + _SHIFTS) >> _HALF
    smallest: NDArray[np.uint32] = spread.min(axis=0).astype(np.uint32)
    return smallest


def _candidates(signatures: NDArray[np.uint32]) -> list[tuple[int, int]]:
    """Pairs of rows that share a band and whose signatures agree often enough, in order."""
    count = len(signatures)
    packed = [np.empty(0, dtype=np.int64)]
    for band in range(BANDS):
        rows = np.ascontiguousarray(signatures[:, band * ROWS : (band + 1) * ROWS])
        _, bucket = np.unique(rows, axis=0, return_inverse=True)
        packed.append(_pairs_in_buckets(bucket.reshape(-1), count))
    pairs = np.unique(np.concatenate(packed))
    kept: list[tuple[int, int]] = []
    for start in range(0, len(pairs), 100_000):
        left, right = np.divmod(pairs[start : start + 100_000], count)
        agreeing = (signatures[left] == signatures[right]).mean(axis=1) >= LEAST_RESEMBLANCE
        kept.extend(zip(left[agreeing].tolist(), right[agreeing].tolist(), strict=True))
    return kept


def _pairs_in_buckets(bucket: NDArray[np.intp], count: int) -> NDArray[np.int64]:
    """Every pair of rows of one bucket as left * count + right; in large buckets only near neighbours.

    Rows are in text order, so neighbours in a large bucket are those that begin alike.
    """
    order = np.argsort(bucket, kind="stable").astype(np.int64)
    ordered = bucket[order]
    sizes = np.bincount(bucket)
    reach = min(int(sizes.max()), LARGEST_BUCKET)
    found = [np.empty(0, dtype=np.int64)]
    for step in range(1, reach):
        same = ordered[step:] == ordered[:-step]
        if not same.any():
            break
        left, right = order[:-step][same], order[step:][same]
        found.append(left * count + right)
    return np.concatenate(found)


def _stars(texts: _Texts, weights: list[int]) -> list[list[tuple[int, float]]]:
    """Groups round a centre: the most typical text takes its copies, then the next among those left."""
    if not texts.texts:
        return []
    signatures = np.stack([_signature(text) for text in texts.texts])
    stars = []
    for part in _chained(texts, _candidates(signatures)):
        typical = _typical(signatures[part]) if len(part) > 2 else [0, 0]
        order = sorted(range(len(part)), key=lambda at: (-weights[part[at]], -typical[at], part[at]))
        left = [part[at] for at in order]
        while left:
            centre, *others = left
            similarities = [texts.copies(centre, other) for other in others]
            star = [(other, value) for other, value in zip(others, similarities, strict=True) if value]
            stars.append([(centre, 1.0), *star])
            left = [other for other, value in zip(others, similarities, strict=True) if not value]
    return stars


def _typical(signatures: NDArray[np.uint32]) -> list[int]:
    """For each text how much of its signature is what most of the texts have there."""
    agreeing = np.zeros(len(signatures), dtype=np.int64)
    for column in signatures.T:
        values, counts = np.unique(column, return_counts=True)
        agreeing += column == values[counts.argmax()]
    return [int(count) for count in agreeing]


def _chained(texts: _Texts, candidates: list[tuple[int, int]]) -> list[list[int]]:
    """Texts that lead to one another by steps from copy to copy; pairs already joined are not compared again."""
    leader = list(range(len(texts.texts)))

    def lead(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    for left, right in candidates:
        one, other = lead(left), lead(right)
        if one != other and texts.copies(left, right):
            leader[max(one, other)] = min(one, other)
    parts: dict[int, list[int]] = defaultdict(list)
    for at in range(len(leader)):
        parts[lead(at)].append(at)
    return list(parts.values())
