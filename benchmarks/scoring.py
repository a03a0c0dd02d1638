"""Speed, start-up time, memory and exactness of scoring, beside snownlp and jieba in the same run.

``python benchmarks/scoring.py [FILE.csv --column 留言详情] [--peer 60] [--rounds 5] [--processes N]``

Scores texts with ours one at a time, together on numpy, together compiled by numba when it is installed, and on N
processes; snownlp takes a sample, jieba splits words and does nothing else. All but one row find the raw score of each
text; "with sentences" is `score_many`, which scores every sentence besides and explains traditional text. The texts
are those of the column, or else of the sets that are there: real messages and microblogs from ``../shared/data``,
messages cut to the length of a comment, and the project's own training sentences; the first set gets the whole table,
the others snownlp and numpy on one core.

Every side runs in a process of its own, so that the memory printed is its own, on one core but for the last row. The
sides take turns, round after round, so that a busy machine is busy for all; the best of the rounds counts. Then the
scores of snownlp's sample are compared with ``==``, and all of ours with each other (``benchmarks/exactness.py`` does
this with every text, and with words).
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
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
#: A comment of usual length, for the time of one comment in a request.
COMMENT = 150
#: Real messages cut to this length stand for comments on a draft.
SHORT = 100
SNOWNLP, ALONE, NUMPY = "snownlp", "ours, one at a time", "ours, numpy"
#: What a side gives for each text: its raw score, or None where it has none.
Score = Callable[[Sequence[str]], Sequence[float | None]]


def column_of(path: Path, column: str) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        texts = [row[column].strip() for row in csv.DictReader(handle)]
    return [text for text in texts if text]


def text_sets(file: Path | None, column: str) -> dict[str, list[str]]:
    """The texts by the name of their set, the main one first."""
    if file:
        return {file.name: column_of(file, column)}
    found: dict[str, list[str]] = {}
    if (DATA / "citizen_messages.csv").is_file():
        messages = column_of(DATA / "citizen_messages.csv", "留言详情")
        found["messages"] = messages
        found[f"first {SHORT} characters of messages"] = [text[:SHORT] for text in messages]
        found["microblogs"] = column_of(DATA / "weibo_epidemic_emotion.csv", "text")
    own = sorted((ROOT / "reports" / "tone" / "training").glob("*.csv"))
    found["the project's sentences"] = [text for path in own for text in column_of(path, "text")]
    return found


def snownlp_itself() -> Score:
    sentiment = importlib.import_module("snownlp.sentiment")
    return lambda texts: [sentiment.classify(text) for text in texts]


def jieba_alone() -> Score:
    jieba = importlib.import_module("jieba")
    jieba.setLogLevel(60)
    jieba.initialize()

    def cut(texts: Sequence[str]) -> list[float | None]:
        return [float(len(jieba.lcut(text))) for text in texts]

    return cut


def one_at_a_time() -> Score:
    scorer = importlib.import_module("reports.scoring").load_scorer()
    return lambda texts: [scorer.sentiments(text) for text in texts]


def together(decoder: str) -> Score:
    scorer = _batch_scorer(decoder)
    return lambda texts: list(scorer.sentiments_of(texts))


def with_sentences() -> Score:
    scorer = _batch_scorer("numpy")

    def score(texts: Sequence[str]) -> list[float | None]:
        scores = scorer.score_many(texts)
        return [score.raw if score.as_written is None else score.as_written for score in scores]

    return score


def _batch_scorer(decoder: str) -> Any:
    """A scorer that has its tables for many texts, compiled code too, when it is called ready."""
    scoring = importlib.import_module("reports.scoring")
    scorer = scoring.load_scorer(decoder=scoring.DecoderChoice(decoder))
    scorer.exact_words_of(["准备"])
    return scorer


_shared: Any = None


def _portion(texts: Sequence[str]) -> list[float | None]:
    return list(_shared(texts))


def on_processes(count: int) -> Score:
    global _shared
    _shared = together("numpy")
    pool = multiprocessing.get_context("fork").Pool(count)

    def score(texts: Sequence[str]) -> list[float | None]:
        size = max(1, -(-len(texts) // count))
        parts = [texts[start : start + size] for start in range(0, len(texts), size)]
        return [figure for part in pool.map(_portion, parts, chunksize=1) for figure in part]

    return score


def sides(processes: int) -> dict[str, Callable[[], Score]]:
    found: dict[str, Callable[[], Score]] = {SNOWNLP: snownlp_itself}
    if importlib.util.find_spec("jieba"):
        found["jieba (words only)"] = jieba_alone
    found[ALONE] = one_at_a_time
    found[NUMPY] = lambda: together("numpy")
    found["ours, numpy, with sentences"] = with_sentences
    if importlib.util.find_spec("numba"):
        found["ours, numba"] = lambda: together("numba")
    if processes > 1:
        found[f"ours, numpy, {processes} processes"] = lambda: on_processes(processes)
    return found


def peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def serve(make: Callable[[], Score]) -> None:
    """A side's process: tells when it is ready, then answers each line of texts with its time and figures."""
    started = time.perf_counter()
    score = make()
    print(json.dumps({"ready": time.perf_counter() - started, "loaded": peak_memory()}), flush=True)
    for line in sys.stdin:
        texts = json.loads(line)
        if isinstance(texts, dict):
            print(json.dumps([min(_times(score, comment)) for comment in texts["alone"]]), flush=True)
            continue
        started = time.perf_counter()
        figures = score(texts)
        seconds = time.perf_counter() - started
        print(json.dumps({"seconds": seconds, "figures": list(figures), "peak": peak_memory()}), flush=True)


def _times(score: Score, comment: str) -> list[float]:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        score([comment])
        times.append(time.perf_counter() - started)
    return times


