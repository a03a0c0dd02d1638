"""Shares and trends: their intervals hold what is true as often as they promise, and chance alone seldom makes a trend.

The simulations have a fixed seed, so they pass or fail the same everywhere.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reports.estimates.model import (
    ANSWERS,
    LEAST_SAMPLE,
    LEAST_TESTED,
    LEAST_TESTED_REST,
    TONES,
    Confusion,
    Estimate,
    Trend,
    confusion_of,
)
from reports.estimates.shares import effective_size, tone_shares, wilson
from reports.estimates.trends import all_together, compare_shares, compare_volumes, holm, share_trend, volume_trend
from reports.model import Tone

ROUNDS = 150

#: How often a tone (row) is answered so (column): a middling model, and a good one that hardly calls praise blame.
MIDDLING = np.array([[0.80, 0.06, 0.01, 0.13], [0.15, 0.62, 0.03, 0.20], [0.03, 0.12, 0.65, 0.20]])
GOOD = np.array([[0.93, 0.02, 0.00, 0.05], [0.08, 0.80, 0.02, 0.10], [0.01, 0.04, 0.85, 0.10]])

SETTINGS = [
    pytest.param(MIDDLING, (570, 570, 240), (0.82, 0.16, 0.02), 600, id="a complaint channel"),
    pytest.param(MIDDLING, (150, 150, 60), (0.5, 0.4, 0.1), 60, id="few messages, a model hardly tested"),
    pytest.param(GOOD, (570, 570, 240), (0.1, 0.6, 0.3), 6000, id="many messages, few of them negative"),
    pytest.param(MIDDLING, (85, 12, 1), (0.82, 0.165, 0.015), 600, id="hardly tested but on negative texts"),
    pytest.param(GOOD, (60, 60, 50), (0.97, 0.02, 0.01), 6000, id="nearly all negative, a model hardly tested"),
]


def _counts(answers: np.ndarray) -> dict[str, int]:
    return {tone.value: int(n) for tone, n in zip(ANSWERS, answers, strict=True)}


def _tested(rng: np.random.Generator, rates: np.ndarray, of: tuple[int, ...]) -> Confusion:
    return tuple(tuple(int(n) for n in rng.multinomial(m, row)) for m, row in zip(of, rates, strict=True))


def _covered(rates: np.ndarray, of: tuple[int, ...], truth: tuple[float, ...], n: int, *, wrong: bool = False) -> float:
    """How often the interval of a tone's share holds the truth; `wrong` corrects by the rates in a wrong order."""
    rng = np.random.default_rng(20261122)
    held = 0.0
    for _ in range(ROUNDS):
        confusion = _tested(rng, rates, of)
        answers = _counts(rng.multinomial(n, np.array(truth) @ rates))
        found = tone_shares(answers, confusion[::-1] if wrong else confusion)
        truths = dict(zip(TONES, truth, strict=True))
        held += sum(one.low <= truths[tone] <= one.high for tone, one in found.items()) / len(found)
    return held / ROUNDS


@pytest.mark.parametrize(("rates", "of", "truth", "n"), SETTINGS)
def test_corrected_intervals_hold_the_true_share_as_often_as_they_promise(
    rates: np.ndarray, of: tuple[int, ...], truth: tuple[float, ...], n: int
) -> None:
    assert _covered(rates, of, truth, n) >= 0.93


def test_a_wrong_correction_would_be_caught_by_that_simulation() -> None:
    assert _covered(MIDDLING, (570, 570, 240), (0.82, 0.16, 0.02), 600, wrong=True) < 0.5


def test_the_share_of_the_answers_alone_misses_the_truth_which_is_why_there_is_a_correction() -> None:
    rng = np.random.default_rng(1)
    truth = np.array([0.5, 0.4, 0.1])
    held = 0
    for _ in range(ROUNDS):
        found = tone_shares(_counts(rng.multinomial(600, truth @ MIDDLING)))[Tone.NEGATIVE]
        held += found.low <= truth[0] <= found.high
    assert held / ROUNDS < 0.6


def test_for_a_model_that_never_errs_the_correction_leaves_wilson_s_interval() -> None:
    never = tuple(tuple(10**9 if row == column else 0 for column in range(4)) for row in range(3))
    corrected = tone_shares({"negative": 62, "neutral": 20, "positive": 4}, never)[Tone.NEGATIVE]
    plain = tone_shares({"negative": 62, "neutral": 20, "positive": 4})[Tone.NEGATIVE]
    published = stats.binomtest(62, 86).proportion_ci(method="wilson")
    assert wilson(62, 86) == (plain.low, plain.high) == pytest.approx((published.low, published.high))
    assert corrected.share == pytest.approx(62 / 86, abs=0.002)
    assert (corrected.low, corrected.high) == pytest.approx((plain.low, plain.high), abs=0.002)


