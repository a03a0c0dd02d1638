"""Sentences of Chinese text as people type it."""

from __future__ import annotations

import re

#: A sentence ends after its closing marks and whatever quotation or bracket they stand in, or at a line's end.
_SENTENCE = re.compile(r"[^。！？!?；;…\r\n]*(?:[。！？!?；;…]+[”’」』）)\]】]*|[\r\n]+|$)")


def sentences(text: str) -> list[str]:
    """The sentences of `text` in order, trimmed, with their closing marks; none is empty."""
    return [found for found in (match.group().strip() for match in _SENTENCE.finditer(text)) if found]


def has_text(text: str) -> bool:
    """Whether there is anything to read: at least one letter or Han character."""
    return any(character.isalpha() for character in text)
