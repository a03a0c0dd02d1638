"""Word lists as data: one file each, a comment line on top saying what it holds."""

from __future__ import annotations

from importlib.resources import files


def lines(name: str) -> tuple[str, ...]:
    """The lines of a list, in order, without comments and blank lines."""
    text = (files("reports.lexicon") / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line.strip() and not line.startswith("#"))


def words(name: str) -> frozenset[str]:
    """The words of a list, which are separated by white space."""
    return frozenset(word for line in lines(name) for word in line.split())