def test_a_model_tested_less_is_believed_less() -> None:
    answers = {"negative": 620, "neutral": 200, "positive": 40, "uncertain": 140}
    widths = []
    for times in (1, 10):
        confusion = tuple(tuple(n * times for n in row) for row in ((48, 4, 1, 7), (9, 38, 2, 11), (2, 7, 40, 11)))
        found = tone_shares(answers, confusion)[Tone.NEGATIVE]
        widths.append(found.high - found.low)
    assert widths[0] > 1.5 * widths[1]


def test_a_model_that_cannot_tell_tones_apart_tells_nothing() -> None:
    blind = ((100, 100, 100, 100),) * 3
    found = tone_shares({"negative": 250, "neutral": 250, "positive": 250, "uncertain": 250}, blind)
    assert all((one.low, one.high) == (0.0, 1.0) for one in found.values())


answers_of_a_model = st.fixed_dictionaries({tone.value: st.integers(0, 5000) for tone in ANSWERS})
confusions = st.tuples(*[st.tuples(*[st.integers(0, 400)] * 4).filter(lambda r: sum(r) >= LEAST_TESTED)] * 3)


@given(answers_of_a_model, st.one_of(st.none(), confusions))
def test_whatever_the_counts_a_share_lies_within_its_interval_and_both_within_0_and_1(
    counts: dict[str, int], confusion: Confusion | None
) -> None:
    for found in tone_shares(counts, confusion).values():
        assert 0 <= found.low <= found.share <= found.high <= 1


def test_uncertain_texts_are_part_of_what_is_estimated_or_it_is_said_of_how_many_it_is() -> None:
    counts = {"negative": 60, "neutral": 30, "positive": 10, "uncertain": 100, "no_text": 7}
    confusion = _tested(np.random.default_rng(3), MIDDLING, (300, 300, 300))
    assert tone_shares(counts, confusion)[Tone.NEGATIVE].n == 200
    assert tone_shares(counts)[Tone.NEGATIVE].n == 100


def test_below_the_least_sample_nothing_is_estimated() -> None:
    assert tone_shares({"negative": LEAST_SAMPLE - 1, "uncertain": 50}) == {}
    assert set(tone_shares({"negative": LEAST_SAMPLE})) == set(TONES)
    assert tone_shares({}) == {}


def test_where_praise_was_hardly_tested_the_negative_share_alone_is_corrected() -> None:
    counts = {"negative": 620, "neutral": 200, "positive": 40, "uncertain": 140}
    found = tone_shares(counts, ((77, 0, 0, 8), (2, 7, 0, 3), (0, 0, 1, 0)))
    assert list(found) == [Tone.NEGATIVE]
    assert found[Tone.NEGATIVE].corrected


def test_copies_of_one_letter_widen_the_interval() -> None:
    counts = {"negative": 80, "neutral": 20}
    worth = effective_size([60, *[1] * 40])
    assert worth == pytest.approx(100**2 / (60**2 + 40))
    alone, copied = tone_shares(counts)[Tone.NEGATIVE], tone_shares(counts, effective=worth)[Tone.NEGATIVE]
    assert alone.share == copied.share
    assert copied.high - copied.low > 1.5 * (alone.high - alone.low)
    assert effective_size([]) == 0


def test_an_estimate_is_written_as_a_leader_reads_it() -> None:
    assert Estimate(0.6204, 0.5493, 0.685, 200, corrected=True).text == "约62%（95%区间55%–69%，已按模型误差校正）"
    assert Estimate(0.001, 0.0004, 0.0034, 900, corrected=False).brief == "约0.1%（95%区间0.0%–0.3%）"
    assert Estimate(0.5, 0.4, 0.6, 90, corrected=False).text == "约50%（95%区间40%–60%，未按模型误差校正）"


@pytest.mark.parametrize(
    "confusion",
    [
        None,
        [],
        "abc",
        [[50, 1, 1, 1]] * 2,
        [[50, 1, 1]] * 3,
        [[50, 1, 1, -1]] * 3,
        [[50, 1, 1, True]] * 3,
        [[50.5, 1, 1, 1]] * 3,
        [[LEAST_TESTED - 1, 0, 0, 0], [50, 1, 1, 1], [50, 1, 1, 1]],
        [[50, 1, 1, 1], [LEAST_TESTED_REST - 1, 0, 0, 0], [0, 0, 0, 0]],
    ],
)
def test_a_matrix_that_is_absent_odd_or_too_thin_corrects_nothing(confusion: object) -> None:
    assert confusion_of({"confusion": confusion}) is None
    assert confusion_of({}) is None


def test_a_matrix_of_a_summary_is_read() -> None:
    assert confusion_of({"confusion": [[50, 1, 1, 8], [5, 40, 2, 9], [1, 2, 45, 6]]}) == (
        (50, 1, 1, 8),
        (5, 40, 2, 9),
        (1, 2, 45, 6),
    )


