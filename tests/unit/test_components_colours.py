"""The palette keeps its contrasts in both schemes (rule R70, WCAG 2.2 success criteria 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "frontend/scss/_tokens.scss"
TEXT = ("ink", "muted", "action", "action-strong", "due", "done", "attention")
GROUNDS = ("ground", "surface", "sunken")
TINTED = (
    ("due", "due-tint"),
    ("done", "done-tint"),
    ("attention", "attention-tint"),
    ("action", "action-tint"),
)
FILLED = (("on-action", "action"), ("on-due", "due"), ("on-deep", "deep"), ("on-deep-muted", "deep"))
MARKS = ("support", "oppose", "amend", "control", "uncertain", "focus")


def palette(scheme: str) -> dict[str, str]:
    text = TOKENS.read_text()
    dark, light = (
        text.split("@mixin dark {")[1].split("}", 1)[0],
        text.split(":root {", 1)[1].split("}", 1)[0],
    )
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", dark if scheme == "dark" else light))
    return {
        name: "#" + "".join(c * 2 for c in value[1:]) if len(value) == 4 else value for name, value in found.items()
    }


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_colour_can_be_read_on_every_ground(scheme: str) -> None:
    colours = palette(scheme)
    pairs = [(text, ground) for text in TEXT for ground in GROUNDS] + [*TINTED, *FILLED]
    weak = {f"{a} on {b}": round(contrast(colours[a], colours[b]), 2) for a, b in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_bars_and_borders_of_fields_stand_out_from_the_ground(scheme: str) -> None:
    colours = palette(scheme)
    weak = {f"{a} on {b}": round(contrast(colours[a], colours[b]), 2) for a in MARKS for b in ("ground", "surface")}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}


def test_both_schemes_define_the_same_colours() -> None:
    assert palette("light").keys() == {n for n in palette("dark") if not n.startswith("govuk")}
