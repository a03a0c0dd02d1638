"""Personal data never gets through masking, and ordinary figures stay readable."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.masking import mask

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")
WRITTEN = str.maketrans("0123456789", "〇一二三四五六七八九")
SURNAMES = ["王", "李", "张", "刘", "陈", "曹", "欧阳", "诸葛", "粟", "覃"]
GIVEN = ["正科", "伟", "建国", "秀英", "梓涵", "芳", "德胜", "丽华", "海涛", "敏"]
PLATES = ["湘A{}", "京A·{}", "沪 B {}", "粤B-{}", "川a{}"]


def a_phone(rng: random.Random) -> str:
    return "1" + rng.choice("3456789") + "".join(rng.choices("0123456789", k=9))


def an_identity_number(rng: random.Random) -> str:
    digits = rng.choice(["430104", "110105", "310115", "440305", "510107"])
    digits += f"{rng.randint(1940, 2020)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{rng.randint(0, 999):03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


def grouped(number: str, mark: str, *sizes: int) -> str:
    parts, place = [], 0
    for size in sizes:
        parts.append(number[place : place + size])
        place += size
    return mark.join([*parts, number[place:]] if number[place:] else parts)


PHONE_SHAPES: list[Callable[[str], str]] = [
    lambda n: n,
    lambda n: n.translate(FULL_WIDTH),
    lambda n: n.translate(SPOKEN),
    lambda n: n.translate(WRITTEN),
    lambda n: grouped(n, " ", 3, 4),
    lambda n: grouped(n, "-", 3, 4),
    lambda n: grouped(n, ".", 3, 4),
    lambda n: grouped(n, " - ", 3, 4),
    lambda n: grouped(n.translate(FULL_WIDTH), "　", 3, 4),
    lambda n: " ".join(n),
    lambda n: "\u200b".join(n),
    lambda n: "+86 " + n,
    lambda n: "0086" + n,
    lambda n: n[:3].translate(SPOKEN) + n[3:],
]
IDENTITY_SHAPES: list[Callable[[str], str]] = [
    lambda n: n,
    lambda n: n.lower(),
    lambda n: n.translate(FULL_WIDTH),
    lambda n: grouped(n, " ", 6, 8),
    lambda n: grouped(n, "-", 6, 4, 4),
    lambda n: n[:6] + n[8:17],
]


#: What people do to a phone number so that programs pass it by, and what it looks like masked.
DISGUISED = {
    "13812O45678": "138****5678",
    "l38I2O45678": "l38****5678",
    "138,1234,5678": "138,****,5678",
    "138，1234，5678": "138，****，5678",
    "138/1234/5678": "138/****/5678",
    "138*1234*5678": "138******5678",
    "138。1234。5678": "138。****。5678",
    "138·1234·5678": "138·****·5678",
    "138\n1234\n5678": "138\n****\n5678",
    "138\n12345678": "138\n****5678",
    "1，3，8，1，2，3，4，5，6，7，8": "1，3，8，*，*，*，*，5，6，7，8",
    "138<b>1234</b>5678": "138<b>****</b>5678",
    "138空格1234空格5678": "138空格****空格5678",
    "१३८१२३४५६७८": "१३८****५६७८",
    "١٣٨١٢٣٤٥٦٧٨": "١٣٨****٥٦٧٨",
    "𝟏𝟑𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖": "𝟏𝟑𝟖****𝟓𝟔𝟕𝟖",
    "1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣": "1️⃣3️⃣8️⃣*️⃣*️⃣*️⃣*️⃣5️⃣6️⃣7️⃣8️⃣",
    "+86-138-1234-5678": "+86-138-****-5678",
    "008613812345678": "0086138****5678",
    "1795113812345678": "17951138****5678",
    "113812345678": "1138****5678",
    "013812345678": "0138****5678",
    "13812345678元旦前打": "138****5678元旦前打",
    "13812345678平时在家": "138****5678平时在家",
    "13812345678,13912345678、13712345678": "138****5678,139****5678、137****5678",
}
OTHER_DISGUISES = {
    "430104,19900307,4512": "430***,********,**12",
    "430104\n19900307\n4512": "430***\n********\n**12",
    "4301O4199OO3O74512": "430*************12",
    "zhang.wei [at] 163.com": "z******** [at] 163.com",
    "zhang(a)163.com": "z****(a)163.com",
    "zhang＠163.com": "z****＠163.com",
    "zhang艾特163.com": "z****艾特163.com",
    "zhang at qq.com": "z**** at qq.com",
    "zhang[at]163[dot]com": "z****[at]163[dot]com",
    "zhang＃qq点com": "z****＃qq点com",
    "ｚｈａｎｇ＠１６３．ｃｏｍ": "ｚ****＠１６３．ｃｏｍ",
    "护照E12345678": "护照E******78",
    "护照号是EA1234567": "护照号是E******67",
    "带上G12345678去": "带上G******78去",
    "港澳通行证C12345678": "港澳通行证C******78",
    "回乡证H1234567890": "回乡证H********90",
    "台胞证号01234567": "台胞证号0*****67",
    "社保号123456789": "社保号1******89",
    "社会保险号：430104567812": "社会保险号：4*********12",
    "军官证：军字第1234567号": "军官证：军字第1****67号",
    "军官证号1234567": "军官证号1****67",
    "我叫张 三 丰，": "我叫张 * *，",
    "我叫 张 三丰，": "我叫 张 **，",
    "姓名： 李 四": "姓名： 李 *",
    "我叫阿卜杜拉·买买提": "我叫阿*******",
}


def visible_digits(text: str) -> str:
    table = {ord(c): str(n) for marks in ("０１２３４５６７８９", "零幺二三四五六七八九", "〇一二三四五六七八九")
             for n, c in enumerate(marks)}  # fmt: skip
    return "".join(c for c in text.translate(table) if c.isdigit() or c in "xX*")


def planted(rng: random.Random) -> tuple[str, str, str]:
    """A sentence with one identity in it, the identity, and the kind it should be found as."""
    kind = rng.choice(["phone", "phone", "id_number", "plate", "name"])
    if kind == "phone":
        number = a_phone(rng)
        shown = rng.choice(PHONE_SHAPES)(number)
    elif kind == "id_number":
        number = an_identity_number(rng)
        shown = rng.choice(IDENTITY_SHAPES)(number)
    elif kind == "plate":
        number = "".join(rng.choices("ABCDEFGH", k=1)) + "".join(rng.choices("0123456789", k=4))
        shown = rng.choice(PLATES).format(number)
        if rng.random() < 0.3:
            shown = shown.translate(FULL_WIDTH)
    else:
        number = shown = rng.choice(SURNAMES) + rng.choice(GIVEN)
        shown = rng.choice(["我叫{}，", "联系人：{}，", "姓名:{} ", "投诉人：{}。", "{}先生反映，", "本人{}，"]).format(
            number
        )
    before = rng.choice(["", "您好！", "小区二期3栋的业主，", "请尽快联系我 ", "2023年5月起，", "电话", "我的号码是："])
    after = rng.choice(["", "，谢谢。", "请回电", " 2024年", "（微信同号）", "！！！", "\n盼复"])
    return before + ("，" if kind == "name" and before else "") + shown + after, number, kind


def test_every_one_of_five_hundred_planted_identities_is_masked() -> None:
    rng = random.Random(500)
    for _ in range(500):
        text, number, kind = planted(rng)
        masked = mask(text)
        assert kind in {found.kind for found in masked.found}, text
        if kind == "name":
            assert number not in masked.text, text
        else:
            assert number.upper() not in visible_digits(masked.text).upper(), text
            assert "***" in masked.text.replace(" ", "").replace("-", "").replace(".", "").replace("\u200b", ""), text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13812345678。", "电话138****5678。"),
        ("电话１３８１２３４５６７８。", "电话１３８****５６７８。"),
        ("幺三八零零幺三八零零零", "幺三八****八零零零"),
        ("身份证430104199003074512", "身份证430*************12"),
        ("0731-85671234", "0731-******34"),
        ("我叫曹立秋，住在城东", "我叫曹**，住在城东"),
        ("感谢林秋实医生", "感谢林**医生"),
        ("村民谢广田，家住", "村民谢**，家住"),
        ("联系人：欧阳倩，", "联系人：欧**，"),
        ("张三丰先生和李女士", "张**先生和李女士"),
        ("湘A12345", "湘A****5"),
        ("卡号6222 0212 3456 7890 123", "卡号6222 **** **** ***0 123"),
        ("住3栋2单元502室", "住3栋2单元***室"),
        ("邮箱zhang.wei@163.com", "邮箱z********@163.com"),
        ("QQ：87654321", "QQ：87*****1"),
        ("微信号zhangsan_88", "微信号zh********8"),
    ],
)
def test_what_is_covered_keeps_its_length_and_its_ends(text: str, shown: str) -> None:
    assert mask(text).text == shown


@pytest.mark.parametrize("disguise", DISGUISED)
@pytest.mark.parametrize("before", ["", "请打", "有事联系：", "您好！\n"])
def test_a_phone_in_disguise_is_a_phone(disguise: str, before: str) -> None:
    masked = mask(f"{before}{disguise}")
    assert masked.text == before + DISGUISED[disguise]
    assert "phone" in {found.kind for found in masked.found}


@pytest.mark.parametrize("disguise", OTHER_DISGUISES)
def test_other_personal_data_in_disguise_are_covered(disguise: str) -> None:
    assert mask(disguise).text == OTHER_DISGUISES[disguise]
    assert mask(OTHER_DISGUISES[disguise]).text == OTHER_DISGUISES[disguise]


@pytest.mark.parametrize(
    "text",
    [
        "1500,2000,3000元",
        "共1,380,123,456.78元",
        "分别为150,200,300,45",
        "1、3、5、7、9、11、12、13、15号楼",
        "2020/10/11,2021/10/12，2022.1.3",
        "工单编号20231122-0001，快递单号G12345678，型号E12345678",
        "坐K103、K1204、G1234次，执行GB/T12345678",
        "O2O平台，IO口，meet me at foo.com",
        "社保缴费12345678元，医保2023年，住院12345元",
        "本人是 党员，我叫 什么 呢，我是 王 的朋友",
        "四个数字的车牌，例如0045,0035,0123等",
        "12345、12315、110、96110，103路",
        "2019年12月31日10点，根据第128条处理",
        "2019-12-31至2020-01-01",
        "工单编号20231122001234",
        "订单号202311220012345678",
        "金额12345678元，约13800000000元",
        "拨打12345、110、96110",
        "国发〔2023〕15号，第三十二条第二款",
        "面积1380.12平方米，113.5万元，比例0.13812345678",
        "A市A2区3栋居民，共1204户，2栋300人",
        "王女士、张先生、欧阳女士来电，李书记批示",
        "高中老师和全体同志们，负责人为民做主",
        "感谢社区医生上门打针，感谢值班医生，校方老师",
        "十二楼骨科医生不在，本人方提出异议，业主孙子、孙女都住这里",
        "一位陈姓女士，联系人：田某，申请人：金某某",
        "请联系人社局，业主代表，房产证",
        "坐103路公交车，K1204次列车，室内温度26度",
        "一三五路、二〇一九年五月、第十三届",
    ],
)
def test_order_numbers_dates_amounts_and_statutes_stay(text: str) -> None:
    assert mask(text).text == text


def test_spans_point_into_the_original_text_in_order() -> None:
    text = "我叫李建国，电话138 1234 5678，身份证430104199003074512。"
    assert [(found.kind, text[found.start : found.end]) for found in mask(text).found] == [
        ("name", "李建国"),
        ("phone", "138 1234 5678"),
        ("id_number", "430104199003074512"),
    ]


CHARACTERS = st.sampled_from(
    "OlE*,/艾特护照社保号军字第0123456789０１三八幺〇 -.·湘京A·b@qc.om:：栋室号我叫李王建国先生电话微信联系人*xX，。\n"
)


@given(st.text(CHARACTERS, max_size=60))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once.text).text == once.text
    assert len(once.text) == len(text)


@given(st.text(max_size=80))
def test_any_text_at_all_can_be_masked(text: str) -> None:
    masked = mask(text)
    for found in masked.found:
        assert 0 <= found.start < found.end <= len(text)
    changed = {place for place, (a, b) in enumerate(zip(text, masked.text, strict=True)) if a != b}
    assert changed <= {place for found in masked.found for place in range(found.start, found.end)}


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(PHONE_SHAPES),
    st.sampled_from(["", "电话", "：", "我", " "]),
)
def test_a_mobile_number_in_any_spelling_is_masked(number: str, shape: Callable[[str], str], before: str) -> None:
    assert "phone" in {found.kind for found in mask(f"{before}{shape(number)}，谢谢").found}


def test_very_long_text_is_masked_and_keeps_its_length() -> None:
    for text in ("1" * 100_000, "a" * 100_000, "张" * 100_000, "1 " * 50_000, "@a." * 30_000, "湘A" * 40_000,
                 "o" * 100_000, "138," * 25_000, "1\n" * 50_000, "430104," * 14_000, "at " * 33_000,
                 "社保号1 " * 20_000, "我叫张 " * 25_000, "E1234" * 20_000, "军官证军字第" * 16_000):  # fmt: skip
        assert len(mask(text).text) == len(text)


def test_real_messages_are_masked_idempotently_and_seldom_lose_their_figures() -> None:
    path = SHARED / "citizen_messages.csv"
    if not path.exists():
        pytest.skip("../shared/data/citizen_messages.csv is not here")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        texts = [row["留言详情"] for row in csv.DictReader(handle)]
    masked = [mask(text) for text in texts]
    assert all(mask(one.text).text == one.text for one in masked)
    # The data are anonymised already: anything but doors and names is rare in them.
    numbers = [found for one in masked for found in one.found if found.kind not in {"door", "name"}]
    assert len(numbers) < len(texts) / 50


@pytest.mark.parametrize("invisible", ["\u00ad", "\u034f", "\u200b", "\u200e", "\u2060", "\ufe0f", "\ufeff"])
def test_characters_that_nobody_sees_between_digits_hide_no_phone(invisible: str) -> None:
    masked = mask("请打" + invisible.join("13812345678") + "找我").text
    assert "1234" not in "".join(c for c in masked if c.isdigit())
