"""Keywords are whole words about the matter; a kind is proposed from cues that can be read."""

from __future__ import annotations

import pytest

from reports.keywords import keywords
from reports.kinds import kind_weights, propose_kind
from reports.model import Kind
from reports.scoring import Scorer, load_scorer
from reports.sentences import has_text, sentences


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


TEXTS = [
    "A2区丽水新城小区旁边建了一个搅拌站，灰尘很大，噪音扰民。",
    "丽水新城小区的业主反映：搅拌站的粉尘污染严重，孩子咳嗽不止。",
    "请领导管管丽水新城小区外的搅拌站，灰尘、噪音让人受不了。",
    "尊敬的领导，丽水新城小区居民强烈要求搬迁搅拌站！",
]


def test_keywords_name_the_matter_and_the_place_as_whole_words(scorer: Scorer) -> None:
    found = keywords(TEXTS, scorer=scorer, top=6)
    assert "搅拌站" in found
    assert "丽水新城小区" in found


def test_keywords_hold_no_stop_words_courtesy_or_anonymised_places(scorer: Scorer) -> None:
    found = keywords(TEXTS, scorer=scorer, top=50)
    assert not {"领导", "尊敬", "的", "反映", "A2区", "A2", "区丽"} & set(found)
    assert all(len(word) >= 2 for word in found)


def test_no_keyword_stands_inside_another(scorer: Scorer) -> None:
    found = keywords(TEXTS, scorer=scorer, top=50)
    assert not [(a, b) for a in found for b in found if a != b and a in b]


def test_a_campaigns_copies_do_not_become_one_long_term(scorer: Scorer) -> None:
    assert max(map(len, keywords([TEXTS[0]] * 50, scorer=scorer))) <= 7


@pytest.mark.parametrize("texts", [[], [""], ["123", "。。"]])
def test_no_text_has_no_keywords(scorer: Scorer, texts: list[str]) -> None:
    assert keywords(texts, scorer=scorer) == []


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("咨询社保卡补办", "请问社保卡丢了在哪里补办？", Kind.ENQUIRY),
        ("建议增设红绿灯", "学校门口车流大，建议增设红绿灯。", Kind.PROPOSAL),
        ("夜间施工扰民", "工地每天施工到凌晨，投诉多次没有人管。", Kind.COMPLAINT),
        ("求助", "孩子重病，家里走投无路，求求政府救救他。", Kind.PLEA),
        ("感谢交警", "感谢交警同志及时帮我找回老人。", Kind.PRAISE),
        ("举报", "实名举报某公司偷税漏税。", Kind.REPORT),
        ("", "请问公交卡怎么办理？", Kind.ENQUIRY),
        ("", "今天天气晴朗。", Kind.OTHER),
        ("", "", Kind.OTHER),
    ],
)
def test_a_kind_is_proposed_from_what_people_say_they_want(title: str, text: str, kind: Kind) -> None:
    assert propose_kind(title, text) is kind


def test_thanks_for_what_is_still_asked_are_no_praise() -> None:
    asked = "三栋的窗户被风刮掉了，一月没修。希望街道派人来看一眼，全楼住户万分感激！"
    assert propose_kind("三栋的窗户", asked) is not Kind.PRAISE
    assert propose_kind("", "社区护士每周上门换药，态度真好，太感谢她了！") is Kind.PRAISE
    assert propose_kind("感谢三栋的网格员", "修好了窗户，希望也修修门。") is Kind.PRAISE


def test_closing_thanks_are_courtesy_and_no_praise() -> None:
    assert propose_kind("路灯坏了没人管", "路灯坏了半年，没人管。谢谢！") is Kind.COMPLAINT


def test_a_proposal_of_kind_can_be_explained() -> None:
    weights = kind_weights("投诉噪音", "工地噪音扰民。")
    assert weights[Kind.COMPLAINT] == max(weights.values()) > 0


def test_sentences_keep_their_marks_and_lose_their_blanks() -> None:
    assert sentences("停水了！！三天。\n没人管？”她说。 \n\n") == ["停水了！！", "三天。", "没人管？”", "她说。"]
    assert sentences("  ") == []
    assert sentences("没有标点") == ["没有标点"]


def test_letters_make_text_and_digits_do_not() -> None:
    assert has_text("好") and has_text("ok")
    assert not has_text("123。！ 😀")
