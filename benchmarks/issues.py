"""How well issues are found on real messages, beside a naive baseline, in one run.

    python benchmarks/issues.py [--data ../shared/data]

The reference is hot_issues_consensus.csv: messages that at least two independent teams put into one hot issue. The
teams agreed with one another only at a Jaccard of .38 to .78, so that an F1 of .85 is about the ceiling of what the
reference can tell apart. For each reference issue the best-matching issue found is printed, with its F1; for all of
them together the pairwise F1 and the B-cubed F1 over the messages of the reference, where a message that is in none of
the groups stands alone, and messages taken in from outside the reference count against the precision. The data is
third-party material and is read where it lies; without it the benchmark says so and ends.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sklearn.cluster import DBSCAN
from sklearn.feature_extraction.text import TfidfVectorizer

from reports.campaigns import find_campaigns
from reports.issues import find_issues
from reports.model import Submission

#: Both date formats of the file.
_FORMATS = ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M")
#: The distances tried for the baseline; it is given the benefit of its best one.
_DISTANCES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    folder = parser.parse_args().data
    if not (folder / "citizen_messages.csv").exists():
        print(f"No messages in {folder}: nothing measured.")
        return 0
    submissions, reference = read_messages(folder), read_reference(folder)
    started = time.perf_counter()
    campaigns = find_campaigns(submissions)
    grouped = time.perf_counter()
    result = find_issues(submissions, campaigns=campaigns)
    ended = time.perf_counter()
    print(f"{len(submissions)} messages: campaigns {grouped - started:.1f} s, issues {ended - grouped:.1f} s")
    print(f"{len(campaigns)} campaigns, {len(result.issues)} issues, {len(result.unplaced)} messages in none")
    ours = [{member.id for member in issue.members} for issue in result.issues]
    report("issues of this library", reference, ours)
    for distance in _DISTANCES:
        report(f"TF-IDF + DBSCAN, distance {distance}", reference, naive(submissions, distance))
    return 0


def report(name: str, reference: dict[str, set[str]], found: Iterable[set[str]]) -> None:
    groups = list(found)
    print(f"\n{name}: {len(groups)} groups, largest {max(map(len, groups), default=0)}")
    for key, wanted in sorted(reference.items()):
        best: set[str] = max(groups, key=lambda group: f1(wanted, group), default=set())
        shared = len(wanted & best)
        print(f"  reference {key} ({len(wanted)}): F1 {f1(wanted, best):.3f} with {len(best)}, {shared} shared")
    for measure in (pairwise, b_cubed):
        precision, recall = measure(list(reference.values()), groups)
        both = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        name = measure.__name__.replace("_", "-")
        print(f"  {name}: F1 {both:.3f} (precision {precision:.3f}, recall {recall:.3f})")


def pairwise(reference: list[set[str]], found: list[set[str]]) -> tuple[float, float]:
    """Precision and recall of pairs: of the pairs put together that touch the reference, and of its own pairs."""
    known = set().union(*reference)
    shared = sum(pairs(len(wanted & group)) for wanted in reference for group in found)
    made = sum(pairs(len(group)) - pairs(len(group - known)) for group in found)
    return shared / made if made else 0.0, shared / sum(pairs(len(wanted)) for wanted in reference)


def pairs(count: int) -> int:
    return count * (count - 1) // 2


def b_cubed(reference: list[set[str]], found: list[set[str]]) -> tuple[float, float]:
    """The mean precision and recall of the group that each message of the reference is in."""
    home = {identifier: group for group in found for identifier in group}
    precision = recall = 0.0
    for wanted in reference:
        for identifier in wanted:
            group = home.get(identifier, {identifier})
            precision += len(group & wanted) / len(group)
            recall += len(group & wanted) / len(wanted)
    count = sum(map(len, reference))
    return precision / count, recall / count


def f1(wanted: set[str], found: set[str]) -> float:
    """The harmonic mean of precision and recall of one group against another."""
    return 2 * len(wanted & found) / (len(wanted) + len(found)) if wanted or found else 0.0


def naive(submissions: list[Submission], distance: float) -> list[set[str]]:
    """What most people would try first: character TF-IDF of the whole text, clustered by density."""
    texts = [f"{submission.title}。{submission.text}" for submission in submissions]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), min_df=2).fit_transform(texts)
    labels = DBSCAN(eps=distance, min_samples=3, metric="cosine").fit_predict(vectors)
    groups: dict[int, set[str]] = defaultdict(set)
    for submission, label in zip(submissions, labels, strict=True):
        if label >= 0:
            groups[int(label)].add(submission.id)
    return list(groups.values())


def read_messages(folder: Path) -> list[Submission]:
    with (folder / "citizen_messages.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            Submission(
                id=row["留言编号"],
                title=row["留言主题"].strip(),
                text=row["留言详情"].strip(),
                at=read_time(row["留言时间"]),
                author=row["留言用户"],
                likes=int(row["点赞数"]),
                dislikes=int(row["反对数"]),
            )
            for row in csv.DictReader(file)
        ]


def read_time(text: str) -> datetime | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(text.strip(), form)  # naive means Asia/Shanghai
        except ValueError:
            continue
    return None


def read_reference(folder: Path) -> dict[str, set[str]]:
    reference: dict[str, set[str]] = defaultdict(set)
    with (folder / "hot_issues_consensus.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            reference[row["consensus_issue"]].add(row["留言编号"])
    return dict(reference)


if __name__ == "__main__":
    sys.exit(main())
