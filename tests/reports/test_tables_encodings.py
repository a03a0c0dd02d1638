"""The encoding of a file is never guessed silently (promise P6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.reading import FOREIGN, held_chinese, held_foreign, held_real
from reports.tables import EncodingUncertain, UnknownEncoding, decode, inspect_table, read_table

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CHINESE = "编号,标题,内容\n1,路灯不亮,小区门口的路灯坏了半个月，一直没有人来修。\n"


def written(folder: Path, content: bytes) -> Path:
    path = folder / "t.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030", "gbk"])
def test_an_encoding_that_leaves_no_doubt_is_read_at_once(tmp_path: Path, codec: str) -> None:
    table = read_table(written(tmp_path, CHINESE.encode(codec)))
    assert table.encoding_sure and table.headings == ("编号", "标题", "内容")
    assert table.rows[0].submission.text.startswith("小区门口")


def test_almost_every_big5_shift_jis_and_latin_1_file_is_held_for_a_person() -> None:
    result = held_foreign(1000)
    for name, (held, made) in result.items():
        assert held / made >= 0.99, f"{name}: {held} of {made}"
    assert sum(made for _, made in result.values()) >= 990


def test_almost_no_chinese_file_is_held() -> None:
    held, made = held_chinese(500)
    assert held / made <= 0.005


@pytest.mark.parametrize("rows", [1, 20])
def test_almost_no_real_chinese_file_is_held(rows: int) -> None:
    path = DATA / "citizen_messages.csv"
    if not path.exists():
        pytest.skip(f"real data not present: {path}")
    held, made = held_real(path, rows)
    assert held / made <= 0.005


OTHERS = {
    "cp949": "가로등이 고장 난 지 보름이 되었는데 아무도 고치지 않습니다.",
    "cp949 with Chinese characters": "市廳에서는 街燈 修理를 언제 합니까. 住民들이 밤길을 무서워합니다.",
    "cp949 of common characters": "리 처리해 주세요",
    "euc_jp": "駅前の街灯が壊れたままで、夜は暗くてとても危険です。公園の管理事務所にも連絡しました。",
    "cp1251": "Фонарь у подъезда не работает уже две недели, очень темно и опасно, просим починить.",
    "iso8859-7": "Ο φωτισμός του δρόμου δεν λειτουργεί εδώ και δύο εβδομάδες.",
    "cp874": "ไฟถนนเสียมาสองสัปดาห์แล้วไม่มีใครมาซ่อม",
}


@pytest.mark.parametrize("name", list(OTHERS))
@pytest.mark.parametrize("times", [1, 200])
def test_other_languages_are_held_however_much_text_there_is(tmp_path: Path, name: str, times: int) -> None:
    text = "id,text\n" + "".join(f'{n},"{OTHERS[name]}"\n' for n in range(times))
    with pytest.raises(EncodingUncertain):
        read_table(written(tmp_path, text.encode(name.split()[0])))


@pytest.mark.parametrize("name", list(FOREIGN))
def test_the_right_encoding_is_among_the_candidates_with_a_readable_sample(tmp_path: Path, name: str) -> None:
    sentences, codec, headings = FOREIGN[name]
    path = written(
        tmp_path, (headings + "\n" + "\n".join(f'{n},x,"{s}"' for n, s in enumerate(sentences))).encode(codec)
    )
    with pytest.raises(EncodingUncertain) as caught:
        read_table(path)
    # Latin-1 and Windows-1252 are offered as one.
    wanted = "cp1252" if name == "latin-1" else name
    candidate = caught.value.candidates[0]
    assert candidate.encoding == wanted and sentences[0][:12] in candidate.sample
    chosen = read_table(path, encoding=candidate.encoding, mapping={"text": headings.split(",")[2]})
    assert not chosen.encoding_sure and [row.submission.text for row in chosen.rows] == list(sentences)


def test_a_preview_of_an_uncertain_file_offers_its_candidates(tmp_path: Path) -> None:
    shown = inspect_table(written(tmp_path, "編號,內容\n1,巷口的路燈壞了沒有人來修\n".encode("cp950")))
    assert not shown.encoding_sure and shown.candidates[0].encoding == "big5"
    assert shown.headings == ("編號", "內容")


def test_one_damaged_byte_does_not_turn_a_utf_8_file_into_another_encoding(tmp_path: Path) -> None:
    content = (CHINESE + "2,停水,家里已经停水三天了\n3,停电,楼上停电了\n").encode()
    position = content.index("停水".encode())
    path = written(tmp_path, content[: position + 1] + b"\xff" + content[position + 2 :])
    with pytest.raises(EncodingUncertain) as caught:
        read_table(path)
    assert caught.value.candidates[0].encoding == "utf-8" and caught.value.candidates[0].damaged
    table = read_table(path, encoding="utf-8")
    assert [(bad.line, bad.code) for bad in table.rejected] == [(3, "undecodable")]
    assert [row.id for row in table.rows] == ["1", "3"]


def test_utf_16_without_its_mark_is_held(tmp_path: Path) -> None:
    with pytest.raises(EncodingUncertain) as caught:
        read_table(written(tmp_path, CHINESE.encode("utf-16-le")))
    assert caught.value.candidates[0].encoding == "utf-16-le"
    assert read_table(written(tmp_path, CHINESE.encode("utf-16-le")), encoding="utf-16-le").rows


def test_japanese_in_seven_bits_is_not_taken_for_ascii(tmp_path: Path) -> None:
    with pytest.raises(EncodingUncertain):
        read_table(written(tmp_path, "id,text\n1,駅前の街灯\n".encode("iso2022_jp")))


@pytest.mark.parametrize("name", ["rot13", "no-such", "base64", "utf-7", ""])
def test_an_encoding_that_is_not_for_files_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownEncoding):
        read_table(written(tmp_path, CHINESE.encode()), encoding=name)


def test_content_in_memory_is_decoded_by_the_same_rules() -> None:
    assert decode(CHINESE.encode("gb18030")) == (CHINESE, "gb18030")
    with pytest.raises(EncodingUncertain):
        decode("巷口的路燈壞了半個月，一直沒有人來修。".encode("cp950"))
