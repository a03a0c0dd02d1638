"""Speed, start-up time, memory and exactness of scoring, beside snownlp and jieba in the same run.

``python benchmarks/scoring.py [FILE.csv --column 留言详情] [--peer 60] [--rounds 3] [--processes N]``

Scores every text of the column (by default the project's own training sentences) with ours one at a time, together on
numpy, together compiled by numba when it is installed, and on N processes; snownlp and jieba's segmentation alone
take a sample. Every side runs in a process of its own, so that the memory printed is its own; the best of the rounds
counts. Then the figures of snownlp's sample are compared with ``==``, and all of ours with each other.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.util
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: A comment of usual length, for the time of one comment in a request.
COMMENT = 150
Score = Callable[[Sequence[str]], list[float]]


def read_texts(file: Path | None, column: str) -> list[str]:
    path = file or ROOT / "reports" / "tone" / "training" / "sentences.csv"
    with path.open(encoding="utf-8-sig", newline="") as handle:
        texts = [row[column].strip() for row in csv.DictReader(handle)]
    return [text for text in texts if text]


def snownlp_itself() -> Score:
    sentiment = importlib.import_module("snownlp.sentiment")
    return lambda texts: [sentiment.classify(text) for text in texts]


def jieba_alone() -> Score:
    jieba = importlib.import_module("jieba")
    jieba.setLogLevel(60)
    jieba.initialize()

    def cut(texts: Sequence[str]) -> list[float]:
        return [float(len(jieba.lcut(text))) for text in texts]

    return cut


def one_at_a_time() -> Score:
    scorer = importlib.import_module("reports.scoring").load_scorer()
    return lambda texts: [scorer.sentiments(text) for text in texts]


def together(decoder: str) -> Score:
    scoring = importlib.import_module("reports.scoring")
    scorer = scoring.load_scorer(decoder=scoring.DecoderChoice(decoder))
    scorer.sentiments_of(["准备"])
    return lambda texts: list(scorer.sentiments_of(texts))


_shared: Any = None


def _portion(texts: Sequence[str]) -> list[float]:
    return list(_shared(texts))


def on_processes(count: int) -> Score:
    global _shared
    _shared = together("numpy")
    pool = multiprocessing.get_context("fork").Pool(count)

    def score(texts: Sequence[str]) -> list[float]:
        size = max(1, len(texts) // (4 * count))
        parts = [texts[start : start + size] for start in range(0, len(texts), size)]
        return [figure for part in pool.map(_portion, parts, chunksize=1) for figure in part]

    return score


def sides(processes: int) -> dict[str, Callable[[], Score]]:
    found: dict[str, Callable[[], Score]] = {"snownlp": snownlp_itself}
    if importlib.util.find_spec("jieba"):
        found["jieba (words only)"] = jieba_alone
    found["ours, one at a time"] = one_at_a_time
    found["ours, numpy"] = lambda: together("numpy")
    if importlib.util.find_spec("numba"):
        found["ours, numba"] = lambda: together("numba")
    if processes > 1:
        found[f"ours, numpy, {processes} processes"] = lambda: on_processes(processes)
    return found


def peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(make: Callable[[], Score], texts: list[str], rounds: int) -> dict[str, Any]:
    started = time.perf_counter()
    score = make()
    ready = time.perf_counter() - started
    loaded = peak_memory()
    seconds, figures = [], []
    for _ in range(rounds):
        started = time.perf_counter()
        figures = score(texts)
        seconds.append(time.perf_counter() - started)
    comments = [text[:COMMENT] for text in texts if len(text) >= COMMENT][:200]
    single = []
    for comment in comments:
        started = time.perf_counter()
        score([comment])
        single.append(time.perf_counter() - started)
    return {
        "ready": ready,
        "loaded": loaded,
        "peak": peak_memory(),
        "seconds": min(seconds),
        "figures": figures,
        "single": statistics.median(single) * 1000 if single else None,
    }


def in_child(side: str, texts: list[str], options: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, __file__, "--side", side, "--processes", str(options.processes)]
    rounds = 1 if side == "snownlp" else options.rounds
    done = subprocess.run(
        [*command, "--rounds", str(rounds)], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--column", default="text")
    parser.add_argument("--peer", type=int, default=60, help="how many texts snownlp scores as well")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        sys.path.insert(0, str(ROOT))
        texts = json.load(sys.stdin)
        json.dump(measure(sides(options.processes)[options.side], texts, options.rounds), sys.stdout)
        return
    texts = read_texts(options.file, options.column)
    sample = texts[:: max(1, len(texts) // options.peer)][: options.peer]
    print(f"{len(texts)} texts, {sum(map(len, texts))} characters; the load of the machine is {os.getloadavg()[0]:.1f}")
    print(
        f"{'':28} {'k chars/s':>10} {'x snownlp':>9} {'ready s':>8} {'loaded MB':>9} {'peak MB':>8} {'150 chars':>10}"
    )
    figures: dict[str, list[float]] = {}
    base = 0.0
    for side in sides(options.processes):
        given = sample if side == "snownlp" else texts
        measured = in_child(side, given, options)
        rate = sum(map(len, given)) / measured["seconds"] / 1000
        base = base or rate
        single = "" if measured["single"] is None else f"{measured['single']:.2f} ms"
        print(
            f"{side:28} {rate:10.1f} {rate / base:9.0f} {measured['ready']:8.2f} {measured['loaded']:9.0f} "
            f"{measured['peak']:8.0f} {single:>10}",
            flush=True,
        )
        figures[side] = measured["figures"]
    expected = dict(zip(sample, figures["snownlp"], strict=True))
    for side in (name for name in figures if name.startswith("ours")):
        differing = sum(
            text in expected and expected[text] != figure for text, figure in zip(texts, figures[side], strict=True)
        )
        same = figures[side] == figures["ours, one at a time"]
        print(f"{side}: {differing} of {len(expected)} differ from snownlp; all {len(texts)} as one at a time: {same}")


if __name__ == "__main__":
    main()
