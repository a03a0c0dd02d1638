"""The command ``python -m reports``, run as a person runs it."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter

from reports.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "citizen_messages.csv"
HEADINGS = ("留言编号", "留言主题", "留言时间", "留言详情", "点赞数", "反对数")
FORMS = ["bulletin.docx", "bulletin.html", "bulletin.json", "bulletin.pdf", "bulletin.xlsx"]


def rows(count: int = 12) -> list[tuple[str, ...]]:
    """Messages about one lamp and one market, with both ways of writing a moment."""
    made = []
    for n in range(count):
        at = f"2026/3/{1 + n} 8:0{n % 10}" if n % 2 else f"2026-03-{1 + n:02} 08:0{n % 10}:00"
        if n % 3:
            title, text = f"桥头镇路灯不亮{n}", f"桥头镇东门的路灯坏了{n}天，夜里老人摔跤，没有人管，请派人维修。"
        else:
            title, text = f"夜市占道{n}", f"鼓坪北街夜市占用人行道第{n}次了，油烟很大，希望管一管。"
        made.append((f"M{n:03}", title, at, text, str(n), "0"))
    return made


def as_csv(records: list[tuple[str, ...]], headings: tuple[str, ...] = HEADINGS) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows(records)
    return out.getvalue().encode("utf-8")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "reports", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=280
    )


def written(folder: Path, content: bytes, name: str = "留言.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def document(out: Path) -> dict[str, object]:
    read: dict[str, object] = json.loads((out / "bulletin.json").read_text(encoding="utf-8"))
    return read


def assert_refused(done: subprocess.CompletedProcess[str], out: Path) -> None:
    """Exit code 2, words and no stack trace, and not a file left behind."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.strip()
    assert not out.exists() or not any(out.iterdir())


def test_a_csv_file_becomes_five_documents_whatever_way_its_moments_are_written(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    spoilt = [*rows(), ("M099", "没有内容", "2026-03-01 08:00:00", "", "0", "0")]
    done = run(written(tmp_path, as_csv(spoilt)), "--out", out)
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in out.iterdir()) == FORMS
    read = document(out)
    assert (read["submissions"], read["records"], read["outside_period"]) == (12, 13, 0)
    assert read["period"] == {"from": "2026-03-01", "to": "2026-03-12"}
    assert "读入 12 条，未采用 1 条" in done.stdout
    assert "第14行" in done.stdout
    assert read["rejected"][0]["line"] == 14  # type: ignore[index]


def test_a_workbook_and_lines_of_json_are_read_like_the_table(tmp_path: Path) -> None:
    book = tmp_path / "留言.xlsx"
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet()
        for at, row in enumerate([HEADINGS, *rows()]):
            sheet.write_row(at, 0, row)
    lines = "\n".join(json.dumps(dict(zip(HEADINGS, r, strict=True)), ensure_ascii=False) for r in rows())
    jsonl = written(tmp_path, lines.encode("utf-8"), "留言.jsonl")
    table = written(tmp_path, as_csv(rows()))
    found = []
    for n, path in enumerate((table, book, jsonl)):
        assert main([str(path), "--out", str(tmp_path / str(n))]) == 0
        found.append(document(tmp_path / str(n)))
    assert [f["submissions"] for f in found] == [12, 12, 12]
    assert found[0]["figures"] == found[1]["figures"] == found[2]["figures"]


def test_a_period_leaves_out_and_counts_what_lies_outside(tmp_path: Path) -> None:
    out = tmp_path / "out"
    path = written(tmp_path, as_csv(rows()))
    assert main([str(path), "--out", str(out), "--from", "2026-03-03", "--to", "2026-03-07"]) == 0
    read = document(out)
    assert (read["submissions"], read["outside_period"]) == (12, 7)
    assert read["figures"]["received"]["value"] == 5  # type: ignore[index]
    assert "2026年3月3日至7日" in str(read["title"])


