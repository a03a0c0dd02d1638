"""The scorer: text in, snownlp's exact figure and what is needed to read it with care."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path

from reports.model import Progress, Score, Speaker, Submission, silent
from reports.scoring.batch import Batch
from reports.scoring.bayes import Classifier
from reports.scoring.decoder import Segmenter, han_runs
from reports.scoring.lockstep import Decoder, Lockstep
from reports.scoring.simplify import simplify
from reports.scoring.source import installed_source
from reports.scoring.tables import Tables, cached_tables, default_cache_dir
from reports.sentences import has_text, sentences

NO_TEXT = Score(raw=None, log_odds=None, weighted=None, unknown_share=None)


class Scorer:
    """Scores text exactly as the installed snownlp does, without importing it.

    Immutable once made: threads may share one, and a new model is a new object. (One that is `remembering` is not.)
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
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
        """The compiled decoder where the extra ``[fast]`` is installed, else the one on numpy."""
        if importlib.util.find_spec("numba") is None:
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
        """`sentiments` of each text, in order: hundreds of times faster than snownlp when there are thousands."""
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

        Figures are those of the simplified text. Text without a single letter or Han character has no figures.
        """
        return self._score((text,), text)

    def score_submission(self, submission: Submission) -> Score:
        """The score of the citizen's own words; `parts` are their sentences, or their turns of a call."""
        pieces = submission.citizen_texts()
        whole = "\n".join(pieces)
        if any(turn.speaker is Speaker.CITIZEN for turn in submission.turns):
            return self._score_parts(pieces, whole)
        return self._score(pieces, whole)

    def score_many(self, texts: Iterable[str], progress: Progress = silent) -> list[Score]:
        """`score` of each text, in order."""
        listed = list(texts)
        scores: list[Score] = []
        for done, text in enumerate(listed):
            progress(done, len(listed))
            scores.append(self.score(text))
        progress(len(listed), len(listed))
        return scores

    def _score(self, pieces: Sequence[str], whole: str) -> Score:
        return self._score_parts([part for piece in pieces for part in sentences(piece)], whole)

    def _score_parts(self, parts: Sequence[str], whole: str) -> Score:
        if not has_text(whole):
            return NO_TEXT
        # The whole and its parts are made of the same Han runs; each is segmented once.
        memo: dict[str, list[str]] = {} if self._memo is None else self._memo
        verdict = self._classifier.classify(self._segmenter.words(simplify(whole), memo))
        scored: list[tuple[str, float]] = []
        for part in parts:
            if has_text(part):
                words = self._segmenter.words(simplify(part), memo)
                scored.append((part, self._classifier.classify(words).probability))
        length = sum(len(part) for part, _ in scored)
        return Score(
            raw=verdict.probability,
            log_odds=verdict.log_odds,
            weighted=sum(len(part) * raw for part, raw in scored) / length if length else verdict.probability,
            unknown_share=verdict.unknown / verdict.counted if verdict.counted else 0.0,
            parts=tuple(scored),
        )


def load_scorer(cache_dir: Path | None = None, progress: Progress = silent) -> Scorer:
    """A scorer over the installed snownlp's model.

    The first call on a machine builds tables in `cache_dir` (by default ``CONSULT_CACHE`` or
    ``~/.cache/consult``), telling `progress`; later ones map them in a fraction of a second.
    Raises `ModelMissing`, `ModelUnsupported` or `TablesNotBuilt`.
    """
    return Scorer(cached_tables(installed_source(), cache_dir or default_cache_dir(), progress))
