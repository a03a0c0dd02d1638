"""A bulletin stored as plain values comes back as it was, and the documented format is what is written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reports.bulletin import to_plain
from reports.bulletin.restoring import restore
from reports.documents import render_json
from tests.reports.test_bulletin_figures import bulletin

FORMAT = Path(__file__).resolve().parents[2] / "docs" / "bulletin-format.md"


def test_a_stored_bulletin_comes_back_equal() -> None:
    made = bulletin()
    assert restore(json.loads(json.dumps(to_plain(made)))) == made


@pytest.mark.parametrize("plain", [{}, {"format": "consult-bulletin/1"}])
def test_values_that_are_no_bulletin_are_refused(plain: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not a stored bulletin"):
        restore(plain)


def test_every_name_of_the_written_document_is_documented() -> None:
    document = json.loads(render_json(bulletin()))
    documented = set(re.findall(r"`(\w+)`", FORMAT.read_text(encoding="utf-8")))
    assert set(document) <= documented
    assert set(document["issues"][0]) <= documented
    assert set(next(iter(document["figures"].values()))) <= documented
    assert set(next(iter(document["tables"].values()))) <= documented
