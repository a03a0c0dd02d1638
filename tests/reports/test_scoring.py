"""The scorer gives snownlp's figures exactly, and says so when there is nothing to score."""

from __future__ import annotations

import random
import threading

import pytest
import snownlp

from reports.model import Speaker, Submission, Turn
from reports.scoring import Scorer, load_scorer
from reports.scoring.source import installed_source
from tests.support.texts import a_phrase_text, fixed_texts, varied_texts


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


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


def test_many_texts_have_the_very_scores_they_have_alone(scorer: Scorer) -> None:
    texts = [*fixed_texts(), *varied_texts(), "", "，。"]
    assert scorer.score_many(texts) == [scorer.score(text) for text in texts]


def test_many_submissions_have_the_very_scores_they_have_alone(scorer: Scorer) -> None:
    call = (Turn(Speaker.OPERATOR, "请讲"), Turn(Speaker.CITIZEN, "停水三天了"), Turn(Speaker.CITIZEN, "……"))
    submissions = [
        Submission(id="1", title="停水", text="三天了。没有人管。"),
        Submission(id="2", text="停水", turns=call),
        Submission(id="3", text=""),
    ]
    assert scorer.score_submissions(submissions) == [scorer.score_submission(one) for one in submissions]


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


@pytest.mark.parametrize("together", [False, True])
def test_traditional_text_keeps_the_score_of_what_was_written_beside_that_of_what_was_read(
    scorer: Scorer, together: bool
) -> None:
    written, simplified = "社區門口的路燈壞了很久，請儘快修理！", "社区门口的路灯坏了很久，请尽快修理！"
    texts = [written, simplified, "OK", "", written]
    scores = scorer.score_many(texts) if together else [scorer.score(text) for text in texts]
    assert scores[0] == scores[4]
    assert scores[0].raw == snownlp.SnowNLP(simplified).sentiments
    assert scores[0].as_written == snownlp.SnowNLP(written).sentiments != scores[0].raw
    assert [score.as_written for score in scores[1:4]] == [None, None, None]
