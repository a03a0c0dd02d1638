"""Whether scores and words are snownlp's own, to the last bit, on all real texts at hand and on odd ones made up.

``python benchmarks/exactness.py [--data DIR] [--fuzz 24000] [--sample N] [--processes N]``

Every cell of every CSV and XLSX, every string of every JSON and every file and line of TXT and MD below DIR (by
default ``../shared/data``) that is more than a number is scored and split into words by snownlp itself and by each of
ours: one text at a time, many together on numpy, and many together compiled by numba where it is installed. Figures
are compared with ``==``, words one by one; a text that stands there several times is compared once. Then the same
with texts made up, of every sort that was once wrong or easily is. Ends with 1 when anything differs.

snownlp takes all the time: on four processes a few minutes for four million characters. ``--sample 200`` takes 200
texts of each file and each sort, for a quick look.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.util
import json
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import python_calamine

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
#: Characters that snownlp is given at once, between two words of progress.
PORTION = 4_000
#: Of so many texts one is asked for at snownlp's front door too, which splits each text a second time.
FRONT_DOOR = 50
#: Texts that ours score together.
TOGETHER = 20_000
SHOWN = 10

Words = list[str]
#: What somebody makes of a text: its words and its score.
Answer = tuple[Words, float]
Rng = random.Random

COMMON = (
    "的一是不了在人有我他这中大来上国和说们为子你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天"
    "小区物业噪音扰民停车收费路灯积水公交学位医保工资拖欠拆迁补偿投诉反映感谢支持反对建议希望尽快解决没有人管态度恶劣"
)
TRADITIONAL = (
    "這個小區的噪音問題一直沒有人管領導應該重視臺灣後來著名體驗傳統廣場舞擾民車輛亂停對於條例草案第二條表示讚成"
)
EMOJI = ("😀", "👍🏻", "👨‍👩‍👧", "🇨🇳", "❤️", "1️⃣", "🙏", "😡", "☔", "㊗️")
SPACES = [chr(code) for code in range(0x3001) if chr(code).isspace()] + ["\u200b", "\ufeff", "\u2060", "\u180e"]
MARKS = ("，", "。", "！", "？", "；", "、", "…", "——", "《", "》", ",", ".", "!", "?", "")
LATIN = (
    "12345",
    "https://a.b/c?d=1",
    "A2区",
    "13800000000",
    "O(∩_∩)O",
    "Hello world",
    "e-mail",
    "No.7",
    "3.5%",
    "\x00",
)
LONG = (1_000, 2_000, 4_000, 8_000)


def han(rng: Rng) -> str:
    """Any character that snownlp takes for Chinese: most of them it has never or hardly ever seen."""
    return chr(rng.randint(0x4E00, 0x9FA5))


def outside(rng: Rng) -> str:
    """Chinese characters that snownlp does not take for such, and neighbours of those it does."""
    begin, end = rng.choice(
        ((0x3400, 0x4DFF), (0x9FA6, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2E80, 0x2FD5))
    )
    return chr(rng.randint(begin, end))


def any_character(rng: Rng) -> str:
    """Any code point but a surrogate: controls, unassigned ones and NUL included."""
    code = rng.choice((rng.randint(0, 0xFF), rng.randint(0, 0x3100), rng.randint(0, 0x10F7FF)))
    return chr(code if code < 0xD800 else code + 0x800)


def full_width(rng: Rng) -> str:
    return chr(rng.randint(0xFF01, 0xFFEE)) if rng.random() < 0.7 else rng.choice(COMMON)


def common(rng: Rng) -> str:
    return rng.choice(COMMON)


def run_of(character: Callable[[Rng], str], rng: Rng, most: int) -> str:
    return "".join(character(rng) for _ in range(rng.randint(1, most)))


def rarely_seen(rng: Rng) -> str:
    """Few rare characters over and over, where paths tie or nearly do."""
    pool = run_of(han, rng, 9)
    return pool * rng.randint(1, 9)


def spaced(rng: Rng) -> str:
    return "".join(run_of(common, rng, 4) + rng.choice(SPACES) * rng.randint(1, 2) for _ in range(rng.randint(1, 9)))


def with_emoji(rng: Rng) -> str:
    return "".join(rng.choice((run_of(common, rng, 5), "")) + rng.choice(EMOJI) for _ in range(rng.randint(1, 8)))


def with_latin(rng: Rng) -> str:
    return "".join(run_of(common, rng, 5) + rng.choice(LATIN) + rng.choice(MARKS) for _ in range(rng.randint(1, 7)))


def sentence(rng: Rng) -> str:
    return "".join(run_of(common, rng, 12) + rng.choice(MARKS) for _ in range(rng.randint(1, 9)))


def traditional(rng: Rng) -> str:
    begin = rng.randrange(len(TRADITIONAL))
    return TRADITIONAL[begin : begin + rng.randint(1, 30)] + run_of(lambda r: r.choice(TRADITIONAL), rng, 20)


def mixture(rng: Rng) -> str:
    sorts = (han, outside, any_character, full_width, common, rarely_seen, spaced, with_emoji, with_latin, traditional)
    weights = [rng.random() ** 3 for _ in sorts]
    return "".join(sort(rng) for sort in rng.choices(sorts, weights, k=rng.randint(1, 20)))


def long_run(rng: Rng) -> str:
    """Thousands of characters without a mark, on which snownlp takes time that grows with the square."""
    character = rng.choice((han, common, lambda r: r.choice(TRADITIONAL), lambda r: r.choice((han, common, common))(r)))
    return "".join(character(rng) for _ in range(rng.choice(LONG)))


#: Each sort of text with its share of those made up.
SORTS: Mapping[str, tuple[Callable[[Rng], str], float]] = {
    "common characters, marks": (sentence, 0.15),
    "characters never seen": (lambda rng: run_of(lambda r: r.choice((han, han, common))(r), rng, 30), 0.15),
    "few rare characters repeated": (rarely_seen, 0.1),
    "outside snownlp's range": (lambda rng: run_of(lambda r: r.choice((outside, common))(r), rng, 30), 0.08),
    "traditional": (traditional, 0.1),
    "emoji": (with_emoji, 0.08),
    "white space of every kind": (spaced, 0.07),
    "full width": (lambda rng: run_of(full_width, rng, 30), 0.05),
    "Latin, figures, addresses, NUL": (with_latin, 0.06),
    "any code point": (lambda rng: run_of(any_character, rng, 30), 0.05),
    "mixtures": (mixture, 0.109),
    "1,000 to 8,000 without a mark": (long_run, 0.001),
}


def made_up(count: int, seed: int) -> Iterator[tuple[str, list[str]]]:
    """The sorts with their texts, the same for the same seed."""
    for name, (make, share) in SORTS.items():
        rng = random.Random(f"{seed} {name}")
        yield f"made up: {name}", [make(rng) for _ in range(max(1, round(count * share)))]


def texts_of(path: Path) -> Iterator[str]:
    """Whatever a file holds that a person may have written."""
    if path.suffix == ".xlsx":
        for sheet in python_calamine.CalamineWorkbook.from_path(path).to_python_sheets():
            yield from (str(cell) for row in sheet for cell in row)
        return
    content = decoded(path.read_bytes())
    if path.suffix == ".csv":
        csv.field_size_limit(1 << 30)
        for row in csv.reader(content.splitlines(keepends=True)):
            yield from row
    elif path.suffix in (".json", ".jsonl"):
        documents = content.splitlines() if path.suffix == ".jsonl" else [content]
        for document in documents:
            if document.strip():
                yield from strings_in(json.loads(document))
    elif path.suffix in (".txt", ".md"):
        yield content
        yield from content.splitlines()


def strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value if isinstance(value, list) else [*value, *value.values()]:
            yield from strings_in(one)


def decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def is_text(text: str) -> bool:
    """Anything but blanks and plain figures, dates among them."""
    return any(not character.isascii() or character.isalpha() for character in text)


def files_below(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*") if path.suffix in (".csv", ".xlsx", ".json", ".jsonl", ".txt", ".md")
    )


def sampled(texts: list[str], most: int | None) -> list[str]:
    return texts if most is None or len(texts) <= most else texts[:: -(-len(texts) // most)]


def snownlp_itself(text: str, front_door: bool) -> Answer:
    """snownlp's own words and score, put together as ``Sentiment.classify`` does, but splitting the text once."""
    words = _snownlp.seg.seg(text)
    side, probability = _snownlp.sentiment.classifier.classifier.classify(_snownlp.normal.filter_stop(words))
    answer = (words, probability if side == "pos" else 1 - probability)
    if front_door:
        itself = _snownlp.SnowNLP(text)
        if (itself.words, itself.sentiments) != answer:
            raise AssertionError("snownlp's parts and its front door disagree")
    return answer


