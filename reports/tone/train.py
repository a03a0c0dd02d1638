"""Trains the shipped tone model: ``python -m reports.tone.train [--out FILE]``.

The sentences in ``training/*.csv`` were written for this project and may be read and corrected there. Messages are
longer than sentences, so training also puts sentences of one topic together into messages, with the courtesies that
people write; the choice is drawn with a fixed seed, so the same files give the same model.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from reports.scoring import Scorer, load_scorer
from reports.tone.features import FIGURES, figures, ngrams, plain, vector
from reports.tone.model import Weights, read_tone_model, write_tone_model

SEED = 20261122
#: Messages composed of several sentences, for each written sentence.
COMPOSED_EACH = 3
#: An n-gram of fewer texts than this says more about those texts than about tone.
LEAST_TEXTS = 3
#: Figures are scaled down against the unit-length n-gram vector: they advise, words decide.
FIGURE_SCALE = 0.35
STRENGTH = 8.0
FOLDS = 5
THRESHOLD = 0.5
POSITIVE_THRESHOLD = 0.6

_OPENINGS = (
    *("",) * 3,
    "您好，",
    "尊敬的领导：您好！",
    "领导，您好！我是一名普通市民。",
    "市长您好，感谢您在百忙之中看我的来信。",
    "我是本地居民。",
)
_CLOSINGS = ("", "", "", "谢谢！", "望回复，谢谢。", "感谢！", "此致敬礼！", "盼复。")
_MILD_ENDINGS = ("希望有关部门给予答复。", "请领导考虑。", "恳请相关部门研究。", "望采纳。", "麻烦解答一下。")
_ANGRY_ENDINGS = (
    "请领导尽快处理！",
    "恳请有关部门严查！",
    "希望政府给老百姓一个说法。",
    "请求领导为我们做主。",
    "望尽快解决。",
)
_KIND_WORDS = ("近年来城市变化很大，", "政府做了许多实事，", "感谢政府多年来的付出，", "我市的建设越来越好，")


@dataclass(frozen=True, slots=True)
class Example:
    """One written or composed text. Examples of one group never stand on both sides of a split."""

    text: str
    tone: int  #: -1, 0 or 1
    group: str


def read_sentences() -> list[dict[str, str]]:
    """All written sentences, in the order of their files."""
    rows: list[dict[str, str]] = []
    folder = files("reports.tone") / "training"
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".csv"):
            rows += csv.DictReader(entry.read_text(encoding="utf-8").splitlines())
    return rows


def make_examples(rows: Sequence[dict[str, str]]) -> list[Example]:
    """The sentences themselves and messages composed of them."""
    rng = random.Random(SEED)  # noqa: S311 - a choice to be repeated, not to be kept secret
    by_tone: dict[tuple[str, int], list[str]] = {}
    for row in rows:
        by_tone.setdefault((row["topic"], int(row["tone"])), []).append(row["text"])
    examples: list[Example] = []
    for row in rows:
        topic, tone = row["topic"], int(row["tone"])
        examples.append(Example(row["text"], tone, topic))
        for _ in range(COMPOSED_EACH):
            examples.append(Example(_compose(rng, row["text"], topic, tone, by_tone), tone, topic))
    return examples


def _compose(rng: random.Random, text: str, topic: str, tone: int, by_tone: dict[tuple[str, int], list[str]]) -> str:
    """A message around one sentence: more of its tone, and what people add whatever their tone."""
    own = by_tone[topic, tone]
    middle = [text, *rng.sample(own, min(len(own), rng.randint(0, 3)))]
    if tone == -1:
        if rng.random() < 0.35:
            middle.append(rng.choice(by_tone.get((topic, 0), [""])))
        if rng.random() < 0.6:
            middle.append(rng.choice(_ANGRY_ENDINGS))
        if rng.random() < 0.15:
            middle.insert(0, rng.choice(_KIND_WORDS) + "但是")
    elif tone == 0:
        if rng.random() < 0.5:
            middle.append(rng.choice(_MILD_ENDINGS))
        if rng.random() < 0.2:
            middle.insert(0, rng.choice(_KIND_WORDS))
    return rng.choice(_OPENINGS) + "".join(dict.fromkeys(middle)) + rng.choice(_CLOSINGS)


class Trainer:
    """Turns examples into `Weights`."""

    def __init__(self, examples: Sequence[Example], scorer: Scorer) -> None:
        self._examples = examples
        self._counts = [ngrams(plain(example.text)) for example in examples]
        rows = [figures(scorer.score(example.text), example.text) for example in examples]
        self._figures = np.array(rows) * FIGURE_SCALE
        self._tones = np.array([example.tone for example in examples])

    def fit(self, rows: NDArray[Any]) -> tuple[LogisticRegression, tuple[str, ...], NDArray[Any]]:
        documents: Counter[str] = Counter()
        for row in rows:
            documents.update(self._counts[row].keys())
        vocabulary = tuple(sorted(gram for gram, count in documents.items() if count >= LEAST_TEXTS))
        inverse = np.array([np.log((1 + len(rows)) / (1 + documents[gram])) + 1 for gram in vocabulary])
        classifier = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000)
        classifier.fit(self.matrix(rows, vocabulary, inverse), self._tones[rows])
        return classifier, vocabulary, inverse

    def matrix(self, rows: NDArray[Any], vocabulary: Sequence[str], inverse: NDArray[Any]) -> csr_matrix:
        index = {gram: number for number, gram in enumerate(vocabulary)}
        values: list[float] = []
        columns: list[int] = []
        ends = [0]
        for row in rows:
            for column, value in vector(self._counts[row], index, inverse.tolist()):
                columns.append(column)
                values.append(value)
            ends.append(len(columns))
        grams = csr_matrix((values, columns, ends), shape=(len(rows), len(vocabulary)))
        return csr_matrix(hstack([grams, csr_matrix(self._figures[rows])]))

    def held_out_logits(self) -> NDArray[Any]:
        """Logits of every example from a model that never saw its topic."""
        logits = np.zeros((len(self._examples), 3))
        groups = [example.group for example in self._examples]
        folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
        for seen, unseen in folds.split(logits, self._tones, groups):
            classifier, vocabulary, inverse = self.fit(seen)
            logits[unseen] = classifier.decision_function(self.matrix(unseen, vocabulary, inverse))
        return logits

    def train(self) -> tuple[Weights, dict[str, Any]]:
        logits = self.held_out_logits()
        temperature = _best_temperature(logits, self._tones + 1)
        classifier, vocabulary, inverse = self.fit(np.arange(len(self._examples)))
        grams = classifier.coef_[:, : len(vocabulary)]
        of_figures = classifier.coef_[:, len(vocabulary) :] * FIGURE_SCALE
        weights = Weights(
            vocabulary=vocabulary,
            inverse=_rounded(inverse),
            grams=tuple(_rounded(row) for row in grams),
            figures=tuple(_rounded(row) for row in of_figures),
            intercepts=_rounded(classifier.intercept_),
            temperature=round(temperature, 4),
            threshold=THRESHOLD,
            positive_threshold=POSITIVE_THRESHOLD,
        )
        right = logits.argmax(axis=1) == self._tones + 1
        return weights, {"held_out_topics_accuracy": round(float(right.mean()), 4), "temperature": weights.temperature}


def _best_temperature(logits: NDArray[Any], classes: NDArray[Any]) -> float:
    """The divisor that makes held-out probabilities most truthful (least log loss)."""

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        logs = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return float(-logs[np.arange(len(classes)), classes].mean())

    return min(np.arange(0.3, 4.0, 0.02).tolist(), key=loss)


def _rounded(values: NDArray[Any]) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in values)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Train the tone model from the written sentences.")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("model.json"))
    out: Path = parser.parse_args(arguments).out
    rows = read_sentences()
    examples = make_examples(rows)
    scorer = load_scorer()
    weights, summary = Trainer(examples, scorer).train()
    tones = Counter(row["tone"] for row in rows)
    digest = hashlib.sha256("\n".join(f"{row['tone']}\t{row['text']}" for row in rows).encode()).hexdigest()
    training = {
        "sentences": len(rows),
        "examples": len(examples),
        "by_tone": dict(sorted(tones.items())),
        "sentences_sha256": digest,
        "scorer": scorer.version,
        "seed": SEED,
        "figures": list(FIGURES),
        **summary,
    }
    content = write_tone_model(weights, training)
    model = read_tone_model(content)
    out.write_bytes(content)
    print(f"{model.version}: {training}")


if __name__ == "__main__":
    main()
