"""Thousands of damaged files: each is read with every record accounted for, or refused as a situation."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import xlsxwriter

from reports.tables import EncodingUncertain, TableError, inspect_table, read_table

HEADINGS = ["工单编号", "来电时间", "诉求内容", "点赞数", "通话记录"]
FILES = 2000


def _rows(chance: random.Random) -> list[list[str]]:
    pieces = (
        "路灯坏了，",
        "停水三天",
        '他说："不管"',
        "\n第二段",
        "，，",
        ";",
        "😀",
        "𠮷",
        "请处理。",
        "'=1+1",
    )
    return [
        [
            str(1000 + n),
            chance.choice(("2024/3/5 8:05:09", "2024-03-05", "2024年3月5日", "45356.5", "2024-02-30", "")),
            "".join(chance.choices(pieces, k=chance.randint(0, 9))),
            chance.choice(("0", "12", "1,234", "很多", "")),
            chance.choice(("", "话务员：您好。市民：停水了。", '[{"speaker": "市民", "text": "停水"}]', "[{")),
        ]
        for n in range(chance.randint(1, 12))
    ]


def _content(kind: str, rows: list[list[str]], chance: random.Random, folder: Path) -> bytes:
    if kind == "xlsx":
        path = folder / "whole.xlsx"
        book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_numbers": False})
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADINGS, *rows]):
            sheet.write_row(number, 0, row)
        book.close()
        return path.read_bytes()
    codec = chance.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"))
    objects = [dict(zip(HEADINGS, row, strict=True)) for row in rows]
    if kind == "json":
        return json.dumps(objects, ensure_ascii=False, indent=chance.choice((None, 1))).encode(codec)
    if kind == "jsonl":
        return "\n".join(json.dumps(one, ensure_ascii=False) for one in objects).encode(codec)
    mark = chance.choice(",;\t")
    quoted = ['"' + cell.replace('"', '""') + '"' for row in [HEADINGS, *rows] for cell in row]
    lines = [mark.join(quoted[i : i + 5]) for i in range(0, len(quoted), 5)]
    return chance.choice(("\n", "\r\n", "\r")).join(lines).encode(codec)


def _damaged(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(data)) if data else 0
        span = chance.randint(1, 40)
        match chance.randrange(8):
            case 0:
                del data[place:]
            case 1:
                del data[place : place + span]
            case 2:
                data[place : place + 1] = bytes([chance.randrange(256)])
            case 3:
                data[place:place] = bytes(chance.randrange(256) for _ in range(span))
            case 4:
                data[place:place] = b'"' * chance.randint(1, 3)
            case 5:
                data[place:place] = b"\0" * span
            case 6:
                data[place:place] = data[chance.randrange(len(data) or 1) :][: span * 8]
            case _:
                data[place:place] = chance.choice((b"\r", b"\n\n", b",,,,,", b"[[[[", b"{}", b"\xff\xfe", b"\\ud800"))
    return bytes(data)


@pytest.mark.parametrize("part", range(8))
def test_a_damaged_file_is_accounted_for_or_refused_and_never_a_crash(tmp_path: Path, part: int) -> None:
    read = 0
    for number in range(FILES // 8):
        chance = random.Random(part * 100_000 + number)
        # Workbooks cost a process each; damage mostly stops at the zip's checksums anyway.
        kind = chance.choices(("csv", "json", "jsonl", "xlsx"), weights=(6, 2, 2, 1))[0]
        path = tmp_path / f"t.{kind}"
        path.write_bytes(_damaged(_content(kind, _rows(chance), chance, tmp_path), chance))
        try:
            table = read_table(path)
        except EncodingUncertain as error:
            for candidate in error.candidates[:1]:
                try:
                    table = read_table(path, encoding=candidate.encoding)
                except TableError:
                    continue
                read += 1
                assert len(table.rows) + len(table.rejected) == table.records
        except TableError as error:
            assert error.message and error.code
        else:
            read += 1
            assert len(table.rows) + len(table.rejected) == table.records
            assert all(bad.code and bad.message and bad.line > 0 for bad in table.rejected)
            ids = [row.id for row in table.rows]
            assert len(ids) == len(set(ids)) and all(row.submission.text.strip() for row in table.rows)
        try:
            inspect_table(path)
        except TableError as error:
            assert error.message
    assert read > FILES // 8 * 0.4, "the damage is so heavy that hardly anything is read: it tests too little"


@pytest.mark.parametrize("seed", range(60))
def test_noise_is_no_table(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / "t.csv"
    path.write_bytes(bytes(chance.randrange(256) for _ in range(chance.randint(1, 3000))))
    with pytest.raises(TableError):
        read_table(path)