def test_wrong_columns_are_refused_with_the_headings_that_were_found(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(written(tmp_path, as_csv([("1", "2")], ("甲列", "乙列"))), "--out", out)
    assert_refused(done, out)
    assert "甲列、乙列" in done.stderr
    assert "--map" in done.stderr


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    out = tmp_path / "out"
    assert_refused(run(written(tmp_path, content), "--out", out), out)


def test_a_big5_file_is_held_until_a_person_names_its_encoding(tmp_path: Path) -> None:
    out = tmp_path / "out"
    records = [("1", "路燈不亮", "2026-03-01 08:00:00", "社區門口的路燈壞了半個月，請派人維修。", "0", "0")]
    headings = ("編號", "標題", "時間", "內容", "讚", "反對")
    big5 = as_csv(records, headings).decode("utf-8").encode("big5")
    path = written(tmp_path, big5)
    done = run(path, "--out", out)
    assert_refused(done, out)
    assert "--encoding big5" in done.stderr


def test_a_file_that_is_not_there_and_one_of_no_known_kind_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert_refused(run(tmp_path / "nowhere.csv", "--out", out), out)
    assert_refused(run(written(tmp_path, b"\x00\x01\x02\x03" * 99, "a.bin"), "--out", out), out)


@pytest.mark.parametrize(
    "options",
    [
        ("--from", "2026-02-30"),
        ("--from", "3/1/2026"),
        ("--from", "2026-03-09", "--to", "2026-03-01"),
        ("--map", "text"),
        ("--encoding", "klingon"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_done(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    assert_refused(run(written(tmp_path, as_csv(rows())), "--out", out, *options), out)


def test_a_period_in_which_nobody_said_anything_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(written(tmp_path, as_csv(rows())), "--out", out, "--from", "2020-01-01", "--to", "2020-01-31")
    assert_refused(done, out)
    assert "没有任何诉求" in done.stderr


def test_a_folder_that_cannot_be_written_is_refused_and_keeps_what_it_had(tmp_path: Path) -> None:
    path = written(tmp_path, as_csv(rows()))
    taken = tmp_path / "taken"
    taken.write_text("我是一个文件", encoding="utf-8")
    for out in (taken, taken / "below"):
        done = run(path, "--out", out)
        assert done.returncode == 2
        assert "无法写入" in done.stderr
        assert "Traceback" not in done.stderr
    assert taken.read_text(encoding="utf-8") == "我是一个文件"


@pytest.mark.skipif(not DATA.exists(), reason=f"the real messages are not at {DATA}")
def test_the_real_messages_are_all_read(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(DATA, "--out", out)
    assert done.returncode == 0, done.stderr
    read = document(out)
    assert read["submissions"] == 2966
    assert read["records"] == 2966 + len(read["rejected"])  # type: ignore[arg-type]
    assert len(str(read["abstract"])) <= 200
    assert len(read["issues"]) > 20  # type: ignore[arg-type]
    assert "glyph" not in done.stderr.lower()
    if shutil.which("pdftotext"):
        made = subprocess.run(["pdftotext", str(out / "bulletin.pdf"), "-"], capture_output=True, check=True)
        pages = [re.sub(r"\s", "", page) for page in made.stdout.decode("utf-8").split("\f")[:-1]]
        assert all("自动生成，仅供参考" in page for page in pages)
        assert "热点议题" in "".join(pages)


def test_no_reason_id_or_file_name_brings_personal_data_into_a_bulletin(tmp_path: Path) -> None:
    records = [
        *rows(6),
        ("M900", "路灯", "13812345678", "时间一栏写成了电话，路灯还是不亮。", "0", "0"),
        ("M901", "路灯", "2026-03-02", "赞同一栏写成了名字，路灯还是不亮。", "欧阳鸣鹤", "0"),
        ("M902", "路灯", "临川县东街3栋502室", "时间一栏写成了地址，路灯还是不亮。", "0", "0"),
        ("13912345678", "路灯", "2026-03-02", "编号一栏写成了电话，路灯还是不亮。", "0", "0"),
        ("13712345678", "路灯", "哪天不记得", "编号一栏写成了电话，时间也不对。", "0", "0"),
    ]
    out = tmp_path / "out"
    ran = run(written(tmp_path, as_csv(records), "13612345678来电.csv"), "--out", out, "--json")
    assert ran.returncode == 0, ran.stderr
    told = ran.stdout + (out / "bulletin.html").read_text(encoding="utf-8")
    assert document(out)["rejected"]
    for secret in ("13812345678", "欧阳鸣鹤", "3栋502", "13912345678", "13712345678", "13612345678"):
        assert secret not in told, secret


def test_a_field_that_does_not_exist_is_refused_with_the_names_of_those_that_do(tmp_path: Path) -> None:
    path, out = written(tmp_path, as_csv(rows(2))), tmp_path / "out"
    done = run(path, "--out", out, "--map", "nofield=留言主题")
    assert_refused(done, out)
    assert "transcript" in done.stderr


@pytest.mark.parametrize("encoding", ["utf-16", "klingon"])
def test_an_encoding_named_wrongly_is_answered_in_words(tmp_path: Path, encoding: str) -> None:
    path, out = written(tmp_path, as_csv(rows(2))), tmp_path / "out"
    assert_refused(run(path, "--out", out, "--encoding", encoding), out)


def test_an_interrupted_run_ends_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr("reports.__main__.read_table", interrupted)
    assert main([str(written(tmp_path, as_csv(rows(2)))), "--out", str(tmp_path / "out")]) == 130
    assert "中断" in capsys.readouterr().err and not (tmp_path / "out").exists()
