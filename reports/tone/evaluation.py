"""How good a tone model is on labelled texts, with intervals, beside what needs no model at all.

The baselines are the majority rate (always the commonest tone) and stock snownlp: its score on the text as it stands,
negative below 0.4 and positive above 0.6. Intervals are percentiles of 1,000 bootstrap samples (Efron 1979), drawn
with a fixed seed; those of plain shares are Wilson's (1927), which do not claim certainty where nothing was found.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reports.estimates.shares import wilson
from reports.model import Progress, Rejected, Tone, silent
from reports.scoring import Scorer
from reports.tables.encodings import decode
from reports.tone.examples import Labelled
from reports.tone.model import CLASSES, ToneModel

SAMPLES, SEED = 1_000, 20261122
STOCK_NEGATIVE, STOCK_POSITIVE = 0.4, 0.6
#: Probabilities are put into this many bins of equal width to see whether they keep their word.
BINS = 10
TEXT_HEADINGS = ("text", "content", "文本", "内容", "留言详情", "正文")
TONE_HEADINGS = ("tone", "label", "label3", "sentiment", "情感", "情感倾向", "标签")
_TONES = {
    **dict.fromkeys(("-1", "-1.0", "negative", "neg", "负面", "负向", "消极"), Tone.NEGATIVE),
    **dict.fromkeys(("0", "0.0", "neutral", "中性", "中立"), Tone.NEUTRAL),
    **dict.fromkeys(("1", "1.0", "+1", "positive", "pos", "正面", "正向", "积极"), Tone.POSITIVE),
}

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class LabelsUnreadable(Exception):
    """A file of labels has no column of texts or of tones, or no row that can be used."""


class ColumnUnknown(LabelsUnreadable):
    """No heading is recognised as the one of the texts, or of the tones, and none was named that is there."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a model did on labelled texts.

    Figures: `accuracy` and `macro_f1` of the three tones by the likeliest; `auc_negative` and `macro_f1_negative` of
    negative against the rest; `negatives_called_positive`, the share of the negative texts that are decided positive;
    `calibration_error`, expected, of the decided (outside 不确定); `uncertain_share`.
    """

    rows: int
    by_tone: dict[str, int]
    figures: dict[str, Estimate]
    majority: dict[str, Estimate]
    stock: dict[str, Estimate]
    #: Rows: negative, neutral, positive as labelled. Columns: negative, neutral, positive, uncertain as decided.
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """One way to judge, on every text: probabilities, the likeliest class, and whether it is decided."""

    shares: Floats
    likeliest: Ints
    decided: NDArray[np.bool_]


def read_labels(path: Path, *, text: str = "", tone: str = "") -> tuple[list[Labelled], tuple[Rejected, ...]]:
    """Labelled texts of a CSV file; the columns are recognised by their headings, or named.

    A tone is written -1, 0 or 1, or in words (负面, negative, …). A row whose tone is left open is no label and is
    rejected with its line, as is one without text. Raises `LabelsUnreadable`, and `OSError` for the file itself.
    """
    reader = csv.DictReader(io.StringIO(decode(path.read_bytes())[0], newline=""))
    headings = [heading.strip() for heading in reader.fieldnames or ()]
    reader.fieldnames = headings
    text_column, tone_column = _column(headings, text, TEXT_HEADINGS), _column(headings, tone, TONE_HEADINGS)
    labelled: list[Labelled] = []
    rejected: list[Rejected] = []
    for row in reader:
        content = (row.get(text_column) or "").strip()
        label = _TONES.get((row.get(tone_column) or "").strip().lower())
        if not content:
            rejected.append(Rejected(reader.line_num, "missing_text", "没有文本。", column=text_column))
        elif label is None:
            rejected.append(Rejected(reader.line_num, "no_label", "没有可用的情感标签。", column=tone_column))
        else:
            labelled.append(Labelled(content, label))
    if not labelled:
        raise LabelsUnreadable("文件中没有一行同时有文本和情感标签（-1、0、1 或 负面、中性、正面）。")
    return labelled, tuple(rejected)


def evaluate(
    model: ToneModel, labelled: Sequence[Labelled], *, scorer: Scorer, progress: Progress = silent
) -> Evaluation:
    """How the model does on labelled texts it was not trained on, with the baselines on the same texts."""
    truth = np.array([CLASSES.index(example.tone) for example in labelled])
    texts = [example.text for example in labelled]
    verdicts, confusion = _verdicts(model, texts, truth, scorer, progress)
    commonest = int(np.bincount(truth, minlength=len(CLASSES)).argmax())
    always = np.eye(len(CLASSES))[np.full(len(truth), commonest)]
    everything = np.ones(len(truth), bool)
    return Evaluation(
        rows=len(labelled),
        by_tone={str(tone): count for tone, count in sorted(Counter(e.tone for e in labelled).items())},
        figures=_figures(truth, verdicts),
        majority=_figures(truth, _Verdicts(always, always.argmax(axis=1), everything)),
        stock=_figures(truth, _stock(texts, scorer)),
        confusion=confusion,
    )


def _verdicts(
    model: ToneModel, texts: Sequence[str], truth: Ints, scorer: Scorer, progress: Progress
) -> tuple[_Verdicts, tuple[tuple[int, ...], ...]]:
    shares = np.zeros((len(texts), len(CLASSES)))
    decided = np.zeros(len(texts), bool)
    confusion = np.zeros((len(CLASSES), len(CLASSES) + 1), np.int64)
    splitting = scorer.remembering(texts)
    for place, (text, score) in enumerate(zip(texts, scorer.score_many(texts), strict=True)):
        progress(place, len(texts))
        shares[place] = model.probabilities(text, score, splitting.words)
        tone = model.decide_text(text, score, splitting.words).tone
        decided[place] = tone in CLASSES
        confusion[truth[place], CLASSES.index(tone) if tone in CLASSES else len(CLASSES)] += 1
    progress(len(texts), len(texts))
    return _Verdicts(shares, shares.argmax(axis=1), decided), tuple(map(tuple, confusion.tolist()))


def _stock(texts: Sequence[str], scorer: Scorer) -> _Verdicts:
    raw = np.array(scorer.sentiments_of(texts))
    likeliest = np.where(raw < STOCK_NEGATIVE, 0, np.where(raw > STOCK_POSITIVE, 2, 1))
    # It gives one figure: what is not negative is positive, and nothing is left for neutral.
    return _Verdicts(np.stack([1 - raw, np.zeros(len(raw)), raw], axis=1), likeliest, np.ones(len(raw), bool))


def _figures(truth: Ints, verdicts: _Verdicts) -> dict[str, Estimate]:
    rng = np.random.default_rng(SEED)
    samples = [rng.integers(0, len(truth), len(truth)) for _ in range(SAMPLES)]
    measured = {name: _estimate(measure, truth, verdicts, samples) for name, measure in _MEASURES.items()}
    counted = {name: _share(which(truth, verdicts)) for name, which in _SHARES.items()}
    return {name: (measured | counted)[name] for name in _ORDER}


def _share(held: NDArray[np.bool_]) -> Estimate:
    """The share of what holds; not a number when there is nothing to hold."""
    if not len(held):
        return Estimate(float("nan"), float("nan"), float("nan"))
    low, high = wilson(int(held.sum()), len(held))
    return Estimate(float(held.mean()), low, high)


def _estimate(measure: _Measure, truth: Ints, verdicts: _Verdicts, samples: Sequence[Ints]) -> Estimate:
    def on(rows: Ints) -> float:
        return measure(truth[rows], _Verdicts(verdicts.shares[rows], verdicts.likeliest[rows], verdicts.decided[rows]))

    values = np.array([on(rows) for rows in samples])
    known = values[~np.isnan(values)]
    value = on(np.arange(len(truth)))
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (value, value)
    return Estimate(value, float(low), float(high))


def _right(truth: Ints, verdicts: _Verdicts) -> NDArray[np.bool_]:
    return verdicts.likeliest == truth


def _negatives_called_positive(truth: Ints, verdicts: _Verdicts) -> NDArray[np.bool_]:
    return (verdicts.decided & (verdicts.likeliest == CLASSES.index(Tone.POSITIVE)))[truth == 0]


def _uncertain(truth: Ints, verdicts: _Verdicts) -> NDArray[np.bool_]:
    return ~verdicts.decided


def _f1(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    both = int((truth & found).sum())
    return 2 * both / (int(truth.sum()) + int(found.sum())) if truth.any() or found.any() else 0.0


def _macro_f1(truth: Ints, verdicts: _Verdicts) -> float:
    """The mean over the tones that occur among the labels."""
    return float(np.mean([_f1(truth == number, verdicts.likeliest == number) for number in np.unique(truth)]))


def _macro_f1_negative(truth: Ints, verdicts: _Verdicts) -> float:
    negative, called = truth == 0, verdicts.likeliest == 0
    return (_f1(negative, called) + _f1(~negative, ~called)) / 2


def _auc_negative(truth: Ints, verdicts: _Verdicts) -> float:
    """The share of pairs in which the negative text has the greater probability; ties half (Mann, Whitney 1947)."""
    negative = truth == 0
    ones, zeros = int(negative.sum()), int((~negative).sum())
    if not ones or not zeros:
        return float("nan")
    _, group, counts = np.unique(verdicts.shares[:, 0], return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[group]
    return float((ranks[negative].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def _calibration_error(truth: Ints, verdicts: _Verdicts) -> float:
    """How far, on the mean, the probability told is from how often it is right (Naeini et al. 2015)."""
    told = verdicts.shares.max(axis=1)[verdicts.decided]
    right = (verdicts.likeliest == truth)[verdicts.decided]
    if not len(told):
        return float("nan")
    bins = np.minimum((told * BINS).astype(np.int64), BINS - 1)
    gaps = [abs(told[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(sum(gaps))


_Measure = Callable[[Ints, _Verdicts], float]
_MEASURES: dict[str, _Measure] = {
    "macro_f1": _macro_f1,
    "macro_f1_negative": _macro_f1_negative,
    "auc_negative": _auc_negative,
    "calibration_error": _calibration_error,
}
_SHARES: dict[str, Callable[[Ints, _Verdicts], NDArray[np.bool_]]] = {
    "accuracy": _right,
    "negatives_called_positive": _negatives_called_positive,
    "uncertain_share": _uncertain,
}
_ORDER = (
    "accuracy",
    "macro_f1",
    "macro_f1_negative",
    "auc_negative",
    "negatives_called_positive",
    "calibration_error",
    "uncertain_share",
)


def _column(headings: Sequence[str], named: str, usual: Sequence[str]) -> str:
    if named:
        if named not in headings:
            raise ColumnUnknown(f"文件没有“{named}”这一列。文件中的列：{'、'.join(headings)}。")
        return named
    found = next((heading for name in usual for heading in headings if heading.lower() == name), "")
    if not found:
        raise ColumnUnknown(f"文件缺少“{'”或“'.join(usual)}”列。文件中的列：{'、'.join(headings) or '无'}。")
    return found
