"""Speed, memory and exactness of scoring against snownlp in one run.

``python benchmarks/scoring.py [FILE.csv --column 留言详情] [--peer 60]`` scores every text of the column (by default
the project's own training sentences), measures a sample with snownlp itself, and compares the figures with ``==``.
Each side runs in a process of its own, so that the memory printed is its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def read_texts(file: Path | None, column: str) -> list[str]:
    path = file or ROOT / "reports" / "tone" / "training" / "sentences.csv"
    with path.open(encoding="utf-8-sig", newline="") as handle:
        texts = [row[column].strip() for row in csv.DictReader(handle)]
    return [text for text in texts if text]


def measure_ours(texts: list[str]) -> dict[str, object]:
    from reports.scoring import load_scorer  # noqa: PLC0415 - loading is what is timed

    started = time.perf_counter()
    scorer = load_scorer()
    ready = time.perf_counter() - started
    memory_loaded = peak_memory()
    started = time.perf_counter()
    figures = [scorer.sentiments(text) for text in texts]
    return {"ready": ready, "seconds": time.perf_counter() - started, "figures": figures, "loaded": memory_loaded}


def measure_snownlp(texts: list[str]) -> dict[str, object]:
    started = time.perf_counter()
    from snownlp import sentiment  # noqa: PLC0415 - loading is what is timed

    ready = time.perf_counter() - started
    memory_loaded = peak_memory()
    started = time.perf_counter()
    figures = [sentiment.classify(text) for text in texts]
    return {"ready": ready, "seconds": time.perf_counter() - started, "figures": figures, "loaded": memory_loaded}


def peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_child(side: str, texts: list[str]) -> dict[str, object]:
    command = [sys.executable, __file__, "--side", side]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--column", default="text")
    parser.add_argument("--peer", type=int, default=60, help="how many texts snownlp scores as well")
    parser.add_argument("--side", choices=["ours", "snownlp"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        sys.path.insert(0, str(ROOT))
        texts = json.load(sys.stdin)
        measured = measure_ours(texts) if options.side == "ours" else measure_snownlp(texts)
        json.dump({**measured, "peak": peak_memory()}, sys.stdout)
        return
    texts = read_texts(options.file, options.column)
    sample = texts[:: max(1, len(texts) // options.peer)][: options.peer]
    figures: dict[str, list[float]] = {}
    for side, given in (("ours", texts), ("snownlp", sample)):
        measured = in_child(side, given)
        characters = sum(map(len, given))
        print(
            f"{side:8} {len(given):6} texts {characters:8} characters  ready in {measured['ready']:.2f} s  "
            f"{characters / float(str(measured['seconds'])) / 1000:8.1f} k characters/s  "
            f"{measured['loaded']:.0f} MB loaded, {measured['peak']:.0f} MB peak"
        )
        figures[side] = list(measured["figures"])  # type: ignore[call-overload]
    by_text = dict(zip(texts, figures["ours"], strict=True))
    equal = sum(by_text[text] == figure for text, figure in zip(sample, figures["snownlp"], strict=True))
    print(f"equal to the last bit: {equal} of {len(sample)}")


if __name__ == "__main__":
    main()
