"""The scorer: text in, snownlp's exact figure and what is needed to read it with care."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from reports.model import Progress, Score, Speaker, Submission, silent
from reports.scoring.batch import Batch
from reports.scoring.bayes import Classifier, Verdict
from reports.scoring.decoder import Segmenter, han_runs
from reports.scoring.lockstep import Decoder, Lockstep
from reports.scoring.simplify import simplify
from reports.scoring.source import installed_source
from reports.scoring.tables import Tables, cached_tables, default_cache_dir
from reports.sentences import has_text, sentences

#: Texts scored in one go by `score_many`, between two words of progress.
TOGETHER = 2_000
#: Fewer characters than these are scored one text at a time, which is faster and spares the tables for many.
FEW = 400
NO_TEXT = Score(raw=None, log_odds=None, weighted=None, unknown_share=None)


class DecoderChoice(StrEnum):
    """How many texts at once are split into words; the words are the same."""

    NUMPY = "numpy"
    NUMBA = "numba"  #: compiled; needs the extra ``[fast]``
    FASTEST = "fastest"  #: numba where it is installed


class Scorer:
    """Scores text exactly as the installed snownlp does, without importing it.

    Immutable once made: threads may share one, and a new model is a new object. (One that is `remembering` is not.)
    """

    def __init__(self, tables: Tables, decoder: DecoderChoice = DecoderChoice.FASTEST) -> None:
        self._tables = tables
        self._choice = decoder
        self._segmenter = Segmenter(tables)
        self._classifier = Classifier(tables)
        self._memo: dict[str, list[str]] | None = None
        #: Names the snownlp release and the model files that the figures come from.
        self.version = f"snownlp-{tables.source_version}+{tables.digest[:8]}"

    def remembering(self, texts: Iterable[str] = ()) -> Scorer:
        """The same scorer, but one that splits no run of Han characters twice: for all that is asked of some texts.

        The runs of `texts` are split beforehand, all together, which is several times faster than one by one.
        What it remembers goes with it, so it is made for a bounded number of texts and dropped. For one thread.
        """
        other = copy(self)
        other._memo = {}
        runs = list(dict.fromkeys(run for text in texts for run in han_runs(simplify(text))))
        other._memo.update(zip(runs, self._batch.words(runs), strict=True))
        return other

    @cached_property
    def _batch(self) -> Batch:
        """Made when first asked for: a web process, which scores one comment at a time, does without it."""
        return Batch(self._tables, self._classifier, self._decoder())

    def _decoder(self) -> Decoder:
        fastest = DecoderChoice.NUMBA if importlib.util.find_spec("numba") else DecoderChoice.NUMPY
        if (fastest if self._choice is DecoderChoice.FASTEST else self._choice) is DecoderChoice.NUMPY:
            return Lockstep(self._tables, self._segmenter)
        decoder: Decoder = importlib.import_module("reports.scoring.compiled").CompiledDecoder(self._tables)
        return decoder

    def words(self, text: str) -> list[str]:
        """The words of the simplified text, as ``SnowNLP(text).words`` splits them, stop words included."""
        return self._segmenter.words(simplify(text), self._memo)

    def exact_words(self, text: str) -> list[str]:
        """Exactly ``SnowNLP(text).words``, with nothing simplified."""
        return self._segmenter.words(text, self._memo)

    def content_words(self, text: str) -> list[str]:
        """`words` without snownlp's stop words."""
        return [word for word in self.words(text) if not self._classifier.is_stop_word(word)]

    def sentiments(self, text: str) -> float:
        """Exactly ``SnowNLP(text).sentiments`` for any text but an empty one, with nothing put right.

        For text without words this is the model's prior; use `score` for a figure to show to anybody.
        """
        return self._classifier.classify(self._segmenter.words(text, self._memo)).probability

    def sentiments_of(self, texts: Sequence[str]) -> list[float]:
        """`sentiments` of each text, in order.

        Five hundred times as fast as snownlp on one core, where there are 100,000 characters or more (measured by
        ``benchmarks/scoring.py``); equal texts are scored once.
        """
        if sum(map(len, texts)) < FEW:
            return [self.sentiments(text) for text in texts]
        return [verdict.probability for verdict in self._batch.verdicts(texts)]

    def exact_words_of(self, texts: Sequence[str]) -> list[list[str]]:
        """`exact_words` of each text, in order."""
        return self._batch.words(texts)

    def is_stop_word(self, word: str) -> bool:
        """Whether snownlp leaves `word` out of the count."""
        return self._classifier.is_stop_word(word)

    def weight(self, word: str) -> float:
        """What one occurrence of `word` adds to the log odds."""
        return self._classifier.weight(word)

    def knows(self, word: str) -> bool:
        """Whether the model has seen `word`."""
        return self._classifier.knows(word)

    def score(self, text: str) -> Score:
        """The score of one text; `parts` are its sentences.

        Figures are those of the simplified text, but for `as_written`. Text without a single letter or Han character
        has no figures.
        """
        return self._score_one((text,), sentences(text))

    def score_submission(self, submission: Submission) -> Score:
        """The score of the citizen's own words; `parts` are their sentences, or their turns of a call."""
        return self._score_one(*_citizens_parts(submission))

    def score_many(self, texts: Sequence[str], progress: Progress = silent) -> list[Score]:
        """`score` of each text, in order, all together: sentences included two hundred times as fast as snownlp."""
        return self._score_together([((text,), sentences(text)) for text in texts], progress)

    def score_submissions(self, submissions: Sequence[Submission], progress: Progress = silent) -> list[Score]:
        """`score_submission` of each, in order, all together."""
        return self._score_together([_citizens_parts(submission) for submission in submissions], progress)

    def _score_together(self, asked: Sequence[tuple[Sequence[str], Sequence[str]]], progress: Progress) -> list[Score]:
        scores: list[Score] = []
        for start in range(0, len(asked), TOGETHER):
            progress(start, len(asked))
            some = [("\n".join(pieces), parts) for pieces, parts in asked[start : start + TOGETHER]]
            read = [(whole, [part for part in parts if has_text(part)]) for whole, parts in some if has_text(whole)]
            texts = [simplify(text) for whole, parts in read for text in (whole, *parts)]
            unlike = [whole for whole, _ in read if simplify(whole) != whole]
            verdicts = iter(self._batch.verdicts([*texts, *unlike]))
            plain = [_score_of(next(verdicts), [(part, next(verdicts)) for part in parts]) for _, parts in read]
            written = {whole: next(verdicts).probability for whole in unlike}
            found = (
                replace(score, as_written=written.get(whole)) for score, (whole, _) in zip(plain, read, strict=True)
            )
            scores += [next(found) if has_text(whole) else NO_TEXT for whole, _ in some]
        progress(len(asked), len(asked))
        return scores

    def _score_one(self, pieces: Sequence[str], parts: Sequence[str]) -> Score:
        whole = "\n".join(pieces)
        if not has_text(whole):
            return NO_TEXT
        # The whole and its parts are made of the same Han runs; each is segmented once.
        memo: dict[str, list[str]] = {} if self._memo is None else self._memo
        read = [part for part in parts if has_text(part)]
        first, *others = (
            self._classifier.classify(self._segmenter.words(simplify(text), memo)) for text in (whole, *read)
        )
        score = _score_of(first, list(zip(read, others, strict=True)))
        if simplify(whole) == whole:
            return score
        return replace(score, as_written=self._classifier.classify(self._segmenter.words(whole, memo)).probability)


