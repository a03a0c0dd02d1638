"""The scorer gives snownlp's figures exactly, and says so when there is nothing to score."""

from __future__ import annotations

import csv
import json
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import snownlp

from reports.model import Speaker, Submission, Turn
from reports.scoring import Scorer, load_scorer
from reports.scoring.source import installed_source
from reports.scoring.tables import cached_tables, default_cache_dir

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

PHRASES = " ".join(
    [
        "小区 噪音 扰民 物业 乱收费 领导 您好 我是 一名 普通 市民 请问",
        "什么时候 可以 解决 道路 坑洼 不平 积水 严重 公交 线路 太少 希望",
        "政府 部门 重视 谢谢 感谢 及时 处理 已经 反映 多次 没有 人管 踢皮球",
        "学位 紧张 孩子 上学 医保 报销 比例 养老金 发放 拖欠 工资 农民工",
        "违章 建筑 停车 位 占用 消防 通道 垃圾 分类 很好 支持 反对 建议",
        "增加 路灯 环境 优美 办事 效率 高 态度 差 恶劣 欺骗 消费者 退款",
        "房产证 办不下来 开发商 跑路 烂尾 拆迁 补偿 标准 不合理 噪声 工地",
        "夜间 施工 睡不着 老人 晕倒 救护车 水质 发黄 停电 停水 燃气 管道",
        "泄漏 暖气 不热 地铁 规划 公示 听证会 征求意见 第十二条 罚款 上限",
        "偏高 不同意 完全 同意 条例 草案 的 了 在 是 不 就 也 都 和 把",
        "被 让 给 但是 因为 所以 如果",
    ]
).split()
TRADITIONAL = "這個小區的噪音問題一直沒有人管，領導應該重視臺灣後來著名體驗傳統廣場舞擾民"
MARKS = ["，", "。", "！", "？", "；", "…", " ", "\n", "\u3000", ",", "!", "~", "", "", ""]
NOISE = [
    "12345",
    "https://a.b/c?d=1",
    "A2区",
    "13800000000",
    "😀",
    "👍🏻",
    "②",
    "㈠",
    "Ｑ１２",
    "O(∩_∩)O",
    "。。。",
    "\x00",
    "\u200b",
]


def a_phrase_text(rng: random.Random) -> str:
    return "".join(rng.choice(PHRASES) + rng.choice(MARKS) for _ in range(rng.randint(1, 14)))


def a_fuzz_text(rng: random.Random) -> str:
    pools = [
        lambda: chr(rng.randint(0x4E00, 0x9FA5)),
        lambda: rng.choice(
            "的一是不了在人有我他这中大来上国和说们为子你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天"
        ),
        lambda: chr(rng.randint(0x3400, 0x4DFF)),
        lambda: chr(rng.randint(0x9FA6, 0x9FFF)),
        lambda: rng.choice(NOISE),
        lambda: rng.choice(TRADITIONAL),
        lambda: rng.choice(MARKS),
        lambda: chr(rng.randint(0x20, 0x2FFF)),
    ]
    weights = [rng.random() ** 2 for _ in pools]
    return "".join(pool() for pool in rng.choices(pools, weights, k=rng.randint(1, 24)))


def varied_texts() -> Iterator[str]:
    rng = random.Random(20261122)
    for _ in range(1500):
        yield a_phrase_text(rng)
    for _ in range(2500):
        yield a_fuzz_text(rng)
    for phrase in PHRASES:
        yield phrase
        yield phrase * rng.randint(2, 30)
    for character in rng.sample(range(0x4E00, 0x9FA6), 400):
        yield chr(character) * rng.randint(1, 5)
    yield "的" * 300
    yield "".join(rng.choices(PHRASES, k=200))
    yield "".join(chr(rng.randint(0x4E00, 0x9FA5)) for _ in range(600))
    yield from (TRADITIONAL, *NOISE, "感谢" * 100, "投诉" * 100, "，", " ", "\n", "123")


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


def assert_equal_to_snownlp(scorer: Scorer, text: str) -> None:
    assert scorer.exact_words(text) == snownlp.seg.seg(text), text
    assert scorer.sentiments(text) == snownlp.sentiment.classify(text), text


def test_thousands_of_varied_texts_get_the_very_words_and_score_of_snownlp(scorer: Scorer) -> None:
    for text in varied_texts():
        assert_equal_to_snownlp(scorer, text)


def test_texts_read_together_have_the_very_words_they_have_alone(scorer: Scorer) -> None:
    texts = [*varied_texts(), "水" * 199, "水" * 200, "水" * 201, "龘" * 60, "龘水" * 90, "", "abc"]
    together = scorer.remembering(texts)
    assert [together.words(text) for text in texts] == [scorer.words(text) for text in texts]
    assert [together.sentiments(text) for text in texts if text] == [scorer.sentiments(text) for text in texts if text]


