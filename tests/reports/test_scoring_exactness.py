"""Every way to score gives the very words and the very figure of snownlp itself, to the last bit."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import snownlp
from hypothesis import given, settings
from hypothesis import strategies as st
from snownlp import normal, seg, sentiment

from reports.scoring import Scorer, decoder, load_scorer
from reports.scoring.batch import Batch
from reports.scoring.bayes import Classifier
from reports.scoring.compiled import CompiledDecoder
from reports.scoring.decoder import Segmenter
from reports.scoring.lockstep import Lockstep
from reports.scoring.source import installed_source
from reports.scoring.tables import Tables, cached_tables, default_cache_dir
from tests.support.texts import PHRASES, TRADITIONAL, fixed_texts, varied_texts

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
#: With `fixed_texts` more than twenty thousand texts, in parts that several processes can share out.
PARTS, IN_PART = 8, (800, 1_300, 500)

Answer = tuple[list[str], float]


def of_snownlp(text: str) -> Answer:
    """snownlp's own words and figure, put together as `Sentiment.classify` does, but splitting the text once."""
    words = seg.seg(text)
    side, probability = sentiment.classifier.classifier.classify(normal.filter_stop(words))
    return words, probability if side == "pos" else 1 - probability


@pytest.fixture(scope="module")
def tables() -> Tables:
    return cached_tables(installed_source(), default_cache_dir(), lambda done, total: None)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


@pytest.fixture(scope="module")
def batches(tables: Tables) -> list[Batch]:
    """Both decoders of many texts at once: on numpy, and compiled."""
    classifier = Classifier(tables)
    return [
        Batch(tables, classifier, Lockstep(tables, Segmenter(tables))),
        Batch(tables, classifier, CompiledDecoder(tables)),
    ]


def together(batch: Batch, texts: list[str]) -> list[Answer]:
    figures = [verdict.probability for verdict in batch.verdicts(texts)]
    return list(zip(batch.words(texts), figures, strict=True))


def assert_all_equal_to_snownlp(texts: list[str], scorer: Scorer, batches: list[Batch]) -> None:
    expected = [of_snownlp(text) for text in texts]
    assert [(scorer.exact_words(text), scorer.sentiments(text)) for text in texts] == expected
    for batch in batches:
        assert together(batch, texts) == expected


def test_the_answers_compared_with_are_those_of_snownlps_front_door() -> None:
    for text in [*PHRASES, TRADITIONAL, "很好！但是 停车难。"]:
        found = snownlp.SnowNLP(text)
        assert of_snownlp(text) == (found.words, found.sentiments)


@pytest.mark.parametrize("part", range(PARTS))
def test_twenty_thousand_varied_texts_get_the_very_words_and_score_of_snownlp(
    part: int, scorer: Scorer, batches: list[Batch]
) -> None:
    assert_all_equal_to_snownlp(list(varied_texts(part, *IN_PART)), scorer, batches)


def test_texts_that_were_once_wrong_get_the_very_words_and_score_of_snownlp(
    scorer: Scorer, batches: list[Batch]
) -> None:
    assert_all_equal_to_snownlp(list(fixed_texts()), scorer, batches)


def test_marks_and_controls_that_look_like_a_shorter_word_to_a_table_are_told_from_it(
    scorer: Scorer, batches: list[Batch], tables: Tables
) -> None:
    pairs = [word for word in tables.vocabulary if len(word) == 2 and not "\u4e00" <= word[0] <= "\u9fa5"]
    pairs = [word for word in pairs if not any("\u4e00" <= character <= "\u9fa5" for character in word)]
    shifted = [word[0] + chr(ord(word[1]) + by) for word in pairs for by in (-1, 1)]
    texts = [before + word for word in [*pairs, *shifted] for before in ("\0", "\1", "", "\U0010ffff")]
    assert len(pairs) > 100
    assert_all_equal_to_snownlp(texts, scorer, batches)


def test_a_text_that_stands_there_many_times_has_the_same_answer_everywhere(
    scorer: Scorer, batches: list[Batch]
) -> None:
    texts = [*PHRASES, "", TRADITIONAL, *PHRASES, "", *PHRASES[::-1]]
    expected = [(scorer.exact_words(text), scorer.sentiments(text)) for text in texts]
    for batch in batches:
        assert together(batch, texts) == expected


