"""The one call that says everything the machine has to say of a set of submissions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reports import campaigns as campaign_grouping
from reports import issues as issue_grouping
from reports.campaigns import find_campaigns, has_words
from reports.issues import KnownIssue, find_issues
from reports.keywords import keywords, without_anonymous_places
from reports.kinds import propose_kind
from reports.model import (
    Analysis,
    Campaign,
    Finding,
    Issue,
    Progress,
    Score,
    Speaker,
    Submission,
    Tone,
    ToneFinding,
    Turn,
    silent,
)
from reports.places import places
from reports.scoring import Scorer
from reports.tone import ToneModel

#: Only this much of one text is analysed: a hundred thousand characters pasted into a form must not stop the rest.
MOST_CHARS = 20_000
#: Characters read together: enough for speed, few enough to be remembered.
BATCH_CHARS = 200_000
#: Keywords kept for one submission.
KEYWORDS = 6
#: Share of the progress bar that reading the single texts takes; grouping takes the rest.
_SHARE_OF_READING = 0.8
_STEPS = 1_000

_UNREADABLE = re.compile("[\0\ud800-\udfff]")
_NOTHING_SAID = ToneFinding(Tone.NO_TEXT, 1.0)
_NO_SCORE = Score(raw=None, log_odds=None, weighted=None, unknown_share=None)
#: How negative a tone counts for heat; 不确定 counts as nothing known.
_NEGATIVITY = {Tone.NEGATIVE: 1.0, Tone.NEUTRAL: 0.5, Tone.POSITIVE: 0.0}


def analyse(
    submissions: Sequence[Submission],
    *,
    scorer: Scorer,
    tone_model: ToneModel,
    known: Sequence[KnownIssue] = (),
    as_of: datetime | None = None,
    progress: Progress = silent,
) -> Analysis:
    """Score, tone, kind, keywords and places of each submission; campaigns and issues of all.

    Every id given has a finding, and is in exactly one issue or in `unplaced`. Of submissions with the same id the
    first counts. Odd input is no error: what has no text to read gets `Tone.NO_TEXT` and the note "no_text"; NUL and
    lone surrogates are read as spaces; only the first `MOST_CHARS` characters of a text count (note "cut").
    `model_version` names the scorer, the tone model and the two ways of grouping, so that stored findings can be told
    from those of another version. `known` and `as_of` are those of `find_issues`.
    """
    given: dict[str, Submission] = {}
    for submission in submissions:
        given.setdefault(submission.id, submission)
    findings: dict[str, Finding] = {}
    for finding in find_each(given.values(), scorer=scorer, tone_model=tone_model):
        findings[finding.id] = finding
        progress(int(_SHARE_OF_READING * _STEPS * len(findings) / len(given)), _STEPS)
    groups = group(
        list(given.values()),
        tones={identifier: finding.tone.tone for identifier, finding in findings.items()},
        known=known,
        as_of=as_of,
    )
    progress(_STEPS, _STEPS)
    return Analysis(
        model_version=model_version(scorer, tone_model),
        findings=findings,
        campaigns=groups.campaigns,
        issues=groups.issues,
        unplaced=groups.unplaced,
    )


def find(submission: Submission, *, scorer: Scorer, tone_model: ToneModel) -> Finding:
    """What the machine says of one submission by itself; see `analyse` for odd input."""
    return next(find_each([submission], scorer=scorer, tone_model=tone_model))


def find_each(submissions: Iterable[Submission], *, scorer: Scorer, tone_model: ToneModel) -> Iterator[Finding]:
    """`find` of each submission, in order: the same findings, several times faster than one by one.

    Score, tone and keywords read the same runs of characters, so each run is split into words once, and the runs
    of a batch of submissions are split together. A batch is bounded by its characters, and its words with it.
    """
    for batch in _batches(submissions):
        readable = [_readable(submission) for submission in batch]
        texts = [text for submission in readable for text in submission.citizen_texts()]
        own = scorer.remembering([*texts, *map(without_anonymous_places, texts)])
        for submission, plain in zip(batch, readable, strict=True):
            finding = _finding(plain, own, tone_model)
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


@dataclass(frozen=True, slots=True)
class Groups:
    """Campaigns and issues of a set of submissions; every id is in an issue or in `unplaced`."""

    campaigns: tuple[Campaign, ...]
    issues: tuple[Issue, ...]
    unplaced: Mapping[str, str]


def group(
    submissions: Sequence[Submission],
    *,
    tones: Mapping[str, Tone],
    known: Sequence[KnownIssue] = (),
    as_of: datetime | None = None,
    progress: Progress = silent,
) -> Groups:
    """What the submissions say together. `tones` are those found before, by id; `known` and `as_of` are those
    of `find_issues`. Of submissions with the same id the first counts."""
    readable: dict[str, Submission] = {}
    for submission in submissions:
        readable.setdefault(submission.id, _readable(submission))
    grouped = list(readable.values())
    campaigns = find_campaigns(grouped)
    progress(1, 3)
    negativity = {i: _NEGATIVITY[tone] for i, tone in tones.items() if tone in _NEGATIVITY}
    result = find_issues(grouped, campaigns=campaigns, known=known, as_of=as_of, negativity=negativity)
    progress(3, 3)
    return Groups(tuple(campaigns), result.issues, result.unplaced)


def model_version(scorer: Scorer, tone_model: ToneModel) -> str:
    """One name for everything that a stored finding depends on."""
    return "/".join((scorer.version, tone_model.version, campaign_grouping.VERSION, issue_grouping.VERSION))


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


def _readable(submission: Submission) -> Submission:
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