_snownlp: Any = None
_one_at_a_time: Any = None


def answers_of(portion: Sequence[tuple[int, str]]) -> list[tuple[int, Answer, Answer]]:
    """For each numbered text what snownlp makes of it, and what ours does with one text at a time."""
    found = []
    for number, text in portion:
        ours = (_one_at_a_time.exact_words(text), _one_at_a_time.sentiments(text))
        found.append((number, snownlp_itself(text, number % FRONT_DOOR == 0), ours))
    return found


def portions(texts: Sequence[str]) -> list[list[tuple[int, str]]]:
    """The texts with their numbers, the longest first, so that no process is left alone with them at the end."""
    found: list[list[tuple[int, str]]] = []
    size = PORTION
    for number in sorted(range(len(texts)), key=lambda at: -len(texts[at])):
        if size >= PORTION:
            found.append([])
            size = 0
        found[-1].append((number, texts[number]))
        size += len(texts[number])
    return found


@dataclass
class Tally:
    """What was compared, and what of it differs."""

    scores: int = 0
    splits: int = 0
    texts: list[int] = field(default_factory=list)

    def compare(self, number: int, ours: Answer, expected: Answer) -> None:
        self.splits += ours[0] != expected[0]
        self.scores += ours[1] != expected[1]
        if ours != expected:
            self.texts.append(number)


