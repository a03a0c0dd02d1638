"""Signs of feeling are counted by kind, for models that an office made from a fair sample of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files

import pytest

from reports.lexicon import words
from reports.model import Tone
from reports.scoring import Scorer, load_scorer
from reports.tone import ToneModel
from reports.tone.examples import Labelled
from reports.tone.model import read_tone_model
from reports.tone.signs import PREFIX, signs
from reports.tone.training import LEAST_OWN, train

KINDS = ("warm_feelings", "bitter_feelings", "telling_news", "warm_faces", "bitter_faces", "pleased", "displeased")
WARM = ("社区送菜上门，暖心{n}号楼[心]", "志愿者冒雨站岗，点赞{n}班！", "医护平安回家{n}队[鲜花]")
BITTER = ("堵了{n}天没人管，气愤[怒]", "{n}楼又漏水了，无奈[泪]", "排队{n}小时，崩溃！！")
CALM = ("【通报】{n}日新增病例", "记者获悉，{n}路公交调整", "请问{n}号窗口几点开门？")


def posts(count: int) -> list[Labelled]:
    kinds: Sequence[tuple[Tone, Sequence[str]]] = (
        (Tone.POSITIVE, WARM),
        (Tone.NEGATIVE, BITTER),
        (Tone.NEUTRAL, CALM),
    )
    found = []
    for n in range(count):
        tone, texts = kinds[n % 3]
        found.append(Labelled(texts[n // 3 % 3].format(n=n), tone, f"post {n}"))
    return found


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


@pytest.fixture(scope="module")
def own_file(scorer: Scorer) -> bytes:
    return train(posts(LEAST_OWN + 10), scorer=scorer, representative=True)


@pytest.fixture(scope="module")
def own_model(own_file: bytes) -> ToneModel:
    return read_tone_model(own_file)


def signs_in(file: bytes) -> list[str]:
    """The signs that a model file has weights for."""
    return [name for name in json.loads(file)["weights"]["vocabulary"] if name.startswith(PREFIX)]


def test_each_kind_of_sign_is_counted_apart_and_the_prevailing_side_named() -> None:
    calm, warm, bitter = signs("明天下午三点到"), signs("感动，加油！[心]"), signs("气愤，崩溃？[泪]")
    assert warm != bitter != calm
    assert warm[f"{PREFIX}1"] >= 2 and warm[f"{PREFIX}4"] == 1
    assert bitter[f"{PREFIX}2"] >= 2 and bitter[f"{PREFIX}5"] == 1
    assert not {f"{PREFIX}{n}" for n in range(1, 6)} & set(calm)


def test_no_word_or_face_is_warm_and_bitter_at_once() -> None:
    warm = words("warm_feelings") | words("pleased") | words("warm_faces")
    bitter = words("bitter_feelings") | words("displeased") | words("bitter_faces")
    assert not warm & bitter


@pytest.mark.parametrize("text", ["", "\0", "~1 \t1", "😭" * 5000, "1" * 50_000])
def test_odd_texts_have_signs_too(text: str) -> None:
    assert signs(text)[f"{PREFIX}0"] == 1


def test_only_a_fair_sample_of_an_office_s_own_brings_signs(own_file: bytes, scorer: Scorer) -> None:
    assert signs_in(own_file)
    assert not signs_in((files("reports.tone") / "model.json").read_bytes())
    assert not signs_in(train(posts(30), scorer=scorer))


def test_a_face_that_no_label_had_tells_the_tone_of_a_post(
    own_file: bytes, own_model: ToneModel, scorer: Scorer
) -> None:
    known = set("".join(json.loads(own_file)["weights"]["vocabulary"]))

    def share(faces: str) -> float:
        # Of the three only the sign can be known to the model.
        face = min(face for face in words(faces) if not known & set(face))
        text = f"隔壁老王家的橘猫{face}"
        return own_model.probabilities(text, scorer.score(text), scorer.words)[2]

    assert share("warm_faces") > share("bitter_faces") + 0.1
