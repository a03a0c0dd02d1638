"""Reading tables: how often an encoding is held for confirmation, and what refusing a bomb costs.

    python -m benchmarks.reading [--files 1000]

Encodings (promise P6) are measured twice: on sentences written for this file, and, where ``../shared/data`` is
there, on real messages. Bombs (threat T24) are refused in a fresh process each, whose peak memory is the kernel's
own figure.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import xlsxwriter

from reports.tables import TableError, read_table
from reports.tables.encodings import detect_bytes

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

SIMPLIFIED = (
    "小区门口的路灯坏了半个月，一直没有人来修，晚上老人出门很不安全。",
    "请问新生儿的医保卡在哪里办理，需要带什么材料？",
    "楼下的烧烤摊每天营业到凌晨两点，油烟和噪音让孩子没法睡觉。",
    "建议在学校门口加装减速带，早晚高峰车速太快了。",
    "我们村的自来水已经停了三天，希望有关部门尽快处理。",
    "感谢社区工作人员冒雨帮我们清理下水道。",
    "公交车 102 路减少了班次，上班要多等二十分钟。",
    "物业乱收停车费，也不开发票，请物价部门查处。",
)
TRADITIONAL = (
    "巷口的路燈壞了半個月，一直沒有人來修，晚上長輩出門很不安全。",
    "請問新生兒的健保卡在哪裡辦理，需要帶什麼資料？",
    "樓下的燒烤攤每天營業到凌晨兩點，油煙和噪音讓孩子沒辦法睡覺。",
    "建議在學校門口加裝減速帶，早晚尖峰車速太快了。",
    "我們村的自來水已經停了三天，希望有關單位儘快處理。",
    "感謝里長冒雨幫我們清理下水道。",
)
JAPANESE = (
    "駅前の街灯が壊れたままで、夜は暗くてとても危険です。",
    "子どもの保険証はどこで手続きできますか。",
    "公園のベンチを増やしてほしいと思います。",
    "ﾊﾞｽの本数が減って、通勤に時間がかかります。",
    "水道料金の請求書が二回届きました。",
)
WESTERN = (
    "L'éclairage public de la rue est en panne depuis deux semaines, c'est très dangereux.",
    "Où dois-je déposer ma demande de carte d'identité ? Merci d'avance à l'équipe.",
    "Die Straßenlaterne ist seit Tagen kaputt, bitte prüfen Sie das möglichst schnell.",
    "El alumbrado público no funciona y los niños pasan por aquí mañana y noche.",
    "A iluminação não está a funcionar; peço atenção à situação.",
)
#: language -> (sentences, codec, headings)
FOREIGN = {
    "big5": (TRADITIONAL, "cp950", "編號,主題,內容"),
    "shift_jis": (JAPANESE, "cp932", "番号,件名,内容"),
    "latin-1": (WESTERN, "latin-1", "id,title,text"),
}


def table(sentences: tuple[str, ...], headings: str, chance: random.Random) -> str:
    """A CSV of one to twenty rows of one to four sentences each."""
    out = io.StringIO()
    out.write(headings + "\n")
    writer = csv.writer(out, lineterminator="\n")
    for number in range(chance.randint(1, 20)):
        text = "".join(chance.choice(sentences) for _ in range(chance.randint(1, 4)))
        writer.writerow([str(1000 + number), chance.choice(sentences)[: chance.randint(4, 20)], text])
    return out.getvalue()


def held_foreign(files: int, seed: int = 7) -> dict[str, tuple[int, int]]:
    """Per encoding (held, made) of generated files that are not Chinese in GB18030 or UTF-8."""
    chance = random.Random(seed)
    result: dict[str, list[int]] = {name: [0, 0] for name in FOREIGN}
    for number in range(files):
        name = list(FOREIGN)[number % len(FOREIGN)]
        sentences, codec, headings = FOREIGN[name]
        # Without one character beyond ASCII there is nothing to hold: such a file reads the same in all of them.
        data = table(sentences, headings, chance).encode(codec)
        if data.isascii():
            continue
        result[name][0] += not detect_bytes(data).sure
        result[name][1] += 1
    return {name: (held, made) for name, (held, made) in result.items()}


def held_chinese(files: int, seed: int = 8) -> tuple[int, int]:
    """(held, made) of generated GB18030 files."""
    chance = random.Random(seed)
    held = 0
    for _ in range(files):
        held += not detect_bytes(table(SIMPLIFIED, "编号,标题,内容", chance).encode("gb18030")).sure
    return held, files


def held_real(path: Path, rows_per_file: int) -> tuple[int, int]:
    """(held, made) when real messages are written as GB18030 files of some rows each."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    heading, body = lines[0], lines[1:]
    held = made = 0
    for start in range(0, len(body), rows_per_file):
        out = io.StringIO()
        csv.writer(out).writerows([heading, *body[start : start + rows_per_file]])
        held += not detect_bytes(out.getvalue().encode("gb18030")).sure
        made += 1
    return held, made


