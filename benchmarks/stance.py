"""How good the stance model is, beside the majority rate in the same run: ``python benchmarks/stance.py [--read N]``.

Three measures. Five folds by topic over the sentences written for this project, each judged by a model of both stages
that saw nothing of its topic. The cases of ``tests/reports/stance_cases.csv``, which no model learns from. And, where
they are at hand, the 100 messages of ``../shared/data/civic_tone_gold.csv`` with a person's stance toward a measure:
nearly all take none, so what counts there is how many of those are called support or opposition. ``--read N`` prints N
statements of a real deliberation with the answers, to be read by a person.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sklearn.metrics import f1_score

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from reports.linear.clauses import Splitter  # noqa: E402
from reports.scoring import load_scorer  # noqa: E402 - the project's root has to be on the path first
from reports.stance.model import CLASSES, Stance, StanceModel, load_stance_model  # noqa: E402
from reports.stance.training import held_out, read_examples  # noqa: E402

CASES = ROOT / "tests" / "reports" / "stance_cases.csv"
DATA = ROOT.parent / "shared" / "data"
GOLD = DATA / "civic_tone_gold.csv"
STATEMENTS = DATA / "polis_vtaiwan_uberx" / "comments.csv"
#: A wish for something else is no stance toward a measure in the gold labels.
GOLD_STANCES = {"支持": Stance.SUPPORT, "反对": Stance.OPPOSE, "无": Stance.UNCLEAR}
TAKEN = (Stance.SUPPORT, Stance.OPPOSE)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the stance model.")
    parser.add_argument("--read", type=int, default=0, metavar="N", help="print N real statements with the answers")
    options = parser.parse_args()
    split = load_scorer().words
    model = load_stance_model()
    print(f"shipped model {model.version}")
    if options.read:
        read_statements(model, split, options.read)
        return
    by_topic(split)
    for number in ("1", "2", "3"):
        rows = [row for row in rows_of(CASES) if row["round"] == number]
        told(
            [Stance(row["stance"]) for row in rows],
            [row["text"] for row in rows],
            model,
            split,
            f"cases, round {number}",
        )
    if not GOLD.exists():
        print(f"{GOLD} is not here: no figures on real messages")
        return
    rows = rows_of(GOLD)
    for reader in ("stance_a", "stance_b"):
        truth = [GOLD_STANCES[row[reader]] for row in rows]
        told(truth, [row["text"] for row in rows], model, split, f"real messages, {reader}", amend=Stance.UNCLEAR)


def by_topic(split: Splitter) -> None:
    found = held_out(read_examples(split), split)
    print(f"\n{found.texts} sentences, topics not seen")
    print(f"{'':12}{'this model':>12}{'majority':>12}")
    print(f"{'accuracy':12}{found.accuracy:12.3f}{found.majority:12.3f}")
    print(f"{'macro-F1':12}{found.macro_f1:12.3f}{found.majority_macro_f1:12.3f}")
    table(found.confusion)


def told(
    truth: Sequence[Stance],
    texts: Sequence[str],
    model: StanceModel,
    split: Splitter,
    name: str,
    amend: Stance = Stance.AMEND,
) -> None:
    """Prints how the model does on texts of a known stance; `amend` is what its answer 建议修改 counts as."""
    answers = [model.decide(text, split).stance for text in texts]
    answers = [amend if answer is Stance.AMEND else answer for answer in answers]
    pairs = Counter(zip(truth, answers, strict=True))
    commonest = Counter(truth).most_common(1)[0][0]
    silent = truth.count(Stance.UNCLEAR)
    wrong = sum(pairs[Stance.UNCLEAR, stance] for stance in TAKEN)
    print(f"\n{name}: {len(texts)} texts")
    print(f"{'':12}{'this model':>12}{'majority':>12}")
    right = sum(a is b for a, b in zip(truth, answers, strict=True)) / len(texts)
    print(f"{'accuracy':12}{right:12.3f}{truth.count(commonest) / len(texts):12.3f}")
    scores = [
        f1_score(truth, given, average="macro", labels=sorted(set(truth)), zero_division=0)
        for given in (answers, [commonest] * len(texts))
    ]
    print(f"{'macro-F1':12}{scores[0]:12.3f}{scores[1]:12.3f}")
    print(f"of {silent} that take no stance, {wrong} are called support or opposition")
    table([[pairs[row, column] for column in CLASSES] for row in CLASSES])


def table(confusion: Sequence[Sequence[int]]) -> None:
    print(f"as written (rows) and as decided (columns): {', '.join(CLASSES)}")
    for row in confusion:
        print("   ", "".join(f"{count:7d}" for count in row))


def read_statements(model: StanceModel, split: Splitter, count: int) -> None:
    texts = [row["comment-body"] for row in rows_of(STATEMENTS)]
    for text in random.Random(20261123).sample(texts, min(count, len(texts))):
        found = model.decide(text, split)
        words = "、".join(word for word, _ in found.evidence)
        print(f"{found.stance:8} {found.probability:.2f} [{words}] {text}")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
