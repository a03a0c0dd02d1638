"""Every message has its Chinese, its compiled catalog, and one Chinese wherever it appears."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tools import i18n

ROOT = Path(__file__).resolve().parents[2]
CATALOGS = sorted((ROOT / "consult").glob("*/translations/zh/LC_MESSAGES/messages.po"))


@pytest.mark.parametrize("feature", i18n.features())
def test_every_message_of_a_feature_is_translated_and_compiled(feature: str) -> None:
    assert i18n.update(feature, check=True) == []


def _catalogs() -> dict[str, dict[tuple[object, str | None], object]]:
    found = {}
    for path in CATALOGS:
        with path.open("rb") as file:
            found[path.parts[-5]] = {(m.id, m.context): m.string for m in read_po(file, locale="zh") if m.id}
    return found


def test_a_message_has_one_chinese_in_all_catalogs() -> None:
    # The catalogs are merged when the site starts: with two translations the reader sees whichever came last.
    said: dict[object, dict[object, list[str]]] = defaultdict(lambda: defaultdict(list))
    for feature, messages in _catalogs().items():
        for key, string in messages.items():
            said[key][string].append(feature)
    differing = {key: dict(strings) for key, strings in said.items() if len(strings) > 1}
    assert differing == {}


NAMED = re.compile(r"%\((\w+)\)[sd]")


def test_a_translation_keeps_every_placeholder() -> None:
    for feature, messages in _catalogs().items():
        for (message, _context), string in messages.items():
            sources = message if isinstance(message, tuple) else (message,)
            wanted = set(NAMED.findall(sources[-1]))
            for text in string if isinstance(string, tuple) else (string,):
                assert set(NAMED.findall(text)) <= wanted, f"{feature}: {message!r} -> {text!r}"
                assert wanted - set(NAMED.findall(text)) <= {"num"} or isinstance(message, tuple), (
                    f"{feature}: {text!r} loses {wanted - set(NAMED.findall(text))}"
                )


def test_messages_are_english() -> None:
    han = re.compile(r"[\u4e00-\u9fff]{2,}")
    for feature, messages in _catalogs().items():
        for message, _context in messages:
            for text in message if isinstance(message, tuple) else (message,):
                # A Chinese word may be quoted in an English sentence; a sentence of Chinese is no msgid.
                assert len("".join(han.findall(text))) < len(text) / 2, f"{feature}: {text!r}"
