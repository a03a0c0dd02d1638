"""How good the shipped tone model is, beside stock snownlp and the majority rate in the same run.

``python benchmarks/tone.py [--civic FILE] [--microblogs FILE] [--own-labels 1000]``

Civic messages: the rows on which both labelling passes agree, by the shipped model, which was trained on sentences
written for this project and on none of them. Microblogs: five folds, each judged by a model trained on the shipped
sentences and the other four; and what ``consult model train`` makes of so many labels, judged on as many others.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from reports.model import Tone  # noqa: E402 - the project's root has to be on the path first
from reports.scoring import Scorer, load_scorer  # noqa: E402
from reports.tone import load_tone_model  # noqa: E402
from reports.tone.evaluation import Evaluation, evaluate  # noqa: E402
from reports.tone.examples import Labelled  # noqa: E402
from reports.tone.model import read_tone_model  # noqa: E402
from reports.tone.training import train  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
FOLDS, SEED = 5, 20261122
TONES = {"-1": Tone.NEGATIVE, "0": Tone.NEUTRAL, "1": Tone.POSITIVE}


def show(title: str, found: Evaluation) -> None:
    print(f"\n{title}: {found.rows} texts, {found.by_tone}")
    print(f"{'':28}{'this model':>24}{'stock snownlp':>24}{'majority':>12}")
    for name, figure in found.figures.items():
        stock, majority = found.stock[name], found.majority[name]
        print(
            f"{name:28}{figure.value:8.3f} [{figure.low:.3f}, {figure.high:.3f}]"
            f"{stock.value:8.3f} [{stock.low:.3f}, {stock.high:.3f}]{majority.value:12.3f}"
        )
    print("labelled negative, neutral, positive (rows) and decided negative, neutral, positive, uncertain (columns):")
    for row in found.confusion:
        print("   ", "".join(f"{count:7d}" for count in row))


def civic(path: Path, scorer: Scorer) -> None:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row.get("both_agree", "1") == "1"]
    labelled = [Labelled(row["text"], TONES[row["tone_a"]]) for row in rows]
    model = load_tone_model()
    show(f"Civic messages, shipped model {model.version}", evaluate(model, labelled, scorer=scorer))


def read_microblogs(path: Path) -> list[Labelled]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["label3"].strip()]
    labelled = [Labelled(row["text"], TONES[str(int(float(row["label3"])))], row["text"]) for row in rows]
    random.Random(SEED).shuffle(labelled)
    return labelled


def learnt(title: str, seen: Sequence[Labelled], unseen: Sequence[Labelled], scorer: Scorer) -> None:
    started = time.perf_counter()
    model = read_tone_model(train(seen, scorer=scorer, representative=True))
    seconds = time.perf_counter() - started
    show(f"{title}, trained in {seconds:.0f} s", evaluate(model, unseen, scorer=scorer))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--civic", type=Path, default=DATA / "civic_tone_gold.csv")
    parser.add_argument("--microblogs", type=Path, default=DATA / "weibo_epidemic_emotion.csv")
    parser.add_argument("--own-labels", type=int, default=1000)
    parser.add_argument("--folds", type=int, default=FOLDS, help="how many of the five folds to run")
    options = parser.parse_args()
    scorer = load_scorer()
    civic(options.civic, scorer)
    posts = read_microblogs(options.microblogs)
    count = options.own_labels
    learnt(f"Microblogs, {count} labels of one's own", posts[:count], posts[count : 2 * count], scorer)
    for fold in range(options.folds):
        unseen = posts[fold::FOLDS]
        seen = [post for place, post in enumerate(posts) if place % FOLDS != fold]
        learnt(f"Microblogs, fold {fold + 1} of {FOLDS}", seen, unseen, scorer)


if __name__ == "__main__":
    main()
