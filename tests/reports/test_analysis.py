"""The one call that analyses a whole set."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from reports.analysis import analyse
from reports.findings import KEYWORDS, MOST_CHARS, find, find_each, model_version
from reports.keywords import keywords
from reports.model import Analysis, Kind, KnownIssue, Speaker, Submission, Tone, Turn
from reports.scoring import Scorer, load_scorer
from reports.tone import ToneModel, load_tone_model
from tests.factories.backlog import a_text

DAY = datetime(2026, 5, 1, tzinfo=UTC)
SAID = [
    Submission("a", "柳荫里小区从上周开始停水，水泵坏了没有人修，老人提水上六楼。", "柳荫里小区停水", DAY, author="1"),
    Submission("b", "柳荫里小区停水第五天，水泵房上锁，什么时候恢复供水？", "柳荫里停水水泵无人修", DAY, author="2"),
    Submission("c", "二次供水水泵坏了，柳荫里小区整栋停水，请维修。", "柳荫里小区水泵损坏停水", DAY, author="3"),
    Submission("d", "请问灵活就业人员的养老保险在哪里补缴？", kind=Kind.ENQUIRY),
    Submission("e", "请问灵活就业人员的养老保险在哪里补缴？"),
]
ODD = [
    Submission("empty", ""),
    Submission("nul", "\0\0\0", "\0"),
    Submission("surrogate", "路灯\ud800坏了\udfff很久", "\ud83d"),
    Submission("digits", "12345"),
    Submission("long", "停车位不够，" * 17_000),
    Submission("unbroken", "水" * 100_000),
    Submission("emoji", "😀" * 50),
    Submission("turns", "", turns=(Turn(Speaker.OPERATOR, "您好"), Turn(Speaker.CITIZEN, "\0路灯坏了" * 9_000))),
]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer()


@pytest.fixture(scope="module")
def tone_model() -> ToneModel:
    return load_tone_model()


@pytest.fixture(scope="module")
def analysis(scorer: Scorer, tone_model: ToneModel) -> Analysis:
    return analyse([*SAID, *ODD], scorer=scorer, tone_model=tone_model)


def test_every_submission_has_a_finding_and_a_place_or_a_reason(analysis: Analysis) -> None:
    wanted = {submission.id for submission in (*SAID, *ODD)}
    placed = {member.id for issue in analysis.issues for member in issue.members}
    assert set(analysis.findings) == wanted == placed | set(analysis.unplaced)


def test_people_with_one_matter_are_one_issue(analysis: Analysis) -> None:
    (issue,) = analysis.issues
    assert {member.id for member in issue.members} == {"a", "b", "c"}
    assert "negativity" in issue.heat_parts


def test_same_texts_are_a_campaign(analysis: Analysis) -> None:
    assert {"d", "e"} in [{member.id for member in campaign.members} for campaign in analysis.campaigns]


def test_places_and_keywords_are_found(analysis: Analysis) -> None:
    assert "柳荫里小区" in analysis.findings["a"].places
    assert analysis.findings["a"].keywords


def test_a_stated_kind_is_kept_and_a_missing_one_proposed(analysis: Analysis) -> None:
    assert (analysis.findings["d"].kind, analysis.findings["d"].kind_proposed) == (Kind.ENQUIRY, False)
    assert analysis.findings["e"].kind_proposed


@pytest.mark.parametrize("identifier", ["empty", "nul"])
def test_what_has_no_text_is_said_to_have_none(analysis: Analysis, identifier: str) -> None:
    finding = analysis.findings[identifier]
    assert (finding.tone.tone, finding.note, finding.score.raw) == (Tone.NO_TEXT, "no_text", None)
    assert analysis.unplaced[identifier] == "no_text"


def test_a_lone_surrogate_does_not_hide_the_text_around_it(analysis: Analysis) -> None:
    assert analysis.findings["surrogate"].note == ""
    assert analysis.findings["surrogate"].score.raw is not None


@pytest.mark.parametrize("identifier", ["long", "unbroken", "turns"])
def test_a_text_that_is_too_long_is_analysed_from_its_beginning_and_marked(analysis: Analysis, identifier: str) -> None:
    assert analysis.findings[identifier].note == "cut"
    assert MOST_CHARS < 100_000


def test_the_version_names_every_part(analysis: Analysis, scorer: Scorer, tone_model: ToneModel) -> None:
    assert analysis.model_version == model_version(scorer, tone_model)
    for part in (scorer.version, tone_model.version, "campaigns-", "issues-"):
        assert part in analysis.model_version


def test_progress_rises_to_its_end_and_may_stop_the_work(scorer: Scorer, tone_model: ToneModel) -> None:
    heard: list[tuple[int, int]] = []
    analyse(SAID, scorer=scorer, tone_model=tone_model, progress=lambda done, total: heard.append((done, total)))
    assert heard == sorted(heard) and heard[-1][0] == heard[-1][1]

    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        analyse(SAID, scorer=scorer, tone_model=tone_model, progress=stop)


def test_known_issues_are_handed_on(scorer: Scorer, tone_model: ToneModel) -> None:
    known = (KnownIssue("k", "停水", ("a", "d")),)
    found = analyse(SAID, scorer=scorer, tone_model=tone_model, known=known)
    assert {"a", "d"} <= {member.id for issue in found.issues if issue.key == "k" for member in issue.members}


def test_nothing_is_analysed_of_nothing(scorer: Scorer, tone_model: ToneModel) -> None:
    nothing = analyse([], scorer=scorer, tone_model=tone_model)
    assert (nothing.findings, nothing.campaigns, nothing.issues, nothing.unplaced) == ({}, (), (), {})


def test_the_same_input_gives_the_same_analysis(analysis: Analysis, scorer: Scorer, tone_model: ToneModel) -> None:
    assert analyse([*SAID, *ODD], scorer=scorer, tone_model=tone_model) == analysis


SPOKEN = [
    *SAID,
    Submission("traditional", "社區門口的路燈壞了很久，晚上老人摔倒了，請儘快修理！", "路燈壞了"),
    Submission("anonymised", "A2区丽水新城小区旁边的搅拌站灰尘很大，A2区丽水新城小区业主睡不着。", "A2区搅拌站扰民"),
    Submission("repeated", "水水水水水水水水。哈哈哈哈，4号线4号线4号线几时开通？第4号线！" * 8),
    Submission("mixed", "垃圾站 smell 太臭了😀①②③，龘龘龘字也有人写；" * 5, "臭"),
    Submission(
        "call",
        "",
        turns=(
            Turn(Speaker.OPERATOR, "您好，请讲。"),
            Turn(Speaker.CITIZEN, "柳荫里停水五天了，水泵坏了没有人修。"),
            Turn(Speaker.CITIZEN, "水泵坏了没有人修，老人提水上六楼。"),
        ),
    ),
]


@pytest.mark.parametrize("submission", SPOKEN, ids=lambda submission: submission.id)
def test_splitting_a_text_once_for_all_readers_changes_no_finding(
    submission: Submission, scorer: Scorer, tone_model: ToneModel
) -> None:
    texts = submission.citizen_texts()
    score = scorer.score_submission(submission)
    found = find(submission, scorer=scorer, tone_model=tone_model)
    assert found.score == score
    assert found.tone == tone_model.decide(submission, score, scorer.words)
    assert found.keywords == tuple(keywords(texts, scorer=scorer, top=KEYWORDS))


def test_read_together_submissions_get_what_each_gets_alone(scorer: Scorer, tone_model: ToneModel) -> None:
    chance = random.Random(3)
    submissions = [Submission(id=f"order:{n}", text=a_text(chance)) for n in range(60)]
    submissions += [Submission(id="empty", text=""), Submission(id="long", text="路灯坏了。" * 9_000)]
    together = list(find_each(submissions, scorer=scorer, tone_model=tone_model))
    assert together == [find(one, scorer=scorer, tone_model=tone_model) for one in submissions]
