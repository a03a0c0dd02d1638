"""`python -m reports`: one table in, five files out, and a clear word when the table cannot be used."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from reports.__main__ import main

HEADINGS = ("编号", "时间", "标题", "内容")


@pytest.fixture()
def table(tmp_path: Path) -> Path:
    path = tmp_path / "来电.csv"
    rows = [
        (f"T{n}", f"2026-03-{n + 1:02} 09:00:00", f"第{n}村路灯", f"第{n}村的路灯坏了，请派人来修。") for n in range(12)
    ]
    rows.append(("T90", "2026-02-31 09:00:00", "日期不存在", "这一条的日期并不存在。"))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *rows])
    return path


def test_a_table_becomes_five_files_and_every_record_is_accounted_for(table: Path, tmp_path: Path) -> None:
    assert main([str(table), "--out", str(tmp_path / "out")]) == 0
    assert {p.suffix for p in (tmp_path / "out").iterdir()} == {".html", ".pdf", ".docx", ".xlsx", ".json"}
    document = json.loads((tmp_path / "out" / "bulletin.json").read_text(encoding="utf-8"))
    assert document["submissions"] == 12
    assert document["records"] == 13
    assert [(r["line"], r["code"]) for r in document["rejected"]] == [(14, "bad_date")]
    assert document["period"] == {"from": "2026-03-01", "to": "2026-03-12"}
    assert document["masthead"]["organ"] == ""
    assert set(document["tone"]) == {"negative", "neutral", "positive", "uncertain", "no_text"}


@pytest.mark.parametrize("content", ["", "\n\n", "甲,乙\n1,2\n"])
def test_what_is_no_table_of_submissions_is_refused_with_nothing_written(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "空.csv"
    path.write_text(content, encoding="utf-8")
    assert main([str(path), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.strip()
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_is_answered_with_a_word_and_not_a_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "无.csv"), "--out", str(tmp_path / "out")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_period_without_submissions_is_refused(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main([str(table), "--out", str(out), "--from", "2020-01-01", "--to", "2020-02-01"]) == 2
    assert not out.exists()