def _citizens_parts(submission: Submission) -> tuple[Sequence[str], Sequence[str]]:
    """The citizen's own words, and what is scored apart in them: the turns of a call, or else sentences."""
    pieces = submission.citizen_texts()
    if any(turn.speaker is Speaker.CITIZEN for turn in submission.turns):
        return pieces, pieces
    return pieces, [part for piece in pieces for part in sentences(piece)]


def _score_of(whole: Verdict, parts: Sequence[tuple[str, Verdict]]) -> Score:
    length = sum(len(part) for part, _ in parts)
    weighted = sum(len(part) * verdict.probability for part, verdict in parts)
    return Score(
        raw=whole.probability,
        log_odds=whole.log_odds,
        weighted=weighted / length if length else whole.probability,
        unknown_share=whole.unknown / whole.counted if whole.counted else 0.0,
        parts=tuple((part, verdict.probability) for part, verdict in parts),
    )


def load_scorer(
    cache_dir: Path | None = None, progress: Progress = silent, decoder: DecoderChoice = DecoderChoice.FASTEST
) -> Scorer:
    """A scorer over the installed snownlp's model.

    The first call on a machine builds tables in `cache_dir` (by default ``CONSULT_CACHE`` or
    ``~/.cache/consult``), telling `progress`; later ones map them in a fraction of a second.
    Raises `ModelMissing`, `ModelUnsupported` or `TablesNotBuilt`.
    """
    return Scorer(cached_tables(installed_source(), cache_dir or default_cache_dir(), progress), decoder)