class Side:
    """One side's process as the benchmark sees it."""

    def __init__(self, name: str, processes: int) -> None:
        self.name = name
        command = [sys.executable, __file__, "--side", name, "--processes", str(processes)]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        told = self._answer()
        self.ready: float = told["ready"]
        self.loaded: float = told["loaded"]
        self.peak = self.loaded
        self.times: list[float] = []
        self.figures: list[float | None] = []

    def round(self, texts: Sequence[str]) -> float:
        self._ask(list(texts))
        told = self._answer()
        self.times.append(told["seconds"])
        self.figures, self.peak = told["figures"], told["peak"]
        return self.times[-1]

    def single(self, comments: Sequence[str]) -> float:
        """Milliseconds for one comment, the median of many; each is asked for alone, the best of three times."""
        self._ask({"alone": list(comments)})
        return statistics.median(self._answer()) * 1000

    def end(self) -> None:
        if self._child.stdin:
            self._child.stdin.close()
        self._child.wait()

    def _ask(self, texts: Sequence[str] | dict[str, list[str]]) -> None:
        if self._child.stdin is None:
            raise RuntimeError(f"{self.name} has no input")
        self._child.stdin.write(json.dumps(texts) + "\n")
        self._child.stdin.flush()

    def _answer(self) -> Any:
        line = self._child.stdout.readline() if self._child.stdout else ""
        if not line:
            raise RuntimeError(f"{self.name} ended early")
        return json.loads(line)


def take_turns(running: Mapping[str, Side], texts: list[str], sample: list[str], rounds: int) -> dict[str, list[float]]:
    """Thousand characters a second of each side in each round."""
    rates: dict[str, list[float]] = {name: [] for name in running}
    for _ in range(rounds):
        for name, side in running.items():
            given = sample if name == SNOWNLP else texts
            rates[name].append(sum(map(len, given)) / side.round(given) / 1000)
    return rates


def spread(texts: list[str], count: int) -> list[str]:
    return texts[:: max(1, len(texts) // count)][:count]


def describe(name: str, texts: Sequence[str]) -> str:
    length = sum(map(len, texts))
    return f"{name}: {len(texts)} texts, {length} characters, {length / len(texts):.0f} each"


def print_whole(name: str, texts: list[str], options: argparse.Namespace) -> None:
    sample = spread(texts, options.peer)
    print(f"{describe(name, texts)}; the load of the machine is {os.getloadavg()[0]:.1f}")
    running = {side: Side(side, options.processes) for side in sides(options.processes)}
    rates = take_turns(running, texts, sample, options.rounds)
    comments = spread([text[:COMMENT] for text in texts if len(text) >= COMMENT], 100)
    print(
        f"{'':28} {'k chars/s':>10} {'x snownlp':>9} {'ready s':>8} {'loaded MB':>9} {'peak MB':>8} {'150 chars':>10}"
    )
    for side, child in running.items():
        # snownlp takes some 30 ms for each, so a few of them tell.
        single = f"{child.single(comments[:20] if side == SNOWNLP else comments):.2f} ms" if comments else ""
        best = max(rates[side])
        print(
            f"{side:28} {best:10.1f} {best / max(rates[SNOWNLP]):9.0f} {child.ready:8.2f} {child.loaded:9.0f} "
            f"{child.peak:8.0f} {single:>10}",
            flush=True,
        )
        child.end()
    expected = dict(zip(sample, running[SNOWNLP].figures, strict=True))
    alone = running[ALONE].figures
    for side in (name for name in running if name.startswith("ours")):
        figures = running[side].figures
        pairs = [(expected.get(text), figure) for text, figure in zip(texts, figures, strict=True)]
        differing = sum(one is not None and figure is not None and one != figure for one, figure in pairs)
        same = all(figure is None or figure == one for figure, one in zip(figures, alone, strict=True))
        print(f"{side}: {differing} of {len(expected)} differ from snownlp; all {len(texts)} as one at a time: {same}")


def print_sets(texts_by_name: Mapping[str, list[str]], options: argparse.Namespace) -> None:
    """snownlp and numpy on one core over each set; the least is that of any round against snownlp's in that round."""
    print(f"\n{'raw scores, one core':33} {'snownlp':>8} {'numpy':>8} k chars/s  best x least x  differ")
    running = {side: Side(side, 1) for side in (SNOWNLP, NUMPY)}
    for name, texts in texts_by_name.items():
        sample = spread(texts, max(options.peer, 6_000 * len(texts) // sum(map(len, texts))))
        rates = take_turns(running, texts, sample, options.rounds)
        expected = dict(zip(sample, running[SNOWNLP].figures, strict=True))
        found = dict(zip(texts, running[NUMPY].figures, strict=True))
        differing = sum(found[text] != figure for text, figure in expected.items())
        least = min(ours / theirs for theirs, ours in zip(rates[SNOWNLP], rates[NUMPY], strict=True))
        theirs, ours = max(rates[SNOWNLP]), max(rates[NUMPY])
        print(f"{name:33} {theirs:8.2f} {ours:8.0f} {'':9} {ours / theirs:7.0f} {least:7.0f} {differing:7}", flush=True)
        print(f"    {describe(name, texts)}")
    for side in running.values():
        side.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--column", default="text")
    parser.add_argument("--peer", type=int, default=60, help="how many texts snownlp scores as well")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        sys.path.insert(0, str(ROOT))
        serve(sides(options.processes)[options.side])
        return
    texts_by_name = text_sets(options.file, options.column)
    first = next(iter(texts_by_name))
    print_whole(first, texts_by_name[first], options)
    print_sets(texts_by_name, options)


if __name__ == "__main__":
    main()