def test_real_messages_get_the_very_words_and_score_of_snownlp(scorer: Scorer) -> None:
    path = SHARED / "citizen_messages.csv"
    if not path.exists():
        pytest.skip("../shared/data/citizen_messages.csv is not here")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        texts = [row["留言详情"].strip() for row in csv.DictReader(handle)]
    rng = random.Random(1)
    for text in rng.sample([text for text in texts if text], 120):
        assert_equal_to_snownlp(scorer, text[:500])


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\t", "，。！？", "12345", "１２３", "---", "\u3000", "😀👍", "2024-05-01"]
)
def test_text_without_a_letter_has_no_score_rather_than_a_middle_one(scorer: Scorer, text: str) -> None:
    score = scorer.score(text)
    assert (score.raw, score.log_odds, score.weighted, score.unknown_share, score.parts) == (
        None,
        None,
        None,
        None,
        (),
    )


def test_the_raw_figure_is_that_of_the_simplified_text(scorer: Scorer) -> None:
    assert scorer.score("這個小區的環境很優美").raw == scorer.score("这个小区的环境很优美").raw
    assert scorer.score("這個小區的環境很優美").raw == snownlp.SnowNLP("这个小区的环境很优美").sentiments


def test_simplified_text_with_characters_of_both_scripts_is_left_alone(scorer: Scorer) -> None:
    text = "著名的乾隆皇帝在瞭望台"
    assert scorer.score(text).raw == snownlp.SnowNLP(text).sentiments


def test_log_odds_stay_finite_and_ordered_where_the_raw_figure_saturates(scorer: Scorer) -> None:
    long, longer = (scorer.score("服务态度恶劣，欺骗消费者。" * times) for times in (200, 400))
    assert long.log_odds is not None and longer.log_odds is not None
    assert abs(longer.log_odds) > abs(long.log_odds) > 100


def test_the_weighted_mean_weighs_each_sentence_by_its_length(scorer: Scorer) -> None:
    score = scorer.score("感谢政府！道路坑洼不平，积水严重，多次反映没有人管。")
    lengths = [len(part) for part, _ in score.parts]
    assert lengths == [5, 21]
    assert score.weighted == pytest.approx(sum(n * raw for n, (_, raw) in zip(lengths, score.parts, strict=True)) / 26)


def test_the_unknown_share_counts_tokens_the_model_never_saw(scorer: Scorer) -> None:
    assert scorer.score("感谢").unknown_share == 0.0
    assert scorer.score("感谢 zqx81 qqq77").unknown_share == pytest.approx(2 / 3)


def test_only_the_citizens_turns_of_a_call_are_scored(scorer: Scorer) -> None:
    turns = (
        Turn(Speaker.OPERATOR, "您好，很高兴为您服务！"),
        Turn(Speaker.CITIZEN, "我们小区停水三天了，没有人管。"),
        Turn(Speaker.OPERATOR, "感谢您的来电，祝您生活愉快！"),
    )
    score = scorer.score_submission(Submission(id="1", text="停水", turns=turns))
    assert [part for part, _ in score.parts] == ["我们小区停水三天了，没有人管。"]
    assert score.raw == scorer.score("我们小区停水三天了，没有人管。").raw


def test_a_submission_is_scored_on_its_title_and_its_body(scorer: Scorer) -> None:
    score = scorer.score_submission(Submission(id="1", title="停水", text="三天了。没有人管。"))
    assert [part for part, _ in score.parts] == ["停水", "三天了。", "没有人管。"]


def test_a_hundred_thousand_characters_without_punctuation_are_scored(scorer: Scorer) -> None:
    assert scorer.score("小区噪音扰民严重" * 12_500).raw is not None
    assert scorer.score("這個小區的噪音擾民" * 2_000).raw is not None


def test_many_texts_come_back_in_order_with_progress(scorer: Scorer) -> None:
    seen: list[tuple[int, int]] = []
    scores = scorer.score_many(["感谢", "", "投诉"], lambda done, total: seen.append((done, total)))
    assert [score.raw for score in scores] == [scorer.score("感谢").raw, None, scorer.score("投诉").raw]
    assert seen[-1] == (3, 3)


def test_the_version_names_the_release_and_the_hash_of_the_model_files(scorer: Scorer) -> None:
    source = installed_source()
    assert scorer.version == f"snownlp-{source.version}+{source.digest()[:8]}"


def test_threads_may_share_one_scorer(scorer: Scorer) -> None:
    texts = [a_phrase_text(random.Random(seed)) for seed in range(60)]
    expected = [scorer.score(text) for text in texts]
    results: dict[int, list[object]] = {}

    def work(number: int) -> None:
        results[number] = [scorer.score(text) for text in texts]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(results[number] == expected for number in range(4))


def test_damaged_tables_are_built_again(tmp_path: Path) -> None:
    source = installed_source()
    cached_tables(source, default_cache_dir(), lambda done, total: None)
    folder = next(default_cache_dir().glob(f"snownlp-*-{source.digest()[:32]}"))
    copy = tmp_path / folder.name
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    manifest = json.loads((copy / "manifest.json").read_text())
    largest = max(manifest["sizes"], key=lambda name: manifest["sizes"][name])
    (copy / largest).write_bytes(b"cut short")
    steps: list[tuple[int, int]] = []
    tables = cached_tables(source, tmp_path, lambda done, total: steps.append((done, total)))
    assert steps[-1] == (5, 5)
    assert Scorer(tables).score("感谢").raw == snownlp.SnowNLP("感谢").sentiments
    assert not list(tmp_path.glob("building-*"))