def test_runs_of_thousands_of_characters_get_the_very_words_and_score_of_snownlp(
    scorer: Scorer, batches: list[Batch]
) -> None:
    rng = random.Random(8_000)
    long = "".join(rng.choice(PHRASES) for _ in range(1_000))[:2_400]
    strange = "".join(chr(rng.randint(0x4E00, 0x9FA5)) for _ in range(1_500))
    assert_all_equal_to_snownlp([long, strange, "水" * 2_000], scorer, batches)


def test_eight_thousand_characters_without_a_mark_are_split_the_same_way_by_all(
    scorer: Scorer, batches: list[Batch]
) -> None:
    rng = random.Random(9)
    texts = ["".join(rng.choice(PHRASES) for _ in range(5_000))[:length] for length in (8_000, 7_999, 20_500)] * 8
    expected = [(scorer.exact_words(text), scorer.sentiments(text)) for text in texts]
    for batch in batches:
        assert together(batch, texts) == expected


@cache
def shared_scorer() -> Scorer:
    return load_scorer()


@settings(max_examples=150, deadline=None)
@given(
    st.text(st.one_of(st.characters(), st.sampled_from("的一是不了在人有小区物业噪音好坏感谢投诉，。 \n")), max_size=40)
)
def test_any_text_gets_the_very_words_and_score_of_snownlp(text: str) -> None:
    found = shared_scorer()
    words, figure = of_snownlp(text)
    assert found.exact_words(text) == words
    assert found.sentiments(text) == figure
    assert found.sentiments_of([text]) == [figure]


def test_real_messages_get_the_very_words_and_score_of_snownlp(scorer: Scorer, batches: list[Batch]) -> None:
    path = SHARED / "citizen_messages.csv"
    if not path.exists():
        pytest.skip("../shared/data/citizen_messages.csv is not here")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        texts = [text for row in csv.DictReader(handle) if (text := row["留言详情"].strip())]
    assert_all_equal_to_snownlp([text[:400] for text in random.Random(1).sample(texts, 80)], scorer, batches)
    alone = [(scorer.exact_words(text), scorer.sentiments(text)) for text in texts]
    for batch in batches:
        assert together(batch, texts) == alone


def later_of_equals(columns: list[list[float]], near: float) -> object:
    """The rule of ties wrong by one: of equal predecessors the later one is kept, and near ones are not looked at."""
    best = [max((value, previous) for previous, value in enumerate(column)) for column in columns]
    back = sum(previous * 0x55 << (8 * tag) for tag, (_, previous) in enumerate(best))
    return *(value for value, _ in best), back


def near_ones_not_redone(columns: list[list[float]], near: float) -> object:
    """Near predecessors taken as they are, though adding the emission may make them equal."""
    return decoder_best_predecessors(columns, 0.0)


decoder_best_predecessors = decoder._best_predecessors


def every_tag_seen(emissions: list[float]) -> int:
    """A tag never seen with its character keeps the best predecessor, not the first."""
    return 0xFFFFFFFF


def always_carried_from_the_last(columns: list[list[float]], position: int) -> object:
    """An unseen character carries over from the tag 's' already at the second place of a run."""
    return decoder_unseen_step(columns, max(position, 2))


decoder_unseen_step = decoder._unseen_step


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("_best_predecessors", later_of_equals),
        ("_best_predecessors", near_ones_not_redone),
        ("_seen_tags_mask", every_tag_seen),
        ("_unseen_step", always_carried_from_the_last),
    ],
)
def test_a_wrong_rule_of_ties_would_be_noticed(
    rule: str, fault: Callable[..., object], tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [*fixed_texts(), *varied_texts()]
    right = Segmenter(tables)
    monkeypatch.setattr(decoder, rule, fault)
    wrong = Segmenter(tables)
    monkeypatch.undo()
    expected = [right.words(text) for text in texts]
    monkeypatch.setattr(decoder, rule, fault)
    assert any(wrong.words(text) != words for text, words in zip(texts, expected, strict=True))