def test_chance_alone_is_seldom_called_a_change_and_a_real_change_is() -> None:
    rng = np.random.default_rng(5)
    called = sum(
        compare_shares((int(rng.binomial(200, 0.6)), 200), (int(rng.binomial(150, 0.6)), 150)).trend is not Trend.STEADY
        for _ in range(400)
    )
    assert called / 400 <= 0.05
    risen = compare_shares((150, 200), (90, 200))
    assert risen.trend is Trend.RISING
    assert risen.low is not None and risen.high is not None and risen.difference is not None
    assert 0 < risen.low < risen.difference < risen.high
    assert compare_shares((90, 200), (150, 200)).trend is Trend.FALLING


def test_newcombe_s_published_example_is_reproduced() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, example (a): 56/70 less 48/80, method 10.
    change = compare_shares((56, 70), (48, 80))
    assert (change.low, change.high) == pytest.approx((0.0524, 0.3339), abs=0.0001)


def test_a_handful_is_not_judged() -> None:
    assert compare_shares((9, 10), (1, 400)).trend is Trend.UNKNOWN
    assert compare_volumes([3, 4], [0, 1]).trend is Trend.UNKNOWN
    assert compare_volumes([], [40]).trend is Trend.UNKNOWN
    assert share_trend([5, 6, 7], [50, 50, 50]).trend is Trend.UNKNOWN
    assert volume_trend([30, 40, 50]).trend is Trend.UNKNOWN
    assert volume_trend([0, 0, 1, 1, 2, 2]).trend is Trend.UNKNOWN
    assert Trend.UNKNOWN.value == "样本太少，不作判断"


def test_volumes_are_compared_by_the_length_of_their_periods() -> None:
    assert compare_volumes([310], [280], days=(31, 28)).trend is Trend.STEADY
    assert compare_volumes([310], [280], days=(14, 28)).trend is Trend.RISING
    fallen = compare_volumes([100], [200], days=(30, 30))
    assert fallen.trend is Trend.FALLING
    assert fallen.difference == -0.5


def test_messages_that_come_in_bursts_do_not_make_a_trend_of_one_burst() -> None:
    calm, burst = [10] * 30, [10] * 29 + [110]
    assert compare_volumes([400], [300], days=(30, 30)).trend is Trend.RISING
    assert compare_volumes(burst, calm).trend is Trend.STEADY


def test_clustered_days_are_seldom_called_a_change() -> None:
    rng = np.random.default_rng(7)
    called = 0
    for _ in range(400):
        days = rng.negative_binomial(2, 2 / 12, size=60)
        change = compare_volumes([int(n) for n in days[:30]], [int(n) for n in days[30:]])
        called += change.trend is not Trend.STEADY
    assert called / 400 <= 0.07


def test_a_share_that_climbs_over_the_weeks_is_seen_and_one_that_wavers_is_not() -> None:
    of = [60] * 8
    assert share_trend([20, 22, 25, 30, 33, 36, 40, 44], of).trend is Trend.RISING
    assert share_trend([44, 40, 36, 33, 30, 25, 22, 20], of).trend is Trend.FALLING
    assert share_trend([30, 34, 28, 33, 29, 32, 30, 31], of).trend is Trend.STEADY
    assert share_trend([60] * 8, of).trend is Trend.STEADY
    assert share_trend([20, 22, 25, 30, 33, 36, 40, 44], of, worth=0.02).trend is Trend.STEADY


def test_the_weekly_test_is_the_textbook_s() -> None:
    # Linear-by-linear association: z² = N·r² of week against answer, one text at a time (Agresti 2013, section 5.3).
    counted, of = [20, 22, 25, 30, 28, 36], [60, 50, 70, 60, 55, 65]
    weeks = np.repeat(np.arange(6), of)
    said = np.concatenate([[1] * k + [0] * (n - k) for k, n in zip(counted, of, strict=True)])
    z2 = len(said) * np.corrcoef(weeks, said)[0, 1] ** 2
    assert share_trend(counted, of).p == pytest.approx(float(stats.chi2.sf(z2, 1)))


def test_a_topic_that_grows_week_by_week_is_seen_and_one_burst_is_not() -> None:
    assert volume_trend([1, 2, 4, 7, 9, 12, 15]).trend is Trend.RISING
    assert volume_trend([15, 12, 9, 7, 4, 2, 1]).trend is Trend.FALLING
    assert volume_trend([3, 2, 3, 60, 2, 3, 3]).trend is Trend.STEADY
    assert volume_trend([6] * 8).trend is Trend.STEADY


def test_many_topics_do_not_make_a_trend_by_their_number() -> None:
    rng = np.random.default_rng(11)
    alone = {str(n): volume_trend([int(v) for v in rng.poisson(8, size=8)]) for n in range(200)}
    together = all_together(alone)
    assert any(change.trend is not Trend.STEADY for change in alone.values())
    assert all(change.trend is Trend.STEADY for change in together.values())
    assert all_together({"few": volume_trend([1, 1])})["few"].trend is Trend.UNKNOWN


def test_holm_s_correction_is_the_published_one() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]