def bombs(folder: Path) -> dict[str, Path]:
    """Six hostile workbooks and a CSV of 100 MB, as threat T24 counts them."""
    made = {
        "far corner": _edited(folder / "corner.xlsx", b'r="C3"', b'r="XFD1048576"'),
        "shared strings of 400 MB": _swollen(folder / "strings.xlsx", "xl/sharedStrings.xml", _strings(400)),
        "sheet of a million empty rows": _swollen(folder / "rows.xlsx", "xl/worksheets/sheet1.xml", _rows(1_048_576)),
        "thirteen million empty strings": _swollen(folder / "si.xlsx", "xl/sharedStrings.xml", _empty_strings()),
        "media part of zeros": _swollen(folder / "media.xlsx", "xl/media/image1.png", [b"\0" * (1 << 20)] * 400),
        "size declared falsely": _lying(folder / "lying.xlsx"),
    }
    large = folder / "large.csv"
    with large.open("wb") as file:
        file.write("编号,内容\n".encode())
        line = "1,路灯坏了\n".encode() * 50_000
        while file.tell() < 100 * 1024 * 1024:
            file.write(line)
    made["CSV of 100 MB"] = large
    return made


def _plain_workbook(path: Path) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for row, cells in enumerate((("编号", "标题", "内容"), ("1", "路灯", "路灯坏了"), ("2", "停水", "停水三天"))):
        sheet.write_row(row, 0, cells)
    book.close()
    return path


def _edited(path: Path, old: bytes, new: bytes) -> Path:
    source = _plain_workbook(path.with_suffix(".plain.xlsx"))
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            after.writestr(part.filename, before.read(part).replace(old, new))
    return path


def _swollen(path: Path, name: str, pieces: object) -> Path:
    source = _plain_workbook(path.with_suffix(".plain.xlsx"))
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            if part.filename != name:
                after.writestr(part.filename, before.read(part))
        with after.open(name, "w") as stream:
            for piece in pieces:  # type: ignore[attr-defined]
                stream.write(piece)
    return path


def _strings(megabytes: int) -> list[bytes]:
    return [
        b'<?xml version="1.0"?><sst>',
        *[b"<si><t>" + b"a" * (1 << 20) + b"</t></si>"] * megabytes,
        b"</sst>",
    ]


def _empty_strings() -> list[bytes]:
    return [b'<?xml version="1.0"?><sst>', *[b"<si><t/></si>" * 10_000] * 1_300, b"</sst>"]


def _rows(rows: int) -> list[bytes]:
    head = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    cells = b"".join(b'<c r="%s%%d"/>' % letter for letter in (b"A", b"B", b"C", b"D", b"E", b"F", b"G", b"H"))
    body = [b'<row r="%d">' % n + cells % ((n,) * 8) + b"</row>" for n in range(1, rows + 1, 8)]
    return [head, *body, b"</sheetData></worksheet>"]


def _lying(path: Path) -> Path:
    """The central directory says 1,000 bytes; 100 MB come out."""
    _swollen(path, "xl/sharedStrings.xml", _strings(100))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/sharedStrings.xml").file_size
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    return path


def refusal(path: Path) -> tuple[str, float, float]:
    """(what was said, seconds, peak megabytes above an idle interpreter with the package loaded)."""
    code = (
        "import re, resource, sys, time\n"
        "from pathlib import Path\n"
        "from reports.tables import TableError, read_table\n"
        # The kernel's high-water mark begins anew with each program; `ru_maxrss` would inherit ours.
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
        "idle = peak()\n"
        "start = time.perf_counter()\n"
        "try:\n    read_table(Path(sys.argv[1])); said = 'READ'\n"
        "except TableError as error:\n    said = type(error).__name__\n"
        "print(said, time.perf_counter() - start, (peak() - idle) / 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    said, seconds, megabytes = done.stdout.split()
    return said, float(seconds), float(megabytes)


def _throughput(folder: Path, rows: int) -> None:
    chance = random.Random(3)
    path = folder / "many.csv"
    book_path = folder / "many.xlsx"
    book = xlsxwriter.Workbook(str(book_path), {"constant_memory": True})
    sheet = book.add_worksheet()
    heading = ["留言编号", "留言主题", "留言时间", "留言详情", "点赞数"]
    sheet.write_row(0, 0, heading)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        for number in range(1, rows + 1):
            text = "".join(chance.choice(SIMPLIFIED) for _ in range(8))
            row = [str(number), text[:15], "2026/3/4 8:05:09", text, "3"]
            writer.writerow(row)
            sheet.write_row(number, 0, row)
    book.close()
    for made in (path, book_path):
        start = time.perf_counter()
        read = read_table(made)
        spent = time.perf_counter() - start
        print(f"  {made.suffix[1:]:5} {read.records} records in {spent:.2f} s ({read.records / spent:,.0f} a second)")


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    files = parser.parse_args().files
    print("held for confirmation, written for this benchmark:")
    for name, (held, made) in held_foreign(files).items():
        print(f"  {name:10} {held} of {made} ({100 * held / made:.2f} %; at least 99 wanted)")
    held, made = held_chinese(files)
    print(f"  {'gb18030':10} {held} of {made} ({100 * held / made:.2f} %; at most 0.5 wanted)")
    for path in sorted(DATA.glob("*messages*.csv")):
        for rows in (1, 5, 100):
            held, made = held_real(path, rows)
            print(f"  real gb18030, {path.name}, {rows} rows a file: {held} of {made} ({100 * held / made:.2f} %)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("refusals (under 1 s and 100 MB wanted):")
        for kind, path in bombs(folder).items():
            said, seconds, megabytes = refusal(path)
            print(f"  {kind:32} {path.stat().st_size / 1024:>9.0f} KB  {said:10} {seconds:.2f} s {megabytes:.0f} MB")
        print("throughput:")
        _throughput(folder, 50_000)
    print(f"peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    try:
        main()
    except TableError as error:
        sys.exit(error.message)
