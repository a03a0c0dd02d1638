"""A model learns from an office's own labels, the same way every time, and its evaluation counts rightly."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.model import Tone
from reports.scoring import Scorer, load_scorer
from reports.tone import ToneModel, load_tone_model
from reports.tone.evaluation import LabelsUnreadable, evaluate, read_labels
from reports.tone.examples import Labelled
from reports.tone.model import read_tone_model
from reports.tone.training import train

MODEL = Path(__file__).resolve().parents[2] / "reports" / "tone" / "model.json"
#: What a model of standard Chinese cannot know: the office's people say 巴适 when they are content.
PLACES = ("公园", "医院", "新路", "食堂", "车站", "书屋", "河堤", "菜场")
LOCAL = [
    *(Labelled(f"{place}弄得巴适惨了", Tone.POSITIVE) for place in PLACES),
    *(Labelled(f"{place}恼火得很哦", Tone.NEGATIVE) for place in PLACES),
]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


@pytest.fixture(scope="module")
def learnt(scorer: Scorer) -> bytes:
    return train(LOCAL, scorer=scorer)


def shares(model: ToneModel, scorer: Scorer, text: str) -> tuple[float, float, float]:
    return model.probabilities(text, scorer.score(text), scorer.words)


def test_the_shipped_model_is_what_the_shipped_sentences_make(scorer: Scorer) -> None:
    shipped = load_tone_model()
    kept = {name: shipped.summary[name] for name in ("confusion", "measured_on")}
    assert train(scorer=scorer, summary=kept) == MODEL.read_bytes()


def test_own_labels_change_the_verdict_on_what_the_shipped_sentences_do_not_know(scorer: Scorer, learnt: bytes) -> None:
    before, after = load_tone_model(), read_tone_model(learnt)
    for text, number in (("广场弄得巴适惨了", 2), ("广场恼火得很哦", 0)):
        assert shares(after, scorer, text)[number] > shares(before, scorer, text)[number]


def test_a_model_with_own_labels_says_so_and_has_a_version_of_its_own(learnt: bytes) -> None:
    model = read_tone_model(learnt)
    assert model.summary["own_labels"] == len(LOCAL)
    assert model.version != load_tone_model().version


def test_what_a_few_own_labels_teach_does_not_undo_the_rest(scorer: Scorer, learnt: bytes) -> None:
    model = read_tone_model(learnt)
    for text, tone in (("小区电梯坏了没人修", Tone.NEGATIVE), ("请问社保卡怎么补办", Tone.NEUTRAL)):
        assert model.decide_text(text, scorer.score(text), scorer.words).tone is tone


def test_an_evaluation_counts_what_was_decided(scorer: Scorer) -> None:
    labelled = [
        Labelled("小区电梯坏了半年没人修，打电话也没人管", Tone.NEGATIVE),
        Labelled("请问社保卡怎么补办", Tone.NEUTRAL),
        Labelled("感谢热线及时处理我的问题，谢谢你们", Tone.POSITIVE),
        Labelled("感谢热线及时处理我的问题，非常感谢", Tone.NEGATIVE),
    ]
    found = evaluate(load_tone_model(), labelled, scorer=scorer)
    assert found.rows == 4
    assert found.confusion == ((1, 0, 1, 0), (0, 1, 0, 0), (0, 0, 1, 0))
    assert found.figures["accuracy"].value == 0.75
    assert found.figures["negatives_called_positive"].value == 0.5
    assert found.majority["accuracy"].value == 0.5
    assert found.figures["accuracy"].low <= 0.75 <= found.figures["accuracy"].high


def test_a_mistake_that_was_not_seen_is_not_said_to_be_impossible(scorer: Scorer) -> None:
    labelled = [Labelled(f"第{n}天了还在停水，没有人管！", Tone.NEGATIVE) for n in range(20)]
    called = evaluate(load_tone_model(), labelled, scorer=scorer).figures["negatives_called_positive"]
    assert called.value == called.low == 0
    assert 0.1 < called.high < 0.2  # Wilson's interval of none in twenty


def test_labels_are_read_by_their_headings_and_open_ones_rejected_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("文本,情感\n停水了,负面\n怎么办理,0\n,1\n谢谢,\n很好,正面\n", encoding="gb18030")
    labelled, rejected = read_labels(path)
    assert [(one.text, one.tone) for one in labelled] == [
        ("停水了", Tone.NEGATIVE),
        ("怎么办理", Tone.NEUTRAL),
        ("很好", Tone.POSITIVE),
    ]
    assert [(one.line, one.code) for one in rejected] == [(4, "missing_text"), (5, "no_label")]


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "文本,情感\n停水了,也许\n"])
def test_a_file_without_labels_is_refused_in_words(tmp_path: Path, content: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LabelsUnreadable, match=r"列|情感标签"):
        read_labels(path)
