"""同文意见: submissions whose texts are near copies of one another.

Candidates come from MinHash with banding over character shingles (A. Broder, "On the resemblance and containment of
documents", 1997; banding as in Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3), so the work
grows with the number of texts and not with its square. Every candidate is then verified by edit similarity, and a
group is a star round one text rather than a chain, so that a series of small steps cannot drift to another text.
A campaign is a label. It never hides a submission, and it never says that its authors are not in earnest.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel

from reports.model import Campaign, Membership, Progress, Speaker, Submission, silent
from reports.places import places, simplified

#: Changes when the same input may be grouped differently.
VERSION = "campaigns-1"

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
#: Below this length two texts that name different places are two demands, however alike ("在甲小区增设站点").
PLACE_MATTERS_BELOW = 120
#: In a bucket larger than this a text is compared with its neighbours in sorted order only, not with everyone.
LARGEST_BUCKET = 60

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


def letters(text: str) -> str:
    """Only letters and digits of the text, in one width, case and script; at most `MOST_CHARS` of them."""
    folded = simplified(unicodedata.normalize("NFKC", text[: 2 * MOST_CHARS]).casefold())
    return "".join(c for c in folded if c.isalnum())[:MOST_CHARS]


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
    alike = _alike(texts, [written[text][0] for text in texts])
    stars = _stars(texts, alike, [len(written[text]) for text in texts])
    campaigns = [_campaign([(written[texts[at]], similarity) for at, similarity in star]) for star in stars]
    found = [campaign for campaign in campaigns if len(campaign.members) > 1]
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


def _alike(texts: list[str], examples: list[Submission]) -> dict[int, dict[int, float]]:
    """For each text the texts that are its near copies, with their edit similarity."""
    alike: dict[int, dict[int, float]] = defaultdict(dict)
    if len(texts) < 2:
        return alike
    signatures = np.stack([_signature(text) for text in texts])
    for left, right in _candidates(signatures):
        shorter = min(len(texts[left]), len(texts[right]))
        least = next(similarity for length, similarity in LEAST_SIMILARITY if shorter <= length)
        similarity = Indel.normalized_similarity(texts[left], texts[right], score_cutoff=least)
        if similarity < least:
            continue
        if shorter < PLACE_MATTERS_BELOW and _elsewhere(examples[left], examples[right]):
            continue
        alike[left][right] = alike[right][left] = similarity
    return alike


def _elsewhere(one: Submission, other: Submission) -> bool:
    """Both name places, and none of them is the same."""
    here, there = (places(simplified(f"{s.title}。{s.text}")) for s in (one, other))
    return bool(here and there) and not any(a in b or b in a for a in here for b in there)


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


def _stars(
    texts: list[str], alike: dict[int, dict[int, float]], weights: list[int]
) -> list[list[tuple[int, float]]]:
    """Groups round a centre: the text with most copies takes them, then the next among those left."""
    reach = [weights[at] + sum(weights[near] for near in alike.get(at, ())) for at in range(len(texts))]
    free = [True] * len(texts)
    stars = []
    for centre in sorted(range(len(texts)), key=lambda at: (-reach[at], texts[at])):
        if not free[centre]:
            continue
        free[centre] = False
        star = [(centre, 1.0)]
        for near, similarity in sorted(alike.get(centre, {}).items()):
            if free[near]:
                free[near] = False
                star.append((near, similarity))
        stars.append(star)
    return stars
