"""Reads the texts under consult/demo/corpus into plain tuples, checking their shape as it goes.

The files are written by hand, so a slip is answered with the file and the line rather than a strange town.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

STANCES = {"+": "赞成", "-": "反对", "~": "建议修改", "?": "其他"}


class CorpusSlip(ValueError):
    """A corpus file does not have the shape its reader expects."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """A stanced text about a clause; 0 is the whole draft."""

    stance: str
    clause: int
    text: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class OpinionBook:
    """All that was written for one draft's comments."""

    whole: tuple[Opinion, ...]
    campaign: tuple[Opinion, ...]
    situations: tuple[str, ...]
    points: tuple[Opinion, ...]


@dataclass(frozen=True, slots=True)
class IssueBook:
    """The words that were written for one latent issue."""

    key: str
    name: str
    kind: str
    category: tuple[str, str, str]
    town: str
    address: str
    unit: str
    shape: str
    size: int
    urgency: str
    titles: tuple[str, ...]
    places: tuple[str, ...]
    facts: tuple[str, ...]
    effects: tuple[str, ...]
    demands: tuple[str, ...]
    wholes: tuple[str, ...]
    campaign: str
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A call written out in full: (speaker mark, text) in order."""

    kind: str
    category: tuple[str, str, str]
    unit: str
    town: str
    title: str
    turns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AnswerText:
    """A leader's answer with its follow-ups, its dates still relative ("{d-3}")."""

    issue: str
    leader: str
    unit: str
    days_ago: int
    title: str
    text: str
    follow_ups: tuple[tuple[str, str], ...]


def raw(folder: str, name: str) -> str:
    """The text of one corpus file; `folder` is "" for the corpus itself."""
    package = "consult.demo.corpus" + (f".{folder}" if folder else "")
    return files(package).joinpath(name).read_text(encoding="utf-8")


def _lines(folder: str, name: str) -> Iterator[str]:
    for line in raw(folder, name).splitlines():
        if line.strip() and not line.startswith("# "):
            yield line.strip()


@cache
def rows(folder: str, name: str, width: int) -> tuple[tuple[str, ...], ...]:
    """Rows of a file whose fields are parted by "|"."""
    found = tuple(tuple(line.split("|")) for line in _lines(folder, name))
    for row in found:
        if len(row) != width:
            raise CorpusSlip(f"{folder}/{name}: {len(row)} fields instead of {width}: {row[0]}")
    return found


@cache
def sections(folder: str, name: str) -> Mapping[str, tuple[str, ...]]:
    """The lines under each "[heading]" of a file."""
    found: dict[str, list[str]] = {}
    current = ""
    for line in _lines(folder, name):
        if line.startswith("[") and line.endswith("]"):
            current = line[1:-1]
            found[current] = []
        else:
            found[current].append(line)
    return {key: tuple(lines) for key, lines in found.items()}


def category(text: str) -> tuple[str, str, str]:
    """The three levels of "城建/市政设施/供水"."""
    first, second, third = text.split("/")
    return first, second, third


def _opinion(line: str) -> Opinion:
    match = re.fullmatch(r"([-+~?]|![a-z]+ ?)(\d+) (.+)", line)
    if match is None:
        raise CorpusSlip(f"not an opinion: {line[:40]}")
    mark, clause, text = match.groups()
    if mark.startswith("!"):
        return Opinion("其他", int(clause), text, refusal=mark[1:].strip())
    return Opinion(STANCES[mark], int(clause), text)


@cache
def opinions(slug: str) -> OpinionBook:
    """What people say on the draft `slug`."""
    parts: dict[str, list[str]] = {"whole": [], "campaign": [], "s": [], "p": []}
    current = "whole"
    for line in raw("comments", f"{slug}.txt").splitlines():
        if line.startswith("# "):
            current = line[2:].strip()
        elif line.strip():
            parts[current].append(line.strip())
    return OpinionBook(
        whole=tuple(map(_opinion, parts["whole"])),
        campaign=tuple(map(_opinion, parts["campaign"])),
        situations=tuple(parts["s"]),
        points=tuple(map(_opinion, parts["p"])),
    )


def _blocks(folder: str, name: str) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Blocks headed "== …" of lines "key: text"."""
    heading = ""
    body: list[tuple[str, str]] = []
    for line in _lines(folder, name):
        if line.startswith("== "):
            if heading:
                yield heading, tuple(body)
            heading, body = line[3:], []
        else:
            mark, _, text = line.partition(": ")
            if not text:
                raise CorpusSlip(f"{folder}/{name}: no mark in: {line[:40]}")
            body.append((mark, text))
    yield heading, tuple(body)


@cache
def issue_books() -> tuple[IssueBook, ...]:
    """Every latent issue, in the order of the files."""
    found = []
    for name in ("issues-a.txt", "issues-b.txt"):
        for key, body in _blocks("orders", name):
            by_mark = {mark: tuple(t for m, t in body if m == mark) for mark, _ in body}
            kind, _field, path, town, address, unit, shape, size, urgency = by_mark["meta"][0].split("|")
            found.append(
                IssueBook(
                    key=key,
                    name=by_mark["name"][0] if "name" in by_mark else "",
                    kind=kind,
                    category=category(path),
                    town=town,
                    address=address,
                    unit=unit,
                    shape=shape,
                    size=int(size),
                    urgency=urgency,
                    titles=by_mark["t"],
                    places=by_mark["p"],
                    facts=by_mark["f"],
                    effects=by_mark["e"],
                    demands=by_mark["d"],
                    wholes=by_mark["w"],
                    campaign=by_mark.get("c", ("",))[0],
                    results=by_mark["r"],
                )
            )
    return tuple(found)


@cache
def scripts() -> tuple[Script, ...]:
    """The calls written out in full."""
    found = []
    for heading, body in _blocks("calls", "scripts.txt"):
        kind, path, unit, town, title = heading.split("|")
        found.append(Script(kind, category(path), unit, town, title, body))
    return tuple(found)


@cache
def answer_texts() -> tuple[AnswerText, ...]:
    """The leaders' answers."""
    found = []
    for heading, body in _blocks("answers", "answers.txt"):
        issue, leader, unit, days = heading.split("|")
        said = {mark: text.replace("\\n", "\n") for mark, text in body}
        questions = [text for mark, text in body if mark == "F"]
        replies = [text for mark, text in body if mark == "R"]
        pairs = tuple(zip(questions, replies, strict=True))
        found.append(AnswerText(issue, leader, unit, int(days), said["Q"], said["A"], pairs))
    return tuple(found)


#: File names of the drafts, without ".md", in the order in which the demo shows them.
DRAFT_SLUGS = (
    "ebike-charging",
    "parking-fees",
    "lift-retrofit",
    "dog-keeping",
    "school-meals",
    "wet-markets",
)
