"""Charts: drawn without empty boxes, the same bytes each time, legible without colour."""

from __future__ import annotations

import re
import warnings
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from reports.bulletin.buckets import buckets
from reports.bulletin.model import Chart, Series
from reports.charts import TONES, legible, render
from tests.reports.test_bulletin_figures import bulletin


def bars(**changes: object) -> Chart:
    values: dict[str, object] = {
        "key": "kinds",
        "kind": "bars",
        "title": "投诉最多，占60.00%",
        "caption": "n=20条",
        "labels": ("投诉", "咨询"),
        "series": (Series("收到", (12, 8)),),
        "label_heading": "类型",
        "small": (False, True),
        "shares": ("60.00%", "40.00%"),
    }
    return Chart(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["svg", "png"])
def test_every_chart_of_a_bulletin_is_drawn_without_a_missing_glyph(form: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for chart in bulletin().charts.values():
            assert render(chart, form)  # type: ignore[arg-type]


def test_a_character_that_no_font_has_is_shown_as_a_mark_rather_than_an_empty_box() -> None:
    assert legible("路灯🚦坏了") == "路灯〓坏了"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        render(bars(labels=("🚦\U0010ffff\x00", "$x^2$与堃喆昇珺")))


def test_the_same_chart_gives_the_same_bytes() -> None:
    for chart in bulletin().charts.values():
        assert render(chart) == render(chart)
        assert render(chart, "png") == render(chart, "png")


def test_letters_are_drawn_as_paths_and_nothing_is_asked_of_another_host() -> None:
    svg = render(bars()).decode("utf-8")
    ElementTree.fromstring(svg)
    assert "<text" not in svg
    assert "font-family" not in svg
    links = set(re.findall(r'href="([^"]+)"', svg))
    assert links
    assert all(link.startswith("#") for link in links)


def test_ids_stay_unique_when_all_charts_stand_in_one_page() -> None:
    ids = [i for chart in bulletin().charts.values() for i in re.findall(r' id="([^"]+)"', render(chart).decode())]
    assert ids
    assert len(ids) == len(set(ids))
    for chart in bulletin().charts.values():
        svg = render(chart).decode()
        assert set(re.findall(r'(?:url\(|href=")#([^")]+)', svg)) == set(re.findall(r' id="([^"]+)"', svg))
        assert "fill: #" in svg


def test_the_uncertain_are_hatched_so_that_black_and_white_print_tells_them() -> None:
    assert TONES["uncertain"][1]
    luminances = [_luminance(TONES[name][0]) for name in ("negative", "neutral")]
    assert abs(luminances[0] - luminances[1]) > 0.2


def test_a_very_long_label_stays_inside_the_picture() -> None:
    chart = bars(labels=("桥头镇某某路与某某路交叉口东南角某某小区二期北门外夜市油烟扰民", "咨询"))
    assert render(chart, "png")


def test_a_month_is_cut_by_day_a_year_by_week_and_a_decade_by_month() -> None:
    assert buckets(_days(30))[0] == "day"
    assert buckets(_days(365))[0] == "week"
    assert buckets(_days(3_000))[0] == "month"
    assert buckets({})[1] == ()


def test_buckets_cover_every_day_once() -> None:
    for length in (1, 30, 365, 3_000):
        days = _days(length)
        _, cut = buckets(days)
        for day in days.values():
            assert sum(b.first <= day <= b.last for b in cut) == 1


def test_a_few_old_records_are_gathered_into_one_column_instead_of_stretching_the_axis() -> None:
    days = {f"n{i}": date(2026, 1, 1) + timedelta(days=i % 60) for i in range(600)}
    days["old"] = date(2020, 5, 5)
    step, cut = buckets(days)
    assert step == "week"
    assert cut[0].gathered
    assert cut[0].first == date(2020, 5, 5)
    assert len(cut) < 12


def _days(length: int) -> dict[str, date]:
    return {str(i): date(2020, 1, 1) + timedelta(days=i) for i in range(length)}


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_no_two_tones_look_alike_when_printed_in_black() -> None:
    def look(tone: str) -> tuple[str, int]:
        fill, hatch, _ = TONES[tone]
        red, green, blue = (int(fill[i : i + 2], 16) for i in (1, 3, 5))
        return hatch, round(0.299 * red + 0.587 * green + 0.114 * blue)

    looks = [look(tone) for tone in TONES]
    for n, (hatch, grey) in enumerate(looks):
        for other_hatch, other_grey in looks[n + 1 :]:
            assert hatch != other_hatch or abs(grey - other_grey) >= 40
