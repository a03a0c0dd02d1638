"""How good the stance model is on topics that it had not seen, beside the majority rate in the same run.

``python benchmarks/stance.py``: five folds by topic over the sentences written for this project. Each sentence is
judged by a model of both stages that saw nothing of its topic.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from reports.scoring import load_scorer  # noqa: E402 - the project's root has to be on the path first
from reports.stance.model import CLASSES, load_stance_model  # noqa: E402
from reports.stance.training import held_out, read_examples  # noqa: E402


def main() -> None:
    split = load_scorer().words
    found = held_out(read_examples(split), split)
    model = load_stance_model()
    print(f"{found.texts} sentences, topics not seen; shipped model {model.version}: {dict(model.summary)}")
    print(f"{'':12}{'this model':>12}{'majority':>12}")
    print(f"{'accuracy':12}{found.accuracy:12.3f}{found.majority:12.3f}")
    print(f"{'macro-F1':12}{found.macro_f1:12.3f}{found.majority_macro_f1:12.3f}")
    print(f"as written (rows) and as decided (columns): {', '.join(CLASSES)}")
    for row in found.confusion:
        print("   ", "".join(f"{count:7d}" for count in row))


if __name__ == "__main__":
    main()
