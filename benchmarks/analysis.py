"""Speed and memory of the analysis, beside the naive way that splits every text three times, in one run.

``python benchmarks/analysis.py [FILE]`` analyses the real messages (by default ../shared/data/citizen_messages.csv;
skipped when absent) and as many generated ones. The naive way is `find` without sharing: score, tone and keywords each
split the text for themselves; its findings are compared with ``==``. Grouping is the same in both and measured apart.
Each side runs in a process of its own, so that the memory printed is its own. Seconds are CPU seconds of one core,
because wall time says nothing on a busy machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from reports.analysis import group  # noqa: E402 - found only now
from reports.findings import KEYWORDS, find_each  # noqa: E402
from reports.keywords import keywords  # noqa: E402
from reports.model import Finding, Submission  # noqa: E402
from reports.scoring import Scorer, load_scorer  # noqa: E402
from reports.tables import read_table  # noqa: E402
from reports.tone import ToneModel, load_tone_model  # noqa: E402
from reports.tone.examples import read_sentences  # noqa: E402

REAL = ROOT.parent / "shared" / "data" / "citizen_messages.csv"
GENERATED = 3_000
SIDES = ("shared", "naive")


def generated(count: int) -> list[Submission]:
    """Messages put together from the project's own training sentences, of about the length of real ones."""
    rng = random.Random(7)
    texts = [row["text"] for row in read_sentences()]
    return [
        Submission(str(number), "".join(rng.sample(texts, rng.randint(4, 24))), rng.choice(texts)[:30])
        for number in range(count)
    ]


def shared(submissions: list[Submission], scorer: Scorer, tone_model: ToneModel) -> list[Finding]:
    return list(find_each(submissions, scorer=scorer, tone_model=tone_model))


def naive(submissions: list[Submission], scorer: Scorer, tone_model: ToneModel) -> list[tuple[object, ...]]:
    """Score, tone and keywords, each splitting the text for itself."""
    found: list[tuple[object, ...]] = []
    for submission in submissions:
        texts = submission.citizen_texts()
        score = scorer.score_submission(submission)
        tone = tone_model.decide(submission, score, scorer.words)
        found.append((submission.id, score, tone, tuple(keywords(texts, scorer=scorer, top=KEYWORDS))))
    return found


def measure(side: str, submissions: list[Submission]) -> dict[str, object]:
    scorer, tone_model = load_scorer(), load_tone_model()
    scorer.score("把表读进来")
    started = time.process_time()
    if side == "naive":
        compared = naive(submissions, scorer, tone_model)
        return {"reading": time.process_time() - started, "grouping": None, **_end(compared)}
    findings = shared(submissions, scorer, tone_model)
    read = time.process_time()
    group(submissions, tones={finding.id: finding.tone.tone for finding in findings})
    done = time.process_time()
    compared = [(f.id, f.score, f.tone, f.keywords) for f in findings]
    return {"reading": read - started, "grouping": done - read, **_end(compared)}


def _end(compared: list[tuple[object, ...]]) -> dict[str, object]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"peak": peak, "digest": hashlib.sha256(repr(compared).encode("utf-8", "surrogatepass")).hexdigest()}


def in_child(side: str, file: Path | None, most: int) -> dict[str, object]:
    command = [sys.executable, __file__, "--side", side, "--most", str(most), *([str(file)] if file else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def read(file: Path | None, most: int) -> list[Submission]:
    return [row.submission for row in read_table(file).rows][:most] if file else generated(min(most, GENERATED))


def compare(name: str, file: Path | None, most: int) -> None:
    """Measure both sides and print them; ends the run when their findings differ."""
    submissions = read(file, most)
    characters = sum(len(text) for submission in submissions for text in submission.citizen_texts())
    print(f"{name}: {len(submissions)} messages, {characters} characters")
    digests = set()
    for side in SIDES:
        got = in_child(side, file, most)
        reading = float(str(got["reading"]))
        grouping = "" if got["grouping"] is None else f"  grouping {float(str(got['grouping'])):6.1f} CPU s"
        print(
            f"  {side:6} reading {reading:6.1f} CPU s, {len(submissions) / reading:6.0f} messages/s, "
            f"{float(str(got['peak'])):4.0f} MB at most{grouping}"
        )
        digests.add(got["digest"])
    if len(digests) > 1:
        raise SystemExit("  the findings differ")
    print("  the findings are equal")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--most", type=int, default=10**9, help="read only so many messages")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        json.dump(measure(options.side, read(options.file, options.most)), sys.stdout)
        return
    real: Path = options.file or REAL
    if real.is_file():
        compare(real.name, real, options.most)
    else:
        print(f"{real} is absent: skipped")
    compare("generated", None, options.most)


if __name__ == "__main__":
    main()
