"""A model file is believed only when it is whole: by its hash, its sizes, and each of its numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.linear.clauses import Clause, is_known, read
from reports.linear.files import (
    LARGEST_FILE,
    ModelDamaged,
    ModelFile,
    check_sizes,
    document_digest,
    numbers,
    read_stages,
    share,
)
from reports.linear.learning import inverse_frequencies, of_no_matter
from reports.linear.stages import ClauseStage, TwoStages, probabilities

WEIGHTS = TwoStages(
    vocabulary=("好", "坏"),
    inverse=(1.0, 1.0),
    grams=((1.0, -1.0), (-1.0, 1.0)),
    intercepts=(0.5, 0.0),
    figures=((2.0,), (0.0,)),
    biases=(0.0, 0.0),
)


class _Damaged(ModelDamaged):
    """The exception of the model that these tests read."""


FILE = ModelFile("little", {"kind": "little", "format": 1}, _Damaged)


def _build(document: Mapping[str, Any], digest: str) -> TwoStages:
    weights = TwoStages(**read_stages(document["weights"]))
    check_sizes(weights, document["sizes"], classes=2, figures=1)
    share(document["training"].get("threshold", 0.5))
    return weights


def _sealed_again(path: tuple[str | int, ...], value: object) -> bytes:
    """The file with one value changed by somebody who knows how to reckon its hash."""
    document = json.loads(FILE.write(WEIGHTS, {"threshold": 0.5}))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    document["sha256"] = document_digest(document)
    return json.dumps(document).encode()


def test_what_was_written_is_read_again() -> None:
    assert FILE.read(FILE.write(WEIGHTS, {}), _build) == WEIGHTS


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("weights", "inverse", 0), float("inf")),
        (("weights", "inverse", 0), float("nan")),
        pytest.param(("weights", "biases", 0), 10**400, id="a number that no float holds"),
        (("weights", "grams", 0), [1.0]),
        (("weights", "figures"), []),
        (("weights", "figures", 1), [1.0, 2.0]),
        (("weights", "vocabulary"), ["好", "好"]),
        (("weights", "vocabulary"), 7),
        (("weights",), None),
        (("sizes", "grams"), 3),
        (("sizes", "classes"), 1),
        (("kind",), "large"),
        (("format",), 2),
        (("training",), []),
        (("training", "threshold"), 1.5),
        (("training", "threshold"), "nan"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_in_its_models_own_words(
    path: tuple[str | int, ...], value: object
) -> None:
    with pytest.raises(_Damaged, match="the little model"):
        FILE.read(_sealed_again(path, value), _build)


@pytest.mark.parametrize("content", [b"", b"{}", b"null", b"\xff\xfe", b"[" * 100_000, b'"model"'])
def test_what_is_no_model_file_is_refused(content: bytes) -> None:
    with pytest.raises(_Damaged, match="not a model file"):
        FILE.read(content, _build)


def test_one_changed_letter_is_noticed() -> None:
    with pytest.raises(_Damaged, match="hash"):
        FILE.read(FILE.write(WEIGHTS, {"by": "us"}).replace(b'"us"', b'"me"'), _build)


def test_a_file_larger_than_any_model_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(_Damaged, match="larger"):
        FILE.load(tmp_path, path)
    with pytest.raises(_Damaged, match="cannot be read"):
        FILE.load(tmp_path, tmp_path / "nowhere.json")


def test_so_many_numbers_are_asked_for() -> None:
    assert numbers([1, 2.5], 2) == (1.0, 2.5)
    with pytest.raises(ValueError, match="do not fit"):
        numbers([1, 2.5], 3)


def test_a_clause_without_a_known_word_says_what_the_intercepts_say() -> None:
    stage = ClauseStage.of(WEIGHTS)
    assert stage.all_logits(read("好", list)) == [[1.5, -1.0]]
    assert stage.all_logits(read("门", list)) == [[0.5, 0.0]]


def test_probabilities_sum_to_one_even_where_figures_are_far_apart() -> None:
    assert sum(probabilities(WEIGHTS.figures, WEIGHTS.biases, [0.3])) == pytest.approx(1)
    assert probabilities(WEIGHTS.figures, WEIGHTS.biases, [1e4]) == [1.0, 0.0]
    with pytest.raises(ValueError, match="shorter"):
        probabilities(replace(WEIGHTS, biases=(0.0,)).figures, (0.0,), [0.3])


def test_a_feature_of_one_text_is_not_learnt() -> None:
    def text(words: str) -> list[Clause]:
        return read(words, list)

    assert "门" not in inverse_frequencies([text("好门"), text("好路")])
    assert "好" in inverse_frequencies([text("好门"), text("好路")])


def test_a_word_of_many_topics_belongs_to_no_matter() -> None:
    seen = [(topic, {"支持", "电梯"} if topic == "a" else {"支持"}) for topic in "aaabcde"]
    assert of_no_matter(seen) == ()
    assert of_no_matter([*seen, ("f", {"支持"})]) == ("支持",)
    assert of_no_matter([(topic, {"电梯"}) for topic in "abc"]) == ()


def test_a_short_post_is_one_clause_where_texts_are_posts_and_two_where_they_are_letters() -> None:
    text = "水停了三天。没有人来！"
    assert len(read(text, list)) == 2
    assert len(read(text, list, whole_below=200)) == 1
    assert len(read(text * 20, list, whole_below=200)) > 1


def test_handles_and_links_are_not_read_and_marks_are() -> None:
    grams = read("[泪]//@某某某:停水了http://t.example/a1", list)[0].grams
    assert "[泪]" in grams
    assert "停水了" in grams
    assert not any("某" in gram or "http" in gram for gram in grams)


def test_words_that_follow_a_handle_without_a_gap_are_read() -> None:
    assert "停水了" in read("@供水公司停水了，快来修", list)[0].grams


def test_marks_alone_are_no_knowledge_of_a_text() -> None:
    assert not is_known([{"，": 1.0, "#": 0.5}, {}])
    assert is_known([{"，": 1.0}, {"水 ": 0.5}])


def test_courtesy_is_left_out_of_a_message_but_is_all_there_is_to_a_thank_you() -> None:
    assert "谢谢" not in read("请问几点开门，谢谢", list)[0].grams
    assert "谢谢" in read("谢谢你们！", list)[0].grams
