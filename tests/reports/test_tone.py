"""Tone is decided with care, told with evidence, and never from a damaged model."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from reports.model import Speaker, Submission, Tone, ToneFinding, Turn
from reports.scoring import Scorer, load_scorer
from reports.tone import ToneModel, ToneModelDamaged, load_tone_model
from reports.tone.evidence import evidence
from reports.tone.examples import read_sentences

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
MODEL = Path(__file__).resolve().parents[2] / "reports" / "tone" / "model.json"


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


@pytest.fixture(scope="module")
def model() -> ToneModel:
    return load_tone_model()


def decide(scorer: Scorer, model: ToneModel, submission: Submission) -> ToneFinding:
    return model.decide(submission, scorer.score_submission(submission), scorer.words)


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("请问社保卡怎么补办", Tone.NEUTRAL),
        ("感谢12345热线及时处理我的投诉", Tone.POSITIVE),
        ("小区电梯坏了没人修，打电话也没人管", Tone.NEGATIVE),
        ("這個小區噪音擾民，沒有人管", Tone.NEGATIVE),
        ("希望增加公交班次", Tone.NEUTRAL),
        ("感谢您在百忙之中阅读。我们小区的开发商跑路了，房子烂尾。", Tone.NEGATIVE),
        ("我完全同意草案。", Tone.POSITIVE),
    ],
)
def test_plain_cases_that_the_stock_score_gets_wrong_are_decided_rightly(
    scorer: Scorer, model: ToneModel, text: str, tone: Tone
) -> None:
    assert decide(scorer, model, Submission(id="1", text=text)).tone is tone


@pytest.mark.parametrize("text", ["", "  ", "。。。", "12345"])
def test_a_blank_text_is_answered_with_no_text_rather_than_a_middle_tone(
    scorer: Scorer, model: ToneModel, text: str
) -> None:
    assert decide(scorer, model, Submission(id="1", text=text)).tone is Tone.NO_TEXT


def test_a_text_without_one_known_word_is_uncertain(scorer: Scorer, model: ToneModel) -> None:
    assert decide(scorer, model, Submission(id="1", text="lorem ipsum")).tone is Tone.UNCERTAIN


def test_an_operators_thanks_do_not_change_the_citizens_tone(scorer: Scorer, model: ToneModel) -> None:
    turns = (Turn(Speaker.CITIZEN, "停水三天了，没有人管，太气人了。"),)
    thanked = (*turns, Turn(Speaker.OPERATOR, "非常感谢您的来电，祝您生活愉快，真好！"))
    with_operator, without = (
        decide(scorer, model, Submission(id="1", text="停水", turns=each)) for each in (thanked, turns)
    )
    assert with_operator == without
    assert without.tone is Tone.NEGATIVE


def test_evidence_is_words_of_the_text_with_their_pull(scorer: Scorer, model: ToneModel) -> None:
    finding = decide(scorer, model, Submission(id="1", text="坚决反对这个方案，太不合理"))
    words = dict(finding.evidence)
    assert words["坚决反对"] < 0
    assert words["不合理"] < 0
    assert all(word in "坚决反对这个方案，太不合理" for word in words)


def test_a_matter_is_no_evidence_however_much_weight_it_has(scorer: Scorer, model: ToneModel) -> None:
    finding = decide(scorer, model, Submission(id="1", text="上班路上红绿灯一直不亮，派出所说不归他们管，简直离谱"))
    words = {word for word, _ in finding.evidence}
    assert words & {"离谱", "简直"}
    assert not words & {"上班", "红绿灯", "派出所", "路上"}


def test_a_negated_word_of_praise_is_shown_with_its_negation_and_never_as_praise(
    scorer: Scorer, model: ToneModel
) -> None:
    finding = decide(scorer, model, Submission(id="1", text="处理结果我们很不满意，答复一点也没有耐心"))
    assert all(pull < 0 for _, pull in finding.evidence)
    assert not {"满意", "耐心"} & {word for word, _ in finding.evidence}


def test_a_tone_that_no_word_of_feeling_speaks_for_shows_the_phrase_that_moved_it(
    scorer: Scorer, model: ToneModel
) -> None:
    text = "家园小区门前的路，答应修已经过去三年了，孩子只能踩着泥巴去上学。谢谢！"
    finding = decide(scorer, model, Submission(id="1", text=text))
    against = [word for word, pull in finding.evidence if pull < 0]
    assert finding.tone is Tone.NEGATIVE
    assert against == ["答应修已经过去三年了"]


def test_words_of_feeling_leave_no_need_for_a_phrase(scorer: Scorer, model: ToneModel) -> None:
    finding = decide(scorer, model, Submission(id="1", text="家园小区门前的路，答应修已经过去三年了，太让人失望。"))
    assert "失望" in dict(finding.evidence)
    assert all(len(word) < 8 for word, _ in finding.evidence)


def test_a_longer_word_that_holds_one_of_feeling_is_not_taken_apart() -> None:
    pulls = {"负责": 0.5, "责人": 0.5, "感谢": 0.5}
    assert evidence(pulls, "负责人来了，感谢", ["负责人", "来", "了", "感谢"]) == (("感谢", 0.5),)


def test_a_word_that_an_offices_labels_proved_is_shown_and_not_twice() -> None:
    pulls = {"蹚水": -0.3, "投诉": -0.2}
    assert evidence(pulls, "蹚水投诉", ["蹚水", "投诉"], {"蹚水", "投诉"}) == (("蹚水", -0.3), ("投诉", -0.2))


def test_probabilities_are_shares_of_one(scorer: Scorer, model: ToneModel) -> None:
    for row in read_sentences()[::40]:
        shares = model.probabilities(row["text"], scorer.score(row["text"]), scorer.words)
        assert sum(shares) == pytest.approx(1)
        assert all(0 <= share <= 1 for share in shares)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: b"\x80\x04pickle",
        lambda content: b"[]",
        lambda content: content.replace(b'"threshold":0.6', b'"threshold":0.1', 1),
        lambda content: content.replace(b'"format":1', b'"format":99', 1),
        lambda content: content.replace(b'"classes":3', b'"classes":4', 1),
    ],
)
def test_a_damaged_model_file_is_refused(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(damage(MODEL.read_bytes()))  # type: ignore[operator]
    with pytest.raises(ToneModelDamaged):
        load_tone_model(path)


def test_a_missing_model_file_is_a_situation_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ToneModelDamaged):
        load_tone_model(tmp_path / "nowhere.json")


def test_the_model_says_what_it_was_trained_on(model: ToneModel) -> None:
    rows = read_sentences()
    assert model.summary["sentences"] == len(rows) >= 3000
    assert model.version.endswith(json.loads(MODEL.read_text(encoding="utf-8"))["sha256"][:8])


def test_every_training_sentence_is_labelled_and_written_once() -> None:
    rows = read_sentences()
    assert {row["tone"] for row in rows} == {"-1", "0", "1"}
    assert len({row["text"] for row in rows}) == len(rows)


def test_civic_messages_labelled_twice_are_told_apart_better_than_by_the_stock_score(
    scorer: Scorer, model: ToneModel
) -> None:
    path = SHARED / "civic_tone_gold.csv"
    if not path.exists():
        pytest.skip("../shared/data/civic_tone_gold.csv is not here")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["both_agree"] == "1"]
    negative = [row["tone_a"] == "-1" for row in rows]
    scores = [scorer.score(row["text"]) for row in rows]
    findings = [model.decide_text(row["text"], score, scorer.words) for row, score in zip(rows, scores, strict=True)]
    shares = [model.probabilities(row["text"], score, scorer.words)[0] for row, score in zip(rows, scores, strict=True)]
    stock = [1 - (score.raw or 0.0) for score in scores]
    assert area_under_curve(shares, negative) >= 0.92 > area_under_curve(stock, negative)
    called_positive = sum(
        f.tone is Tone.POSITIVE for f, is_negative in zip(findings, negative, strict=True) if is_negative
    )
    assert called_positive / sum(negative) <= 0.02


def area_under_curve(values: list[float], positive: list[bool]) -> float:
    ones = [value for value, is_one in zip(values, positive, strict=True) if is_one]
    zeros = [value for value, is_one in zip(values, positive, strict=True) if not is_one]
    return sum((one > zero) + (one == zero) / 2 for one in ones for zero in zeros) / (len(ones) * len(zeros))
