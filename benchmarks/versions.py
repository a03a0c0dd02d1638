"""How well clauses are matched between two versions, beside matching by number, in one run.

    python benchmarks/versions.py [--data ../shared/data/regulations] [--rounds 20]

Each regulation of the folder is changed as drafts are changed between two rounds – articles left out, new ones taken
from other regulations, some moved, split and merged, a third reworded (from a few characters to most phrases),
everything renumbered and references renamed – and what became of each article is known. Printed for each strength of
rewording: of the articles that have a successor the share that was given the right one, of those that have none the
share called removed, of new articles the share called added, of splits and merges the share found, and the time. The
baseline matches equal numbers, which is what comments pinned to numbers do. The regulations are third-party material
and are read where they lie; without them the benchmark says so and ends.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from consult.drafts.comparing import Comparison, Side, compare
from consult.drafts.parsing.files import parse_file
from consult.drafts.parsing.numbering import in_han
from consult.drafts.structure import sides_of

_REFERENCE = re.compile(r"第[零一二三四五六七八九十百千]+条")
_SENTENCE = re.compile(r"(?<=[。；])")
_PHRASE = re.compile(r"(?<=[，。；：])")
#: Of the phrases of a reworded article, the share replaced by others.
_STRENGTHS = {"lightly": 0.0, "by a third": 0.33, "by half": 0.5, "by two thirds": 0.66}


@dataclass
class Case:
    """Two versions, and what became of what."""

    old: list[Side]
    new: list[Side]
    main: dict[int, int]
    split: set[tuple[int, int]]
    merged: set[tuple[int, int]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/regulations"))
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    files = sorted(options.data.glob("*.md"))
    if len(files) < 2:
        print(f"No regulations in {options.data}: nothing measured.")
        return 0
    texts = [sides_of(parse_file(file.name, file.read_bytes()).nodes) for file in files]
    for name, strength in _STRENGTHS.items():
        ours: Counter[str] = Counter()
        numbers: Counter[str] = Counter()
        taken = 0.0
        for seed in range(options.rounds):
            chance = random.Random(f"{name}:{seed}")
            for place, text in enumerate(texts):
                others = [side for other in texts if other is not text for side in other if side.text]
                case = changed(texts[place], others, strength, chance)
                started = time.perf_counter()
                found = compare(case.old, case.new)
                taken += time.perf_counter() - started
                ours += judged(case, found)
                numbers += judged_by_number(case)
        n = options.rounds * len(texts)
        print(f"A third of the articles reworded {name}; {n} pairs, {1000 * taken / n:.0f} ms each")
        for title, figures in (("by words", ours), ("by number", numbers)):
            print(f"  {title:<10}" + "  ".join(_share(figures, key) for key in _KEYS if figures[f"{key} of"]))
    return 0


_KEYS = ("continued", "removed", "added", "split", "merged")


def _share(figures: Counter[str], key: str) -> str:
    right, of = figures[key], figures[f"{key} of"]
    return f"{key} {right}/{of} ({100 * right / of:.1f} %)"


def changed(text: list[Side], others: list[Side], strength: float, chance: random.Random) -> Case:
    """One regulation as its next version might be."""
    case = Case([replace(side, key=f"o{i}") for i, side in enumerate(text)], [], {}, set(), set())
    entries: list[tuple[str, list[int], str]] = []  # words, from which old ones, how
    skip = False
    for i, side in enumerate(text):
        if skip:
            skip = False
            continue
        fate = chance.random()
        sentences = [s for s in _SENTENCE.split(side.text.replace("\n", "")) if s]
        if fate < 0.08:
            continue
        if fate < 0.13 and len(sentences) >= 4:
            half = len(sentences) // 2 + (
                1 if len("".join(sentences[: len(sentences) // 2])) < len(side.text) / 2 else 0
            )
            entries += [("".join(sentences[:half]), [i], "split"), ("".join(sentences[half:]), [i], "split")]
        elif fate < 0.17 and i + 1 < len(text):
            entries.append((side.text + text[i + 1].text, [i, i + 1], "merged"))
            skip = True
        elif fate < 0.5:
            entries.append((reworded(side.text, strength, others, chance), [i], "main"))
        else:
            entries.append((side.text, [i], "main"))
        if chance.random() < 0.08:
            entries.append((chance.choice(others).text, [], "added"))
    for _ in range(len(entries) // 15):
        entries.insert(chance.randrange(len(entries)), entries.pop(chance.randrange(len(entries))))
    _number(case, text, entries)
    return case


def reworded(text: str, strength: float, others: list[Side], chance: random.Random) -> str:
    """Words put in and left out, and a share of the phrases replaced by others, never all of them."""
    parts = [s for s in _PHRASE.split(text) if s]
    replaced = set(chance.sample(range(len(parts)), min(len(parts) - 1, round(strength * len(parts)))))
    for place in range(len(parts)):
        if place in replaced:
            parts[place] = chance.choice([s for s in _PHRASE.split(chance.choice(others).text) if s])
        else:
            at = chance.randrange(len(parts[place]))
            cut = at + chance.randrange(4)
            parts[place] = (
                parts[place][:at] + chance.choice(("应当", "及时", "依法", "有关部门", "")) + parts[place][cut:]
            )
    return "".join(parts)


def _number(case: Case, text: list[Side], entries: list[tuple[str, list[int], str]]) -> None:
    names: dict[str, str] = {}
    for j, (_, sources, how) in enumerate(entries):
        for i in sources:
            if how != "split" or i not in case.main:
                names[text[i].label] = f"第{in_han(j + 1)}条"
    longest: dict[int, int] = {}
    for j, (words, sources, how) in enumerate(entries):
        words = _REFERENCE.sub(lambda match: names.get(match[0], match[0]), words)
        case.new.append(Side(f"n{j}", f"第{in_han(j + 1)}条", str(j + 1), "", words))
        if how == "main":
            case.main[sources[0]] = j
        elif how == "split":
            before = longest.get(sources[0])
            main = j if before is None or len(words) > len(case.new[before].text) else before
            longest[sources[0]] = main
            case.main[sources[0]] = main
            case.split.add((sources[0], j))
        elif how == "merged":
            main = max(sources, key=lambda i: len(text[i].text))
            case.main[main] = j
            case.merged |= {(i, j) for i in sources if i != main}
    case.split = {(i, j) for i, j in case.split if case.main[i] != j}


def judged(case: Case, found: Comparison) -> Counter[str]:
    """How many of each kind were right."""
    pairs = {(pair.old, pair.new) for pair in found.pairs}
    right: Counter[str] = Counter()
    halves = (
        {i for i, _ in case.split}
        | {i for i, _ in case.merged}
        | {i for i, j in case.main.items() if (i, j) in case.merged}
    )
    gone_into = {i for i, _ in case.merged}
    for i in range(len(case.old)):
        partner = found.partner_of(i)
        if i in gone_into:
            continue
        key = "continued" if i in case.main else "removed"
        right[f"{key} of"] += 1
        if key == "removed":
            right[key] += partner is None
        elif i in halves:
            right[key] += partner is not None and (i, partner.new) in case.split | {(i, case.main[i])}
        else:
            right[key] += partner is not None and partner.new == case.main[i]
    known = set(case.main.values()) | {j for _, j in case.split}
    for j in range(len(case.new)):
        if j not in known:
            right["added of"] += 1
            right["added"] += j in found.added
    # Of two halves of about the same size either may be called the main one: both must be among the pairs.
    for name, wanted in (("split", case.split), ("merged", case.merged)):
        right[f"{name} of"] += len(wanted)
        # Of two halves of about the same size either may be called the main one.
        right[name] += sum(
            any(p == (i, j) for p in pairs) and ((i, case.main[i]) in pairs if name == "split" else True)
            for i, j in wanted
        )
    return right


def judged_by_number(case: Case) -> Counter[str]:
    """The same for clauses matched by their numbers."""
    numbers = {side.number: j for j, side in enumerate(case.new)}
    right: Counter[str] = Counter()
    for i, side in enumerate(case.old):
        j = numbers.get(side.number)
        if i in case.main:
            right["continued of"] += 1
            right["continued"] += j == case.main[i]
        elif all(i != old for old, _ in case.merged):
            right["removed of"] += 1
            right["removed"] += j is None
    mine = {side.number for side in case.old}
    known = set(case.main.values()) | {j for _, j in case.split}
    for j, side in enumerate(case.new):
        if j not in known:
            right["added of"] += 1
            right["added"] += side.number not in mine
    return right


if __name__ == "__main__":
    raise SystemExit(main())
