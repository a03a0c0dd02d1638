"""Traditional characters to simplified, since snownlp was trained on simplified text only."""

from __future__ import annotations

import re
import threading
from functools import cache

from opencc import OpenCC

_lock = threading.Lock()
#: opencc's time grows faster than a run's length, so a run is cut where no phrase can be expected to suffer:
#: between Han and other characters, and every 500 characters of a run that long.
_BLOCK = re.compile("[\u4e00-\u9fa5]{1,500}|[^\u4e00-\u9fa5]+")


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def is_traditional(text: str) -> bool:
    """Whether a character is certainly traditional: outside GB 2312, and with a simplified form.

    Text in simplified characters stays as it is, 著名 and 乾隆 included.
    """
    return not _certain_traditional().isdisjoint(text)


def simplify(text: str) -> str:
    """`text` in simplified characters; the very same text unless it is certainly traditional."""
    if not is_traditional(text):
        return text
    with _lock:
        return "".join(_converter().convert(block) for block in _BLOCK.findall(text))


@cache
def _certain_traditional() -> frozenset[str]:
    """Han characters that GB 2312 lacks and that opencc writes differently in simplified text."""
    with _lock:
        converter = _converter()
        found = (c for c in map(chr, range(0x4E00, 0x9FA6)) if not _in_gb2312(c) and converter.convert(c) != c)
        return frozenset(found)


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