def compare(texts: Sequence[str], processes: int) -> dict[str, Tally]:
    """Every way to score against snownlp, on texts that are distinct and not empty."""
    global _snownlp, _one_at_a_time
    scoring = importlib.import_module("reports.scoring")
    _one_at_a_time = scoring.load_scorer(decoder=scoring.DecoderChoice.NUMPY)
    _snownlp = importlib.import_module("snownlp")
    tallies = {"one at a time": Tally()}
    expected: dict[int, Answer] = {}
    started, done, total = time.perf_counter(), 0, sum(map(len, texts))
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        for found in pool.imap_unordered(answers_of, portions(texts)):
            for number, answer, ours in found:
                expected[number] = answer
                tallies["one at a time"].compare(number, ours, answer)
                done += len(texts[number])
            seconds = time.perf_counter() - started
            print(f"\r{done} of {total} characters, {seconds:.0f} s", end="", file=sys.stderr, flush=True)
    print(f"\nsnownlp: {total / seconds / 1000:.1f} thousand characters a second", file=sys.stderr)
    together = {"together, numpy": _one_at_a_time}
    if importlib.util.find_spec("numba"):
        together["together, numba"] = scoring.load_scorer(decoder=scoring.DecoderChoice.NUMBA)
    for name, scorer in together.items():
        tally = tallies[name] = Tally()
        for begin in range(0, len(texts), TOGETHER):
            part = texts[begin : begin + TOGETHER]
            figures, words = scorer.sentiments_of(part), scorer.exact_words_of(part)
            for number, ours in enumerate(zip(words, figures, strict=True), start=begin):
                tally.compare(number, ours, expected[number])
    return tallies


def gathered(sources: Iterable[tuple[str, list[str]]], most: int | None) -> tuple[list[str], dict[str, str]]:
    """All distinct texts, and where each stands first; prints how many each source has."""
    first: dict[str, str] = {}
    for name, texts in sources:
        texts = sampled([text for text in texts if text], most)
        before = len(first)
        for text in texts:
            first.setdefault(text, name)
        fresh = len(first) - before
        print(f"{name:56} {len(texts):8} {fresh:8} {sum(map(len, texts)):10}")
    return list(first), first


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="folder with real texts")
    parser.add_argument("--fuzz", type=int, default=24_000, metavar="N", help="how many texts are made up")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, metavar="N", help="so many texts of each file and sort at most")
    parser.add_argument("--processes", type=int, default=min(4, os.cpu_count() or 1))
    options = parser.parse_args()
    if options.data.is_dir():
        files = [(str(path.relative_to(options.data)), path) for path in files_below(options.data)]
    else:
        print(f"{options.data} is not here: only texts made up are compared (--data DIR names another folder)")
        files = []
    real = ((name, [text for text in texts_of(path) if is_text(text)]) for name, path in files)
    print(f"{'source':56} {'texts':>8} {'new':>8} {'characters':>10}")
    started = time.perf_counter()
    texts, first = gathered(
        (source for some in (real, made_up(options.fuzz, options.seed)) for source in some), options.sample
    )
    print(f"{'distinct texts compared':56} {'':8} {len(texts):8} {sum(map(len, texts)):10}", flush=True)
    tallies = compare(texts, options.processes)
    print(f"{'':56} {'scores':>8} {'splits':>8} differ from snownlp")
    for name, tally in tallies.items():
        print(f"{'ours, ' + name:56} {tally.scores:8} {tally.splits:8}")
        for number in tally.texts[:SHOWN]:
            print(f"    {first[texts[number]]}: {texts[number][:60]!r}")
    print(f"{time.perf_counter() - started:.0f} s on {options.processes} processes")
    return 1 if any(tally.texts for tally in tallies.values()) else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
