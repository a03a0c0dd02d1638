"""The two public calls answer every text, in order."""

from __future__ import annotations

import pytest
import snownlp

from reports.sentiment import snownlp_scores, tones

ODD = [
    "",
    " ",
    "。",
    "好",
    "😀😀",
    "Thank you for the new park",
    "這個小區的噪音一直沒有人管",
    "\x00停水\x00三天了",
    "\ud800",
    "1",
]


def test_scores_are_those_of_snownlp_in_order() -> None:
    texts = ["感谢热线及时处理", "小区电梯坏了没人修", "這個小區噪音擾民", "12345"]
    assert snownlp_scores(texts) == [snownlp.SnowNLP(text).sentiments for text in texts]


def test_every_text_is_answered() -> None:
    texts = [*ODD, "停水三天了没有人管，" * 10_000]
    assert len(snownlp_scores(texts)) == len(tones(texts)) == len(texts)
    assert all(0.0 <= score <= 1.0 for score in snownlp_scores(texts))


@pytest.mark.parametrize("text", ["", " ", "。", "😀😀", "1", "\ud800"])
def test_what_has_no_text_has_no_label(text: str) -> None:
    (tone,) = tones([text])
    assert (tone.label, tone.probability, tone.score, tone.evidence) == (None, {}, 0.0, ())


@pytest.mark.parametrize(
    "text",
    [
        " ",
        "\u3000\n\t",
        "。",
        "好",
        "龘",
        "1",
        "\x00",
        "\x00停水\x00三天了",
        "😀👍🏻",
        "Thank you for the new park",
        "這個小區的噪音一直沒有人管",
        "ＡＢＣ１２３，停水",
        "\ufeff\u200b停水",
        "\U0002a6d5停水",
        "停水三天了没有人管" * 120,
    ],
)
def test_odd_text_has_the_score_of_snownlp_alone_and_among_many(text: str) -> None:
    expected = snownlp.SnowNLP(text).sentiments
    assert snownlp_scores([text]) == [expected]
    assert snownlp_scores([text, "停水三天了，没有人管。" * 60, text])[::2] == [expected, expected]


def test_an_empty_text_on_which_snownlp_fails_has_the_score_of_a_text_without_words() -> None:
    with pytest.raises(ZeroDivisionError):
        _ = snownlp.SnowNLP("").sentiments
    (without_words,) = snownlp_scores(["   "])
    assert without_words == snownlp.SnowNLP("   ").sentiments
    assert snownlp_scores([""]) == [without_words]
    assert snownlp_scores([None, float("nan"), b"bytes", 3]) == [without_words] * 4  # type: ignore[list-item]
    assert snownlp_scores([]) == []


@pytest.mark.parametrize("piece", ["停水三天了没有人管", "停水三天了，", "好", "a", "😀", "\x00", "龘", " "])
def test_a_hundred_thousand_characters_have_the_same_score_alone_and_among_others(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    (alone,) = snownlp_scores([text])
    assert 0.0 <= alone <= 1.0
    assert snownlp_scores(["停水", text, ""])[1] == alone


def test_what_is_no_string_counts_as_no_text() -> None:
    given: list[object] = [None, float("nan"), b"bytes", 3]
    assert [tone.label for tone in tones(given)] == [None] * 4  # type: ignore[arg-type]
    assert len(snownlp_scores(given)) == 4  # type: ignore[arg-type]


def test_tones_rank_texts_from_complaint_to_praise() -> None:
    complaint, question, praise = tones(
        ["电梯坏了半年没人修，太气人了！", "请问社保卡怎么补办？", "非常感谢你们，问题当天就解决了，为你们点赞！"]
    )
    assert (complaint.label, question.label, praise.label) == (-1, 0, 1)
    assert -1 <= complaint.score < question.score < praise.score <= 1


def test_probabilities_are_of_each_label_and_sum_to_one() -> None:
    for tone in tones(["停水三天了", "建议增设路灯", "谢谢", "lorem ipsum"]):
        assert set(tone.probability) == {-1, 0, 1}
        assert sum(tone.probability.values()) == pytest.approx(1)


def test_evidence_is_words_of_the_text() -> None:
    text = "物业乱收费，态度恶劣，投诉没有人管"
    (tone,) = tones([text])
    assert tone.evidence
    assert all(word in text for word, _ in tone.evidence)
    assert tone.evidence[0][1] < 0


@pytest.mark.parametrize("text", ["无", "没有", "是", "哦", "请回复", "好", "你好"])
def test_a_word_or_two_without_feeling_tell_no_tone(text: str) -> None:
    assert tones([text])[0].label is None


@pytest.mark.parametrize(
    ("text", "label"),
    [("没有意见", 0), ("没有问题", 0), ("支持", 1), ("谢谢", 1), ("投诉", -1), ("不满意", -1), ("又停水了", -1)],
)
def test_short_answers_are_told_as_a_person_would(text: str, label: int) -> None:
    assert tones([text])[0].label == label


def test_one_text_in_the_place_of_many_is_an_error_rather_than_many_characters() -> None:
    with pytest.raises(TypeError):
        tones("停水三天没有人管")
    with pytest.raises(TypeError):
        snownlp_scores("停水三天没有人管")
