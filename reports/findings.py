"""What the machine says of each submission by itself: score, tone, kind, keywords and places.

Apart from `reports.analysis`, since a worker that only reads texts needs none of the libraries that group them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from reports import versions
from reports.campaigns import has_words
from reports.keywords import keywords, without_anonymous_places
from reports.kinds import propose_kind
from reports.model import Finding, Score, Speaker, Submission, Tone, ToneFinding, Turn
from reports.places import places
from reports.scoring import Scorer
from reports.tone import ToneModel

#: Only this much of one text is analysed: a hundred thousand characters pasted into a form must not stop the rest.
MOST_CHARS = 20_000
#: Characters read together: enough for speed, few enough to be remembered.
BATCH_CHARS = 200_000
#: Keywords kept for one submission.
KEYWORDS = 6

_UNREADABLE = re.compile("[\0\ud800-\udfff]")
_NOTHING_SAID = ToneFinding(Tone.NO_TEXT, 1.0)
_NO_SCORE = Score(raw=None, log_odds=None, weighted=None, unknown_share=None)


def find(submission: Submission, *, scorer: Scorer, tone_model: ToneModel) -> Finding:
    """What the machine says of one submission by itself; see `reports.analysis.analyse` for odd input."""
    return next(find_each([submission], scorer=scorer, tone_model=tone_model))


def find_each(submissions: Iterable[Submission], *, scorer: Scorer, tone_model: ToneModel) -> Iterator[Finding]:
    """`find` of each submission, in order: the same findings, several times faster than one by one.

    Score, tone and keywords read the same runs of characters, so each run is split into words once, and the runs
    of a batch of submissions are split together. A batch is bounded by its characters, and its words with it.
    """
    for batch in _batches(submissions):
        plain = [readable(submission) for submission in batch]
        texts = [text for submission in plain for text in submission.citizen_texts()]
        own = scorer.remembering([*texts, *map(without_anonymous_places, texts)])
        for submission, one in zip(batch, plain, strict=True):
            finding = _finding(one, own, tone_model)
            yield replace(finding, note="cut") if finding.note == "" and _is_cut(submission) else finding


def _batches(submissions: Iterable[Submission]) -> Iterator[list[Submission]]:
    batch: list[Submission] = []
    room = BATCH_CHARS
    for submission in submissions:
        batch.append(submission)
        room -= 1 + sum(min(len(text), MOST_CHARS) for text in submission.citizen_texts())
        if room <= 0:
            yield batch
            batch, room = [], BATCH_CHARS
    if batch:
        yield batch


def model_version(scorer: Scorer, tone_model: ToneModel) -> str:
    """One name for everything that a stored finding depends on."""
    return "/".join((scorer.version, tone_model.version, versions.CAMPAIGNS, versions.ISSUES))


def _finding(submission: Submission, scorer: Scorer, tone_model: ToneModel) -> Finding:
    kind = submission.kind or propose_kind(submission.title, submission.text)
    if not has_words(submission):
        return Finding(
            submission.id,
            _NO_SCORE,
            _NOTHING_SAID,
            kind,
            kind_proposed=submission.kind is None,
            note="no_text",
        )
    score = scorer.score_submission(submission)
    texts = submission.citizen_texts()
    whole = "。".join(texts)
    return Finding(
        id=submission.id,
        score=score,
        tone=tone_model.decide(submission, score, scorer.words),
        kind=kind,
        kind_proposed=submission.kind is None,
        keywords=tuple(keywords(texts, scorer=scorer, top=KEYWORDS)),
        places=places(whole),
    )


def readable(submission: Submission) -> Submission:
    """The submission within bounds, with spaces for what no reader, file or database can take."""
    return replace(
        submission,
        title=_plain(submission.title),
        text=_plain(submission.text),
        place=_plain(submission.place),
        turns=_turns(submission.turns),
    )


def _turns(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns as far as their texts together stay within bounds."""
    kept: list[Turn] = []
    room = MOST_CHARS
    for turn in turns:
        text = _plain(turn.text)[:room]
        kept.append(replace(turn, text=text))
        room -= len(text) if turn.speaker is Speaker.CITIZEN else 0
    return tuple(kept)


def _plain(text: str) -> str:
    """The text within bounds, with spaces for what no reader, file or database can take."""
    return _UNREADABLE.sub(" ", text[:MOST_CHARS])


def _is_cut(submission: Submission) -> bool:
    spoken = sum(len(turn.text) for turn in submission.turns if turn.speaker is Speaker.CITIZEN)
    return max(len(submission.title), len(submission.text), spoken) > MOST_CHARS
